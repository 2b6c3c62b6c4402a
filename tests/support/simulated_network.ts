/**
 * What the simulated network does with each datagram: the types of the scenario tables, and the
 * drawing of one datagram's fate.
 */

import { type DelaySource, openDelay } from "../lab/delay.ts";
import { Random } from "../lab/random.ts";
import { RemoteClock } from "../lab/remote_clock.ts";
import type { ClockBehaviour, Delay, HostBehaviour, QuirkName } from "../lab/scenario.ts";
import type { RealtimeStep } from "./fake_clock.ts";
import { checksum } from "../lab/octets.ts";
import type { Mangling, SimulatedError, SimulatedRequest } from "./simulated_datagram.ts";

/** What happens to a datagram, or to a share of all. Each part that is left out does not happen. */
export interface Fate {
  /** From departure to the remote host; 5 ms by default. */
  readonly out?: Delay;
  /** From the remote receive stamp to the transmit stamp; nothing by default. */
  readonly processing?: Delay;
  /** From the remote host to us; 5 ms by default. */
  readonly back?: Delay;
  /** Share of requests lost. */
  readonly lossOutRatio?: number;
  /** A filter takes the request: no host gets it, and no router reports it. */
  readonly isFiltered?: boolean;
  /** What comes less than that after the last request of the same type to the same host that was let through is filtered. */
  readonly leastGapMs?: number;
  /** Share of replies lost. */
  readonly lossBackRatio?: number;
  /** Share of replies that come twice, or more often. */
  readonly duplicateRatio?: number;
  /** Extra copies; 1 by default. */
  readonly copies?: number;
  /** From one copy to the next; 1 ms by default. */
  readonly copyAfterMs?: number;
  /** Share of replies that are held back. */
  readonly holdRatio?: number;
  /** How long they are held. */
  readonly holdMs?: number;
  /** The kernel refuses to send: the error's name and number. */
  readonly refuse?: { readonly code: string; readonly errno: number };
  /** Share of requests that the kernel refuses with that error. */
  readonly refuseRatio?: number;
  /** What `refuseRatio` refuses with; ENOBUFS by default. */
  readonly refuseWith?: { readonly code: string; readonly errno: number };
  /** An ICMP error in place of the reply, or beside it. */
  readonly error?: SimulatedError & {
    /** Who reports; the host itself by default. */
    readonly reporter?: number;
    /** From departure to the error's arrival; 4 ms by default. */
    readonly afterMs?: number;
    /** The reply comes as well. */
    readonly alsoReply?: boolean;
    /** The error comes that many times; once by default. */
    readonly times?: number;
  };
  /** Share of requests that are answered by `host unreachable`. */
  readonly errorRatio?: number;
  /** The reply arrives like this. */
  readonly mangling?: Mangling;
  /** Share of replies that are spoiled in one of `manglings`. */
  readonly manglingRatio?: number;
  /** Ways that `manglingRatio` picks from. */
  readonly manglings?: readonly Mangling[];
  /** Datagrams that arrive a millisecond before the reply, each the reply spoiled that way. */
  readonly strays?: readonly Mangling[];
  /** The kernel's transmit stamp: never comes, or that many milliseconds late. */
  readonly transmitStamp?: "lost" | number;
  /** The request waits that long in our own queue, whose stamp the kernel then gives too; none by default. */
  readonly queueMs?: number;
}

/** A fate for some datagrams: those that fit every key. */
export interface FateRule {
  /** Last octets of the targets' addresses; all by default. */
  readonly hosts?: readonly number[];
  /** Numbers of the probes, from 0, counted per target; all by default. */
  readonly probes?: readonly number[];
  /** ICMP types of the requests; all by default. */
  readonly types?: readonly number[];
  /** Least time to live of the requests: they get farther than that many hops. All by default. */
  readonly fromTtl?: number;
  /** Greatest time to live of the requests. All by default. */
  readonly toTtl?: number;
  /** Whether the ICMP checksum of the requests is right; either by default. */
  readonly isChecksumRight?: boolean;
  /** What happens to them, in place of the network's own. */
  readonly fate: Fate;
}

/** A clock, and what its host writes for stamps. */
export type HostKind = Pick<HostBehaviour, "clock" | "quirk" | "zoneMinutes" | "uptimeMs">;

/** A network and the hosts in it. */
export interface Network extends Fate {
  /** Seed of every draw; 1 by default. */
  readonly seed?: number;
  /** Exceptions; the last that fits holds for the keys it has. */
  readonly rules?: readonly FateRule[];
  /**
   * Routers on the way to every host, nearest first: each ends requests whose time to live is used up. Where there are several,
   * the checksum of the request decides, as in a router that balances by flow. None by default.
   */
  readonly hops?: readonly (number | readonly number[])[];
  /** Hosts verify the ICMP checksum of requests; by default they answer whatever it is. */
  readonly dropsBadChecksums?: boolean;
  /** The remote clocks. */
  readonly clock?: ClockBehaviour;
  /** What hosts write for stamps. */
  readonly quirk?: QuirkName;
  /** Clocks and stamps of some hosts, by the last octet of their addresses, in place of the network's own. */
  readonly kinds?: Readonly<Record<number, HostKind>>;
  /** For the quirk of that name. */
  readonly zoneMinutes?: number;
  /** For the quirks with an uptime. */
  readonly uptimeMs?: number;
  /** Who takes the local stamps; the kernel by default. */
  readonly stampSource?: "kernel" | "user";
  /** Jumps of the local realtime clock. */
  readonly steps?: readonly RealtimeStep[];
  /** The machine does not run: from when, for how long. */
  readonly sleeps?: readonly { readonly atMs: number; readonly forMs: number }[];
  /** UTC time of day at the start, in milliseconds; 11:51:34.656271828 by default. */
  readonly startOfDayMs?: number;
}

