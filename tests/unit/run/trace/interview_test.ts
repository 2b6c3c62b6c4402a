/** What routers and hosts are asked once the paths are known, and what a burst shows. */

import { assertEquals } from "@std/assert";
import type { ProbeMessage } from "../../../../src/probe/message/message.ts";
import type { Probe } from "../../../../src/probe/probe.ts";
import { TraceInterview } from "../../../../src/run/trace/interview.ts";
import type { PlannedProbe, TraceSchedule } from "../../../../src/run/trace/schedule.ts";
import { makeProbe } from "../../../support/probes.ts";
import { EXPIRED, HOST, PROHIBITED, ROUTERS, TracedByHand } from "./path.ts";

type Planned = readonly [
  atMs: number,
  address: number | undefined,
  message: ProbeMessage,
  ttl?: number,
];

function interviewOf(traced: readonly TracedByHand[], mayAsk = (_: number) => true) {
  const [{ plan }] = traced as [TracedByHand];
  const interview = new TraceInterview(plan, traced.map((each) => each.traced), mayAsk);
  const planned: Planned[] = [];
  const schedule = {
    add: (atNs: number, { targetIndex, message, ttl, isWanted }: PlannedProbe) => {
      assertEquals(isWanted(), true);
      const at = [(atNs - 1e9) / 1e6, interview.targets[targetIndex]?.address, message] as const;
      planned.push(ttl === undefined ? at : [...at, ttl]);
    },
  } as TraceSchedule;
  return { interview, planned, plan, schedule };
}

/** Sends a probe with each time to live up to the host at `distance`; routers before it answer both kinds. */
function trace(traced: TracedByHand, distance: number, { answersTimestamp = true } = {}): void {
  const { echo, timestamp } = traced.flow;
  for (const message of [echo, timestamp]) {
    for (let ttl = 1; ttl <= distance; ttl++) {
      const probe = traced.send(message, ttl);
      if (ttl < distance) traced.fail(probe, EXPIRED, ROUTERS + ttl);
      else if (message === echo || answersTimestamp) traced.answer(probe);
      else traced.lose(probe);
    }
  }
}

function start(
  options: ConstructorParameters<typeof TracedByHand>[0] = {},
  index = 0,
  address = HOST,
) {
  const traced = new TracedByHand({ tries: 1, ...options }, index, address);
  traced.traced.start(0, traced.add);
  return traced;
}

Deno.test("trace interview: each router on a path is asked itself, and the host where it answers", () => {
  const traced = start();
  trace(traced, 3);
  const quiet = interviewOf([traced]);
  assertEquals(
    quiet.interview.targets.map(({ index, address, label }) => [index, address, label]),
    [
      ...[[0, HOST, "host-0"], [1, ROUTERS + 1, "10.0.0.1"], [2, ROUTERS + 2, "10.0.0.2"]],
    ],
  );
  assertEquals([...quiet.interview.routers.keys()], [ROUTERS + 1, ROUTERS + 2]);
  traced.answer(traced.send(traced.plan.direct.timestamp));
  assertEquals([...interviewOf([traced]).interview.routers.keys()], [
    ...[HOST, ROUTERS + 1, ROUTERS + 2],
  ]);
});

Deno.test("trace interview: what may not be asked and what lies beyond the end of a path is not", () => {
  const traced = start();
  trace(traced, 3);
  const { interview } = interviewOf([traced], (address) => address !== ROUTERS + 1);
  assertEquals([...interview.routers.keys()], [ROUTERS + 2]);
  // An error with a greater time to live than that of the host.
  traced.fail(traced.send(traced.flow.echo, 5), EXPIRED, ROUTERS + 9);
  assertEquals(interviewOf([traced]).interview.targets.length, 3);
});

Deno.test("trace interview: a router on several paths is asked once, and a host that is a router as that host", () => {
  const first = start(), second = start({}, 1, ROUTERS + 2);
  trace(first, 3);
  trace(second, 2);
  const { interview } = interviewOf([first, second]);
  assertEquals(interview.targets.map(({ index, address }) => [index, address]), [
    ...[[0, HOST], [1, ROUTERS + 2], [2, ROUTERS + 1]],
  ]);
  assertEquals(interview.routers.size, 2);
  assertEquals(interview.routers.get(ROUTERS + 2)?.statistics.target.label, "host-1");
});

