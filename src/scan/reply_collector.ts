/** Empties the receive socket of a sweep: reads, proves, counts, hands over. */

import { measureSingleReply } from "../measurement/single_reply.ts";
import { parseDatagram } from "../packet/datagram.ts";
import { isFinalErrorType } from "../packet/icmp_error.ts";
import { ICMP_TYPE } from "../packet/icmp_header.ts";
import { foldMs, msOfDay } from "../time/day.ts";
import type { AddressSpace } from "./address_space.ts";
import type { DuplicateFilter } from "./duplicate_filter.ts";
import type { ProofChecker } from "./proof.ts";
import type { ScanMessage } from "./probe_writer.ts";
import { ReplyReader } from "./reply_reader.ts";
import type { ScanFlag, ScanListener } from "./scan_record.ts";

/** Where replies come from. The FFI layer's ReplySocket is one. */
export interface ReplySource {
  /** Memory of the datagrams: number i starts at `i * slotBytes`. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes from one datagram to the next. */
  readonly slotBytes: number;
  /** Datagrams that one receive() returns at most. */
  readonly capacity: number;
  /** Takes what has arrived, never waits; returns how many. */
  receive(): number;
  /** Length of datagram `index`. */
  lengthOf(index: number): number;
  /** Kernel's receive stamp of datagram `index`: nanoseconds since some midnight UT. */
  receivedRealtimeNs(index: number): number;
  /** Datagrams dropped since open because the buffer was full. */
  droppedDatagrams(): number;
  /** Receive calls that failed for a reason of this machine, since open. */
  failedCalls?(): number;
  /** Returns, or resolves, when there is something to receive or `timeoutMs` have passed. */
  wait(timeoutMs: number): Promise<void> | undefined;
  /** Blocks the thread for `timeoutMs`, at most 2, whatever arrives. */
  pause(timeoutMs: number): void;
  /** Lets signals and timers of the program be served, and resolves at once. */
  yieldToEventLoop(): Promise<void>;
}

/** Counts the replies to the message of the scan that reach this machine, whatever becomes of them. The FFI layer's ReplyWitness is one. */
export interface Witness {
  /** Replies seen since open. */
  seen(): number;
}

/** What a collector works with. */
export interface CollectorOptions {
  /** What the hosts are asked; `timestamp` by default. */
  readonly message?: ScanMessage | undefined;
  /** Where replies come from. */
  readonly source: ReplySource;
  /** The addresses probed. */
  readonly space: AddressSpace;
  /** Recognises replies to our probes. */
  readonly proofs: ProofChecker;
  /** Recognises repeated replies. */
  readonly duplicates: DuplicateFilter;
  /** Receives what is found. */
  readonly listener: ScanListener;
}

/** An ICMP error may be this late and still be traced to its probe. */
const ERROR_WINDOW_MS = 600_000;
/**
 * Repeated replies and ICMP errors beyond a number, and a number for each first reply or for each address, are counted but not reported: one
 * host that repeats itself must not fill a disk.
 */
const MAX_REPEATS = 1000, REPEATS_PER_REPLY = 10, ERRORS_PER_ADDRESS = 2;
/** The middle of the millisecond that an originate stamp names. */
const HALF_MS = 0.5;
const NO_FLAGS: readonly ScanFlag[] = [];

/** Reads replies as they come. */
export class ReplyCollector {
  /** First replies. */
  replies = 0;
  /** Repeated replies. */
  duplicates = 0;
  /** Proven ICMP errors that end a probe. */
  icmpErrors = 0;
  /** Proven ICMP errors that end no probe. */
  notices = 0;
  /** Replies and errors without a right proof. */
  unproven = 0;
  /** Datagrams that could not be read. */
  malformed = 0;
  /** Replies received, proven or not. */
  received = 0;
  /** Of them, those that a witness sees. */
  witnessed = 0;
  readonly #options: CollectorOptions;
  readonly #reader: ReplyReader;

  /** Makes a collector; nothing is received before {@linkcode collect}. */
  constructor(options: CollectorOptions) {
    this.#options = options;
    const isEcho = options.message === "echo";
    this.#reader = new ReplyReader(isEcho ? ICMP_TYPE.echoReply : ICMP_TYPE.timestampReply);
  }

