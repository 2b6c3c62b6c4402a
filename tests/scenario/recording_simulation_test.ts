/** What a run sends and receives, as a file: the simulated network knows the truth about each packet. */

import { assert, assertEquals } from "@std/assert";
import { CaptureReader } from "../../src/packet/capture/capture_reader.ts";
import { Prober } from "../../src/probe/prober.ts";
import type {
  OpenScan,
  RouteFinding,
  ScanSocketRequest,
  TransportOptions,
} from "../../src/run/machine.ts";
import { recordMachine, type SocketPorts } from "../../src/run/recording/recorded_machine.ts";
import { PackedBlocks } from "../../src/targets/packed_blocks.ts";
import { checksum, headerLength, read16, read32 } from "../lab/octets.ts";
import type { Network } from "../support/simulated_network.ts";
import { makeTargets, proberOptions, type RunOptions } from "../support/simulated_run.ts";
import { SimulatedTransport } from "../support/simulated_transport.ts";
import { answer, SimulatedNetwork } from "../support/swept_network.ts";

const OWN = 0xc0000201;
const SOCKET: TransportOptions = {
  ...{ icmpTypes: [], datagramBytes: 100, kernelStamps: true, interfaceName: "eth7", mark: 5 },
};
const SCAN: ScanSocketRequest = {
  ...{ blocks: new PackedBlocks(), rawSocket: false, senders: 1, template: () => new Uint8Array() },
};

interface Packet {
  readonly bytes: Uint8Array;
  /** Nanoseconds since the base of the clock. */
  readonly atNs: number;
  readonly direction: "out" | "in" | undefined;
  readonly comment: string | undefined;
}

/** The packets of a file. */
function read(blocks: readonly Uint8Array[], baseUnixMs: number) {
  const reader = new CaptureReader();
  const packets: Packet[] = [];
  const nsOf = (seconds: number, ns: number) => (seconds - baseUnixMs / 1e3) * 1e9 + ns;
  for (const block of blocks) {
    for (const { bytes, unixSeconds, nanoseconds, direction, comment } of reader.read(block)) {
      packets.push({
        bytes: bytes.slice(),
        atNs: nsOf(unixSeconds, nanoseconds),
        direction,
        comment,
      });
    }
  }
  reader.finish();
  assertEquals(reader.broken, undefined);
  const end = reader.end && nsOf(reader.end.unixSeconds, reader.end.nanoseconds);
  return { packets, end, remark: reader.remark };
}

/** A run of the prober that is recorded; its file is written as it goes on. */
async function record(
  network: Network,
  { stampAt = "driver", route, ...options }: RunOptions & { readonly route?: () => RouteFinding } =
    {},
  abandonAtMs?: number,
) {
  const transport = new SimulatedTransport(network);
  const asked: unknown[] = [];
  const { machine, recorder } = recordMachine<SocketPorts>({
    findRoute: (address: number, query?: unknown): RouteFinding => {
      asked.push([address, query]);
      return route?.() ?? { kind: "routed", source: OWN, interfaceName: "eth7" };
    },
    openTransport: () => transport,
    scan: { openScan: () => Promise.reject(new Error("no scan")) },
  }, { program: "icmptime 0", remark: "a test", stampAt });
  const socket = await machine.openTransport(SOCKET);
  const blocks: Uint8Array[] = [];
  const take = (block: Uint8Array) => void blocks.push(block.slice());
  const targets = makeTargets(options.targets ?? 1);
  const prober = new Prober(proberOptions({ ...options, stampAt }, targets), socket, {
    outcome: () => {},
    extra: () => {},
    stray: () => {},
    idle: (nowNs) => recorder.flush(nowNs, take),
  });
  if (abandonAtMs !== undefined) transport.at(abandonAtMs, () => recorder.abandon());
  await prober.run();
  const flushed = blocks.length;
  recorder.end();
  recorder.finish(take);
  const file = read(blocks, transport.clock.baseUnixMs);
  return { ...file, transport, asked, flushed, socket };
}

