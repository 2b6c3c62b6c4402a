/** `icmptime clock` as a black box: its words, its signals, its forms of output and its exit codes. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { type ClockRun, lastClock, readClockRun } from "../support/clock_records.ts";
import { host, labClock } from "../support/clock_lab.ts";
import { runCommand } from "../support/command.ts";
import { Lab, labTest } from "../lab/lab.ts";
import { VethPair } from "../support/namespace.ts";
import { programTest, SOURCE_PROGRAM } from "../support/program.ts";
import { assertComplaint } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";

/** What a decided clock always has: other programs rely on these names. */
const NAMES = [
  "offset_ms",
  "offset_lower_ms",
  "offset_upper_ms",
  "skew_ppm",
  "skew_lower_ppm",
  "skew_upper_ppm",
  "rtt_min_ms",
  "tick_ms",
  "sent",
];

const WRONG: readonly (readonly [words: readonly string[], complaint: RegExp])[] = [
  [[], /No target given/],
  [["--every", "1s", "192.0.2.1"], /--every without --loop/],
  [["--loop", "-c", "3", "192.0.2.1"], /--loop with --count/],
  [["--until", "50", "--via", "pigeon", "192.0.2.1"], /pigeon/],
  [["--until", "soon", "192.0.2.1"], /soon/],
  [["--until", "0", "192.0.2.1"], /--until/],
  [["-c", "0", "192.0.2.1"], /-c|--count/],
  [["-i", "0.5ms", "192.0.2.1"], /-i|--interval/],
  [["--max-skew", "0", "192.0.2.1"], /--max-skew/],
  [["--max-skw", "9", "192.0.2.1"], /--max-skew/],
  [["10.1.0.0/23"], /510 clocks at once: expected at most 256/],
  [["2001:db8::1"], /ICMPv6 has no Timestamp/],
];

/** A sentence about the machine that the test runs on. */
const UNSYNCHRONISED = "Our own clock is not synchronised: no program keeps it right.";

Deno.test("clock: a wrong command line is refused in one line", async () => {
  for (const [words, complaint] of WRONG) {
    const { code, stdout, stderr } = await runCommand(SOURCE_PROGRAM.argv("clock", ...words));
    assertEquals({ words, code, stdout }, { words, code: 3, stdout: "" });
    assertComplaint(stderr, complaint);
  }
});

programTest({ name: "clock: text and JSON of one clock", namespaces: true }, async (program) => {
  await using pair = await VethPair.open();
  const words = ["-c", "60", "-i", "20ms", pair.farAddress];
  const json = await pair.near.mustRun(program.argv("clock", "--json", ...words));
  const run = readClockRun(json.stdout);
  const clock = lastClock(run, pair.farAddress);
  for (const name of NAMES) assertEquals([name, typeof clock[name]], [name, "number"]);
  assertEquals([clock.is_decided, clock.sent, clock.reading, clock.is_far_off], [
    true,
    60,
    "standard",
    false,
  ]);
  assertEquals([run.run["command"], run.run["message"], run.end.reason], [
    "clock",
    "timestamp",
    "complete",
  ]);
  assertEquals([run.end.exit_code, run.end.sent, run.end.targets_answered], [0, 60, 1]);
  assertMatch(clock.remote_time ?? "", /^\d\d:\d\d:\d\d\.\d{3}$/);

  const text = await pair.near.mustRun(program.argv("clock", ...words));
  assertEquals(text.stderr, "");
  // As doctor finds it, which depends on the machine.
  const lines = text.stdout.trimEnd().split("\n").filter((line) => line !== UNSYNCHRONISED);
  const doctor = await pair.near.run(program.argv("doctor"));
  const isUnsynchronised = doctor.stdout.includes("not synchronised");
  assertEquals(text.stdout.includes(`\n${UNSYNCHRONISED}\n`), isUnsynchronised);
  assertEquals(lines[0], pair.farAddress);
  const rows = [
    /^ {2}clock {4}within \d+(?:\.\d+)? ms of ours$/,
    /^ {2}offset {3}[+-]\d+\.\d+ ms ± \d+\.\d+, remote clock minus ours$/,
    /^ {2}bounds {3}-\d+\.\d{3} to \d+\.\d{3} ms, however long either direction takes$/,
    /^ {2}skew {5}[+-][\d.]+ ppm ± [\d.]+, between -[\d.]+ and [\d.]+$/,
    /^ {2}time {5}\d\d:\d\d:\d\d\.\d{3} there, \d\d:\d\d:\d\d\.\d{3} UTC here$/,
    /^ {2}min rtt {2}\d+\.\d{3} ms$/,
    /^ {2}tick {5}1 ms$/,
    /^ {2}probes {3}60 sent, 60 received, 60 used, \d+ shaped the answer$/,
    /^The offset assumes that the fastest way out and the fastest way back take$/,
    /^equally long, and is off by half of any difference; the bounds assume nothing$/,
    /^about them\.$/,
  ];
  assertEquals(lines.length, rows.length + 1);
  for (const [index, pattern] of rows.entries()) assertMatch(lines[index + 1] ?? "", pattern);
});

