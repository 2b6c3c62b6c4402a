// What a scan may be trusted with: forgeries, floods, kills, shards, memory.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { BulkRawSocket } from "../../ffi/scan/bulk_raw_socket.ts";
import { emitDatagram } from "../../src/packet/mod.ts";
import type { Namespace } from "../support/namespace.ts";
import { programTest, SOURCE_PROGRAM } from "../support/program.ts";
import { Random } from "../lab/random.ts";
import { readRecords } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";
import { ANSWERING, openScanNetwork, SILENT } from "./scan_network.ts";

const scan = (...words: string[]) => SOURCE_PROGRAM.argv("scan", ...words);
const NEAR = 0x0a4d0001;
/** Share of the replies to a sweep that a full receive buffer may cost on a busy machine; on an idle one it costs none. */
const MAX_DROP_RATIO = 0.05;

programTest({
  name: "131,072 hosts that all answer: each one found, or a kernel drop admitted",
  namespaces: true,
}, async (program) => {
  await using pair = await openScanNetwork();
  const words = [
    "--include-reserved",
    "--rate",
    "max",
    "--cooldown",
    "1s",
    "--format",
    "csv",
    "--fields",
    "address",
  ];
  const metadata = await Deno.makeTempFile();
  const { code, stdout } = await pair.near.run(
    program.argv("scan", ...words, "-q", "--metadata", metadata, ANSWERING),
  );
  const found = new Set(stdout.trimEnd().split("\n").slice(1)).size;
  const { counts } = JSON.parse(await Deno.readTextFile(metadata));
  assertEquals(counts.sent, 131_072);
  assertEquals(found, counts.received);
  assertEquals(code, counts.kernel_drops === 0 ? 0 : 1);
  assertEquals(found + counts.kernel_drops, 131_072);
  assert(counts.kernel_drops <= 131_072 * MAX_DROP_RATIO, `${counts.kernel_drops} dropped`);
  await Deno.remove(metadata);
});

function openInside(far: Namespace, datagram: Uint8Array, capacity: number): BulkRawSocket {
  using _inside = far.enter();
  return BulkRawSocket.open({ datagram, capacity, sendBufferBytes: 4 << 20 });
}

/** Sends unsolicited timestamp replies, each from another address of 11.0.0.0/16. */
function flood(far: Namespace, count: number, seed: number): number {
  const BATCH = 500;
  const random = new Random(seed);
  const template = emitDatagram({
    header: { source: 0x0b000000, destination: NEAR },
    message: { kind: "timestamp-reply", identifier: 0, sequence: 0, originateMs: 0 },
  });
  using socket = openInside(far, template, BATCH);
  const { view, firstFrame, strideBytes, addressDelta = 0 } = socket.batch;
  let sent = 0;
  while (sent < count) {
    const nowMs = Date.now() % 86_400_000;
    for (let slot = 0; slot < BATCH; slot++) {
      const message = { identifier: random.u32() & 0xffff, sequence: random.u32() & 0xffff };
      const bytes = emitDatagram({
        header: { source: 0x0b000000 + random.u32() % 65_536, destination: NEAR },
        message: { kind: "timestamp-reply", ...message, originateMs: nowMs - random.u32() % 1000 },
      });
      const frame = firstFrame + slot * strideBytes;
      new Uint8Array(view.buffer).set(bytes, frame);
      view.setUint32(frame + addressDelta, NEAR);
    }
    for (let from = 0; from < BATCH;) {
      const taken = socket.transmit(from, BATCH - from);
      if (taken < 0) throw new Error(`the forger was refused: ${taken}`);
      from += taken;
    }
    sent += BATCH;
  }
  return sent;
}

systemTest({
  name: "100,000 replies forged without the key: none accepted, all counted",
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  await using running = pair.near.spawn(
    scan("--yes", "--json", "--rate", "100", "--cooldown", "3s", "11.0.0.0/16"),
  );
  await running.output(/sending through/, "stderr");
  const forged = flood(pair.far, 100_000, 77);
  // The scan goes on until every forged reply has left, however long that took.
  running.sendSignal("SIGINT");
  const { stdout, code } = await running.result();
  const { replies, end } = readRecords(stdout);
  assertEquals([replies.length, end.received, end.reason, code], [0, 0, "stopped", 1]);
  assertEquals(Number(end["unproven"]) + end.kernel_drops, forged);
  assert(end.kernel_drops <= forged / 2, `${end.kernel_drops} of ${forged} dropped`);
});

systemTest({
  name: "replies that the kernel drops are counted, said aloud and in the exit code",
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  await using running = pair.near.spawn(
    scan(
      "--yes",
      "--json",
      "--rate",
      "100",
      "--max-targets",
      "100",
      "--cooldown",
      "3s",
      "11.0.0.0/16",
    ),
  );
  await running.output(/sending through/, "stderr");
  running.sendSignal("SIGSTOP");
  // More than the receive buffer holds while there is no reader.
  const forged = flood(pair.far, 300_000, 78);
  running.sendSignal("SIGCONT");
  const { stdout, stderr, code } = await running.result();
  const { end } = readRecords(stdout);
  assert(end.kernel_drops > 0, "the buffer held everything: send more");
  assertEquals(Number(end["unproven"]) + end.kernel_drops, forged);
  assertEquals(code, 1);
  assertMatch(stderr, /lost replies: the kernel dropped [\d,]+ datagrams/);
});

