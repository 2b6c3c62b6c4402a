/**
 * A network and a kernel without either: a Transport over a fake clock.
 *
 * wait() moves the clock to the next event, so an hour of probing takes no time and every run of a seed
 * is the same. The transport keeps the truth about each datagram, by which tests judge what the prober says.
 *
 * It is not the network of sweeps (swept_network.ts): a prober hands over one datagram at a time with a key, gets transmit
 * stamps and refusals by that key, and is judged by the truth about each. The two share clock, events and datagrams.
 */

import type { Instant, StampSource } from "../../src/time/instant.ts";
import type {
  OutgoingDatagram,
  ReceivedDatagram,
  SendResult,
  TransmitStamp,
  Transport,
} from "../../src/probe/transport.ts";
import { checksum, read16 } from "../lab/octets.ts";
import { EventQueue } from "./event_queue.ts";
import { FakeClock } from "./fake_clock.ts";
import {
  mangle,
  type Mangling,
  readRequest,
  type SimulatedRequest,
  writeErrorReply,
  writeReply,
} from "./simulated_datagram.ts";
import { type Draw, type Network, SimulatedHosts } from "./simulated_network.ts";

/** What truly became of one request. Times are CLOCK_MONOTONIC in nanoseconds. */
export interface RequestTruth {
  /** The key that it was sent with. */
  readonly key: number;
  /** Who was asked. */
  readonly destination: number;
  /** How many requests this host got before, refused ones included. */
  readonly number: number;
  /** Identifier, sequence and originate as they stand in the datagram. */
  readonly request: SimulatedRequest;
  /** The kernel refused it. */
  readonly refused: boolean;
  /** It had no room for it: it may be tried again. */
  readonly hadNoRoom: boolean;
  /** When it was handed over. */
  readonly handedNs: number;
  /** When it left the machine. */
  readonly departedNs: number;
  /** When the host had it, and when its reply left there. */
  readonly remoteNs: { readonly arrival: number; readonly departure: number };
  /** When the first copy of the reply reaches our machine, if it is not lost. */
  readonly repliedNs: number;
  /** Way out plus offset as the remote clock has it, in milliseconds. */
  readonly outMs: number;
  /** Way back of that copy minus offset, in milliseconds. */
  readonly backMs: number;
  /** Remote minus local clock when the request arrived there, in milliseconds. */
  readonly offsetMs: number;
}

/** What an arriving datagram truly is. */
export interface ArrivalTruth {
  /** When it reached our machine. */
  readonly atNs: number;
  /** The request that caused it. */
  readonly cause: RequestTruth;
  /** `copy`: a second one of a reply. `stray`: nothing that answers. */
  readonly kind: "reply" | "copy" | "error" | "stray";
  /** How it was spoiled. */
  readonly mangling: Mangling | undefined;
}

interface Arrival {
  readonly bytes: Uint8Array;
  readonly source: number;
  readonly truth: ArrivalTruth;
}

/** How the simulated machine behaves. */
export interface SimulatedTransportOptions {
  /** Time that handing over one datagram takes, in nanoseconds; 400 by default. */
  readonly sendNs?: number;
  /** From handing over to departure, in nanoseconds; 6000 by default. */
  readonly driverNs?: number;
  /** How much later than asked a wait ends, in nanoseconds; 20 000 by default. */
  readonly wakeNs?: number;
  /** Room for one received datagram; 2048 octets by default. */
  readonly slotBytes?: number;
  /** Datagrams that one receive() gives at most; 64 by default. */
  readonly receiveBatch?: number;
  /** Time that a look at the clock takes, in nanoseconds; 0 by default. */
  readonly lookNs?: number;
  /** The transport can pause, as the kernel's can; false by default. */
  readonly canPause?: boolean;
}

const NS_PER_MS = 1e6;
const NS_PER_DAY = 86_400e9;

