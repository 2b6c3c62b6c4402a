/** `icmptime fping` and `icmptime tsping`: what reads those tools' lines reads ours, and the tool itself agrees. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { FPING_OPTIONS as OWN_OPTIONS } from "../../src/cli/commands/fping/options.ts";
import { parseCommandLine } from "../../src/cli/options/command_line.ts";
import type { OptionTable } from "../../src/cli/options/option.ts";
import { Lab, labTest } from "../lab/lab.ts";
import { VethPair } from "../support/namespace.ts";
import { runCommand } from "../support/command.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { findTool, systemTest } from "../support/tools.ts";

const DAY_MS = 86_400_000;
const HALF_DAY_MS = DAY_MS / 2;
const TARGETS = ["198.18.0.1", "198.18.0.2", "198.18.0.3"];

/** The command lines as a bandwidth controller writes them, with `icmptime` as the prefix that its user sets. */
const FPING_LINE = [
  ...["fping", "--icmp-timestamp", "--timestamp", "--loop", "--period", "300"],
  ...["--interval", "60", "--timeout", "10000"],
];
const TSPING_LINE = [
  ...["tsping", "--print-timestamps", "--machine-readable=,", "--sleep-time", "0"],
  ...["--target-spacing", "60"],
];

/** A line of fping with stamps, as a shell's `read` splits it. */
interface FpingLine {
  readonly host: string;
  readonly sequence: number;
  readonly stamps: readonly number[];
}

/** Reads by the readers' rule: seventeen tokens, each in its place. */
function readFping(line: string): FpingLine {
  const tokens = line.split(/\s+/);
  assertEquals(tokens.length, 17, line);
  const [time = "", host = "", colon, sequence = "", bytes, unit, rtt = "", ms] = tokens;
  assertMatch(time, /^\[\d{10}\.\d{5}\]$/);
  assertEquals([colon, bytes, unit, ms], [":", "20", "bytes,", "ms"]);
  assertMatch(sequence, /^\[\d+\],$/);
  assertMatch(rtt, /^\d+(\.\d+)?$/);
  assertMatch(tokens.slice(8, 12).join(" "), /^\(\d+(\.\d+)? avg, \d+% loss\),$/);
  assertEquals(tokens[12], "timestamps:");
  const names = ["Originate", "Receive", "Transmit", "Localreceive"];
  const stamps = tokens.slice(13).map((token, index) => {
    const [name, value = ""] = token.split("=");
    assertEquals(name, names[index]);
    assertMatch(value, /^\d{1,8}$/);
    return Number(value);
  });
  return { host, sequence: Number(sequence.slice(1, -2)), stamps };
}

/** Reads by the readers' rule: ten fields between commas. */
function readTsping(line: string): { host: string; numbers: number[] } {
  const fields = line.split(",");
  assertEquals(fields.length, 10, line);
  const [time = "", host = "", ...rest] = fields;
  assertMatch(time, /^\d{10}\.\d{6}$/);
  for (const field of rest) assertMatch(field, /^-?\d+$/);
  return { host, numbers: rest.map(Number) };
}

/** A difference of two times of day, by the shorter way round. */
function fold(ms: number): number {
  return ((ms + HALF_DAY_MS) % DAY_MS + DAY_MS) % DAY_MS - HALF_DAY_MS;
}

/** All whole lines written so far. */
const linesOf = (text: string) => text.split("\n").slice(0, -1);

labTest({
  name: "fping: the line of a bandwidth controller, seventeen tokens, also when midnight passes",
}, async () => {
  await using lab = await Lab.open({
    scenario: { defaults: { out: 4, back: 7, clock: { timeOfDayMs: DAY_MS - 500.5 } } },
  });
  await using fping = lab.spawn(SOURCE_PROGRAM.argv(...FPING_LINE, ...TARGETS));
  await fping.output(/^(?:.*\n){15}/);
  fping.sendSignal("SIGTERM");
  const { code, signal, stdout, stderr } = await fping.result();
  assertEquals([code, signal], [0, null]);
  const lines = linesOf(stdout).map(readFping);
  for (const target of TARGETS) {
    const own = lines.filter(({ host }) => host === target);
    assertEquals(own.map(({ sequence }) => sequence), own.map((_, index) => index));
    const receive = own.map(({ stamps }) => stamps[1] as number);
    // The stamps are raw: at midnight the remote's start again, and a reader folds.
    assert(
      receive.some((stamp) => stamp > DAY_MS - 1000) && receive.some((stamp) => stamp < 10_000),
    );
    const [first = NaN] = receive;
    assert(receive.every((stamp) => fold(stamp - first) >= 0));
    assertMatch(
      stderr,
      new RegExp(`^${target} : xmt/rcv/%loss = \\d+/\\d+/\\d+%, min/avg/max = `, "m"),
    );
  }
});