Deno.test("recording: each packet once, in the order of time, as it truly left and arrived, named after its probe", async () => {
  const { packets, end, remark, transport, asked, flushed } = await record({
    rules: [{ hosts: [2], fate: { error: { type: 3, code: 1 } } }, {
      hosts: [3],
      fate: { lossBackRatio: 1 },
    }],
  }, { targets: 3, count: 4, identifier: null, firstSequence: null });
  const { clock } = transport;
  const truth = [
    ...transport.requests.map(({ departedNs }) => ["out", departedNs] as const),
    ...transport.delivered.map(({ atNs }) => ["in", atNs] as const),
  ].sort(([, one], [, other]) => one - other);
  assertEquals(
    packets.map(({ direction, atNs }) => [direction, atNs]),
    truth.map(([direction, atNs]) => [direction, clock.trueRealtimeNs(atNs)]),
  );
  const count = (host: number, isIn: boolean) =>
    packets.filter(({ comment, direction }) =>
      comment?.startsWith(`host-${host - 1} `) && (direction === "in") === isIn
    ).map(({ comment }) => comment);
  const names = (host: number) => [0, 1, 2, 3].map((probe) => `host-${host - 1} probe ${probe}`);
  assertEquals([count(1, false), count(1, true)], [names(1), names(1)]);
  assertEquals([count(2, false), count(2, true)], [names(2), names(2)]);
  assertEquals([count(3, false), count(3, true)], [names(3), []]);
  assertEquals(end, clock.now().realtimeNs);
  assertEquals(remark, "a test");
  // The route to each host is asked for once, with what the socket was opened with.
  const query = { interfaceName: "eth7", mark: 5 };
  assertEquals(asked, makeTargets(3).map(({ address }) => [address, query]));
  assert(flushed > 8, "the file is written while the run goes on");
});

Deno.test("recording: what the kernel fills in is filled in, and the checksum is right", async () => {
  const sourceOf = (packets: readonly Packet[]) =>
    new Set(
      packets.filter(({ direction }) => direction === "out").map(({ bytes }) => {
        assertEquals(checksum(bytes, 0, headerLength(bytes)), 0);
        assertEquals(bytes.length, read16(bytes, 2));
        return read32(bytes, 12);
      }),
    );
  assertEquals(sourceOf((await record({}, { count: 2 })).packets), new Set([OWN]));
  const none = await record({}, { count: 2, route: () => ({ kind: "broadcast" }) });
  assertEquals(sourceOf(none.packets), new Set([0]));
  const failing = await record({}, {
    count: 2,
    route: () => {
      throw new Error("no right");
    },
  });
  assertEquals(sourceOf(failing.packets), new Set([0]));
});

Deno.test("recording: the stamp of the moment that is asked for, and that of the call where none comes", async () => {
  const gaps = async (network: Network, stampAt: "queue" | "driver") => {
    const { packets, transport } = await record(network, { count: 3, stampAt });
    const out = packets.filter(({ direction }) => direction === "out");
    assertEquals(out.length, 3);
    return out.map(({ atNs }, i) => {
      const truth = transport.requests[i];
      return Math.round(atNs - transport.clock.trueRealtimeNs(truth?.handedNs ?? NaN));
    });
  };
  const queued: Network = { queueMs: 3 };
  assertEquals(await gaps(queued, "queue"), [0, 0, 0]);
  assertEquals(await gaps(queued, "driver"), [3_006_000, 3_006_000, 3_006_000]);
  assertEquals(await gaps({ transmitStamp: "lost" }, "driver"), [0, 0, 0]);
  assertEquals(await gaps({ transmitStamp: 150, back: 200 }, "driver"), [6000, 6000, 6000]);
  assertEquals(await gaps({ stampSource: "user" }, "driver"), [0, 0, 0]);
});

Deno.test("recording: a stamp that does not come holds up the file for 200 ms, and no packet is out of order", async () => {
  const { packets } = await record({
    rules: [{ probes: [1, 4], fate: { transmitStamp: "lost" } }, {
      probes: [2],
      fate: { transmitStamp: 180 },
    }],
  }, { count: 8, intervalMs: 50 });
  const times = packets.map(({ atNs }) => atNs);
  assertEquals(times, [...times].sort((one, other) => one - other));
  assertEquals(packets.length, 16);
});

