/** A machine that records passes everything on: what a socket has, its recorded one has, and what it has not is not made up. */

import { assert, assertEquals } from "@std/assert";
import { CaptureReader } from "../../../../src/packet/capture/capture_reader.ts";
import type { Transport } from "../../../../src/probe/transport.ts";
import type { OpenScan, RouteFinding, TransportOptions } from "../../../../src/run/machine.ts";
import {
  type RecordedMachine,
  recordMachine,
  type SocketPorts,
} from "../../../../src/run/recording/recorded_machine.ts";
import { PackedBlocks } from "../../../../src/targets/packed_blocks.ts";
import { checksum, read32 } from "../../../lab/octets.ts";
import { FakeClock } from "../../../support/fake_clock.ts";
import { datagramOf, HOST } from "../capture/exchange.ts";

const OWN = 0xc0000201;
const SOCKET: TransportOptions = { icmpTypes: [], datagramBytes: 100, kernelStamps: true };
const REQUEST = {
  ...{ blocks: new PackedBlocks(), rawSocket: false, senders: 1, template: () => new Uint8Array() },
};
const CLOCK = new FakeClock({ startNs: 60e9, baseUnixMs: 0 });

const bareTransport = (calls: string[]): Transport => ({
  ...{ clock: CLOCK, stampSource: "user", identifier: 77, receiveBatch: 64 },
  send: (datagrams) => datagrams.map(() => ({ ok: true, sentAt: CLOCK.now() })),
  receive: () => [],
  receiveTransmitStamps: () => [],
  wait: (timeoutMs) => Promise.resolve(void calls.push(`wait ${timeoutMs}`)),
  wake: () => void calls.push("wake"),
  droppedDatagrams: () => 9,
  close: () => void calls.push("close"),
});

/** A recorded machine whose sockets are these, and what its file has. */
function open(transport: Transport, scan?: OpenScan) {
  const asked: unknown[] = [];
  const recorded: RecordedMachine<SocketPorts> = recordMachine<SocketPorts>({
    findRoute: (address, query): RouteFinding => {
      asked.push([address, query]);
      return { kind: "routed", source: OWN, interfaceName: "eth7" };
    },
    openTransport: () => transport,
    scan: { openScan: () => scan === undefined ? Promise.reject(1) : Promise.resolve(scan) },
  }, { program: "icmptime 0", remark: "a test", stampAt: "driver" });
  const readFile = () => {
    const reader = new CaptureReader();
    const packets: { direction: string | undefined; atNs: number; bytes: Uint8Array }[] = [];
    recorded.recorder.finish((blocks) => {
      for (const { bytes, direction, unixSeconds, nanoseconds } of reader.read(blocks)) {
        const atNs = unixSeconds * 1e9 + nanoseconds;
        packets.push({ direction, atNs, bytes: bytes.slice() });
      }
    });
    return packets;
  };
  return { ...recorded, asked, readFile };
}

Deno.test("recorded transport: what only some transports have is there where the inner one has it", async () => {
  const calls: string[] = [];
  const bare = await open(bareTransport(calls)).machine.openTransport(SOCKET);
  assertEquals(
    [bare.warmUp, bare.pause, bare.keepIdentifiers, bare.failedCalls],
    Array(4).fill(undefined),
  );
  class Full {
    failed = 4;
    failedCalls() {
      return this.failed;
    }
    warmUp({ length }: readonly unknown[]) {
      calls.push(`warm up ${length} ${this.failed}`);
    }
    pause(timeoutMs: number) {
      return Promise.resolve(void calls.push(`pause ${timeoutMs} ${this.failed}`));
    }
    keepIdentifiers(identifiers: Iterable<number>) {
      calls.push(`keep ${[...identifiers]} ${this.failed}`);
    }
  }
  const inner = Object.assign(new Full(), bareTransport(calls));
  const full = await open(inner).machine.openTransport(SOCKET);
  full.warmUp?.([]);
  await full.pause?.(30);
  await full.wait(20);
  full.keepIdentifiers?.([5, 6]);
  full.wake();
  full.close();
  assertEquals(calls, ["warm up 0 4", "pause 30 4", "wait 20", "keep 5,6 4", "wake", "close"]);
  assertEquals([full.receiveBatch, full.failedCalls?.(), full.droppedDatagrams()], [64, 4, 9]);
  assertEquals([full.identifier, full.stampSource, full.clock], [77, "user", CLOCK]);
});

