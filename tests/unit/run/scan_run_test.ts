import { assert, assertEquals } from "@std/assert";
import type { OpenScan, ScanSocketRequest } from "../../../src/run/machine.ts";
import { planScanRun, type ScanRunOptions } from "../../../src/run/scan/options.ts";
import {
  ScanRun,
  type ScanRunListener,
  type ScanSnapshot,
  type ScanUnsent,
} from "../../../src/run/scan/run.ts";
import { PackedBlocks } from "../../../src/targets/packed_blocks.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { answer, type Behaviour, SimulatedNetwork } from "../../support/swept_network.ts";

const FIRST = 0x0a010000;
const DAY_MS = 86_400_000;
/** Noon of the second day of 1970, Unix time in seconds. */
const NOON = 1.5 * 86_400;
const EPERM = 1;
const EACCES = 13;

/** A scan of 10.1.0.0/24 at 1000 probes a second, and what its listener received. */
async function open(
  behaviour: Behaviour,
  probesPerTarget = 1,
  broadcast?: number,
  more: Partial<ScanRunOptions> = {},
  own: readonly number[] = [],
) {
  const blocks = new PackedBlocks();
  blocks.push(FIRST, FIRST + 255);
  const options = {
    targets: blocks,
    rate: 1000,
    cooldownMs: 100,
    probesPerTarget,
    seed: 5,
    ...more,
  };
  const plan = planScanRun(options, { ownAddresses: () => [...own], processors: () => 1 });
  const clock = new FakeClock({ baseUnixMs: DAY_MS, startNs: 43_200e9, lookNs: 20_000 });
  const network = new SimulatedNetwork(behaviour, clock);
  const closed: string[] = [];
  const requests: ScanSocketRequest[] = [];
  const sockets = {
    transmitters: [network],
    replies: network,
    witness: undefined,
    clock: network,
    path: { kind: "simulated", reason: "a test", isDirect: false },
    watch: undefined,
    close: () => void closed.push("closed"),
  } satisfies OpenScan;
  const run = await ScanRun.open(plan, {
    isBroadcast: (address) => address === broadcast,
    scan: {
      openScan: (request) => {
        requests.push(request);
        return Promise.resolve(sockets);
      },
      sendError: (errno, address) => ({
        syscall: "sendto",
        code: errno === EACCES ? "EACCES" : "EPERM",
        message: `Cannot send to ${address}`,
      }),
    },
  });
  const news: boolean[] = [];
  const unsent: ScanUnsent[] = [];
  const snapshots: ScanSnapshot[] = [];
  const listener: ScanRunListener = {
    reply: (_, isNew) => void news.push(isNew),
    icmpError: () => {},
    unsent: (each) => void unsent.push(each),
    progress: (snapshot) => void snapshots.push(snapshot),
    checkpoint: () => {},
  };
  return { run, network, listener, news, unsent, snapshots, closed, requests };
}

/** Every fourth host answers. */
const SOME: Behaviour = (probe) =>
  probe.destination % 4 === 0 ? [{ bytes: answer(probe), delayMs: 10 }] : [];

Deno.test("scan run: a snapshot has the hosts, the counts and the time, and stays as it was", async () => {
  const { run, listener, snapshots } = await open(SOME);
  const before = run.snapshot();
  assertEquals([before.position, before.length, before.sent], [0, 256, 0]);
  assertEquals(before.hosts, { targets: 256, answered: 0 });
  const result = await run.run(listener);
  assertEquals([result.reason, result.isWhole, result.hostsAnswered], ["complete", true, 64]);
  const after = run.snapshot();
  assertEquals([after.position, after.sent, after.replies], [256, 256, 64]);
  assertEquals(after.hosts, { targets: 256, answered: 64 });
  assertEquals(before.hosts, { targets: 256, answered: 0 });
  // 256 probes at 1000 a second and 0.1 s of waiting, in Unix time from noon on.
  assert(before.time >= NOON && before.time < NOON + 0.01, `${before.time}`);
  assert(after.time > NOON + 0.35 && after.time < NOON + 0.5, `${after.time}`);
  assertEquals([run.baseUnixMs, run.sent, run.path.kind], [DAY_MS, 256, "simulated"]);
  assertEquals(snapshots.at(-1)?.hosts, { targets: 256, answered: 64 });
  run.close();
});

Deno.test("scan run: a host is counted once, however often it is probed and however often it replies", async () => {
  const { run, listener, news } = await open(
    (probe) =>
      probe.destination % 4 === 0
        ? [{ bytes: answer(probe), delayMs: 10 }, { bytes: answer(probe), delayMs: 11 }]
        : [],
    3,
  );
  const result = await run.run(listener);
  assertEquals([result.sent, result.replies, result.duplicates], [768, 192, 192]);
  assertEquals([result.hostsAnswered, run.snapshot().hosts.answered], [64, 64]);
  assertEquals([news.length, news.filter((isNew) => isNew).length], [384, 64]);
  run.close();
});

