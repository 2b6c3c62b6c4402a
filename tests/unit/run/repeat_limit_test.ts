import { assertEquals } from "@std/assert";
import { RepeatLimit, StrayLimit } from "../../../src/run/repeat_limit.ts";
import { ProbeCounters } from "../../../src/stats/mod.ts";

/** Counters after this many repeated replies, every third of them late. */
function counters(sent: number, repeats: number): ProbeCounters {
  const counters = new ProbeCounters();
  counters.sent = sent;
  counters.late = Math.floor(repeats / 3);
  counters.duplicates = repeats - counters.late;
  return counters;
}

/** How many of a target's repeated replies are reported while it is sent `sent` probes. */
function reported(limit: RepeatLimit, target: number, sent: number, from: number, to: number) {
  let count = 0;
  for (let repeats = from; repeats <= to; repeats++) {
    if (limit.takes(target, counters(sent, repeats))) count++;
  }
  return count;
}

Deno.test("repeated replies: a hundred of a target are reported, and ten more for each probe", () => {
  const limit = new RepeatLimit();
  assertEquals(reported(limit, 0, 3, 1, 500), 130);
  // With two more probes, twenty more.
  assertEquals(reported(limit, 0, 5, 501, 1000), 20);
  assertEquals(reported(limit, 0, 5, 1001, 1100), 0);
  // Others have their own.
  assertEquals(reported(limit, 1, 0, 1, 500), 100);
});

Deno.test("repeated replies: another target with that index starts at zero", () => {
  const limit = new RepeatLimit();
  reported(limit, 4, 1, 1, 300);
  limit.forget(4);
  assertEquals(reported(limit, 4, 1, 1, 300), 110);
});

Deno.test("strays: a thousand of a run are reported, and ten more for each probe", () => {
  const limit = new StrayLimit();
  const count = (tries: number) => {
    let taken = 0;
    for (let index = 0; index < tries; index++) if (limit.takes()) taken++;
    return taken;
  };
  assertEquals(count(5000), 1000);
  limit.addProbe();
  limit.addProbe();
  assertEquals(count(5000), 20);
  assertEquals(count(5000), 0);
});
