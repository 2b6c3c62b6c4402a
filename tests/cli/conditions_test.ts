/** `--fail-if`: which target breaks which condition, and the exit code that says so. */

import { assertEquals, assertMatch } from "@std/assert";
import { Lab, labTest } from "../lab/lab.ts";
import { Namespace } from "../support/namespace.ts";
import { programTest, SOURCE_PROGRAM } from "../support/program.ts";
import { assertComplaint, readRecords } from "../support/records.ts";

/** 20 ms out, 30 ms back, clock 2 s ahead. */
const SLOW = "198.18.0.1";
/** Stands for hosts that lose every second request: one for each case, since each keeps its place in the pattern. */
const LOSSY = "198.18.1.x";
/** Stands for hosts whose third way back takes longer. */
const CONGESTED = "198.18.2.x";
const SILENT = "198.18.0.4";
const DOUBLED = "198.18.0.5";
const REFUSING = "198.18.0.6";
/** Answers with stamps of 0. */
const ZEROES = "198.18.0.7";
/** Its clock is 250 ms behind. */
const BEHIND = "198.18.0.8";
/** Nothing routes there. */
const UNSENT = "203.0.113.1";

/** A condition, the hosts that are asked, and what standard error says of it; nothing when it holds. */
type Case = readonly [condition: string, hosts: readonly string[], broken: readonly RegExp[]];

const number = String.raw`-?\d+(\.\d+)?`;

const CASES: readonly Case[] = [
  ["loss>5%", [SLOW], []],
  ["loss>5%", [SLOW, LOSSY], [/^icmptime: 198\.18\.1\.\d+: loss>5% is true, it is 50 %$/]],
  ["loss>50%", [LOSSY], []],
  ["loss < 0.5%", [SLOW], [/^icmptime: 198\.18\.0\.1: loss < 0\.5% is true, it is 0 %$/]],
  ["lost>2", [LOSSY], []],
  ["lost>1", [LOSSY], [/: lost>1 is true, it is 2$/]],
  ["duplicates>0", [SLOW], []],
  ["duplicates>0", [DOUBLED], [/: duplicates>0 is true, it is \d$/]],
  ["icmp_errors>0", [REFUSING], [/: icmp_errors>0 is true, it is 4$/]],
  ["unsent>0", [UNSENT], [/: unsent>0 is true, it is 4$/]],
  ["rtt>10s", [SLOW], []],
  ["rtt>49.9ms", [SLOW], [new RegExp(`: rtt>49\\.9ms is true, it is ${number} ms$`)]],
  ["rtt.min<10us", [SLOW], []],
  ["rtt.max>0.0499s", [SLOW], [/: rtt\.max>0\.0499s is true, it is \d/]],
  ["rtt.p95>50ms", [SLOW, LOSSY], [/198\.18\.0\.1: rtt\.p95>50ms is true/, /198\.18\.1\.\d+: /]],
  // A delay of one way contains the offset.
  ["out>1.9s", [SLOW], [/: out>1\.9s is true, it is 20\d\d/]],
  ["back>0ms", [SLOW], []],
  ["offset>100ms", [SLOW], [
    /: offset>100ms is true, it is between (19|20)\d\d[\d.]* and [23]\d\d\d[\d.]* ms$/,
  ]],
  // The bounds reach from 1970 ms to 2020 ms: what they do not prove is not said.
  ["offset>2.1s", [SLOW], []],
  ["offset<1s", [SLOW], []],
  ["offset<60s", [SLOW], [/: offset<60s is true/]],
  ["back.change.max>100ms", [CONGESTED], [/: back\.change\.max>100ms is true, it is [2-9]\d\d/]],
  ["out.change.max>100ms", [CONGESTED], []],
  ["back.jitter.max>100ms", [CONGESTED], [/: back\.jitter\.max>100ms is true/]],
  ["out.jitter.stddev>100ms", [CONGESTED], []],
  // Of a host that never answered nothing is known but its loss; what is unknown counts as true.
  ["rtt>10s", [SILENT], [/: rtt>10s counts as true, it is unknown: no reply$/]],
  ["offset>100ms", [ZEROES], [
    /: offset>100ms counts as true, it is unknown: no reply has usable timestamps$/,
  ]],
  ["rtt>10s", [ZEROES], []],
  ["offset>100ms", [BEHIND], [
    /: offset>100ms is true, it is between -25\d\d[\d.]* and -[12]\d\d\d[\d.]* ms$/,
  ]],
  ["loss>99%", [SILENT], [/: loss>99% is true, it is 100 %$/]],
];