Deno.test("trace interview: echo requests as often as the hops were probed, three at most, and eight for the clock", () => {
  for (const [tries, rounds] of [[1, 1], [2, 2], [3, 3], [5, 3]] as const) {
    const traced = start({ tries });
    trace(traced, 2);
    const { interview, planned, plan, schedule } = interviewOf([traced]);
    interview.plan(schedule, 1e9);
    const ofHop = planned.filter(([, address]) => address === ROUTERS + 1);
    const echoes = ofHop.filter(([, , message]) => message === plan.hop.echo).map(([atMs]) => atMs);
    assertEquals(echoes, [0, 150, 300].slice(0, rounds));
    const clock = ofHop.filter(([, , message]) => message === plan.hop.timestamp);
    assertEquals([clock.length, clock[0]?.[0]], [8, 0]);
    // Within a third of a second, all at different times of the millisecond.
    assertEquals(clock.every(([atMs]) => atMs < 300), true);
    assertEquals(new Set(clock.map(([atMs]) => Math.round(atMs % 1 * 100))).size, 8);
    assertEquals(ofHop.length, rounds + 8);
  }
});

Deno.test("trace interview: a host without timestamp replies gets wrong checksums, and the hops around the drop again", () => {
  const traced = start();
  // Timestamp requests get as far as hop 2, echo requests as far as the host, hop 4.
  const { echo, timestamp } = traced.flow;
  for (let ttl = 1; ttl <= 3; ttl++) {
    traced.fail(traced.send(echo, ttl), EXPIRED, ROUTERS + ttl);
    const probe = traced.send(timestamp, ttl);
    if (ttl < 3) traced.fail(probe, EXPIRED, ROUTERS + ttl);
    else traced.lose(probe);
  }
  traced.answer(traced.send(echo, 4));
  traced.lose(traced.send(timestamp, 4));
  const { interview, planned, plan, schedule } = interviewOf([traced]);
  interview.plan(schedule, 1e9);
  const bad = plan.direct["bad-checksum"];
  assertEquals(planned.filter(([, address]) => address === HOST), [
    ...[[0, HOST, bad], [150, HOST, bad]] as const,
    ...[[600, HOST, timestamp, 3], [600, HOST, echo, 3]] as const,
    ...[[1200, HOST, timestamp, 3], [1200, HOST, echo, 3]] as const,
  ]);
});

Deno.test("trace interview: of the hops beyond a drop the first one that reports echo requests is probed again", () => {
  const traced = start();
  const { echo, timestamp } = traced.flow;
  for (let ttl = 1; ttl <= 4; ttl++) {
    const probe = traced.send(echo, ttl);
    if (ttl === 2) traced.lose(probe);
    else traced.fail(probe, EXPIRED, ROUTERS + ttl);
    if (ttl === 1) traced.fail(traced.send(timestamp, ttl), EXPIRED, ROUTERS + ttl);
    else traced.lose(traced.send(timestamp, ttl));
  }
  traced.answer(traced.send(echo, 5));
  traced.lose(traced.send(timestamp, 5));
  const { interview, planned, schedule } = interviewOf([traced]);
  interview.plan(schedule, 1e9);
  assertEquals(planned.flatMap(([, , , ttl]) => ttl ?? []), [3, 3, 3, 3]);
});

Deno.test("trace interview: where no hop lies beyond the drop none is probed again", () => {
  const traced = start();
  trace(traced, 3, { answersTimestamp: false });
  const { interview, planned, plan, schedule } = interviewOf([traced]);
  interview.plan(schedule, 1e9);
  const messages = planned.filter(([, address]) => address === HOST).map(([, , message]) =>
    message
  );
  assertEquals(messages, [plan.direct["bad-checksum"], plan.direct["bad-checksum"]]);
});

Deno.test("trace interview: a silent host is asked again with pauses, but for a kind that was refused", () => {
  const traced = start();
  traced.lose(traced.send(traced.plan.direct.timestamp));
  traced.fail(traced.send(traced.plan.direct.echo), PROHIBITED, ROUTERS + 1);
  const { interview, planned, plan, schedule } = interviewOf([traced]);
  interview.plan(schedule, 1e9);
  const { timestamp } = plan.direct, bad = plan.direct["bad-checksum"];
  assertEquals(planned, [
    ...[[0, HOST, bad], [150, HOST, bad], [1100, HOST, timestamp], [
      2200,
      HOST,
      timestamp,
    ]] as const,
  ]);
  // Where no timestamp request left, none with a wrong checksum would.
  const unsent = start();
  unsent.lose(unsent.send(unsent.plan.direct.echo));
  const nothing = interviewOf([unsent]);
  nothing.interview.plan(nothing.schedule, 1e9);
  assertEquals(nothing.planned, []);
});

