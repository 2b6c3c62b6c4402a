import { assert, assertEquals } from "@std/assert";
import {
  describeOffset,
  explainOffset,
  formatBound,
  formatClockOffset,
  formatOffset,
  formatThreeDigits,
} from "../../../src/report/milliseconds.ts";
import { Random } from "../../lab/random.ts";

function around(valueMs: number, halfMs: number) {
  return { valueMs, lowerMs: valueMs - halfMs, upperMs: valueMs + halfMs };
}

Deno.test("milliseconds: three digits, and no more decimals than are known", () => {
  assertEquals(
    [0, 0.0004, 0.034, 0.2901, 9.996, 25.91, 534.1, 1405.2].map((ms) => formatThreeDigits(ms)),
    [
      ...["0.000", "0.000", "0.034", "0.290", "10.00", "25.9", "534", "1405"],
    ],
  );
  assertEquals([0.034, 0.29, 25.91].map((ms) => formatThreeDigits(ms, 1)), ["0.0", "0.3", "25.9"]);
});

Deno.test("milliseconds: a bound is rounded up, to one digit or to two", () => {
  assertEquals(
    [0, 0.0123, 0.54, 0.6, 1.01, 1.95, 2.01, 9.7, 13.4, 26.2, 134.5, 999].map((ms) =>
      formatBound(ms)
    ),
    [
      ...["0", "0.013", "0.6", "0.6", "1.1", "2", "3", "10", "14", "27", "140", "1000"],
    ],
  );
  assertEquals(formatBound(0.0006, 3), "0.001");
});

for (
  const [valueMs, halfMs, text] of [
    [-0.06, 0.517, "within 0.6 ms of ours"],
    [0, 1.99, "within 2 ms of ours"],
    [0, 2.01, "+0 ±3 ms"],
    [0.6, 0.55, "+0.6 ±0.6 ms"],
    [6.2, 13.45, "+6 ±14 ms"],
    [-1.2, 0.5, "-1.2 ±0.5 ms"],
    [1500, 300, "+1.5 ±0.3 s"],
    [-0.0002, 1200, "+0 ±1.3 s"],
    [37_000.2, 0.6, "+37.000 ±0.001 s"],
    [59_999.9999, 0.5, "+60.000 ±0.001 s"],
    [3_600_000.145, 0.645, "+1:00:00.000 ±0.001 s"],
    [-20_700_000.3, 0.5, "-5:45:00.000 ±0.001 s"],
    [120_000, 3000, "+0:02:00 ±3 s"],
    [-43_199_999.6, 0.5, "-12:00:00.000 ±0.001 s"],
  ] as const
) {
  Deno.test(`milliseconds: ${valueMs} ± ${halfMs} is ${text}`, () => {
    assertEquals(formatClockOffset(around(valueMs, halfMs)), text);
  });
}

Deno.test("milliseconds: what is printed holds the whole of the interval", () => {
  const random = new Random(5);
  for (let round = 0; round < 5000; round++) {
    const halfMs = 10 ** (random.below(7000) / 1000 - 1);
    const offset = around((random.below(2e6) / 1e6 - 1) * 10 ** random.between(0, 7), halfMs);
    const text = formatOffset(offset);
    const found = /^([+-])(?:(\d+):(\d\d):)?([\d.]+) ±([\d.]+) (ms|s)$/.exec(text);
    assert(found !== null, text);
    const [, sign, hours = "0", minutes = "0", rest, bound, unit] = found;
    const scale = unit === "s" ? 1000 : 1;
    const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(rest)) * scale;
    const middle = sign === "-" ? -size : size;
    const reach = Number(bound) * scale + 1e-6;
    assert(
      middle - reach <= offset.lowerMs && offset.upperMs <= middle + reach,
      `${text} ${JSON.stringify(offset)}`,
    );
    // Nor is it much wider: as far as the digits go that are printed.
    assert(reach <= Math.max(2.1 * halfMs, scale === 1000 ? 2.1 : 0), `${text} ${halfMs}`);
  }
});

Deno.test("milliseconds: an offset in words, and what it may come from", () => {
  assertEquals(describeOffset(around(6, 14)), "within 20 ms of ours");
  assertEquals(describeOffset(around(6, 1400)), "within 1.5 s of ours");
  assertEquals(describeOffset(around(12.2, 0.35)), "ahead of ours by 12.2 ±0.4 ms");
  assertEquals(describeOffset(around(-3_600_000, 0.5)), "behind ours by 1:00:00.000 ±0.001 s");
  const reasons = [3_600_000.4, -20_700_000, 37_000.2, -37_000.2, 18_000, 5, 900_000, 470_000];
  assertEquals(reasons.map((ms) => explainOffset(around(ms, 1))), [
    "whole hours: local time?",
    "quarter hours: local time?",
    "TAI time?",
    "our clock on TAI time?",
    "GPS time?",
    undefined,
    "quarter hours: local time?",
    undefined,
  ]);
});
