/** Requests in hand-written octets, and a responder that answers them. */

import { AnsweredAddresses } from "../../../src/respond/address_policy.ts";
import { Responder } from "../../../src/respond/responder.ts";
import type { BehaviourChange, Scenario } from "../../../src/respond/scenario.ts";
import { parseBlock } from "../../../src/targets/block.ts";
import type { Instant } from "../../../src/time/mod.ts";
import { parseHex } from "../../support/hex.ts";

/** 2026-11-27 00:00 UT. */
export const BASE_UNIX_MS = 1_795_737_600_000;
/** 10:00:00.000 UT of that day. */
export const START_NS = 36_000_000e6;

/**
 * A timestamp request from 192.0.2.9 to 198.18.0.1 with identifier 0x1234, sequence 7 and originate 0x02255100,
 * as scapy writes it: IP(src="192.0.2.9", dst="198.18.0.1", id=1)/ICMP(type=13, id=0x1234, seq=7, ts_ori=36000000).
 */
export const TIMESTAMP_REQUEST = parseHex(`
  4500 0028 0001 0000 4001 f2b7 c000 0209 c612 0001
  0d00 8d9f 1234 0007 0225 5100 0000 0000 0000 0000`);

/** An echo request of the same hosts with the payload `abcdef`. */
export const ECHO_REQUEST = parseHex(`
  4500 0022 0001 0000 4001 f2bd c000 0209 c612 0001
  0800 bb97 1234 0007 6162 6364 6566`);

/** An instant this long after {@linkcode START_NS}; the monotonic clock starts there. */
export function at(ms: number): Instant {
  return { realtimeNs: START_NS + ms * 1e6, monotonicNs: ms * 1e6, source: "user" };
}

/** A responder for 198.18.0.0/24 that started at {@linkcode START_NS}. */
export function responderOf(
  everyHost: BehaviourChange = {},
  { rules = [], seed = 1, ratePps = Infinity }: Partial<Scenario> & { ratePps?: number } = {},
): Responder {
  const block = parseBlock("198.18.0.0/24");
  if (typeof block === "string") throw new TypeError(block);
  return new Responder({
    scenario: { seed, everyHost, rules },
    addresses: AnsweredAddresses.ofNetwork(block),
    ratePps,
    baseUnixMs: BASE_UNIX_MS,
    startedAt: at(0),
  });
}

/** The request for another host of the block, or with other octets; checksums are made right again by hand where they matter. */
export function changed(
  request: Uint8Array,
  changes: Readonly<Record<number, number>>,
): Uint8Array {
  const copy = request.slice();
  for (const [offset, octet] of Object.entries(changes)) copy[Number(offset)] = octet;
  return copy;
}
