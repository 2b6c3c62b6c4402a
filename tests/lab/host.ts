/** The hosts of the block: which behaviour each has, and what it remembers. */

import { parseBlock, parseDotted } from "./address.ts";
import { type DelaySource, openDelay, resolveQuantity } from "./delay.ts";
import { type LossSource, openLoss } from "./loss.ts";
import { mix, Random } from "./random.ts";
import { RemoteClock } from "./remote_clock.ts";
import type { HostBehaviour, Rule, Scenario } from "./scenario.ts";

const DEFAULT_TTL = 64;

/** One address and all its state. */
export class Host {
  /** The address as a number. */
  readonly address: number;
  /** What it does. */
  readonly behaviour: HostBehaviour;
  /** The address minus the block's first. */
  readonly index: number;
  /** The random numbers of the host's current request. */
  readonly random: Random;
  /** Delays from us to it. */
  readonly out: DelaySource;
  /** Delays between its receive and transmit stamps. */
  readonly processing: DelaySource;
  /** Delays from it to us. */
  readonly back: DelaySource;
  /** Times between copies of a reply. */
  readonly duplicateGap: DelaySource;
  /** What is lost. */
  readonly loss: LossSource;
  /** Its clock. */
  readonly clock: RemoteClock;
  /** TTL that packets from there have when they reach us. */
  readonly ttl: number;
  /** Routers on the way, the nearest first. */
  readonly hops: readonly number[];
  /** Who sends the errors about requests to it. */
  readonly errorSource: number;
  /** The latest moment at which a reply in order leaves. */
  latestDueNs = 0;
  /** Tokens in the bucket. */
  tokens: number;
  /** When the tokens were counted. */
  countedAtNs: number;
  #identification: number;
  readonly #seed: number;
  #requests = 0;

  /** The host at `address`, first asked at `firstNs`. */
  constructor(
    address: number,
    index: number,
    behaviour: HostBehaviour,
    seed: number,
    firstNs: number,
    baseUnixMs: number,
  ) {
    this.address = address;
    this.index = index;
    this.behaviour = behaviour;
    this.#seed = mix(seed, address);
    this.random = new Random(this.#seed, 0);
    this.out = openDelay(behaviour.out, index);
    this.processing = openDelay(behaviour.processing, index);
    this.back = openDelay(behaviour.back, index);
    this.duplicateGap = openDelay(behaviour.duplicate?.gap, index);
    this.loss = openLoss(behaviour.loss);
    this.clock = new RemoteClock(behaviour, index, firstNs, baseUnixMs);
    this.hops = (behaviour.hops ?? []).map(parseDotted);
    this.errorSource = behaviour.error?.from === undefined
      ? address
      : parseDotted(behaviour.error.from);
    this.ttl = resolveQuantity(behaviour.ttl ?? DEFAULT_TTL - this.hops.length, index);
    this.tokens = behaviour.rateLimit?.burst ?? 0;
    this.countedAtNs = firstNs;
    this.#identification = mix(seed, address) & 0xffff;
  }

  /** Starts the random numbers of this host's next request. */
  beginRequest(): void {
    this.random.restart(this.#seed, ++this.#requests);
  }

  /** The IPv4 identification of this host's next packet. */
  nextIdentification(): number {
    this.#identification = (this.#identification + 1) & 0xffff;
    return this.#identification;
  }

  /** Takes a token for a reply at `atNs`; false when the bucket is empty. */
  takeToken(atNs: number): boolean {
    const limit = this.behaviour.rateLimit;
    if (limit === undefined) return true;
    const gained = Math.max(0, atNs - this.countedAtNs) * 1e-9 * limit.perSecond;
    this.tokens = Math.min(limit.burst, this.tokens + gained);
    this.countedAtNs = Math.max(this.countedAtNs, atNs);
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}

interface PreparedRule {
  readonly first: number;
  readonly end: number;
  readonly rule: Rule;
}

/** All hosts of a block, made when first asked. */
export class HostTable {
  readonly #scenario: Scenario;
  readonly #first: number;
  readonly #size: number;
  readonly #seed: number;
  readonly #baseUnixMs: number;
  readonly #rules: readonly PreparedRule[];
  readonly #overrides = new Map<number, HostBehaviour>();
  readonly #hosts = new Map<number, Host>();

  /** The hosts of `block` (`a.b.c.d/n`) under a scenario. */
  constructor(scenario: Scenario, block: string, baseUnixMs: number) {
    const range = parseBlock(block);
    if (range === undefined) throw new RangeError(`Cannot answer for ${block}: want a.b.c.d/n`);
    this.#scenario = scenario;
    this.#first = range.first;
    this.#size = range.size;
    this.#seed = scenario.seed ?? 1;
    this.#baseUnixMs = baseUnixMs;
    this.#rules = (scenario.rules ?? []).map((rule) => {
      const covered = parseBlock(rule.block ?? "0.0.0.0/0") ?? { first: 0, size: 0 };
      return { first: covered.first, end: covered.first + covered.size, rule };
    });
    for (const [address, behaviour] of Object.entries(scenario.hosts ?? {})) {
      this.#overrides.set(parseDotted(address), behaviour);
    }
  }

  /** The host at an address, made now if this is its first request; undefined outside the block. */
  find(address: number, nowNs: number): Host | undefined {
    const known = this.#hosts.get(address);
    if (known !== undefined) return known;
    const index = address - this.#first;
    if (index < 0 || index >= this.#size) return undefined;
    const behaviour = this.behaviourOf(address);
    const host = new Host(address, index, behaviour, this.#seed, nowNs, this.#baseUnixMs);
    this.#hosts.set(address, host);
    return host;
  }

  /** What an address does: defaults, then rules in order, then its own entry. */
  behaviourOf(address: number): HostBehaviour {
    const index = address - this.#first;
    let behaviour: HostBehaviour = this.#scenario.defaults ?? {};
    this.#rules.forEach(({ first, end, rule }, number) => {
      const { every, share } = rule;
      if (address < first || address >= end) return;
      if (every !== undefined && index % every.modulus !== every.remainder) return;
      if (share !== undefined && mix(mix(this.#seed, number), address) / 2 ** 32 >= share) return;
      behaviour = { ...behaviour, ...rule.behaviour };
    });
    const own = this.#overrides.get(address);
    return own === undefined ? behaviour : { ...behaviour, ...own };
  }
}
