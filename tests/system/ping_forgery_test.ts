/** Hosts that speak for others, or too early, or without what they were sent: tests/support/forger.py plays them. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { RunningCommand } from "../support/command.ts";
import { Namespace, VethPair } from "../support/namespace.ts";
import { programTest } from "../support/program.ts";
import { readRecords } from "../support/records.ts";
import { PROJECT_FOLDER } from "../../tools/project.ts";

const FORGER = `${PROJECT_FOLDER}tests/support/forger.py`;
const SILENT = "10.77.0.3";
/** The forger answers when it has the processor: a busy machine may take long to give it that. */
const PATIENT_MS = 30_000, PATIENT = `${PATIENT_MS}ms`;
const NEEDS = { namespaces: true, tools: ["nft", "python3"] } as const;

/** Starts the forger at the far end and waits until it listens. */
async function startForger(pair: VethPair, ...mode: string[]): Promise<RunningCommand> {
  const argv = ["python3", FORGER, pair.device, pair.farAddress, ...mode];
  const forger = pair.far.spawn(argv);
  await forger.output(/ready/);
  return forger;
}

/** Ends the forger; returns how many datagrams it sent. */
async function endForger(forger: RunningCommand): Promise<number> {
  forger.sendSignal("SIGTERM");
  return Number((await forger.output(/sent (\d+)/))[1]);
}

/** The far kernel answers nothing that is sent to that address. */
function silence(pair: VethPair, address: string): Promise<void> {
  return pair.far.nft(`table ip silence {
    chain input {
      type filter hook input priority 0;
      ip daddr ${address} icmp type { echo-request, timestamp-request } drop
    }
  }`);
}

programTest({
  name: "ping, clock, fping, tsping: a host that speaks for a silent one is not believed",
  ...NEEDS,
}, async (program) => {
  await using pair = await VethPair.open();
  await pair.far.ip(`addr add ${SILENT}/24 dev ${pair.device}`);
  await silence(pair, SILENT);
  await using forger = await startForger(pair, "speak-for", SILENT);
  const both = [pair.farAddress, SILENT];
  const run = async (...args: string[]) => {
    const { code, stdout } = await pair.near.run(program.argv(...args, ...both));
    return { code, stdout };
  };
  // Side by side: each of them waits for the silent host.
  const runs = [[], ["--echo"]].map(async (kind) => {
    const { code, stdout } = await run("--json", ...kind, "-c", "5", "-i", "50ms", "-W", "3s");
    const { summaries, replies } = readRecords(stdout);
    const counts = summaries.map(({ address, received, lost, icmp_errors, duplicates, late }) => ({
      address,
      ...{ received, lost, icmp_errors, duplicates, late },
    }));
    const nothing = { icmp_errors: 0, duplicates: 0, late: 0 };
    assertEquals([code, counts], [1, [
      { address: pair.farAddress, received: 5, lost: 0, ...nothing },
      { address: SILENT, received: 0, lost: 5, ...nothing },
    ]]);
    const odd = replies.filter(({ flags }) => flags.some((flag) => flag !== "tick-assumed"));
    assertEquals(odd, []);
  });
  const alive = run("--alive", "-r", "1", "-W", "3s");
  const fping = run("fping", "-a", "-r", "0", "-t", "3000");
  await Promise.all(runs);
  const nearOne = { code: 1, stdout: `${pair.farAddress}\n` };
  assertEquals(await Promise.all([alive, fping]), [nearOne, nearOne]);
  await using tsping = pair.near.spawn(
    program.argv("tsping", "--machine-readable=,", "--sleep-time", "50", ...both),
  );
  await tsping.output(new RegExp(`(${pair.farAddress},.*\\n){5}`));
  tsping.sendSignal("SIGTERM");
  assertEquals((await tsping.result()).stdout.includes(`${SILENT},`), false);
  const clock = await run("clock", "--json", "-c", "10");
  const states = clock.stdout.trimEnd().split("\n").map((line) => JSON.parse(line))
    .filter(({ type }) => type === "clock")
    .map(({ address, received, lost, icmp_errors }) => ({ address, received, lost, icmp_errors }));
  assertEquals(states, [
    { address: pair.farAddress, received: 10, lost: 0, icmp_errors: 0 },
    { address: SILENT, received: 0, lost: 10, icmp_errors: 0 },
  ]);
  assert(await endForger(forger) > 500);
});

programTest({
  name: "ping: a host that answers the next probe before it is asked gives no false round trip",
  ...NEEDS,
}, async (program) => {
  await using pair = await VethPair.open();
  await silence(pair, pair.farAddress);
  await using forger = await startForger(pair, "early");
  for (const kind of [[], ["--echo"]]) {
    const args = ["--json", ...kind, "-c", "300", "-i", "1ms", "-W", PATIENT, pair.farAddress];
    const { code, stdout } = await pair.near.run(program.argv(...args));
    const { replies, end } = readRecords(stdout);
    assertEquals([code, end.received, end.lost], [0, 300, 0]);
    for (const { rtt_ms } of replies) assert(rtt_ms >= 0, `${rtt_ms} ms`);
    assertEquals(replies.filter(({ flags }) => flags.includes("negative-rtt")), []);
    assert(end.unmatched > 0, "no early reply was seen");
  }
  const { stdout } = await pair.near.run(
    program.argv("fping", "-C", "100", "-p", "1", "-i", "1", pair.farAddress),
  );
  assertEquals(stdout.match(/, -[\d.]+ ms/g), null);
  await endForger(forger);
});

