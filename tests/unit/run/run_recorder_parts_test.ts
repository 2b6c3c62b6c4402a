/** What the recorder of a ping run passes on: each event to the reporter, with its statistics, and echo requests beside apart. */

import { assertEquals } from "@std/assert";
import { EchoProbe } from "../../../src/probe/message/echo.ts";
import type { ExtraReply, ProbeOutcome, StrayDatagram } from "../../../src/probe/outcome.ts";
import type { InFlightProbe } from "../../../src/probe/probe.ts";
import type { Reporter } from "../../../src/run/reporter.ts";
import { RunRecorder, type RunRecorderOptions } from "../../../src/run/run_recorder.ts";
import { RunState } from "../../../src/run/run_state.ts";
import type { Target } from "../../../src/targets/target.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { makeProbe } from "../../support/probes.ts";
import { makeTargets } from "../../support/simulated_run.ts";

const BASE = 86_400_000;
const ECHO = new EchoProbe();
const [HOST, OTHER] = makeTargets(2) as [Target, Target];

/** A recorder of two hosts, and all that its reporter was given. */
function open(options: Partial<RunRecorderOptions> = {}) {
  const clock = new FakeClock();
  const state = new RunState([HOST, OTHER], clock);
  const events: (readonly [name: string, event: Readonly<Record<string, unknown>>])[] = [];
  const note = (name: string) => (event: unknown) =>
    void events.push([name, event as Readonly<Record<string, unknown>>]);
  const reporter = Object.fromEntries(
    ["run", "sent", "reply", "icmpError", "timeout", "unsent", "stray", "summary"]
      .map((name) => [name, note(name)]),
  ) as unknown as Reporter;
  const recorder = new RunRecorder(state, reporter, { baseUnixMs: BASE, ...options });
  const beside = new RunState([HOST, OTHER], clock);
  return { recorder, state, events, beside, names: () => events.map(([name]) => name) };
}

function reply(probe: InFlightProbe): Extract<ProbeOutcome, { kind: "reply" }> {
  const receivedAt = { realtimeNs: 0, monotonicNs: 0, source: "kernel" };
  return {
    ...{ kind: "reply", probe, reply: { rttNs: 5e6, flags: ["odd-code"], receivedAt } },
  } as unknown as ReturnType<typeof reply>;
}

function unsent(target: Target, message = makeProbe({}).message): ProbeOutcome {
  return { kind: "unsent", target, message } as unknown as ProbeOutcome;
}

Deno.test("run recorder: each outcome is one event, with the statistics that it is counted in", () => {
  const { recorder, state, events } = open();
  const probe = makeProbe({ target: OTHER });
  const outcomes: ProbeOutcome[] = [
    reply(probe),
    { kind: "timedOut", probe },
    { kind: "timedOut", probe, isQueued: true },
    { kind: "icmpError", probe } as unknown as ProbeOutcome,
    unsent(OTHER),
  ];
  for (const outcome of outcomes) recorder.outcome(outcome);
  assertEquals(events.map(([name, { isQueued, baseUnixMs }]) => [name, isQueued, baseUnixMs]), [
    ["reply", undefined, BASE],
    ["timeout", false, BASE],
    ["timeout", true, BASE],
    ["icmpError", undefined, BASE],
    ["unsent", undefined, BASE],
  ]);
  const statistics = state.of(OTHER);
  for (const [, event] of events.slice(0, 4)) assertEquals(event["statistics"], statistics);
  assertEquals(events[0]?.[1]["flags"], ["odd-code"]);
  assertEquals([statistics.counters.sent, statistics.counters.unsent], [4, 1]);
  assertEquals(state.of(HOST).counters.sent, 0);
});

Deno.test("run recorder: a further reply has the flag of its kind, and those of its own after it", () => {
  const { recorder, events, state } = open();
  const { probe, reply: answer } = reply(makeProbe({ target: HOST }));
  for (const kind of ["duplicate", "late", "afterError"] as const) {
    recorder.extra({ kind, probe, reply: answer } as ExtraReply);
  }
  assertEquals(events.map(([, { flags, change }]) => [flags, change]), [
    [["duplicate", "odd-code"], undefined],
    [["late", "odd-code"], undefined],
    [["after-icmp-error", "odd-code"], undefined],
  ]);
  assertEquals([state.of(HOST).counters.duplicates, state.of(HOST).counters.late], [1, 2]);
});

Deno.test("run recorder: repeats of a target that has gone do not count for the one that has its place", () => {
  const { recorder, state, events } = open();
  const { probe, reply: answer } = reply(makeProbe({ target: HOST }));
  const repeat = () => recorder.extra({ kind: "late", probe, reply: answer } as ExtraReply);
  for (let i = 0; i < 103; i++) repeat();
  assertEquals([events.length, state.strays.unreported], [100, 3]);
  recorder.forget(HOST.index);
  state.of(HOST).counters.late = 0;
  repeat();
  assertEquals([events.length, state.strays.unreported], [101, 3]);
});

