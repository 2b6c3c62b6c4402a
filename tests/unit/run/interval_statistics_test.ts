import { assert, assertEquals } from "@std/assert";
import { IntervalStatistics } from "../../../src/run/interval_statistics.ts";
import { JsonReporter } from "../../../src/record/json_reporter.ts";
import { LineSink } from "../../../src/terminal/line_sink.ts";
import { RunRecorder } from "../../../src/run/run_recorder.ts";
import { RunState } from "../../../src/run/run_state.ts";
import { Prober } from "../../../src/probe/prober.ts";
import { type Target, UNKNOWN_ADDRESS } from "../../../src/targets/target.ts";
import { MemorySink } from "../../support/memory_sink.ts";
import { makeTargets, proberOptions } from "../../support/simulated_run.ts";
import { SimulatedTransport } from "../../support/simulated_transport.ts";

Deno.test("interval: a summary is due each interval, counted from the first look", () => {
  const statistics = new IntervalStatistics(makeTargets(1), 10_000);
  assertEquals(statistics.isDue(5e9, () => 0), false);
  assertEquals(statistics.isDue(14.9e9, () => 0), false);
  assertEquals(statistics.isDue(15e9, () => 0), true);
  statistics.take(15.2e9, 0);
  // A look that came late does not put the next one off.
  assertEquals([statistics.isDue(24.9e9, () => 0), statistics.isDue(25e9, () => 0)], [false, true]);
});

Deno.test("interval: after a long sleep one summary is due, not one for each interval slept through", () => {
  const statistics = new IntervalStatistics(makeTargets(1), 1000);
  statistics.isDue(0, () => 0);
  assertEquals(statistics.isDue(3600e9, () => 0), true);
  statistics.take(3600e9, 0);
  assertEquals([statistics.isDue(3600.5e9, () => 0), statistics.isDue(3601e9, () => 0)], [
    false,
    true,
  ]);
});

Deno.test("interval: nothing is due before the first look, nor twice at one moment", () => {
  const statistics = new IntervalStatistics(makeTargets(1), 1000);
  assertEquals(statistics.dueNs, Infinity);
  statistics.isDue(0, () => 0);
  assertEquals(statistics.dueNs, 1e9);
  statistics.take(2e9, 0);
  assertEquals([statistics.isDue(2e9, () => 0), statistics.dueNs], [false, 3e9]);
  const taken = new IntervalStatistics(makeTargets(1), 1000);
  assertEquals([taken.take(5e9, 7)[0]?.from, taken.dueNs], [undefined, 6e9]);
});

Deno.test("interval: a target that is another host starts at zero, and a name without an address has no summary", () => {
  const [first, second] = makeTargets(2) as [Target, Target];
  const unknown = { ...second, address: UNKNOWN_ADDRESS };
  const statistics = new IntervalStatistics([first, unknown], 1000);
  for (const target of [first, unknown]) statistics.of(target).addPending();
  statistics.move({ ...first, address: 7 });
  const seen = () =>
    statistics.take(0, 0).map(({ target, counters }) => [target.address, counters.sent]);
  assertEquals(seen(), [[7, 0]]);
  statistics.move(second);
  assertEquals(seen(), [[7, 0], [second.address, 0]]);
});

Deno.test("interval: every target has a summary, also one of which nothing happened, and an interval starts where the last one ended", () => {
  const targets = makeTargets(3);
  const statistics = new IntervalStatistics(targets, 1000);
  statistics.isDue(0, () => 5.5);
  statistics.of(targets[1] as Target).addPending();
  const first = statistics.take(0, 7);
  assertEquals(first.map(({ scope, counters, from, time }) => [scope, counters.sent, from, time]), [
    ["interval", 0, 5.5, 7],
    ["interval", 1, 5.5, 7],
    ["interval", 0, 5.5, 7],
  ]);
  const second = statistics.take(1, 8);
  assertEquals(second.map(({ counters, from, time }) => [counters.sent, from, time]), [
    [0, 7, 8],
    [0, 7, 8],
    [0, 7, 8],
  ]);
});

Deno.test("interval: the intervals of a run add up to it", async () => {
  const transport = new SimulatedTransport({ out: 0.1, back: 0.1 });
  const targets = makeTargets(1);
  const sink = new MemorySink();
  const lines = new LineSink(sink, (error) => {
    throw error;
  });
  const recorder = new RunRecorder(
    new RunState(targets, transport.clock),
    new JsonReporter(lines, { quiet: false }),
    { baseUnixMs: transport.clock.baseUnixMs, summaryEveryMs: 1000 },
  );
  const options = proberOptions({ count: 100, intervalMs: 100 }, targets);
  await new Prober(options, transport, recorder).run();
  lines.flush();
  const records = sink.lines.map((line) => JSON.parse(line));
  const summaries = records.filter(({ type }) => type === "summary");
  assertEquals(summaries.length, 9);
  const last = records.lastIndexOf(summaries.at(-1));
  const replies = records.slice(0, last).filter(({ type }) => type === "reply").length;
  assertEquals(summaries.reduce((sum, { received }) => sum + received, 0), replies);
  for (const { received } of summaries) assert(received >= 9 && received <= 11);
});
