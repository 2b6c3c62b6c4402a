/** From what was gathered to what is reported: hops, paths and the observation that the verdict rests on. */

import { assertEquals } from "@std/assert";
import { TraceHop } from "../../../../src/run/trace/hop.ts";
import { type AskedRouters, findSeenHops, findTrace } from "../../../../src/run/trace/findings.ts";
import { AskedRouter } from "../../../../src/run/trace/interview.ts";
import { EXPIRED, HOST, PROHIBITED, ROUTERS, TracedByHand } from "./path.ts";

const NOTHING_ELSE = {
  ...{ rate: undefined, seenHops: new Set<number>(), isBlockedHere: false, isComplete: true },
  time: 17,
};

/** The host is hop 4; each hop before it answers both kinds once, on the first try. */
function tracedPath(routers: readonly number[] = [1, 2, 3].map((hop) => ROUTERS + hop), flows = 1) {
  const traced = new TracedByHand({ tries: 1, flows });
  traced.traced.start(0, traced.add);
  traceFlow(traced, 0, routers);
  return traced;
}

function traceFlow(traced: TracedByHand, flow: number, routers: readonly number[]): void {
  const { echo, timestamp } = traced.plan.flows[flow] ?? traced.flow;
  for (const message of [echo, timestamp]) {
    for (const [i, reporter] of routers.entries()) {
      traced.fail(traced.send(message, i + 1), EXPIRED, reporter);
    }
    traced.answer(traced.send(message, routers.length + 1));
  }
}

function find(traced: TracedByHand, more: Partial<Parameters<typeof findTrace>[1]> = {}) {
  return findTrace(traced.traced, { ...NOTHING_ELSE, routers: new Map(), ...more });
}

Deno.test("trace findings: the hops before the host are observed, and the host is none of them", () => {
  const traced = tracedPath();
  // Probes with a greater time to live reach the host as well.
  traced.answer(traced.send(traced.flow.echo, 5));
  const { seen, paths } = find(traced);
  assertEquals([seen.distance, seen.hops.map(({ hop, address }) => [hop, address])], [
    4,
    [[1, "10.0.0.1"], [2, "10.0.0.2"], [3, "10.0.0.3"]],
  ]);
  const one = { sent: 1, answered: 1 };
  assertEquals(seen.hops[0]?.expiredEcho.answered, one.answered);
  assertEquals(seen.hops[0]?.askedTimestamp, { sent: 0, answered: 0 });
  assertEquals([seen.echo, seen.timestamp], [{ sent: 2, answered: 2 }, one]);
  assertEquals(paths.map(({ flows, hops }) => [flows, hops.map(({ address }) => address)]), [
    [1, [ROUTERS + 1, ROUTERS + 2, ROUTERS + 3, HOST]],
  ]);
  assertEquals(paths[0]?.hops.map(({ isTarget }) => isTarget), [false, false, false, true]);
});

Deno.test("trace findings: what routers said when they were asked themselves stands at their hop", () => {
  const traced = tracedPath();
  const [first, second] = [1, 2].map((hop) =>
    new AskedRouter({ index: hop, label: "", address: ROUTERS + hop })
  ) as [AskedRouter, AskedRouter];
  Object.assign(first.echo, { sent: 3, answered: 2 });
  Object.assign(second.timestamp, { sent: 8, answered: 1 });
  const routers: AskedRouters = new Map([[ROUTERS + 1, first], [ROUTERS + 2, second]]);
  const { hops } = find(traced, { routers }).seen;
  assertEquals(
    hops.map(({ askedEcho, askedTimestamp }) => [askedEcho.answered, askedTimestamp.answered]),
    [
      ...[[2, 0], [0, 1], [0, 0]],
    ],
  );
});

Deno.test("trace findings: of a host that was not reached five hops beyond the last answer are observed", () => {
  const traced = new TracedByHand({ tries: 1 });
  traced.traced.start(0, traced.add);
  const { echo } = traced.flow;
  traced.fail(traced.send(echo, 1), EXPIRED, ROUTERS + 1);
  for (let ttl = 2; ttl <= 5; ttl++) traced.lose(traced.send(echo, ttl));
  const { seen, paths } = find(traced);
  assertEquals([seen.distance, seen.hops.map(({ address }) => address)], [
    undefined,
    ["10.0.0.1", undefined, undefined, undefined, undefined, undefined],
  ]);
  // A hop that nothing was sent to is not shown.
  assertEquals(paths[0]?.hops.map(({ address }) => address), [
    ...[ROUTERS + 1, undefined, undefined, undefined, undefined],
  ]);
});

Deno.test("trace findings: flows of one path are counted at it, and paths are numbered from 1", () => {
  const near = [ROUTERS + 1, ROUTERS + 2], far = [ROUTERS + 1, ROUTERS + 8];
  const traced = tracedPath(near, 4);
  traceFlow(traced, 1, far);
  traceFlow(traced, 2, near);
  traceFlow(traced, 3, near);
  const { paths } = find(traced);
  assertEquals(
    paths.map(({ flows, hops }) => [flows, hops.map(({ path, address }) => [path, address])]),
    [
      [3, [...near, HOST].map((address) => [1, address])],
      [1, [...far, HOST].map((address) => [2, address])],
    ],
  );
});

Deno.test("trace findings: silent hops and the host make paths differ", () => {
  const traced = new TracedByHand({ tries: 1, flows: 3 });
  traced.traced.start(0, traced.add);
  const [one, two, three] = traced.plan.flows;
  // The second hop is silent for the first flow, and the host for the second; for the third it is as for the first.
  for (const flow of [one, three]) {
    traced.fail(traced.send(flow?.echo as never, 1), EXPIRED, ROUTERS + 1);
    traced.lose(traced.send(flow?.echo as never, 2));
    traced.answer(traced.send(flow?.echo as never, 3));
  }
  traced.fail(traced.send(two?.echo as never, 1), EXPIRED, ROUTERS + 1);
  traced.answer(traced.send(two?.echo as never, 2));
  assertEquals(find(traced).paths.map(({ flows, hops }) => [flows, hops.length]), [[2, 3], [1, 2]]);
});