  /**
   * Takes what has arrived, at most `batches` batches of it.
   *
   * @param untilRealtimeNs what has arrived later need not be taken
   * @returns whether that was all
   */
  collect(batches: number, untilRealtimeNs: number = Infinity): boolean {
    const { source } = this.#options;
    for (let batch = 0; batch < batches; batch++) {
      const count = source.receive();
      for (let index = 0; index < count; index++) this.#read(index);
      if (count < source.capacity) return true;
      if (source.receivedRealtimeNs(count - 1) > untilRealtimeNs) return true;
    }
    return false;
  }

  #read(index: number): void {
    const { source, proofs } = this.#options;
    const reader = this.#reader;
    const start = index * source.slotBytes;
    const kind = reader.read(source.bytes, start, source.lengthOf(index));
    if (kind === "malformed") {
      this.malformed++;
      return;
    }
    if (kind === "other") {
      this.#readError(index, start);
      return;
    }
    this.received++;
    if (reader.isPlain) this.witnessed++;
    const { originateMs, proof } = reader;
    const isOurs = proofs.isFor(reader.source, reader.destination);
    if (isOurs && proofs.isProven(reader.source, originateMs, proof)) {
      this.#accept(source.receivedRealtimeNs(index));
    } else {
      this.unproven++;
    }
  }

  #accept(receivedNs: number): void {
    const { space, duplicates, listener, message } = this.#options;
    const hasStamps = message !== "echo";
    const reader = this.#reader;
    const { source: address, originateMs, receiveMs, transmitMs } = reader;
    const isRepeated = duplicates.markSeen(space.indexOf(address), originateMs);
    if (isRepeated) this.duplicates++;
    else this.replies++;
    if (isRepeated && this.duplicates > MAX_REPEATS + REPEATS_PER_REPLY * this.replies) return;
    const { ttl, code, checksumOk, ipId, proof } = reader;
    const numbers = { ipId, identifier: proof >>> 16, sequence: proof & 0xffff };
    const stamps = { originateMs, receiveMs, transmitMs };
    const canMeasure = checksumOk && hasStamps;
    const arrivalMs = msOfDay(receivedNs);
    const measurement = canMeasure ? measureSingleReply({ ...stamps, arrivalMs }) : undefined;
    let flags: readonly ScanFlag[] = measurement?.flags ?? NO_FLAGS;
    if (isRepeated || !checksumOk || code !== 0) {
      const found: ScanFlag[] = [];
      if (isRepeated) found.push("duplicate");
      if (!checksumOk) found.push("bad-checksum");
      if (code !== 0) found.push("odd-code");
      flags = [...found, ...flags];
    }
    const rttMs = roundTripMs(arrivalMs, originateMs);
    listener.reply({
      address,
      ...numbers,
      ttl,
      rttMs,
      ...(hasStamps ? stamps : { originateMs }),
      receivedNs,
      measurement,
      flags,
    });
  }

  #readError(index: number, start: number): void {
    const { source, proofs, space, listener } = this.#options;
    const parsed = parseDatagram(source.bytes.subarray(start, start + source.lengthOf(index)));
    if (!parsed.ok) {
      this.malformed++;
      return;
    }
    const { header, message } = parsed.value;
    if (message.kind !== "error" || !message.quote.ok) {
      this.unproven++;
      return;
    }
    const quote = message.quote.value;
    const receivedNs = source.receivedRealtimeNs(index);
    const arrivalMs = msOfDay(receivedNs);
    const originateMs = proofs.originateOfQuote(quote, Math.floor(arrivalMs), ERROR_WINDOW_MS);
    if (originateMs === undefined) {
      this.unproven++;
      return;
    }
    // The same rules as for ping: see error_reader.ts.
    if (!message.checksumOk || !isFinalErrorType(message.type)) {
      this.notices++;
      return;
    }
    this.icmpErrors++;
    if (this.icmpErrors > MAX_REPEATS + ERRORS_PER_ADDRESS * space.size) return;
    listener.icmpError({
      address: quote.header.destination,
      reporter: header.source,
      type: message.type,
      code: message.code,
      name: message.name,
      ttl: header.ttl,
      rttMs: roundTripMs(arrivalMs, originateMs),
      originateMs,
      receivedNs,
    });
  }
}

function roundTripMs(arrivalMs: number, originateMs: number): number {
  return Math.max(0, foldMs(arrivalMs - originateMs) - HALF_MS);
}
