/**
 * Ends each probe once, and holds the replies that cannot end it yet.
 *
 * A reply without its probe's token does not settle it: a better one may follow. It is held until
 * then, or until the probe's deadline, and is the answer if no other came
 * (docs/decisions/2026-11-27-replies-without-our-originate.md). So is a reply that comes while its probe seems to wait
 * in this machine's own queue: a later stamp of the driver shows that it is none.
 */

import type { ProbeTable } from "./in_flight_table.ts";
import type { ProbeListener, ProbeOutcome, ReplyDetail } from "./outcome.ts";
import type { InFlightProbe } from "./probe.ts";
import type { ProbeMatcher, ReplyProof } from "./probe_matcher.ts";
import type { TransmitTimestamps } from "./transmit_timestamps.ts";
import type { ReceivedDatagram } from "./transport.ts";

/** A reply that waits for a better one. */
export interface HeldReply {
  /** A copy of the datagram. */
  readonly received: ReceivedDatagram;
  /** What it is to its probe. */
  readonly proof: ReplyProof;
}

/** Describes a reply that was held; undefined when it turns out that it came before its probe had left. */
export type HeldReplyReader = (held: HeldReply, probe: InFlightProbe) => ReplyDetail | undefined;

/** Settles the probes of one run. */
export class Settlement {
  readonly #table: ProbeTable;
  readonly #matcher: ProbeMatcher;
  readonly #stamps: TransmitTimestamps;
  readonly #listener: ProbeListener;
  readonly #readHeld: HeldReplyReader;
  /** Pending probes that have a doubtful answer. */
  readonly #held = new Map<InFlightProbe, HeldReply>();

  /** Settles the probes of `table`, and reports to `listener`. */
  constructor(
    table: ProbeTable,
    matcher: ProbeMatcher,
    stamps: TransmitTimestamps,
    listener: ProbeListener,
    readHeld: HeldReplyReader,
  ) {
    this.#table = table;
    this.#matcher = matcher;
    this.#stamps = stamps;
    this.#listener = listener;
    this.#readHeld = readHeld;
  }

  /** Whether a doubtful reply to that probe is held. */
  holds(probe: InFlightProbe): boolean {
    return this.#held.has(probe);
  }

  /** Keeps a copy of a doubtful reply to a pending probe. */
  hold(probe: InFlightProbe, received: ReceivedDatagram, proof: ReplyProof): void {
    this.#held.set(probe, { received: { ...received, bytes: received.bytes.slice() }, proof });
  }

  /** Settles a pending probe with its answer. */
  reply(probe: InFlightProbe, reply: ReplyDetail): void {
    this.#table.settle(probe, "reply");
    this.#listener.outcome({ kind: "reply", probe, reply });
    this.#release(probe, "duplicate");
  }

  /** Settles a pending probe with an ICMP error. */
  icmpError(
    probe: InFlightProbe,
    error: Omit<Extract<ProbeOutcome, { kind: "icmpError" }>, "kind" | "probe">,
  ): void {
    this.#table.settle(probe, "icmpError");
    this.#listener.outcome({ kind: "icmpError", probe, ...error });
    this.#release(probe, "afterError");
  }

  /** The time of a probe is over: a reply that was held is its answer, and its host changes originate stamps. */
  expire(probe: InFlightProbe): void {
    const isDoubtful = this.#held.get(probe)?.proof === "doubtful";
    const reply = this.#take(probe);
    if (reply === undefined) {
      this.#table.settle(probe, "timedOut");
      this.#listener.outcome(this.#stamps.timedOut(probe));
      return;
    }
    this.reply(probe, reply);
    if (!isDoubtful) return;
    this.#matcher.learn(probe, true);
    for (const [other, { proof }] of this.#held) {
      if (other.target === probe.target && proof === "doubtful") this.#accept(other);
    }
  }

  /** The run ends before the deadlines of some probes: what is held is their answer. */
  finish(): void {
    for (const probe of this.#held.keys()) this.#accept(probe);
  }

  #accept(probe: InFlightProbe): void {
    const reply = this.#take(probe);
    if (reply !== undefined) this.reply(probe, reply);
  }

  #release(probe: InFlightProbe, kind: "duplicate" | "afterError"): void {
    const reply = this.#take(probe);
    if (reply !== undefined) this.#listener.extra({ kind, probe, reply });
  }

  #take(probe: InFlightProbe): ReplyDetail | undefined {
    const held = this.#held.get(probe);
    if (held === undefined) return undefined;
    this.#held.delete(probe);
    return this.#readHeld(held, probe);
  }
}
