import { assert, assertEquals } from "@std/assert";
import type { ExtraReply, ProbeOutcome, StrayDatagram } from "../../../src/probe/outcome.ts";
import type { ClockEvent } from "../../../src/run/clock/event.ts";
import { agree, ClockRecorder } from "../../../src/run/clock/recorder.ts";
import { RunState } from "../../../src/run/run_state.ts";
import { TargetStatistics } from "../../../src/run/target_statistics.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { makeProbe } from "../../support/probes.ts";

const WATCHER = { replied() {}, idle() {}, remark() {} };

function makeTargets(hosts: number) {
  return Array.from({ length: hosts }, (_, index) => ({
    index,
    address: 0xc0000201 + index,
    label: `192.0.2.${1 + index}`,
  }));
}

function recorder(hosts: number): ClockRecorder {
  const targets = makeTargets(hosts);
  const clock = new FakeClock();
  return new ClockRecorder(new RunState(targets, clock), clock, WATCHER);
}

/** What would be known of a host with that offset to ± 5 ms; undefined for an undecided one. */
function withOffsets(...offsetsMs: readonly (number | undefined)[]): ClockEvent[] {
  return recorder(offsetsMs.length).clocks().map((event, index) => {
    const offsetMs = offsetsMs[index];
    if (offsetMs === undefined) return event;
    const state = { ...event.state, decidable: true, undecided: undefined };
    return {
      ...event,
      state: { ...state, offsetMs, lowerMs: offsetMs - 5, upperMs: offsetMs + 5 },
    };
  });
}

Deno.test("before a reply nothing is known of anybody", () => {
  const events = recorder(2).clocks();
  assertEquals(events.map(({ state }) => state.undecided), ["no reply yet", "no reply yet"]);
  assertEquals(agree(events), undefined);
  assertEquals(events.map(({ counters }) => counters.sent), [0, 0]);
});

Deno.test("one decided clock is no company", () => {
  assertEquals(agree(withOffsets(3, undefined)), undefined);
});

Deno.test("clocks half a day off agree on either side of the fold", () => {
  const halfDayMs = 43_200_000;
  for (
    const offsets of [
      [halfDayMs - 1, -halfDayMs + 1, halfDayMs - 2],
      [-halfDayMs + 1, halfDayMs - 1, halfDayMs - 2],
    ]
  ) {
    const together = agree(withOffsets(...offsets));
    assert(together !== undefined);
    assertEquals([together.consensus.agreeing, together.consensus.falsetickers], [3, []]);
    assertEquals(together.consensus.localClock, "off");
    // 11:51:34.656 of 2026-09-13, where the clock of these tests stands.
    assertEquals(Math.round(together.time * 1e3), 1_789_257_600_000 + 42_694_656);
  }
});

Deno.test("a host that is half a day off does not make our clock a day off, although it is asked first", () => {
  const together = agree(withOffsets(43_200_000 - 1, 1, -1, 0.5, 0));
  assertEquals(together?.consensus.localClock, "right");
  assertEquals(together?.consensus.falsetickers, ["192.0.2.1"]);
  assertEquals([together?.consensus.lowerMs, together?.consensus.upperMs], [-4.5, 5]);
});

Deno.test("this machine does not count, and is named", () => {
  const events = withOffsets(0, 700, 700);
  const together = agree(events, (address) => address === 0xc0000201);
  assertEquals(together?.notCounted, ["192.0.2.1"]);
  assertEquals([together?.consensus.hosts, together?.consensus.localClock], [2, "off"]);
  assertEquals(agree(withOffsets(0, 1), () => true), undefined);
});

/** A recorder of two hosts, its state, and what its watcher was given. */
function watched() {
  const targets = makeTargets(2);
  const clock = new FakeClock();
  const state = new RunState(targets, clock);
  const remarks: string[] = [];
  const replied: unknown[] = [];
  const paused: unknown[] = [];
  const held = Promise.resolve();
  const follower = new ClockRecorder(state, clock, {
    replied: (...each) => void replied.push(each),
    remark: (text) => void remarks.push(text),
    idle: (...each) => {
      paused.push(each);
      return held;
    },
  });
  return { follower, state, clock, remarks, replied, paused, held };
}

const [HOST, OTHER] = makeTargets(2) as [TargetStatistics["target"], TargetStatistics["target"]];

