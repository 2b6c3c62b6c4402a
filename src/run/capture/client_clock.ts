/**
 * What a capture shows of the clock of a client whose requests it did not see leave.
 *
 * A timestamp request carries the time of its client, cut to the millisecond, when it was made; it passed the place of capture
 * later. So the client's clock minus that of the capture is at least the difference of the two, at every request. Nothing
 * that comes by says when a reply reaches the client, so there is no upper bound.
 */

import { foldMs, msOfDay } from "../../time/day.ts";

/** Originate timestamps that vary by more against time show no clock: they are constant, random or of another unit. */
const MAX_SPREAD_MS = 60_000;
/** Fewer requests may agree by chance. */
const MIN_REQUESTS = 3;

/** Follows the originate timestamps of one client. */
export class ClientClock {
  #requests = 0;
  #leastMs = Infinity;
  #mostMs = -Infinity;

  /** Takes a request that was captured at `realtimeNs` since a midnight. */
  add(originateMs: number, realtimeNs: number): void {
    const aheadMs = foldMs(originateMs - msOfDay(realtimeNs));
    this.#requests++;
    this.#leastMs = Math.min(this.#leastMs, aheadMs);
    this.#mostMs = Math.max(this.#mostMs, aheadMs);
  }

  /** It has sent requests with a timestamp. */
  get hasRequests(): boolean {
    return this.#requests > 0;
  }

  /** The client's clock is ahead of the capture's by at least this; undefined where its timestamps show no clock. */
  get lowerMs(): number | undefined {
    const isClock = this.#requests >= MIN_REQUESTS &&
      this.#mostMs - this.#leastMs <= MAX_SPREAD_MS;
    return isClock ? this.#mostMs : undefined;
  }
}

/** The clocks of the clients whose hosts are followed: of a scan by ever new clients no more are kept than hosts are. */
export class ClientClocks {
  readonly #clients = new Map<number, { readonly clock: ClientClock; hosts: number }>();

  /** Number of clients. */
  get size(): number {
    return this.#clients.size;
  }

  /** A client asks one host more. */
  join(client: number): void {
    const known = this.#clients.get(client);
    if (known === undefined) this.#clients.set(client, { clock: new ClientClock(), hosts: 1 });
    else known.hosts++;
  }

  /** A host that a client has asked is forgotten; with the last one the client is. */
  leave(client: number): void {
    const known = this.#clients.get(client);
    if (known !== undefined && --known.hosts === 0) this.#clients.delete(client);
  }

  /** Clock of a client; undefined for one that asks no host. */
  of(client: number): ClientClock | undefined {
    return this.#clients.get(client)?.clock;
  }
}