labTest({
  name:
    "tsping: the line of a bandwidth controller, ten fields, differences right when midnight passes",
}, async () => {
  await using lab = await Lab.open({
    scenario: { defaults: { out: 4, back: 7, clock: { timeOfDayMs: DAY_MS - 500.5 } } },
  });
  await using tsping = lab.spawn(SOURCE_PROGRAM.argv(...TSPING_LINE, ...TARGETS));
  await tsping.output(/^(?:.*\n){24}/);
  tsping.sendSignal("SIGTERM");
  const { code, signal, stdout, stderr } = await tsping.result();
  assertEquals([code, signal], [0, null]);
  // Standard output has replies alone: the banner is on the other stream.
  assertMatch(stderr, /^Starting tsping \(icmptime [\d.]+\S*\) - pinging 3 targets\n$/);
  const lines = linesOf(stdout).map(readTsping);
  const receiveStamps: number[] = [];
  for (const { host, numbers } of lines) {
    const [, originate = NaN, receive = NaN, transmit = NaN, finished = NaN, rtt, down, up] =
      numbers;
    assert(TARGETS.includes(host));
    assertEquals([rtt, down, up], [
      fold(finished - originate),
      fold(finished - transmit),
      fold(receive - originate),
    ]);
    receiveStamps.push(receive);
  }
  assert(
    receiveStamps.some((stamp) => stamp > DAY_MS - 1000) &&
      receiveStamps.some((stamp) => stamp < 10_000),
  );
});

labTest(
  { name: "tsping: a host whose stamps say nothing has no line, and is reported once" },
  async () => {
    await using lab = await Lab.open({
      scenario: {
        hosts: {
          "198.18.0.1": { corruption: { ratio: 1, kinds: ["bad-checksum"] } },
          "198.18.0.2": { quirk: "other-originate" },
        },
      },
    });
    await using tsping = lab.spawn(SOURCE_PROGRAM.argv(...TSPING_LINE, ...TARGETS));
    await tsping.output(/^(?:.*\n){4}/);
    tsping.sendSignal("SIGTERM");
    const { stdout, stderr } = await tsping.result();
    assertEquals(
      new Set(linesOf(stdout).map((line) => readTsping(line).host)),
      new Set(["198.18.0.3"]),
    );
    assertEquals(stderr.split("\n").slice(1).toSorted(), [
      "",
      "icmptime: 198.18.0.1: stamps that cannot be used (bad-checksum)",
      "icmptime: 198.18.0.2: stamps that cannot be used (originate-changed)",
    ]);
  },
);

labTest({
  name: "tsping: a target that is given twice is asked twice, QUIT ends it, --usage is short",
}, async () => {
  await using lab = await Lab.open({ scenario: { defaults: { out: 2, back: 2 } } });
  const [one = "", other = ""] = TARGETS;
  const words = ["tsping", "-m", "-s", "50", one, other, one];
  await using tsping = lab.spawn(SOURCE_PROGRAM.argv(...words));
  await tsping.output(/^(?:.*\n){30}/);
  tsping.sendSignal("SIGQUIT");
  const { code, signal, stdout, stderr } = await tsping.result();
  assertEquals([code, signal], [0, null]);
  assertMatch(stderr, /- pinging 3 targets\n$/);
  const asked = linesOf(stdout).map((line) => line.split(","));
  const count = (host: string) => asked.filter(([address]) => address === host).length;
  assert(Math.abs(count(one) - 2 * count(other)) <= 2, `${count(one)} and ${count(other)}`);
  // Each has its own numbers, from 0: a round is asked under one number.
  const numbers = asked.filter(([address]) => address === one).map(([, number]) => Number(number));
  assertEquals(numbers.slice(0, 6), [0, 0, 1, 1, 2, 2]);
  const usage = await lab.mustRun(SOURCE_PROGRAM.argv("tsping", "--usage"));
  assertMatch(
    usage.stdout,
    /^Usage: tsping \[-teD\?\] \[-s TIME\][^]*\[--icmp-ts\][^]* TARGET\.\.\.\n$/,
  );
  assert(usage.stdout.split("\n").every((line) => line.length <= 80));
});

