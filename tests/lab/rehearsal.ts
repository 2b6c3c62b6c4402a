/** Runs the code of the hot path until it is compiled, so that the first packets are as prompt as the rest. */

import { parseBlock } from "./address.ts";
import { ICMP_TIMESTAMP_BYTES, IP_OPTIONS } from "./octets.ts";
import { Request, writeHeader, writeTimestampRequest } from "./packet.ts";
import { DepartureQueue } from "./departure_queue.ts";
import { Journal } from "./journal.ts";
import { Responder } from "./responder.ts";
import type { Scenario } from "./scenario.ts";

const REQUESTS = 5000;
const SPACING_NS = 1000;

/** Answers made-up requests into the void; nothing of it is kept. */
export function rehearse(scenario: Scenario, block: string, baseUnixMs: number): void {
  const queue = new DepartureQueue();
  const journal = new Journal(true, false);
  const responder = new Responder(scenario, block, baseUnixMs, queue, journal);
  const request = new Request();
  const bytes = new Uint8Array(IP_OPTIONS + ICMP_TIMESTAMP_BYTES);
  const first = parseBlock(block)?.first ?? 0;
  for (let i = 0; i < REQUESTS; i++) {
    const nowNs = i * SPACING_NS;
    writeTimestampRequest(bytes, IP_OPTIONS, 1, i);
    writeHeader(bytes, IP_OPTIONS, bytes.length, 0, i, 64, 0, first + i % 2);
    if (request.parse(bytes, bytes.length)) responder.answer(request, nowNs);
    while (queue.nextDueNs <= nowNs) {
      const departure = queue.pop();
      if (departure === undefined) break;
      journal.addDeparture(departure, nowNs, nowNs);
      queue.release(departure);
    }
  }
}
