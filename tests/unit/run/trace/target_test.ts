/** What a trace gathers about one host, probe by probe. */

import { assertEquals } from "@std/assert";
import type { InFlightProbe } from "../../../../src/probe/probe.ts";
import { EXPIRED, HERE, icmpError, PROHIBITED, ROUTERS, TracedByHand } from "./path.ts";

Deno.test("trace target: three kinds with the full time to live in each round, and five hops besides", () => {
  const { traced, planned, plan, add } = new TracedByHand();
  traced.start(1e9, add);
  const direct = planned.filter(([, { ttl }]) => ttl === undefined);
  const { echo, timestamp } = plan.direct, option = plan.direct["ip-timestamp"];
  assertEquals(direct.map(([atNs, { message }]) => [(atNs - 1e9) / 1e6, message]), [
    ...[[0, echo], [0, timestamp], [0, option], [150, echo], [150, timestamp], [150, option]],
  ]);
  assertEquals(direct.every(([, probe]) => probe.isWanted()), true);
  const hops = planned.filter(([, { ttl }]) => ttl !== undefined);
  assertEquals(new Set(hops.map(([, { ttl }]) => ttl)), new Set([1, 2, 3, 4, 5]));
  assertEquals(hops.length, 5 * 2 * 2);
});

Deno.test("trace target: probes count for the host with the full time to live, and with each that reached it", () => {
  const traced = new TracedByHand();
  traced.traced.start(0, traced.add);
  const { direct } = traced.plan, { echo, timestamp } = traced.flow;
  traced.answer(traced.send(direct.echo));
  traced.send(direct.echo);
  traced.fail(traced.send(echo, 1), EXPIRED, ROUTERS + 1);
  traced.answer(traced.send(echo, 2));
  traced.lose(traced.send(echo, 2));
  traced.lose(traced.send(timestamp, 2));
  assertEquals(traced.traced.reaching("echo"), { sent: 4, answered: 2 });
  assertEquals(traced.traced.reaching("timestamp"), { sent: 1, answered: 0 });
  assertEquals(traced.traced.direct.echo, { sent: 2, answered: 1 });
  const [first, second] = traced.traced.sweeps[0]?.hops ?? [];
  assertEquals([first?.echo.sent, first?.echo.rttMs?.median, first?.isTarget], [1, 4, false]);
  assertEquals([second?.echo.sent, second?.echo.rttMs?.median, second?.isTarget], [2, 10, true]);
  assertEquals(traced.traced.sweeps[0]?.distance, 2);
});

Deno.test("trace target: the answer's time to live says how many hops are probed at once", () => {
  const hopsAfter = (ttl: number) => {
    const traced = new TracedByHand();
    traced.traced.start(0, traced.add);
    traced.answer(traced.send(traced.plan.direct.timestamp), { ttl });
    return traced.traced.sweeps[0]?.hops.length;
  };
  // 64 less 12 hops after the first, and 64 itself.
  assertEquals([hopsAfter(52), hopsAfter(64)], [13, 5]);
});

Deno.test("trace target: only an answer to the IP option shows that the host writes its time there", () => {
  const stamps = { originateMs: 1, receiveMs: 2, transmitMs: 2 };
  const has = (question: "timestamp" | "ip-timestamp", isWritten: boolean) => {
    const traced = new TracedByHand();
    const probe = traced.send(traced.plan.direct[question]);
    traced.answer(probe, isWritten ? { stamps } : {});
    return traced.traced.hasOptionTime;
  };
  assertEquals([has("ip-timestamp", true), has("ip-timestamp", false), has("timestamp", true)], [
    ...[true, false, false],
  ]);
});

Deno.test("trace target: refusals of echo and timestamp requests are kept with their sender, others are not", () => {
  const traced = new TracedByHand();
  const { direct } = traced.plan;
  traced.fail(traced.send(direct.echo), PROHIBITED, ROUTERS + 3);
  traced.fail(traced.send(direct.timestamp), icmpError(3, 1), HERE);
  traced.fail(traced.send(direct["ip-timestamp"]), PROHIBITED, ROUTERS + 3);
  traced.fail(traced.send(direct["bad-checksum"]), PROHIBITED, ROUTERS + 3);
  const prohibited = "destination unreachable: communication administratively prohibited";
  assertEquals(traced.traced.refusals, {
    echo: { from: "10.0.0.3", isOwn: false, type: 3, code: 13, name: prohibited },
    timestamp: {
      ...{ from: "192.0.2.1", isOwn: true, type: 3, code: 1 },
      name: "destination unreachable: host unreachable",
    },
  });
});

