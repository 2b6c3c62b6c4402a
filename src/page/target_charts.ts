/** The charts of the targets, drawn when they come into view, or are printed. */

import { Chart } from "./chart.ts";
import { chartsOf, type ChartSpec, rowsOf } from "./chart_spec.ts";
import type { PageData, TargetData } from "./data.ts";
import { required } from "./dom.ts";
import { onThemeChange } from "./theme.ts";
import type { View } from "./view.ts";

/** Charts are drawn when they are so near to what is seen. */
const MARGIN = "600px";
/** Width of a chart on paper, CSS pixels. */
const PAPER_PX = 345;

/** Prepares the charts of all targets. */
export function showCharts({ targets, startMs }: PageData, view: View): void {
  const charts: Chart[] = [];
  const waiting = new Map<Element, TargetData>();
  const draw = (home: Element) => {
    const target = waiting.get(home);
    if (target === undefined) return;
    waiting.delete(home);
    charts.push(...drawTarget(target, startMs, view, home as HTMLElement));
  };
  const watch = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      watch.unobserve(target);
      draw(target);
    }
  }, { rootMargin: MARGIN });
  for (const target of targets) {
    const home = required(target.id);
    waiting.set(home, target);
    watch.observe(home);
  }
  addEventListener("resize", () => charts.forEach((chart) => chart.resize()));
  onThemeChange(() => charts.forEach((chart) => chart.repaint()));
  addEventListener("beforeprint", () => {
    for (const home of [...waiting.keys()]) draw(home);
    charts.forEach((chart) => chart.resize(PAPER_PX));
  });
  addEventListener("afterprint", () => charts.forEach((chart) => chart.resize()));
}

function drawTarget(
  target: TargetData,
  startMs: number,
  view: View,
  home: HTMLElement,
): Chart[] {
  const rows = rowsOf(target, startMs);
  const specs = chartsOf(target);
  return specs.map((spec) => {
    const partner = specs.find(({ kind }) => kind === spec.sharesScaleWith)?.lines ?? [];
    const label = labelOf(target, spec);
    return new Chart({ target, spec, partner, rows, view, startMs, label }, home);
  });
}

/** What a chart shows, for those who do not see it. */
function labelOf({ name }: TargetData, { title, lines, unit }: ChartSpec): string {
  const values = lines.at(-1)?.values.filter((value) => value !== null) ?? [];
  const least = values.reduce((one, other) => Math.min(one, other), Infinity);
  const greatest = values.reduce((one, other) => Math.max(one, other), -Infinity);
  const range = values.length === 0
    ? "no value"
    : `${lines.at(-1)?.name} from ${round(least)} to ${round(greatest)} ${unit}`;
  return `${title}, ${name}: ${range}. Arrow keys read single points.`;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
