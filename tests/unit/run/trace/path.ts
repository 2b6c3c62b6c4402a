/** One host that is traced by hand: its probes, and what comes back. */

import { assert } from "@std/assert";
import {
  emitDatagram,
  type IcmpErrorMessage,
  parseDatagram,
  parseIcmpMessage,
} from "../../../../src/packet/mod.ts";
import type { ProbeMessage } from "../../../../src/probe/message/message.ts";
import type { ExtraReply, ReplyDetail, StrayDatagram } from "../../../../src/probe/outcome.ts";
import type { InFlightProbe } from "../../../../src/probe/probe.ts";
import {
  askedByMessage,
  type FlowMessages,
  planTrace,
  type TraceOptions,
  type TracePlan,
} from "../../../../src/run/trace/plan.ts";
import type { PlannedProbe } from "../../../../src/run/trace/schedule.ts";
import { TraceTarget } from "../../../../src/run/trace/target.ts";
import type { Target } from "../../../../src/targets/target.ts";
import { FakeClock } from "../../../support/fake_clock.ts";
import { makeProbe } from "../../../support/probes.ts";

/** The host, and this machine. */
export const HOST = 0xc0000207, HERE = 0xc0000201;
/** 10.0.0.0; the router with time to live n is n addresses on. */
export const ROUTERS = 0x0a000000;

/** An ICMP error without a quote. */
export function icmpError(type: number, code: number): IcmpErrorMessage {
  const parsed = parseIcmpMessage(Uint8Array.from([type, code, ...Array(34).fill(0)]));
  assert(parsed.ok && parsed.value.kind === "error");
  return parsed.value;
}

/** Time Exceeded, and Destination Unreachable: prohibited. */
export const EXPIRED = icmpError(11, 0), PROHIBITED = icmpError(3, 13);

/** A host that is traced: two probes of each kind for each hop, one flow. */
export class TracedByHand {
  readonly plan: TracePlan;
  readonly traced: TraceTarget;
  readonly clock: FakeClock = new FakeClock();
  /** All that was planned, with its time on CLOCK_MONOTONIC, nanoseconds. */
  readonly planned: (readonly [atNs: number, probe: PlannedProbe])[] = [];
  #sequence = 0;

  constructor(options: Partial<TraceOptions> = {}, index = 0, address = HOST) {
    this.plan = planTrace({
      ...{ maxTtl: 30, tries: 2, flows: 1, timeoutMs: 1000, ratePps: 1000 },
      ...options,
    });
    const target: Target = { index, label: `host-${index}`, address };
    const { plan, clock } = this;
    this.traced = new TraceTarget(target, {
      ...{ plan, clock, asked: askedByMessage(plan), own: new Set([HERE]) },
      add: this.add,
    });
  }

  /** Adds to what is planned. */
  readonly add = (atNs: number, probe: PlannedProbe) => void this.planned.push([atNs, probe]);

  /** Messages of the only flow. */
  get flow(): FlowMessages {
    return this.plan.flows[0] as FlowMessages;
  }

  /** Sends a probe. */
  send(message: ProbeMessage, ttl?: number): InFlightProbe {
    const probe = makeProbe({
      ...{ message, ttl, target: this.traced.target, identifier: 77, sequence: this.#sequence++ },
      token: 0x1234,
      sentAt: { realtimeNs: 2e8, monotonicNs: 2e8, source: "kernel" },
    });
    this.traced.ledger.add(probe);
    this.traced.sent(probe);
    return probe;
  }

  /** The host answers after 10 ms. */
  answer(probe: InFlightProbe, { ttl = 61, stamps }: {
    readonly ttl?: number;
    readonly stamps?: ReplyDetail["stamps"];
  } = {}): void {
    this.traced.outcome({ kind: "reply", probe, reply: this.#reply(ttl, stamps) });
  }

  /** The host answers although the probe had ended. */
  answerLate(probe: InFlightProbe, kind: ExtraReply["kind"] = "late"): void {
    this.traced.extra({ kind, probe, reply: this.#reply(61) });
  }

  /** An error of `reporter` ends the probe after 4 ms, half a second after the start. */
  fail(probe: InFlightProbe, error: IcmpErrorMessage, reporter: number, atMs = 500): void {
    const receivedAt = {
      realtimeNs: atMs * 1e6,
      monotonicNs: atMs * 1e6,
      source: "kernel",
    } as const;
    const outcome = { probe, error, reporter, receivedAt, rttNs: 4e6, bytes: undefined };
    this.traced.outcome({ kind: "icmpError", ...outcome });
  }

  /** No answer comes. */
  lose(probe: InFlightProbe): void {
    this.traced.outcome({ kind: "timedOut", probe });
  }

  /** The kernel does not take a probe. */
  refuse(message: ProbeMessage, code: string): void {
    const { target } = this.traced;
    this.traced.outcome({
      ...{ kind: "unsent", target, index: 0, message, sequence: 0 },
      at: this.clock.now(),
      error: { syscall: "sendmmsg", code, message: "" } as never,
    });
  }

  /** An error about a probe that has ended, which the prober does not match; `atMs` after the start. */
  failLate(probe: InFlightProbe, source: number, [type, code] = [11, 0], atMs = 2500): void {
    const { message } = probe;
    const body = message.emit(probe, new Uint8Array(message.lengthBytes)).slice(0, 28);
    const error = { kind: "error", type, code, body } as const;
    this.#stray(
      source,
      emitDatagram({ header: { source, destination: HERE }, message: error }),
      atMs,
    );
  }

  /** An echo reply to a probe, which the prober does not match, `atMs` after the start; probes leave at 200 ms. */
  answerStray(probe: InFlightProbe, atMs: number, source = HOST): void {
    const { message } = probe;
    const request = parseDatagram(message.emit(probe, new Uint8Array(message.lengthBytes)));
    assert(request.ok && request.value.message.kind === "echo-request");
    const { identifier, sequence, payload } = request.value.message;
    const reply = { kind: "echo-reply", identifier, sequence, payload } as const;
    const header = { source, destination: HERE, ttl: 61 };
    this.#stray(source, emitDatagram({ header, message: reply }), atMs);
  }

  #stray(source: number, bytes: Uint8Array, atMs: number): void {
    const parsed = parseDatagram(bytes);
    assert(parsed.ok);
    const stray: StrayDatagram = {
      ...{ kind: "unmatched", source, detail: "", datagram: parsed.value },
      receivedAt: { realtimeNs: atMs * 1e6, monotonicNs: atMs * 1e6, source: "kernel" },
    };
    this.traced.stray(stray);
  }

  #reply(ttl: number, stamps?: ReplyDetail["stamps"]): ReplyDetail {
    return {
      ...{ header: { ttl } as ReplyDetail["header"], code: 0, stamps, lengthBytes: 20 },
      ...{ receivedAt: { realtimeNs: 1e7, monotonicNs: 1e7, source: "kernel" }, rttNs: 10e6 },
      ...{ measurement: undefined, flags: [], bytes: undefined },
    };
  }
}
