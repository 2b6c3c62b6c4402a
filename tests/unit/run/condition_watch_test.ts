/** Who meets which condition, over a whole run and from interval to interval, and the line that says so. */

import { assertEquals } from "@std/assert";
import { parseCondition } from "../../../src/run/condition.ts";
import {
  type ConditionEvent,
  ConditionWatch,
  findMet,
  formatConditionEvent,
} from "../../../src/run/condition_watch.ts";
import { TargetStatistics, type TargetSummary } from "../../../src/run/target_statistics.ts";

const LOSS = parseCondition(" loss>50% ");
const LATE = parseCondition("late>0");
const RTT = parseCondition("rtt<1ms");

/** A target of whose probes some were lost. */
function summaryOf(index: number, received: number, lost: number, late = 0): TargetSummary {
  const statistics = new TargetStatistics({ index, label: `host-${index}`, address: index });
  Object.assign(statistics.counters, { sent: received + lost, received, lost, late });
  return statistics.summary(0);
}

/** Each event as target, condition and whether it is met. */
const show = (events: readonly ConditionEvent[]) =>
  events.map(({ target, text, finding }) => [target.index, text, finding.isMet]);

Deno.test("conditions of a whole run: each that each target meets, in order", () => {
  const sources = [summaryOf(0, 1, 3, 1), summaryOf(1, 3, 1), summaryOf(2, 0, 4)];
  const met = findMet([LOSS, LATE], sources, 7);
  assertEquals(show(met), [[0, "loss>50%", true], [0, "late>0", true], [2, "loss>50%", true]]);
  assertEquals(met.map(({ scope, time }) => [scope, time]), Array(3).fill(["run", 7]));
});

Deno.test("conditions of intervals: a target that enters or leaves one, once, and each target on its own", () => {
  const watch = new ConditionWatch([LOSS, LATE]);
  const look = (...sources: readonly TargetSummary[]) => show(watch.look(sources, 5));
  assertEquals(look(summaryOf(0, 4, 0), summaryOf(1, 4, 0)), []);
  assertEquals(look(summaryOf(0, 1, 3, 2), summaryOf(1, 4, 0)), [
    [0, "loss>50%", true],
    [0, "late>0", true],
  ]);
  assertEquals(look(summaryOf(0, 0, 4, 2), summaryOf(1, 0, 4)), [[1, "loss>50%", true]]);
  assertEquals(look(summaryOf(0, 4, 0, 1), summaryOf(1, 0, 4)), [[0, "loss>50%", false]]);
  const [event] = watch.look([summaryOf(0, 4, 0)], 9);
  assertEquals([event?.text, event?.finding.isMet, event?.scope, event?.time], [
    ...["late>0", false, "interval", 9],
  ]);
});

Deno.test("conditions of intervals: one in which no probe is settled changes nothing", () => {
  const watch = new ConditionWatch([LOSS]);
  watch.look([summaryOf(0, 0, 4)], 1);
  assertEquals(watch.look([summaryOf(0, 0, 0)], 2), []);
  assertEquals(show(watch.look([summaryOf(0, 1, 0)], 3)), [[0, "loss>50%", false]]);
});

Deno.test("a line about a condition: the time where the run goes on, and why it is unknown", () => {
  const lines = (events: readonly ConditionEvent[]) => events.map(formatConditionEvent);
  assertEquals(lines(findMet([LOSS, RTT], [summaryOf(3, 0, 4)], 0)), [
    "host-3: loss>50% is true, it is 100 %",
    "host-3: rtt<1ms counts as true, it is unknown: no reply",
  ]);
  const watch = new ConditionWatch([LOSS, RTT]);
  // 2026-11-28 03:00:00.75 UTC.
  assertEquals(lines(watch.look([summaryOf(3, 0, 4)], 1_795_834_800.75)), [
    "host-3: loss>50% became true at 2026-11-28T03:00:00Z, it is 100 %",
    "host-3: rtt<1ms became true at 2026-11-28T03:00:00Z, unknown: no reply",
  ]);
  assertEquals(lines(watch.look([summaryOf(3, 4, 0)], 1_795_834_810)).slice(0, 1), [
    "host-3: loss>50% became false at 2026-11-28T03:00:10Z, it is 0 %",
  ]);
});
