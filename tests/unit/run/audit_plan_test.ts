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
    const { totalLengthBytes, headerLengthBytes } = sent.value.header;
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
