// Time in this machine's own egress queue: told apart from the network's, and counted where fping would count it.

import { assert, assertAlmostEquals, assertEquals, assertGreater } from "@std/assert";
import { type CapturedTimestamp, startCapture } from "../support/capture.ts";
import type { RunningCommand } from "../support/command.ts";
import { VethPair } from "../support/namespace.ts";
import { programTest } from "../support/program.ts";
import { readRecords } from "../support/records.ts";
import { medianOf } from "../support/wire_time.ts";

/** A cable whose near end sends 16 kbit a second, so that 1,400 bytes hold up what comes behind them for 700 ms. */
async function openCongestedPair(): Promise<VethPair> {
  const pair = await VethPair.open();
  await pair.near.mustRun(["ping", "-c", "1", pair.farAddress]);
  const shaper = ["tbf", "rate", "16kbit", "burst", "1600", "limit", "100000"];
  await pair.near.mustRun(["tc", "qdisc", "add", "dev", pair.device, "root", ...shaper]);
  return pair;
}

/** Datagrams of 1,400 bytes that make a queue of some three seconds, and how often one leaves the queue, seconds. */
const LONG_QUEUE = 5, DRAIN_S = 0.72;

/**
 * Fills the bucket and the queue, and keeps the queue about as long as it then is, until the result is disposed: however
 * late a busy machine starts a program, its probes wait.
 *
 * @param datagrams Each but the first makes the queue longer by 0.72 s.
 */
async function congest(pair: VethPair, datagrams = LONG_QUEUE): Promise<RunningCommand> {
  const long = ["-q", "-s", "1400", pair.farAddress];
  await pair.near.run(["ping", "-c", String(datagrams), "-i", "0.002", "-W", "0.01", ...long]);
  return pair.near.spawn(["ping", "-i", String(DRAIN_S), ...long]);
}

const realtimeMs = ({ unixSeconds, nanoseconds }: CapturedTimestamp) =>
  unixSeconds * 1e3 + nanoseconds / 1e6;

programTest({
  name: "ping: the round trip is the wire's, and the time in our own queue is what fping sees",
  namespaces: true,
  tools: ["tc", "ping", "fping", "tcpdump"],
}, async (program) => {
  await using pair = await openCongestedPair();
  await using near = await startCapture(pair.near, pair.device);
  await using far = await startCapture(pair.far, pair.device);
  await using _load = await congest(pair);
  const count = 5;
  const words = ["--json", "--sequence", "0", "-c", String(count), "-i", "100ms", "-W", "60"];
  const [result, fping] = await Promise.all([
    pair.near.run(program.argv(...words, pair.farAddress)),
    pair.near.run(["fping", "-c", String(count), "-p", "100", "-t", "60000", pair.farAddress]),
  ]);
  assertEquals(result.code, 0, result.stderr);
  const { run, replies, summaries } = readRecords(result.stdout);
  assertEquals([run["stamp_at"], replies.length], ["driver", count]);
  const wire = [await near.until(count - 1), await far.until(count - 1)] as const;
  const handedMs: number[] = [];
  for (const reply of replies) {
    const { sequence, rtt_ms, time } = reply;
    const [left, came] = wire.map((seen) =>
      seen.find((each) => each.kind === "query" && each.sequence === sequence)
    );
    const answer = wire[0].find((each) => each.kind === "reply" && each.sequence === sequence);
    assert(left !== undefined && came !== undefined && answer !== undefined);
    // The driver had it after tcpdump at the near end and before the one at the far end, however long a busy machine took.
    const shortest = realtimeMs(answer) - realtimeMs(came);
    const longest = realtimeMs(answer) - realtimeMs(left);
    assert(
      rtt_ms >= shortest - 0.1 && rtt_ms <= longest + 0.1,
      `probe ${sequence}: ${rtt_ms} ms, on the wire ${shortest} to ${longest} ms`,
    );
    handedMs.push(Number(time) * 1e3 - rtt_ms - Number(reply["queue_ms"]));
  }
  const queuesMs = replies.map((reply) => Number(reply["queue_ms"]));
  // The probes were handed over on schedule, however long each of them waited: the last one before the first one left.
  const [firstMs = NaN, lastMs = NaN] = [handedMs[0], handedMs.at(-1)];
  assert(lastMs > firstMs && lastMs - firstMs < (queuesMs[0] as number), handedMs.join());
  const theirsMs = [...fping.stdout.matchAll(/bytes, ([\d.]+) ms/g)].map(([, ms]) => Number(ms));
  assertEquals(theirsMs.length, count);
  assertGreater(medianOf(queuesMs), 500);
  // One program may begin when a datagram of the load has just come, the other one when it has just left; each queues probes.
  assertAlmostEquals(medianOf(queuesMs), medianOf(theirsMs), 2 * DRAIN_S * 1e3);
  const [summary] = summaries;
  assertEquals(summary?.["queue_max_ms"], Math.max(...queuesMs));
  assertEquals(summary?.["queue_median_ms"], medianOf(queuesMs));
});

