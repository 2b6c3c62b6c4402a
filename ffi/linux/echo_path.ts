/**
 * Echo requests through a socket of SOCK_DGRAM and IPPROTO_ICMP, which needs no privilege (icmp(7)): sendmmsg(2), recvmmsg(2) and
 * the error queue. Linux only.
 *
 * Above this path are whole IPv4 datagrams, the socket takes and gives ICMP messages. Type of service, time to live and DF of
 * what is sent become socket options. The kernel writes the rest of the header, the identifier and the checksum. ICMP
 * errors about what was sent come by the error queue (IP_RECVERR, ip(7)).
 *
 * Memory: C reads and writes only the batches owned by this object, during the call; it keeps no pointer.
 */

import type {
  OutgoingDatagram,
  ReceivedDatagram,
  SendResult,
  TransmitStamp,
} from "../../src/probe/transport.ts";
import type { Instant } from "../../src/time/instant.ts";
import { IP_MTU_DISCOVER, IP_PMTUDISC_DONT, IP_PMTUDISC_PROBE, MSG_ERRQUEUE } from "./constants.ts";
import { IP_TOS, IP_TTL, IPPROTO_IP, MSG_DONTWAIT, MSG_TRUNC } from "../posix/constants.ts";
import {
  createReceivedControl,
  KEY_CONTROL_BYTES,
  readControl,
  writeKeyControl,
} from "./control_message.ts";
import type { DatagramPath } from "../posix/datagram.ts";
import { checkReceiveErrno, sendError, tooLongError } from "../posix/datagram_error.ts";
import { createEchoControl, ECHO_CONTROL_BYTES, readEchoControl } from "./echo_control.ts";
import { EAGAIN, EINTR, errnoNumber, readErrno } from "../posix/errno.ts";
import { type LinuxLibc, openLinuxLibc } from "./libc.ts";
import { MessageBatch } from "./message_batch.ts";
import { RETURNED_BYTES, SentDatagrams } from "./sent_datagrams.ts";
import { readPendingError, setIntOption } from "../posix/socket_option.ts";
import type { SocketTroubles } from "../posix/socket_troubles.ts";
import type { StampAttribution } from "./stamp_attribution.ts";
import { composeError, composeReply } from "./synthetic_datagram.ts";
import type { SystemClock } from "../posix/system_clock.ts";

const HEADER_BYTES = 20;
const HEADER = { tos: 1, fragment: 6, ttl: 8 } as const;
const DF = 0x40;
/** An extension (RFC 4884) may follow 128 octets of quote, 20 of which are its header. */
const QUOTED_BYTES = 108;
/** Error queue entries read at most in one go. */
const MAX_ENTRIES = 4096;
/** How often a datagram is sent again because ICMP errors about others kept coming in place of its result. */
const MAX_ATTEMPTS = 8;

/** What an echo path is made from. */
export interface EchoPathOptions {
  /** Datagrams per system call, 1..1024. */
  readonly slots: number;
  /** Longest datagram, 20..65 535. */
  readonly slotBytes: number;
  /** How transmit stamps find their datagrams; undefined without kernel stamps. */
  readonly attribution: StampAttribution | undefined;
}

/** The path over an open descriptor. It does not own it. */
export class EchoPath implements DatagramPath {
  /** Datagrams dropped because the receive buffer was full, as the messages received so far told. */
  dropped = 0;
  readonly #libc: LinuxLibc = openLinuxLibc();
  readonly #descriptor: number;
  readonly #clock: SystemClock;
  readonly #troubles: SocketTroubles;
  readonly #isKeyed: boolean;
  readonly #sent: SentDatagrams | undefined;
  readonly #outgoing: MessageBatch;
  readonly #incoming: MessageBatch;
  readonly #queue: MessageBatch;
  readonly #control = createReceivedControl();
  readonly #echoControl = createEchoControl();
  readonly #noRoom: ReadonlySet<number> = new Set([EAGAIN, errnoNumber("ENOBUFS")]);
  /** Type of service, time to live and DF that the socket has. */
  #traits = -1;
  #stamps: TransmitStamp[] = [];
  #errors: ReceivedDatagram[] = [];
  #mtuBytes: number | undefined;

