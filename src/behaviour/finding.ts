/** Findings and what they rest on. */

import type { HostAnswer } from "./answer.ts";
import type { Label, LabelFinding } from "./label.ts";

/** Timestamps that do not change over this time stand still: no tick in use is longer than a second. */
export const STUCK_AFTER_MS = 1500;
/** Fewer answers show nothing that lasts. */
export const MIN_ANSWERS = 2;

/** A label that all of this many answers show. */
export function all(label: Label, count: number, detail?: string): LabelFinding {
  return { label, count, of: count, ...(detail === undefined ? {} : { detail }) };
}

/** That nothing is decided, after this many answers. */
export function undecided(answers: number): LabelFinding {
  return { label: "undecided", count: answers, of: answers };
}

/** Time from the first request to the last of at least one answer, in milliseconds. */
export function spanMs(answers: readonly HostAnswer[]): number {
  const first = answers[0] as HostAnswer, last = answers.at(-1) as HostAnswer;
  return last.sentUnixMs - first.sentUnixMs;
}

/** Whether receive and transmit are taken separately. */
export function describePace(answers: readonly HostAnswer[]): LabelFinding[] {
  const different = answers.filter(({ reply }) => reply.receive !== reply.transmit);
  return different.length > 0
    ? [{ label: "normal", count: different.length, of: answers.length }]
    : [all("lazy", answers.length)];
}
