/** A lab without device, thread or clock: requests in at told times, packets and log out. */

import { parseDotted } from "../../lab/address.ts";
import { DepartureQueue } from "../../lab/departure_queue.ts";
import { Journal } from "../../lab/journal.ts";
import { type LabLog, parseLog } from "../../lab/log.ts";
import {
  checksum,
  headerLength,
  Icmp,
  IP_OPTIONS,
  spoilMessage,
  write16,
  write32,
} from "../../lab/octets.ts";
import { Request, writeHeader } from "../../lab/packet.ts";
import type { Scenario } from "../../lab/scenario.ts";
import { parseScenario } from "../../lab/scenario_file.ts";
import { Responder } from "../../lab/responder.ts";

/** 2026-11-22 00:00 UT. */
export const BASE_UNIX_MS = 1_795_305_600_000;
export const BLOCK = "198.18.0.0/16";
export const OWN_ADDRESS = "192.0.2.1";

/** One request of a test; a right timestamp request to 198.18.0.1 by default otherwise. */
export interface Asked {
  readonly to?: string;
  readonly atNs?: number;
  readonly type?: number;
  readonly identifier?: number;
  readonly sequence?: number;
  readonly originateMs?: number;
  readonly ttl?: number;
  readonly options?: readonly number[];
  readonly spoilChecksum?: boolean;
}

/** One packet that left. */
export interface Left {
  readonly bytes: Uint8Array;
  readonly dueNs: number;
}

/** Writes a request's datagram. */
export function requestBytes(asked: Asked): Uint8Array {
  const options = asked.options ?? [];
  const start = IP_OPTIONS + options.length;
  const bytes = new Uint8Array(start + 20);
  bytes.set(options, IP_OPTIONS);
  bytes[start] = asked.type ?? 13;
  write16(bytes, start + Icmp.identifier, asked.identifier ?? 7);
  write16(bytes, start + Icmp.sequence, asked.sequence ?? 1);
  write32(bytes, start + Icmp.originate, asked.originateMs ?? 1_000_000);
  write16(bytes, start + Icmp.checksum, checksum(bytes, start, bytes.length));
  if (asked.spoilChecksum === true) spoilMessage(bytes, start);
  const to = parseDotted(asked.to ?? "198.18.0.1");
  writeHeader(bytes, start, bytes.length, 0, 99, asked.ttl ?? 64, parseDotted(OWN_ADDRESS), to);
  return bytes;
}

/** Plays a scenario: each packet leaves exactly when due. */
export function play(
  scenario: Scenario,
  requests: readonly Asked[],
): { log: LabLog; left: Left[] } {
  const checked = parseScenario(JSON.stringify(scenario));
  const queue = new DepartureQueue();
  const journal = new Journal(true, false);
  const responder = new Responder(checked, BLOCK, BASE_UNIX_MS, queue, journal);
  const request = new Request();
  const left: Left[] = [];
  const depart = (untilNs: number) => {
    while (queue.nextDueNs <= untilNs) {
      const departure = queue.pop();
      if (departure === undefined) return;
      const { dueNs, lengthBytes } = departure;
      left.push({ bytes: departure.bytes.slice(0, lengthBytes), dueNs });
      journal.addDeparture(departure, dueNs, dueNs);
      queue.release(departure);
    }
  };
  requests.forEach((asked, i) => {
    const atNs = asked.atNs ?? i * 1e7;
    depart(atNs);
    const bytes = requestBytes(asked);
    if (request.parse(bytes, bytes.length)) responder.answer(request, atNs);
  });
  depart(Infinity);
  let text = JSON.stringify({ type: "run", base_unix_ms: BASE_UNIX_MS }) + "\n";
  journal.flush((lines) => text += lines);
  return { log: parseLog(text), left };
}

/** Many like requests, 10 ms apart, numbered from 0. */
export function many(count: number, asked: Asked = {}): Asked[] {
  return Array.from({ length: count }, (_, sequence) => ({ sequence, ...asked }));
}

/** True when a datagram's length and both its checksums are right. */
export function isSound(bytes: Uint8Array): boolean {
  const start = headerLength(bytes);
  return (((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)) === bytes.length &&
    checksum(bytes, 0, start) === 0 && checksum(bytes, start, bytes.length) === 0;
}
