/** Random runs as text: whatever happens, lines fit 80 columns and the columns of a table stay apart. */

import { assert, assertEquals } from "@std/assert";
import { TextReporter, type TextReporterOptions } from "../../src/report/text_reporter.ts";
import { widthOf } from "../../src/terminal/width.ts";
import { Random } from "../lab/random.ts";
import { quirkNames } from "../lab/scenario.ts";
import { reportRun } from "../support/reported_run.ts";
import { randomNetwork, randomOptions } from "./random_run.ts";

const RUNS = 150;
const COLUMNS = 80;
const NAMES = [
  "",
  "host",
  "a.host",
  "localhost.localdomain",
  "b\u00fccher.example",
  "\u6642\u523b",
];

function randomText(random: Random): TextReporterOptions {
  return {
    quiet: random.chance(0.1),
    verbose: random.chance(0.3),
    numeric: random.chance(0.3),
    timestamps: random.chance(0.2),
  };
}

Deno.test("property: text fits 80 columns, and table columns stay apart", async () => {
  for (let seed = 0; seed < RUNS; seed++) {
    const random = new Random(seed);
    const network = { ...randomNetwork(random), quirk: random.pick(quirkNames) };
    const options = { ...randomOptions(random), targets: random.pick([1, 2, 5]) };
    const labels = Array.from({ length: options.targets }, (_, index) => {
      const name = random.pick(NAMES);
      return name === "" ? `198.18.0.${index + 1}` : name;
    });
    const text = randomText(random);
    const { output } = await reportRun(
      network,
      { ...options, labels },
      (lines) => new TextReporter(lines, text),
    );
    for (const line of output.lines) {
      const what = () => `seed ${seed}: ${widthOf(line)} columns: ${line}`;
      assert(widthOf(line) <= COLUMNS, what());
      if (/^(rtt|queue|out|back|out jitter|back jitter) +-?\d/.test(line)) {
        assertEquals(line.slice(12).trim().split(/ +/).length, 6, what());
      }
    }
  }
});

Deno.test("property: a long name leaves its numbers and its clock on one line", async () => {
  const label = "a-host-with-a-name-that-is-far-too-long-for-a-line.of.a.large.company.example";
  const { output } = await reportRun(
    { clock: { offsetMs: 5 }, out: 9, back: 1 },
    { count: 2, labels: [label] },
    (lines) =>
      new TextReporter(lines, { quiet: false, verbose: false, numeric: false, timestamps: false }),
  );
  assertEquals(output.lines.slice(1, 3), [
    `${label}:`,
    "    seq=0 ttl=61 rtt=10.0 ms  clock +9 ±6 ms",
  ]);
});
