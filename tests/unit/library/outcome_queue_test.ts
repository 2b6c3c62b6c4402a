import { assertEquals, assertRejects } from "@std/assert";
import { OutcomeQueue } from "../../../src/library/outcome_queue.ts";
import type { ExtraReply, ProbeOutcome, StrayDatagram } from "../../../src/probe/outcome.ts";

const outcome = (number: number) => ({ kind: "unsent", index: number }) as ProbeOutcome;
const numberOf = (each: ProbeOutcome) => each.kind === "unsent" ? each.index : NaN;

Deno.test("outcome queue: what was told before and while somebody waits, in order, then the end", async () => {
  const queue = new OutcomeQueue();
  queue.outcome(outcome(0));
  queue.outcome(outcome(1));
  const taken: number[] = [];
  const reading = (async () => {
    for await (const each of queue) taken.push(numberOf(each));
  })();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(taken, [0, 1]);
  queue.outcome(outcome(2));
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(taken, [0, 1, 2]);
  queue.outcome(outcome(3));
  queue.end();
  await reading;
  assertEquals(taken, [0, 1, 2, 3]);
});

Deno.test("outcome queue: an error comes after the outcomes before it", async () => {
  const queue = new OutcomeQueue();
  queue.outcome(outcome(0));
  queue.fail(new RangeError("no"));
  const taken: number[] = [];
  await assertRejects(
    async () => {
      for await (const each of queue) taken.push(numberOf(each));
    },
    RangeError,
    "no",
  );
  assertEquals(taken, [0]);
});

Deno.test("outcome queue: side events go to who asked for them, or nowhere", () => {
  const told: unknown[] = [];
  const queue = new OutcomeQueue({
    onExtra: (extra) => told.push(extra),
    onStray: (stray) => told.push(stray),
  });
  const extra = { kind: "late" } as ExtraReply;
  const stray = { kind: "foreign" } as StrayDatagram;
  queue.extra(extra);
  queue.stray(stray);
  assertEquals(told, [extra, stray]);
  new OutcomeQueue().extra(extra);
  new OutcomeQueue().stray(stray);
});
