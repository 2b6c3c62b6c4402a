/** The kernel refuses: one probe is `unsent` and the run goes on, or the program ends with code 4. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Namespace, VethPair } from "../support/namespace.ts";
import { programTest, SOURCE_PROGRAM } from "../support/program.ts";
import { assertComplaint, readRecords, remarksOf, type ReplyRecord } from "../support/records.ts";
import { openSlowPair } from "../support/slow_pair.ts";
import { systemTest } from "../support/tools.ts";

const DAY_MS = 86_400_000;

/**
 * Fails unless each reply's transmit stamp is that of the right probe. The originate stamp is read just before its
 * probe leaves, so departures and originate stamps must alternate; a stamp of another probe breaks the order
 * however slow the machine is.
 */
function assertOwnStamps(replies: readonly ReplyRecord[]): void {
  for (const [index, reply] of replies.entries()) {
    assertEquals([reply.stamp_source, remarksOf(reply.flags)], ["kernel", []]);
    const sentMs = (reply.time * 1e3 - reply.rtt_ms) % DAY_MS;
    assert(sentMs + 0.002 >= reply.originate_ms, `probe ${reply.probe} left before its stamp`);
    const next = replies[index + 1];
    if (next === undefined) continue;
    assert(sentMs < next.originate_ms + 1, `probe ${reply.probe} has a later probe's stamp`);
  }
}

programTest({
  name: "ping: targets without a usable route are unsent, the others are asked and measured",
  namespaces: true,
}, async (program) => {
  await using pair = await VethPair.open();
  await pair.near.ip(
    "route add blackhole 10.91.0.0/24",
    "route add unreachable 10.92.0.0/24",
    "route add prohibit 10.93.0.0/24",
  );
  const refusals: Record<string, string> = {
    "10.90.0.1": "ENETUNREACH",
    "10.91.0.1": "EINVAL",
    "10.92.0.1": "EHOSTUNREACH",
    "10.93.0.1": "EACCES",
  };
  const [first, second, ...rest] = Object.keys(refusals) as [string, string, ...string[]];
  const targets = [first, second, pair.farAddress, ...rest];
  const argv = program.argv("--json", "-c", "4", "-i", "30ms", ...targets);
  const { code, stdout, stderr } = await pair.near.run(argv);
  assertEquals([code, stderr], [1, ""]);
  const { replies, unsent, summaries, end } = readRecords(stdout);
  for (const [address, errno] of Object.entries(refusals)) {
    const own = unsent.filter((record) => record["address"] === address);
    assertEquals(own.map((record) => record["probe"]), [0, 1, 2, 3]);
    assertEquals(new Set(own.map((record) => record["error_code"])), new Set([errno]));
    const summary = summaries.find((record) => record.address === address);
    assertEquals([summary?.sent, summary?.unsent, summary?.lost], [0, 4, 0]);
    assertEquals(summary?.["loss_ratio"], 1);
  }
  assertEquals(replies.map((reply) => [reply.address, reply.probe]), [
    [pair.farAddress, 0],
    [pair.farAddress, 1],
    [pair.farAddress, 2],
    [pair.farAddress, 3],
  ]);
  assertOwnStamps(replies);
  assertEquals([end.sent, end.received, end.unsent, end.targets_answered, end.exit_code], [
    4,
    4,
    16,
    1,
    1,
  ]);
});

