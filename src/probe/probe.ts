/** One question and its state. */

import { elapsedNs } from "../measurement/timestamp.ts";
import type { Target } from "../targets/target.ts";
import type { Instant } from "../time/instant.ts";
import type { ProbeMessage } from "./message/message.ts";

/** Number of sequence numbers: an address that has been sent this many gets one that it had before. */
export const SEQUENCES = 65_536;

/** What one probe sends. */
export interface ProbeSpec {
  /** The question. */
  readonly message: ProbeMessage;
  /** Time to live, 1 to 255; that of the message by default. */
  readonly ttl?: number | undefined;
}

/** One question that was sent, as listeners see it. */
export interface Probe {
  /** The host that was asked. */
  readonly target: Target;
  /** Index of this probe within its target, from 0; it does not wrap. */
  readonly index: number;
  /** The question. */
  readonly message: ProbeMessage;
  /** Time to live that was set for this probe, 1 to 255; undefined where the message decides. */
  readonly ttl: number | undefined;
  /** ICMP identifier on the wire, 0 to 65535. */
  readonly identifier: number;
  /** ICMP sequence number on the wire, 0 to 65535. */
  readonly sequence: number;
  /** Originate timestamp on the wire, or the cookie in the payload of an echo: 32 bits that an answer repeats. */
  readonly token: number;
  /** Key to the probe's transmit stamps, an unsigned 32-bit number that no other probe of the run has. */
  readonly key: number;
  /**
   * The moment from which its delays count: when the driver took it, or the queue (`stampAt`). A user stamp, read just
   * before the system call, until the kernel's is known.
   */
  readonly sentAt: Instant;
  /** When this machine's own queue took it; undefined until the kernel's stamp is known. */
  readonly queuedAt: Instant | undefined;
  /** When the driver took it; undefined until the kernel's stamp is known. */
  readonly leftAt: Instant | undefined;
  /** How long it waited in this machine's own queue, in nanoseconds; undefined where the kernel does not say. */
  readonly queueNs: number | undefined;
  /** CLOCK_MONOTONIC, on the scale of `sentAt`, at which it counts as timed out, in nanoseconds. */
  readonly deadlineNs: number;
  /** Its originate timestamp is older than its departure on purpose, see `originate_stamps.ts`. */
  readonly isEarly: boolean;
}

/** What an answer ended a probe with. `pending` is the only state that can still become another. */
export type ProbeState = "pending" | "reply" | "icmpError" | "timedOut";

/** What a probe is made from. */
export type ProbeInit =
  & Pick<Probe, "target" | "index" | "message" | "ttl" | "identifier" | "sequence">
  & Pick<Probe, "token" | "key" | "sentAt">
  & {
    /** Number of this probe among those to its address, from 0; the sequence number follows from it. */
    readonly ordinal: number;
    /** How long it waits for its answer, in nanoseconds. */
    readonly timeoutNs: number;
  };

/** One question on its way, or answered, for as long as a late or repeated answer may still come. */
export class InFlightProbe implements Probe {
  /** The host that was asked. */
  readonly target: Target;
  /** Index within its target, from 0. */
  readonly index: number;
  /** The question. */
  readonly message: ProbeMessage;
  /** Time to live that was set for this probe. */
  readonly ttl: number | undefined;
  /** ICMP identifier. */
  readonly identifier: number;
  /** ICMP sequence number. */
  readonly sequence: number;
  /** 32 bits that an answer repeats; known when the probe was sent. */
  token: number;
  /** Key to the probe's transmit stamps. */
  readonly key: number;
  /** Number among the probes to its address, from 0. */
  readonly ordinal: number;
  /** How long it waits for its answer, in nanoseconds. */
  readonly timeoutNs: number;
  /** The moment from which its delays count. */
  sentAt: Instant;
  /** When this machine's own queue took it. */
  queuedAt: Instant | undefined = undefined;
  /** When the driver took it. */
  leftAt: Instant | undefined = undefined;
  /** CLOCK_MONOTONIC, on the scale of `sentAt`, at which it counts as timed out; Infinity until it was sent. */
  deadlineNs: number = Infinity;
  /** Its originate timestamp is early on purpose; known when the probe was written. */
  isEarly = false;
  /** Where it stands. */
  state: ProbeState = "pending";
  /** Answers seen, late and repeated ones included. */
  replies = 0;
  /** The table remembers an earlier probe to this address that had the same sequence number. */
  reusedSequence = false;
  /** The next younger probe in the table. */
  younger: InFlightProbe | null = null;

  /** Makes a probe that is about to be handed to the kernel. */
  constructor(fields: ProbeInit) {
    this.target = fields.target;
    this.index = fields.index;
    this.message = fields.message;
    this.ttl = fields.ttl;
    this.identifier = fields.identifier;
    this.sequence = fields.sequence;
    this.token = fields.token;
    this.key = fields.key;
    this.ordinal = fields.ordinal;
    this.timeoutNs = fields.timeoutNs;
    this.sentAt = fields.sentAt;
  }

  /** How long it waited in this machine's own queue, in nanoseconds. */
  get queueNs(): number | undefined {
    const { queuedAt, leftAt } = this;
    if (queuedAt === undefined || leftAt === undefined) return undefined;
    return Math.max(0, elapsedNs(queuedAt, leftAt));
  }

  /** Whether its address had an earlier probe with this sequence number, remembered or not. */
  get isRepeat(): boolean {
    return this.reusedSequence || this.ordinal >= SEQUENCES;
  }
}
