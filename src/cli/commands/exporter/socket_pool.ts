/**
 * Sockets that outlast a run: root is given up before the first scrape, so that a reloaded configuration, and each request to
 * /probe, must do with the sockets that are open.
 */

import type { Transport } from "../../../probe/transport.ts";
import type { RunMachine, TransportOptions } from "../../../run/machine.ts";
import { yieldingTransport } from "./yielding_transport.ts";

/** An idle socket receives replies with this identifier alone: next to nothing. */
const IDLE_IDENTIFIERS = [0];

/** Most reads of a socket that comes to rest: a flood must not hold the program up. */
const MAX_READS = 1000;

/** Opens sockets, lends them and takes them back. */
export class SocketPool {
  readonly #open: RunMachine["openTransport"];
  readonly #onTrouble: (error: Error) => void;
  readonly #idle = new Map<string, Transport[]>();

  /** Opens sockets with `open`; `onTrouble` is called for failures that their runs survive. */
  constructor(open: RunMachine["openTransport"], onTrouble: (error: Error) => void) {
    this.#open = open;
    this.#onTrouble = onTrouble;
  }

  /**
   * Has `count` idle sockets of this kind at least.
   *
   * @throws {Error} The system refuses one.
   */
  async reserve(options: TransportOptions, count: number): Promise<void> {
    const idle = this.#of(options);
    while (idle.length < count) idle.push(rest(await this.#openOne(options)));
  }

  /**
   * Lends an idle socket, or a new one.
   *
   * @throws {Error} None is idle, and the system refuses a new one.
   */
  async take(options: TransportOptions): Promise<Transport> {
    return this.#of(options).pop() ?? await this.#openOne(options);
  }

  /** Lends an idle socket; undefined where none is. */
  takeIdle(options: TransportOptions): Transport | undefined {
    return this.#of(options).pop();
  }

  /** Takes a socket back, whose run is over. */
  giveBack(options: TransportOptions, transport: Transport): void {
    this.#of(options).push(rest(transport));
  }

  /** Closes the idle sockets. */
  close(): void {
    for (const transports of this.#idle.values()) {
      for (const transport of transports.splice(0)) transport.close();
    }
  }

  #of(options: TransportOptions): Transport[] {
    const { interfaceName, sourceAddress, mark, icmpTypes, datagramBytes } = options;
    // What a socket cannot change once it is open.
    const key = JSON.stringify([interfaceName, sourceAddress, mark, icmpTypes, datagramBytes]);
    const found = this.#idle.get(key) ?? [];
    this.#idle.set(key, found);
    return found;
  }

  async #openOne(options: TransportOptions): Promise<Transport> {
    return yieldingTransport(await this.#open({ ...options, onTrouble: this.#onTrouble }));
  }
}

/** What is on its way to the last run is of no use to the next. */
function rest(transport: Transport): Transport {
  transport.keepIdentifiers?.(IDLE_IDENTIFIERS);
  // Where more comes than can be read, the next run has to distinguish it itself.
  for (let reads = 0; reads < MAX_READS && transport.receive().length > 0; reads++);
  for (let reads = 0; reads < MAX_READS && transport.receiveTransmitStamps().length > 0; reads++);
  return transport;
}
