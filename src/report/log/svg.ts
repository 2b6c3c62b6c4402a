/** A log as one picture for a ticket: the words, and for each target its round trip and the changes of both directions. */

import type { Bucket } from "../../log/bucket.ts";
import type { Log } from "../../log/log_reader.ts";
import { formatTime } from "../../page/format.ts";
import { safeText } from "../../terminal/safe_text.ts";
import { wrap } from "../../terminal/width.ts";
import { describeLog, describePeriod, findAll } from "./log_words.ts";
import type { TargetSummary } from "./target_summary.ts";

/** How a picture is made. */
export interface SvgOptions {
  /** Heading; a plain one unless given. */
  readonly title?: string | undefined;
  /** Targets with charts. */
  readonly maxTargets: number;
}

const WIDTH = 960, MARGIN = 20, LINE = 18, CHART_HEIGHT = 110, GAP = 30;
const CHART_WIDTH = (WIDTH - 2 * MARGIN - GAP) / 2;
/** Characters of a line of words. */
const COLUMNS = 120;
/** Targets with charts, at most: a picture is no page. */
const MAX_CHARTS = 12;
const COLORS = { rtt: "#4a5568", out: "#0b6bcb", back: "#b84d00", loss: "#c4162a" } as const;
const PAPER = "#ffffff", TEXT = "#1b1f24", FAINT = "#57606a", GRID = "#d0d7de";

/** The picture, with its final line break. */
export function formatSvg(log: Log, { title, maxTargets }: SvgOptions): string {
  const findings = findAll(log);
  const heading = title ?? "icmptime report";
  const words = [describePeriod(log), ...describeLog(findings)]
    .flatMap((sentence) => wrap(safeText(sentence), COLUMNS, 2).split("\n"));
  const shown = findings.targets.slice(0, Math.min(maxTargets, MAX_CHARTS));
  const top = MARGIN + 2 * LINE + words.length * LINE;
  const height = top + shown.length * (CHART_HEIGHT + 3 * LINE) + MARGIN;
  const text = words.map((line, i) => label(MARGIN, MARGIN + (i + 2) * LINE, line, 13)).join("\n");
  const charts = shown.map((target, i) =>
    targetCharts(target, top + i * (CHART_HEIGHT + 3 * LINE), log.period)
  ).join("\n");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" ` +
    `width="${WIDTH}" height="${height}" role="img" font-family="system-ui, sans-serif">
<title>${escape(heading)}</title><desc>${escape(words.join(" "))}</desc>
<rect width="${WIDTH}" height="${height}" fill="${PAPER}"/>
${label(MARGIN, MARGIN + LINE * 0.8, heading, 18, TEXT, "bold")}
${text}
${charts}
</svg>
`;
}

function targetCharts(target: TargetSummary, y: number, period: Log["period"]): string {
  const { buckets, log } = target;
  if (period === undefined) return "";
  const x = MARGIN + CHART_WIDTH + GAP;
  return [
    label(MARGIN, y + LINE, log.name, 14, TEXT, "bold"),
    chart(buckets, period, { x: MARGIN, y: y + LINE * 1.8 }, "Round trip", ["rtt"]),
    chart(
      buckets,
      period,
      { x, y: y + LINE * 1.8 },
      "Above the minimum: delay out (blue), back (orange)",
      [
        "out",
        "back",
      ],
    ),
  ].join("\n");
}

/** A chart: the greatest value of each moment as a line, losses as ticks. */
function chart(
  buckets: readonly Bucket[],
  { firstS, lastS }: NonNullable<Log["period"]>,
  { x, y }: { readonly x: number; readonly y: number },
  words: string,
  names: readonly ("rtt" | "out" | "back")[],
): string {
  const most = Math.max(
    0.001,
    ...names.flatMap((name) => buckets.map(({ delays }) => delays[name]?.max ?? 0)),
  );
  const toX = (bucket: Bucket) =>
    x + ((bucket.firstS + bucket.lastS) / 2 - firstS) / ((lastS - firstS) || 1) * CHART_WIDTH;
  const toY = (ms: number) => y + CHART_HEIGHT - Math.max(0, ms) / most * CHART_HEIGHT;
  const lines = names.map((name) => {
    let path = "", isOpen = false;
    for (const bucket of buckets) {
      const ms = bucket.delays[name]?.max;
      if (ms !== undefined) {
        const point = `${short(toX(bucket))} ${short(toY(ms))}`;
        // A line of no length is a dot: a moment between two losses has no other.
        path += isOpen ? `L${point}` : `M${point}h0`;
      }
      isOpen = ms !== undefined;
    }
    return `<path d="${path}" fill="none" stroke="${COLORS[name]}" stroke-linecap="round"/>`;
  });
  const ticks = buckets.filter(({ counts, settled }) => counts.received < settled)
    .map((bucket) => `M${short(toX(bucket))} ${short(y)}v5`).join("");
  return `<path d="M${short(x)} ${
    short(y)
  }v${CHART_HEIGHT}h${CHART_WIDTH}" fill="none" stroke="${GRID}"/>
${lines.join("\n")}
<path d="${ticks}" stroke="${COLORS.loss}"/>
${label(x, y - 4, `${words}, up to ${Number(most.toPrecision(3))} ms`, 11, FAINT)}
${label(x, y + CHART_HEIGHT + 13, formatTime(firstS * 1e3, "second"), 10, FAINT)}
${
    label(
      x + CHART_WIDTH - 100,
      y + CHART_HEIGHT + 13,
      formatTime(lastS * 1e3, "second"),
      10,
      FAINT,
    )
  }`;
}

function label(
  x: number,
  y: number,
  text: string,
  size: number,
  fill: string = TEXT,
  weight: string = "normal",
): string {
  return `<text x="${short(x)}" y="${short(y)}" font-size="${size}" fill="${fill}" ` +
    `font-weight="${weight}" xml:space="preserve">${escape(text)}</text>`;
}

function short(value: number): string {
  return String(Number(value.toFixed(1)));
}

function escape(text: string): string {
  return safeText(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;");
}