  /** Works on a non-blocking, bound descriptor that the caller opened and will close. */
  constructor(
    descriptor: number,
    clock: SystemClock,
    troubles: SocketTroubles,
    { slots, slotBytes, attribution }: EchoPathOptions,
  ) {
    this.#descriptor = descriptor;
    this.#clock = clock;
    this.#troubles = troubles;
    this.#isKeyed = attribution === "key";
    this.#sent = attribution === "content" ? new SentDatagrams() : undefined;
    const controlBytes = ECHO_CONTROL_BYTES;
    this.#outgoing = new MessageBatch({
      slots,
      payloadBytes: slotBytes,
      controlBytes: this.#isKeyed ? KEY_CONTROL_BYTES : 0,
    });
    this.#incoming = new MessageBatch({ slots, payloadBytes: slotBytes, controlBytes });
    this.#queue = new MessageBatch({ slots, payloadBytes: RETURNED_BYTES, controlBytes });
  }

  /** One system call for each stretch of datagrams with the same header, and two more for each one refused. */
  send(datagrams: readonly OutgoingDatagram[]): SendResult[] {
    const results: SendResult[] = [];
    while (results.length < datagrams.length) {
      const first = datagrams[results.length] as OutgoingDatagram;
      this.#adopt(traitsOf(first.bytes));
      const count = this.#fill(datagrams, results.length);
      if (count > 0) this.#sendFilled(datagrams, count, results);
      else results.push({ ok: false, error: tooLongError(first, this.#outgoing.payloadBytes) });
    }
    return results;
  }

  /** Gives the socket the options that stand for these header fields. */
  #adopt(traits: number): void {
    if (traits === this.#traits) return;
    const set = (option: number, value: number, action: string) =>
      setIntOption(this.#descriptor, IPPROTO_IP, option, value, action);
    set(IP_TTL, traits & 0xff, "set the time to live");
    set(IP_TOS, traits >>> 8 & 0xff, "set the type of service");
    const discover = traits >>> 16 === 0 ? IP_PMTUDISC_DONT : IP_PMTUDISC_PROBE;
    set(IP_MTU_DISCOVER, discover, "choose between DF and fragments");
    this.#traits = traits;
  }

  /** Fills slots from `first` on; stops before one of another header or that does not fit. Returns how many. */
  #fill(datagrams: readonly OutgoingDatagram[], first: number): number {
    const batch = this.#outgoing;
    const most = Math.min(datagrams.length - first, batch.slots);
    for (let slot = 0; slot < most; slot++) {
      const { bytes, destination, key } = datagrams[first + slot] as OutgoingDatagram;
      if (bytes.length > batch.payloadBytes || traitsOf(bytes) !== this.#traits) return slot;
      if (this.#isKeyed) writeKeyControl(batch.view, batch.controlOffset(slot), key);
      batch.fill(slot, bytes.subarray(HEADER_BYTES), destination, batch.controlBytes);
    }
    return most;
  }

  #sendFilled(datagrams: readonly OutgoingDatagram[], count: number, results: SendResult[]): void {
    const first = results.length;
    let done = 0, attempts = 0;
    while (done < count) {
      const sentAt = this.#clock.now();
      const pointer = this.#outgoing.pointerAt(done);
      const sent = this.#libc.sendmmsg(this.#descriptor, pointer, count - done, MSG_DONTWAIT);
      const errno = sent < 0 ? readErrno() : EAGAIN;
      if (sent > 0) {
        attempts = 0;
        const result: SendResult = { ok: true, sentAt };
        for (let index = 0; index < sent; index++, done++) {
          results.push(result);
          this.#record(datagrams[first + done] as OutgoingDatagram);
        }
        continue;
      }
      if (errno === EINTR) continue;
      // An ICMP error about an earlier datagram comes in place of the result of this one. One that is just being
      // queued may not be seen yet.
      const hadErrors = this.#readQueue();
      const mayBeAnothers = !this.#noRoom.has(errno) && (hadErrors || attempts === 0);
      if (mayBeAnothers && attempts++ < MAX_ATTEMPTS) continue;
      attempts = 0;
      const refused = datagrams[first + done++] as OutgoingDatagram;
      const mtuBytes = this.#mtuBytes;
      this.#mtuBytes = undefined;
      results.push({ ok: false, error: sendError("sendmmsg", errno, refused, mtuBytes) });
    }
  }

  #record({ bytes, key }: OutgoingDatagram): void {
    if (this.#sent === undefined) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#sent.record(view, 0, bytes.length, key);
  }

  /** ICMP errors, then at most one batch of replies; call again when that many came. */
  receive(): ReceivedDatagram[] {
    this.#readQueue();
    const received = this.#errors;
    this.#errors = [];
    const batch = this.#incoming;
    const count = this.#receiveInto(batch, MSG_DONTWAIT);
    if (count === 0) return received;
    const nearby = this.#clock.now();
    for (let slot = 0; slot < count; slot++) {
      const receivedAt = this.#readControls(batch, slot, nearby);
      if (this.#control.dropped >= 0) this.dropped = this.#control.dropped;
      const source = batch.source(slot);
      received.push({
        bytes: composeReply({ ...this.#echoControl, source }, batch.received(slot)),
        source,
        receivedAt,
        truncated: (batch.flags(slot) & MSG_TRUNC) !== 0,
      });
    }
    return received;
  }

  /** All stamps that are ready. */
  receiveTransmitStamps(): TransmitStamp[] {
    this.#readQueue();
    const stamps = this.#stamps;
    this.#stamps = [];
    return stamps;
  }

  /** Empties the error queue into stamps and errors, and takes the pending error; returns whether there were errors. */
  #readQueue(): boolean {
    const batch = this.#queue;
    const errorsBefore = this.#errors.length;
    let count = 0;
    for (let total = 0; total < MAX_ENTRIES; total += count) {
      count = this.#receiveInto(batch, MSG_DONTWAIT | MSG_ERRQUEUE);
      const nearby = this.#clock.now();
      for (let slot = 0; slot < count; slot++) this.#readEntry(slot, nearby);
      if (count < batch.slots) break;
    }
    const hadErrors = this.#errors.length > errorsBefore;
    if (hadErrors) readPendingError(this.#descriptor);
    return hadErrors;
  }

  #readEntry(slot: number, nearby: Instant): void {
    const batch = this.#queue;
    const at = this.#readControls(batch, slot, nearby);
    const { mtuBytes, stamped, moment, transmitKey } = this.#control;
    const { errorType, errorCode, errorInfo, offender, destination } = this.#echoControl;
    if (mtuBytes > 0) this.#mtuBytes = mtuBytes;
    if (stamped && moment !== undefined) {
      const key = this.#isKeyed ? transmitKey : this.#findKey(slot, moment === "driver");
      if (key !== undefined) this.#stamps.push({ key, moment, at });
    } else if (errorType >= 0) {
      const error = {
        type: errorType,
        code: errorCode,
        info: errorInfo,
        quotedDestination: batch.source(slot),
        quoted: batch.received(slot).subarray(0, QUOTED_BYTES),
      };
      const bytes = composeError({ source: offender, destination, ttl: 1, tos: 0 }, error);
      this.#errors.push({ bytes, source: offender, receivedAt: at, truncated: false });
    }
  }

  #findKey(slot: number, isLast: boolean): number | undefined {
    const start = this.#queue.payloadOffset(slot);
    const end = start + this.#queue.received(slot).length;
    return this.#sent?.find(this.#queue.view, start, end, isLast);
  }

  /** Reads the control messages of a slot; returns its stamp, or else `nearby`. */
  #readControls(batch: MessageBatch, slot: number, nearby: Instant): Instant {
    const offset = batch.controlOffset(slot), lengthBytes = batch.controlLength(slot);
    readControl(batch.view, offset, lengthBytes, this.#control);
    readEchoControl(batch.view, offset, lengthBytes, this.#echoControl);
    const { stamped, stampSeconds, stampNs } = this.#control;
    return stamped ? this.#clock.fromKernel(stampSeconds, stampNs, nearby) : nearby;
  }

  #receiveInto(batch: MessageBatch, flags: number): number {
    batch.prepareToReceive(batch.filledSlots);
    batch.filledSlots = 0;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const first = batch.pointerAt(0);
      const count = this.#libc.recvmmsg(this.#descriptor, first, batch.slots, flags, null);
      if (count >= 0) return batch.filledSlots = count;
      const errno = readErrno();
      if (errno === EAGAIN) return 0;
      // An error of the network is that of an earlier datagram, which the error queue tells of: it has gone by being read.
      const error = errno === EINTR ? undefined : checkReceiveErrno("recvmmsg", errno);
      if (error === undefined) continue;
      this.#troubles.add(error);
      return 0;
    }
    return 0;
  }
}

/** Time to live, type of service and DF of an IPv4 header, in one number. */
function traitsOf(bytes: Uint8Array): number {
  const hasDf = ((bytes[HEADER.fragment] as number) & DF) !== 0;
  return (bytes[HEADER.ttl] as number) | (bytes[HEADER.tos] as number) << 8 | (hasDf ? 1 << 16 : 0);
}
