/**
 * A network for sweeps without a kernel: hosts that answer, a clock that obeys, a queue in between.
 *
 * It is not SimulatedTransport: a sweep fills frames that the network owns, from several threads, and reads replies from slots
 * without a sender's key or transmit stamp. The two share their clock, their queue of events and how datagrams are written.
 */

import { setImmediate } from "node:timers/promises";
import {
  createPlainSlots,
  emitProbeTemplate,
  type FrameSlots,
} from "../../src/scan/probe_writer.ts";
import type { ReplySource } from "../../src/scan/reply_collector.ts";
import type {
  ScanIcmpError,
  ScanListener,
  ScanProgress,
  ScanReply,
} from "../../src/scan/scan_record.ts";
import type { Transmitter } from "../../src/scan/sender.ts";
import type { Clock, Instant } from "../../src/time/instant.ts";
import { read32, sealHeader, sealMessage, write16, write32 } from "../lab/octets.ts";
import type { Random } from "../lab/random.ts";
import { FakeClock } from "./fake_clock.ts";
import { EventQueue } from "./event_queue.ts";
import { OWN_ADDRESS, readRequest, writeReply } from "./simulated_datagram.ts";

/** A probe as a host sees it. */
export interface SeenProbe {
  /** Who asks. */
  readonly source: number;
  readonly destination: number;
  readonly identifier: number;
  readonly sequence: number;
  readonly originateMs: number;
  readonly bytes: Uint8Array;
}

/** What the network does with a probe: the datagrams that come back, each after some milliseconds. */
export type Behaviour = (probe: SeenProbe) => readonly { bytes: Uint8Array; delayMs: number }[];

const SLOT_BYTES = 128;
const BATCH = 64;
const IP_BYTES = 20, SOURCE = 12, DESTINATION = 16;
const TIMESTAMP_REQUEST = 13;
const TEMPLATE = emitProbeTemplate({ source: OWN_ADDRESS, ttl: 64, tos: 0 });
/** Time that one turn of the loop takes. */
const TURN_NS = 20_000;

/** In what a reply differs from that of a host which keeps the same time as we do. */
export interface AnswerChanges {
  readonly source?: number;
  readonly originateMs?: number;
  readonly receiveMs?: number;
  readonly transmitMs?: number;
  readonly code?: number;
  /** A wrong checksum. */
  readonly checksum?: number;
}

/** Builds the reply of a host that keeps the same time as we do, 5 ms away; written without the code under test. */
export function answer(probe: SeenProbe, changes: AnswerChanges = {}): Uint8Array {
  const shownMs = (probe.originateMs + 5) % 86_400_000;
  const { receiveMs = shownMs, transmitMs = shownMs, code, checksum } = changes;
  const { source = probe.destination, originateMs = probe.originateMs } = changes;
  const asked = { ...probe, start: IP_BYTES, ttl: 64, type: TIMESTAMP_REQUEST };
  const request = { ...asked, destination: source, originateMs };
  const bytes = writeReply(request, receiveMs, transmitMs);
  write32(bytes, DESTINATION, probe.source);
  sealHeader(bytes, bytes.length);
  if (code !== undefined) {
    bytes[IP_BYTES + 1] = code;
    sealMessage(bytes, IP_BYTES, bytes.length);
  }
  if (checksum !== undefined) write16(bytes, IP_BYTES + 2, checksum);
  return bytes;
}

/** Clock, transmitter and reply source in one. */
export class SimulatedNetwork implements Clock, Transmitter, ReplySource {
  readonly path = "simulated";
  readonly baseUnixMs: number;
  readonly batch = createPlainSlots(BATCH, TEMPLATE);
  readonly datagramOffset = 0;
  readonly capacity = 32;
  readonly slotBytes = SLOT_BYTES;
  readonly bytes = new Uint8Array(this.capacity * SLOT_BYTES);
  /** Every probe that the kernel took, in order. */
  readonly probes: SeenProbe[] = [];
  /** When each probe left or will leave, monotonic nanoseconds. */
  readonly sentNs: number[] = [];
  /** Answers to transmit() instead of taking everything: a count, 0, or a negative error number. */
  refusals: ((from: number, count: number) => number) | undefined;
  /** Called before each turn: a place to stop or to throw, as a killed program would. */
  beforeTransmit: (() => void) | undefined;
  dropped = 0;
  /** A link with a time per frame, and a queue in front of it. Without it frames leave at once. */
  link: { readonly frameNs: number; readonly roomFrames: number } | undefined;
  #linkFreeNs = 0;
  /** When the frames leave that each batch has sent. */
  readonly #leavingNs = new Map<FrameSlots, number[]>();
  readonly #clock: FakeClock;
  readonly #behaviour: Behaviour;
  readonly #arrivals = new EventQueue<{ readonly atNs: number; readonly bytes: Uint8Array }>();
  #lengths: number[] = [];
  #stamps: number[] = [];

  /** `clock`: that of another simulated network, where both are of one machine. */
  constructor(behaviour: Behaviour, clock: number | FakeClock = 43_200_000) {
    this.#behaviour = behaviour;
    this.#clock = typeof clock === "number"
      ? new FakeClock({ baseUnixMs: 0, startNs: clock * 1e6, lookNs: TURN_NS })
      : clock;
    this.baseUnixMs = this.#clock.baseUnixMs;
  }

