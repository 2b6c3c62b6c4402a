/** How many probes a trace may need, and what its messages ask. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { askedByMessage, planTrace } from "../../../src/run/trace/plan.ts";
import { parseDatagram } from "../../../src/packet/mod.ts";
import { PlanError } from "../../../src/run/run_plan.ts";

const plan = (tries: number, maxTtl: number, flows: number) =>
  planTrace({ tries, maxTtl, flows, timeoutMs: 1000, ratePps: 1000 });

Deno.test("trace plan: as many probes as half of the sequence numbers, and no more", () => {
  // Three kinds with the full time to live, and two for each hop and flow: 3 + 2 · 255 · 64 = 32,643.
  plan(1, 255, 64);
  assertThrows(() => plan(1, 255, 65), PlanError, "33153 probes");
  plan(64, 254, 1);
  assertThrows(() => plan(65, 255, 1), PlanError, "33345 probes");
  // 3 · (3 + 2 · 210 · 26) is one more than half of the 65,536 sequence numbers.
  assertThrows(() => plan(3, 210, 26), PlanError, "32769 probes");
});

Deno.test("trace plan: the socket receives replies of both kinds and ICMP errors, and takes the longest message", () => {
  const { run, prober, direct, flows, hop, rate } = planTrace({
    ...{
      tries: 3,
      maxTtl: 30,
      flows: 4,
      timeoutMs: 1000,
      ratePps: 1000,
      sourceAddress: 0xc0000201,
    },
  });
  // Echo reply, timestamp reply, and errors: unreachable, quench, redirect, time exceeded, parameter problem.
  assertEquals([...run.transport.icmpTypes].sort((a, b) => a - b), [0, 3, 4, 5, 11, 12, 14]);
  // An IPv4 header with the IP Timestamp option is longer than any other.
  assertEquals(run.transport.datagramBytes, direct["ip-timestamp"].lengthBytes);
  // Four kinds to the host, a pair for each flow, one for routers, and the burst.
  const messages = prober.probes.map(({ message }) => message);
  assertEquals(new Set(messages).size, 4 + 2 * 4 + 2 + 1);
  for (const message of [...Object.values(direct), ...Object.values(hop), rate]) {
    assert(messages.includes(message));
  }
  assertEquals(flows.length, 4);
  assertEquals([prober.count, prober.scattersSequences], [Infinity, true]);
});

Deno.test("trace plan: what each message asks: the host itself, or a hop by flow and kind", () => {
  const planned = planTrace({ tries: 3, maxTtl: 30, flows: 2, timeoutMs: 1000, ratePps: 1000 });
  const asked = askedByMessage(planned);
  assertEquals(asked.get(planned.direct["bad-checksum"]), {
    kind: "direct",
    question: "bad-checksum",
  });
  const [, second] = planned.flows;
  assert(second !== undefined);
  assertEquals(asked.get(second.timestamp), { kind: "flow", question: "timestamp", flow: 1 });
  assertEquals(asked.get(second.echo), { kind: "flow", question: "echo", flow: 1 });
  // Routers and bursts are asked by the parts that follow.
  assertEquals([asked.get(planned.hop.echo), asked.get(planned.rate), asked.size], [
    ...[undefined, undefined, 8],
  ]);
});

Deno.test("trace plan: without a source address the kernel's choice is left to it, in every message", () => {
  const sourceOf = (sourceAddress?: number) => {
    const { prober } = planTrace({
      ...{ tries: 3, maxTtl: 30, flows: 2, timeoutMs: 1000, ratePps: 1000, sourceAddress },
    });
    return new Set(prober.probes.map(({ message }) => {
      const probe = { target: { address: 0xc0000207 }, identifier: 1, sequence: 2, token: 3 };
      const bytes = message.emit({ ...probe, ttl: undefined }, new Uint8Array(message.lengthBytes));
      const parsed = parseDatagram(bytes);
      return parsed.ok && parsed.value.header.source;
    }));
  };
  // raw(7): a source address of zero is filled in.
  assertEquals([sourceOf(), sourceOf(0xc0000201)], [new Set([0]), new Set([0xc0000201])]);
});
