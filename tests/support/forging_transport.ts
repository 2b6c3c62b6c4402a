/**
 * A network with a host that answers for others: it sees the probes that it is sent, knows the program and the
 * time, and forges replies and ICMP errors of every other target from that.
 */

import type { OutgoingDatagram, ReceivedDatagram, SendResult } from "../../src/probe/transport.ts";
import type { Instant } from "../../src/time/instant.ts";
import type { Random } from "../lab/random.ts";
import { OWN_ADDRESS, readRequest, type SimulatedRequest } from "./simulated_datagram.ts";
import { writeErrorReply, writeReply } from "./simulated_datagram.ts";
import { sealHeader, sealMessage, write16, write32 } from "../lab/octets.ts";
import { SimulatedTransport } from "./simulated_transport.ts";
import type { Network } from "./simulated_network.ts";

/** What the forger knows and does. */
export interface Forger {
  /** Its own address: it sees what is sent there. */
  readonly address: number;
  /** The address it speaks for. */
  readonly victims: readonly number[];
  /** Forgeries for each victim, for each probe that it sees. */
  readonly tries: number;
  /** Where its guesses come from. */
  readonly random: Random;
}

/** A simulated network with a forger in it. */
export class ForgingTransport extends SimulatedTransport {
  /** Datagrams forged so far. */
  forged = 0;
  readonly #forger: Forger;
  #waiting: ReceivedDatagram[] = [];

  /** Opens the network. */
  constructor(network: Network, forger: Forger) {
    super(network);
    this.#forger = forger;
  }

  /** Sends; the forger answers at once what it sees. */
  override send(datagrams: readonly OutgoingDatagram[]): SendResult[] {
    const results = super.send(datagrams);
    for (const { bytes, destination } of datagrams) {
      if (destination === this.#forger.address) this.#forge(readRequest(bytes));
    }
    return results;
  }

  /** Gives the forgeries first, then what else has arrived. */
  override receive(): ReceivedDatagram[] {
    const forged = this.#waiting;
    this.#waiting = [];
    return [...forged, ...super.receive()];
  }

  /** Moves the clock, unless forgeries are there to be read. */
  override wait(timeoutMs: number): Promise<void> {
    return this.#waiting.length > 0 ? Promise.resolve() : super.wait(timeoutMs);
  }

  #forge(seen: SimulatedRequest): void {
    const { victims, tries, random } = this.#forger;
    // After every datagram of the batch has left.
    const receivedAt = this.clock.at(this.clock.nowNs + 1e6, "kernel");
    for (const victim of victims) {
      for (let i = 0; i < tries; i++) {
        const request = this.#guess(seen, victim);
        if (random.chance(0.5)) {
          const stamp = random.chance(0.5) ? request.originateMs : 0;
          this.#arrive(writeReply(request, stamp, stamp), victim, receivedAt);
          continue;
        }
        const error = {
          type: random.pick([3, 11, 12]),
          code: random.pick([0, 1]),
          quoteBytes: random.pick([8, 12, 20]),
        };
        const bytes = writeErrorReply(request, error, victim);
        // The quoted checksum: as the guess has it, or none at all.
        if (random.chance(0.3)) {
          write16(bytes, 50, 0);
          sealMessage(bytes, 20, bytes.length);
        }
        this.#arrive(bytes, victim, receivedAt);
      }
    }
  }

  /** The request that the victim may have been sent, as far as the forger can know. */
  #guess(seen: SimulatedRequest, victim: number): SimulatedRequest {
    const { random } = this.#forger;
    const bytes = seen.bytes.slice();
    const start = seen.start;
    const identifier = random.chance(0.5) ? seen.identifier : random.below(65_536);
    const near = (seen.sequence + random.between(-3, 3)) & 0xffff;
    const sequence = random.chance(0.5) ? near : random.below(65_536);
    write32(bytes, 12, OWN_ADDRESS);
    write32(bytes, 16, victim);
    write16(bytes, start + 4, identifier);
    write16(bytes, start + 6, sequence);
    sealMessage(bytes, start, bytes.length);
    sealHeader(bytes, bytes.length);
    return { ...seen, bytes, destination: victim, identifier, sequence };
  }

  #arrive(bytes: Uint8Array, source: number, receivedAt: Instant): void {
    this.forged++;
    this.#waiting.push({ bytes, source, receivedAt, truncated: false });
  }
}
