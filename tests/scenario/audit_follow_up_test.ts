/** The second part of an audit over a simulated network: who is followed, and that no verdict is lost. */

import { assert, assertEquals } from "@std/assert";
import { FollowUp, type FollowUpPlan } from "../../src/run/audit/follow_up.ts";
import { planAudit } from "../../src/run/audit/plan.ts";
import type { HostFindings } from "../../src/run/audit/host_findings.ts";
import { StrayCounter } from "../../src/run/stray_counts.ts";
import { ProbeCounters } from "../../src/stats/mod.ts";
import { FIRST_HOST } from "../support/simulated_run.ts";
import type { Network } from "../support/simulated_network.ts";
import {
  SimulatedTransport,
  type SimulatedTransportOptions,
} from "../support/simulated_transport.ts";

/** A host as the first part leaves it: readable, and known to within 10 ms. */
function host(index: number, lowerMs = -5, upperMs = 5): HostFindings {
  const target = { index, label: `host ${index}`, address: FIRST_HOST + index };
  const form = {
    ...{ unit: "milliseconds-of-day", isLittleEndian: false, hasHighBit: false, rank: 1 } as const,
    ...{ lowerMs, upperMs },
  };
  return {
    ...{ target, time: 0, verdict: "right", tickMs: undefined, conformance: [], ttl: 64 },
    behaviour: { labels: [], form, utcOffsetMinutes: undefined, tick: undefined },
    offset: { valueMs: (lowerMs + upperMs) / 2, lowerMs, upperMs },
    summary: { counters: new ProbeCounters(), rttMs: undefined },
    icmpError: undefined,
  };
}

/** One millisecond either way, over a path of 0.4 ms. */
function followUp(
  network: Partial<Network>,
  plan: Partial<FollowUpPlan> = {},
  machine: SimulatedTransportOptions = {},
) {
  const maxOffsetMs = 1;
  const transport = new SimulatedTransport({ out: 0.2, back: 0.2, ...network }, machine);
  const audit = planAudit({ ratePps: 10_000, ttl: 64, rounds: 2, timeoutMs: 500, maxOffsetMs });
  const totals = new ProbeCounters();
  assert(audit.followUp !== undefined);
  const follow = new FollowUp({
    // The simulated clock stands still while one looks at it.
    plan: { ...audit.followUp, isPunctual: false, ...plan },
    standard: audit.standard,
    ...{ transport, maxOffsetMs, totals, strays: new StrayCounter() },
  });
  const reported: HostFindings[] = [];
  const listener = { host: (each: HostFindings) => void reported.push(each), idle() {} };
  return { follow, listener, reported, transport, totals };
}

Deno.test("follow-up: a limit of a millisecond is judged by the clock that was followed", async () => {
  for (
    const [offsetMs, verdict, open] of [[0.2, "right", 0], [-3, "wrong", 0], [
      0.95,
      "right",
      1,
    ]] as const
  ) {
    const { follow, listener, reported, transport, totals } = followUp({ clock: { offsetMs } });
    assert(follow.keeps(host(0)));
    assertEquals(await follow.run("complete", listener, undefined), "complete");
    assertEquals(reported.map((each) => each.verdict), [verdict], `${offsetMs}`);
    const { lowerMs = NaN, upperMs = NaN, valueMs = NaN } = reported[0]?.offset ?? {};
    assert(
      lowerMs <= offsetMs && offsetMs <= upperMs && upperMs - lowerMs < 0.6,
      `${lowerMs} ${upperMs}`,
    );
    assert(Math.abs(valueMs - offsetMs) < 0.1, `${valueMs}`);
    assertEquals(follow.open, open);
    assertEquals(transport.requests.length, 100);
    assertEquals([totals.sent, totals.received], [100, 100]);
  }
});

Deno.test("follow-up: a host whose verdict is certain does not wait", () => {
  const { follow } = followUp({});
  const kept = [[-0.5, 0.9], [2, 8], [-9, -1.2], [-0.5, 1.1]] as const;
  assertEquals(kept.map(([lower, upper], i) => follow.keeps(host(i, lower, upper))), [
    false,
    false,
    false,
    true,
  ]);
});