  /** Realtime, nanoseconds; a machine of which no clock is set. */
  get #nowNs(): number {
    return this.#clock.trueRealtimeNs(this.#clock.nowNs);
  }

  now(): Instant {
    return this.#clock.now();
  }

  transmit(from: number, count: number): number {
    return this.transmitFrom(this.batch, from, count);
  }

  transmitOnThread(): Promise<number> {
    throw new Error("a single transmitter sends on the thread of the program");
  }

  waiting(): number {
    return this.waitingOf(this.batch);
  }

  /** Frames of one batch in the queue of the link. As the kernel does, it reports more rather than fewer. */
  waitingOf(batch: FrameSlots): number {
    return Math.ceil(this.#inQueue(batch) * 1.5);
  }

  #inQueue(batch: FrameSlots): number {
    const waiting = (this.#leavingNs.get(batch) ?? []).filter((ns) => ns > this.#nowNs);
    this.#leavingNs.set(batch, waiting);
    return waiting.length;
  }

  /** Ways out that send on threads of their own, which take their turns as `random` will have it. */
  threads(count: number, random: Random): Transmitter[] {
    return Array.from({ length: count }, () => new SimulatedThread(this, random));
  }

  /** What {@linkcode transmit} does, for frames of anybody. */
  transmitFrom(batch: FrameSlots, from: number, count: number): number {
    this.beforeTransmit?.();
    const room = Math.max(0, (this.link?.roomFrames ?? Infinity) - this.#inQueue(batch));
    const taken = this.refusals?.(from, count) ?? Math.min(count, room);
    for (let slot = from; slot < from + taken; slot++) this.#take(batch, slot);
    return taken;
  }

  #take(batch: FrameSlots, slot: number): void {
    const { view, strideBytes } = batch;
    const bytes = new Uint8Array(view.buffer, slot * strideBytes, strideBytes).slice();
    const { type, destination, identifier, sequence, originateMs } = readRequest(bytes);
    if (type !== TIMESTAMP_REQUEST) throw new Error(`Cannot take the probe: its type is ${type}`);
    const source = read32(bytes, SOURCE);
    const probe = { source, destination, identifier, sequence, originateMs, bytes };
    this.#linkFreeNs = Math.max(this.#linkFreeNs, this.#nowNs) + (this.link?.frameNs ?? 0);
    this.probes.push(probe);
    this.sentNs.push(this.#linkFreeNs);
    this.#leavingNs.get(batch)?.push(this.#linkFreeNs);
    const queuedMs = (this.#linkFreeNs - this.#nowNs) / 1e6;
    for (const { bytes, delayMs } of this.#behaviour(probe)) {
      this.deliver(bytes, queuedMs + delayMs);
    }
  }

  /** Puts a datagram on its way to us. */
  deliver(bytes: Uint8Array, delayMs: number): void {
    const atNs = this.#nowNs + delayMs * 1e6;
    this.#arrivals.push(atNs, { atNs, bytes });
  }

  receive(): number {
    this.#lengths = [];
    this.#stamps = [];
    while (this.#lengths.length < this.capacity && this.#arrivals.nextNs <= this.#nowNs) {
      const { atNs, bytes } = this.#arrivals.pop();
      this.bytes.set(bytes, this.#lengths.length * SLOT_BYTES);
      this.#lengths.push(bytes.length);
      this.#stamps.push(atNs);
    }
    return this.#lengths.length;
  }

  lengthOf(index: number): number {
    return this.#lengths[index] as number;
  }

  receivedRealtimeNs(index: number): number {
    return this.#stamps[index] as number;
  }

  droppedDatagrams(): number {
    return this.dropped;
  }

  /** A turn of the event loop: other threads are heard of. */
  async yieldToEventLoop(): Promise<void> {
    await setImmediate();
  }

  pause(timeoutMs: number): void {
    this.#clock.advance(timeoutMs * 1e6);
  }

  wait(timeoutMs: number): undefined {
    const waitedNs = Math.max(0, this.#arrivals.nextNs - this.#nowNs);
    this.#clock.advance(Math.min(timeoutMs * 1e6, waitedNs));
  }
}

/** A way out that reads its frames when its thread gets its turn, and not before. */
class SimulatedThread implements Transmitter {
  readonly path = "simulated";
  readonly batch = createPlainSlots(BATCH, TEMPLATE);
  readonly datagramOffset = 0;
  readonly #network: SimulatedNetwork;
  readonly #random: Random;
  #isBusy = false;

  constructor(network: SimulatedNetwork, random: Random) {
    this.#network = network;
    this.#random = random;
  }

  transmit(): number {
    throw new Error("several transmitters send on threads of their own");
  }

  waiting(): number {
    return this.#network.waitingOf(this.batch);
  }

  async transmitOnThread(from: number, count: number): Promise<number> {
    if (this.#isBusy) throw new Error("one thread was given two batches");
    this.#isBusy = true;
    for (let turns = 1 + this.#random.u32() % 4; turns > 0; turns--) await setImmediate();
    this.#isBusy = false;
    return this.#network.transmitFrom(this.batch, from, count);
  }
}

/** A listener that keeps everything. */
export class Recording implements ScanListener {
  readonly replies: ScanReply[] = [];
  readonly refusals: ScanIcmpError[] = [];
  readonly unsentProbes: { address: number; errno: number }[] = [];
  readonly progresses: ScanProgress[] = [];
  /** The last checkpoint, and what had been handed over by then. */
  checkpointed = { position: 0, replies: 0 };

  reply(reply: ScanReply): void {
    this.replies.push(reply);
  }

  icmpError(refusal: ScanIcmpError): void {
    this.refusals.push(refusal);
  }

  unsent(address: number, errno: number): void {
    this.unsentProbes.push({ address, errno });
  }

  progress(progress: ScanProgress): void {
    this.progresses.push(progress);
  }

  checkpoint(position: number): void {
    this.checkpointed = { position, replies: this.replies.length };
  }
}