/** A reply within 10 ms of a host whose clock is right, a second after midnight. */
function reply(target = HOST): Extract<ProbeOutcome, { kind: "reply" }> {
  const at = (ms: number) => ({ realtimeNs: ms * 1e6, monotonicNs: ms * 1e6, source: "kernel" });
  const measurement = {
    ...{ receiveMs: 1005, transmitMs: 1005, reading: "standard" },
    host: { tick: "fine", tickMs: 1, isWithdrawn: false },
  };
  return {
    kind: "reply",
    probe: Object.assign(makeProbe({ target }), { sentAt: at(1000) }),
    reply: { rttNs: 10e6, measurement, flags: [], receivedAt: at(1010) },
  } as unknown as ReturnType<typeof reply>;
}

Deno.test("clock recorder: each outcome counts at its target, and trouble is one line", () => {
  const { follower, state, remarks, replied } = watched();
  const answered = reply();
  const probe = makeProbe({ target: OTHER });
  const refusal = { name: "host unreachable" };
  for (
    const outcome of [
      answered,
      { kind: "timedOut", probe },
      { kind: "icmpError", probe, error: refusal, reporter: 0xc63364fe },
      { kind: "unsent", target: OTHER, error: { code: "EPERM", message: "Cannot send: EPERM" } },
    ]
  ) follower.outcome(outcome as unknown as ProbeOutcome);
  assertEquals(replied, [[answered.probe, answered.reply]]);
  assertEquals(remarks, [
    "192.0.2.2: refused by 198.51.100.254: host unreachable",
    "192.0.2.2: not sent: Cannot send: EPERM",
  ]);
  const counts = state.statistics.map(({ counters }) => [counters.sent, counters.unsent]);
  assertEquals(counts, [[1, 0], [2, 1]]);
  const [host, other] = follower.clocks();
  assertEquals([host?.state.probes, other?.state.probes], [1, 0]);
  assertEquals([other?.icmpError, other?.unsent?.code], [
    ...[{ name: "host unreachable", from: "198.51.100.254" }, "EPERM"],
  ]);
  const extra = { ...reply(), kind: "duplicate" } as unknown as ExtraReply;
  follower.extra(extra);
  follower.close([probe, probe]);
  const [first, second] = state.statistics;
  assertEquals([first?.counters.duplicates, second?.counters.pending], [1, 2]);
});

Deno.test("clock recorder: a pause is passed on, with what holds the run up", () => {
  const { follower, paused, held } = watched();
  assertEquals([follower.idle(7, true) === held, paused], [true, [[7, true]]]);
});

Deno.test("clock recorder: strays are counted, a thousand and ten for each probe in a line, foreign ones in none", () => {
  const { follower, state, remarks } = watched();
  const stray = (kind: StrayDatagram["kind"]) =>
    follower.stray({ kind, detail: "what it is" } as StrayDatagram);
  stray("foreign");
  assertEquals([remarks, state.strays.foreign], [[], 1]);
  for (let count = 0; count < 1003; count++) stray("malformed");
  assertEquals([remarks.length, remarks[0]], [1000, "ignored (malformed): what it is"]);
  assertEquals([state.strays.malformed, state.strays.unreported], [1003, 3]);
  follower.outcome(reply());
  for (let count = 0; count < 12; count++) stray("unmatched");
  assertEquals([remarks.length, remarks.at(-1)], [1010, "ignored (unmatched): what it is"]);
  assertEquals([state.strays.unmatched, state.strays.unreported], [12, 5]);
});

Deno.test("clock recorder: a target that is left is followed no longer, and one that is followed again starts again", () => {
  const { follower, clock } = watched();
  follower.outcome(reply());
  const left = follower.leave(0);
  assertEquals([left?.target, left?.state.probes, left?.nowNs], [HOST, 1, clock.now().realtimeNs]);
  assertEquals(left?.baseUnixMs, clock.baseUnixMs);
  assertEquals(follower.clocks().map(({ target }) => target), [OTHER]);
  assertEquals([follower.leave(0), follower.trackers.length], [undefined, 1]);
  follower.follow(new TargetStatistics(HOST));
  assertEquals(follower.clocks().map(({ target, state }) => [target, state.probes]), [
    ...[[HOST, 0], [OTHER, 0]],
  ]);
});

Deno.test("clock recorder: each host has its own places in the interval, and one that is not followed none", () => {
  const { follower } = watched();
  const phases = (index: number) =>
    Array.from({ length: 8 }, (_, round) => follower.phaseMs(index, round, round * 1e8, 100));
  const [first, second] = [phases(0), phases(1)];
  for (const phaseMs of [...first, ...second]) assert(phaseMs >= 0 && phaseMs < 100, `${phaseMs}`);
  assertEquals(new Set([...first, ...second]).size, 16);
  assertEquals(phases(2), Array(8).fill(0));
});
