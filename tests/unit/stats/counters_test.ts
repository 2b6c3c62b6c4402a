import { assertEquals } from "@std/assert";
import { ProbeCounters } from "../../../src/stats/mod.ts";

Deno.test("loss counts settled probes, those that could not be sent among them, and not the pending", () => {
  const counters = new ProbeCounters();
  assertEquals(counters.lossRatio, undefined);
  counters.sent = 10;
  counters.received = 6;
  counters.lost = 1;
  counters.icmpErrors = 1;
  counters.unsent = 3;
  counters.duplicates = 4;
  assertEquals(counters.pending, 2);
  assertEquals(counters.lossRatio, 5 / 11);
});

/** The counts themselves. */
type Count = Exclude<keyof ProbeCounters, "add" | "pending" | "settled" | "lossRatio">;

Deno.test("counters of two targets add up, each by itself", () => {
  const one = new ProbeCounters(), other = new ProbeCounters();
  const names = Object.keys(one) as Count[];
  assertEquals(names.map((name) => one[name]), names.map(() => 0));
  for (const [index, name] of names.entries()) {
    one[name] = 2 ** index;
    other[name] = 1000 * 2 ** index;
  }
  const sum = one.add(other);
  assertEquals(names.map((name) => sum[name]), names.map((_, index) => 1001 * 2 ** index));
});
