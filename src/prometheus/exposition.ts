/** Writes families of series in the text format of Prometheus, or in OpenMetrics. */

import type { BucketHistogram } from "./bucket_histogram.ts";
import { ByteText, encodeText, formatNumber } from "./byte_text.ts";
import { escapeHelp } from "./label_text.ts";
import type { Metric } from "./metric.ts";
import type { PiecePool } from "./piece_pool.ts";
import { familyName, queryName } from "./registry.ts";

/** Formats of an answer. */
export type ExpositionFormat = "text" | "openmetrics";

/** Their media types. */
export const MEDIA_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/** Last line of OpenMetrics. */
const END: Readonly<Record<ExpositionFormat, string>> = { text: "", openmetrics: "# EOF\n" };

/** Labels of a series, as text and as the bytes of that text. */
export interface SeriesLabels {
  /** As they stand between braces. */
  readonly labels: string;
  /** The same in UTF-8. */
  readonly labelBytes: Uint8Array;
}

/** A family whose samples are written for many series. */
export interface SampleForm {
  /** What stands before the labels of the series. */
  readonly start: Uint8Array;
  /** What stands after them, up to the value. */
  readonly end: Uint8Array;
}

/** The samples of a histogram for many series. */
export interface HistogramForm {
  /** Its buckets, the last one takes all. */
  readonly buckets: readonly SampleForm[];
  /** Sum of the values. */
  readonly sum: SampleForm;
  /** Count of the values. */
  readonly count: SampleForm;
}

/** Gathers the text of an answer. */
export class Exposition {
  /** Text format 0.0.4 of Prometheus, or OpenMetrics 1.0. */
  readonly format: ExpositionFormat;
  readonly #out: ByteText;

  /** Starts empty; takes its buffers from the pool, where there is one. */
  constructor(format: ExpositionFormat, pool?: PiecePool) {
    this.format = format;
    this.#out = new ByteText(pool);
  }

  /** What was written since the last call, in pieces. */
  take(): Uint8Array<ArrayBuffer>[] {
    return this.#out.take();
  }

  /** What was written since the last call. */
  takeText(): string {
    return this.#out.takeText();
  }

  /** Begins a family; its samples follow. */
  family(metric: Metric): void {
    const isOpen = this.format === "openmetrics";
    const name = isOpen ? familyName(metric) : queryName(metric);
    this.#out.text(`# HELP ${name} ${escapeHelp(metric.help)}.\n# TYPE ${name} ${metric.type}\n`);
    if (isOpen && metric.unit !== undefined) this.#out.text(`# UNIT ${name} ${metric.unit}\n`);
  }

  /**
   * Writes a sample of a counter or a gauge.
   *
   * @param name as `queryName` gives it
   * @param labels as `formatLabels` gives them, empty for none
   */
  sample(name: string, labels: string, value: number): void {
    const start = labels === "" ? name : `${name}{${labels}}`;
    this.#out.text(`${start} ${formatNumber(value)}\n`);
  }

  /** Writes a sample of one of many series, which have a label each at least. */
  seriesSample({ start, end }: SampleForm, labelBytes: Uint8Array, value: number): void {
    this.#out.line(start, labelBytes, end, value);
  }

  /** Writes the samples of a histogram of one of many series. */
  seriesHistogram(form: HistogramForm, labelBytes: Uint8Array, histogram: BucketHistogram): void {
    let total = 0;
    for (let place = 0; place < form.buckets.length; place++) {
      total += histogram.countAt(place);
      this.seriesSample(form.buckets[place] as SampleForm, labelBytes, total);
    }
    this.seriesSample(form.sum, labelBytes, histogram.sum);
    this.seriesSample(form.count, labelBytes, total);
  }

  /** Ends the answer. */
  end(): void {
    this.#out.text(END[this.format]);
  }
}

/**
 * How the samples of a family stand around the labels of a series.
 *
 * @param more further labels, as `formatLabels` gives them; empty for none
 */
export function sampleForm(name: string, more = ""): SampleForm {
  return {
    start: encodeText(`${name}{`),
    end: encodeText(more === "" ? "} " : `,${more}} `),
  };
}

/** How the samples of a histogram stand around the labels of a series; `more` as for {@linkcode sampleForm}. */
export function histogramForm(
  name: string,
  bounds: readonly number[],
  more = "",
): HistogramForm {
  const before = more === "" ? "" : `${more},`;
  return {
    buckets: formatBounds(bounds).map((bound) =>
      sampleForm(`${name}_bucket`, `${before}le="${bound}"`)
    ),
    sum: sampleForm(`${name}_sum`, more),
    count: sampleForm(`${name}_count`, more),
  };
}

/** Bounds as label values, infinity at last. OpenMetrics wants canonical floats: a whole number has a digit after its point. */
function formatBounds(bounds: readonly number[]): string[] {
  return [...bounds.map((bound) => Number.isInteger(bound) ? `${bound}.0` : `${bound}`), "+Inf"];
}
