/** What is said in words of the target in focus: which part of the path is slow, and its clock. */

import { FLAG_MEANINGS } from "../../record/flags.ts";
import { STYLE, type Style } from "../../terminal/screen/style.ts";
import { countOf } from "../../terminal/quantity.ts";
import { stripColors, widthOf, wrap } from "../../terminal/width.ts";
import { REPLIES_FOR_PATH } from "../../run/slow_part.ts";
import { formatClock } from "../clock_text.ts";
import { describeQueue, describeRise, nameParts } from "../path_text.ts";
import { formatThreeDigits } from "../milliseconds.ts";
import { formatPercent } from "./target_table.ts";
import type { EchoRow, TargetRow } from "./target_row.ts";
import type { WatchView } from "./watch_view.ts";

/** A line of the screen. */
export interface TextLine {
  /** Characters from the first column on. */
  readonly text: string;
  /** How it looks. */
  readonly style: Style;
}

/** The lines, the most important first. */
export function describeFocus(row: TargetRow, view: WatchView, columns: number): TextLine[] {
  if (view.mode === "clocks" && row.clock !== undefined) {
    const text = stripColors(formatClock(row.clock, { numeric: false, columns }));
    return text.split("\n").map((text, i) => ({
      text,
      style: i === 0 ? STYLE.strong : STYLE.plain,
    }));
  }
  const heading = `${view.isOverlaid ? "all targets; " : ""}${row.fullName}: ${verdict(row)}`;
  const sentences: [label: string, text: string | undefined, style: Style][] =
    view.mode === "clocks" ? oddities(row) : parts(row);
  const span = row.slow === undefined ? "" : `  (last ${Math.ceil(row.latest.spanMs / 1000)} s)`;
  const hasRoom = widthOf(heading + span) <= columns;
  const lines: TextLine[] = [{ text: hasRoom ? heading + span : heading, style: STYLE.strong }];
  for (const [label, text, style] of sentences) {
    if (text === undefined) continue;
    const lead = label.padEnd(7);
    const wrapped = `${lead}${wrap(text, columns, lead.length, lead.length)}`;
    for (const line of wrapped.split("\n")) lines.push({ text: line, style });
  }
  return lines;
}

/** `slow: out`. */
function verdict({ slow, lastMs, lossRatio }: TargetRow): string {
  if (slow === undefined) {
    return lastMs === undefined && lossRatio === 1 ? "no answer" : "too few replies yet";
  }
  return slow.length === 0 ? "neither direction is slow" : `slow: ${nameParts(slow)}`;
}

function parts(row: TargetRow): [string, string | undefined, Style][] {
  const { latest: { replies, out, back, queue }, tickMs } = row;
  const echo: [string, string | undefined, Style] = ["echo", compareEcho(row), STYLE.plain];
  if (replies < REPLIES_FOR_PATH) return [echo];
  const queueWords = queue && describeQueue(queue, replies);
  return [
    echo,
    ["queue", queueWords?.isSlow ? queueWords.text : undefined, STYLE.plain],
    ["out", out && describeRise(out, replies, "out", tickMs).text, STYLE.out],
    ["back", back && describeRise(back, replies, "back", tickMs).text, STYLE.back],
  ];
}

/** `0 % lost, median 1.21 ms; timestamp 12 % lost, median 1.25 ms`; undefined without echo requests. */
function compareEcho(row: TargetRow): string | undefined {
  const { echo } = row;
  if (echo?.lossRatio === undefined) return undefined;
  return `${describeLoss(echo)}; timestamp ${describeLoss(row)}`;
}

function describeLoss({ lossRatio, rtt }: EchoRow): string {
  const lost = lossRatio === undefined ? "loss unknown" : `${formatPercent(lossRatio)} % lost`;
  return rtt === undefined ? lost : `${lost}, median ${formatThreeDigits(rtt.median)} ms`;
}

function oddities({ odd }: TargetRow): [string, string, Style][] {
  return odd.map(([flag, count]) => {
    const meaning = (FLAG_MEANINGS as Readonly<Record<string, string>>)[flag];
    const text = `${flag}, ${countOf(count, "reply", "replies")}`;
    return ["odd", meaning === undefined ? text : `${text}: ${meaning}`, STYLE.plain];
  });
}
