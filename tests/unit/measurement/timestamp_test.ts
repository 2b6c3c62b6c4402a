import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { measureTimestamp, type ProbeStamps } from "../../../src/measurement/mod.ts";
import { elapsedNs, isClockStep } from "../../../src/measurement/timestamp.ts";
import { byteSwap32, type Instant, MS_PER_DAY, NS_PER_DAY } from "../../../src/time/mod.ts";

const NOON_MS = 43_200_000;

function instant(ms: number, stepMs = 0): Instant {
  const ns = Math.round(ms * 1e6);
  return { realtimeNs: ns + stepMs * 1e6, monotonicNs: ns, source: "kernel" };
}

/** A probe sent at `sentMs` with the given RTT; stamps are what the remote answers, raw. */
function probe(
  sentMs: number,
  rttMs: number,
  receiveMs: number,
  transmitMs: number,
  more: Partial<ProbeStamps> = {},
): ProbeStamps {
  const originateMs = Math.floor(sentMs) % MS_PER_DAY;
  return {
    sentAt: instant(sentMs),
    receivedAt: instant(sentMs + rttMs),
    originateMs,
    reply: { originateMs, receiveMs, transmitMs },
    tickMs: 1,
    ...more,
  };
}

Deno.test("an ordinary reply: intervals of the derivation", () => {
  const measured = measureTimestamp(
    probe(NOON_MS + 0.25, 20.5, NOON_MS + 133, NOON_MS + 134),
  );
  assertEquals(measured.reading, "standard");
  assertEquals(measured.flags, []);
  assertEquals(measured.rttNs, 20_500_000);
  assert(measured.out && measured.back && measured.offset);
  assertAlmostEquals(measured.out.lowerMs, 132.75, 1e-6);
  assertAlmostEquals(measured.out.upperMs, 133.75, 1e-6);
  assertAlmostEquals(measured.out.valueMs, 133.25, 1e-6);
  assertAlmostEquals(measured.back.upperMs, -113.25, 1e-6);
  assertAlmostEquals(measured.back.lowerMs, -114.25, 1e-6);
  assertAlmostEquals(measured.offset.lowerMs, 113.25, 1e-6);
  assertAlmostEquals(measured.offset.upperMs, 133.75, 1e-6);
});

Deno.test("a round trip of no time is none below zero", () => {
  const measured = measureTimestamp(probe(NOON_MS, 0, NOON_MS + 7, NOON_MS + 7));
  assertEquals([measured.flags, measured.rttNs, measured.offset?.lowerMs], [[], 0, 7]);
});

Deno.test("a coarse tick widens the intervals that depend on it", () => {
  const measured = measureTimestamp(probe(NOON_MS, 2, NOON_MS, NOON_MS, { tickMs: 16 }));
  assertEquals(measured.offset?.lowerMs, -2);
  assertEquals(measured.offset?.upperMs, 16);
  assertEquals(measured.out?.upperMs, 16);
  assertEquals(measured.back?.lowerMs, -14);
  assertThrows(() => measureTimestamp(probe(0, 1, 0, 0, { tickMs: 0 })), RangeError);
});

Deno.test("midnight is not an event, on either side", () => {
  // Ours crosses between request and reply.
  let measured = measureTimestamp(probe(MS_PER_DAY - 10, 20, 0, 0));
  assertEquals(measured.flags, []);
  assertAlmostEquals(measured.out?.lowerMs ?? NaN, 10, 1e-6);
  assertAlmostEquals(measured.back?.upperMs ?? NaN, 10, 1e-6);
  // Theirs crosses between its two stamps.
  measured = measureTimestamp(probe(NOON_MS * 2 - 5, 6, MS_PER_DAY - 1, 1));
  assertAlmostEquals(measured.offset?.lowerMs ?? NaN, 0, 1e-6);
  assertAlmostEquals(measured.offset?.upperMs ?? NaN, 5, 1e-6);
  // Days after the clock was opened, and before its base.
  for (const days of [-1, 0, 100]) {
    const shift = days * (NS_PER_DAY / 1e6);
    measured = measureTimestamp({
      ...probe(NOON_MS + shift, 2, NOON_MS + 1, NOON_MS + 1),
      originateMs: NOON_MS,
      reply: { originateMs: NOON_MS, receiveMs: NOON_MS + 1, transmitMs: NOON_MS + 1 },
    });
    assertAlmostEquals(measured.offset?.valueMs ?? NaN, 0.5, 1e-6);
  }
});