Deno.test("recorded transport: our address is that of the socket, else that of the route, which is asked for with the socket's options", async () => {
  const datagram = datagramOf({ atMs: 0, asks: true });
  datagram.fill(0, 12, 16);
  const sourceOf = async (options: Partial<TransportOptions>) => {
    const { machine, asked, readFile } = open(bareTransport([]));
    const socket = await machine.openTransport({ ...SOCKET, ...options });
    socket.send([{ destination: HOST, bytes: datagram, key: 1 }]);
    const [packet] = readFile();
    assert(packet !== undefined);
    return [read32(packet.bytes, 12), asked];
  };
  const query = { interfaceName: "eth7", mark: 5 };
  assertEquals(await sourceOf(query), [OWN, [[HOST, query]]]);
  assertEquals(await sourceOf({ sourceAddress: OWN + 8 }), [OWN + 8, []]);
});

/** A scan whose transmitter has frames of 50 octets, the first at 6, each a datagram at 2; and replies in slots of 48. */
function scanOf(more: { failedCalls?: () => number } = {}) {
  const calls: string[] = [];
  const frames = new Uint8Array(6 + 4 * 50);
  const datagrams = Array.from({ length: 4 }, (_, i) => {
    const bytes = datagramOf({ atMs: 0, asks: true, host: HOST + i });
    frames.set(bytes, 6 + i * 50 + 2);
    return bytes;
  });
  const transmitter = {
    ...{ path: "simulated", datagramOffset: 2 },
    batch: { view: new DataView(frames.buffer), firstFrame: 6, strideBytes: 50, capacity: 4 },
    transmit: (from: number, count: number) => {
      calls.push(`transmit ${from} ${count}`);
      return count - 1;
    },
    transmitOnThread: (from: number, count: number) => {
      calls.push(`on a thread ${from} ${count}`);
      return Promise.resolve(count);
    },
    waiting: () => 3,
  };
  const slots = new Uint8Array(4 * 48);
  let arrived = 0;
  const replies = {
    ...{ bytes: slots, slotBytes: 48, capacity: 4 },
    receive: () => arrived,
    lengthOf: (index: number) => 40 - index,
    receivedRealtimeNs: (index: number) => 59e9 + index,
    droppedDatagrams: () => 2,
    wait: (timeoutMs: number) => void calls.push(`wait ${timeoutMs}`),
    pause: (timeoutMs: number) => void calls.push(`pause ${timeoutMs}`),
    yieldToEventLoop: () => Promise.resolve(void calls.push("yield")),
    ...more,
  };
  const scan = {
    ...{ transmitters: [transmitter], replies, witness: undefined, clock: CLOCK },
    ...{ path: { kind: "simulated", reason: "a test", isDirect: true }, watch: undefined },
    close: () => void calls.push("close"),
  } as unknown as OpenScan;
  const arrive = (...all: readonly Uint8Array[]) => {
    for (const [i, bytes] of all.entries()) slots.set(bytes, i * 48);
    arrived = all.length;
  };
  return { scan, calls, datagrams, arrive };
}

Deno.test("recorded scan: the frames that the kernel took are in the file, whichever thread sent them", async () => {
  const { scan, calls, datagrams } = scanOf();
  const { machine, readFile } = open(bareTransport([]), scan);
  const [transmitter] = (await machine.scan.openScan(REQUEST)).transmitters;
  assert(transmitter !== undefined);
  // Of three frames two are taken, then two more on a thread.
  assertEquals([transmitter.transmit(0, 3), await transmitter.transmitOnThread(2, 2)], [2, 2]);
  assertEquals([transmitter.waiting(), transmitter.path, transmitter.datagramOffset], [
    ...[3, "simulated", 2],
  ]);
  assertEquals(calls, ["transmit 0 3", "on a thread 2 2"]);
  const packets = readFile();
  assertEquals(packets.map(({ bytes }) => bytes), datagrams);
  assertEquals(packets.map(({ direction, atNs }) => [direction, atNs]), [
    ...Array(4).fill(["out", 60e9]),
  ]);
});

