/** Which of several readings is taken, and what else follows from how a clock was read. */

import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { HostAnswer, HostEvidence } from "../../../src/behaviour/answer.ts";
import { classify } from "../../../src/behaviour/classify.ts";
import { fitForms } from "../../../src/behaviour/form_fit.ts";

const NOON = Date.UTC(2026, 4, 14, 12);
const NOON_MS = 43_200_000;
const HIGH_BIT = 0x8000_0000;

/** An answer at once, with one timestamp. */
function answer(sentUnixMs: number, stamp: number, more: Partial<HostAnswer> = {}): HostAnswer {
  return {
    question: "standard",
    request: { originate: 0, receive: 0, transmit: 0 },
    reply: { originate: 0, receive: stamp, transmit: stamp },
    ...{ sentUnixMs, receivedUnixMs: sentUnixMs },
    ...{ requestBytes: 20, replyBytes: 20, requestTos: 0, replyTos: 0, replyCode: 0 },
    ...{ ttl: 64, identification: 7, hasDontFragment: false },
    ...more,
  };
}

const names = (answers: readonly HostAnswer[]) =>
  classify({ asked: {}, answers }).labels.map(({ label }) => label).join(" ");

/** Four requests to a clock of whole seconds: its offset is known as that number and up to a second more. */
const wholeSeconds = (startUnixMs: number, stamp: number) =>
  [0, 1000, 2000, 3000].map((ms) => answer(startUnixMs + ms, stamp + ms));

Deno.test("readings: the next one must be a hundred times less likely, or nothing is decided", () => {
  // From 2023-01-29 on, Unix time in milliseconds, modulo 2^32, is 445,440 ms behind the time of day for a day.
  const start = 390 * 2 ** 32 + 40_000_000;
  const dayMs = 40_000_000 + 445_440;
  assertEquals(start % 86_400_000, dayMs);
  // As far behind the time of day as ahead of Unix time, which a hundredth of the clocks show.
  const between = wholeSeconds(start, dayMs - 223_220);
  assertEquals(fitForms(between).slice(0, 2).map(({ unit, rank }) => [unit, rank * 2 ** 32]), [
    ["milliseconds-of-day", 2 * 222_720 + 1],
    ["unix-milliseconds", 100 * (2 * 222_720 + 1)],
  ]);
  assertEquals(names(between), "lazy");
  assertEquals(names(wholeSeconds(start, dayMs - 223_221)), "undecided");
  // Right by the time of day it is that, right by Unix time it is nine times as likely to be that.
  assertEquals(names(wholeSeconds(start, dayMs)), "lazy");
  assertEquals(names(wholeSeconds(start, 40_000_000)), "undecided");
});

Deno.test("readings: with the high-order bit, within fifteen minutes is the time of day, themselves included", () => {
  const aheadOf = (ms: number) => names(wholeSeconds(NOON, NOON_MS + ms + HIGH_BIT));
  assertEquals(aheadOf(900_000), "lazy high-bit");
  assertEquals(aheadOf(900_001), "lazy high-bit-odd");
  // Up to a second more than that.
  assertEquals(aheadOf(-901_000), "lazy high-bit");
  assertEquals(aheadOf(-901_001), "lazy high-bit-odd");
});

Deno.test("readings: a system may be likely where nothing is decided of its clock", () => {
  // Manners of Linux within less than a second and a half.
  const manners: readonly Partial<HostAnswer>[] = [
    {},
    { question: "odd-code" },
    { question: "long", requestBytes: 76 },
    { question: "service", requestTos: 72, replyTos: 72 },
  ];
  const evidence = (gapMs: number, stepMs: number): HostEvidence => ({
    asked: { "bad-checksum": 2 },
    answers: manners.map((more, i) => {
      const stamp = NOON_MS + i * stepMs;
      const reply = { originate: 0, receive: stamp, transmit: stamp };
      return answer(NOON + i * gapMs, stamp, { ...more, reply });
    }),
  });
  const manner = "answers-odd-code truncates-long copies-tos";
  const soon = classify(evidence(301, 301));
  assertEquals(soon.labels.map(({ label }) => label).join(" "), `${manner} undecided`);
  assertEquals(soon.likelySystem, "Linux");
  // Once it is decided that its numbers count otherwise, it is none.
  assertEquals(classify(evidence(501, 0)).likelySystem, undefined);
});