systemTest(
  { name: "clock --via ip-option: the kernel stamps the option", namespaces: true },
  async () => {
    await using pair = await VethPair.open();
    const run = await cableRun(pair, ["--via", "ip-option", "-c", "100", "-i", "20ms"]);
    const clock = lastClock(run, pair.farAddress);
    assertEquals([run.run["message"], clock.samples, clock.flags], ["echo", 100, []]);
    assert((clock.offset_lower_ms ?? NaN) <= 0 && 0 <= (clock.offset_upper_ms ?? NaN));
    assert(Math.abs(clock.offset_ms ?? NaN) <= 0.05);
  },
);

systemTest({ name: "clock: without an answer the exit code is 1", namespaces: true }, async () => {
  await using pair = await VethPair.open();
  await pair.far.nft(
    "table ip t { chain c { type filter hook input priority 0; icmp type timestamp-request drop; }; }",
  );
  const words = ["-c", "5", "-i", "20ms", "-W", "100ms", pair.farAddress];
  const json = await pair.near.run(SOURCE_PROGRAM.argv("clock", "--json", ...words));
  assertEquals(json.code, 1);
  const clock = lastClock(readClockRun(json.stdout), pair.farAddress);
  assertEquals([clock.is_decided, clock.undecided_reason, clock.lost], [false, "no reply yet", 5]);
  assertEquals(clock.offset_ms, undefined);
  const text = await pair.near.run(SOURCE_PROGRAM.argv("clock", ...words));
  assertEquals(text.code, 1);
  assertMatch(text.stdout, /^ {2}clock {4}not decided: no reply yet$/m);
  assert(!text.stdout.includes("assumes"), "a sentence about numbers that are not there");
  // Echo is not dropped: that is what the option is for.
  const via = await cableRun(pair, ["--via", "ip-option", "-c", "20", "-i", "20ms"]);
  assertEquals(lastClock(via, pair.farAddress).is_decided, true);
});

systemTest({
  name:
    "clock: why nothing was sent, and who sent which ICMP error, is said without -v and in JSON",
  namespaces: true,
}, async () => {
  await using pair = await VethPair.open();
  await pair.near.ip("route add blackhole 10.91.0.0/24");
  await pair.far.nft(`table ip t { chain c { type filter hook input priority 0;
    icmp type timestamp-request reject with icmp type admin-prohibited; }; }`);
  const hosts = ["10.91.0.1", pair.farAddress];
  const words = ["-c", "5", "-i", "20ms", "-W", "200ms"];
  const { code, stdout } = await pair.near.run(
    SOURCE_PROGRAM.argv("clock", "--json", ...words, ...hosts),
  );
  assertEquals(code, 1);
  const run = readClockRun(stdout);
  const unsent = lastClock(run, "10.91.0.1") as unknown as Record<string, unknown>;
  assertEquals([unsent["unsent"], unsent["loss_ratio"], unsent["unsent_error_code"]], [
    5,
    1,
    "EINVAL",
  ]);
  assertMatch(String(unsent["unsent_error"]), /Invalid argument/);
  const refused = lastClock(run, pair.farAddress) as unknown as Record<string, unknown>;
  // The kernel limits how many ICMP errors it sends a second.
  assert(Number(refused["icmp_errors"]) >= 1);
  assertEquals(refused["icmp_error_reporter"], pair.farAddress);
  assertMatch(String(refused["icmp_error"]), /prohibited/);
  const table = await pair.near.run(SOURCE_PROGRAM.argv("clock", ...words, ...hosts));
  assertMatch(table.stdout, /^10\.91\.0\.1: 5 not sent: .*Invalid argument/m);
  assertMatch(
    table.stdout,
    /^10\.77\.0\.2 {2}not decided: \d ICMP errors? from 10\.77\.0\.2: [^]*prohibited/m,
  );
  const one = await pair.near.run(SOURCE_PROGRAM.argv("clock", ...words, "10.91.0.1"));
  assertMatch(one.stdout, /^ {2}trouble {2}5 not sent: .*Invalid argument/m);
});

systemTest(
  { name: "clock --loop: a line at each interval, until interrupted", namespaces: true },
  async () => {
    await using pair = await VethPair.open();
    const words = ["clock", "--loop", "--every", "300ms", "-i", "20ms", pair.farAddress];
    await using command = pair.near.spawn(SOURCE_PROGRAM.argv(...words));
    await command.output(
      /(^\d\d:\d\d:\d\d 10\.77\.0\.2: [+-][\d.]+ ±[\d.]+ ms \(-[\d.]+ to [\d.]+\), .* ppm\n){3}/m,
    );
    command.sendSignal("SIGQUIT");
    await command.output(/^ {2}min rtt /m);
    command.sendSignal("SIGINT");
    const { code, stdout, stderr } = await command.result();
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout.match(/^The offset assumes/gm)?.length, 2);
  },
);