systemTest({
  name: "killed at ten random moments and resumed: no address missing, repeats bounded",
  namespaces: true,
}, async () => {
  // A sweep by one thread and one by four, each in a network of its own.
  await Promise.all([1, 4].map(killAndResume));
});

async function killAndResume(threads: number): Promise<void> {
  await using pair = await openScanNetwork();
  const folder = await Deno.makeTempDir({ prefix: "icmptime-scan-" });
  // Root is given up before the files are written.
  await Deno.chmod(folder, 0o777);
  const place = `${folder}/place`, output = `${folder}/found`;
  const rate = 2000, cooldownMs = 300, total = 16_384;
  const options = [
    ...["--include-reserved", "--sender-threads", `${threads}`, "--rate", `${rate}`],
    ...["--cooldown", `${cooldownMs}ms`, "-o", output],
  ];
  const random = new Random(41);
  let kills = 0;
  for (let run = 0; run < 40; run++) {
    const keep = run === 0 ? "--checkpoint" : "--resume";
    await using running = pair.near.spawn(scan(...options, keep, place, "198.18.0.0/18"));
    await running.output(/sending through/, "stderr");
    if (kills < 10) {
      await new Promise((resolve) => setTimeout(resolve, 150 + random.u32() % 1600));
      running.sendSignal("SIGKILL");
      kills++;
      await running.result();
      // Before the first second there may be no place to resume at.
      if ((await Deno.readTextFile(place)) === "") run = -1;
      continue;
    }
    assertEquals((await running.result()).code, 0);
    break;
  }
  assertEquals([threads, kills], [threads, 10]);
  const lines = (await Deno.readTextFile(output)).trimEnd().split("\n");
  assertEquals([threads, new Set(lines).size], [threads, total]);
  const mostRepeats = kills * rate * (cooldownMs + 1000 + 500) / 1000;
  const repeats = lines.length - total;
  assert(repeats <= mostRepeats, `${repeats} repeats, threads: ${threads}`);
  await Deno.remove(folder, { recursive: true });
}

systemTest({
  name: "four shards of one seed: disjoint, together the block less exclusions",
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  const words = [
    "--include-reserved",
    "--seed",
    "99",
    "--rate",
    "max",
    "--cooldown",
    "1s",
    "-q",
  ];
  const seen = new Set<string>();
  for (let shard = 1; shard <= 4; shard++) {
    const { stdout } = await pair.near.mustRun(
      scan(
        ...words,
        "--shard",
        `${shard}/4`,
        "--exclude",
        "198.18.16.0/20,198.18.0.7",
        "198.18.0.0/16",
      ),
    );
    for (const address of stdout.trimEnd().split("\n")) {
      assert(!seen.has(address), `${address} is in two shards`);
      seen.add(address);
    }
  }
  assertEquals(seen.size, 65_536 - 4096 - 1);
  assert(!seen.has("198.18.16.1") && !seen.has("198.18.0.7") && seen.has("198.18.32.0"));
});

systemTest(
  { name: "a /6 takes no more memory than a /15, within 10 MiB", namespaces: true },
  async () => {
    await using pair = await openScanNetwork();
    await pair.far.ip("route add blackhole 16.0.0.0/6");
    const peaks = await Promise.all(["11.0.0.0/15", "16.0.0.0/6"].map(async (block) => {
      await using running = pair.near.spawn(
        scan("--yes", "--rate", "10k", "--cooldown", "0", block),
      );
      await running.output(/sending through/, "stderr");
      await new Promise((resolve) => setTimeout(resolve, 4000));
      // `ip netns exec` becomes the program that it runs.
      const status = await Deno.readTextFile(`/proc/${running.pid}/status`);
      assertMatch(status, /Name:\s+deno/);
      running.sendSignal("SIGINT");
      assertEquals((await running.result()).code, 1);
      return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
    }));
    const [small = 0, large = 0] = peaks;
    assert(Math.abs(large - small) < 10, `${small.toFixed(1)} MiB and ${large.toFixed(1)} MiB`);
  },
);

systemTest({
  name: "an interrupt ends the sending, awaits the answers and says where to resume",
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  await using running = pair.near.spawn(
    scan("--include-reserved", "--json", "--rate", "1000", "--cooldown", "1s", "198.18.0.0/18"),
  );
  await running.output(/"reply"/);
  running.sendSignal("SIGINT");
  const { stdout, code } = await running.result();
  const { end } = readRecords(stdout);
  assertEquals([code, end.reason, end.received], [1, "stopped", end.sent]);
  assert(end.sent > 0 && end.sent < 16_384);
});

systemTest(
  { name: "a silent network yields no reply", namespaces: true },
  async () => {
    await using pair = await openScanNetwork();
    const words = [
      "--yes",
      "--rate",
      "max",
      "--max-targets",
      "50000",
      "--cooldown",
      "100ms",
      "--json",
    ];
    const { stdout } = await pair.near.mustRun(scan(...words, SILENT));
    const { end } = readRecords(stdout);
    assertEquals([end.sent, end.received, end.unsent], [50_000, 0, 0]);
  },
);
