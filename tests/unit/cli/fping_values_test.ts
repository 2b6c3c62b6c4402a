/** Option values of fping: what strtoul(3) and strtod(3) read to the end. */

import { assertEquals, assertThrows } from "@std/assert";
import { FPING_OPTIONS } from "../../../src/cli/commands/fping/options.ts";
import {
  count,
  factor,
  milliseconds,
  octet,
  reportPeriod,
} from "../../../src/cli/commands/fping/values.ts";
import { parseCommandLine } from "../../../src/cli/options/command_line.ts";
import type { OptionValue } from "../../../src/cli/options/option.ts";

/** A value, and what is read; `undefined` where it is refused. */
type Row = readonly [text: string, value: unknown];

const TABLES: Readonly<Record<string, readonly [OptionValue<unknown>, readonly Row[]]>> = {
  "a count": [count("N", 1), [
    ["1", 1],
    [" +7", 7],
    ["010", 10],
    ["4294967295", 4294967295],
    ["4294967296", undefined],
    ["0", undefined],
    ["-1", undefined],
    ["1 ", undefined],
    ["1x", undefined],
    ["0x1", undefined],
    ["1.0", undefined],
    ["1e1", undefined],
    ["+ 1", undefined],
    ["", undefined],
  ]],
  "an octet": [octet("N"), [
    ["0", 0],
    ["00", 0],
    ["010", 8],
    ["0x10", 16],
    ["0Xff", 255],
    [" +16", 16],
    ["255", 255],
    ["256", undefined],
    ["0400", undefined],
    ["08", undefined],
    ["0x", undefined],
    ["0x100", undefined],
    ["-1", undefined],
    ["", undefined],
  ]],
  "a factor": [factor("N"), [
    ["1.5", 1.5],
    ["1e0", 1],
    [".5", 0.5],
    ["0x2", 2],
    ["inf", undefined],
    ["nan", undefined],
    ["-1", undefined],
    ["1.5x", undefined],
  ]],
  "milliseconds": [milliseconds(), [
    ["0", 0],
    ["1e9", 1e9],
    ["+.5e2", 50],
    ["5.", 5],
    ["0x10", 16],
    ["9.2e12", 9.2e12],
    ["9.3e12", undefined],
    ["1e400", undefined],
    ["2s", 2000],
    ["1.5ms", 1.5],
    ["50x", undefined],
    ["inf", undefined],
    ["nan", undefined],
    ["-1", undefined],
    ["", undefined],
  ]],
  "seconds of a report": [reportPeriod(), [
    ["0", { everyMs: 0, isCumulative: false }],
    ["1.5", { everyMs: 1500, isCumulative: false }],
    ["1e3,cumulative", { everyMs: 1e6, isCumulative: true }],
    ["2,", { everyMs: 2000, isCumulative: false }],
    ["2,cumulative,", { everyMs: 2000, isCumulative: false }],
    [",cumulative", undefined],
    ["2x,cumulative", undefined],
    ["1e10", undefined],
    ["-1", undefined],
    ["", undefined],
  ]],
};

for (const [name, [value, rows]] of Object.entries(TABLES)) {
  Deno.test(`fping: ${name} is read as fping 5.5 reads it`, () => {
    for (const [text, expected] of rows) {
      if (expected === undefined) assertThrows(() => value.parse(text), RangeError, "expected");
      else assertEquals([text, value.parse(text)], [text, expected]);
    }
  });
}

Deno.test("fping: of options given in turns, the last of all is known", () => {
  const { given, options } = parseCommandLine(["-qa", "-c2", "-C1", "-q", "-c3"], FPING_OPTIONS);
  assertEquals([...given], ["alive", "vcount", "quiet", "count"]);
  assertEquals([options.count, options.vcount], [3, 1]);
});