/** Command lines that stand in for another program, and where a round-trip time in milliseconds stands in their lines. */
const standIns: readonly (readonly [words: readonly string[], time: RegExp])[] = [
  [["fping", "-c", "3", "-p", "100", "-t", "60000"], /bytes, ([\d.]+) ms/g],
  [["fping", "--icmp-timestamp", "-c", "3", "-p", "100", "-t", "60000"], /bytes, ([\d.]+) ms/g],
  [["--format", "fping", "-c", "3", "-i", "100ms", "-W", "60"], /bytes, ([\d.]+) ms/g],
  [["--echo", "-c", "3", "-i", "100ms", "-W", "60"], /rtt=([\d.]+) ms/g],
];

for (const [words, time] of standIns) {
  programTest({
    name: `${words.join(" ")}: counts the time in our own queue, unless it is told not to`,
    namespaces: true,
    tools: ["tc", "ping"],
  }, async (program) => {
    await using pair = await openCongestedPair();
    await using _load = await congest(pair);
    const forms = [[[], true], [["--stamp-at", "driver"], false]] as const;
    await Promise.all(forms.map(async ([more, isInQueue]) => {
      const { stdout } = await pair.near.run(program.argv(...words, ...more, pair.farAddress));
      const times = [...stdout.matchAll(time)].map(([, ms]) => Number(ms));
      assertEquals(times.length, 3, stdout);
      const median = medianOf(times);
      assert(isInQueue ? median > 500 : median < 500, stdout);
    }));
  });
}

programTest({
  name: "tsping -e: counts the time in our own queue",
  namespaces: true,
  tools: ["tc", "ping"],
}, async (program) => {
  await using pair = await openCongestedPair();
  await using _load = await congest(pair);
  await using tsping = pair.near.spawn(program.argv("tsping", "-e", "-m", pair.farAddress));
  await tsping.output(/(.*\n){2}/);
  tsping.sendSignal("SIGINT");
  await tsping.result();
  const times = tsping.stdout.trim().split("\n").map((line) => Number(line.split(",")[2]));
  assertGreater(Math.max(...times), 500);
});

programTest({
  name: "ping: a probe that timed out in our own queue is said to be there",
  namespaces: true,
  tools: ["tc", "ping"],
}, async (program) => {
  await using pair = await openCongestedPair();
  // A queue of some 1.4 s: long beside the time-out, short beside the run, in which replies are to come late.
  await using _load = await congest(pair, 3);
  const run = (...words: string[]) =>
    pair.near.run(program.argv("--json", ...words, "-W", "300ms", pair.farAddress));
  const { stdout } = await run("-c", "60", "-i", "100ms");
  const { timeouts, replies } = readRecords(stdout);
  const queued = timeouts.filter((record) => record["is_still_queued"] === true);
  assertGreater(queued.length, 0, stdout);
  const late = new Map(
    replies.filter(({ flags }) => flags.includes("late")).map((reply) => [reply.probe, reply]),
  );
  assertGreater(late.size, 0);
  for (const [probe, reply] of late) assertGreater(Number(reply["queue_ms"]), 300, `${probe}`);
  // On a network that loses, nothing is said of the queue.
  await pair.near.mustRun(["tc", "qdisc", "del", "dev", pair.device, "root"]);
  await pair.far.nft(`table ip t { chain c { type filter hook input priority 0;
    icmp type timestamp-request numgen inc mod 2 0 drop; }; }`);
  const lossy = await run("-c", "30", "-i", "10ms");
  const { timeouts: lost } = readRecords(lossy.stdout);
  assertGreater(lost.length, 5);
  assertEquals(lost.filter((record) => "is_still_queued" in record), []);
});