Deno.test("follow-up: hosts that wait are reported as they are when the audit ended before", async () => {
  for (const reason of ["stopped", "deadline"] as const) {
    const { follow, listener, reported, transport } = followUp({});
    follow.keeps(host(0));
    follow.keeps(host(1));
    assertEquals(await follow.run(reason, listener, undefined), reason);
    assertEquals(reported, [host(0), host(1)]);
    assertEquals(transport.requests, []);
  }
});

Deno.test("follow-up: hosts that fall silent, and a run that is stopped meanwhile, lose no verdict", async () => {
  const silent = followUp({ lossOutRatio: 1 });
  silent.follow.keeps(host(0));
  assertEquals(await silent.follow.run("complete", silent.listener, undefined), "complete");
  assertEquals(silent.reported, [host(0)]);
  const stopped = followUp({ clock: { offsetMs: 3 } });
  stopped.follow.keeps(host(0));
  const idle = () => {
    if (stopped.totals.received === 20) stopped.follow.stop();
  };
  const listener = { ...stopped.listener, idle };
  assertEquals(await stopped.follow.run("complete", listener, undefined), "stopped");
  assertEquals(stopped.reported.map(({ verdict }) => verdict), ["wrong"]);
  const late = followUp({});
  late.follow.keeps(host(0));
  assertEquals(await late.follow.run("complete", late.listener, 1000), "deadline");
  assertEquals(late.reported.length, 1);
});

Deno.test("follow-up: more clocks than can be followed are counted, and reported at once", async () => {
  const plan = { findsAliases: true, narrows: false, durationMs: 500 };
  const { follow, listener, reported, transport } = followUp({}, plan);
  for (let i = 0; i < 600; i++) assertEquals(follow.keeps(host(i)), false);
  await follow.run("complete", listener, undefined);
  const asked = new Set(transport.requests.map(({ destination }) => destination));
  assertEquals([asked.size, follow.aliases?.unfollowed, reported.length], [512, 88, 0]);
});

Deno.test("follow-up: replies that come late and those that come twice are counted apart", async () => {
  const held = { probes: [3, 4], fate: { back: 700 } };
  const late = followUp({ rules: [held] });
  late.follow.keeps(host(0));
  await late.follow.run("complete", late.listener, undefined);
  const { sent, received, lost } = late.totals;
  assertEquals([sent, received, lost, late.totals.late, late.totals.duplicates], [
    ...[100, 98, 2, 2, 0],
  ]);
  const twice = followUp({ rules: [{ probes: [3, 4, 5], fate: { duplicateRatio: 1 } }] });
  twice.follow.keeps(host(0));
  await twice.follow.run("complete", twice.listener, undefined);
  assertEquals([twice.totals.received, twice.totals.late, twice.totals.duplicates], [100, 0, 3]);
});

Deno.test("follow-up: a clock that shows no time of day is not followed", () => {
  const { follow } = followUp({}, { findsAliases: true });
  const odd = host(0);
  const { form } = odd.behaviour;
  assert(form !== undefined);
  const seconds = { ...odd.behaviour, form: { ...form, unit: "seconds-of-day" } as const };
  assertEquals(follow.keeps({ ...odd, behaviour: seconds }), false);
  assertEquals(follow.keeps({ ...odd, offset: undefined }), false);
});

Deno.test("follow-up: a verdict is certain where the bounds do not go beyond the limit, the limit itself included", () => {
  const { follow } = followUp({});
  const isKept = ([[-1, 1], [-1, 1.001], [-1.001, 1]] as const).map(([lower, upper], i) =>
    follow.keeps(host(i, lower, upper))
  );
  assertEquals(isKept, [false, true, true]);
});

Deno.test("follow-up: each host is asked every 50 ms, for aliases every 100 ms, and more rarely where the rate is used up", async () => {
  const asked = async (hosts: number, plan: Partial<FollowUpPlan>) => {
    const { follow, listener, transport } = followUp({}, plan);
    for (let i = 0; i < hosts; i++) follow.keeps(host(i));
    await follow.run("complete", listener, undefined);
    return transport.requests.length / hosts;
  };
  assertEquals(await asked(2, { durationMs: 1000 }), 20);
  assertEquals(await asked(2, { durationMs: 1000, findsAliases: true }), 10);
  assertEquals(await asked(2, { durationMs: 1000, ratePps: 10 }), 5);
  assertEquals(await asked(4, { durationMs: 1600, ratePps: 10 }), 4);
  // However short, each is asked once.
  assertEquals(await asked(1, { durationMs: 10 }), 1);
});