Deno.test("recording: refused datagrams are not in the file, and one that is abandoned ends there", async () => {
  const refused = await record({
    rules: [{ probes: [1], fate: { refuse: { code: "EPERM", errno: 1 } } }],
  }, {
    count: 3,
  });
  assertEquals(refused.packets.map(({ comment, direction }) => `${direction} ${comment}`), [
    ...[0, 2].flatMap((probe) => [`out host-0 probe ${probe}`, `in host-0 probe ${probe}`]),
  ]);
  const abandoned = await record({}, { count: 6 }, 2500);
  assertEquals([abandoned.packets.length, abandoned.end], [6, undefined]);
});

Deno.test("recording: packets of other programs are kept without a name", async () => {
  const { packets } = await record({ strays: ["wrong-identifier", "stale-sequence", "short"] }, {
    count: 2,
  });
  const arrived = packets.filter(({ direction }) => direction === "in");
  assertEquals(arrived.map(({ comment }) => comment), [
    ...[undefined, undefined, undefined, "host-0 probe 0"],
    ...[undefined, undefined, undefined, "host-0 probe 1"],
  ]);
});

Deno.test("recording: a sweep's probes have their targets, its replies their true times", async () => {
  const network = new SimulatedNetwork((probe) => [
    { bytes: answer(probe), delayMs: 10 + (probe.destination & 7) },
  ]);
  const inner = {
    ...{ transmitters: [network], replies: network, witness: undefined, clock: network },
    ...{ path: { kind: "simulated", reason: "a test", isDirect: false }, watch: undefined },
    close: () => {},
  } satisfies OpenScan;
  const { machine, recorder } = recordMachine<SocketPorts>({
    findRoute: (): RouteFinding => ({ kind: "broadcast" }),
    openTransport: () => Promise.reject(new Error("no run")),
    scan: { openScan: () => Promise.resolve(inner) },
  }, { program: "icmptime 0", remark: "a sweep", stampAt: "driver" });
  const scan = await machine.scan.openScan(SCAN);
  const [transmitter] = scan.transmitters;
  assert(transmitter !== undefined);
  const { view, strideBytes } = transmitter.batch;
  for (let slot = 0; slot < 8; slot++) view.setUint32(slot * strideBytes + 16, 0x0a010000 + slot);
  for (let slot = 0; slot < 8; slot++) {
    view.setUint16(slot * strideBytes + 10, 0);
    const header = new Uint8Array(view.buffer, view.byteOffset + slot * strideBytes, 20);
    view.setUint16(slot * strideBytes + 10, checksum(header, 0, 20));
  }
  assertEquals([transmitter.transmit(2, 5), scan.replies.receive()], [5, 0]);
  const sentNs = [...network.sentNs];
  for (let received = 0; received < 5; received += scan.replies.receive()) scan.replies.wait(50);
  const blocks: Uint8Array[] = [];
  recorder.finish((block) => void blocks.push(block.slice()));
  const { packets } = read(blocks, network.baseUnixMs);
  const out = packets.filter(({ direction }) => direction === "out");
  assertEquals(out.map(({ comment }) => comment), [2, 3, 4, 5, 6].map((i) => `10.1.0.${i}`));
  for (const { bytes } of out) assertEquals(bytes.length, 40);
  assertEquals(packets.map(({ direction }) => direction), [
    ...[...Array(5).fill("out"), ...Array(5).fill("in")],
  ]);
  const arrived = packets.filter(({ direction }) => direction === "in");
  for (const [i, { atNs, bytes }] of arrived.entries()) {
    assert(Math.abs(atNs - (sentNs[i] as number) - (12 + i) * 1e6) < 1, `${atNs} ${sentNs[i]}`);
    assertEquals(read32(bytes, 12), 0x0a010002 + i);
  }
  assertEquals([arrived.length, scan.path.kind, scan.replies.capacity], [5, "simulated", 32]);
});
