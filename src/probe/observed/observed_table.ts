/**
 * The captured requests that may still be answered, found by client, host, identifier and sequence in constant time.
 *
 * Other programs reuse numbers as they like, so several probes may have the same: the token decides between them, then age.
 * Some {@linkcode MAX_REMEMBERED} probes are remembered, so that a capture of any size and rate takes constant memory.
 */

import type { IcmpMessage } from "../../packet/mod.ts";
import type { ProbeTable } from "../in_flight_table.ts";
import { type ReplyMessage, TOKEN_BYTES, TOKEN_START } from "../message/message.ts";
import type { InFlightProbe } from "../probe.ts";
import { ChainTable, hashOf } from "./chain_table.ts";
import { isCopy, type ObservedProbe } from "./observed_probe.ts";
import { readU32 } from "../../packet/octets.ts";

/** Probes that are remembered, unless more of them are pending. */
export const MAX_REMEMBERED = 1 << 16;
/** As many times more may be remembered where they are pending. */
const PENDING_FACTOR = 4;
/** Of those remembered one in this number may be answered: what a probe with an answer waits for is a duplicate, which comes soon. */
const ANSWERED_DIVISOR = 4;
/** Where there is no room, this share of those allowed stays. */
const KEPT_RATIO = 0.75;
/**
 * Probes of a client that are remembered with the same address and sequence number. Each packet with these numbers is compared
 * with all of them: some programs number nothing, and a capture may be made to take long.
 */
export const MAX_ALIKE = 256;

/** What the answers at hand are about. */
interface Wanted {
  readonly client: number;
  readonly message: IcmpMessage;
}

/** Probes of all clients. */
export class ObservedTable implements ProbeTable {
  /** By client, address and sequence number. */
  readonly #chains = new ChainTable<ObservedProbe>();
  readonly #rememberNs: number;
  readonly #maxRemembered: number;
  #limit: number;
  #answered = 0;
  #wanted: Wanted | undefined;
  #oldest: ObservedProbe | undefined;
  #oldestPending: ObservedProbe | undefined;
  #youngest: ObservedProbe | undefined;

  /** `rememberMs`: how long after its deadline a probe is kept. */
  constructor(rememberMs: number, maxRemembered: number = MAX_REMEMBERED) {
    this.#rememberNs = rememberMs * 1e6;
    this.#maxRemembered = maxRemembered;
    this.#limit = maxRemembered;
  }

  /** Number of probes remembered, answered ones included. */
  get size(): number {
    return this.#chains.size;
  }

  /** The client whose probes {@linkcode ObservedTable.find} looks among, and the answer or ICMP error to one of them. */
  want(client: number, message: IcmpMessage): void {
    this.#wanted = { client, message };
  }

