import { assertEquals } from "@std/assert";
import { ProbeCounters } from "../../../src/stats/mod.ts";

Deno.test("loss counts decided probes only", () => {
  const counters = new ProbeCounters();
  assertEquals(counters.lossRatio, 0);
  counters.sent = 10;
  counters.received = 6;
  counters.lost = 1;
  counters.refused = 1;
  counters.unsent = 3;
  counters.duplicates = 4;
  assertEquals(counters.outstanding, 2);
  assertEquals(counters.lossRatio, 0.25);
});
