// Time in this machine's own egress queue: told apart from the network's, and counted where fping would count it.

import { assert, assertAlmostEquals, assertEquals, assertGreater } from "@std/assert";
import { type CapturedTimestamp, startCapture } from "../support/capture.ts";
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

/** Fills the bucket and the queue: what is sent next waits about 1.4 s, and less and less. */
async function congest(pair: VethPair): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await pair.near.run(["ping", "-c", "1", "-W", "0.01", "-s", "1400", pair.farAddress]);
  }
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
  await congest(pair);
  const count = 5;
  const words = ["--json", "--sequence", "0", "-c", String(count), "-i", "100ms", "-W", "10"];
  const [result, fping] = await Promise.all([
    pair.near.run(program.argv(...words, pair.farAddress)),
    pair.near.run(["fping", "-c", String(count), "-p", "100", "-t", "10000", pair.farAddress]),
  ]);
  assertEquals(result.code, 0, result.stderr);
  const { run, replies, summaries } = readRecords(result.stdout);
  assertEquals([run["stamp_at"], replies.length], ["driver", count]);
  const wire = [await near.until(count - 1), await far.until(count - 1)] as const;
  const handedMs: number[] = [];
  for (const reply of replies) {
    const { sequence, rtt_ms, time } = reply;
    const query = wire[1].find((each) => each.kind === "query" && each.sequence === sequence);
    const answer = wire[0].find((each) => each.kind === "reply" && each.sequence === sequence);
    assert(query !== undefined && answer !== undefined);
    assertAlmostEquals(rtt_ms, realtimeMs(answer) - realtimeMs(query), 1, `probe ${sequence}`);
    handedMs.push(Number(time) * 1e3 - rtt_ms - Number(reply["queue_ms"]));
  }
  // The probes were handed over on schedule, however long each of them waited: to 10 ms and the dither.
  for (const [index, atMs] of handedMs.entries()) {
    assertAlmostEquals(atMs - (handedMs[0] as number), index * 100, 30, `probe ${index}`);
  }
  const queuesMs = replies.map((reply) => Number(reply["queue_ms"]));
  const theirsMs = [...fping.stdout.matchAll(/bytes, ([\d.]+) ms/g)].map(([, ms]) => Number(ms));
  assertEquals(theirsMs.length, count);
  assertGreater(medianOf(queuesMs), 200);
  assertAlmostEquals(medianOf(queuesMs), medianOf(theirsMs), 350);
  const [summary] = summaries;
  assertEquals(summary?.["queue_max_ms"], Math.max(...queuesMs));
  assertEquals(summary?.["queue_median_ms"], medianOf(queuesMs));
});

/** Command lines that stand in for another program, and where a round-trip time in milliseconds stands in their lines. */
const standIns: readonly (readonly [words: readonly string[], time: RegExp])[] = [
  [["fping", "-c", "3", "-p", "100", "-t", "10000"], /bytes, ([\d.]+) ms/g],
  [["fping", "--icmp-timestamp", "-c", "3", "-p", "100", "-t", "10000"], /bytes, ([\d.]+) ms/g],
  [["--format", "fping", "-c", "3", "-i", "100ms", "-W", "10"], /bytes, ([\d.]+) ms/g],
  [["--echo", "-c", "3", "-i", "100ms", "-W", "10"], /rtt=([\d.]+) ms/g],
];

for (const [words, time] of standIns) {
  programTest({
    name: `${words.join(" ")}: counts the time in our own queue, unless it is told not to`,
    namespaces: true,
    tools: ["tc", "ping"],
  }, async (program) => {
    await using pair = await openCongestedPair();
    for (const [more, isInQueue] of [[[], true], [["--stamp-at", "driver"], false]] as const) {
      await congest(pair);
      const { stdout } = await pair.near.run(program.argv(...words, ...more, pair.farAddress));
      const times = [...stdout.matchAll(time)].map(([, ms]) => Number(ms));
      assertEquals(times.length, 3, stdout);
      const median = medianOf(times);
      assert(isInQueue ? median > 200 : median < 20, stdout);
    }
  });
}

programTest({
  name: "tsping -e: counts the time in our own queue",
  namespaces: true,
  tools: ["tc", "ping"],
}, async (program) => {
  await using pair = await openCongestedPair();
  await congest(pair);
  await using tsping = pair.near.spawn(program.argv("tsping", "-e", "-m", pair.farAddress));
  await tsping.output(/(.*\n){2}/);
  tsping.sendSignal("SIGINT");
  await tsping.result();
  const times = tsping.stdout.trim().split("\n").map((line) => Number(line.split(",")[2]));
  assertGreater(Math.max(...times), 200);
});

programTest({
  name: "ping: a probe that timed out in our own queue is said to be there",
  namespaces: true,
  tools: ["tc", "ping"],
}, async (program) => {
  await using pair = await openCongestedPair();
  await congest(pair);
  const words = ["--json", "-c", "30", "-i", "100ms", "-W", "300ms", pair.farAddress];
  const { stdout } = await pair.near.run(program.argv(...words));
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
  const lossy = await pair.near.run(program.argv(...words));
  const { timeouts: lost } = readRecords(lossy.stdout);
  assertGreater(lost.length, 5);
  assertEquals(lost.filter((record) => "is_still_queued" in record), []);
});
