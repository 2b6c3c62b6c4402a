/**
 * Every packet of a run on its way into a capture file: in the order of their stamps, with direction, target and probe.
 *
 * The kernel's stamp of a sent packet comes after the system call, and a reply may be read before it. So packets wait until
 * every one before them has its stamp, but no longer than {@linkcode MAX_WAIT_NS}.
 */

import {
  formatAddress,
  type IcmpMessage,
  internetChecksum,
  parseDatagram,
} from "../../packet/mod.ts";
import { BlockWriter, emitPcapngHead } from "../../packet/capture/pcapng_writer.ts";
import { IPV4 } from "../../packet/ipv4_header.ts";
import { readU16, readU32, writeU16, writeU32 } from "../../packet/octets.ts";
import type { Probe } from "../../probe/probe.ts";
import type { TransmitMoment } from "../../probe/transport.ts";
import type { Clock, Instant } from "../../time/mod.ts";

/** A stamp that has not come after this time does not come. */
const MAX_WAIT_NS = 200e6;
/** Probes whose answers are named with them. */
const MAX_NAMED = 1 << 16;
const NS_PER_SECOND = 1e9;

interface WaitingPacket {
  readonly bytes: Uint8Array;
  readonly direction: "out" | "in";
  at: Instant;
  comment: string | undefined;
}

/** Receives blocks of the file. */
export type BlockTaker = (blocks: Uint8Array) => void;

/** What a recording is made of. */
export interface PacketRecorderOptions {
  /** Program and version, for the head of the file. */
  readonly program: string;
  /** What was run, for the head of the file. */
  readonly remark: string;
  /** Moment of a sent packet whose stamp is recorded. */
  readonly stampAt: TransmitMoment;
  /** Our address on the way to another one; 0 where it is not known. */
  readonly findSource: (destination: number) => number;
}

/** Records the packets of one run. */
export class PacketRecorder {
  readonly #options: PacketRecorderOptions;
  readonly #writer = new BlockWriter();
  readonly #sources = new Map<number, number>();
  /** Sent packets without their stamp, by key. */
  readonly #open = new Map<number, WaitingPacket>();
  /** Packets of the batch that was sent last, by key. */
  readonly #batch = new Map<number, WaitingPacket>();
  /** `target probe n` by address and sequence number, and the identifier that answers have too. */
  readonly #names = new Map<number, { readonly text: string; readonly identifier: number }>();
  #waiting: WaitingPacket[] = [];
  #head: Uint8Array | undefined;
  #clock: Clock | undefined;
  #isAbandoned = false;
  #end: Instant | undefined;

  /** Records nothing yet. */
  constructor(options: PacketRecorderOptions) {
    this.#options = options;
    this.#head = emitPcapngHead(options.program, options.remark);
  }

  /** Counts times from the base of that clock. */
  start(clock: Clock): void {
    this.#clock = clock;
  }

  /** A batch of datagrams is about to be sent. */
  beginBatch(): void {
    this.#batch.clear();
  }

