/** What the lab does with one request: pure, so that it is tested without a device or a clock. */

import { ICMP_TIMESTAMP_BYTES, IP_OPTIONS, MAX_HEADER_BYTES, spoilMessage } from "./octets.ts";
import { type Request, writeEchoReply, writeHeader, writeTimestampReply } from "./packet.ts";
import { corrupt } from "./corruption.ts";
import { resolveQuantity } from "./delay.ts";
import type { Departure, DepartureQueue } from "./departure_queue.ts";
import { forge } from "./forgery.ts";
import { type Host, HostTable } from "./host.ts";
import { type ErrorContent, timeExceeded, writeError } from "./icmp_error.ts";
import { writeAnsweredOptions } from "./ip_option.ts";
import {
  type DepartureKind,
  departureKinds,
  emptyNote,
  type Fate,
  type MessageKind,
  type RequestNote,
} from "./journal_words.ts";
import type { Journal } from "./journal.ts";
import { mutate } from "./mutation.ts";
import type { Scenario } from "./scenario.ts";

const TIMESTAMP_REQUEST = 13;
const ECHO_REQUEST = 8;
const ROUTER_TTL = 64;
const NS_PER_MS = 1e6;

/** Answers requests by a scenario, into a queue and a journal. */
export class Responder {
  readonly #hosts: HostTable;
  readonly #queue: DepartureQueue;
  readonly #journal: Journal;
  readonly #note: RequestNote = emptyNote();
  #number = 0;
  #copies = 0;

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
    const { random, loss } = host;
    host.beginRequest();
    note.host = host.address;
    note.source = request.source;
    note.message = messageOf(request);
    note.identifier = request.identifier;
    note.sequence = request.sequence;
    note.originateMs = note.message === "timestamp" ? request.originateMs : NaN;
    note.ttl = request.ttl;
    note.arrivalNs = arrivalNs;
    note.outNs = host.out.nextNs(random);
    note.processingNs = host.processing.nextNs(random);
    note.backNs = host.back.nextNs(random);
    const lostOut = loss.nextOut(random);
    const lostBack = loss.nextBack(random);
    note.fate = this.#judge(host, request, lostOut, lostBack);
    if (note.fate === "replied" || note.fate === "lost_back") this.#stamp(host, request);
    else this.#unstamp();
    this.#number = this.#journal.addRequest(note);
    this.#copies = 0;
    this.#depart(host, request);
  }

  #judge(host: Host, request: Request, lostOut: boolean, lostBack: boolean): Fate {
    const { behaviour, random } = host;
    const { message, originateMs, arrivalNs, outNs } = this.#note;
    if (!request.isMessage) return "malformed";
    if (request.ttl <= host.hops.length) return "expired";
    if (behaviour.silent === true) return "silent";
    if (lostOut) return "lost_out";
    if (behaviour.error !== undefined && random.chance(behaviour.error.ratio)) return "refused";
    if (!request.checksumOk && behaviour.requestChecksum !== "ignore") return "bad_checksum";
    if (message === "other") return "unanswered";
    if (message === "timestamp" && Number.isNaN(originateMs)) return "malformed";
    if (behaviour.answers?.includes(message) === false) return "unanswered";
    if (!host.takeToken(arrivalNs + outNs)) return "rate_limited";
    return lostBack ? "lost_back" : "replied";
  }

  #stamp(host: Host, request: Request): void {
    const note = this.#note;
    const { clock } = host;
    note.receiveAtNs = note.arrivalNs + note.outNs;
    note.receiveOffsetNs = clock.offsetNsAt(note.receiveAtNs);
    note.receiveMs = clock.stampAt(note.receiveAtNs, request.originateMs);
    note.transmitAtNs = note.receiveAtNs + note.processingNs;
    note.transmitOffsetNs = clock.offsetNsAt(note.transmitAtNs);
    note.transmitMs = clock.quirk === "lazy"
      ? note.receiveMs
      : clock.stampAt(note.transmitAtNs, request.originateMs);
  }

  #unstamp(): void {
    const note = this.#note;
    note.receiveAtNs = note.receiveOffsetNs = note.receiveMs = NaN;
    note.transmitAtNs = note.transmitOffsetNs = note.transmitMs = NaN;
  }

  #depart(host: Host, request: Request): void {
    const { fate, arrivalNs, outNs, backNs } = this.#note;
    if (fate === "expired") {
      const source = host.hops[request.ttl - 1] ?? host.address;
      const ttl = ROUTER_TTL - (request.ttl - 1);
      // A router on the way is nearer than the host: its share of the path, both ways.
      const share = request.ttl / (host.hops.length + 1);
      const dueNs = arrivalNs + Math.round((outNs + backNs) * share);
      this.#pushError(host, request, timeExceeded, source, ttl, dueNs);
    } else if (fate === "refused" && host.behaviour.error !== undefined) {
      const source = host.errorSource;
      const dueNs = arrivalNs + outNs + backNs;
      this.#pushError(host, request, host.behaviour.error, source, host.ttl, dueNs);
    }
    const { forgery } = host.behaviour;
    const isForged = forgery !== undefined && this.#note.message !== "other" &&
      request.isMessage && host.random.chance(forgery.ratio);
    if (isForged) this.#forge(host, request);
    if (fate === "replied" && !(isForged && forgery.instead === true)) this.#reply(host, request);
  }

  #pushError(
    host: Host,
    request: Request,
    content: ErrorContent,
    source: number,
    ttl: number,
    dueNs: number,
  ): void {
    const identification = host.nextIdentification();
    const error = writeError(this.#queue, request, content, source, ttl, identification);
    this.#push(error, dueNs, "error");
  }

  #reply(host: Host, request: Request): void {
    const note = this.#note;
    const { random, behaviour } = host;
    const { corruption, duplicate, mutation, reorder } = behaviour;
    let dueNs = note.transmitAtNs + note.backNs;
    if (behaviour.keepOrder === true) dueNs = host.latestDueNs = Math.max(dueNs, host.latestDueNs);
    if (reorder !== undefined && random.chance(reorder.ratio)) {
      dueNs += Math.round(resolveQuantity(reorder.holdMs, host.index) * NS_PER_MS);
    }
    const reply = this.#write(host, request);
    const bytes = reply.bytes.subarray(0, reply.lengthBytes);
    const isDuplicated = duplicate !== undefined && random.chance(duplicate.ratio);
    const clean = isDuplicated ? bytes.slice() : bytes;
    if (mutation !== undefined && random.chance(mutation.ratio)) {
      for (let i = mutation.copies ?? 1; i > 0; i--) {
        const mutated = mutate(bytes, request.source, random, mutation);
        this.#pushBytes(mutated, dueNs, "mutated", "mutated");
      }
      if (mutation.alsoTrue === true) this.#push(reply, dueNs, "reply");
      else this.#queue.release(reply);
    } else if (corruption !== undefined && random.chance(corruption.ratio)) {
      const kind = pick(corruption.kinds, random.unit());
      for (const spoiled of corrupt(kind, bytes, random, corruption.bytes)) {
        this.#pushBytes(spoiled, dueNs, "corrupted", kind);
      }
      this.#queue.release(reply);
    } else {
      this.#push(reply, dueNs, "reply");
    }
    if (!isDuplicated) return;
    for (let i = duplicate.copies ?? 1; i > 0; i--) {
      dueNs += host.duplicateGap.nextNs(random);
      this.#pushBytes(clean, dueNs, "duplicate");
    }
  }

  #forge(host: Host, request: Request): void {
    const { forgery } = host.behaviour;
    if (forgery === undefined) return;
    const isStamped = !Number.isNaN(this.#note.receiveMs);
    if (!isStamped) this.#stamp(host, request);
    const reply = this.#write(host, request);
    if (!isStamped) this.#unstamp();
    const kind = pick(forgery.kinds, host.random.unit());
    const bytes = reply.bytes.subarray(0, reply.lengthBytes);
    const forged = forge(kind, bytes, host.random, forgery);
    const afterMs = resolveQuantity(forgery.afterMs ?? 0, host.index);
    const dueNs = this.#note.arrivalNs + Math.round(afterMs * NS_PER_MS);
    this.#pushBytes(forged, dueNs, "forged", kind);
    this.#queue.release(reply);
  }

  #write(host: Host, request: Request): Departure {
    const { message, identifier, sequence, originateMs, receiveMs, transmitMs } = this.#note;
    const { quirk } = host.clock;
    const departure = this.#queue.reserve(MAX_HEADER_BYTES + request.totalBytes);
    const { bytes } = departure;
    const optionBytes = request.headerBytes > IP_OPTIONS
      ? writeAnsweredOptions(bytes, request, host.address, receiveMs, transmitMs)
      : 0;
    const start = IP_OPTIONS + optionBytes;
    if (message === "timestamp") {
      const echoedMs = quirk === "other-originate" ? ~originateMs >>> 0 : originateMs;
      writeTimestampReply(bytes, start, identifier, sequence, echoedMs, receiveMs, transmitMs);
      departure.lengthBytes = start + ICMP_TIMESTAMP_BYTES;
    } else {
      departure.lengthBytes = writeEchoReply(bytes, start, request);
    }
    if (quirk === "bad-checksum") spoilMessage(bytes, start);
    const { tos, source } = request;
    const identification = host.nextIdentification();
    const { lengthBytes } = departure;
    writeHeader(bytes, start, lengthBytes, tos, identification, host.ttl, host.address, source);
    return departure;
  }

  #pushBytes(bytes: Uint8Array, dueNs: number, kind: DepartureKind, detail?: string): void {
    const departure = this.#queue.reserve(bytes.length);
    departure.bytes.set(bytes);
    departure.lengthBytes = bytes.length;
    if (detail !== undefined) this.#journal.addDetail(this.#number, this.#copies, detail);
    this.#push(departure, dueNs, kind);
  }

  #push(departure: Departure, dueNs: number, kind: DepartureKind): void {
    departure.request = this.#number;
    departure.kind = departureKinds.indexOf(kind);
    departure.copy = this.#copies++;
    this.#queue.push(departure, dueNs);
  }
}

function messageOf(request: Request): MessageKind {
  if (!request.isMessage) return "other";
  if (request.type === TIMESTAMP_REQUEST) return "timestamp";
  return request.type === ECHO_REQUEST ? "echo" : "other";
}

function pick<T>(list: readonly [T, ...T[]] | readonly T[], unit: number): T {
  return list[Math.floor(unit * list.length)] as T;
}
