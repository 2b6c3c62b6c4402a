/** Ports of a run whose packets are recorded: the same sockets, with a recorder beside them. */

import type { Probe } from "../../probe/probe.ts";
import type { OutgoingDatagram, Transport } from "../../probe/transport.ts";
import type { ReplySource } from "../../scan/reply_collector.ts";
import type { Transmitter } from "../../scan/sender.ts";
import type { Clock } from "../../time/mod.ts";
import type { OpenScan, RunMachine, TransportOptions } from "../machine.ts";
import { datagramLength, PacketRecorder, type PacketRecorderOptions } from "./packet_recorder.ts";

/** Ports that open sockets. */
export type SocketPorts = Pick<RunMachine, "findRoute" | "openTransport"> & {
  readonly scan: Pick<RunMachine["scan"], "openScan">;
};

/** A machine that records. */
export interface RecordedMachine<Machine extends SocketPorts> {
  /** The machine whose sockets are recorded. */
  readonly machine: Machine;
  /** Receives a copy of each packet that is sent or received. */
  readonly recorder: PacketRecorder;
}

/** Records what passes the sockets that a machine opens from now on. */
export function recordMachine<Machine extends SocketPorts>(
  machine: Machine,
  options: Omit<PacketRecorderOptions, "findSource">,
): RecordedMachine<Machine> {
  let egress: Pick<TransportOptions, "interfaceName" | "mark" | "sourceAddress"> = {};
  const recorder = new PacketRecorder({
    ...options,
    findSource: (address) => egress.sourceAddress ?? findSource(machine, address, egress),
  });
  const ports = {
    async openTransport(options: TransportOptions) {
      egress = options;
      return recordTransport(await machine.openTransport(options), recorder);
    },
    scan: Object.assign(Object.create(machine.scan), {
      async openScan(request: Parameters<Machine["scan"]["openScan"]>[0]) {
        egress = { ...request, sourceAddress: request.source };
        return recordScan(await machine.scan.openScan(request), recorder);
      },
    }),
  };
  // The rest stays as it is: some of it is opened when it is first used.
  return { machine: Object.assign(Object.create(machine), ports), recorder };
}

/** Our address on the way to another one; 0 where the kernel does not say. */
function findSource(
  machine: SocketPorts,
  address: number,
  { interfaceName, mark }: Pick<TransportOptions, "interfaceName" | "mark">,
): number {
  try {
    // Without privileges the kernel takes no mark any more.
    const route = machine.findRoute(address, { interfaceName, mark });
    return route.kind === "routed" ? route.source : 0;
  } catch {
    return 0;
  }
}

/** A transport whose datagrams are recorded. */
function recordTransport(inner: Transport, recorder: PacketRecorder): Transport {
  recorder.start(inner.clock);
  const { identifier, receiveBatch } = inner;
  return {
    clock: inner.clock,
    get stampSource() {
      return inner.stampSource;
    },
    receiveBatch,
    identifier,
    send(datagrams: readonly OutgoingDatagram[]) {
      const results = inner.send(datagrams);
      const awaitsStamp = inner.stampSource === "kernel";
      recorder.beginBatch();
      for (const [index, result] of results.entries()) {
        const datagram = datagrams[index];
        if (!result.ok || datagram === undefined) continue;
        recorder.sent(datagram.bytes, result.sentAt, datagram.key, awaitsStamp);
      }
      return results;
    },
    receive() {
      const received = inner.receive();
      for (const { bytes, receivedAt } of received) recorder.received(bytes, receivedAt);
      return received;
    },
    receiveTransmitStamps() {
      const stamps = inner.receiveTransmitStamps();
      for (const { key, moment, at } of stamps) recorder.stamped(key, moment, at);
      return stamps;
    },
    name: (probe: Probe) => recorder.name(probe),
    wait: (timeoutMs: number) => inner.wait(timeoutMs),
    ...inner.warmUp && { warmUp: inner.warmUp.bind(inner) },
    ...inner.pause && { pause: inner.pause.bind(inner) },
    wake: () => inner.wake(),
    droppedDatagrams: () => inner.droppedDatagrams(),
    ...inner.keepIdentifiers && { keepIdentifiers: inner.keepIdentifiers.bind(inner) },
    ...inner.failedCalls && { failedCalls: inner.failedCalls.bind(inner) },
    close: () => inner.close(),
  };
}

/** A scan whose probes and replies are recorded. */
function recordScan(inner: OpenScan, recorder: PacketRecorder): OpenScan {
  recorder.start(inner.clock);
  const { clock } = inner;
  return {
    transmitters: inner.transmitters.map((each) => recordTransmitter(each, clock, recorder)),
    replies: recordReplies(inner.replies, clock, recorder),
    ...{ witness: inner.witness, clock, watch: inner.watch },
    get path() {
      return inner.path;
    },
    close: () => inner.close(),
  };
}

function recordTransmitter(
  inner: Transmitter,
  clock: Clock,
  recorder: PacketRecorder,
): Transmitter {
  /** The frames do not change before the next call. */
  const record = (from: number, sent: number, at: ReturnType<Clock["now"]>) => {
    const { view, firstFrame, strideBytes } = inner.batch;
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    for (let frame = from; frame < from + sent; frame++) {
      const start = firstFrame + frame * strideBytes + inner.datagramOffset;
      recorder.sentTo(bytes.subarray(start, start + datagramLength(bytes, start)), at);
    }
    return sent;
  };
  return {
    path: inner.path,
    get batch() {
      return inner.batch;
    },
    get datagramOffset() {
      return inner.datagramOffset;
    },
    transmit(from, count) {
      const at = clock.now();
      return record(from, inner.transmit(from, count), at);
    },
    async transmitOnThread(from, count) {
      const at = clock.now();
      return record(from, await inner.transmitOnThread(from, count), at);
    },
    waiting: () => inner.waiting(),
  };
}

function recordReplies(inner: ReplySource, clock: Clock, recorder: PacketRecorder): ReplySource {
  return {
    get bytes() {
      return inner.bytes;
    },
    slotBytes: inner.slotBytes,
    capacity: inner.capacity,
    receive() {
      const count = inner.receive();
      if (count === 0) return 0;
      const nearby = clock.now();
      for (let index = 0; index < count; index++) {
        const start = index * inner.slotBytes;
        const realtimeNs = inner.receivedRealtimeNs(index);
        recorder.received(inner.bytes.subarray(start, start + inner.lengthOf(index)), {
          realtimeNs,
          monotonicNs: nearby.monotonicNs - (nearby.realtimeNs - realtimeNs),
          source: "kernel",
        });
      }
      return count;
    },
    lengthOf: (index) => inner.lengthOf(index),
    receivedRealtimeNs: (index) => inner.receivedRealtimeNs(index),
    droppedDatagrams: () => inner.droppedDatagrams(),
    ...inner.failedCalls && { failedCalls: inner.failedCalls.bind(inner) },
    wait: (timeoutMs) => inner.wait(timeoutMs),
    pause: (timeoutMs) => inner.pause(timeoutMs),
    yieldToEventLoop: () => inner.yieldToEventLoop(),
  };
}
