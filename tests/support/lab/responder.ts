/**
 * What the lab does with one request: pure, so that it is tested without a device or a clock.
 *
 * Every random choice of a request is drawn in the same order whatever its fate, so that one
 * setting changed in a scenario does not shuffle everything after it.
 */

import type { Departure, DepartureQueue } from "./departure_queue.ts";
import { type Host, HostTable } from "./host.ts";
import { departureKinds, type Journal, type RequestNote } from "./journal.ts";
import {
  ICMP_TIMESTAMP_BYTES,
  IP_OPTIONS,
  type Request,
  spoilMessage,
  writeEchoReply,
  writeHeader,
  writeTimestampReply,
} from "./packet.ts";
import { resolveQuantity } from "./delay.ts";
import type { MessageName, Scenario } from "./scenario.ts";

const TIMESTAMP_REQUEST = 13;
const ECHO_REQUEST = 8;
const REPLY: number = departureKinds.indexOf("reply");
const DUPLICATE: number = departureKinds.indexOf("duplicate");

/** Answers requests by a scenario, into a queue and a journal. */
export class Responder {
  readonly #hosts: HostTable;
  readonly #queue: DepartureQueue;
  readonly #journal: Journal;
  readonly #note: RequestNote = {
    host: 0,
    source: 0,
    message: 0,
    identifier: 0,
    sequence: 0,
    originateMs: 0,
    ttl: 0,
    arrivalNs: 0,
    fate: "replied",
    outNs: 0,
    processingNs: 0,
    backNs: 0,
    receiveAtNs: 0,
    receiveOffsetNs: 0,
    receiveMs: 0,
    transmitAtNs: 0,
    transmitOffsetNs: 0,
    transmitMs: 0,
  };

  /** A responder for `block`; times are nanoseconds since `baseUnixMs`. */
  constructor(
    scenario: Scenario,
    block: string,
    baseUnixMs: number,
    queue: DepartureQueue,
    journal: Journal,
  ) {
    this.#hosts = new HostTable(scenario, block, baseUnixMs);
    this.#queue = queue;
    this.#journal = journal;
  }

  /** Answers one request that arrived at `arrivalNs`; nothing for an address outside the block. */
  answer(request: Request, arrivalNs: number): void {
    const host = this.#hosts.find(request.destination, arrivalNs);
    if (host === undefined) return;
    const note = this.#note;
    const message: MessageName | "other" = request.type === TIMESTAMP_REQUEST
      ? "timestamp"
      : request.type === ECHO_REQUEST
      ? "echo"
      : "other";
    note.host = host.address;
    note.source = request.source;
    note.message = message === "timestamp" ? 0 : message === "echo" ? 1 : 2;
    note.identifier = request.identifier;
    note.sequence = request.sequence;
    note.originateMs = message === "timestamp" ? request.originateMs : NaN;
    note.ttl = request.ttl;
    note.arrivalNs = arrivalNs;
    note.outNs = host.out.nextNs(host.random);
    note.processingNs = host.processing.nextNs(host.random);
    note.backNs = host.back.nextNs(host.random);
    note.receiveAtNs = note.receiveOffsetNs = note.receiveMs = NaN;
    note.transmitAtNs = note.transmitOffsetNs = note.transmitMs = NaN;
    const lostOut = host.loss.nextOut(host.random);
    const lostBack = host.loss.nextBack(host.random);
    note.fate = this.#judge(host, request, message, lostOut, lostBack);
    if (note.fate === "replied" || note.fate === "lost_back") this.#stamp(host, request);
    const number = this.#journal.addRequest(note);
    if (note.fate === "replied") this.#reply(host, request, number);
  }

  #judge(
    host: Host,
    request: Request,
    message: MessageName | "other",
    lostOut: boolean,
    lostBack: boolean,
  ): RequestNote["fate"] {
    const behaviour = host.behaviour;
    if (!request.isMessage) return "malformed";
    if (behaviour.silent === true) return "silent";
    if (lostOut) return "lost_out";
    if (!request.checksumOk && behaviour.requestChecksum !== "ignore") return "bad_checksum";
    if (message === "other") return "unanswered";
    if (message === "timestamp" && Number.isNaN(request.originateMs)) return "malformed";
    if (behaviour.answers !== undefined && !behaviour.answers.includes(message)) {
      return "unanswered";
    }
    if (!host.takeToken(this.#note.arrivalNs + this.#note.outNs)) return "rate_limited";
    return lostBack ? "lost_back" : "replied";
  }

  #stamp(host: Host, request: Request): void {
    const note = this.#note;
    const clock = host.clock;
    const originateMs = Number.isNaN(note.originateMs) ? 0 : request.originateMs;
    note.receiveAtNs = note.arrivalNs + note.outNs;
    note.receiveOffsetNs = clock.offsetNsAt(note.receiveAtNs);
    note.receiveMs = clock.stampAt(note.receiveAtNs, originateMs);
    note.transmitAtNs = note.receiveAtNs + note.processingNs;
    note.transmitOffsetNs = clock.offsetNsAt(note.transmitAtNs);
    note.transmitMs = clock.quirk === "lazy"
      ? note.receiveMs
      : clock.stampAt(note.transmitAtNs, originateMs);
  }

  #reply(host: Host, request: Request, number: number): void {
    const note = this.#note;
    const { random, behaviour } = host;
    let dueNs = note.transmitAtNs + note.backNs;
    if (behaviour.keepOrder === true) dueNs = host.latestDueNs = Math.max(dueNs, host.latestDueNs);
    if (behaviour.reorder !== undefined && random.nextChance(behaviour.reorder.ratio)) {
      dueNs += Math.round(resolveQuantity(behaviour.reorder.holdMs, host.index) * 1e6);
    }
    const reply = this.#write(host, request);
    const duplicate = behaviour.duplicate;
    if (duplicate !== undefined && random.nextChance(duplicate.ratio)) {
      let copyDueNs = dueNs;
      for (let copy = duplicate.copies ?? 1; copy > 0; copy--) {
        copyDueNs += host.duplicateGap.nextNs(random);
        this.#push(this.#copy(reply), copyDueNs, number, DUPLICATE, copy);
      }
    }
    this.#push(reply, dueNs, number, REPLY, 0);
  }

  #write(host: Host, request: Request): Departure {
    const note = this.#note;
    const isTimestamp = note.message === 0;
    const messageBytes = isTimestamp
      ? ICMP_TIMESTAMP_BYTES
      : request.totalBytes - request.headerBytes;
    const departure = this.#queue.reserve(IP_OPTIONS + messageBytes);
    const { bytes } = departure;
    departure.lengthBytes = IP_OPTIONS + messageBytes;
    if (isTimestamp) {
      writeTimestampReply(
        bytes,
        IP_OPTIONS,
        note.identifier,
        note.sequence,
        host.clock.quirk === "other-originate" ? ~note.originateMs >>> 0 : note.originateMs,
        note.receiveMs,
        note.transmitMs,
      );
    } else {
      writeEchoReply(bytes, IP_OPTIONS, request);
    }
    if (host.clock.quirk === "bad-checksum") spoilMessage(bytes, IP_OPTIONS);
    const identification = host.nextIdentification();
    writeHeader(
      bytes,
      IP_OPTIONS,
      departure.lengthBytes,
      request.tos,
      identification,
      host.ttl,
      host.address,
      request.source,
    );
    return departure;
  }

  #copy(departure: Departure): Departure {
    const copy = this.#queue.reserve(departure.lengthBytes);
    copy.bytes.set(departure.bytes.subarray(0, departure.lengthBytes));
    copy.lengthBytes = departure.lengthBytes;
    return copy;
  }

  #push(departure: Departure, dueNs: number, request: number, kind: number, copy: number): void {
    departure.request = request;
    departure.kind = kind;
    departure.copy = copy;
    this.#queue.push(departure, dueNs);
  }
}
