import { assertEquals } from "@std/assert";
import { RemoteClock, swapBytes } from "../../lab/remote_clock.ts";
import type { ClockBehaviour, HostBehaviour, QuirkName } from "../../lab/scenario.ts";
import { BASE_UNIX_MS } from "./simulated_lab.ts";

/** 12:34:56.789 012 345, in nanoseconds of the day. */
const NOW_NS = 45_296_789_012_345;
const NOW_MS = 45_296_789;

const EXPECTED: Record<QuirkName, number> = {
  "normal": NOW_MS,
  "lazy": NOW_MS,
  "high-bit": 0x80000000 + NOW_MS,
  // One second after the first request, which came at an uptime of 1 234 567 ms.
  "high-bit-wrong": 0x80000000 + 1_235_567,
  // 45 296 789 is 0x02b32c95.
  "little-endian": 0x952cb302,
  "local-time-zone": NOW_MS + 3_600_000,
  "seconds-of-day": 45_296,
  "unix-seconds": BASE_UNIX_MS / 1000 + 45_296,
  "uptime-ms": 1_235_567,
  "stuck": NOW_MS,
  "zero": 0,
  "one": 1,
  "copy-originate": 42,
  "low-16-bits-zero": 0x2c950000,
  "coarse-tick": 45_296_781,
  "bad-checksum": NOW_MS,
  "other-originate": NOW_MS,
};

function clockOf(behaviour: HostBehaviour, originNs = NOW_NS - 1e9): RemoteClock {
  return new RemoteClock(behaviour, 0, originNs, BASE_UNIX_MS);
}

Deno.test("lab clock: each quirk writes what it is named for", () => {
  for (const [quirk, stamp] of Object.entries(EXPECTED)) {
    const clock = clockOf({ quirk: quirk as QuirkName });
    assertEquals(clock.stampAt(NOW_NS, 42), stamp, quirk);
  }
});

Deno.test("lab clock: stuck stays, the others go on", () => {
  const stuck = clockOf({ quirk: "stuck" });
  assertEquals([stuck.stampAt(NOW_NS, 0), stuck.stampAt(NOW_NS + 5e9, 0)], [NOW_MS, NOW_MS]);
  const normal = clockOf({});
  assertEquals(normal.stampAt(NOW_NS + 5e9, 0), NOW_MS + 5000);
});

Deno.test("lab clock: offset, skew and steps add up to the nanosecond", () => {
  const cases: [ClockBehaviour, number, number][] = [
    [{ offsetMs: 123.456789 }, 0, 123_456_789],
    [{ offsetMs: -0.000001 }, 0, -1],
    [{ offsetMs: 1, skewPpm: 50 }, 60e9, 1_000_000 + 3_000_000],
    [{ skewPpm: -120 }, 1e9, -120_000],
    [{ steps: [{ afterMs: 500, byMs: 1000 }] }, 499_999_999, 0],
    [{ steps: [{ afterMs: 500, byMs: 1000 }] }, 500_000_000, 1_000_000_000],
    [{ steps: [{ afterMs: 1, byMs: 5 }, { afterMs: 2, byMs: -3 }] }, 3e6, 2_000_000],
  ];
  for (const [clock, sinceNs, offsetNs] of cases) {
    const remote = clockOf({ clock }, NOW_NS);
    assertEquals(remote.offsetNsAt(NOW_NS + sinceNs), offsetNs, JSON.stringify(clock));
  }
});

Deno.test("lab clock: the floor of a fractional offset, and midnight both ways", () => {
  const stamp = (offsetMs: number, atNs = NOW_NS) =>
    clockOf({ clock: { offsetMs } }).stampAt(atNs, 0);
  assertEquals(stamp(0.987654), NOW_MS);
  assertEquals(stamp(0.987655), NOW_MS + 1);
  assertEquals(stamp(-0.012345), NOW_MS);
  assertEquals(stamp(-0.012346), NOW_MS - 1);
  assertEquals(stamp(-1, 0), 86_399_999);
  assertEquals(stamp(86_400_000), NOW_MS);
  assertEquals(stamp(43_140_000), (NOW_MS + 43_140_000) % 86_400_000);
});

Deno.test("lab clock: a told time of day at the first request, on into the next day", () => {
  const clock = clockOf({ clock: { timeOfDayMs: 86_399_000.5 } }, NOW_NS);
  assertEquals(clock.stampAt(NOW_NS, 0), 86_399_000);
  assertEquals(clock.stampAt(NOW_NS + 999_499_999, 0), 86_399_999);
  assertEquals(clock.stampAt(NOW_NS + 999_500_000, 0), 0);
});

Deno.test("lab clock: ticks of 1, 10, 15.625 and 64 ms", () => {
  for (const tickMs of [1, 10, 15.625, 64]) {
    const clock = clockOf({ clock: { tickMs } });
    const expected = Math.floor(Math.floor(NOW_NS / 1e6 / tickMs) * tickMs);
    assertEquals(clock.stampAt(NOW_NS, 0), expected, `${tickMs}`);
  }
});

Deno.test("lab clock: swapping bytes twice changes nothing", () => {
  assertEquals(swapBytes(0x12345678), 0x78563412);
  assertEquals(swapBytes(0x000000ff), 0xff000000);
  for (const word of [0, 1, 0x80000000, 0xffffffff]) assertEquals(swapBytes(swapBytes(word)), word);
});