/** Command lines whose next probe is an hour away: a line that waits for it never comes. */
const UNHURRIED: Readonly<Record<string, readonly string[]>> = {
  "fping --loop": ["fping", "--loop", "--period", "3600000"],
  "fping --icmp-timestamp --loop": ["fping", "--icmp-timestamp", "--loop", "--period", "3600000"],
  "fping, the next host later": ["fping", "--loop", "--interval", "3600000"],
  "tsping": ["tsping", "--sleep-time", "3600000"],
  "tsping, the next host later": ["tsping", "--machine-readable", "--target-spacing", "3600000"],
  "ping --format fping": ["--format", "fping", "--loop", "-i", "1h"],
  "ping --format csv": ["--format", "csv", "--loop", "-i", "1h"],
};

for (const [name, args] of Object.entries(UNHURRIED)) {
  systemTest(
    { name: `${name}: a line is there before the next probe is sent`, namespaces: true },
    async () => {
      await using pair = await VethPair.open();
      const targets = name.includes("next host")
        ? [pair.farAddress, "10.77.0.1"]
        : [pair.farAddress];
      await using command = pair.near.spawn(SOURCE_PROGRAM.argv(...args, ...targets));
      await command.output(/10\.77\.0\.2.*\n/);
      const { stdout: counters } = await pair.near.mustRun(["cat", "/proc/net/snmp"]);
      assertEquals(
        counters.match(/OutEchos .*\n|OutType13/g)?.length ?? 0,
        2 - (counters.includes("OutType13") ? 0 : 1),
      );
      command.sendSignal("SIGTERM");
      const { code, signal } = await command.result();
      assertEquals([signal, targets.length === 1 ? code : 0], [null, 0]);
    },
  );
}

/** What differs from run to run, taken out. */
function shapeOf(text: string): string[] {
  return text.split("\n").map((line) =>
    line
      .replace(/^\[\d{10}\.\d{5}\]/, "[TIME]")
      .replace(/\d+(?:\.\d+)? ms /, "RTT ms ")
      .replace(/\(\d+(?:\.\d+)? avg/, "(AVG avg")
      .replace(/= \d+(?:\.\d+)?(?:\/\d+(?:\.\d+)?){2}$/, "= MIN/AVG/MAX")
      .replace(/, \d+(?:\.\d+)? ms$/, ", RTT ms")
  ).toSorted();
}

const ERROR_CODES = Array.from({ length: 17 }, (_, code) => ({ type: 3, code }));
const OTHER_ERRORS = [{ type: 11, code: 0 }, { type: 11, code: 1 }, { type: 12, code: 0 }];
const REFUSING = [...ERROR_CODES, ...OTHER_ERRORS].map((error, index) => ({
  address: `198.18.1.${index + 1}`,
  error: { ratio: 1, ...error },
}));

/** Arguments that both get. Time-outs leave room for a busy machine. */
const SIDE_BY_SIDE: readonly (readonly [name: string, args: readonly string[]])[] = [
  ["alive and unreachable", ["-r", "0", "-t", "2000", ...TARGETS, "198.18.2.1"]],
  ["-a", ["-a", "-r", "1", "-t", "2000", ...TARGETS, "198.18.2.1"]],
  ["-u", ["-u", "-r", "1", "-t", "2000", ...TARGETS, "198.18.2.1"]],
  ["-q", ["-q", "-r", "0", "-t", "2000", "198.18.0.1", "198.18.2.1"]],
  ["-a -q", ["-a", "-q", "-r", "0", "-t", "2000", "198.18.0.1", "198.18.2.1"]],
  ["-c", ["-c", "3", "-p", "100", "-t", "2000", "198.18.0.1", "198.18.0.22", "198.18.2.1"]],
  ["-c, all answer", ["-c", "2", "-p", "100", "-t", "5000", ...TARGETS]],
  ["-D -c", ["-D", "-c", "2", "-p", "100", "-t", "2000", "198.18.0.1", "198.18.2.1"]],
  ["-q -c", ["-q", "-c", "2", "-p", "100", "-t", "2000", "198.18.0.1", "198.18.2.1"]],
  ["--count --period --timestamp", [
    "--count=2",
    "--period=100",
    "--timeout=5000",
    "--timestamp",
    "198.18.0.1",
  ]],
  ["-b", ["-b", "120", "-c", "1", "-t", "5000", "198.18.0.1"]],
  ["-b 0", ["-b0", "-c1", "-t5000", "198.18.0.1"]],
  ["some lost", ["-c", "5", "-p", "100", "-t", "2000", "198.18.3.1"]],
  ["duplicates", ["-r", "0", "-t", "2000", "198.18.3.2", "198.18.2.1"]],
  ["names", ["-c", "1", "-t", "5000", "localhost", "198.18.0.1"]],
  ["a name that does not resolve", ["-c", "1", "nosuch.invalid"]],
  ["a name that does not resolve, among others", ["198.18.0.1", "nosuch.invalid"]],
  ["ICMP errors", ["-c", "1", "-t", "2000", ...REFUSING.map(({ address }) => address)]],
  ["ICMP errors, one try", ["-r", "0", "-t", "2000", "198.18.1.2", "198.18.1.18"]],
  ["ICMP errors, quiet", ["-q", "-c", "1", "-t", "2000", "198.18.1.2"]],
];

labTest({
  name: "fping: the same lines on both streams and the same code as fping itself",
  tools: ["fping"],
}, async () => {
  const silent = { silent: true };
  await using lab = await Lab.open({
    scenario: {
      hosts: {
        "198.18.2.1": silent,
        "198.18.3.1": { loss: { kind: "pattern", out: ".x..x" } },
        "198.18.3.2": { duplicate: { ratio: 1, copies: 1, gap: 5 } },
        ...Object.fromEntries(REFUSING.map(({ address, error }) => [address, { error }])),
      },
    },
  });
  const waiting = [...SIDE_BY_SIDE];
  const compareNext = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [name, args] = next;
      const runTheirs = () => lab.run(["fping", ...args]);
      const runOurs = () => lab.run(SOURCE_PROGRAM.argv("fping", ...args));
      // A host with a pattern of losses goes on in it from run to run, and must not serve two at once.
      const [theirs, ours] = args.includes("198.18.3.1")
        ? [await runTheirs(), await runOurs()]
        : await Promise.all([runTheirs(), runOurs()]);
      const seen = (
        { code, stdout, stderr }: typeof ours,
      ) => [name, code, shapeOf(stdout), shapeOf(stderr)];
      assertEquals(seen(ours), seen(theirs));
    }
  };
  await Promise.all(Array.from({ length: 3 }, compareNext));
});