labTest({ name: "conditions: exit code and complaint of each", tools: [] }, async () => {
  await using lab = await Lab.open({
    scenario: {
      defaults: { out: 20, back: 30, clock: { offsetMs: 2000 } },
      rules: [
        { block: "198.18.1.0/24", behaviour: { loss: { kind: "pattern", out: ".x" } } },
        {
          block: "198.18.2.0/24",
          behaviour: { back: { kind: "series", valuesMs: [30, 30, 270, 30] } },
        },
      ],
      hosts: {
        [SILENT]: { silent: true },
        [DOUBLED]: { duplicate: { ratio: 1, copies: 1, gap: 1 } },
        [ZEROES]: { quirk: "zero" },
        [BEHIND]: { clock: { offsetMs: -2500 } },
        [REFUSING]: { error: { ratio: 1, type: 3, code: 1 } },
      },
    },
  });
  const queue = CASES.map(([condition, hosts, broken], index) => ({
    condition,
    hosts: hosts.map((host) => host.replace("x", String(index + 1))),
    broken,
  }));
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { condition, hosts, broken } = next;
      const argv = SOURCE_PROGRAM.argv(
        "-q",
        "-c",
        "4",
        "-i",
        "100ms",
        "-W",
        "5s",
        "--fail-if",
        condition,
        ...hosts,
      );
      const { code, stderr } = await lab.run(argv);
      const answered = hosts.every((host) => ![SILENT, REFUSING, UNSENT].includes(host));
      const lines = stderr.split("\n").slice(0, -1);
      assertEquals([condition, lines.length, stderr], [condition, broken.length, stderr]);
      for (const [index, pattern] of broken.entries()) assertMatch(lines[index] ?? "", pattern);
      // 1 is for who did not answer, 5 for a condition that a host meets which answers.
      const expected = !answered ? 1 : broken.length === 0 ? 0 : 5;
      assertEquals([condition, code], [condition, expected]);
    }
  };
  await Promise.all([work(), work(), work()]);
});

labTest(
  { name: "conditions: several at once, each broken one is reported, the output stays whole" },
  async () => {
    await using lab = await Lab.open({ scenario: { defaults: { out: 20, back: 30 } } });
    const argv = SOURCE_PROGRAM.argv(
      ...[
        "--json",
        "-c",
        "2",
        "-i",
        "50ms",
        "-W",
        "30s",
        "--fail-if",
        "rtt>10ms",
        "--fail-if",
        "loss>0%",
      ],
      ...["--fail-if=rtt.min>20ms", "198.18.0.1", "198.18.0.2"],
    );
    const { code, stdout, stderr } = await lab.run(argv);
    assertEquals(code, 5);
    assertEquals(stderr.split("\n").map((line) => line.replace(/, it is .*/, "")), [
      "icmptime: 198.18.0.1: rtt>10ms is true",
      "icmptime: 198.18.0.1: rtt.min>20ms is true",
      "icmptime: 198.18.0.2: rtt>10ms is true",
      "icmptime: 198.18.0.2: rtt.min>20ms is true",
      "",
    ]);
    const { all, end } = readRecords(stdout);
    assertEquals([end.exit_code, end.targets_answered], [5, 2]);
    assertEquals(
      all.filter(({ type }) => type === "condition").map((record) =>
        ["target", "condition", "scope", "is_met", "is_known"].map((name) => record[name])
      ),
      ["198.18.0.1", "198.18.0.2"].flatMap((host) =>
        ["rtt>10ms", "rtt.min>20ms"].map((condition) => [host, condition, "run", true, true])
      ),
    );
  },
);

/** What cannot be a condition, and what is said of it. */
const WRONG: readonly (readonly [text: string, complaint: RegExp])[] = [
  [
    "loss",
    /expected a metric, > or <, and a number, such as loss>5% or offset>100ms, found loss alone/,
  ],
  ["loss>", /expected a value after > at character 6, found the end$/m],
  [">5%", /expected a name, ! or \( at character 1, found '>'$/m],
  ["offset=5ms", /expected > or < for offset, which is known between bounds$/m],
  ["loss>-5%", /expected a number such as 5% or 100ms at character 6, found '-5%'$/m],
  ["loss>five%", /expected a number such as 5% or 100ms at character 6, found 'five%'$/m],
  ["LOSS>5%", /expected one of loss, /],
  ["rtt>50ms or loss>5%", /expected &&, \|\| or the end at character 10, found 'or'$/m],
  [
    "loss>5% && (rtt>50ms",
    /expected &&, \|\| or the \) of the \( at 12 at character 21, found the end$/m,
  ],
  ["flags=dup", /expected the name of a flag at character 7, found 'dup'$/m],
  ["loss>5", /expected a percentage for loss, such as loss>5%$/m],
  ["loss>5ms", /expected a percentage for loss/],
  ["rtt>50", /expected a time for rtt, such as rtt>50ms$/m],
  ["rtt>50%", /expected a time for rtt/],
  ["lost>5%", /expected a bare number for lost$/m],
  ["jitter>5ms", /expected one of loss, .*offset, rtt, queue, out, back, /],
  [
    "rtt.p99>5ms",
    /expected one of loss, .*offset, rtt, .* a delay with \.min, \.median, \.mean, \.p95/,
  ],
  ["offset.p95>5ms", /expected one of loss, .*offset, rtt/],
  ["constructor>5ms", /expected one of loss, .*offset, rtt/],
];

programTest({
  name: "conditions: what cannot be read is refused, and says what is wanted",
  namespaces: true,
}, async (program) => {
  // Were one taken, its packets must not leave this machine.
  await using namespace = await Namespace.open();
  const queue = [...WRONG];
  await Promise.all(Array.from({ length: 4 }, async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [text, complaint] = next;
      const { code, stdout, stderr } = await namespace.run(
        program.argv("--fail-if", text, "192.0.2.7"),
      );
      assertEquals([text, code, stdout], [text, 3, ""]);
      assertComplaint(stderr, /^icmptime: Cannot take '.*' for --fail-if: expected /);
      assertComplaint(stderr, complaint);
    }
  }));
});
