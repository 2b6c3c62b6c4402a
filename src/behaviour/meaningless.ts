/** Numbers that carry no time: constants, copies of the request, and halves of a time. */

import { NEAR_MS } from "../measurement/mod.ts";
import { byteSwap32, fold, foldMs, MS_PER_DAY } from "../time/day.ts";
import type { HostAnswer } from "./answer.ts";
import { MAX_SKEW, TICK_ALLOWANCE_MS } from "./form_fit.ts";
import { all, describePace, MIN_ANSWERS, spanMs, STUCK_AFTER_MS, undecided } from "./finding.ts";
import type { LabelFinding } from "./label.ts";

/** Numbers without their low half are many: two of them may agree by chance. */
const MIN_HALVES = 3;
const LITTLE_ENDIAN_ONE = 0x0100_0000;
const HALF_RANGE = 65_536;

/** The labels of a host whose timestamps are constants, copies or halves; undefined where they are none of these. */
export function findMeaningless(answers: readonly HostAnswer[]): LabelFinding[] | undefined {
  const [first] = answers;
  if (first === undefined || answers.length < MIN_ANSWERS) return undefined;
  const copy = findCopy(answers);
  if (copy !== undefined) return [copy];
  const halves = findSwappedHalves(answers);
  if (halves !== undefined) return [halves, ...describePace(answers)];
  const { receive, transmit } = first.reply;
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
  if (!isHalf || answers.length < MIN_HALVES || distinct.size < 2) return undefined;
  const keepsTime = [(raw: number) => raw >>> 16, byteSwap32].some((read) =>
    advancesAsHalf(answers, read)
  );
  // Otherwise the numbers change in the high half alone: whatever they count, half of it is missing.
  return keepsTime ? all("halves-swapped", answers.length) : undefined;
}

/** Whether halves advance as time does, modulo 2^16 ms. Past midnight of that host they start again, once. */
function advancesAsHalf(answers: readonly HostAnswer[], read: (raw: number) => number): boolean {
  let midnights = 0;
  return answers.every((answer, i) => {
    const before = answers[i - 1];
    if (before === undefined) return true;
    const passedMs = answer.sentUnixMs - before.sentUnixMs;
    const aheadMs = read(answer.reply.receive) - read(before.reply.receive) - passedMs;
    const toleranceMs = TICK_ALLOWANCE_MS + MAX_SKEW * passedMs +
      Math.max(...[answer, before].map((one) => one.receivedUnixMs - one.sentUnixMs));
    const isNear = (differenceMs: number) =>
      Math.abs(fold(differenceMs, HALF_RANGE)) <= toleranceMs;
    if (isNear(aheadMs)) return true;
    return isNear(aheadMs + MS_PER_DAY) && ++midnights === 1;
  });
}
