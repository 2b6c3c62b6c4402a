import { assert, assertEquals } from "@std/assert";
import type { OpenScan } from "../../../src/run/machine.ts";
import { planScanRun } from "../../../src/run/scan/options.ts";
import {
  ScanRun,
  type ScanRunListener,
  type ScanSnapshot,
  type ScanUnsent,
} from "../../../src/run/scan/run.ts";
import { PackedBlocks } from "../../../src/targets/packed_blocks.ts";
import { answer, type Behaviour, SimulatedNetwork } from "../../support/swept_network.ts";

const FIRST = 0x0a010000;
const EPERM = 1;
const EACCES = 13;

/** A scan of 10.1.0.0/24 at 1000 probes a second, and what its listener received. */
async function open(behaviour: Behaviour, probesPerTarget = 1, broadcast?: number) {
  const blocks = new PackedBlocks();
  blocks.push(FIRST, FIRST + 255);
  const options = { targets: blocks, rate: 1000, cooldownMs: 100, probesPerTarget, seed: 5 };
  const plan = planScanRun(options, { ownAddresses: () => [], processors: () => 1 });
  const network = new SimulatedNetwork(behaviour);
  const closed: string[] = [];
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
      openScan: () => Promise.resolve(sockets),
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
  return { run, network, listener, news, unsent, snapshots, closed };
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
  assert(before.time >= 43_200 && before.time < 43_200.01, `${before.time}`);
  assert(after.time > 43_200.35 && after.time < 43_200.5, `${after.time}`);
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
    assert(unsent.every(({ time }) => time > 43_200 && time < 43_201));
    run.close();
  });
}

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