Deno.test("run recorder: strays are reported up to their limit, and counted beyond it", () => {
  const { recorder, events, state } = open();
  for (let i = 0; i < 1002; i++) recorder.stray({ kind: "unmatched" } as StrayDatagram);
  assertEquals([events.length, state.strays.unmatched, state.strays.unreported], [1000, 1002, 2]);
  recorder.outcome({ kind: "timedOut", probe: makeProbe({ target: HOST }) });
  for (let i = 0; i < 12; i++) recorder.stray({ kind: "malformed" } as StrayDatagram);
  assertEquals([events.length, state.strays.malformed, state.strays.unreported], [1011, 12, 4]);
});

Deno.test("run recorder: requests are reported where packets are explained", () => {
  for (const explains of [true, false, undefined]) {
    const { recorder, names } = open({ explains });
    recorder.sent(makeProbe({}), new Uint8Array(3));
    assertEquals(names(), explains ? ["sent"] : []);
  }
});

Deno.test("run recorder: echo requests beside count apart, and have a summary where one was due", () => {
  const summaries = (act: (recorder: RunRecorder) => void) => {
    const { recorder, state, beside, events } = open();
    recorder.countBeside(beside);
    act(recorder);
    recorder.summarize();
    assertEquals(state.totals().sent, 0);
    return events.filter(([name]) => name === "summary").map(([, { target, message }]) => [
      (target as Target).index,
      message,
    ]);
  };
  const plain = [[0, undefined], [1, undefined]];
  assertEquals(summaries(() => {}), plain);
  const echo = makeProbe({ target: HOST, message: ECHO });
  const of = (...outcomes: readonly ProbeOutcome[]) =>
    summaries((recorder) => outcomes.forEach((outcome) => recorder.outcome(outcome)));
  const apart = [[0, undefined], [0, "echo"], [1, undefined]];
  assertEquals(of(reply(echo)), apart);
  assertEquals(of(unsent(HOST, ECHO)), apart);
  assertEquals(of(reply(echo), unsent(HOST, ECHO)), apart);
  assertEquals(summaries((recorder) => recorder.close([echo])), apart);
  assertEquals(of(unsent(OTHER, ECHO)), [...plain, [1, "echo"]]);
});

Deno.test("run recorder: without echo requests beside, those of the run are its own", () => {
  const { recorder, state, events } = open();
  const echo = makeProbe({ target: HOST, message: ECHO });
  recorder.outcome(reply(echo));
  recorder.close([echo]);
  recorder.summarize();
  assertEquals([state.of(HOST).counters.sent, state.of(HOST).counters.pending], [2, 1]);
  assertEquals(events.map(([name, { message }]) => [name, message]).slice(1), [
    ...[["summary", undefined], ["summary", undefined]],
  ]);
});

Deno.test("run recorder: intervals leave echo requests beside and late words on an earlier address out", () => {
  const seen: (readonly (number | undefined)[])[] = [];
  const { recorder, beside, names, state } = open({
    watch: {
      everyMs: 1000,
      look: (summaries) =>
        void seen.push(
          summaries.map(({ counters, rttMs }) => counters.sent + counters.late + (rttMs?.min ?? 0)),
        ),
    },
  });
  assertEquals(recorder.reportDueNs, Infinity);
  recorder.idle(0, false);
  assertEquals(recorder.reportDueNs, 1e9);
  recorder.countBeside(beside);
  const probe = makeProbe({ target: HOST });
  recorder.outcome(reply(probe));
  recorder.outcome(reply(makeProbe({ target: HOST, message: ECHO })));
  const late = reply(makeProbe({ target: HOST, message: ECHO }));
  recorder.extra({ ...late, kind: "late" } as unknown as ExtraReply);
  recorder.extra({ ...reply(probe), kind: "late" } as unknown as ExtraReply);
  recorder.idle(1e9 - 1, false);
  assertEquals(seen, []);
  recorder.idle(1e9, true);
  // One reply after 5 ms, and a late one.
  assertEquals(seen, [[7, 0]]);
  recorder.move(HOST, 7);
  recorder.idle(2e9, true);
  assertEquals([seen.at(-1), state.statistics[0]?.target.address], [[0, 0], 7]);
  assertEquals(beside.statistics[0]?.target.address, 7);
  // They were for the watch alone.
  assertEquals(names().includes("summary"), false);
  assertEquals(open().recorder.reportDueNs, Infinity);
});

Deno.test("run recorder: the summaries that were asked for are reported as well, and the pause is passed on", () => {
  const paused: unknown[] = [];
  const held = Promise.resolve();
  const { recorder, names } = open({
    summaryEveryMs: 500,
    idle: (...pause) => {
      paused.push(pause);
      return held;
    },
  });
  assertEquals(recorder.idle(0, true) === held, true);
  recorder.idle(0.5e9, false);
  assertEquals([paused, names()], [[[0, true], [0.5e9, false]], ["summary", "summary"]]);
});

Deno.test("run recorder: intervals of a run that keeps no delays count alone", () => {
  const seen: unknown[] = [];
  for (const keepsDelays of [true, false]) {
    const { recorder } = open({
      keepsDelays,
      watch: { everyMs: 1, look: ([host]) => void seen.push(host?.rttMs?.min) },
    });
    recorder.idle(0, false);
    recorder.outcome(reply(makeProbe({ target: HOST })));
    recorder.idle(1e6, false);
  }
  assertEquals(seen, [5, undefined]);
});
