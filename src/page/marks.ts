/** What is drawn over a chart: moments as dotted lines, lost probes as ticks on the upper edge. */

import type { Rows } from "./chart_spec.ts";
import type { TargetData } from "./data.ts";
import { firstFrom } from "./scale.ts";
import { color } from "./theme.ts";

/** A chart as far as marks need it; uPlot is one. */
export interface MarkedChart {
  /** Where to draw. */
  readonly ctx: CanvasRenderingContext2D;
  /** The part with the lines, in pixels of the canvas. */
  readonly bbox: Readonly<Record<"left" | "top" | "width" | "height", number>>;
  /** Scales by name. */
  readonly scales: Readonly<Record<string, { readonly min?: number; readonly max?: number }>>;
  /** Where a value lies on a scale. */
  valToPos(value: number, scale: string, inCanvasPixels: boolean): number;
}

/** Height of a tick in CSS pixels. */
const TICK_PX = 6;

/** Draws moments: steps, restarts, changes of the path, starts and ends of runs. */
export function drawEvents(chart: MarkedChart, { events }: TargetData, startMs: number): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.strokeStyle = color("--event");
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  for (const [atMs, kind] of events) {
    // Ticks show outages already.
    if (kind === "outage") continue;
    const x = Math.round(chart.valToPos((startMs + atMs) / 1e3, "x", true)) + 0.5;
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
  }
  ctx.stroke();
  ctx.restore();
}

/** Draws a tick for each row with lost probes, as strong as their share. */
export function drawLosses(chart: MarkedChart, { timesS, unanswered, received }: Rows): void {
  const { ctx, bbox } = chart;
  const { min = 0, max = 0 } = chart.scales["x"] ?? {};
  ctx.save();
  ctx.fillStyle = color("--loss");
  const end = firstFrom(timesS, max + 1e-9);
  for (let i = firstFrom(timesS, min); i < end; i++) {
    const lost = unanswered[i] ?? 0;
    if (lost === 0) continue;
    const x = Math.round(chart.valToPos(timesS[i] as number, "x", true));
    ctx.globalAlpha = 0.12 + 0.88 * Math.sqrt(lost / (lost + (received[i] ?? 0)));
    ctx.fillRect(x - devicePixelRatio, bbox.top, 2 * devicePixelRatio, TICK_PX * devicePixelRatio);
  }
  ctx.restore();
}