/** The simulated network, hosts, kernel and clock in one. */
export class SimulatedTransport implements Transport {
  /** The local clocks. */
  readonly clock: FakeClock;
  /** Who takes the stamps. */
  readonly stampSource: StampSource;
  /** Datagrams that one receive() gives at most. */
  readonly receiveBatch: number;
  /** Every request in the order of sending. */
  readonly requests: RequestTruth[] = [];
  /** Times at which something arrived that was received, in order. */
  readonly delivered: ArrivalTruth[] = [];
  /** How often the prober waited. */
  waits = 0;
  /** How often close() was called. */
  closes = 0;
  /** Moves the clock on by `timeoutMs`, whatever arrives meanwhile; only where the machine can. */
  readonly pause?: (timeoutMs: number) => Promise<void>;
  readonly #network: Network;
  readonly #hosts: SimulatedHosts;
  readonly #options: Required<SimulatedTransportOptions>;
  readonly #arrivals = new EventQueue<Arrival>();
  readonly #stamps = new EventQueue<TransmitStamp>();
  readonly #actions = new EventQueue<() => void>();
  readonly #numbers = new Map<number, number>();
  /** When the last request of each type that a limit let through left for each host. */
  readonly #passedNs = new Map<string, number>();
  readonly #truths = new WeakMap<Instant, ArrivalTruth>();
  #lent: Uint8Array[] = [];
  #sleeps: readonly { readonly atMs: number; readonly forMs: number }[];
  #woken = false;
  #idleWaits = 0;

  /** Opens the network. */
  constructor(network: Network, options: SimulatedTransportOptions = {}) {
    this.clock = new FakeClock({
      steps: network.steps ?? [],
      lookNs: options.lookNs ?? 0,
      ...(network.startOfDayMs === undefined ? {} : { startNs: network.startOfDayMs * NS_PER_MS }),
    });
    this.stampSource = network.stampSource ?? "kernel";
    this.#network = network;
    this.#hosts = new SimulatedHosts(network, this.clock.baseUnixMs);
    this.#sleeps = network.sleeps ?? [];
    this.#options = {
      sendNs: 400,
      driverNs: 6000,
      wakeNs: 20_000,
      lookNs: 0,
      slotBytes: 2048,
      receiveBatch: 64,
      canPause: false,
      ...options,
    };
    this.receiveBatch = this.#options.receiveBatch;
    if (this.#options.canPause) this.pause = (timeoutMs) => this.#pause(timeoutMs);
  }

  /** Does something when the clock gets there, `atMs` milliseconds after the start. */
  at(atMs: number, action: () => void): void {
    this.#actions.push(atMs * NS_PER_MS, action);
  }

  /** What the datagram with that arrival instant truly was. */
  truthOf(receivedAt: Instant): ArrivalTruth {
    const truth = this.#truths.get(receivedAt);
    if (truth === undefined) throw new Error("Cannot look up the truth: no such arrival");
    return truth;
  }

  /** Takes the datagrams; each is a copy from here on. */
  send(datagrams: readonly OutgoingDatagram[]): SendResult[] {
    return datagrams.map((datagram) => this.#sendOne(datagram));
  }

  #sendOne({ destination, bytes, key, restamp }: OutgoingDatagram): SendResult {
    const sentAt = this.clock.now();
    restamp?.(sentAt);
    this.clock.advance(this.#options.sendNs);
    const number = this.#numbers.get(destination) ?? 0;
    this.#numbers.set(destination, number + 1);
    const request = readRequest(bytes);
    if (request.destination !== destination) throw new Error("The destination differs");
    const draw = this.#hosts.draw(request, number);
    const truth = this.#decide(request, key, number, sentAt.monotonicNs, draw);
    this.requests.push(truth);
    if (draw.refuse !== undefined) {
      const { code, errno } = draw.refuse;
      const message = `Cannot send to the host: ${code}`;
      return { ok: false, error: { syscall: "sendmmsg", errno, code, message } };
    }
    this.#stamp(truth, draw);
    this.#deliver(truth, draw);
    return { ok: true, sentAt };
  }

  #decide(
    request: SimulatedRequest,
    key: number,
    number: number,
    handedNs: number,
    draw: Draw,
  ): RequestTruth {
    const { clock } = this;
    const queueNs = (draw.fate.queueMs ?? 0) * NS_PER_MS;
    const departedNs = handedNs + this.#options.driverNs + queueNs;
    const arrival = departedNs + draw.outNs;
    const departure = arrival + draw.processingNs;
    const remoteClock = this.#hosts.clockOf(request.destination, clock.trueRealtimeNs(arrival));
    const remoteAt = (atNs: number) => {
      const realtimeNs = clock.trueRealtimeNs(atNs);
      return realtimeNs + remoteClock.offsetNsAt(realtimeNs) + this.#zoneNs();
    };
    const sentNs = this.stampSource === "kernel" ? departedNs : handedNs;
    const localAt = (atNs: number) => clock.at(atNs, "user").realtimeNs;
    // A lazy host stamps once, so its processing counts as part of the way back.
    const stampedNs = remoteClock.quirk === "lazy" ? arrival : departure;
    return {
      key,
      destination: request.destination,
      number,
      request,
      refused: draw.refuse !== undefined,
      hadNoRoom: draw.refuse?.code === "ENOBUFS" || draw.refuse?.code === "EAGAIN",
      handedNs,
      departedNs,
      remoteNs: { arrival, departure },
      repliedNs: departure + draw.backNs,
      outMs: foldDay(remoteAt(arrival) - localAt(sentNs)),
      backMs: foldDay(localAt(departure + draw.backNs) - remoteAt(stampedNs)),
      offsetMs: foldDay(remoteAt(arrival) - localAt(arrival)),
    };
  }

