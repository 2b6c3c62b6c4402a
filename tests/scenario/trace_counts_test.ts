/** What the result of a trace counts, over simulated paths. */

import { assertEquals } from "@std/assert";
import { FIRST_HOST } from "../support/simulated_run.ts";
import { routers, TIMESTAMP, traceSimulated } from "../support/simulated_trace.ts";

const HOPS = routers(3), HOST = FIRST_HOST & 0xff;

Deno.test("trace counts: one answer with the full time to live makes a host one that answers", async () => {
  const { result } = await traceSimulated({ hops: HOPS }, { tries: 1 });
  assertEquals([result.answered, result.targets], [1, 1]);
});

Deno.test("trace counts: answers of routers to timestamp requests are received, and are none of a host", async () => {
  const rules = [{ types: [TIMESTAMP], hosts: [HOST], fate: { lossBackRatio: 1 } }];
  const { result, sent } = await traceSimulated({ hops: HOPS, rules }, { targets: 2 });
  assertEquals([result.answered, result.targets], [1, 2]);
  const { totals } = result;
  assertEquals(totals.sent, sent.length);
  assertEquals(totals.received + totals.lost + totals.icmpErrors, totals.sent);
});
