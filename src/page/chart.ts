/** One chart: uPlot, with our bands, marks, tooltip and keys. */

import uPlot from "npm:uplot@1.6.32";
import type { ChartSpec, Line, Rows } from "./chart_spec.ts";
import type { TargetData } from "./data.ts";
import { element, required } from "./dom.ts";
import { drawEvents, drawLosses } from "./marks.ts";
import { nearestRow, rangeOf, withGaps } from "./scale.ts";
import { color } from "./theme.ts";
import { eventLines, Tooltip, tooltipLines } from "./tooltip.ts";
import type { View } from "./view.ts";

const HEIGHT_PX = 170;
/** Room for the numbers of the scale. */
const AXIS_PX = 62;

/** Times of the axis: from this step on, as this, and below it this when the day or the minute changes (uPlot, Axis.values). */
const TIME_WORDS: (string | number | null)[][] = [
  [86_400 * 360, "{YYYY}", null, null, null, null, null, null, 1],
  [86_400 * 28, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [86_400, "{MM}-{DD}", "\n{YYYY}", null, null, null, null, null, 1],
  [60, "{HH}:{mm}", "\n{YYYY}-{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", "\n{YYYY}-{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1],
  [
    0.001,
    ":{ss}.{fff}",
    "\n{YYYY}-{MM}-{DD} {HH}:{mm}",
    null,
    "\n{MM}-{DD} {HH}:{mm}",
    null,
    "\n{HH}:{mm}",
    null,
    1,
  ],
];

/** What a chart is made of. */
export interface ChartParts {
  /** The host that it is of. */
  readonly target: TargetData;
  /** What it shows. */
  readonly spec: ChartSpec;
  /** Lines of the chart with which it shares its scale; none where it does not. */
  readonly partner: readonly Line[];
  /** Moments and values that it draws. */
  readonly rows: Rows;
  /** The span that all charts show. */
  readonly view: View;
  /** Moment from which events count, Unix time in milliseconds. */
  readonly startMs: number;
  /** What a screen reader says of it. */
  readonly label: string;
}

/** A chart in its place. */
export class Chart {
  /** The whole: heading and drawing. */
  readonly figure: HTMLElement;
  readonly #parts: ChartParts;
  readonly #plot: uPlot;
  readonly #tooltip = new Tooltip();
  readonly #place: HTMLElement;
  /** The row that the keys have chosen. */
  #row = -1;

  /** Draws it into `home`. */
  constructor(parts: ChartParts, home: HTMLElement) {
    this.#parts = parts;
    const { spec, target } = parts;
    const id = `${target.id}-${spec.kind}`;
    this.#place = element("div", {
      ...{ class: "plot", id, tabindex: "0", role: "img", "aria-label": parts.label },
    });
    this.figure = element(
      "figure",
      {},
      element("figcaption", {}, `${spec.title} (${spec.unit})`),
      this.#place,
    );
    home.append(this.figure);
    this.#plot = new uPlot(this.#options(), this.#data(), this.#place);
    this.#plot.over.append(this.#tooltip.box);
    parts.view.onChange(() => this.repaint());
    this.#place.addEventListener("keydown", (event) => this.#key(event));
    this.#place.addEventListener("blur", () => this.#choose(-1));
  }

  /** Fits the drawing into its place, or into this many pixels. */
  resize(widthPx: number = this.#place.clientWidth): void {
    if (widthPx > 0) this.#plot.setSize({ width: widthPx, height: HEIGHT_PX });
  }

  /** Draws it again: another span, or other colours. */
  repaint(): void {
    const { fromS, toS } = this.#parts.view.span;
    this.#plot.setScale("x", { min: fromS, max: toS });
  }

  #data(): uPlot.AlignedData {
    const { rows: { timesS }, spec: { lines } } = this.#parts;
    const order = withGaps(timesS);
    const at = (i: number) => {
      const row = order[i] as number;
      if (row >= 0) return timesS[row] as number;
      return ((timesS[order[i - 1] as number] as number) +
        (timesS[order[i + 1] as number] as number)) / 2;
    };
    return [
      order.map((_, i) => at(i)),
      ...lines.map(({ values }) => order.map((row) => row < 0 ? null : values[row] ?? null)),
    ];
  }

  #options(): uPlot.Options {
    const { spec, view, partner, rows, target, startMs } = this.#parts;
    const axis = {
      stroke: () => color("--faint"),
      grid: { stroke: () => color("--grid"), width: 1 },
      ticks: { show: false },
      font: "11px system-ui, sans-serif",
    };
    return {
      width: Math.max(200, this.#place.clientWidth),
      height: HEIGHT_PX,
      legend: { show: false },
      tzDate: (unixS) => uPlot.tzDate(new Date(unixS * 1e3), "Etc/UTC"),
      cursor: {
        sync: { key: target.id },
        drag: { x: true, y: false, setScale: false },
        points: { show: false },
        y: false,
      },
      scales: {
        x: { time: true, range: () => [view.span.fromS, view.span.toS] },
        y: {
          range: () => rangeOf([...spec.lines, ...partner], rows, view.span, spec.fromZero),
        },
      },
      axes: [{ ...axis, values: TIME_WORDS }, { ...axis, size: AXIS_PX }],
      series: [{}, ...spec.lines.map((line) => seriesOf(spec, line))],
      bands: spec.bands.map(([upper, lower, strength]) => ({
        series: [upper + 1, lower + 1] as [number, number],
        fill: () => faded(spec.color, strength),
      })),
      hooks: {
        draw: [
          (plot) => drawEvents(plot, target, startMs),
          ...(spec.kind === "rtt" ? [(plot: uPlot) => drawLosses(plot, rows)] : []),
        ],
        setSelect: [(plot) => this.#select(plot)],
        setCursor: [(plot) => this.#point(plot)],
      },
    };
  }

  /** A span was drawn with the pointer: all charts show it. */
  #select(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 3) return;
    const fromS = plot.posToVal(left, "x"), toS = plot.posToVal(left + width, "x");
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#parts.view.show({ fromS, toS });
  }

  /** The pointer moves over this chart or over another one of the target. */
  #point(plot: uPlot): void {
    const { left = -1 } = plot.cursor;
    const { rows, spec, target, startMs } = this.#parts;
    const isHere = this.#row >= 0 || plot.over.matches(":hover");
    const row = left < 0
      ? undefined
      : this.#row >= 0
      ? this.#row
      : nearestRow(rows.timesS, plot.posToVal(left, "x"));
    if (row === undefined || !isHere) {
      this.#tooltip.hide();
      return;
    }
    const toPx = (timeS: number) => plot.valToPos(timeS, "x");
    const lines = tooltipLines(spec, rows, row);
    const events = eventLines(target, startMs, toPx, left);
    this.#tooltip.show([...lines, ...events], left, plot.over.clientWidth);
    if (this.#row < 0) return;
    required("live").textContent = lines.map((line) => line.join(" ")).join(", ");
  }

  /** Chooses a row by the keys; -1 for none. */
  #choose(row: number): void {
    const wasChosen = this.#row >= 0;
    this.#row = row;
    if (row < 0) {
      if (wasChosen) this.#plot.setCursor({ left: -10, top: -10 });
      return;
    }
    const { rows: { timesS }, view } = this.#parts;
    const timeS = timesS[row] as number;
    const { fromS, toS } = view.span;
    if (timeS < fromS || timeS > toS) {
      view.show({ fromS: timeS - (toS - fromS) / 2, toS: timeS + (toS - fromS) / 2 });
    }
    this.#plot.setCursor({ left: this.#plot.valToPos(timeS, "x"), top: 20 });
  }

  #key(event: KeyboardEvent): void {
    const { view, rows: { timesS } } = this.#parts;
    const arrow = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const aroundS = this.#row < 0 ? undefined : timesS[this.#row];
    if (arrow !== undefined && event.shiftKey) view.pan(arrow * 0.25);
    else if (arrow !== undefined) {
      const middle = nearestRow(timesS, (view.span.fromS + view.span.toS) / 2) ?? 0;
      const next = this.#row < 0 ? middle : this.#row + arrow;
      this.#choose(Math.min(Math.max(next, 0), timesS.length - 1));
    } else if (event.key === "+" || event.key === "=") view.zoom(0.5, aroundS);
    else if (event.key === "-") view.zoom(2, aroundS);
    else if (event.key === "0" || event.key === "Home") view.reset();
    else if (event.key === "Escape") this.#choose(-1);
    else return;
    event.preventDefault();
  }
}

function seriesOf(spec: ChartSpec, { width }: Line): uPlot.Series {
  const bars = uPlot.paths.bars;
  return {
    stroke: () => color(spec.color),
    width,
    // A single record has no line: a point shows it.
    points: { show: width >= 1 && spec.hasBars !== true ? undefined as never : false, size: 3 },
    ...(spec.hasBars && bars !== undefined
      ? { paths: bars({ size: [0.8, 24, 2] }), fill: () => color(spec.color) }
      : {}),
  };
}

/** A colour of the style sheet, `#rrggbb`, with some of its strength. */
function faded(name: string, strength: number): string {
  return color(name) + Math.round(strength * 255).toString(16).padStart(2, "0");
}
