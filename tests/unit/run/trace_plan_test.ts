/** How many probes a trace may need. */

import { assertThrows } from "@std/assert";
import { planTrace } from "../../../src/run/trace/plan.ts";
import { PlanError } from "../../../src/run/run_plan.ts";

const plan = (tries: number, maxTtl: number, flows: number) =>
  planTrace({ tries, maxTtl, flows, timeoutMs: 1000, ratePps: 1000 });

Deno.test("trace plan: as many probes as half of the sequence numbers, and no more", () => {
  // Three kinds with the full time to live, and two for each hop and flow: 3 + 2 · 255 · 64 = 32,643.
  plan(1, 255, 64);
  assertThrows(() => plan(1, 255, 65), PlanError, "33153 probes");
  plan(64, 254, 1);
  assertThrows(() => plan(65, 255, 1), PlanError, "33345 probes");
});
