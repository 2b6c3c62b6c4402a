/**
 * The engine of `respond`: octets of a request in, octets of replies with their moments out. It knows neither sockets nor
 * clocks, so the same scenario and the same requests at the same moments have the same replies.
 */

import type { Instant } from "../time/mod.ts";
import type { AnsweredAddresses } from "./address_policy.ts";
import type { Behaviour } from "./behaviour.ts";
import type { Departure } from "./departure_queue.ts";
import { type Fate, ResponderCounts } from "./fate.ts";
import { readHostClock } from "./host_clock.ts";
import { Draw, PURPOSE } from "./random.ts";
import { type HostRequest, readRequest, type ReplyStamps } from "./reply.ts";
import { writeIcmpError, writeReply } from "./reply.ts";
import { BehaviourTable, type Scenario } from "./scenario.ts";
import { TokenBucket } from "./token_bucket.ts";

/** What a responder needs to know. */
export interface ResponderOptions {
  /** How hosts behave. */
  readonly scenario: Scenario;
  /** Addresses for which it answers. */
  readonly addresses: AnsweredAddresses;
  /** Requests a second that it answers at most, of all hosts together. */
  readonly ratePps: number;
  /** Base of the realtime clock of arrivals, Unix time in milliseconds. */
  readonly baseUnixMs: number;
  /** Start of the run. */
  readonly startedAt: Instant;
}

/** What was done with one datagram. */
export interface Answered {
  /** What became of it. */
  readonly fate: Fate;
  /** The request; undefined for a datagram that is none. */
  readonly request: HostRequest | undefined;
  /** Timestamps of the reply; undefined for an echo, and where there is none. */
  readonly stamps: ReplyStamps | undefined;
  /** What is to be sent, and when. */
  readonly departures: readonly Departure[];
}

interface HostState {
  readonly behaviour: Behaviour;
  readonly bucket: TokenBucket;
  requests: number;
}

/** Hosts whose state is kept; with more, all start afresh. */
const MAX_HOSTS = 1 << 18;
const NS_PER_MS = 1e6;
const NOTHING: readonly Departure[] = [];

/** Answers for all hosts of a scenario. */
export class Responder {
  /** What was done so far. */
  readonly counts: ResponderCounts = new ResponderCounts();
  readonly #options: ResponderOptions;
  readonly #startMs: number;
  readonly #table: BehaviourTable;
  readonly #draw: Draw;
  readonly #bucket: TokenBucket;
  readonly #hosts = new Map<number, HostState>();
  #identification = 0;

  /** Takes the scenario. */
  constructor(options: ResponderOptions) {
    this.#options = options;
    this.#startMs = options.baseUnixMs + options.startedAt.realtimeNs / NS_PER_MS;
    this.#table = new BehaviourTable(options.scenario);
    this.#draw = new Draw(options.scenario.seed);
    this.#bucket = new TokenBucket(options.ratePps);
  }

  /**
   * Decides about one datagram.
   *
   * @param bytes an IPv4 datagram
   * @param arrivedAt when it arrived
   * @param to the link's note of the sender, for the replies
   * @param readAt when it was there for certain: where `arrivedAt` is a guess, no clock of a host shows less than that
   */
  answer(bytes: Uint8Array, arrivedAt: Instant, to?: Uint8Array, readAt = arrivedAt): Answered {
    const answered = this.#decide(bytes, arrivedAt, to, readAt);
    this.counts.fates[answered.fate]++;
    return answered;
  }