Deno.test("trace interview: a rate is tested where some timestamp requests were answered and some not", () => {
  const isTested = (answered: number, lost: number) => {
    const traced = start();
    const { timestamp } = traced.plan.direct;
    for (let i = 0; i < answered; i++) traced.answer(traced.send(timestamp));
    for (let i = 0; i < lost; i++) traced.lose(traced.send(timestamp));
    const { interview, planned, plan, schedule } = interviewOf([traced]);
    const isPlanned = interview.planRates(schedule, 1e9);
    assertEquals(
      planned.every(([, address, message]) => address === HOST && message === plan.rate),
      true,
    );
    return [isPlanned, planned.length];
  };
  assertEquals([isTested(0, 3), isTested(3, 0), isTested(1, 1)], [
    ...[[false, 0], [false, 0], [true, 23]],
  ]);
});

Deno.test("trace interview: what the host answered when it was asked as a router counts for the rate test", () => {
  const traced = start();
  traced.answer(traced.send(traced.plan.direct.timestamp));
  const { interview, planned, plan, schedule } = interviewOf([traced]);
  assertEquals(interview.planRates(schedule, 1e9), false);
  const probe = makeProbe({ message: plan.hop.timestamp, target: traced.traced.target });
  assertEquals(interview.sent(probe), true);
  assertEquals(interview.planRates(schedule, 1e9), true);
  // Three slow ones, then twenty in a burst, 50 a second.
  assertEquals(planned.map(([atMs]) => atMs), [
    ...[1100, 2200, 3300],
    ...Array.from({ length: 20 }, (_, i) => 4400 + 20 * i),
  ]);
});

/** Sends a rate test and answers those of its probes; the first three are the slow ones. */
function rateOf(answered: (index: number) => boolean, count = 23) {
  const traced = start();
  const { interview, plan } = interviewOf([traced]);
  for (let sequence = 0; sequence < count; sequence++) {
    const probe = makeProbe({ message: plan.rate, target: traced.traced.target, sequence });
    assertEquals(interview.sent(probe), true);
    if (answered(sequence)) interview.outcome({ kind: "reply", probe, reply: {} as never });
    else interview.outcome({ kind: "timedOut", probe });
  }
  return interview.rateOf(0);
}

Deno.test("trace interview: twelve answers of a burst of twenty show a limit, thirteen do not", () => {
  assertEquals(rateOf((i) => i < 3 + 12), { sent: 20, answered: 12, rate: 50 });
  assertEquals(rateOf((i) => i < 3), { sent: 20, answered: 0, rate: 50 });
  assertEquals(rateOf((i) => i < 3 + 13), undefined);
});

Deno.test("trace interview: no limit is shown where a slow probe was lost, or where the burst was cut short", () => {
  assertEquals(rateOf((i) => i < 2), undefined);
  assertEquals(rateOf((i) => i === 1 || i === 2), undefined);
  assertEquals(rateOf((i) => i < 3, 22), undefined);
  assertEquals(interviewOf([start()]).interview.rateOf(0), undefined);
});

Deno.test("trace interview: late answers count, copies do not, and each probe is that of one part of the trace", () => {
  const traced = start();
  trace(traced, 2);
  const { interview, plan } = interviewOf([traced]);
  const target = interview.targets[1] as Probe["target"];
  const echo = makeProbe({ message: plan.hop.echo, target });
  const timestamp = makeProbe({ message: plan.hop.timestamp, target });
  const other = makeProbe({ message: plan.direct.echo, target });
  assertEquals([echo, timestamp, other].map((probe) => interview.sent(probe)), [true, true, false]);
  const extra = (kind: "late" | "duplicate", probe: Probe) =>
    interview.extra({ kind, probe, reply: {} as never });
  assertEquals([extra("late", echo), extra("duplicate", echo), extra("late", timestamp)], [
    ...[true, true, true],
  ]);
  assertEquals([extra("late", other), interview.outcome({ kind: "timedOut", probe: other })], [
    ...[false, false],
  ]);
  const { echo: echoes, timestamp: timestamps } = interview.routers.get(ROUTERS + 1) ?? {};
  assertEquals([echoes, timestamps], [{ sent: 1, answered: 1 }, { sent: 1, answered: 1 }]);
});

Deno.test("trace interview: the clock of a router is measured by its timestamp replies", () => {
  const traced = start();
  trace(traced, 2);
  const { interview, plan } = interviewOf([traced]);
  const target = interview.targets[1] as Probe["target"];
  const lost = (message: ProbeMessage) =>
    interview.outcome({ kind: "timedOut", probe: makeProbe({ message, target }) });
  assertEquals([lost(plan.hop.timestamp), lost(plan.hop.echo)], [true, true]);
  assertEquals(interview.routers.get(ROUTERS + 1)?.statistics.counters.lost, 1);
  const error = { syscall: "sendmmsg", code: "EPERM", message: "" } as never;
  const unsent = { target, index: 0, message: plan.rate, sequence: 0, error };
  const at = traced.clock.now();
  assertEquals(interview.outcome({ kind: "unsent", ...unsent, at }), true);
});