programTest({
  name: "ping: what nftables drops on its way out is unsent, probe by probe",
  namespaces: true,
  tools: ["nft"],
}, async (program) => {
  await using pair = await VethPair.open();
  await pair.far.ip("addr add 10.77.0.3/24 dev veth0");
  await pair.near.nft(`table ip drops {
    chain output {
      type filter hook output priority 0;
      ip daddr 10.77.0.3 drop
      icmp type timestamp-request @th,48,16 { 1, 3 } drop comment "sequence"
    }
  }`);
  const argv = program.argv(
    ...["--json", "-c", "5", "-i", "30ms", "--sequence", "0", "10.77.0.3", pair.farAddress],
  );
  const { code, stdout } = await pair.near.run(argv);
  const { replies, unsent, end } = readRecords(stdout);
  const of = (address: string) =>
    unsent.filter((record) => record["address"] === address).map((record) => record["probe"]);
  assertEquals(of("10.77.0.3"), [0, 1, 2, 3, 4]);
  assertEquals(of(pair.farAddress), [1, 3]);
  assertEquals(new Set(unsent.map((record) => record["error_code"])), new Set(["EPERM"]));
  assertEquals(replies.map((reply) => reply.probe), [0, 2, 4]);
  assertOwnStamps(replies);
  assertEquals([code, end.sent, end.received, end.unsent], [1, 3, 3, 7]);
});

programTest({
  name: "ping: without any route all probes are unsent, and say so",
  namespaces: true,
}, async (program) => {
  await using namespace = await Namespace.open();
  const argv = program.argv("-c", "2", "-i", "10ms", "192.0.2.7");
  const { code, stdout, stderr } = await namespace.run(argv);
  assertEquals([code, stderr], [1, ""]);
  for (const sequence of [0, 1]) {
    assertMatch(
      stdout,
      new RegExp(`^192\\.0\\.2\\.7: seq=${sequence} not sent: .*Network is unreachable`, "m"),
    );
  }
  assertMatch(stdout, /^no answer: 0 sent, 0 received, 100 % loss, 2 not sent$/m);
});

for (const bound of [false, true]) {
  programTest({
    name: `ping: an interface that goes down and comes back costs only the probes between` +
      (bound ? " (bound to it)" : ""),
    namespaces: true,
  }, async (program) => {
    await using pair = await VethPair.open();
    const through = bound ? ["-I", pair.device] : [];
    const argv = program.argv("--json", "--loop", "-i", "20ms", ...through, pair.farAddress);
    await using ping = pair.near.spawn(argv);
    await ping.output(/"type":"reply"/);
    await pair.near.ip(`link set ${pair.device} down`);
    await ping.output(/"type":"unsent"/);
    await pair.near.ip(`link set ${pair.device} up`);
    await ping.output(/"type":"unsent"[^]*"type":"reply"/);
    ping.sendSignal("SIGINT");
    const { code, stdout, stderr } = await ping.result();
    assertEquals([code, stderr], [0, ""]);
    const { replies, timeouts, unsent, end } = readRecords(stdout);
    assertOwnStamps(replies);
    // Every probe has one record, but for those still out when the run was stopped.
    const told = [...replies, ...timeouts, ...unsent].map((record) => record["probe"] as number);
    assertEquals(told.sort((a, b) => a - b).slice(0, 3), [0, 1, 2]);
    assertEquals(new Set(told).size, told.length);
    assertEquals(told.length + end.pending, end.sent + end.unsent);
    assertEquals([end.received, end.unsent], [replies.length, unsent.length]);
    assertEquals(end.reason, "stopped");
  });

  programTest({
    name: `ping: an interface deleted mid-run leaves every result up to then` +
      (bound ? " (bound to it)" : ""),
    namespaces: true,
  }, async (program) => {
    await using pair = await VethPair.open();
    const through = bound ? ["-I", pair.device] : [];
    const argv = program.argv("--json", "-c", "40", "-i", "20ms", ...through, pair.farAddress);
    await using ping = pair.near.spawn(argv);
    await ping.output(/"type":"reply"[^]*"type":"reply"/);
    await pair.near.ip(`link del ${pair.device}`);
    const { code, stdout, stderr } = await ping.result();
    assertEquals([code, stderr], [0, ""]);
    const { replies, unsent, end } = readRecords(stdout);
    assert(replies.length >= 2 && unsent.length >= 1, `${replies.length}, ${unsent.length}`);
    assertOwnStamps(replies);
    assertEquals(end.sent + end.unsent, 40);
    assertEquals([end.received, end.reason], [replies.length, "complete"]);
  });
}

