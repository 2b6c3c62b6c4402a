/** Hosts with known behaviours, written without the code under test: each answers as its kind of stack does. */

import { type HostAnswer, type HostEvidence, QUESTIONS } from "../../../src/behaviour/answer.ts";
import type { Random } from "../../lab/random.ts";

const DAY_MS = 86_400_000;

/** What a host writes into receive and transmit for its own times of arrival and departure, in Unix milliseconds. */
export type Writer = (times: {
  readonly receivedMs: number;
  readonly sentMs: number;
  readonly request: {
    readonly originate: number;
    readonly receive: number;
    readonly transmit: number;
  };
  readonly random: Random;
}) => readonly [receive: number, transmit: number];

/** A host and its path. */
export interface OddHost {
  /** Writes the timestamps. */
  readonly write: Writer;
  /** Least round-trip time, milliseconds. */
  readonly rttMs: number;
  /** Mean of the exponential jitter in each direction, milliseconds. */
  readonly jitterMs: number;
  /** Time from arrival to departure, milliseconds. */
  readonly processingMs?: number;
  /** Share of lost exchanges, 0 to 1. */
  readonly loss: number;
  /** When the first probe is sent, Unix milliseconds. */
  readonly startUnixMs: number;
  /** Answers requests with a wrong checksum. */
  readonly answersBadChecksum?: boolean;
  /** Answers requests with another code. */
  readonly answersOddCode?: boolean;
  /** Octets of a reply to a request of this many. */
  readonly replyBytes?: (requestBytes: number) => number;
  /** Uses the request's type of service. */
  readonly copiesTos?: boolean;
  /** Changes the originate timestamp. */
  readonly tampers?: boolean;
  /** ICMP code of the replies. */
  readonly replyCode?: number;
  /** Answers a request with another code with that code. */
  readonly copiesCode?: boolean;
  /** Time to live of the replies that arrive. */
  readonly ttl?: number;
  /** IP identification after a given one; one more by default. */
  readonly nextIdentification?: (before: number) => number;
}

/** Milliseconds since midnight UT, as a whole number. */
export const dayMs = (unixMs: number): number => Math.floor(((unixMs % DAY_MS) + DAY_MS) % DAY_MS);

/** The four octets of a number in the opposite order. */
export const swapped = (number: number): number => {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, number >>> 0);
  return view.getUint32(0, true);
};

/** Between two questions, and by how much later one may be sent: no whole tick. */
const GAP_MS = 230;
const WALK_MS = 10;

/** Asks a host all questions in turn, some rounds of them. */
export function interview(host: OddHost, random: Random, rounds = 3): HostEvidence {
  const asked: Record<string, number> = {};
  const answers: HostAnswer[] = [];
  let startMs = host.startUnixMs;
  let identification = random.below(65_536);
  for (let round = 0; round < rounds; round++) {
    for (const question of QUESTIONS) {
      const atMs = startMs + random.below(WALK_MS * 1000) / 1000;
      startMs += GAP_MS;
      asked[question] = (asked[question] ?? 0) + 1;
      if (question === "bad-checksum" && host.answersBadChecksum !== true) continue;
      if (question === "odd-code" && host.answersOddCode !== true) continue;
      if (random.chance(host.loss)) continue;
      // Six to eighteen hours from the time of day.
      const far = (dayMs(atMs) + 21_600_000 + random.below(43_200_000)) % DAY_MS;
      const request = question === "filled"
        ? { originate: far, receive: far, transmit: far }
        : { originate: question === "bad-clock" ? far : dayMs(atMs), receive: 0, transmit: 0 };
      const receivedMs = atMs + host.rttMs / 2 + exponential(random) * host.jitterMs;
      const sentMs = receivedMs + (host.processingMs ?? 0);
      const [receive, transmit] = host.write({ receivedMs, sentMs, request, random });
      identification = host.nextIdentification?.(identification) ?? (identification + 1) & 0xffff;
      const requestBytes = question === "long" ? 76 : 20;
      const requestTos = question === "service" ? 0x48 : 0;
      answers.push({
        question,
        request,
        reply: {
          originate: host.tampers === true ? (request.originate ^ 1) >>> 0 : request.originate,
          receive: receive >>> 0,
          transmit: transmit >>> 0,
        },
        sentUnixMs: atMs,
        receivedUnixMs: sentMs + host.rttMs / 2 + exponential(random) * host.jitterMs,
        requestBytes,
        replyBytes: host.replyBytes?.(requestBytes) ?? (requestBytes === 20 ? 20 : 48),
        requestTos,
        replyTos: host.copiesTos === true ? requestTos : 0,
        replyCode: host.copiesCode === true && question === "odd-code" ? 1 : host.replyCode ?? 0,
        ttl: host.ttl ?? 64,
        identification,
        hasDontFragment: false,
      });
    }
  }
  return { asked, answers };
}

function exponential(random: Random): number {
  return -Math.log(1 - random.below(1_000_000) / 1_000_000);
}
