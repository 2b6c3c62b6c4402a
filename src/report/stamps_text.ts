/** The four stamps of one probe as UTC clock times and raw values. */

import {
  formatTimeOfDay,
  type Instant,
  isStandardStamp,
  msOfDay,
  wholeMsOfDay,
} from "../time/mod.ts";

/** Stamps as they stand in a reply, raw unsigned 32-bit numbers. */
export interface RawReplyStamps {
  /** When the request left, by its sender's own word. */
  readonly originateMs: number;
  /** When the request arrived, by the host's clock. */
  readonly receiveMs: number;
  /** When the reply left, by the host's clock. */
  readonly transmitMs: number;
}

/** `originate 11:51:34.656 (42694656)  receive …` and `transmit …  arrival …`; a value that is no time of day stays raw. */
export function formatStamps(stamps: RawReplyStamps, receivedAt: Instant): [string, string] {
  const arrival = msOfDay(receivedAt.realtimeNs);
  return [
    `originate ${formatStamp(stamps.originateMs)}  receive ${formatStamp(stamps.receiveMs)}`,
    `transmit ${formatStamp(stamps.transmitMs)}  ` +
    `arrival ${formatTimeOfDay(arrival)} (${wholeMsOfDay(receivedAt.realtimeNs)})`,
  ];
}

function formatStamp(ms: number): string {
  return isStandardStamp(ms) ? `${formatTimeOfDay(ms)} (${ms})` : `0x${ms.toString(16)} (${ms})`;
}
