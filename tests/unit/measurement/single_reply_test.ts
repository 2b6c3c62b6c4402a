import { assert, assertEquals } from "@std/assert";
import { measureSingleReply, type SingleReply } from "../../../src/measurement/single_reply.ts";
import { byteSwap32, MS_PER_DAY } from "../../../src/time/mod.ts";

const NOON_MS = 43_200_000;

/** A reply that took 10.5 ms, with both stamps alike. */
function reply(stampMs: number, more: Partial<SingleReply> = {}): SingleReply {
  const stamps = { receiveMs: stampMs, transmitMs: stampMs };
  return { originateMs: NOON_MS, ...stamps, arrivalMs: NOON_MS + 10.5, ...more };
}

Deno.test("an ordinary reply bounds the offset, if its clock ticks each millisecond", () => {
  assertEquals(measureSingleReply(reply(NOON_MS + 105)), {
    reading: "standard",
    flags: ["tick-assumed"],
    offset: { valueMs: 100.25, lowerMs: 94.5, upperMs: 106 },
  });
});

/** Stamps of no time, and the flag that ping has for them. */
const NO_TIME: readonly (readonly [what: string, SingleReply, flags: readonly string[]])[] = [
  ["zeros", reply(0), ["zero"]],
  ["ones", reply(1), ["one"]],
  ["half of the time", reply(0x50000), ["low-bits-zero"]],
  ["Unix seconds", reply(1_700_000_000), ["out-of-range"]],
  ["a high bit and more than a day", reply(0xf0000001), ["non-standard", "out-of-range"]],
  ["copies of the originate stamp", reply(NOON_MS), ["originate-copied"]],
  ["a departure before the arrival", reply(NOON_MS + 100, { transmitMs: NOON_MS + 50 }), [
    "transmit-before-receive",
  ]],
  ["stamps too far apart", reply(NOON_MS + 100, { transmitMs: NOON_MS + 150 }), [
    "processing-exceeds-rtt",
  ]],
  ["an arrival before the departure", reply(NOON_MS + 100, { arrivalMs: NOON_MS - 3 }), [
    "negative-rtt",
  ]],
];

for (const [what, stamps, flags] of NO_TIME) {
  Deno.test(`${what} are flagged as in ping and give no offset`, () => {
    const measured = measureSingleReply(stamps);
    for (const flag of flags) assert(measured.flags.includes(flag as never), `${measured.flags}`);
    assert(!measured.flags.includes("tick-assumed"));
    assertEquals(measured.offset, undefined);
  });
}

Deno.test("other ways to write the time are read, named and bound the offset", () => {
  const stampMs = NOON_MS + 105;
  for (
    const [raw, reading, flag] of [
      [byteSwap32(stampMs), "little-endian", "byte-swapped"],
      [stampMs + 0x80000000, "high-bit", "non-standard"],
    ] as const
  ) {
    const measured = measureSingleReply(reply(raw));
    assertEquals([measured.reading, measured.flags], [reading, [flag, "tick-assumed"]]);
    assertEquals([measured.offset?.lowerMs, measured.offset?.upperMs], [94.5, 106]);
  }
});

Deno.test("a reply within the same tick of our own clock took no time, which is none below zero", () => {
  const measured = measureSingleReply(reply(NOON_MS + 100, { arrivalMs: NOON_MS }));
  assertEquals([measured.flags, measured.offset?.lowerMs], [["tick-assumed"], 100]);
  const marked = measureSingleReply(reply(NOON_MS + 100 + 0x80000000, { arrivalMs: NOON_MS }));
  assertEquals([marked.flags, marked.offset?.lowerMs], [["non-standard", "tick-assumed"], 100]);
});

Deno.test("midnight and half a day tear no bounds", () => {
  const late = { originateMs: MS_PER_DAY - 5, arrivalMs: 5.5 };
  const measured = measureSingleReply(reply(2, late));
  assertEquals([measured.offset?.lowerMs, measured.offset?.upperMs], [-3.5, 8]);
  const far = measureSingleReply(reply(MS_PER_DAY / 2, { originateMs: 0, arrivalMs: 8.25 }));
  const { lowerMs = NaN, upperMs = NaN } = far.offset ?? {};
  assert(lowerMs < upperMs && upperMs - lowerMs < 10, `${lowerMs}`);
});
