/** Writes families of series in the text format of Prometheus, or in OpenMetrics. */

import type { BucketHistogram } from "./bucket_histogram.ts";
import { escapeHelp } from "./label_text.ts";
import type { Metric } from "./metric.ts";
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

/** Gathers the text of an answer. */
export class Exposition {
  /** Format. */
  readonly format: ExpositionFormat;
  #text = "";

  /** Starts empty. */
  constructor(format: ExpositionFormat) {
    this.format = format;
  }

  /** Characters that wait to be taken. */
  get length(): number {
    return this.#text.length;
  }

  /** What was written since the last call. */
  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }

  /** Begins a family; its samples follow. */
  family(metric: Metric): void {
    const isOpen = this.format === "openmetrics";
    const name = isOpen ? familyName(metric) : queryName(metric);
    this.#text += `# HELP ${name} ${escapeHelp(metric.help)}.\n# TYPE ${name} ${metric.type}\n`;
    if (isOpen && metric.unit !== undefined) this.#text += `# UNIT ${name} ${metric.unit}\n`;
  }

  /**
   * Writes a sample of a counter or a gauge.
   *
   * @param name as `queryName` gives it
   * @param labels as `formatLabels` gives them, empty for none
   */
  sample(name: string, labels: string, value: number): void {
    this.#text += labels === "" ? `${name} ${value}\n` : `${name}{${labels}} ${value}\n`;
  }

  /** Writes the samples of a histogram; `bounds` are its bounds as {@linkcode formatBounds} gives them. */
  histogram(
    name: string,
    labels: string,
    histogram: BucketHistogram,
    bounds: readonly string[],
  ): void {
    const separator = labels === "" ? "" : ",";
    const start = `${name}_bucket{${labels}${separator}le="`;
    const counts = histogram.cumulative();
    let text = "";
    for (let place = 0; place < counts.length; place++) {
      text += `${start}${bounds[place]}"} ${counts[place]}\n`;
    }
    const set = labels === "" ? "" : `{${labels}}`;
    this.#text += `${text}${name}_sum${set} ${histogram.sum}\n` +
      `${name}_count${set} ${counts[counts.length - 1]}\n`;
  }

  /** Ends the answer. */
  end(): void {
    this.#text += END[this.format];
  }
}

/** Bounds as label values, infinity at last. OpenMetrics wants canonical floats: a whole number has a digit after its point. */
export function formatBounds(bounds: readonly number[]): string[] {
  return [...bounds.map((bound) => Number.isInteger(bound) ? `${bound}.0` : `${bound}`), "+Inf"];
}
