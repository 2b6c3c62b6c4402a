/** What an audit sends, and the room that it has for it. */

import { assert, assertEquals } from "@std/assert";
import { planAudit } from "../../../src/run/audit/plan.ts";
import { parseDatagram } from "../../../src/packet/mod.ts";

const OPTIONS = { ratePps: 1000, ttl: 64, rounds: 2, timeoutMs: 1000 };

Deno.test("audit plan: the longest question fits into what the socket has for one datagram", () => {
  const { questions, standard: { transport } } = planAudit(OPTIONS);
  assertEquals(questions.size, 7);
  for (const [message, { question, lengthBytes }] of questions) {
    const bytes = new Uint8Array(transport.datagramBytes);
    const probe = { target: { address: 0xc0000207 }, identifier: 1, sequence: 2, token: 3 };
    const sent = parseDatagram(message.emit({ ...probe, ttl: undefined }, bytes));
    assert(sent.ok, question);
    const { totalLengthBytes, headerLengthBytes, source } = sent.value.header;
    // The kernel fills in a source address of zero, raw(7).
    assertEquals(source, 0, question);
    assertEquals(totalLengthBytes - headerLengthBytes, lengthBytes, question);
  }
});

Deno.test("audit plan: clocks are followed for a narrow limit, and for aliases for as long as asked", () => {
  const followed = (more: { readonly maxOffsetMs?: number; readonly aliasesMs?: number }) => {
    const plan = planAudit({ ...OPTIONS, ...more }).followUp;
    return plan && [plan.narrows, plan.findsAliases, plan.durationMs];
  };
  assertEquals(followed({}), undefined);
  assertEquals(followed({ maxOffsetMs: 1000 }), undefined);
  assertEquals(followed({ maxOffsetMs: 1 }), [true, false, 5000]);
  assertEquals(followed({ maxOffsetMs: 1000, aliasesMs: 60_000 }), [false, true, 60_000]);
  assertEquals(followed({ maxOffsetMs: 1, aliasesMs: 60_000 }), [true, true, 60_000]);
});

Deno.test("audit plan: clocks are followed below a limit of 5 ms, as the rate of the audit allows", () => {
  assertEquals(planAudit({ ...OPTIONS, maxOffsetMs: 5 }).followUp, undefined);
  assertEquals(planAudit({ ...OPTIONS, maxOffsetMs: 4.99 }).followUp, {
    ...{ durationMs: 5000, findsAliases: false, narrows: true },
    ...{ isOwnRateKept: false, ratePps: 1000, isPunctual: true },
  });
  const kept = planAudit({ ...OPTIONS, aliasesMs: 60_000, isOwnRateKept: true }).followUp;
  assertEquals(kept?.isOwnRateKept, true);
});

Deno.test("audit plan: each host gets every question in every round, and answers of hosts to come are received", () => {
  const { prober, standard, questions } = planAudit({ ...OPTIONS, rounds: 3, deadlineMs: 9000 });
  assertEquals([prober.count, prober.timeoutMs, prober.deadlineMs], [21, 1000, 9000]);
  assertEquals([prober.probes.length, prober.keepStrays, standard.kind], [7, true, "timestamp"]);
  assertEquals([...questions.values()].map(({ question }) => question), [
    ...["standard", "bad-clock", "bad-checksum", "filled", "odd-code", "long", "service"] as const,
  ]);
});

Deno.test("audit plan: the questions say which numbers of theirs the time of day does not set", () => {
  const { questions } = planAudit({ ...OPTIONS, sourceAddress: 0xc0000201 });
  for (const [message, { question, receive, transmit, tos }] of questions) {
    const bytes = new Uint8Array(message.lengthBytes);
    const probe = { target: { address: 0xc0000207 }, identifier: 1, sequence: 2, token: 3 };
    const sent = parseDatagram(message.emit({ ...probe, ttl: undefined }, bytes));
    assert(sent.ok && sent.value.message.kind === "timestamp-request", question);
    const { header, message: { receiveMs, transmitMs } } = sent.value;
    assertEquals([header.tos, receiveMs, transmitMs], [tos, receive, transmit], question);
    assertEquals([header.ttl, header.source], [64, 0xc0000201], question);
    assertEquals(receive !== 0, question === "filled");
  }
});
