/** Questions of an audit and how a host answers them. */

import type { ProbeOutcome, ReplyDetail } from "../../../../src/probe/outcome.ts";
import type { ProbeMessage } from "../../../../src/probe/message/message.ts";
import type { Target } from "../../../../src/targets/target.ts";
import type { Instant } from "../../../../src/time/instant.ts";
import { makeProbe } from "../../../support/probes.ts";

/** Midnight from which instants count: 14 November 2023, Unix time in milliseconds. */
export const MIDNIGHT_UNIX_MS = 1_699_920_000_000;
/** Noon, in milliseconds after midnight. */
export const NOON_MS = 43_200_000;
/** A host. */
export const HOST: Target = { index: 0, label: "host", address: 0xc0000207 };

/** An instant of both clocks of this machine, milliseconds after midnight. */
export function at(ms: number): Instant {
  return { realtimeNs: ms * 1e6, monotonicNs: ms * 1e6, source: "kernel" };
}

/** A probe and its answer. */
export interface Exchange {
  /** When the request left, milliseconds after midnight. */
  readonly sentMs: number;
  /** Round trip, in milliseconds; 2 by default. */
  readonly rttMs?: number;
  /** Remote clock minus ours, in milliseconds; 0 by default. */
  readonly offsetMs?: number;
  /** Remarks on the reply. */
  readonly flags?: readonly string[];
  /** Time to live of the reply; 61 by default. */
  readonly ttl?: number;
  /** Number of the request on the wire as originate; the time of day by default. */
  readonly token?: number;
  /** Originate that comes back; that of the request by default. */
  readonly originateMs?: number;
  /** Receive timestamp minus what the clock shows, in milliseconds. */
  readonly receiveEarlyMs?: number;
  /** Who was asked. */
  readonly target?: Target;
  /** The question. */
  readonly message?: ProbeMessage;
}

function probeOf({ sentMs, token = Math.floor(sentMs), target = HOST, message }: Exchange) {
  const given = message === undefined ? {} : { message };
  return makeProbe({
    ...{ target, token, sentAt: at(sentMs), deadlineNs: (sentMs + 1000) * 1e6 },
    ...given,
  });
}

/** The reply to a request. The host stamps both times in the middle of the round trip, in whole milliseconds. */
export function reply(exchange: Exchange): Extract<ProbeOutcome, { kind: "reply" }> {
  const { sentMs, rttMs = 2, offsetMs = 0, flags = [], ttl = 61 } = exchange;
  const probe = probeOf(exchange);
  const shownMs = Math.floor(sentMs + rttMs / 2 + offsetMs);
  const header = { ttl, tos: 0, identification: 0, dontFragment: false } as ReplyDetail["header"];
  return {
    kind: "reply",
    probe,
    reply: {
      ...{ header, code: 0, lengthBytes: 20, flags, bytes: undefined, measurement: undefined },
      stamps: {
        originateMs: exchange.originateMs ?? probe.token,
        receiveMs: shownMs - (exchange.receiveEarlyMs ?? 0),
        transmitMs: shownMs,
      },
      receivedAt: at(sentMs + rttMs),
      rttNs: rttMs * 1e6,
    },
  };
}

/** No answer within a second. */
export function timeout(exchange: Exchange): ProbeOutcome {
  return { kind: "timedOut", probe: probeOf(exchange) };
}

/** Host unreachable, from that router. */
export function unreachable(exchange: Exchange, reporter: number): ProbeOutcome {
  return {
    ...{ kind: "icmpError", probe: probeOf(exchange), reporter, rttNs: 4e6 },
    error: { name: "destination unreachable: host unreachable" } as never,
    receivedAt: at(exchange.sentMs + 4),
    bytes: undefined,
  };
}

/** The kernel did not take it. */
export function unsent({ sentMs, target = HOST, message }: Exchange): ProbeOutcome {
  return {
    ...{ kind: "unsent", target, index: 0, sequence: 0, at: at(sentMs) },
    message: message ?? probeOf({ sentMs }).message,
    error: { syscall: "sendto", code: "EPERM", message: "" } as never,
  };
}
