/** Which targets have answered, in a run that asks each until it does. */

import { assertEquals } from "@std/assert";
import { AnsweredTargets } from "../../../src/probe/answered_targets.ts";
import type { ExtraReply, ProbeListener, ProbeOutcome } from "../../../src/probe/outcome.ts";

const SILENT: ProbeListener = { outcome() {}, extra() {}, stray() {}, idle() {} };

Deno.test("answered targets: complete once each has answered, in time or late, and not before", () => {
  const answered = new AnsweredTargets(2);
  const listener = answered.listener(SILENT);
  const probe = (index: number) => ({ probe: { target: { index } } });
  listener.outcome({ kind: "timedOut", ...probe(0) } as ProbeOutcome);
  assertEquals([answered.isComplete, answered.has(0)], [false, false]);
  listener.outcome({ kind: "reply", ...probe(0) } as ProbeOutcome);
  // A second answer of the first is none of the second.
  listener.extra({ kind: "duplicate", ...probe(0) } as ExtraReply);
  assertEquals([answered.isComplete, answered.has(0), answered.has(1)], [false, true, false]);
  listener.extra({ kind: "late", ...probe(1) } as ExtraReply);
  assertEquals([answered.isComplete, answered.has(1)], [true, true]);
});

Deno.test("answered targets: a refusal ends a target only in a run that says so", () => {
  for (const endsOnRefusal of [false, true]) {
    const answered = new AnsweredTargets(1, endsOnRefusal);
    answered.refuse(0);
    assertEquals([answered.isComplete, answered.has(0)], [endsOnRefusal, endsOnRefusal]);
  }
  const usual = new AnsweredTargets(1);
  usual.refuse(0);
  assertEquals(usual.isComplete, false);
});
