/**
 * What a lab's network does: the types of a scenario file. README.md has an example of each.
 *
 * A host's behaviour is the scenario's `defaults`, then each of the `rules` that fit its
 * address in order, then its entry in `hosts`: a key given later replaces the whole key.
 */

/** A value per host: element `index mod length` of the list, where index is the address minus the block's first. */
export interface ByAddress<T> {
  /** The values, for index 0 on. */
  readonly byAddress: readonly T[];
}

/** A number per host: `base + step × (index mod modulus)`. */
export interface Ramp {
  /** For index 0. */
  readonly base: number;
  /** For each further index. */
  readonly step: number;
  /** Requests after which it starts again. */
  readonly modulus: number;
}

/** A number, or a rule that gives each host its own. */
export type Quantity = number | Ramp | ByAddress<number>;

/** A time that a packet takes, drawn anew for each packet. A bare quantity is a constant. */
export type Delay =
  | Quantity
  | { readonly kind: "constant"; readonly ms: Quantity }
  | { readonly kind: "uniform"; readonly minMs: Quantity; readonly maxMs: Quantity }
  | { readonly kind: "exponential"; readonly baseMs: Quantity; readonly meanMs: Quantity }
  | { readonly kind: "series"; readonly valuesMs: readonly number[] };

/** How packets are lost, per direction. */
export type Loss =
  | { readonly kind: "random"; readonly outRatio?: number; readonly backRatio?: number }
  | {
    /** Gilbert-Elliott: a good and a bad state, one step per packet. */
    readonly kind: "burst";
    readonly direction: "out" | "back";
    readonly enterRatio: number;
    readonly leaveRatio: number;
    readonly badLossRatio?: number;
    readonly goodLossRatio?: number;
  }
  | {
    /** One character per request, repeated: `.` passes, `x` is lost. */
    readonly kind: "pattern";
    readonly out?: string;
    readonly back?: string;
  };

/** Replies sent more than once. */
export interface Duplication {
  /** Share of packets this happens to, 0 to 1. */
  readonly ratio: number;
  /** Extra copies; 1 by default. */
  readonly copies?: number;
  /** From one copy to the next; 0 by default. */
  readonly gap?: Delay;
}

/** Replies held back so that later ones overtake them (or so that they come too late). */
export interface Reordering {
  /** Share of packets this happens to, 0 to 1. */
  readonly ratio: number;
  /** How long a packet is held back. */
  readonly holdMs: Quantity;
}

/** A token bucket: `burst` tokens at most, `perSecond` new ones, one per reply. */
export interface RateLimit {
  /** New tokens per second. */
  readonly perSecond: number;
  /** Tokens at most; the bucket starts full. */
  readonly burst: number;
}

/** An ICMP error in place of the reply. */
export interface ErrorReply {
  /** Share of packets this happens to, 0 to 1. */
  readonly ratio: number;
  /** ICMP type. */
  readonly type: 3 | 4 | 5 | 11 | 12;
  /** ICMP code. */
  readonly code: number;
  /** The address that complains; the host itself by default. */
  readonly from?: string;
  /** Type 12: octet in error. */
  readonly pointer?: number;
  /** Type 5: the better gateway. */
  readonly gateway?: string;
  /** Type 3 code 4: MTU of the next hop. */
  readonly mtu?: number;
  /** Bytes of ICMP quoted after the quoted header; 8 by default, and never more than there were. */
  readonly quoteBytes?: number;
  /** Bytes of no-operation options added to the quoted header, a multiple of 4 up to 40. */
  readonly quoteOptionBytes?: number;
}

/** Names of the ways in which a reply is spoiled. */
export const corruptionKinds = [
  "flip-bit",
  "flip-icmp-bit",
  "truncate",
  "truncate-checksummed",
  "truncate-lying",
  "extend",
  "extend-checksummed",
  "pad",
  "ip-options",
  "fragment",
  "fragment-first-only",
  "bad-checksum",
] as const;

/** A way in which a reply is spoiled. */
export type CorruptionKind = typeof corruptionKinds[number];

/** Replies spoiled on their way. */
export interface Corruption {
  /** Share of packets this happens to, 0 to 1. */
  readonly ratio: number;
  /** One of these, at random. */
  readonly kinds: readonly CorruptionKind[];
  /** For truncate: bytes of ICMP kept (random by default); for extend, pad and ip-options: bytes added (8 by default). */
  readonly bytes?: number;
}

/** Names of the ways in which a reply is forged. */
export const forgeryKinds = [
  "other-address",
  "other-identifier",
  "stale-sequence",
  "other-originate",
  "without-key",
] as const;

/** A way in which a reply is forged. */
export type ForgeryKind = typeof forgeryKinds[number];

/** Replies from somebody who is not the host. */
export interface Forgery {
  /** Share of packets this happens to, 0 to 1. */
  readonly ratio: number;
  /** One of these, at random. */
  readonly kinds: readonly ForgeryKind[];
  /** The forger's packet leaves this long after the request's arrival; 0 by default. */
  readonly afterMs?: Quantity;
  /** For other-address: who sends; the host's address + 1 by default. */
  readonly from?: string;
  /** For stale-sequence: how far back; 1000 by default. */
  readonly staleBy?: number;
  /** True when the forged packet takes the true reply's place. */
  readonly instead?: boolean;
}