Deno.test("follow-up: up to 500 probes a second wait for their moment by the clock, more do not", async () => {
  const looksPerProbe = async (hosts: number, isPunctual: boolean) => {
    const { follow, listener, transport } = followUp({}, { durationMs: 500, isPunctual }, {
      lookNs: 2000,
    });
    let looks = 0;
    const { clock } = transport;
    const now = clock.now.bind(clock);
    clock.now = () => {
      looks++;
      return now();
    };
    for (let i = 0; i < hosts; i++) follow.keeps(host(i));
    await follow.run("complete", listener, undefined);
    return looks / transport.requests.length;
  };
  // Each is waited for over 0.3 ms, in looks of 2 µs.
  assert(await looksPerProbe(1, true) > 100);
  assert(await looksPerProbe(1, false) < 50);
  // 25 hosts each 50 ms are 500 a second.
  assert(await looksPerProbe(25, true) > 100);
  assert(await looksPerProbe(26, true) < 50);
});

Deno.test("follow-up: once the edge of the remote millisecond is known two of three probes arrive at it", async () => {
  const { follow, listener, transport } = followUp({ clock: { offsetMs: 0.3 } }, {}, {
    canPause: true,
  });
  for (let i = 0; i < 6; i++) follow.keeps(host(i));
  await follow.run("complete", listener, undefined);
  const late = transport.requests.slice(300).map(({ remoteNs }) => {
    const shownMs = transport.clock.trueRealtimeNs(remoteNs.arrival) / 1e6 + 0.3;
    return Math.abs(shownMs - Math.round(shownMs));
  });
  const near = late.filter((ms) => ms < 0.1).length;
  assert(near >= 0.6 * late.length, `${near} of ${late.length}`);
});

Deno.test("follow-up: probes that are still out when it is stopped were sent", async () => {
  const { follow, listener, transport, totals } = followUp({ back: 300 });
  follow.keeps(host(0));
  const idle = () => {
    if (totals.received === 10) follow.stop();
  };
  assertEquals(await follow.run("complete", { ...listener, idle }, undefined), "stopped");
  assertEquals(totals.sent, transport.requests.length);
  assert(totals.received < totals.sent, `${totals.received} of ${totals.sent}`);
});

Deno.test("follow-up: without a host that waits, or stopped before it begins, nothing is sent", async () => {
  const none = followUp({}, { findsAliases: true });
  assertEquals(await none.follow.run("complete", none.listener, undefined), "complete");
  assertEquals([none.transport.requests, none.reported, none.follow.aliases?.groups], [[], [], []]);
  const stopped = followUp({});
  stopped.follow.keeps(host(0));
  stopped.follow.stop();
  await stopped.follow.run("complete", stopped.listener, undefined);
  assertEquals([stopped.transport.requests, stopped.reported], [[], [host(0)]]);
});

Deno.test("follow-up: a host that is followed for aliases alone is not reported a second time", async () => {
  const { follow, listener, reported } = followUp({}, { findsAliases: true, durationMs: 1000 });
  assertEquals([follow.keeps(host(0, -0.5, 0.5)), follow.keeps(host(1))], [false, true]);
  await follow.run("complete", listener, undefined);
  assertEquals(reported.map(({ target }) => target.index), [1]);
});

Deno.test("follow-up: two addresses of one clock are compared in the middle of the time", async () => {
  const clock = { offsetMs: 40, skewPpm: 45 };
  const { follow, listener } = followUp({ clock, back: 0.3 }, {
    ...{ findsAliases: true, narrows: false, durationMs: 30_000, isOwnRateKept: true },
  });
  for (let i = 0; i < 2; i++) follow.keeps(host(i));
  await follow.run("complete", listener, undefined);
  const [group] = [...follow.aliases?.groups ?? [], ...follow.aliases?.coincidences ?? []];
  assertEquals(group?.members, [0, 1]);
  // Hours before or after, offsets with rates that differ by a tenth of a ppm would be milliseconds apart.
  assert((group?.offsetWithinMs ?? NaN) < 0.05, `${group?.offsetWithinMs}`);
});