systemTest({ name: "clock -w: ends in time, with what is known", namespaces: true }, async () => {
  await using pair = await VethPair.open();
  const run = await cableRun(pair, ["--loop", "-i", "20ms", "-w", "4s"]);
  assertEquals([run.end.reason, run.end.exit_code, run.run["count"]], ["deadline", 0, undefined]);
  assertEquals(lastClock(run, pair.farAddress).is_decided, true);
});

systemTest({
  name: "clock --until: what is not reached is reported, with exit code 1",
  namespaces: true,
}, async () => {
  await using pair = await VethPair.open();
  const words = ["-c", "20", "-i", "20ms", pair.farAddress];
  const early = await pair.near.run(
    SOURCE_PROGRAM.argv("clock", "--json", "--until", "5ms", ...words),
  );
  const { end } = readClockRun(early.stdout);
  assertEquals([early.code, end.reason], [0, "complete"]);
  assert(end.sent < 20, `${end.sent} probes`);
  const late = await pair.near.run(SOURCE_PROGRAM.argv("clock", "--until", "1us", ...words));
  assertEquals(late.code, 1);
  assertComplaint(late.stderr, /10\.77\.0\.2: --until was not reached: ± \d+\.\d+ ms/);
});

systemTest({
  name: "clock: the live line is for terminals only",
  namespaces: true,
  tools: ["script"],
}, async () => {
  await using pair = await VethPair.open();
  const argv = SOURCE_PROGRAM.argv("clock", "-c", "40", "-i", "30ms", pair.farAddress);
  const { stdout } = await pair.near.mustRun(
    ["env", "TERM=xterm", "script", "-qefc", argv.join(" "), "/dev/null"],
  );
  const shown = stdout.replaceAll("\x1b", "ESC");
  assertMatch(shown, /\rESC\[K\d+ of 40 probes/);
  assertMatch(shown, /\d+ of 40 probes, offset [+-][\d.]+ ms ± [\d.]+/);
  // What lasts does not stand behind what is left of it.
  assertMatch(shown, /\rESC\[K(ESC\[\d+m)*10\.77\.0\.2/);
  const plain = await pair.near.mustRun(argv);
  assertEquals([plain.stderr, plain.stdout.includes("\r")], ["", false]);
});

labTest({ name: "clock: several hosts show whose clock is off" }, async () => {
  await using lab = await Lab.open({
    scenario: {
      seed: 31,
      defaults: { out: 2, back: 2, clock: { offsetMs: 700 } },
      hosts: {
        [host(3)]: { clock: { offsetMs: -5000 } },
        [host(4)]: { clock: { offsetMs: 0 } },
        [host(5)]: { clock: { offsetMs: 0.5 } },
        [host(6)]: { clock: { offsetMs: -0.5 } },
      },
    },
  });
  const consensusOf = async (...indices: readonly number[]) => {
    const run = await labClock(lab, ["-c", "40", "-i", "25ms", ...indices.map(host)]);
    return run.consensus.at(-1);
  };
  const [off, right, divided] = await Promise.all([
    consensusOf(0, 1, 2, 3),
    consensusOf(4, 5, 6, 3),
    consensusOf(0, 4),
  ]);
  assertEquals([off?.local_clock, off?.hosts, off?.agreeing], ["off", 4, 3]);
  assertEquals(off?.falsetickers, [host(3)]);
  assert((off?.consensus_lower_ms ?? NaN) <= 700 && 700 <= (off?.consensus_upper_ms ?? NaN));
  assertEquals([right?.local_clock, right?.agreeing, right?.falsetickers], ["right", 3, [host(3)]]);
  assertEquals([divided?.local_clock, divided?.has_majority], ["unknown", false]);

  const text = await lab.mustRun(
    SOURCE_PROGRAM.argv("clock", "-c", "40", "-i", "25ms", ...[0, 1, 2, 3].map(host)),
  );
  assertMatch(text.stdout, /^host +offset ms +± +lower +upper +skew ppm +min rtt ms {2}tick ms$/m);
  assertMatch(
    text.stdout,
    /^Our clock is off, if most hosts are right: 3 of 4 hosts agree \(RFC 5905\)\.\nIt is 6\d\d\.\d{3} to 7\d\d\.\d{3} ms behind true time\.\nNot with the majority: 198\.18\.0\.4 -[45]\.\d+ ±0\.\d+ s\.$/m,
  );
});

async function cableRun(pair: VethPair, words: readonly string[]): Promise<ClockRun> {
  const argv = SOURCE_PROGRAM.argv("clock", "--json", ...words, pair.farAddress);
  return readClockRun((await pair.near.mustRun(argv)).stdout);
}