/** Every option of fping 5.5: letter, name, and a value that it takes. */
const FPING_OPTIONS: readonly (readonly [letter: string, name: string, value?: string])[] = [
  ["4", "ipv4"],
  ["6", "ipv6"],
  ["b", "size", "100"],
  ["B", "backoff", "2"],
  ["c", "count", "1"],
  ["f", "file", "/dev/null"],
  ["g", "generate"],
  ["H", "ttl", "64"],
  ["I", "iface", "lo"],
  ["l", "loop"],
  ["m", "all"],
  ["M", "dontfrag"],
  ["O", "tos", "16"],
  ["p", "period", "100"],
  ["r", "retry", "1"],
  ["R", "random"],
  ["S", "src", "127.0.0.1"],
  ["t", "timeout", "200"],
  ["", "check-source"],
  ["", "seqmap-timeout", "100"],
  ["", "icmp-timestamp"],
  ["k", "fwmark", "7"],
  ["a", "alive"],
  ["A", "addr"],
  ["C", "vcount", "2"],
  ["d", "rdns"],
  ["D", "timestamp"],
  ["", "timestamp-format", "iso"],
  ["e", "elapsed"],
  ["i", "interval", "10"],
  ["J", "json"],
  ["n", "name"],
  ["N", "netdata"],
  ["o", "outage"],
  ["q", "quiet"],
  ["Q", "squiet", "5"],
  ["s", "stats"],
  ["u", "unreach"],
  ["", "print-tos"],
  ["", "print-ttl"],
  ["v", "version"],
  ["x", "reachable", "1"],
  ["X", "fast-reachable", "1"],
];

Deno.test("fping: every option of fping 5.5 is there, with its letter, and takes its value", () => {
  for (const [letter, name, value] of FPING_OPTIONS) {
    const options: OptionTable = OWN_OPTIONS;
    assertEquals([name, options[name]?.short ?? ""], [name, letter]);
    const long = value === undefined ? [`--${name}`] : [`--${name}=${value}`];
    const short = value === undefined ? [`-${letter}`] : [`-${letter}`, value];
    for (const words of letter === "" ? [long] : [long, short]) {
      assertEquals([...parseCommandLine(words, OWN_OPTIONS).given], [name]);
    }
  }
});

systemTest({
  name: "fping: the option table is that of the installed fping",
  tools: ["fping"],
}, async () => {
  const { stdout, stderr } = await runCommand([findTool("fping") ?? "", "-h"]);
  const own = [...(stdout + stderr).matchAll(/^\s+(?:-(\w),)?\s+--([a-z0-9-]+)(=\w+)?/gm)];
  assert(own.length > 30);
  for (const [, letter = "", name = "", value] of own) {
    if (name === "help") continue;
    const known = FPING_OPTIONS.find(([, known]) => known === name);
    assertEquals([name, known?.[0], known?.[2] !== undefined], [name, letter, value !== undefined]);
  }
});
