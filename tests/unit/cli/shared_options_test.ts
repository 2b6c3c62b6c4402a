/** Which values options of several commands take, and what they are by default. */

import { assertEquals, assertThrows } from "@std/assert";
import { parseCommandLine } from "../../../src/cli/options/command_line.ts";
import { UsageError } from "../../../src/cli/outcome.ts";
import {
  INTERVAL_OPTION,
  OUTPUT_OPTIONS,
  PACKET_OPTIONS,
  TARGET_OPTIONS,
  WAIT_OPTIONS,
} from "../../../src/cli/options/shared_options.ts";

const TABLE = { ...INTERVAL_OPTION, ...WAIT_OPTIONS, ...PACKET_OPTIONS };
const parse = (...words: string[]) => parseCommandLine(words, TABLE).options;

Deno.test("shared options: once a second, a second for the reply, time to live 64, no end", () => {
  const { interval, timeout, deadline, ttl, tos, mark } = parse();
  assertEquals([interval, timeout, deadline, ttl, tos, mark], [
    ...[1000, 1000, undefined, 64, 0, undefined],
  ]);
});

Deno.test("shared options: octets and marks take what their fields hold, and no more", () => {
  const { ttl, tos, mark } = parse("-t", "255", "-Q", "255", "-m", "4294967295");
  assertEquals([ttl, tos, mark], [255, 255, 0xffffffff]);
  const least = parse("-t", "1", "-Q", "0", "-m", "0");
  assertEquals([least.ttl, least.tos, least.mark], [1, 0, 0]);
  for (
    const [option, value] of [["-t", "256"], ["-t", "0"], ["-Q", "256"], ["-m", "4294967296"]]
  ) {
    assertThrows(() => parse(option as string, value as string), UsageError, value);
  }
});

Deno.test("shared options: an interval is a millisecond at least, a wait a microsecond, both a day at most", () => {
  assertEquals(parse("-i", "1ms").interval, 1);
  assertEquals(parse("-i", "1d", "-W", "1d").interval, 86_400_000);
  assertEquals(parse("-W", "1us").timeout, 0.001);
  assertEquals(parse("-w", "366d").deadline, 366 * 86_400_000);
  for (
    const [option, value] of [
      ...[["-i", "0.9ms"], ["-i", "25h"], ["-W", "0.5us"], ["-W", "25h"], ["-w", "367d"]],
    ]
  ) {
    assertThrows(() => parse(option as string, value as string), UsageError);
  }
});

Deno.test("shared options: files of targets, exclusions and interfaces may be several, in their order", () => {
  const table = { ...TARGET_OPTIONS, ...PACKET_OPTIONS };
  const given = (...words: string[]) => parseCommandLine(words, table).options;
  const none = given();
  assertEquals([none.file, none.exclude, none["exclude-file"], none.interface], [[], [], [], []]);
  assertEquals(given("-f", "b", "--file=a").file, ["b", "a"]);
  const [first, second] = [{ first: 1, last: 1 }, { first: 2, last: 3 }];
  assertEquals(given("--exclude=0.0.0.1", "--exclude=0.0.0.2/31").exclude, [[first], [second]]);
  assertEquals(given("--exclude-file=b", "--exclude-file=a")["exclude-file"], ["b", "a"]);
  assertEquals(given("-I", "eth0", "-I", "192.0.2.1").interface, ["eth0", "192.0.2.1"]);
});

Deno.test("shared options: the output is appended to a file, packets are written over one, fields are a list", () => {
  const { output, write, fields, json } = parseCommandLine(
    ["-o", "a", "--write=b", "--fields=x,y", "--json"],
    OUTPUT_OPTIONS,
  ).options;
  assertEquals([output, write, fields, json], ["a", "b", ["x", "y"], true]);
  const uses = [OUTPUT_OPTIONS.output, OUTPUT_OPTIONS.write, TARGET_OPTIONS.file]
    .map(({ fileUse }) => fileUse);
  assertEquals(uses, ["append", "write", "read"]);
});