Deno.test("recorded scan: each reply of a batch is in the file as long as it is, at its own time", async () => {
  const { scan, calls, datagrams, arrive } = scanOf();
  const { machine, readFile } = open(bareTransport([]), scan);
  const opened = await machine.scan.openScan(REQUEST);
  const { replies } = opened;
  assertEquals(replies.receive(), 0);
  arrive(...datagrams.slice(0, 3));
  assertEquals([replies.receive(), replies.capacity, replies.slotBytes], [3, 4, 48]);
  assertEquals([replies.lengthOf(1), replies.receivedRealtimeNs(1), replies.droppedDatagrams()], [
    ...[39, 59e9 + 1, 2],
  ]);
  assertEquals([replies.bytes === scan.replies.bytes, opened.path.isDirect], [true, true]);
  replies.wait(7);
  replies.pause(8);
  await replies.yieldToEventLoop();
  opened.close();
  assertEquals(calls, ["wait 7", "pause 8", "yield", "close"]);
  assertEquals(
    readFile().map(({ direction, atNs, bytes }) => [direction, atNs, [...bytes]]),
    datagrams.slice(0, 3).map((bytes, i) => ["in", 59e9 + i, [...bytes.subarray(0, 40 - i)]]),
  );
});

Deno.test("recorded scan: packets are in the order of the monotonic clock, which a reply's time is carried over to", async () => {
  const { scan, datagrams, arrive } = scanOf();
  const { machine, recorder } = open(bareTransport([]), scan);
  const { replies } = await machine.scan.openScan(REQUEST);
  arrive(...datagrams.slice(0, 1));
  replies.receive();
  // The clock stands at monotonic 0 and realtime 60 s: the reply came a second before that.
  const request = datagrams[1] as Uint8Array;
  const at = (monotonicNs: number) => CLOCK.at(monotonicNs, "kernel");
  const flushed = (nowNs: number) => {
    let pieces = 0;
    recorder.flush(nowNs, () => void pieces++);
    return pieces;
  };
  assertEquals(flushed(-2e9), 1 + 1);
  replies.receive();
  recorder.sent(request, at(-1.1e9), 1, true);
  assertEquals(flushed(-0.95e9), 0, "a packet that left before the reply may still get its stamp");
  recorder.stamped(1, "driver", at(-1.1e9));
  recorder.sent(request, at(-0.9e9), 2, true);
  assertEquals(flushed(-0.8e9), 1);
});

Deno.test("recorded scan: failed calls are counted where the inner source counts them, and its address is taken", async () => {
  const count = async (more: { failedCalls?: () => number }) => {
    const { machine } = open(bareTransport([]), scanOf(more).scan);
    return (await machine.scan.openScan(REQUEST)).replies.failedCalls?.();
  };
  assertEquals([await count({}), await count({ failedCalls: () => 6 })], [undefined, 6]);
  const { scan, datagrams } = scanOf();
  const { machine, asked, readFile } = open(bareTransport([]), scan);
  const { transmitters } = await machine.scan.openScan({ ...REQUEST, source: OWN + 9 });
  transmitters[0]?.batch.view.setUint32(6 + 2 + 12, 0);
  transmitters[0]?.transmit(0, 2);
  const [packet] = readFile();
  assertEquals([read32(packet?.bytes ?? new Uint8Array(20), 12), asked], [OWN + 9, []]);
  assertEquals(checksum(packet?.bytes ?? new Uint8Array(), 0, 20), 0);
  assertEquals(packet?.bytes.length, datagrams[0]?.length);
});
