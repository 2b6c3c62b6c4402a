/**
 * From the answers of a host to its labels.
 *
 * The classes are those of Sundial (Rye and Beverly, PAM 2019) and more; see {@linkcode LABELS}. Each comparison with our time is with
 * the window from request to reply of that very probe, modulo the period of what is counted, so neither midnight nor a long
 * round trip matters. A host that was not asked enough is `undecided`.
 */

import { foldMs, modulo, MS_PER_DAY } from "../time/day.ts";
import { formatUtcOffset, UTC_OFFSETS_IN_USE } from "../time/utc_offset.ts";
import type { HostAnswer, HostEvidence } from "./answer.ts";
import { fitForms, type FittedForm, readTimestamp } from "./clock_form.ts";
import { type Label, type LabelFinding, LABELS } from "./label.ts";
import { describeManners } from "./manners.ts";

/** What is known of a host's behaviour. */
export interface HostBehaviour {
  /** Its labels with their evidence, in the order of the table of labels. */
  readonly labels: readonly LabelFinding[];
  /** How its timestamps count; undefined where no time can be read or nothing is decided. */
  readonly form: FittedForm | undefined;
  /** Offset from UTC of the local time that it seems to show, in minutes; undefined for none. */
  readonly utcOffsetMinutes: number | undefined;
}

/** Timestamps that do not change over this time stand still: no tick in use is longer than a second. */
const STUCK_AFTER_MS = 1500;
/** Answers from which one concludes that the numbers keep no time. */
const MIN_RANDOM_ANSWERS = 4;
const MIN_ANSWERS = 2;
/** A local time that is off by more is no evidence of a time zone: zones lie a quarter of an hour apart. */
const ZONE_TOLERANCE_MS = 10_000;
/** RFC 1122 §3.2.2.8 asks for a clock that is right within a few minutes. */
const NEAR_MS = 15 * 60_000;
/** A reading counts as decided when the next one is this many times less likely. */
const DECISIVE_RATIO = 100;
const MS_PER_MINUTE = 60_000;
const HALF_RANGE = 65_536;
const LITTLE_ENDIAN_ONE = 0x0100_0000;

/** Labels a host. */
export function classify(evidence: HostEvidence): HostBehaviour {
  const { answers } = evidence;
  const manners = describeManners(evidence);
  const meaningless = findMeaningless(answers);
  if (meaningless !== undefined) return behaviourOf([...meaningless, ...manners]);
  if (answers.length < MIN_ANSWERS || spanMs(answers) < STUCK_AFTER_MS) {
    return behaviourOf([undecided(answers.length), ...manners]);
  }
  const forms = fitForms(answers);
  const [best, next] = forms;
  if (best === undefined) {
    const isRandom = answers.length >= MIN_RANDOM_ANSWERS;
    const finding = isRandom ? all("random", answers.length) : undecided(answers.length);
    return behaviourOf([finding, ...describePace(answers), ...manners]);
  }
  if (next !== undefined && next.rank < best.rank * DECISIVE_RATIO) {
    return behaviourOf([undecided(answers.length), ...manners]);
  }
  const utcOffsetMinutes = findZone(best);
  return {
    labels: inOrder([
      ...describePace(answers),
      ...describeForm(best, utcOffsetMinutes, answers),
      ...describeOrder(best, answers),
      ...(evidence.coarseTickMs === undefined
        ? []
        : [all("coarse-tick", answers.length, `${evidence.coarseTickMs} ms`)]),
      ...manners,
    ]),
    form: best,
    utcOffsetMinutes,
  };
}

function behaviourOf(findings: readonly LabelFinding[]): HostBehaviour {
  return { labels: inOrder(findings), form: undefined, utcOffsetMinutes: undefined };
}

/** Constants and copies: numbers that carry no time. */
function findMeaningless(answers: readonly HostAnswer[]): LabelFinding[] | undefined {
  if (answers.length < MIN_ANSWERS) return undefined;
  const copy = findCopy(answers);
  if (copy !== undefined) return [copy];
  const halves = findSwappedHalves(answers);
  if (halves !== undefined) return [halves, ...describePace(answers)];
  const { reply: { receive, transmit } } = answers[0] as HostAnswer;
  const isConstant = answers.every(({ reply }) =>
    reply.receive === receive && reply.transmit === transmit
  );
  if (!isConstant || spanMs(answers) < STUCK_AFTER_MS) return undefined;
  const detail = receive === transmit ? `${receive}` : `${receive}, ${transmit}`;
  if (receive !== transmit) return [all("stuck", answers.length, detail)];
  if (receive === 0) {
    // A host that returns the request's own zeros looks the same until it is sent other numbers.
    const isAskedOtherwise = answers.some(({ request }) => request.receive !== 0);
    return [isAskedOtherwise ? all("constant-zero", answers.length) : undecided(answers.length)];
  }
  if (receive === 1) return [all("constant-one", answers.length)];
  if (receive === LITTLE_ENDIAN_ONE) return [all("constant-little-endian-one", answers.length)];
  return [all("stuck", answers.length, detail)];
}

