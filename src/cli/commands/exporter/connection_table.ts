/** The open connections of the server: a new one takes the place of the one that has waited longest without a request. */

import type { Socket } from "node:net";
import type { ConnectionRefusal } from "../../../exporter/request_counts.ts";

/** Counts and closes connections. */
export class ConnectionTable {
  readonly #max: number;
  readonly #refused: (reason: ConnectionRefusal) => void;
  /** Whether an answer is being written, by connection, the oldest first. */
  readonly #busy = new Map<Socket, boolean>();

  /** Holds `max` connections; `refused` is called for each that is closed for another, or for want of room. */
  constructor(max: number, refused: (reason: ConnectionRefusal) => void) {
    this.#max = max;
    this.#refused = refused;
  }

  /** Open connections. */
  get size(): number {
    return this.#busy.size;
  }

  /** A new connection. */
  add(socket: Socket): void {
    socket.on("error", () => socket.destroy());
    if (this.#busy.size >= this.#max) {
      this.#refused("limit");
      const [idle] = [...this.#busy].find(([, isBusy]) => !isBusy) ?? [];
      if (idle === undefined) {
        socket.destroy();
        return;
      }
      this.#busy.delete(idle);
      idle.destroy();
    }
    this.#busy.set(socket, false);
    socket.once("close", () => this.#busy.delete(socket));
  }

  /** A connection begins or ends to be answered. */
  setBusy(socket: Socket, isBusy: boolean): void {
    // Its place moves to the end: it has just been of use.
    if (this.#busy.delete(socket) && !socket.destroyed) this.#busy.set(socket, isBusy);
  }

  /** Closes all. */
  closeAll(): void {
    for (const socket of [...this.#busy.keys()]) socket.destroy();
  }
}