Deno.test("a remote clock nearly twelve hours off keeps its sign and its width", () => {
  const offMs = 11 * 3_600_000 + 59 * 60_000;
  for (const sign of [1, -1]) {
    const remote = (NOON_MS + 7 + sign * offMs + MS_PER_DAY) % MS_PER_DAY;
    const measured = measureTimestamp(probe(NOON_MS, 14, remote, remote));
    assertAlmostEquals(measured.offset?.lowerMs ?? NaN, sign * offMs - 7, 1e-6);
    assertAlmostEquals(measured.offset?.upperMs ?? NaN, sign * offMs + 8, 1e-6);
  }
  // Exactly opposite: the interval runs on past twelve hours instead of being torn.
  const measured = measureTimestamp(probe(NOON_MS, 14, 8, 8));
  assert(measured.offset !== undefined);
  assertAlmostEquals(measured.offset.upperMs - measured.offset.lowerMs, 15, 1e-6);
});

Deno.test("high bit: masked, named", () => {
  const stamp = (NOON_MS + 5 + 0x8000_0000) >>> 0;
  const measured = measureTimestamp(probe(NOON_MS, 10, stamp, stamp));
  assertEquals(measured.reading, "high-bit");
  assertEquals(measured.flags, ["non-standard"]);
  assertEquals(measured.receiveMs, NOON_MS + 5);
  assertAlmostEquals(measured.offset?.lowerMs ?? NaN, -5, 1e-6);
});

Deno.test("high bit with nonsense behind it: unreadable", () => {
  const measured = measureTimestamp(probe(NOON_MS, 10, 0xffff_ffff, 0xffff_ffff));
  assertEquals(measured.reading, "unreadable");
  assertEquals(measured.flags, ["non-standard", "out-of-range"]);
  assertEquals(measured.offset, undefined);
  assertEquals(measured.receiveMs, undefined);
});

Deno.test("little-endian: recognised near the local time, named", () => {
  const remote = NOON_MS + 60_123; // low octet 0xfb: out of range when read as big-endian
  const swapped = byteSwap32(remote);
  const measured = measureTimestamp(probe(NOON_MS, 10, swapped, swapped));
  assertEquals(measured.reading, "little-endian");
  assertEquals(measured.flags, ["byte-swapped"]);
  assertEquals(measured.transmitMs, remote);
  assertAlmostEquals(measured.offset?.upperMs ?? NaN, 60_124, 1e-6);
});

Deno.test("swapped stamps far from the local time are not guessed", () => {
  const swapped = byteSwap32((7 * 3_600_000 & ~0xff) | 0x7f);
  const measured = measureTimestamp(probe(NOON_MS, 10, swapped, swapped));
  assertEquals(measured.reading, "unreadable");
  assertEquals(measured.flags, ["out-of-range"]);
});

Deno.test("stamps that fit in both byte orders are ambiguous until the host is known", () => {
  const remote = (NOON_MS & ~0xff) | 0x03; // swapped: 0x03......, within a day
  const swapped = byteSwap32(remote);
  assert(swapped < MS_PER_DAY);
  const at = probe(remote - 5, 10, swapped, swapped);
  const measured = measureTimestamp(at);
  assertEquals(measured.reading, "ambiguous");
  assertEquals(measured.flags, ["ambiguous"]);
  assertEquals(measured.offset, undefined);
  const known = measureTimestamp({ ...at, priorReading: "little-endian" });
  assertEquals(known.reading, "little-endian");
  assertEquals(known.offset !== undefined, true);
  assertEquals(measureTimestamp({ ...at, priorReading: "standard" }).reading, "standard");
});

Deno.test("constants, copies and half stamps are kept out of the delays", () => {
  const table: [string, number, number][] = [
    ["zero", 0, 0],
    ["one", 1, 1],
    ["low-bits-zero", 0x0123_0000, 0x0123_0000],
    ["originate-copied", NOON_MS, NOON_MS],
    ["out-of-range", MS_PER_DAY, MS_PER_DAY],
    ["out-of-range", 1_789_284_242, 1_789_284_242],
  ];
  for (const [flag, receive, transmit] of table) {
    const measured = measureTimestamp(probe(NOON_MS, 10, receive, transmit));
    assertEquals(measured.flags as readonly string[], [flag]);
    assertEquals(measured.reading, "unreadable");
    assertEquals([measured.out, measured.back, measured.offset], [undefined, undefined, undefined]);
  }
});

