import { assertEquals } from "@std/assert";
import {
  type ReadStamps,
  readStamps,
  type StampsToRead,
} from "../../../src/measurement/reading.ts";
import { byteSwap32 } from "../../../src/time/day.ts";

const NOON = 43_200_000;
const QUARTER = 15 * 60_000;
const HIGH = 0x8000_0000;

/** A reply 20 ms after a request at noon, whose stamps are both 5 ms later unless they differ. */
function read(changes: Partial<StampsToRead> = {}): ReadStamps {
  return readStamps({
    originate: NOON,
    receive: NOON + 5,
    transmit: NOON + 5,
    sentMs: NOON,
    rttMs: 20,
    tickMs: 1,
    ...changes,
  });
}

/** The reading, and the flags after it. */
function text(changes: Partial<StampsToRead>): string {
  const { reading, flags } = read(changes);
  return [reading, ...flags].join(" ");
}

function both(raw: number): Pick<StampsToRead, "receive" | "transmit"> {
  return { receive: raw >>> 0, transmit: raw >>> 0 };
}

const CASES:
  readonly (readonly [what: string, changes: Partial<StampsToRead>, expected: string])[] = [
    ["plain", {}, "standard"],
    // The two stamps: 20 ms of round trip, 1 ms of tick and 0.05 ms of slack.
    ["answered as late as the round trip allows", { transmit: NOON + 26 }, "standard"],
    ["answered later than that", { transmit: NOON + 27 }, "standard processing-exceeds-rtt"],
    ["a coarser tick allows more", { transmit: NOON + 35, tickMs: 10 }, "standard"],
    [
      "but not more than itself",
      { transmit: NOON + 36, tickMs: 10 },
      "standard processing-exceeds-rtt",
    ],
    [
      "a millisecond too early is rounding",
      { transmit: NOON + 4 },
      "standard transmit-before-receive",
    ],
    [
      "two are not, at any tick",
      { transmit: NOON + 3, tickMs: 10 },
      "standard transmit-before-receive",
    ],
    // Copies of the originate stamp.
    ["a copy over a long path", { ...both(NOON) }, "unreadable originate-copied"],
    ["a copy over 2 ms may be chance", { ...both(NOON), rttMs: 2 }, "standard"],
    ["a copy over more is none", { ...both(NOON), rttMs: 2.001 }, "unreadable originate-copied"],
    ["a copy of a host with its own time", { ...both(NOON), hasOwnTime: true }, "standard"],
    [
      "a copy of an originate that was early, at any path",
      { ...both(NOON), rttMs: 1, originateIsEarly: true },
      "unreadable originate-copied",
    ],
    [
      "an early originate, and the host's own time",
      { ...both(NOON + 1), originateIsEarly: true },
      "standard",
    ],
    ["one stamp alone is no copy", { receive: NOON, transmit: NOON + 1 }, "standard"],
    ["the other alone neither", { receive: NOON - 1, transmit: NOON }, "standard"],
    [
      "a copy of what is not our time, at any path",
      { ...both(7), originate: 7, rttMs: 1 },
      "unreadable originate-copied",
    ],
    [
      "our time to a quarter of an hour",
      { ...both(NOON + QUARTER), originate: NOON + QUARTER, rttMs: 1 },
      "standard",
    ],
    [
      "and not a millisecond more",
      { ...both(NOON + QUARTER + 1), originate: NOON + QUARTER + 1, rttMs: 1 },
      "unreadable originate-copied",
    ],
    // Constants.
    ["zeros", both(0), "unreadable zero"],
    ["ones", both(1), "unreadable one"],
    ["a zero alone", { receive: 0, transmit: 1 }, "standard"],
    ["another alone", { receive: 1, transmit: 0 }, "standard transmit-before-receive"],
    ["the low half missing", both(0x0123_0000), "unreadable low-bits-zero"],
    ["of one stamp alone", { receive: 0x0123_0000, transmit: 0x0123_0001 }, "standard"],
    ["of the other alone", { receive: 0x0122_ffff, transmit: 0x0123_0000 }, "standard"],
    ["zeros at midnight", { ...both(0), sentMs: 0, originate: 86_399_990 }, "standard"],
    [
      "zeros a quarter of an hour after it",
      { ...both(0), sentMs: QUARTER, originate: 5 },
      "standard",
    ],
    ["and a moment later", { ...both(0), sentMs: QUARTER + 1, originate: 5 }, "unreadable zero"],
    // The high-order bit.
    ["the high bit in both", both(NOON + 5 + HIGH), "high-bit non-standard"],
    ["in the first", { receive: NOON + 5 + HIGH }, "high-bit non-standard"],
    ["in the second", { transmit: NOON + 5 + HIGH }, "high-bit non-standard"],
    ["a day with it", both(86_400_000 + HIGH), "unreadable non-standard out-of-range"],
    ["a day without it", both(86_400_000), "unreadable out-of-range"],
    ["the last millisecond of the day", both(86_399_999), "standard"],
    // The other byte order: only where it is near our time.
    ["little-endian", both(byteSwap32(NOON + 5)), "little-endian byte-swapped"],
    [
      "little-endian, a quarter of an hour off",
      both(byteSwap32(NOON + QUARTER)),
      "little-endian byte-swapped",
    ],
    [
      "little-endian, a moment more",
      both(byteSwap32(NOON + QUARTER + 1)),
      "unreadable non-standard out-of-range",
    ],
    [
      "little-endian, whose second stamp is early",
      { receive: byteSwap32(NOON + 5), transmit: byteSwap32(NOON) },
      "unreadable",
    ],
  ];

for (const [what, changes, expected] of CASES) {
  Deno.test(`stamps: ${what}`, () => {
    const found = text(changes);
    // The reverse of a plain number may or may not have its high bit set.
    assertEquals(expected === "unreadable" ? found.split(" ")[0] : found, expected);
  });
}

Deno.test("stamps: what is read agrees with the round trip, or is marked", () => {
  assertEquals(read().consistent, true);
  assertEquals(read({ transmit: NOON + 4 }).consistent, true);
  assertEquals(read({ transmit: NOON + 3 }).consistent, false);
  assertEquals(read({ transmit: NOON + 27 }).consistent, false);
  const { receiveMs, transmitMs } = read({ transmit: NOON + 9 });
  assertEquals([receiveMs, transmitMs], [NOON + 5, NOON + 9]);
  const none = read(both(0));
  assertEquals([none.receiveMs, none.transmitMs, none.consistent], [undefined, undefined, false]);
});

Deno.test("stamps: two readings that fit are ambiguous until the host has shown its own", () => {
  // Far from our time as it stands, near it with the octets swapped, and a time of day either way.
  const sentMs = 0x0293_8701;
  const raw = byteSwap32(sentMs);
  const changes = { ...both(raw), sentMs, originate: sentMs - 100 };
  assertEquals(raw < 86_400_000, true);
  assertEquals(text(changes), "ambiguous ambiguous");
  assertEquals(text({ ...changes, priorReading: "little-endian" }), "little-endian byte-swapped");
  assertEquals(text({ ...changes, priorReading: "standard" }), "standard");
  assertEquals(text({ ...changes, priorReading: "high-bit" }), "ambiguous ambiguous");
});
