/** What is said in words of the target in focus: which part of the path is slow, and its clock. */

import { FLAG_MEANINGS } from "../../record/flags.ts";
import { STYLE, type Style } from "../../terminal/screen/style.ts";
import { countOf } from "../../terminal/quantity.ts";
import { stripColors, widthOf, wrap } from "../../terminal/width.ts";
import { REPLIES_FOR_PATH } from "../../run/slow_part.ts";
import { formatClock } from "../clock_text.ts";
import { describeQueue, describeRise, nameParts } from "../path_text.ts";
import type { TargetRow } from "./target_row.ts";
import type { WatchView } from "./watch_view.ts";

/** A line of the screen. */
export interface TextLine {
  /** Its text. */
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

function parts({ latest, tickMs }: TargetRow): [string, string | undefined, Style][] {
  const { replies, out, back, queue } = latest;
  if (replies < REPLIES_FOR_PATH) return [];
  const queueWords = queue && describeQueue(queue, replies);
  return [
    ["queue", queueWords?.isSlow ? queueWords.text : undefined, STYLE.plain],
    ["out", out && describeRise(out, replies, "out", tickMs).text, STYLE.out],
    ["back", back && describeRise(back, replies, "back", tickMs).text, STYLE.back],
  ];
}

function oddities({ odd }: TargetRow): [string, string, Style][] {
  return odd.map(([flag, count]) => {
    const meaning = (FLAG_MEANINGS as Readonly<Record<string, string>>)[flag];
    const text = `${flag}, ${countOf(count, "reply", "replies")}`;
    return ["odd", meaning === undefined ? text : `${text}: ${meaning}`, STYLE.plain];
  });
}