programTest({
  name: "ping: a host that zeroes the originate stamp counts, is flagged, and is not measured",
  ...NEEDS,
}, async (program) => {
  await using pair = await VethPair.open();
  await silence(pair, pair.farAddress);
  await using forger = await startForger(pair, "zero");
  const one = await pair.near.run(program.argv("-c", "1", "-W", PATIENT, pair.farAddress));
  assertEquals(one.code, 0);
  assertMatch(one.stdout, /seq=0 ttl=61 rtt=\S+ ms {2}clock unknown {2}originate-changed$/m);
  const args = ["--json", "-c", "4", "-i", "500ms", "-W", PATIENT, pair.farAddress];
  const { code, stdout } = await pair.near.run(program.argv(...args));
  const { replies, end } = readRecords(stdout);
  assertEquals([code, end.received, end.lost, end.duplicates], [0, 4, 0, 0]);
  for (const reply of replies) {
    assertEquals([reply.flags, reply.originate_ms], [["originate-changed"], 0]);
    assertEquals(reply.offset_lower_ms, undefined);
    assert(reply.rtt_ms >= 0 && reply.rtt_ms < PATIENT_MS, `${reply.rtt_ms} ms`);
  }
  const alive = await pair.near.run(
    program.argv("--alive", "-r", "1", "-W", PATIENT, pair.farAddress),
  );
  assertEquals([alive.code, alive.stdout], [0, `${pair.farAddress}\n`]);
  await endForger(forger);
});

programTest({
  name: "ping, fping: of a flood of repeated replies a few are printed, and all are counted",
  ...NEEDS,
}, async (program) => {
  const repeats = 2000;
  await using pair = await VethPair.open();
  await silence(pair, pair.farAddress);
  await using forger = await startForger(pair, "flood", String(repeats));
  const args = ["-c", "3", "-i", "1s", "-W", PATIENT, pair.farAddress];
  const json = await pair.near.run(program.argv("--json", ...args));
  const { replies, end, summaries } = readRecords(json.stdout);
  assertEquals([json.code, end.received], [0, 3]);
  assert(end.duplicates > 500, JSON.stringify(end));
  assertEquals(summaries[0]?.duplicates, end.duplicates);
  assertEquals(replies.length + end.unreported, end.received + end.duplicates);
  assert(replies.length <= 133, `${replies.length} replies are printed`);
  const text = await pair.near.run(program.argv(...args));
  const printed = text.stdout.match(/^10\.77\.0\.2: seq=/gm)?.length ?? 0;
  assert(printed <= 133, `${printed} replies are printed`);
  assertMatch(text.stdout, /^\d+ more replies came than are printed; all are counted$/m);
  const fping = await pair.near.run(program.argv("fping", "-C", "3", "-p", "300", pair.farAddress));
  assert((fping.stderr.match(/duplicate for/g)?.length ?? 0) <= 130);
  await endForger(forger);
});

programTest({
  name:
    "ping: an ICMP error that comes back through NAT ends its probe, with another identifier too",
  ...NEEDS,
}, async (program) => {
  await using pair = await VethPair.open();
  await using router = await Namespace.open();
  // near — far, which is the NAT box — router, where the TTL runs out.
  await pair.far.ip(
    `link add veth1 type veth peer name veth1 netns ${router.name}`,
    "addr add 10.78.0.1/24 dev veth1",
    "link set veth1 up",
    "route add 10.79.0.0/16 via 10.78.0.2",
  );
  await router.ip(
    "addr add 10.78.0.2/24 dev veth1",
    "link set veth1 up",
    "route add 10.79.0.0/16 via 10.78.0.1",
  );
  await pair.near.ip(`route add default via ${pair.farAddress}`);
  for (const namespace of [pair.far, router]) await namespace.sysctl("net/ipv4/ip_forward", "1");
  await router.sysctl("net/ipv4/icmp_ratelimit", "0");
  const address = "10.79.0.1";
  for (const to of ["10.78.0.1", "10.78.0.1:7000-7001"]) {
    await pair.far.nft(`
      table ip nat
      delete table ip nat
      table ip nat {
        chain postrouting {
          type nat hook postrouting priority 100;
          ip protocol icmp oifname "veth1" snat to ${to}
        }
      }`);
    for (const kind of [[], ["--echo"]]) {
      const args = ["--json", ...kind, "-c", "2", "-i", "50ms", "-t", "2", address];
      const { stdout } = await pair.near.run(program.argv(...args));
      const { icmpErrors } = readRecords(stdout);
      const reporters = icmpErrors.map((record) => record["reporter"]);
      assertEquals(
        { to, kind, reporters },
        { to, kind, reporters: ["10.78.0.2", "10.78.0.2"] },
        stdout,
      );
    }
  }
});
