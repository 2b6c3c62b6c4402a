/** How the questions of an audit go through one socket. */

import { assert, assertEquals } from "@std/assert";
import { AuditAsker } from "../../../../src/run/audit/asker.ts";
import type { HostRecord } from "../../../../src/run/audit/host_findings.ts";
import { AuditPace } from "../../../../src/run/audit/pace.ts";
import { planAudit } from "../../../../src/run/audit/plan.ts";
import type { AuditSweep } from "../../../../src/run/audit/sweep.ts";
import type { Network } from "../../../support/simulated_network.ts";
import { makeTargets } from "../../../support/simulated_run.ts";
import { SimulatedTransport } from "../../../support/simulated_transport.ts";

async function ask(
  network: Network,
  { hosts = 1, ratePps = 10_000, deadlineMs }: {
    readonly hosts?: number;
    readonly ratePps?: number;
    readonly deadlineMs?: number;
  } = {},
) {
  const simulated = new SimulatedTransport({ out: 0.2, back: 0.2, ...network });
  const kept: number[][] = [];
  const transport = Object.assign(simulated, {
    keepIdentifiers: (identifiers: readonly number[]) => void kept.push([...identifiers]),
  });
  const plan = planAudit({ ratePps, ttl: 64, rounds: 4, timeoutMs: 1000 });
  const pace = new AuditPace(ratePps);
  const asker = new AuditAsker({
    plan,
    targets: makeTargets(hosts),
    sweep: undefined,
    transport,
    pace,
  });
  assertEquals([asker.answering, asker.wantedNs], [0, Infinity]);
  const answering: number[] = [];
  const finished: [HostRecord, boolean][] = [];
  const reason = await asker.run({
    finished: (record, isWhole) => void finished.push([record, isWhole]),
    idle: () => void answering.push(asker.answering),
  }, deadlineMs);
  return { asker, simulated, kept, answering, finished, reason };
}

Deno.test("audit asker: the kernel is asked to drop what carries the identifier of none of the hosts", async () => {
  const { simulated, kept } = await ask({}, { hosts: 40 });
  const used = new Set(simulated.requests.map(({ request }) => request.identifier));
  assertEquals([kept.length, new Set(kept[0])], [1, used]);
  assertEquals(used.size > 30, true);
});

Deno.test("audit asker: copies and late answers are counted apart, and neither is a reply more", async () => {
  const copied = await ask({ rules: [{ probes: [2, 5], fate: { duplicateRatio: 1 } }] });
  const { totals } = copied.asker;
  assertEquals([totals.sent, totals.received, totals.duplicates, totals.late], [14, 14, 2, 0]);
  const held = await ask({ rules: [{ probes: [1, 2, 5], fate: { back: 1200 } }] });
  const { sent, received, lost, late, duplicates } = held.asker.totals;
  assertEquals([received + lost, late, duplicates], [sent, 3, 0]);
});

Deno.test("audit asker: hosts that answer are counted as long as they are asked", async () => {
  const { asker, answering, reason, finished } = await ask({}, { hosts: 3 });
  assertEquals([Math.max(...answering), answering.at(-1), asker.answering], [3, 0, 0]);
  assertEquals([reason, finished.length, finished.every(([, isWhole]) => isWhole)], [
    "complete",
    3,
    true,
  ]);
});

Deno.test("audit asker: after the deadline each host is final, with its probes that are still out", async () => {
  const { asker, simulated, finished, reason } = await ask({ back: 300 }, {
    hosts: 2,
    deadlineMs: 900,
  });
  assertEquals([reason, finished.map(([, isWhole]) => isWhole)], ["deadline", [false, false]]);
  const { sent, received } = asker.totals;
  assertEquals(sent, simulated.requests.length);
  assert(received < sent, `${received} of ${sent}`);
});

Deno.test("audit asker: 4096 hosts are asked at a time, and the others when those are final", async () => {
  const { simulated, finished, asker } = await ask({ lossOutRatio: 1 }, {
    ...{ hosts: 4100, ratePps: Infinity },
  });
  // The three tries to the first hosts take a second, and the last is given up a second later.
  const first = simulated.requests.filter(({ handedNs }) => handedNs < 1.9e9);
  assertEquals(new Set(first.map(({ destination }) => destination)).size, 4096);
  assertEquals([finished.length, asker.totals.sent, asker.totals.lost], [4100, 12_300, 12_300]);
});

Deno.test("audit asker: hosts that the sweep has found and that wait for a place count as answering", () => {
  const plan = planAudit({ ratePps: 1000, ttl: 64, rounds: 4, timeoutMs: 1000 });
  const sweep = { waiting: 5 } as AuditSweep;
  const transport = new SimulatedTransport({});
  const asker = new AuditAsker({ plan, targets: [], sweep, transport, pace: new AuditPace(1000) });
  assertEquals(asker.answering, 5);
});