for (
  const [errno, broadcast, isWhole] of [
    [EPERM, FIRST + 7, false],
    [EACCES, FIRST + 8, false],
    [EACCES, FIRST + 7, true],
  ] as const
) {
  const what = isWhole ? "of a broadcast address is no host missed" : "leaves a host unasked";
  Deno.test(`scan run: a refusal with error ${errno} ${what}`, async () => {
    const { run, network, listener, unsent } = await open(SOME, 1, broadcast);
    network.refusals = (from, count) => {
      for (let slot = from; slot < from + count; slot++) {
        if (destinationOf(network, slot) !== FIRST + 7) continue;
        return slot === from ? -errno : slot - from;
      }
      return count;
    };
    const result = await run.run(listener);
    assertEquals([result.sent, result.unsent, result.isWhole], [255, 1, isWhole]);
    assertEquals(unsent.map(({ address, error }) => [address, error.message]), [
      [FIRST + 7, "Cannot send to 10.1.0.7"],
    ]);
    assert(unsent.every(({ time }) => time > NOON && time < NOON + 1));
    run.close();
  });
}

Deno.test("scan run: a host that replies to both of two probes is one host", async () => {
  const { run, listener, news } = await open(SOME, 2);
  const { replies, hostsAnswered } = await run.run(listener);
  assertEquals([replies, hostsAnswered, news.filter((isNew) => isNew).length], [128, 64, 64]);
  run.close();
});

Deno.test("scan run: a host that has answered is left out of later rounds where that is asked for", async () => {
  const own = FIRST + 6;
  const { run, network, listener } = await open(SOME, 3, undefined, { skipsAnswered: true }, [own]);
  const result = await run.run(listener);
  assertEquals([result.reason, result.hostsAnswered, result.duplicates], ["complete", 64, 0]);
  const probes = (address: number) =>
    network.probes.filter(({ destination }) => destination === address).length;
  assertEquals([probes(FIRST + 4), probes(FIRST + 5), probes(own)], [1, 3, 0]);
  assertEquals(result.sent, 64 + 3 * 191);
  run.close();
});

for (const [dropped, failed] of [[1, 0], [0, 1]] as const) {
  const what = dropped > 0 ? "the kernel dropped a datagram" : "a receive call failed";
  Deno.test(`scan run: a scan is not whole where ${what}`, async () => {
    const { run, network, listener } = await open(SOME);
    network.dropped = dropped;
    Object.assign(network, { failedCalls: () => failed });
    const result = await run.run(listener);
    assertEquals([result.reason, result.isWhole], ["complete", false]);
    assertEquals([result.dropped, result.failedCalls], [dropped, failed]);
    run.close();
  });
}

Deno.test("scan run: one that is aborted waits for no more answers", async () => {
  const { run, network, listener } = await open((probe) => [{
    ...{ bytes: answer(probe), delayMs: 90 },
  }]);
  network.beforeTransmit = () => run.abort();
  const result = await run.run(listener);
  assertEquals([result.reason, result.replies], ["stopped", 0]);
  assert(result.elapsedSeconds < 0.09, `${result.elapsedSeconds}`);
  run.close();
});

Deno.test("scan run: a reply that another socket received is its own where the proof holds", async () => {
  const { run, network, listener } = await open(SOME);
  await run.run(listener);
  const [probe] = network.probes;
  assert(probe !== undefined);
  const { destination, originateMs, identifier, sequence } = probe;
  const proof = identifier * 65_536 + sequence;
  assertEquals(
    [[destination, originateMs], [destination + 1, originateMs], [destination, originateMs + 1]]
      .map(
        ([source = 0, stamp = 0]) => run.isOwnReply(source, stamp, proof),
      ),
    [true, false, false],
  );
  assertEquals(run.isOwnReply(destination, originateMs, proof + 1), false);
  run.close();
});

Deno.test("scan run: sockets are opened for the packets and the path of the plan", async () => {
  const egress = { interfaceName: "eth7", mark: 5 };
  const planned = await open(SOME, 1, undefined, { ttl: 9, tos: 8, egress, senderThreads: 1 });
  const [request] = planned.requests;
  assertEquals([request?.interfaceName, request?.mark, request?.rawSocket, request?.senders], [
    ...["eth7", 5, false, 1],
  ]);
  const datagram = request?.template(0x0a000001) ?? new Uint8Array(20);
  assertEquals([datagram[8], datagram[1], datagram[20], datagram.length], [9, 8, 13, 40]);
  assertEquals([...datagram.subarray(12, 16)], [10, 0, 0, 1]);
  const raw = await open(SOME, 1, undefined, { egress: { rawSocket: true } });
  assertEquals(raw.requests[0]?.rawSocket, true);
  for (const { run } of [planned, raw]) run.close();
});

Deno.test("scan run: stopped before its end, and closed once it is disposed of", async () => {
  const { run, listener, closed, network } = await open(SOME);
  {
    using disposed = run;
    network.beforeTransmit = () => disposed.stop();
    const result = await disposed.run(listener);
    assertEquals([result.reason, result.isWhole], ["stopped", false]);
    assertEquals(closed, []);
  }
  assertEquals(closed, ["closed"]);
});

/** The destination in a frame that is about to leave. */
function destinationOf({ batch }: SimulatedNetwork, slot: number): number {
  return batch.view.getUint32(slot * batch.strideBytes + 16);
}

Deno.test("scan: a seed that is drawn is a safe integer", () => {
  const targets = new PackedBlocks();
  targets.push(0x0a010000, 0x0a0100ff);
  const seeds = Array.from(
    { length: 30 },
    () => planScanRun({ targets }, { ownAddresses: () => [], processors: () => 1 }).seed,
  );
  for (const seed of seeds) assert(Number.isSafeInteger(seed) && seed >= 0, `${seed}`);
  assertEquals(new Set(seeds).size, seeds.length);
});
