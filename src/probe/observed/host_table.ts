/**
 * The hosts of a capture, each apart for every client that asks it.
 *
 * A scan may ask millions. Beyond {@linkcode MAX_HOSTS} those that were silent longest leave; one that is asked again later
 * is counted from the beginning.
 */

import { formatAddress } from "../../packet/mod.ts";
import { PointVote } from "./capture_point.ts";
import { ChainTable, hashOf } from "./chain_table.ts";
import type { ObservedHost } from "./observed_probe.ts";

/** Hosts that are followed at the same time, unless more of them have remembered probes. */
export const MAX_HOSTS = 1 << 15;

/** Called when a host is first seen, and when it is forgotten. */
export interface HostListener {
  /** A client asks a host for the first time. */
  join(host: ObservedHost): void;
  /** A host is forgotten; its place may be given to another one. */
  leave(host: ObservedHost): void;
}

/** Hosts by client and address. */
export class HostTable {
  readonly #hosts = new ChainTable<ObservedHost>();
  readonly #listener: HostListener;
  readonly #free: number[] = [];
  readonly #maxHosts: number;
  #limit: number;
  #slots = 0;

  /** Reports who comes and goes. */
  constructor(listener: HostListener, maxHosts: number = MAX_HOSTS) {
    this.#listener = listener;
    this.#maxHosts = maxHosts;
    this.#limit = maxHosts;
  }

  /** A host as that client asks it. */
  of(client: number, address: number, nowNs: number): ObservedHost {
    const hash = hashOf(client, address, 0);
    let host = this.#hosts.chain(hash);
    while (host !== undefined && (host.target.address !== address || host.client !== client)) {
      host = host.older;
    }
    if (host === undefined) {
      host = this.#add(client, address, hash, nowNs);
      if (this.#hosts.size > this.#limit) this.#makeRoom(host);
    }
    host.seenNs = nowNs;
    return host;
  }

  #add(client: number, address: number, hash: number, nowNs: number): ObservedHost {
    const index = this.#free.pop() ?? this.#slots++;
    const target = { index, label: formatAddress(address), address, client };
    const host: ObservedHost = {
      ...{ target, client, requests: 0, remembered: 0 },
      ...{ seenNs: nowNs, vote: new PointVote() },
      ...{ hash, older: undefined, newer: undefined },
    };
    this.#hosts.add(host);
    this.#listener.join(host);
    return host;
  }

  /** Forgets those that were silent longest, but for half of the limit, and those whose probes may still be answered. */
  #makeRoom(newest: ObservedHost): void {
    const idle = [...this.#hosts.entries()]
      .filter((host) => host.remembered === 0 && host !== newest)
      .sort((one, other) => one.seenNs - other.seenNs);
    for (const host of idle.slice(0, this.#hosts.size - (this.#maxHosts >>> 1))) this.#remove(host);
    // While all are in use, the next search waits: it costs time for each host.
    this.#limit = Math.max(this.#maxHosts, this.#hosts.size * 1.25);
  }

  #remove(host: ObservedHost): void {
    this.#hosts.remove(host);
    this.#listener.leave(host);
    this.#free.push(host.target.index);
  }
}