Deno.test("trace findings: a refusal is shown at its hop, with the address of its sender where no other is known", () => {
  const traced = new TracedByHand({ tries: 1 });
  traced.traced.start(0, traced.add);
  const { echo, timestamp } = traced.flow;
  traced.fail(traced.send(echo, 1), EXPIRED, ROUTERS + 1);
  for (const message of [echo, timestamp]) {
    traced.fail(traced.send(message, 2), PROHIBITED, ROUTERS + 7);
  }
  const [, second, ...others] = find(traced).paths[0]?.hops ?? [];
  assertEquals([second?.address, second?.addresses, second?.refusal?.reporter, others], [
    ...[ROUTERS + 7, [], ROUTERS + 7, []],
  ]);
});

Deno.test("trace findings: no more answers than probes are reported", () => {
  const traced = tracedPath();
  traced.answer(traced.send(traced.flow.echo, 4));
  const hop = traced.traced.sweeps[0]?.hops[3];
  hop?.echo.add(5);
  hop?.echo.add(5);
  const echo = find(traced).paths[0]?.hops[3]?.echo;
  assertEquals([echo?.sent, echo?.answered], [2, 2]);
});

Deno.test("trace findings: a hop that is silent for one host and not for another limits its errors", () => {
  const silent = new TracedByHand({ tries: 1 }), other = tracedPath();
  silent.traced.start(0, silent.add);
  silent.fail(silent.send(silent.flow.echo, 1), EXPIRED, ROUTERS + 1);
  silent.fail(silent.send(silent.flow.echo, 3), EXPIRED, ROUTERS + 3);
  const seenHops = findSeenHops([silent.traced, other.traced]);
  assertEquals(seenHops, new Set([1, 3, 2]));
  assertEquals(findSeenHops([silent.traced]), new Set([1, 3]));
  assertEquals(find(silent, { seenHops }).seen.limitedHops, [2]);
  assertEquals(find(other, { seenHops }).seen.limitedHops, []);
});

Deno.test("trace findings: the run's own knowledge is handed on as it is", () => {
  const traced = tracedPath();
  const rate = { sent: 20, answered: 3, rate: 50 };
  const { seen, time, target, verdict } = find(traced, {
    rate,
    isBlockedHere: true,
    isComplete: false,
  });
  assertEquals([seen.rate, seen.isBlockedHere, seen.isComplete, time], [rate, true, false, 17]);
  assertEquals([target.address, verdict.finding], [HOST, "rate_limited"]);
});

Deno.test("trace hop: the commonest address stands first, that of a forger only where there is no other", () => {
  const hop = new TraceHop(2);
  assertEquals([hop.address(new Set()), hop.hasAnswered], [undefined, false]);
  for (const reporter of [3, 5, 5, 7, 7, 7]) hop.expired("echo", ROUTERS + reporter, 1, 0);
  assertEquals(hop.sortedAddresses(new Set()), [ROUTERS + 7, ROUTERS + 5, ROUTERS + 3]);
  assertEquals(hop.address(new Set([ROUTERS + 7])), ROUTERS + 5);
  assertEquals(hop.sortedAddresses(new Set([ROUTERS + 7, ROUTERS + 5])), [ROUTERS + 3]);
  const all = new Set([ROUTERS + 7, ROUTERS + 5, ROUTERS + 3]);
  assertEquals(hop.address(all), ROUTERS + 7);
});

Deno.test("trace hop: an error too late to count shows the address, and is no answer", () => {
  const hop = new TraceHop(2);
  hop.expired("timestamp", ROUTERS + 2, undefined, 0);
  assertEquals([hop.timestamp.answered, hop.timestamp.rttMs, hop.hasAnswered], [
    0,
    undefined,
    true,
  ]);
  hop.expired("timestamp", ROUTERS + 2, 7, 0);
  hop.expired("timestamp", ROUTERS + 2, 9, 0);
  assertEquals([hop.timestamp.answered, hop.timestamp.rttMs?.mean, hop.echo.answered], [2, 8, 0]);
  assertEquals(hop.changes, []);
});

Deno.test("trace hop: a seventeenth address is not kept, those known go on to be counted", () => {
  const hop = new TraceHop(2);
  for (let i = 1; i <= 17; i++) hop.expired("echo", ROUTERS + i, 1, i);
  hop.expired("echo", ROUTERS + 16, 1, 18);
  assertEquals([hop.addresses.size, hop.addresses.get(ROUTERS + 16)], [16, 2]);
  assertEquals(hop.addresses.has(ROUTERS + 17), false);
});

Deno.test("trace hop: a refusal is taken back by its kind and sender alone, and where its sender forges errors", () => {
  const hop = new TraceHop(2);
  hop.refused("echo", PROHIBITED, ROUTERS + 2);
  assertEquals(hop.hasAnswered, true);
  hop.retract("timestamp", ROUTERS + 2);
  hop.retract("echo", ROUTERS + 3);
  assertEquals([hop.refusal?.reporter, hop.echo.answered, hop.timestamp.answered], [
    ROUTERS + 2,
    0,
    0,
  ]);
  hop.distrust(new Set([ROUTERS + 3]));
  assertEquals(hop.refusal?.reporter, ROUTERS + 2);
  hop.distrust(new Set([ROUTERS + 2]));
  assertEquals([hop.refusal, hop.hasAnswered], [undefined, false]);
});
