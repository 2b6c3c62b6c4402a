/** A trace over the simulated network, and what it sent. */

import { ConstantFlowProbe } from "../../src/probe/message/constant_flow.ts";
import { EchoProbe } from "../../src/probe/message/echo.ts";
import { TimestampProbe } from "../../src/probe/message/timestamp.ts";
import type { RouteFinding } from "../../src/run/machine.ts";
import { planTrace, type TraceOptions } from "../../src/run/trace/plan.ts";
import { type TraceResult, TraceRun } from "../../src/run/trace/run.ts";
import type { Network } from "./simulated_network.ts";
import { makeTargets } from "./simulated_run.ts";
import { SimulatedTransport } from "./simulated_transport.ts";

/** Addresses of the simulated routers: 10.0.0.101, the nearest, and those after it. */
export const FIRST_ROUTER = 0x0a000065;
/** ICMP types of requests. */
export const ECHO = 8, TIMESTAMP = 13;
const OWN = 0xc0000201;
const KEY = { k0: 0x03020100, k1: 0x07060504 };

/** A trace of a test. */
export interface SimulatedTraceOptions extends Partial<TraceOptions> {
  /** Hosts; 1 by default. */
  readonly targets?: number;
  /** Whether an address on the path may be asked; all by default. */
  readonly mayAsk?: (address: number) => boolean;
  /** Addresses that the kernel would route as broadcasts. */
  readonly broadcasts?: readonly number[];
  /** Timestamp replies that the interface shows and the firewall drops; no witness by default. */
  readonly seen?: number;
  /** The route to each host. */
  readonly route?: RouteFinding;
  /** stop() is called then; at 0 before the run begins. */
  readonly stopAtMs?: number;
}

/** A request as a test looks at it. */
export interface SentRequest {
  /** When it was handed over, whole milliseconds after the start. */
  readonly atMs: number;
  /** Who is asked. */
  readonly to: number;
  /** ICMP type. */
  readonly type: number;
  /** Time to live. */
  readonly ttl: number;
  /** Offset of its ICMP message: above 20 with IP options. */
  readonly start: number;
  /** Identifier and sequence number in one. */
  readonly numbers: number;
}

/** A trace that has ended. */
export interface SimulatedTrace {
  /** What it found. */
  readonly result: TraceResult;
  /** The network. */
  readonly transport: SimulatedTransport;
  /** All requests in the order of sending. */
  readonly sent: readonly SentRequest[];
  /** Witnesses that were closed. */
  readonly closed: readonly string[];
  /** Identifiers whose replies a witness was to count. */
  readonly witnessed: readonly number[];
}

/** That many routers, the nearest first. */
export function routers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => FIRST_ROUTER + i);
}

/** Traces hosts through a network. */
export async function traceSimulated(
  network: Network,
  options: SimulatedTraceOptions = {},
): Promise<SimulatedTrace> {
  const { targets = 1, mayAsk = () => true, broadcasts = [], seen, route, stopAtMs, ...given } =
    options;
  const transport = new SimulatedTransport(network);
  const planned = planTrace({
    ...{ maxTtl: 30, tries: 3, flows: 1, timeoutMs: 1000, ratePps: 1000 },
    ...given,
  });
  // Flows of a fixed key, so that each run of a test goes the same paths.
  const flows = planned.flows.map((_, flow) => ({
    echo: new ConstantFlowProbe(new EchoProbe(), KEY, flow),
    timestamp: new ConstantFlowProbe(new TimestampProbe(), KEY, flow),
  }));
  const { probes } = planned.prober;
  const pairs = flows.flatMap(({ echo, timestamp }) => [{ message: echo }, { message: timestamp }]);
  const plan = {
    ...planned,
    flows,
    prober: { ...planned.prober, probes: [...probes, ...pairs], numberKey: KEY },
  };
  const closed: string[] = [];
  let witnessed: readonly number[] = [];
  const run = await TraceRun.open(
    {
      program: { command: "trace", version: "0" },
      plan,
      targets: makeTargets(targets),
      mayAsk,
    },
    {
      elapsedMs: () => transport.clock.nowNs / 1e6,
      findRoute: () => route ?? { kind: "routed", source: OWN, interfaceName: "eth0" },
      isBroadcast: (address) => broadcasts.includes(address),
      openTransport: () => transport,
      openReplyWitness: (identifiers) => {
        witnessed = identifiers;
        return Promise.resolve(
          seen === undefined
            ? undefined
            : { seen: () => seen, close: () => void closed.push("witness") },
        );
      },
    },
  );
  if (stopAtMs === 0) run.stop();
  else if (stopAtMs !== undefined) transport.at(stopAtMs, () => run.stop());
  const result = await run.run({ run: () => {} });
  run.close();
  const sent = transport.requests.map(({ handedNs, request }) => ({
    atMs: Math.floor(handedNs / 1e6),
    to: request.destination,
    type: request.type,
    ttl: request.ttl,
    start: request.start,
    numbers: request.identifier * 0x10000 + request.sequence,
  }));
  return { result, transport, sent, closed, witnessed };
}