Deno.test("forms: the offset is bounded by arrival and departure, whichever stamp is the later", () => {
  const boundsOf = (receivedMs: number, sentMs: number) => {
    // From six in the evening on, 10 ms to the host and back.
    const start = NOON + 21_600_000, startMs = NOON_MS + 21_600_000;
    const answers = [0, 1000].map((ms) =>
      answer(start + ms, 0, {
        reply: {
          originate: 0,
          receive: startMs + ms + receivedMs,
          transmit: startMs + ms + sentMs,
        },
        receivedUnixMs: start + ms + 10,
      })
    );
    const form = fitForms(answers).find(({ unit, isLittleEndian }) =>
      unit === "milliseconds-of-day" && !isLittleEndian
    );
    return [form?.lowerMs ?? NaN, form?.upperMs ?? NaN];
  };
  const cases = [[4, 7, -3], [4, 4, -6], [4, -30, -6], [8, 5, -2], [-5, 6, -4]] as const;
  for (const [receivedMs, sentMs, lowerMs] of cases) {
    const [lower = NaN, upper = NaN] = boundsOf(receivedMs, sentMs);
    assertAlmostEquals(lower, lowerMs, 1e-6, `${receivedMs} ${sentMs}`);
    assertAlmostEquals(upper, receivedMs + 1000 / 15, 1e-6, `${receivedMs} ${sentMs}`);
  }
});

/** Whether answers fit the form that RFC 792 asks for. */
const isStandard = (answers: readonly HostAnswer[]) =>
  fitForms(answers).some(({ unit, isLittleEndian, hasHighBit }) =>
    unit === "milliseconds-of-day" && !isLittleEndian && !hasHighBit
  );

Deno.test("forms: a clock may step by a second, and by no more", () => {
  // Each asked shortly before or after a step.
  const stepping = (stepMs: number) =>
    [0.95, 1.05, 2.95, 3.05, 4.95].map((steps) =>
      answer(NOON + steps * stepMs, NOON_MS + Math.floor(steps) * stepMs)
    );
  assertEquals([50, 1000, 2000].map((stepMs) => isStandard(stepping(stepMs))), [
    ...[true, true, false],
  ]);
});

Deno.test("forms: a clock of milliseconds is never half a second ahead of itself", () => {
  const times = [0, 401, 1203, 1604, 2005];
  const ahead = (ms: number) =>
    times.map((time, i) => answer(NOON + time, NOON_MS + time + (i === 2 ? ms : 0)));
  // A fifteenth of a second, and what it may drift.
  assertEquals([0, 66, 500].map((ms) => isStandard(ahead(ms))), [true, true, false]);
});

Deno.test("forms: both timestamps must be readable", () => {
  const written = (receive: number, transmit: number) =>
    [0, 900, 1800].map((ms) =>
      answer(NOON + ms, 0, {
        reply: { originate: 0, receive: receive + ms, transmit: transmit + ms },
      })
    );
  assertEquals(isStandard(written(NOON_MS, NOON_MS)), true);
  assertEquals(isStandard(written(NOON_MS, 86_400_000)), false);
  assertEquals(isStandard(written(86_400_000, NOON_MS)), false);
});

Deno.test("readings: a tick is named with a thousandth of a millisecond at most", () => {
  const detail = (tickMs: number) => {
    const answers = Array.from({ length: 24 }, (_, i) => {
      const ms = 113.7 * i;
      return answer(NOON + ms, Math.floor(Math.floor((NOON_MS + ms) / tickMs) * tickMs));
    });
    return classify({ asked: {}, answers }).labels;
  };
  const named = (text: string) => [
    { label: "lazy", count: 24, of: 24 },
    { label: "coarse-tick", count: 24, of: 24, detail: text },
  ];
  assertEquals(detail(1000 / 15), named("66.667 ms") as ReturnType<typeof detail>);
  assertEquals(detail(50), named("50 ms") as ReturnType<typeof detail>);
});
