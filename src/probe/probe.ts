/** One question and its state. */

import { elapsedNs } from "../measurement/timestamp.ts";
import type { Target } from "../targets/target.ts";
import type { Instant } from "../time/instant.ts";

/** Sequence numbers there are: a probe with a number from here on uses one that was used before. */
export const SEQUENCES = 65_536;

/** Where a probe stands. `awaiting` is the only state that can still become another. */
export type ProbeState = "pending" | "reply" | "icmpError" | "timedOut";

/** One request on its way, or answered, for as long as a late or doubled answer may still come. */
export class Probe {
  /** The host that was asked. */
  readonly target: Target;
  /** Number of this probe among those of its target, from 0; it does not wrap. */
  readonly index: number;
  /** ICMP identifier on the wire, 0..65535. */
  readonly identifier: number;
  /** ICMP sequence number on the wire, 0..65535. */
  readonly sequence: number;
  /** Originate stamp on the wire (timestamp), or the cookie carried in the payload (echo). */
  readonly originateMs: number;
  /** Transmit-stamp key, an unsigned 32-bit number. */
  readonly key: number;
  /**
   * The moment from which its delays count: when the driver took it, or the queue (`stampAt`). A user stamp, read just
   * before the system call, until the kernel's is known.
   */
  sentAt: Instant;
  /** When this machine's own queue took it; undefined until the kernel's stamp is known. */
  queuedAt: Instant | undefined = undefined;
  /** When the driver took it; undefined until the kernel's stamp is known. */
  leftAt: Instant | undefined = undefined;
  /** CLOCK_MONOTONIC, on the scale of `sentAt`, at which it counts as timed out. */
  deadlineNs: number;
  /** Where it stands. */
  state: ProbeState = "pending";
  /** Answers seen, late and doubled ones included. */
  replies = 0;
  /** The sequence number was in use by an earlier probe of this target that is still remembered. */
  reusedSequence = false;
  /** The next younger probe in the table. */
  younger: Probe | null = null;

  /** Makes a probe that has just been handed to the kernel. */
  constructor(
    target: Target,
    index: number,
    identifier: number,
    sequence: number,
    originateMs: number,
    key: number,
    sentAt: Instant,
    deadlineNs: number,
  ) {
    this.target = target;
    this.index = index;
    this.identifier = identifier;
    this.sequence = sequence;
    this.originateMs = originateMs;
    this.key = key;
    this.sentAt = sentAt;
    this.deadlineNs = deadlineNs;
  }

  /** How long it waited in this machine's own queue, in nanoseconds; undefined where the kernel does not say. */
  get queueNs(): number | undefined {
    const { queuedAt, leftAt } = this;
    if (queuedAt === undefined || leftAt === undefined) return undefined;
    return Math.max(0, elapsedNs(queuedAt, leftAt));
  }
}
