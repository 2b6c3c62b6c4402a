/**
 * Echo requests through a socket of SOCK_DGRAM and IPPROTO_ICMP, which needs no privilege (icmp(7)): sendmmsg(2),
 * recvmmsg(2) and the error queue.
 *
 * The prober above this path sends and receives whole IPv4 datagrams; the socket takes and gives ICMP messages. So the type
 * of service, the time to live and DF of a datagram become socket options. The kernel writes the rest of the header, the
 * identifier and the checksum. ICMP errors come by the error queue (IP_RECVERR, ip(7)).
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
import { createReceivedControl, readControl } from "./control_message.ts";
import type { DatagramPath } from "../posix/datagram.ts";
import { createEchoControl, ECHO_CONTROL_BYTES, readEchoControl } from "./echo_control.ts";
import { EAGAIN, errnoNumber } from "../posix/errno.ts";
import { BatchReceiver } from "./batch_receiver.ts";
import { BatchSender, type RefusalRuling } from "./batch_sender.ts";
import { MessageBatch } from "./message_batch.ts";
import { RETURNED_BYTES, type SentDatagrams } from "./sent_datagrams.ts";
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
/** How often a datagram is sent again because ICMP errors about others kept coming in place of the result. */
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
  /** Datagrams dropped because the receive buffer was full, as the messages received so far say. */
  dropped = 0;
  readonly #descriptor: number;
  readonly #clock: SystemClock;
  readonly #isKeyed: boolean;
  readonly #sent: SentDatagrams | undefined;
  readonly #sender: BatchSender;
  readonly #receiver: BatchReceiver;
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
    this.#sender = new BatchSender({
      descriptor,
      clock,
      slots,
      slotBytes,
      skippedBytes: HEADER_BYTES,
      attribution,
    }, {
      begin: (bytes) => this.#adopt(traitsOf(bytes)),
      joins: (bytes) => traitsOf(bytes) === this.#traits,
      refused: (errno, attempts) => this.#judge(errno, attempts),
    });
    this.#isKeyed = attribution === "key";
    this.#sent = this.#sender.sent;
    this.#receiver = new BatchReceiver(descriptor, troubles, MAX_ATTEMPTS - 1);
    const controlBytes = ECHO_CONTROL_BYTES;
    this.#incoming = new MessageBatch({ slots, payloadBytes: slotBytes, controlBytes });
    this.#queue = new MessageBatch({ slots, payloadBytes: RETURNED_BYTES, controlBytes });
  }

  /** As {@linkcode BatchSender.send}: one batch for each stretch of datagrams with the same header. */
  send(datagrams: readonly OutgoingDatagram[]): SendResult[] {
    return this.#sender.send(datagrams);
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

  /**
   * An ICMP error about an earlier datagram comes in place of the result of this one. One that is just being queued may not
   * be seen yet.
   */
  #judge(errno: number, attempts: number): RefusalRuling {
    const hadErrors = this.#readQueue();
    const mayBeAnothers = !this.#noRoom.has(errno) && (hadErrors || attempts === 0);
    if (mayBeAnothers && attempts < MAX_ATTEMPTS) return { isAnothers: true, mtuBytes: undefined };
    const mtuBytes = this.#mtuBytes;
    this.#mtuBytes = undefined;
    return { isAnothers: false, mtuBytes };
  }

  /** ICMP errors, then at most one batch of replies; call again when that many came. */
  receive(): ReceivedDatagram[] {
    this.#readQueue();
    const received = this.#errors;
    this.#errors = [];
    const batch = this.#incoming;
    const count = this.#receiver.receive(batch, MSG_DONTWAIT);
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
      count = this.#receiver.receive(batch, MSG_DONTWAIT | MSG_ERRQUEUE);
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
}

/** Time to live, type of service and DF of an IPv4 header, in one number. */
function traitsOf(bytes: Uint8Array): number {
  const hasDf = ((bytes[HEADER.fragment] as number) & DF) !== 0;
  return (bytes[HEADER.ttl] as number) | (bytes[HEADER.tos] as number) << 8 | (hasDf ? 1 << 16 : 0);
}
