/** When `clock` writes what. */

import { assert, assertEquals } from "@std/assert";
import { ClockReporter, type ClockReporterOptions } from "../../../src/report/clock_reporter.ts";
import { ClockRecords } from "../../../src/record/clock_form.ts";
import type { EndInfo } from "../../../src/run/event.ts";
import { setColorEnabled } from "../../../src/terminal/color.ts";
import { LineSink } from "../../../src/terminal/line_sink.ts";
import { ProbeCounters } from "../../../src/stats/mod.ts";
import { MemorySink } from "../../support/memory_sink.ts";
import { clockEvent, UNDECIDED } from "./clock_fixture.ts";

function open(more: Partial<ClockReporterOptions> = {}, hasForm = false) {
  setColorEnabled(false);
  const sink = new MemorySink(), terminal = new MemorySink();
  const lines = new LineSink(sink, (error) => {
    throw error;
  });
  const form = hasForm ? new ClockRecords(lines) : undefined;
  const reporter = new ClockReporter(lines, {
    ...{ quiet: false, numeric: true, terminal: undefined, probes: 202, form },
    ...more,
  });
  return { sink, terminal, reporter };
}

const END = { kernelDrops: 2, failedCalls: 0, totals: new ProbeCounters() } as EndInfo;

Deno.test("clock output: a clock in full, several as a table, each with what the numbers rest on", () => {
  const one = open();
  one.reporter.report([clockEvent()], undefined, false);
  const full = one.sink.text;
  const two = open();
  two.reporter.report([clockEvent(), clockEvent()], undefined, false);
  assert(one.sink.lines.length > 3 && full.includes("192.0.2.7"), full);
  assertEquals(two.sink.lines.filter((line) => line.startsWith("192.0.2.7")).length, 2);
  for (const line of [...one.sink.lines, ...two.sink.lines]) assert(line.length <= 80, line);
  // Without an offset there is nothing that a path could shift.
  const last = full.trimEnd().split("\n").at(-1) ?? "";
  const undecided = open({ isUnsynchronised: true });
  undecided.reporter.report([clockEvent(UNDECIDED)], undefined, false);
  assertEquals(undecided.sink.text.includes(last), false);
  assertEquals(undecided.sink.text.includes("not synchronised"), false);
  const mixed = open({ isUnsynchronised: true });
  mixed.reporter.report([clockEvent(UNDECIDED), clockEvent()], undefined, false);
  assert(mixed.sink.text.includes(last));
  assert(mixed.sink.text.includes("Our own clock is not synchronised"));
});

Deno.test("clock output: while clocks are followed, a line each, and nothing where that is not wanted", () => {
  const followed = open();
  followed.reporter.report([clockEvent(), clockEvent(UNDECIDED)], undefined, true);
  assertEquals(followed.sink.lines.length, 2);
  const quiet = open({ quiet: true });
  quiet.reporter.report([clockEvent()], undefined, true);
  assertEquals(quiet.sink.text, "");
  quiet.reporter.report([clockEvent()], undefined, false);
  assert(quiet.sink.text !== "");
});

Deno.test("clock output: each restart of a clock is printed once", () => {
  const { sink, reporter } = open();
  const printed = () => sink.lines.filter((line) => line.startsWith("192.0.2.7")).length;
  const restart = { atNs: 43_000e9, reason: "remote clock changed", changeMs: 5 } as const;
  const added = (restartCount: number) => {
    const before = printed();
    const restarts = Array.from({ length: restartCount }, () => restart);
    reporter.report([clockEvent({ restartCount, restarts })], undefined, true);
    return printed() - before;
  };
  assertEquals([0, 1, 1, 3, 3].map(added), [0, 1, 0, 2, 0]);
});

Deno.test("clock output: lines of clocks that are followed are as wide as the terminal", () => {
  const restart = { atNs: 43_000e9, reason: "remote clock changed", changeMs: 5 } as const;
  const events = [
    clockEvent({ restartCount: 1, restarts: [restart] }),
    clockEvent({ ...UNDECIDED, restartCount: 1, restarts: [restart] }),
  ];
  const linesAt = (columns: number) => {
    const { sink, reporter } = open({ columns: () => columns });
    for (const event of events) reporter.report([event], undefined, true);
    return sink.lines;
  };
  const narrow = linesAt(44), wide = linesAt(200);
  for (const line of narrow) assert(line.length <= 44, line);
  assert(wide.some((line) => line.length > 80), wide.join("\n"));
  assert(narrow.length > wide.length, narrow.join("\n"));
});

Deno.test("clock output: a form for programs takes the place of text, to the end", () => {
  const { sink, reporter } = open({}, true);
  reporter.report([clockEvent(), clockEvent(UNDECIDED)], undefined, false);
  reporter.end(END);
  assertEquals(sink.lines.map((line) => JSON.parse(line).type), ["clock", "clock", "end"]);
  const text = open();
  text.reporter.end(END);
  assertEquals(text.sink.lines, ["this machine's full receive buffer dropped 2 datagrams"]);
});

Deno.test("clock output: the live line is on the terminal alone, and goes before other lines", () => {
  const terminal = new MemorySink();
  const { sink, reporter } = open({ terminal });
  reporter.progress(1e9, () => [clockEvent()]);
  assert(terminal.text.includes("101 of 202 probes"), terminal.text);
  assertEquals(sink.text, "");
  reporter.report([clockEvent()], undefined, false);
  assert(terminal.text.endsWith("\r\x1b[K"));
  reporter.progress(3e9, () => [clockEvent()]);
  reporter.end(END);
  assert(terminal.text.endsWith("\r\x1b[K"));
});