/** Replies with random bytes changed, for fuzzing a live program. */
export interface Mutation {
  /** Share of packets this happens to, 0 to 1. */
  readonly ratio: number;
  /** At most this many changes in one reply; 4 by default. */
  readonly changes?: number;
  /** Mutated packets sent for one request; 1 by default. */
  readonly copies?: number;
  /** Share of packets whose IP header is repaired, so that a kernel delivers them; 0.95 by default. */
  readonly deliverableRatio?: number;
  /** Share of packets whose ICMP checksum is repaired; 0.5 by default. */
  readonly checksummedRatio?: number;
  /** True when the true reply is sent as well, after the mutated ones. */
  readonly alsoTrue?: boolean;
}

/** A jump of the remote clock. */
export interface ClockStep {
  /** After the first request that reached this host, measured at our clock. */
  readonly afterMs: number;
  /** How far the clock jumps; negative is back. */
  readonly byMs: number;
}

/** The remote clock: our CLOCK_REALTIME plus an offset, exact to the nanosecond. */
export interface ClockBehaviour {
  /** Remote minus local at the first request's arrival; may be fractional. */
  readonly offsetMs?: Quantity;
  /** Instead of offsetMs: what the remote clock reads at the first request's arrival, ms since midnight. */
  readonly timeOfDayMs?: number;
  /** Positive when the remote clock runs fast. */
  readonly skewPpm?: Quantity;
  /** Jumps of the clock; none by default. */
  readonly steps?: readonly ClockStep[];
  /** The clock moves on in jumps of this size, from its own midnight; 0 (no jumps) by default. */
  readonly tickMs?: Quantity;
}

/** Names of what remote hosts do with the stamps (FIELD.md; names follow Sundial). */
export const quirkNames = [
  "normal",
  "lazy",
  "high-bit",
  "high-bit-wrong",
  "little-endian",
  "local-time-zone",
  "seconds-of-day",
  "unix-seconds",
  "uptime-ms",
  "stuck",
  "zero",
  "one",
  "copy-originate",
  "low-16-bits-zero",
  "coarse-tick",
  "bad-checksum",
  "other-originate",
] as const;

/** What a remote host does with the stamps. */
export type QuirkName = typeof quirkNames[number];

/** The messages a host may answer. */
export type MessageName = "timestamp" | "echo";

/** Everything that one host does. Each part that is left out does not happen. */
export interface HostBehaviour {
  /** True for an address that never answers anything. */
  readonly silent?: boolean;
  /** Which requests are answered; both by default. */
  readonly answers?: readonly MessageName[];
  /** From our sending to the remote receive stamp. */
  readonly out?: Delay;
  /** From the remote receive stamp to the remote transmit stamp. */
  readonly processing?: Delay;
  /** From the remote transmit stamp to our receiving. */
  readonly back?: Delay;
  /** True when no reply of this host may overtake an earlier one, unless `reorder` held it. */
  readonly keepOrder?: boolean;
  /** Packets lost. */
  readonly loss?: Loss;
  /** Replies doubled. */
  readonly duplicate?: Duplication;
  /** Replies held back. */
  readonly reorder?: Reordering;
  /** Replies held to a rate; what exceeds it is dropped. */
  readonly rateLimit?: RateLimit;
  /** ICMP errors in place of replies. */
  readonly error?: ErrorReply;
  /** Replies spoiled. */
  readonly corruption?: Corruption;
  /** Replies of somebody else. */
  readonly forgery?: Forgery;
  /** Replies changed at random. */
  readonly mutation?: Mutation;
  /** The clock; ours, exactly, by default. */
  readonly clock?: ClockBehaviour;
  /** What it writes for stamps; normal by default. */
  readonly quirk?: QuirkName | ByAddress<QuirkName>;
  /** For local-time-zone: minutes east of Greenwich; 60 by default. */
  readonly zoneMinutes?: Quantity;
  /** For uptime-ms and high-bit-wrong: the uptime at the first request; 1,234,567 by default. */
  readonly uptimeMs?: Quantity;
  /** Whether requests with a wrong ICMP checksum are dropped ("verify", the default) or answered ("ignore"). */
  readonly requestChecksum?: "verify" | "ignore";
  /** Time to live of this host's packets when they reach us; 64 less the number of hops by default. */
  readonly ttl?: Quantity;
  /** Routers on the way: a request whose TTL runs out at one of them gets its time exceeded. */
  readonly hops?: readonly string[];
}

/** Behaviour for the addresses that fit; every condition given must hold. */
export interface Rule {
  /** Addresses in this block, `a.b.c.d/n`. */
  readonly block?: string;
  /** Addresses whose index has this remainder. */
  readonly every?: { readonly modulus: number; readonly remainder: number };
  /** This share (0 to 1) of addresses, picked by a hash of seed, rule and address. */
  readonly share?: number;
  /** What those addresses do. */
  readonly behaviour: HostBehaviour;
}

/** A whole scenario. */
export interface Scenario {
  /** Seed of every random choice; 1 by default. */
  readonly seed?: number;
  /** What every host does. */
  readonly defaults?: HostBehaviour;
  /** What some hosts do, in order. */
  readonly rules?: readonly Rule[];
  /** By address. */
  readonly hosts?: Readonly<Record<string, HostBehaviour>>;
  /** "counts" keeps only the totals, for runs of millions of packets; "full" by default. */
  readonly log?: "full" | "counts";
  /** True when each departure's bytes are logged too, in hexadecimal. */
  readonly logBytes?: boolean;
}