  /** How far a host's clock is from UT because it shows local time. */
  #zoneNs(): number {
    const { quirk, zoneMinutes = 60 } = this.#network;
    return quirk === "local-time-zone" ? zoneMinutes * 60 * 1e9 : 0;
  }

  #stamp(truth: RequestTruth, { fate }: Draw): void {
    if (this.stampSource !== "kernel") return;
    if (fate.queueMs !== undefined) {
      const at = this.clock.at(truth.handedNs, "kernel");
      this.#stamps.push(truth.handedNs, { key: truth.key, moment: "queue", at });
    }
    if (fate.transmitStamp === "lost") return;
    const readyNs = truth.departedNs + (fate.transmitStamp ?? 0) * NS_PER_MS;
    const at = this.clock.at(truth.departedNs, "kernel");
    this.#stamps.push(readyNs, { key: truth.key, moment: "driver", at });
  }

  #deliver(cause: RequestTruth, draw: Draw): void {
    const { request, destination, departedNs, remoteNs } = cause;
    const { fate } = draw;
    if (fate.isFiltered === true || this.#isTooSoon(cause, fate.leastGapMs)) return;
    const error = this.#expiry(request) ?? draw.error;
    if (error !== undefined) {
      const source = error.reporter ?? destination;
      const bytes = writeErrorReply(request, error, source);
      const atNs = departedNs + (error.afterMs ?? 4) * NS_PER_MS;
      for (let i = 0; i < (error.times ?? 1); i++) {
        this.#arrive(atNs + i * NS_PER_MS, bytes, source, cause, "error", undefined);
      }
      if (error.alsoReply !== true) return;
    }
    if (draw.lostOut || draw.lostBack || this.#dropsRequest(request)) return;
    const clock = this.#hosts.clockOf(destination, 0);
    const stampAt = (atNs: number) =>
      clock.stampAt(this.clock.trueRealtimeNs(atNs), request.originateMs);
    const receiveMs = stampAt(remoteNs.arrival);
    const transmitMs = clock.quirk === "lazy" ? receiveMs : stampAt(remoteNs.departure);
    const reply = writeReply(request, receiveMs, transmitMs);
    const habit = quirkMangling(clock.quirk);
    const atNs = remoteNs.departure + draw.backNs;
    for (const kind of fate.strays ?? []) {
      const { bytes, sourceBy } = mangle(reply, kind);
      this.#arrive(atNs - NS_PER_MS, bytes, destination + sourceBy, cause, "stray", kind);
    }
    const mangling = draw.mangling ?? habit;
    const { bytes, sourceBy } = mangling === undefined
      ? { bytes: reply, sourceBy: 0 }
      : mangle(reply, mangling);
    const source = destination + sourceBy;
    this.#arrive(atNs, bytes, source, cause, "reply", mangling);
    const gapNs = (fate.copyAfterMs ?? 1) * NS_PER_MS;
    for (let copy = 1; copy <= draw.copies; copy++) {
      this.#arrive(atNs + copy * gapNs, bytes, source, cause, "copy", mangling);
    }
  }

  /** The error of the router where a request's time to live is used up. */
  #expiry({ ttl, bytes, start }: SimulatedRequest): Draw["error"] {
    const hop = this.#network.hops?.[ttl - 1];
    const reporter = typeof hop === "object" ? hop[read16(bytes, start + 2) % hop.length] : hop;
    return reporter === undefined ? undefined : { type: 11, code: 0, reporter };
  }

  /** Whether something that limits the rate of requests lets this one not through. */
  #isTooSoon({ destination, request, departedNs }: RequestTruth, leastGapMs = 0): boolean {
    const limited = `${destination} ${request.type}`;
    const sinceNs = departedNs - (this.#passedNs.get(limited) ?? -Infinity);
    if (sinceNs < leastGapMs * NS_PER_MS) return true;
    this.#passedNs.set(limited, departedNs);
    return false;
  }

  #dropsRequest({ bytes, start }: SimulatedRequest): boolean {
    return this.#network.dropsBadChecksums === true && checksum(bytes, start, bytes.length) !== 0;
  }

  #arrive(
    atNs: number,
    bytes: Uint8Array,
    source: number,
    cause: RequestTruth,
    kind: ArrivalTruth["kind"],
    mangling: Mangling | undefined,
  ): void {
    this.#arrivals.push(Math.round(atNs), {
      bytes,
      source,
      truth: { atNs: Math.round(atNs), cause, kind, mangling },
    });
  }

  /** Gives what has arrived. Buffers given before are overwritten: they were lent until now. */
  receive(): ReceivedDatagram[] {
    for (const bytes of this.#lent) bytes.fill(0xee);
    this.#lent = [];
    const received: ReceivedDatagram[] = [];
    const { slotBytes } = this.#options;
    while (received.length < this.receiveBatch && this.#arrivals.nextNs <= this.clock.nowNs) {
      const arrival = this.#arrivals.pop();
      const truncated = arrival.bytes.length > slotBytes;
      const bytes = arrival.bytes.slice(0, slotBytes);
      const receivedAt = this.stampSource === "kernel"
        ? this.clock.at(arrival.truth.atNs, "kernel")
        : this.clock.now();
      this.#truths.set(receivedAt, arrival.truth);
      this.delivered.push(arrival.truth);
      this.#lent.push(bytes);
      received.push({ bytes, source: arrival.source, receivedAt, truncated });
    }
    return received;
  }

  /** Gives the transmit stamps that are ready. */
  receiveTransmitStamps(): TransmitStamp[] {
    const stamps: TransmitStamp[] = [];
    while (this.#stamps.nextNs <= this.clock.nowNs) stamps.push(this.#stamps.pop());
    return stamps;
  }

  /** Moves the clock to the next event, or by `timeoutMs`. */
  wait(timeoutMs: number): Promise<void> {
    this.waits++;
    if (this.#woken) {
      this.#woken = false;
      return Promise.resolve();
    }
    const beforeNs = this.clock.nowNs;
    const untilNs = Math.min(
      beforeNs + timeoutMs * NS_PER_MS,
      this.#arrivals.nextNs,
      this.#stamps.nextNs,
    );
    if (untilNs === Infinity) throw new Error("Cannot wait: nothing will ever happen");
    if (timeoutMs < 0 || Number.isNaN(timeoutMs)) throw new Error(`Cannot wait ${timeoutMs} ms`);
    this.#goTo(untilNs <= beforeNs ? beforeNs : untilNs + this.#options.wakeNs);
    this.#idleWaits = this.clock.nowNs > beforeNs ? 0 : this.#idleWaits + 1;
    if (this.#idleWaits > 1_000_000) throw new Error("Cannot go on: the clock stands still");
    return Promise.resolve();
  }

  #pause(timeoutMs: number): Promise<void> {
    this.waits++;
    if (this.#woken) this.#woken = false;
    else this.#goTo(this.clock.nowNs + timeoutMs * NS_PER_MS + this.#options.wakeNs);
    return Promise.resolve();
  }

  #goTo(untilNs: number): void {
    let target = untilNs;
    const [sleep] = this.#sleeps;
    if (sleep !== undefined && sleep.atMs * NS_PER_MS <= target) {
      this.#sleeps = this.#sleeps.slice(1);
      target = Math.max(target, (sleep.atMs + sleep.forMs) * NS_PER_MS);
    }
    while (this.#actions.nextNs <= target) {
      this.clock.advanceTo(this.#actions.nextNs);
      this.#actions.pop()();
      if (this.#woken) {
        this.#woken = false;
        return;
      }
    }
    this.clock.advanceTo(target);
  }

  /** Ends the wait. */
  wake(): void {
    this.#woken = true;
  }

  /** Nothing is ever dropped for want of room. */
  droppedDatagrams(): number {
    return 0;
  }

  /** Counts the calls. */
  close(): void {
    this.closes++;
  }
}

/** What a host that does so always does to its replies. */
function quirkMangling(quirk: Network["quirk"]): Mangling | undefined {
  if (quirk === "bad-checksum") return "bad-checksum";
  return quirk === "other-originate" ? "originate-changed" : undefined;
}

/** A difference of times of day, in milliseconds, between -12 and +12 hours. */
function foldDay(ns: number): number {
  const rest = ((ns % NS_PER_DAY) + NS_PER_DAY) % NS_PER_DAY;
  return (rest >= NS_PER_DAY / 2 ? rest - NS_PER_DAY : rest) / NS_PER_MS;
}
