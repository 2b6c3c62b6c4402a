/** An audit over the simulated network: hosts that are named, and blocks that are swept on the same clock. */

import type { HostFindings } from "../../src/run/audit/host_findings.ts";
import { type AuditOptions, planAudit } from "../../src/run/audit/plan.ts";
import { AuditRun, type AuditSetup } from "../../src/run/audit/run.ts";
import type { AuditResult } from "../../src/run/audit/result.ts";
import type { OpenScan } from "../../src/run/machine.ts";
import { planScanRun, type ScanRunOptions } from "../../src/run/scan/options.ts";
import { type Behaviour, SimulatedNetwork } from "./swept_network.ts";
import type { Network } from "./simulated_network.ts";
import { makeTargets } from "./simulated_run.ts";
import { SimulatedTransport } from "./simulated_transport.ts";

/** An audit of a test. */
export interface SimulatedAuditOptions extends Partial<AuditOptions> {
  /** Hosts that are named; 1 by default. */
  readonly hosts?: number;
  /** What is swept, and what the hosts there do; nothing by default. */
  readonly blocks?: { readonly options: ScanRunOptions; readonly behaviour: Behaviour };
  /** Of an earlier audit. */
  readonly earlier?: AuditSetup["earlier"];
  /** Addresses of this machine. */
  readonly own?: readonly number[];
  /** stop() is called then; at 0 before the run begins. */
  readonly stopAtMs?: number;
}

/** An audit that has ended. */
export interface SimulatedAudit {
  /** How it ended. */
  readonly result: AuditResult;
  /** Hosts in the order in which they became final, those of an earlier audit included. */
  readonly hosts: readonly HostFindings[];
  /** The same by the last octet of the address. */
  readonly byOctet: ReadonlyMap<number, HostFindings>;
  /** Those of the earlier audit. */
  readonly earlier: readonly HostFindings[];
  /** Addresses that the sweep found. */
  readonly found: readonly number[];
  /** The last checkpoint: probes before it are settled. */
  readonly settled: number;
  /** Addresses of the sweep that an ICMP error came for. */
  readonly failed: readonly number[];
  /** The network of the questions. */
  readonly transport: SimulatedTransport;
  /** The network of the sweep. */
  readonly swept: SimulatedNetwork;
  /** The run, closed. */
  readonly run: AuditRun;
}

/** Audits hosts. */
export async function auditSimulated(
  network: Network,
  options: SimulatedAuditOptions = {},
): Promise<SimulatedAudit> {
  const { hosts: named = 1, blocks, earlier, own = [], stopAtMs, ...given } = options;
  const transport = new SimulatedTransport({ out: 0.2, back: 0.2, ...network });
  const swept = new SimulatedNetwork(blocks?.behaviour ?? (() => []), transport.clock);
  const planned = planAudit({ ratePps: 1000, ttl: 64, rounds: 4, timeoutMs: 1000, ...given });
  // The simulated clock stands still while one looks at it.
  const followUp = planned.followUp && { ...planned.followUp, isPunctual: false };
  const plan = { ...planned, followUp };
  const sockets = {
    ...{ transmitters: [swept], replies: swept, witness: undefined, clock: swept },
    ...{ path: { kind: "simulated", reason: "a test", isDirect: false }, watch: undefined },
    close: () => {},
  } satisfies OpenScan;
  const run = await AuditRun.open(
    {
      program: { command: "audit", version: "0" },
      ...{ plan, targets: makeTargets(named), earlier, maxOffsetMs: options.maxOffsetMs ?? 1000 },
      blocks: blocks &&
        planScanRun(blocks.options, { ownAddresses: () => [...own], processors: () => 1 }),
    },
    {
      elapsedMs: () => transport.clock.nowNs / 1e6,
      findRoute: (address) => ({
        kind: "routed",
        source: own.includes(address) ? address : 0xc0000201,
        interfaceName: "eth0",
      }),
      openTransport: () => transport,
      isBroadcast: () => false,
      scan: {
        openScan: () => Promise.resolve(sockets),
        sendError: () => ({ syscall: "sendto", code: "EPERM", message: "" }),
      },
    },
  );
  if (stopAtMs === 0) run.stop();
  else if (stopAtMs !== undefined) transport.at(stopAtMs, () => run.stop());
  const hosts: HostFindings[] = [];
  const taken: HostFindings[] = [];
  const found: number[] = [];
  const failed: number[] = [];
  let settled = 0;
  const result = await run.run({
    run: () => {},
    host: (findings, isEarlier) => {
      hosts.push(findings);
      if (isEarlier) taken.push(findings);
    },
    found: (address) => void found.push(address),
    failed: (address) => void failed.push(address),
    settled: (position) => settled = position,
  });
  run.close();
  const byOctet = new Map(hosts.map((each) => [each.target.address & 0xff, each]));
  return { result, hosts, byOctet, earlier: taken, found, settled, failed, transport, swept, run };
}
