/** A request that a capture shows, as a probe: what a run knows of its own probes is read from the packet. */

import type { Target } from "../../targets/target.ts";
import { InFlightProbe, type ProbeInit } from "../probe.ts";
import type { PointVote, SeenPacket } from "./capture_point.ts";
import { type ChainEntry, hashOf } from "./chain_table.ts";

/** A host as one client asks it: replies of a host to two clients are two paths. */
export interface ObservedHost extends ChainEntry<ObservedHost> {
  /** The host; its index is free for another one once it has been forgotten. */
  readonly target: Target;
  /** Address of the client, an unsigned 32-bit number. */
  readonly client: number;
  /** Requests so far: the index of the next one. */
  requests: number;
  /** Its probes that are remembered. */
  remembered: number;
  /** When its last packet was captured, on the scale of `monotonicNs`. */
  seenNs: number;
  /** Where on its path the capture was taken. */
  readonly vote: PointVote;
}

/** A packet as the capture has it, to distinguish a copy of it from another one like it: 26 bits, as {@linkcode sight} packs them. */
export type Sighting = number;

const DIRECTIONS = [undefined, "in", "out"] as const;
const TTL_FACTOR = 4;
const IDENTIFICATION_FACTOR = 1024;

/** Packs the identification of an IPv4 header, the time to live and the direction. */
export function sight(identification: number, { ttl, direction }: SeenPacket): Sighting {
  return identification * IDENTIFICATION_FACTOR + ttl * TTL_FACTOR + DIRECTIONS.indexOf(direction);
}

/** The time to live and direction of a packet. */
export function seenAs(sighting: Sighting): SeenPacket {
  return {
    ttl: (sighting % IDENTIFICATION_FACTOR) >>> 2,
    direction: DIRECTIONS[sighting % TTL_FACTOR],
  };
}

/** Whether a packet is a copy of an earlier one: the same, as a router or a bridge hands it from link to link. */
export function isCopy(packet: Sighting, earlier: Sighting): boolean {
  return packet !== earlier &&
    Math.floor(packet / IDENTIFICATION_FACTOR) === Math.floor(earlier / IDENTIFICATION_FACTOR);
}

/** What an observed probe has beside what a run's own has. */
export interface ObservedInit extends ProbeInit {
  /** The host that was asked, and by which client. */
  readonly host: ObservedHost;
  /** Checksum of the request's ICMP message. */
  readonly checksum: number;
  /** The ICMP message as far as it was captured and is of use; undefined for a timestamp request that holds nothing else. */
  readonly octets: Uint8Array | undefined;
  /** How it was captured. */
  readonly sighting: Sighting;
}

/** A captured request. */
export class ObservedProbe extends InFlightProbe implements ChainEntry<ObservedProbe> {
  /** The host that was asked. */
  readonly host: ObservedHost;
  /** Checksum of its ICMP message. */
  readonly checksum: number;
  /** Its ICMP message: all of it, or its start; undefined for a timestamp request that holds nothing else. */
  readonly octets: Uint8Array | undefined;
  /** How it was captured. */
  readonly sighting: Sighting;
  /** How its first reply was captured. */
  replySighting: Sighting | undefined = undefined;
  /** Of its client, address and sequence number. */
  readonly hash: number;
  /** The next older probe of its chain. */
  older: ObservedProbe | undefined = undefined;
  /** The next younger probe of its chain. */
  newer: ObservedProbe | undefined = undefined;
  /** The probe that was remembered before it. */
  elder: ObservedProbe | undefined = undefined;

  /** Makes a probe from a captured request. */
  constructor(fields: ObservedInit) {
    super(fields);
    this.host = fields.host;
    this.checksum = fields.checksum;
    this.octets = fields.octets;
    this.sighting = fields.sighting;
    this.hash = hashOf(fields.host.client, fields.target.address, fields.sequence);
  }

  /** Whether the answer to another probe has the same numbers, but for the identifier. */
  hasNumbersOf({ host, target, sequence }: ObservedProbe): boolean {
    return this.hasNumbers(host.client, target.address, sequence);
  }

  /** Whether it is a client's probe with that sequence number to that address. */
  hasNumbers(client: number, address: number, sequence: number): boolean {
    return this.sequence === sequence && this.target.address === address &&
      this.host.client === client;
  }

  /** Sequence numbers of other programs mean nothing: the token alone says which request was answered. */
  override get isRepeat(): boolean {
    return this.reusedSequence;
  }
}