  /**
   * Takes in a request. Deadlines never go back.
   *
   * @param giveUp receives pending probes for which there is no room any more
   */
  add(probe: ObservedProbe, giveUp: (probe: ObservedProbe) => void): void {
    const alike = this.#alike(probe);
    if (alike.count >= MAX_ALIKE && alike.oldest !== undefined) this.#drop(alike.oldest, giveUp);
    const { youngest } = alike;
    if (youngest !== undefined) {
      probe.reusedSequence = youngest.identifier === probe.identifier &&
        youngest.message.requestType === probe.message.requestType;
    }
    this.#chains.add(probe);
    probe.host.remembered++;
    probe.elder = this.#youngest;
    if (this.#youngest === undefined) this.#oldest = probe;
    else this.#youngest.younger = probe;
    this.#youngest = probe;
    this.#oldestPending ??= probe;
    if (this.#answered > this.#maxRemembered / ANSWERED_DIVISOR) this.#forgetAnswered();
    if (this.size > this.#limit) this.#makeRoom(giveUp);
  }

  /** The remembered probe of the wanted client that has these numbers: the one whose token fits, else the youngest. */
  find(address: number, sequence: number, identifier: number): ObservedProbe | undefined {
    const wanted = this.#wanted;
    if (wanted === undefined) return undefined;
    let found: ObservedProbe | undefined;
    let isFitting = false;
    const { client, message } = wanted;
    let probe = this.#chains.chain(hashOf(client, address, sequence));
    for (; probe !== undefined; probe = probe.older) {
      if (!probe.hasNumbers(client, address, sequence)) continue;
      if (probe.identifier !== identifier || !isAbout(message, probe)) continue;
      const fits = hasToken(message, probe);
      if (fits && probe.state === "pending") return probe;
      if (found === undefined || fits && !isFitting) {
        found = probe;
        isFitting = fits;
      }
    }
    return found;
  }

  /** Whether a captured request is a copy of a remembered one: all that its sender wrote is the same. */
  hasCopy(probe: ObservedProbe): boolean {
    let found = this.#chains.chain(probe.hash);
    for (; found !== undefined; found = found.older) {
      const isSame = found.token === probe.token && found.identifier === probe.identifier &&
        found.message === probe.message && found.hasNumbersOf(probe);
      if (isSame && isCopy(probe.sighting, found.sighting)) return true;
    }
    return false;
  }

  /** Ends a pending probe; does nothing to one that has ended. */
  settle(probe: InFlightProbe, state: "reply" | "icmpError" | "timedOut"): void {
    if (probe.state !== "pending") return;
    probe.state = state;
    if (state !== "timedOut") this.#answered++;
  }

  /** Has `settle` settle every probe whose deadline has passed, oldest first, and forgets the very old. */
  expire(nowNs: number, settle: (probe: ObservedProbe) => void): void {
    for (;;) {
      const probe = this.#nextPending();
      if (probe === undefined || probe.deadlineNs > nowNs) break;
      settle(probe);
      // Whatever was reported of it, it is over.
      this.settle(probe, "timedOut");
    }
    const forgetBefore = nowNs - this.#rememberNs;
    while (
      this.#oldest !== undefined && this.#oldest.state !== "pending" &&
      this.#oldest.deadlineNs <= forgetBefore
    ) this.#forget(this.#oldest);
  }

  /** The pending probes, oldest first. */
  *pendingProbes(): Generator<ObservedProbe> {
    let probe = this.#nextPending();
    for (; probe !== undefined; probe = youngerOf(probe)) {
      if (probe.state === "pending") yield probe;
    }
  }

  /**
   * Forgets the oldest: first those that are settled, which costs a duplicate its name at most, and pending ones only where
   * far too many are. Room is made for a quarter more, so that this is seldom done.
   */
  #makeRoom(giveUp: (probe: ObservedProbe) => void): void {
    const settledUntil = this.#maxRemembered * KEPT_RATIO;
    const pendingUntil = this.#maxRemembered * PENDING_FACTOR;
    let probe = this.#oldest;
    while (probe !== undefined && this.size > settledUntil) {
      const next = youngerOf(probe);
      if (probe.state !== "pending" || this.size > pendingUntil) this.#drop(probe, giveUp);
      probe = next;
    }
    this.#limit = Math.max(this.#maxRemembered, this.size * 1.25);
  }

  /** Forgets the oldest that have their answer. */
  #forgetAnswered(): void {
    const until = this.#maxRemembered / ANSWERED_DIVISOR * KEPT_RATIO;
    let probe = this.#oldest;
    while (probe !== undefined && this.#answered > until) {
      const next = youngerOf(probe);
      if (isAnswered(probe)) this.#forget(probe);
      probe = next;
    }
  }

  /** The remembered probes with the same numbers as this one. */
  #alike(probe: ObservedProbe) {
    let youngest: ObservedProbe | undefined, oldest: ObservedProbe | undefined;
    let count = 0;
    for (let each = this.#chains.chain(probe.hash); each !== undefined; each = each.older) {
      if (!each.hasNumbersOf(probe)) continue;
      count++;
      youngest ??= each;
      oldest = each;
    }
    return { count, youngest, oldest };
  }

  #drop(probe: ObservedProbe, giveUp: (probe: ObservedProbe) => void): void {
    if (probe.state === "pending") giveUp(probe);
    this.#forget(probe);
  }

  #nextPending(): ObservedProbe | undefined {
    let probe = this.#oldestPending;
    while (probe !== undefined && probe.state !== "pending") probe = youngerOf(probe);
    this.#oldestPending = probe;
    return probe;
  }

  #forget(probe: ObservedProbe): void {
    this.#chains.remove(probe);
    probe.host.remembered--;
    if (isAnswered(probe)) this.#answered--;
    const { elder } = probe;
    const next = youngerOf(probe);
    if (this.#oldestPending === probe) this.#oldestPending = next;
    if (elder === undefined) this.#oldest = next;
    else elder.younger = next ?? null;
    if (next === undefined) this.#youngest = elder;
    else next.elder = elder;
    // Who keeps this probe must not keep all that came after it.
    probe.younger = null;
    probe.elder = undefined;
  }
}

function isAnswered({ state }: ObservedProbe): boolean {
  return state === "reply" || state === "icmpError";
}

function youngerOf(probe: ObservedProbe): ObservedProbe | undefined {
  return (probe.younger as ObservedProbe | null) ?? undefined;
}

/** Whether a message can be the answer to a probe, or an ICMP error about it. */
function isAbout(message: IcmpMessage, probe: ObservedProbe): boolean {
  if (message.kind !== "error") return probe.message.isAnswer(message);
  return message.quote.ok && message.quote.value.icmp?.type === probe.message.requestType;
}

function hasToken(message: IcmpMessage, probe: ObservedProbe): boolean {
  if (message.kind !== "error") {
    return probe.message.repeatsToken(message as ReplyMessage, probe.token);
  }
  if (!message.quote.ok) return false;
  const { payload, icmp } = message.quote.value;
  if (payload.length < TOKEN_START + TOKEN_BYTES) {
    return icmp !== undefined && icmp.checksum === probe.checksum;
  }
  return readU32(payload, TOKEN_START) === probe.token;
}