function findCopy(answers: readonly HostAnswer[]): LabelFinding | undefined {
  const reflects = answers.every(({ request, reply }) =>
    reply.receive === request.receive && reply.transmit === request.transmit
  );
  const echoes = answers.every(({ request, reply }) =>
    reply.receive === request.originate && reply.transmit === request.originate
  );
  if (reflects && echoes) return undecided(answers.length);
  if (reflects && answers.some(({ request }) => request.receive !== 0)) {
    return all("reflection", answers.length);
  }
  const isDistinct = answers.some((answer) => isFar(answer.request.originate, answer));
  if (echoes && isDistinct) return all("originate-echo", answers.length);
  return undefined;
}

/** Whether a number that we sent is no time that a right clock could have shown. */
function isFar(number: number, { sentUnixMs }: HostAnswer): boolean {
  return number >= MS_PER_DAY || Math.abs(foldMs(number - sentUnixMs)) > NEAR_MS;
}

function findSwappedHalves(answers: readonly HostAnswer[]): LabelFinding | undefined {
  const isHalf = answers.every(({ reply }) =>
    (reply.receive & 0xffff) === 0 && (reply.transmit & 0xffff) === 0
  );
  const distinct = new Set(answers.map(({ reply }) => reply.receive));
  if (!isHalf || distinct.size < 2) return undefined;
  for (const read of [(raw: number) => raw >>> 16, swappedHalf]) {
    const keepsTime = answers.every(({ reply, sentUnixMs, receivedUnixMs }) => {
      const sinceSentMs = modulo(read(reply.receive) - modulo(sentUnixMs, MS_PER_DAY), HALF_RANGE);
      return sinceSentMs <= receivedUnixMs - sentUnixMs + 1 ||
        sinceSentMs > HALF_RANGE - NEAR_HALF_MS;
    });
    if (keepsTime) return all("halves-swapped", answers.length);
  }
  // The numbers change in the high half alone: whatever they count, half of it is missing.
  return undefined;
}

/** How far behind ours the half of a clock may be and still be recognised. */
const NEAR_HALF_MS = 5000;

function swappedHalf(raw: number): number {
  return ((raw >>> 24) & 0xff) | ((raw >>> 8) & 0xff00);
}

/** Whether receive and transmit are taken separately. */
function describePace(answers: readonly HostAnswer[]): LabelFinding[] {
  const different = answers.filter(({ reply }) => reply.receive !== reply.transmit);
  return different.length > 0
    ? [{ label: "normal", count: different.length, of: answers.length }]
    : [all("lazy", answers.length)];
}

function describeForm(
  form: FittedForm,
  utcOffsetMinutes: number | undefined,
  { length }: readonly HostAnswer[],
): LabelFinding[] {
  const labels: Label[] = [];
  if (form.isLittleEndian) labels.push("little-endian");
  if (form.unit === "uptime-ms") labels.push("uptime");
  else if (form.unit !== "ms-of-day") labels.push(form.unit);
  if (form.hasHighBit) {
    const isRight = utcOffsetMinutes !== undefined || isNear(form);
    labels.push(isRight ? "high-bit" : "high-bit-odd");
  }
  const findings = labels.map((label) => all(label, length));
  return utcOffsetMinutes === undefined
    ? findings
    : [...findings, all("time-zone", length, formatUtcOffset(utcOffsetMinutes))];
}

function isNear({ lowerMs, upperMs }: FittedForm): boolean {
  return lowerMs !== undefined && upperMs !== undefined && lowerMs <= NEAR_MS &&
    upperMs >= -NEAR_MS;
}

/** The offset from UTC in civil use that a clock shows; undefined for UTC itself and for none. */
function findZone({ unit, lowerMs, upperMs }: FittedForm): number | undefined {
  if (unit !== "ms-of-day" && unit !== "seconds-of-day") return undefined;
  if (lowerMs === undefined || upperMs === undefined) return undefined;
  const middleMs = (lowerMs + upperMs) / 2;
  const toleranceMs = ZONE_TOLERANCE_MS + (upperMs - lowerMs) / 2;
  const distanceMs = (minutes: number) => Math.abs(foldMs(middleMs - minutes * MS_PER_MINUTE));
  const zones = UTC_OFFSETS_IN_USE.filter((minutes) => distanceMs(minutes) <= toleranceMs)
    .sort((one, other) => distanceMs(one) - distanceMs(other) || Math.abs(one) - Math.abs(other));
  return zones[0] === 0 ? undefined : zones[0];
}

function describeOrder(form: FittedForm, answers: readonly HostAnswer[]): LabelFinding[] {
  const backwards = answers.filter(({ reply }) => {
    const receiveMs = readTimestamp(reply.receive, form);
    const transmitMs = readTimestamp(reply.transmit, form);
    return receiveMs !== undefined && transmitMs !== undefined &&
      foldMs(transmitMs - receiveMs) < 0;
  });
  return backwards.length === 0
    ? []
    : [{ label: "transmit-before-receive", count: backwards.length, of: answers.length }];
}

function inOrder(findings: readonly LabelFinding[]): LabelFinding[] {
  const order = Object.keys(LABELS);
  return [...findings].sort((a, b) => order.indexOf(a.label) - order.indexOf(b.label));
}

function all(label: Label, count: number, detail?: string): LabelFinding {
  return { label, count, of: count, ...(detail === undefined ? {} : { detail }) };
}

function undecided(answers: number): LabelFinding {
  return { label: "undecided", count: answers, of: answers };
}

function spanMs(answers: readonly HostAnswer[]): number {
  const [first] = answers;
  const last = answers.at(-1);
  return first === undefined || last === undefined ? 0 : last.sentUnixMs - first.sentUnixMs;
}