  #decide(
    bytes: Uint8Array,
    arrivedAt: Instant,
    to: Uint8Array | undefined,
    readAt: Instant,
  ): Answered {
    const request = readRequest(bytes);
    if (typeof request === "string") return unanswered(request);
    const { source, destination } = request.header;
    if (!this.#options.addresses.mayAnswer(destination, source)) {
      return unanswered("not_ours", request);
    }
    if (request.message.kind === "echo-request") this.counts.echoRequests++;
    else this.counts.timestampRequests++;
    if (!this.#bucket.take(arrivedAt.monotonicNs)) return unanswered("over_rate", request);
    const host = this.#hostOf(destination);
    const index = host.requests++;
    const { behaviour } = host;
    const early = this.#early(destination, host, index, arrivedAt);
    if (early !== undefined) return unanswered(early, request);
    const outMs = behaviour.outMs +
      this.#draw.exponential(behaviour.outJitterMs, destination, index, PURPOSE.outJitter);
    const backMs = behaviour.backMs +
      this.#draw.exponential(behaviour.backJitterMs, destination, index, PURPOSE.backJitter);
    const kind = behaviour.icmpError;
    if (
      kind !== undefined &&
      this.#draw.chance(behaviour.icmpErrorRatio, destination, index, PURPOSE.icmpError)
    ) {
      const error = writeIcmpError(bytes, request, behaviour, kind, this.#nextId());
      const dueNs = dueAt(arrivedAt, outMs + backMs);
      const departures = [{ dueNs, bytes: error, to }];
      return { fate: "icmp_error", request, stamps: undefined, departures };
    }
    const refusal = refuse(request, behaviour);
    if (refusal !== undefined) return unanswered(refusal, request);
    const atHostMs = Math.max(outMs, (readAt.monotonicNs - arrivedAt.monotonicNs) / NS_PER_MS);
    const stamps = request.message.kind === "echo-request"
      ? undefined
      : this.#stamps(request, behaviour, index, arrivedAt, atHostMs);
    if (this.#draw.chance(behaviour.lossBackRatio, destination, index, PURPOSE.lossBack)) {
      return { fate: "lost_back", request, stamps, departures: NOTHING };
    }
    const identification = this.#identificationOf(behaviour, destination, index);
    const reply = writeReply(request, behaviour, stamps ?? NO_STAMPS, identification);
    const meets = (ratio: number, purpose: number) =>
      this.#draw.chance(ratio, destination, index, purpose);
    const heldMs = meets(behaviour.reorderRatio, PURPOSE.reorder) ? behaviour.reorderMs : 0;
    const travelMs = Math.max(outMs + backMs, atHostMs);
    const dueNs = dueAt(arrivedAt, travelMs + behaviour.processingMs + heldMs);
    const departure = { dueNs, bytes: reply, to };
    const isDoubled = meets(behaviour.duplicateRatio, PURPOSE.duplicate);
    const departures = isDoubled ? [departure, departure] : [departure];
    return { fate: "replied", request, stamps, departures };
  }

  /** Why a request does not come to the host's judgement; undefined where it does. */
  #early(
    address: number,
    { behaviour, bucket }: HostState,
    index: number,
    arrivedAt: Instant,
  ): Fate | undefined {
    if (this.#draw.chance(behaviour.lossOutRatio, address, index, PURPOSE.lossOut)) {
      return "lost_out";
    }
    return bucket.take(arrivedAt.monotonicNs) ? undefined : "host_rate";
  }

  #stamps(
    { header: { destination }, message }: HostRequest,
    host: Behaviour,
    index: number,
    arrivedAt: Instant,
    atHostMs: number,
  ): ReplyStamps {
    if (message.kind !== "timestamp-request") return NO_STAMPS;
    const both = (value: number) => ({ receiveMs: value, transmitMs: value });
    switch (host.shows) {
      case "stuck":
        return both(readHostClock(host, this.#startMs, this.#startMs));
      case "zero":
        return both(0);
      case "one":
        return both(1);
      case "little-endian-one":
        return both(0x0100_0000);
      case "reflection":
        return { receiveMs: message.receiveMs, transmitMs: message.transmitMs };
      case "originate":
        return both(message.originateMs);
      case "random":
        return {
          receiveMs: this.#draw.bits(destination, index, PURPOSE.receive),
          transmitMs: this.#draw.bits(destination, index, PURPOSE.transmit),
        };
      case "clock": {
        const unixMs = this.#options.baseUnixMs + arrivedAt.realtimeNs / NS_PER_MS + atHostMs;
        const receiveMs = readHostClock(host, unixMs, this.#startMs);
        if (!host.separateStamps) return { receiveMs, transmitMs: receiveMs };
        const transmitMs = readHostClock(host, unixMs + host.processingMs, this.#startMs);
        return { receiveMs, transmitMs };
      }
    }
  }

  #hostOf(address: number): HostState {
    let host = this.#hosts.get(address);
    if (host === undefined) {
      if (this.#hosts.size >= MAX_HOSTS) this.#hosts.clear();
      const behaviour = this.#table.of(address);
      host = { behaviour, bucket: new TokenBucket(behaviour.ratePps), requests: 0 };
      this.#hosts.set(address, host);
    }
    return host;
  }

  #identificationOf({ identification }: Behaviour, address: number, index: number): number {
    if (identification === "counter") return this.#nextId();
    if (identification === "zero") return 0;
    return this.#draw.bits(address, index, PURPOSE.identification) >>> 16;
  }

  #nextId(): number {
    return this.#identification = (this.#identification + 1) & 0xffff;
  }
}

const NO_STAMPS: ReplyStamps = { receiveMs: 0, transmitMs: 0 };

/** Why the host does not answer; undefined where it does. */
function refuse({ message }: HostRequest, host: Behaviour): Fate | undefined {
  const isEcho = message.kind === "echo-request";
  if (!(isEcho ? host.answersEcho : host.answersTimestamp)) return "silent";
  if (!message.checksumOk && !host.checksumLazy) return "bad_checksum";
  if (message.kind !== "timestamp-request") return undefined;
  if (message.code !== 0 && host.oddCode === "silent") return "odd_code";
  return message.trailing.length > 0 && host.long === "silent" ? "long" : undefined;
}

function unanswered(fate: Fate, request?: HostRequest): Answered {
  return { fate, request, stamps: undefined, departures: NOTHING };
}

function dueAt({ monotonicNs }: Instant, delayMs: number): number {
  return monotonicNs + delayMs * NS_PER_MS;
}