  /**
   * A datagram was handed to the kernel.
   *
   * @param key the caller's number for it
   * @param awaitsStamp the kernel's stamp of it will come
   */
  sent(datagram: Uint8Array, at: Instant, key: number, awaitsStamp: boolean): void {
    if (this.#isAbandoned) return;
    const packet: WaitingPacket = {
      ...{ bytes: this.#complete(datagram), direction: "out", at, comment: undefined },
    };
    this.#waiting.push(packet);
    this.#batch.set(key, packet);
    if (awaitsStamp) this.#open.set(key, packet);
  }

  /** A datagram without a probe of its own was handed to the kernel; its stamp is final. */
  sentTo(datagram: Uint8Array, at: Instant): void {
    if (this.#isAbandoned) return;
    const comment = formatAddress(readU32(datagram, IPV4.destination));
    this.#waiting.push({ bytes: this.#complete(datagram), direction: "out", at, comment });
  }

  /** The kernel's stamp of a datagram. Of several of one moment the first counts. */
  stamped(key: number, moment: TransmitMoment, at: Instant): void {
    const packet = this.#open.get(key);
    if (packet === undefined || moment !== this.#options.stampAt && moment !== "driver") return;
    if (moment === this.#options.stampAt) packet.at = at;
    this.#open.delete(key);
  }

  /** Names the probe that a datagram belongs to. */
  name({ target, index, identifier, sequence, key }: Probe): void {
    if (this.#isAbandoned) return;
    const text = `${target.label} probe ${index}`;
    const names = this.#names;
    if (names.size >= MAX_NAMED) {
      const [oldest] = names.keys();
      if (oldest !== undefined) names.delete(oldest);
    }
    names.set(keyOf(target.address, sequence), { text, identifier });
    const packet = this.#batch.get(key);
    if (packet !== undefined) packet.comment = text;
  }

  /** A datagram has arrived. */
  received(datagram: Uint8Array, at: Instant): void {
    if (this.#isAbandoned) return;
    const bytes = datagram.slice();
    const comment = this.#names.size === 0 ? undefined : this.#nameOf(bytes);
    this.#waiting.push({ bytes, direction: "in", at, comment });
  }

  /**
   * Hands over the packets that are ready.
   *
   * @param nowNs CLOCK_MONOTONIC
   */
  flush(nowNs: number, take: BlockTaker): void {
    this.#emit(this.#closeOld(nowNs));
    if (this.#head !== undefined) take(this.#head);
    this.#head = undefined;
    if (this.#writer.length > 0) take(this.#writer.take());
  }

  /** Until now was recorded. */
  end(): void {
    this.#end ??= this.#clock?.now();
  }

  /** Hands over all packets, and the time until which was recorded. */
  finish(take: BlockTaker): void {
    this.#emit(Infinity);
    this.end();
    if (this.#end !== undefined && !this.#isAbandoned) {
      this.#writer.statistics(...this.#split(this.#end));
    }
    this.#isAbandoned = true;
    this.flush(Infinity, take);
  }

  /** Records no more. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#waiting = [];
    this.#open.clear();
    this.#names.clear();
  }

  /** The time before which every packet has its stamp. */
  #closeOld(nowNs: number): number {
    for (const [key, packet] of this.#open) {
      if (packet.at.monotonicNs >= nowNs - MAX_WAIT_NS) return packet.at.monotonicNs;
      this.#open.delete(key);
    }
    return Infinity;
  }

  #emit(untilNs: number): void {
    const ready = this.#waiting.filter(({ at }) => at.monotonicNs < untilNs);
    if (ready.length === 0) return;
    this.#waiting = ready.length === this.#waiting.length
      ? []
      : this.#waiting.filter(({ at }) => at.monotonicNs >= untilNs);
    ready.sort((one, other) => one.at.monotonicNs - other.at.monotonicNs);
    for (const { bytes, direction, comment, at } of ready) {
      const [unixSeconds, nanoseconds] = this.#split(at);
      this.#writer.packet({ bytes, direction, comment, unixSeconds, nanoseconds });
    }
  }

  #split({ realtimeNs }: Instant): [unixSeconds: number, nanoseconds: number] {
    const seconds = Math.floor(realtimeNs / NS_PER_SECOND);
    const base = (this.#clock?.baseUnixMs ?? 0) / 1e3;
    return [Math.max(0, base + seconds), realtimeNs - seconds * NS_PER_SECOND];
  }

  /** A copy with what the kernel fills in (raw(7), IP_HDRINCL), but for the identification, which only it knows. */
  #complete(datagram: Uint8Array): Uint8Array {
    const bytes = datagram.slice();
    if (readU32(bytes, IPV4.source) !== 0) return bytes;
    const destination = readU32(bytes, IPV4.destination);
    let source = this.#sources.get(destination);
    if (source === undefined) {
      source = this.#options.findSource(destination);
      if (this.#sources.size < MAX_NAMED) this.#sources.set(destination, source);
    }
    writeU32(bytes, IPV4.source, source);
    writeU16(bytes, IPV4.checksum, 0);
    const headerBytes = ((bytes[0] as number) & 15) * 4;
    writeU16(bytes, IPV4.checksum, internetChecksum(bytes, 0, headerBytes));
    return bytes;
  }

  /** The probe that an answer or an ICMP error is about. */
  #nameOf(bytes: Uint8Array): string | undefined {
    const parsed = parseDatagram(bytes);
    if (!parsed.ok) return undefined;
    const { header, message } = parsed.value;
    const about = quotedBy(message) ?? { address: header.source, ...numbersOf(message) };
    if (about.sequence === undefined) return undefined;
    const name = this.#names.get(keyOf(about.address, about.sequence));
    return name?.identifier === about.identifier ? name?.text : undefined;
  }
}

function quotedBy(message: IcmpMessage) {
  if (message.kind !== "error" || !message.quote.ok) return undefined;
  const { header, icmp } = message.quote.value;
  return { address: header.destination, identifier: icmp?.identifier, sequence: icmp?.sequence };
}

function numbersOf(message: IcmpMessage): { identifier?: number; sequence?: number } {
  return message.kind === "echo-reply" || message.kind === "timestamp-reply" ? message : {};
}

/** (address, sequence) as one number: 48 bits, exact in a double. */
function keyOf(address: number, sequence: number): number {
  return address * 65536 + sequence;
}

/** Total length of the datagram that starts at an offset, as its header says. */
export function datagramLength(bytes: Uint8Array, offset: number): number {
  return readU16(bytes, offset + IPV4.totalLength);
}