Deno.test("trace target: the first error of the system is kept for each kind, but for a machine that is busy", () => {
  const traced = new TracedByHand();
  const { direct } = traced.plan, { timestamp } = traced.flow;
  for (const code of ["ENOBUFS", "EAGAIN"]) traced.refuse(direct.echo, code);
  assertEquals(traced.traced.unsent, {});
  traced.refuse(direct.echo, "EPERM");
  traced.refuse(direct.echo, "EACCES");
  traced.refuse(timestamp, "ENETUNREACH");
  traced.refuse(direct["bad-checksum"], "EPERM");
  assertEquals(traced.traced.unsent, { echo: "EPERM", timestamp: "ENETUNREACH" });
});

Deno.test("trace target: a late answer counts, a copy does not", () => {
  const traced = new TracedByHand();
  traced.traced.start(0, traced.add);
  const direct = traced.send(traced.plan.direct.echo), hop = traced.send(traced.flow.echo, 3);
  traced.lose(direct);
  traced.lose(hop);
  traced.answerLate(direct);
  traced.answerLate(hop);
  assertEquals([traced.traced.direct.echo, traced.traced.sweeps[0]?.distance], [
    { sent: 1, answered: 1 },
    3,
  ]);
  traced.answerLate(direct);
  traced.answerLate(direct, "duplicate");
  assertEquals(traced.traced.direct.echo.answered, 1);
});

Deno.test("trace target: an answer that only this part of the trace can match counts, with its round trip", () => {
  const traced = new TracedByHand();
  traced.traced.start(0, traced.add);
  const probe = traced.send(traced.flow.echo, 2);
  traced.lose(probe);
  traced.answerStray(probe, 1500);
  const hop = traced.traced.sweeps[0]?.hops[1];
  assertEquals([hop?.isTarget, hop?.echo.rttMs?.median], [true, 1300]);
  // An echo reply has no time of the host in it.
  const option = traced.send(traced.plan.direct["ip-timestamp"]);
  traced.lose(option);
  traced.answerStray(option, 1500);
  assertEquals([traced.traced.direct["ip-timestamp"], traced.traced.hasOptionTime], [
    { sent: 1, answered: 1 },
    false,
  ]);
});

Deno.test("trace target: its clock is measured by timestamp requests with the full time to live alone", () => {
  const traced = new TracedByHand();
  traced.traced.start(0, traced.add);
  const { direct } = traced.plan, { echo, timestamp } = traced.flow;
  for (const probe of [traced.send(direct.echo), traced.send(timestamp, 2), traced.send(echo, 2)]) {
    traced.answer(probe);
  }
  traced.answer(traced.send(direct.timestamp));
  traced.lose(traced.send(direct.timestamp));
  const { sent, received } = traced.traced.statistics.counters;
  assertEquals([sent, received], [2, 1]);
});

Deno.test("trace target: a late answer to one probe does not take back the refusal of another one", () => {
  const traced = new TracedByHand();
  const { echo } = traced.plan.direct;
  traced.fail(traced.send(echo), PROHIBITED, ROUTERS + 3);
  const other = traced.send(echo);
  traced.lose(other);
  traced.answerLate(other);
  assertEquals([traced.traced.refusals.echo?.from, traced.traced.direct.echo.answered], [
    "10.0.0.3",
    1,
  ]);
});

Deno.test("trace target: an error that comes too late shows who is there, and is no answer", () => {
  const traced = new TracedByHand();
  traced.traced.start(0, traced.add);
  const hop = traced.send(traced.flow.timestamp, 2),
    direct = traced.send(traced.plan.direct.timestamp);
  traced.lose(hop);
  traced.lose(direct);
  traced.failLate(hop, ROUTERS + 2);
  traced.failLate(direct, ROUTERS + 3, [3, 13]);
  const second = traced.traced.sweeps[0]?.hops[1];
  assertEquals([[...second?.addresses ?? []], second?.timestamp.answered], [[[ROUTERS + 2, 1]], 0]);
  assertEquals(traced.traced.refusals.timestamp?.from, "10.0.0.3");
});