Deno.test("zero at midnight is a time, and so is our own time on a short path", () => {
  let measured = measureTimestamp(probe(MS_PER_DAY - 0.01, 0.02, 0, 0));
  assertEquals(measured.flags, []);
  assertEquals(measured.reading, "standard");
  measured = measureTimestamp(probe(NOON_MS + 0.2, 0.025, NOON_MS, NOON_MS));
  assertEquals(measured.flags, []);
  assertAlmostEquals(measured.offset?.lowerMs ?? NaN, -0.225, 1e-6);
});

Deno.test("a copied originate that is not our time gives itself away on any path", () => {
  const nonce = 12_345;
  const measured = measureTimestamp(probe(NOON_MS, 0.02, nonce, nonce, {
    originateMs: nonce,
    reply: { originateMs: nonce, receiveMs: nonce, transmitMs: nonce },
  }));
  assertEquals(measured.flags, ["originate-copied"]);
});

Deno.test("stamps that contradict each other or the round trip are kept out", () => {
  let measured = measureTimestamp(probe(NOON_MS, 10, NOON_MS + 5, NOON_MS + 3));
  assertEquals(measured.flags, ["transmit-before-receive"]);
  assertEquals(measured.offset, undefined);
  // Within one tick the bounds stay true, so the measurement stands, flagged.
  measured = measureTimestamp(probe(NOON_MS, 10, NOON_MS + 5, NOON_MS + 4));
  assertEquals(measured.flags, ["transmit-before-receive"]);
  assertEquals(measured.offset !== undefined, true);
  measured = measureTimestamp(probe(NOON_MS, 10, NOON_MS, NOON_MS + 12));
  assertEquals(measured.flags, ["processing-exceeds-rtt"]);
  assertEquals(measured.offset, undefined);
});

Deno.test("a changed originate stamp is flagged and kept out", () => {
  const measured = measureTimestamp(probe(NOON_MS, 10, NOON_MS + 5, NOON_MS + 5, {
    reply: { originateMs: 77, receiveMs: NOON_MS + 5, transmitMs: NOON_MS + 5 },
  }));
  assertEquals(measured.flags, ["originate-changed"]);
  assertEquals(measured.offset, undefined);
  assertEquals(measured.rttNs, 10_000_000);
});

Deno.test("a step of our clock: round trip from the monotonic clock, no offset", () => {
  for (const stepMs of [1000, -1000, 0.101]) {
    const measured = measureTimestamp({
      ...probe(NOON_MS, 10, NOON_MS + 5, NOON_MS + 5),
      receivedAt: instant(NOON_MS + 10, stepMs),
    });
    assertEquals(measured.flags, ["clock-step"]);
    assertEquals(measured.rttNs, 10_000_000);
    assertEquals([measured.out, measured.back, measured.offset], [undefined, undefined, undefined]);
  }
  const slewed = measureTimestamp({
    ...probe(NOON_MS, 10, NOON_MS + 5, NOON_MS + 5),
    receivedAt: instant(NOON_MS + 10, 0.05),
  });
  assertEquals(slewed.flags, []);
  assertEquals(slewed.rttNs, 10_050_000);
});

Deno.test("a reply before its request is our own error and measures nothing", () => {
  const measured = measureTimestamp(probe(NOON_MS, -0.5, NOON_MS, NOON_MS));
  assertEquals(measured.flags, ["negative-rtt"]);
  assertEquals(measured.offset, undefined);
});

Deno.test("a step of our own clock is more than 100 microseconds of realtime apart from monotonic", () => {
  for (const sign of [1, -1]) {
    const elapsed = (microseconds: number) => {
      const later = instant(NOON_MS + 20, sign * microseconds / 1000);
      return [isClockStep(instant(NOON_MS), later), elapsedNs(instant(NOON_MS), later)];
    };
    assertEquals(elapsed(100), [false, 20e6 + sign * 100_000]);
    assertEquals(elapsed(101), [true, 20e6]);
  }
});