/** What becomes of one request. Times are durations in nanoseconds. */
export interface Draw {
  /** The fate that was drawn from. */
  readonly fate: Fate;
  /** The kernel's refusal, if it refuses. */
  readonly refuse: { readonly code: string; readonly errno: number } | undefined;
  /** The error, if there is one. */
  readonly error: Fate["error"];
  /** The host never gets it. */
  readonly lostOut: boolean;
  /** The reply does not come. */
  readonly lostBack: boolean;
  /** Way out. */
  readonly outNs: number;
  /** Remote processing. */
  readonly processingNs: number;
  /** Way back, holding included. */
  readonly backNs: number;
  /** Copies beyond the first. */
  readonly copies: number;
  /** How the reply is spoiled. */
  readonly mangling: Mangling | undefined;
}

const DEFAULT_LEG_MS = 5;

/** The hosts of the network, made as they are asked. */
export class SimulatedHosts {
  readonly #network: Network;
  readonly #baseUnixMs: number;
  readonly #clocks = new Map<number, RemoteClock>();
  readonly #delays = new Map<Delay, DelaySource>();
  readonly #random: Random;

  /** Hosts of that network; remote clocks count from the base of the local one. */
  constructor(network: Network, baseUnixMs: number) {
    this.#network = network;
    this.#baseUnixMs = baseUnixMs;
    this.#random = new Random(network.seed ?? 1, 0);
  }

  /** The clock of a host; made when its first request arrives, at `atNs` of true realtime. */
  clockOf(address: number, atNs: number): RemoteClock {
    let clock = this.#clocks.get(address);
    if (clock === undefined) {
      const { clock: behaviour, quirk, zoneMinutes, uptimeMs } = this.#network;
      const host: HostBehaviour = {
        ...(behaviour === undefined ? {} : { clock: behaviour }),
        ...(quirk === undefined ? {} : { quirk }),
        ...(zoneMinutes === undefined ? {} : { zoneMinutes }),
        ...(uptimeMs === undefined ? {} : { uptimeMs }),
      };
      const kind = { ...host, ...this.#network.kinds?.[address & 0xff] };
      clock = new RemoteClock(kind, address & 0xff, atNs, this.#baseUnixMs);
      this.#clocks.set(address, clock);
    }
    return clock;
  }

  /** Draws the fate of a request, which is one of that number to its host. */
  draw(request: SimulatedRequest, number: number): Draw {
    const fate = this.#fateOf(request, number);
    const random = this.#random;
    const chance = (ratio: number | undefined) => ratio !== undefined && random.unit() < ratio;
    const { refuseWith = { code: "ENOBUFS", errno: 105 } } = fate;
    const refused = chance(fate.refuseRatio) ? refuseWith : fate.refuse;
    const failed = chance(fate.errorRatio) ? { type: 3, code: 1 } : fate.error;
    const { manglings } = fate;
    const isMangled = manglings !== undefined && chance(fate.manglingRatio);
    return {
      fate,
      refuse: refused,
      error: failed,
      lostOut: chance(fate.lossOutRatio),
      lostBack: chance(fate.lossBackRatio),
      outNs: this.#delayNs(fate.out ?? DEFAULT_LEG_MS),
      processingNs: this.#delayNs(fate.processing ?? 0),
      backNs: this.#delayNs(fate.back ?? DEFAULT_LEG_MS) +
        (chance(fate.holdRatio) ? (fate.holdMs ?? 0) * 1e6 : 0),
      copies: chance(fate.duplicateRatio) ? fate.copies ?? 1 : 0,
      mangling: isMangled ? manglings[random.below(manglings.length)] : fate.mangling,
    };
  }

  #fateOf(request: SimulatedRequest, number: number): Fate {
    const { rules } = this.#network;
    if (rules === undefined) return this.#network;
    let fate: Fate = this.#network;
    for (const rule of rules) {
      if (fits(rule, request, number)) fate = { ...fate, ...rule.fate };
    }
    return fate;
  }

  #delayNs(delay: Delay): number {
    let source = this.#delays.get(delay);
    if (source === undefined) {
      source = openDelay(delay, 0);
      this.#delays.set(delay, source);
    }
    return source.nextNs(this.#random);
  }
}

function fits(rule: FateRule, request: SimulatedRequest, number: number): boolean {
  const { hosts, probes, types, fromTtl = 0, toTtl = 255, isChecksumRight } = rule;
  const { destination, type, ttl, bytes, start } = request;
  return (hosts?.includes(destination & 0xff) ?? true) && (probes?.includes(number) ?? true) &&
    (types?.includes(type) ?? true) && ttl >= fromTtl && ttl <= toTtl &&
    (isChecksumRight ?? checksum(bytes, start, bytes.length) === 0) ===
      (checksum(bytes, start, bytes.length) === 0);
}
