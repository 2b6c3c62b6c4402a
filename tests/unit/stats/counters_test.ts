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