Deno.test("trace target: a change of a hop's address has its Unix time", () => {
  const traced = new TracedByHand();
  traced.traced.start(0, traced.add);
  const { echo } = traced.flow, startS = traced.clock.baseUnixMs / 1000;
  traced.fail(traced.send(echo, 2), EXPIRED, ROUTERS + 2, 500);
  traced.fail(traced.send(echo, 2), EXPIRED, ROUTERS + 9, 1500);
  const late = traced.send(echo, 2);
  traced.lose(late);
  traced.failLate(late, ROUTERS + 2, [11, 0], 2500);
  assertEquals(traced.traced.sweeps[0]?.hops[1]?.changes, [
    { kind: "echo", from: ROUTERS + 2, to: ROUTERS + 9, time: startS + 1.5 },
    { kind: "echo", from: ROUTERS + 9, to: ROUTERS + 2, time: startS + 2.5 },
  ]);
});

Deno.test("trace target: an answer after an error takes that back, and names its sender", () => {
  const traced = new TracedByHand();
  traced.traced.start(0, traced.add);
  const direct = traced.send(traced.plan.direct.timestamp), hop = traced.send(traced.flow.echo, 4);
  traced.fail(direct, PROHIBITED, ROUTERS + 3);
  traced.fail(hop, EXPIRED, ROUTERS + 2);
  assertEquals(traced.traced.refusals.timestamp?.from, "10.0.0.3");
  traced.answerLate(direct, "afterError");
  traced.answerLate(hop, "afterError");
  const fourth = traced.traced.sweeps[0]?.hops[3];
  assertEquals([traced.traced.refusals, traced.traced.direct.timestamp.answered], [{}, 1]);
  assertEquals([[...fourth?.addresses ?? []], fourth?.echo.answered, fourth?.isTarget], [
    [],
    1,
    true,
  ]);
  assertEquals([...traced.traced.ledger.forgers], [ROUTERS + 3, ROUTERS + 2]);
});

Deno.test("trace target: what a forger refused elsewhere is taken back, and its later refusals do not count", () => {
  for (const [refuser, isLeft] of [[ROUTERS + 3, false], [ROUTERS + 5, true]] as const) {
    const traced = new TracedByHand();
    traced.traced.start(0, traced.add);
    const { direct } = traced.plan, { echo, timestamp } = traced.flow;
    traced.fail(traced.send(direct.echo), PROHIBITED, refuser);
    traced.fail(traced.send(echo, 3), PROHIBITED, ROUTERS + 3);
    const probe = traced.send(timestamp, 4);
    traced.fail(probe, PROHIBITED, ROUTERS + 3);
    traced.answerLate(probe, "afterError");
    assertEquals("echo" in traced.traced.refusals, isLeft);
    const [, , third] = traced.traced.sweeps[0]?.hops ?? [];
    assertEquals(third?.refusal, undefined);
    traced.fail(traced.send(timestamp, 3), PROHIBITED, ROUTERS + 3);
    traced.fail(traced.send(direct.timestamp), PROHIBITED, ROUTERS + 3);
    assertEquals([third?.refusal, traced.traced.refusals.timestamp], [undefined, undefined]);
    // That it is on the path is not in doubt.
    traced.fail(traced.send(timestamp, 3), EXPIRED, ROUTERS + 3);
    assertEquals([...third?.addresses ?? []], [[ROUTERS + 3, 1]]);
  }
});

Deno.test("trace target: where five silent hops end a sweep, a probe that is not sent ends as one that is", () => {
  const traced = new TracedByHand({ tries: 1 });
  const { echo, timestamp } = traced.flow;
  traced.traced.start(0, traced.add);
  const sweep = traced.traced.sweeps[0];
  const last: InFlightProbe[] = [];
  for (const [, { message, ttl }] of traced.planned.filter(([, { ttl }]) => ttl !== undefined)) {
    if (ttl === 5 && message === timestamp) continue;
    last.push(traced.send(message, ttl));
  }
  for (const probe of last) traced.lose(probe);
  // The host is there, too far away to say where, and one probe is still planned.
  traced.answer(traced.send(traced.plan.direct.echo), { ttl: 200 });
  assertEquals(sweep?.hops.length, 5);
  traced.traced.dropped({ message: timestamp, ttl: 5 });
  assertEquals(sweep?.hops.length, 10);
  assertEquals(traced.planned.some(([, { ttl, message }]) => ttl === 10 && message === echo), true);
});
