/**
 * Every probe of a trace by its numbers, and who sent ICMP errors that were not so.
 *
 * A router sees the probes that pass through it, and can report any of them as ended while it goes on. The answer that
 * comes after such an error takes it back, and its sender is named. So is a host that sends errors about probes with our
 * identifier and sequence numbers that no probe has: they are keyed and scattered (src/probe/scatter.ts), so that who has
 * seen some cannot name others.
 */

import { type IcmpErrorMessage, isFinalErrorType } from "../../packet/mod.ts";
import type { ReplyMessage } from "../../probe/message/message.ts";
import type { StrayDatagram } from "../../probe/outcome.ts";
import type { Probe } from "../../probe/probe.ts";

/** A probe that was sent, and the error that ended it. */
export interface LedgerEntry {
  /** The probe as it was sent, with its time to live. */
  readonly probe: Probe;
  /** Sender of the ICMP error that ended it; undefined without one. */
  reporter: number | undefined;
  /** The host has answered it. */
  isAnswered: boolean;
}

/** Hosts that are named, at most: one can send from many addresses. */
const MAX_NAMED = 8;

/** The probes to one host. */
export class TraceLedger {
  /** Hosts that sent errors which were not so, unsigned 32-bit numbers. */
  readonly forgers: Set<number> = new Set();
  /** Hosts that answered in the place of the one that was asked. */
  readonly others: Set<number> = new Set();
  readonly #address: number;
  readonly #entries = new Map<number, LedgerEntry>();
  #identifier: number | undefined;
  /** Reporters that were first with an error which another host sent as well, and the times to live. */
  readonly #contradicted = new Map<number, Set<number>>();

  /** Keeps the probes to `address`. */
  constructor(address: number) {
    this.#address = address;
  }

  /** A probe has left. */
  add(probe: Probe): void {
    this.#identifier = probe.identifier;
    this.#entries.set(probe.sequence, { probe, reporter: undefined, isAnswered: false });
  }

  /** What is known of a probe. */
  find({ sequence }: Pick<Probe, "sequence">): LedgerEntry | undefined {
    return this.#entries.get(sequence);
  }

  /** An answer came after an ICMP error: the error was not so. Returns its sender. */
  retract(probe: Probe): number | undefined {
    const reporter = this.find(probe)?.reporter;
    if (reporter !== undefined && reporter !== this.#address) this.#name(this.forgers, reporter);
    return reporter;
  }

  /**
   * Something that the prober could not match. Returns the probe that an ICMP error is about, where that had timed out or was
   * ended by an error that was not so; or that the host answers after the part of the trace which sent it was over.
   */
  stray({ source, datagram }: StrayDatagram): LedgerEntry | undefined {
    const message = datagram?.message;
    if (message?.kind === "error") return this.#error(message, source);
    return message?.kind === "echo-reply" || message?.kind === "timestamp-reply"
      ? this.#reply(message, source)
      : undefined;
  }

  #error(error: IcmpErrorMessage, source: number): LedgerEntry | undefined {
    const { quote, checksumOk } = error;
    if (!quote.ok || !checksumOk || quote.value.header.destination !== this.#address) return;
    const { icmp } = quote.value;
    if (icmp === undefined || icmp.identifier !== this.#identifier) return undefined;
    const entry = this.#entries.get(icmp.sequence);
    if (entry === undefined || entry.probe.message.requestType !== icmp.type) {
      this.#name(this.forgers, source);
      return undefined;
    }
    if (!isFinalErrorType(error.type)) return undefined;
    if (entry.isAnswered) {
      if (source !== this.#address) this.#name(this.forgers, source);
      return undefined;
    }
    const { reporter } = entry;
    if (reporter !== undefined && reporter !== source) this.#contradict(reporter, entry.probe);
    return reporter === undefined || this.forgers.has(reporter) ? entry : undefined;
  }

  /** Another host reports the same probe. No router is in two places: the one that is first for several is wrong. */
  #contradict(reporter: number, { ttl = 0 }: Pick<Probe, "ttl">): void {
    const ttls = this.#contradicted.get(reporter) ?? new Set();
    if (ttls.size === 0 && this.#contradicted.size >= MAX_NAMED) return;
    this.#contradicted.set(reporter, ttls.add(ttl));
    if (ttls.size > 1) this.#name(this.forgers, reporter);
  }

  #reply(message: ReplyMessage, source: number): LedgerEntry | undefined {
    const entry = this.#entries.get(message.sequence);
    if (entry === undefined || message.identifier !== this.#identifier) return undefined;
    const { message: asked, token } = entry.probe;
    if (!message.checksumOk || !asked.isAnswer(message)) return undefined;
    if (!asked.hasToken || !asked.repeatsToken(message, token)) return undefined;
    if (source === this.#address) return entry.isAnswered ? undefined : entry;
    this.#name(this.others, source);
    return undefined;
  }

  #name(names: Set<number>, address: number): void {
    if (names.size < MAX_NAMED) names.add(address);
  }
}