programTest({
  name: "ping: an unknown interface and a source that is not ours end the program with 4",
  namespaces: true,
}, async (program) => {
  await using namespace = await Namespace.open();
  const unknown = await namespace.run(program.argv("-I", "nothere0", "127.0.0.1"));
  assertEquals([unknown.code, unknown.stdout], [4, ""]);
  assertComplaint(unknown.stderr, /Cannot use interface nothere0: No such device \(ENODEV\)$/m);
  const foreign = await namespace.run(program.argv("-I", "192.0.2.7", "127.0.0.1"));
  assertEquals([foreign.code, foreign.stdout], [4, ""]);
  assertComplaint(foreign.stderr, /Cannot send from 192\.0\.2\.7: .*\(EADDRNOTAVAIL\)$/m);
});

programTest({
  name: "ping: the broadcast address of one of our networks is refused before anything is sent",
  namespaces: true,
}, async (program) => {
  await using pair = await VethPair.open();
  const argv = program.argv("-c", "1", pair.farAddress, "10.77.0.255");
  const { code, stdout, stderr } = await pair.near.run(argv);
  assertEquals([code, stdout], [3, ""]);
  assertComplaint(
    stderr,
    /Cannot probe 10\.77\.0\.255: .*broadcast address, expected a single host$/m,
  );
  const { stdout: counters } = await pair.near.mustRun(["cat", "/proc/net/snmp"]);
  assertEquals(counters.includes("OutType13"), false);
  await pair.near.mustRun(program.argv("-c", "1", pair.farAddress));
  const { stdout: after } = await pair.near.mustRun(["cat", "/proc/net/snmp"]);
  assertEquals(after.includes("OutType13"), true);
});

for (const words of [[], ["--user-stamps"]]) {
  systemTest({
    name:
      `ping: more silent hosts on the link than there is room for: the living are found ${words}`
        .trimEnd(),
    namespaces: true,
  }, async () => {
    await using pair = await VethPair.open({
      ...{ nearAddress: "10.64.0.1", farAddress: "10.64.0.2", prefixLength: 10 },
    });
    // They are asked last, when the others already wait for hardware addresses that never come.
    await pair.far.ip("route add local 10.66.1.192/28 dev lo");
    const argv = SOURCE_PROGRAM.argv("--alive", "--retries", "0", ...words, "10.66.0.0/23");
    const { code, stdout, stderr } = await pair.near.run(argv);
    const living = Array.from({ length: 16 }, (_, host) => `10.66.1.${192 + host}`);
    assertEquals([code, stdout.trim().split("\n").sort(), stderr], [1, living, ""]);
  });
}

systemTest({
  name:
    "ping: a full queue of one link leaves the other targets alone, and what waits in the end is unsent",
  tools: ["tc", "ping"],
  namespaces: true,
}, async () => {
  await using pair = await openSlowPair("2000");
  const options = ["--json", "-c", "100", "-i", "20ms", "-W", "100ms", "-w", "4"];
  const argv = SOURCE_PROGRAM.argv(...options, "127.0.0.1", pair.farAddress);
  const { code, stdout, stderr } = await pair.near.run(argv);
  const { replies, unsent, summaries, end } = readRecords(stdout);
  assertEquals([code, stderr, end["reason"]], [0, "", "deadline"]);
  assertEquals(replies.filter(({ address }) => address === "127.0.0.1").length, 100);
  const stuck = summaries.find(({ address }) => address === pair.farAddress);
  assertEquals([stuck?.unsent, Number(stuck?.sent) + Number(stuck?.unsent)], [unsent.length, 100]);
  assert(unsent.length > 10, `${unsent.length} unsent`);
  assertEquals(new Set(unsent.map((record) => record["error_code"])), new Set(["ENOBUFS"]));
});
