/** What an answer of a host shows of the path to it. */

import type { ReplyDetail } from "../../probe/outcome.ts";

/** An answer, in time or late. */
export interface Answer {
  /** Round-trip time, nanoseconds. */
  readonly rttNs: number;
  /** Time to live with which it arrived. */
  readonly ttl: number;
  /** Whether the IP Timestamp option of the answer holds times. */
  readonly hasOptionTime: boolean;
}

/** Times to live that hosts start with. */
const USUAL_TTLS: readonly number[] = [32, 64, 128, 255];

/** What a reply shows. */
export function describeReply({ rttNs, header, stamps }: ReplyDetail): Answer {
  return { rttNs, ttl: header.ttl, hasOptionTime: stamps !== undefined };
}

/** Hops to a host whose answer arrived with a time to live of 0 to 255, where it started with the nearest usual one. */
export function likelyDistance(ttl: number): number {
  return (USUAL_TTLS.find((usual) => usual >= ttl) as number) - ttl + 1;
}
