/** What an audit asks, and how often, over a simulated network. */

import { assert, assertEquals } from "@std/assert";
import { PackedBlocks } from "../../src/targets/packed_blocks.ts";
import { auditSimulated } from "../support/simulated_audit.ts";
import { FIRST_HOST } from "../support/simulated_run.ts";

/** Questions of one round. */
const QUESTIONS = 7;
const MS_PER_DAY = 86_400_000;
const BLOCK = 0x0a010000;

Deno.test("audit: whether a host is there is asked by a standard request", async () => {
  const { transport } = await auditSimulated({ lossOutRatio: 1 }, { hosts: 30 });
  assertEquals(transport.requests.length, 30 * 3);
  for (const { request, handedNs } of transport.requests) {
    const dayMs = (transport.clock.trueRealtimeNs(handedNs) / 1e6) % MS_PER_DAY;
    assert(Math.abs(request.originateMs - dayMs) < 1000, `${request.originateMs} at ${dayMs}`);
  }
});

Deno.test("audit: one lost probe and one wrong checksum are reasons to ask again", async () => {
  const { transport, hosts } = await auditSimulated({
    rules: [
      { hosts: [2], probes: [0], fate: { mangling: "bad-checksum" } },
      { hosts: [3], probes: [0], fate: { lossBackRatio: 1 } },
      { hosts: [4], probes: [QUESTIONS], fate: { lossBackRatio: 1 } },
    ],
  }, { hosts: 4 });
  const asked = [0, 1, 2, 3].map((index) =>
    transport.requests.filter(({ destination }) => destination === FIRST_HOST + index).length
  );
  // A second round is usual. What is lost or wrong stays so: it is asked to the end.
  assertEquals(asked[0], 2 * QUESTIONS);
  assert(asked.slice(1).every((count) => count > 2 * QUESTIONS), `${asked}`);
  assertEquals(hosts.map(({ verdict }) => verdict), ["right", "right", "right", "right"]);
});

Deno.test("audit: the result has the time at which it was made", async () => {
  const { result, transport: { clock }, hosts } = await auditSimulated({});
  assertEquals(result.time, clock.baseUnixMs / 1000 + clock.now().realtimeNs / 1e9);
  assert(
    (hosts[0]?.time ?? NaN) > result.time - result.durationS &&
      (hosts[0]?.time ?? NaN) <= result.time,
  );
});

Deno.test("audit: one that is resumed and stopped at once counts no silent address", async () => {
  const targets = new PackedBlocks();
  targets.push(BLOCK, BLOCK + 255);
  const { result } = await auditSimulated({}, {
    ...{ hosts: 0, stopAtMs: 0 },
    blocks: { options: { targets, rate: 2000, cooldownMs: 500, seed: 5 }, behaviour: () => [] },
    // It has found more than it has probed.
    earlier: {
      ...{ pending: [BLOCK + 4, BLOCK + 8], final: new Set([BLOCK + 12]), icmpErrors: [BLOCK + 5] },
      async *hosts() {},
    },
  });
  assertEquals([result.reason, result.sweep?.position], ["stopped", 0]);
  const { silent, icmp_error } = result.tally.verdicts;
  assertEquals([silent, icmp_error, result.tally.unusedOfBlocks], [0, 1, 1]);
});

Deno.test("audit: a host that waited for its clock is reported once, and as one of this run", async () => {
  const { hosts, earlier, result } = await auditSimulated({ clock: { offsetMs: 0.2 } }, {
    hosts: 2,
    maxOffsetMs: 0.7,
  });
  assertEquals([hosts.length, earlier, result.tally.answering], [2, [], 2]);
});

Deno.test("audit: addresses of this machine within the blocks are none of the audit", async () => {
  const targets = new PackedBlocks();
  targets.push(BLOCK, BLOCK + 255);
  const { result, run } = await auditSimulated({}, {
    ...{ hosts: 0, ratePps: 5000, own: [BLOCK + 1, BLOCK + 2] },
    blocks: { options: { targets, rate: 2000, cooldownMs: 500, seed: 5 }, behaviour: () => [] },
  });
  const { verdicts, hosts } = result.tally;
  assertEquals([result.targets, verdicts.silent, hosts, run.progress().judged], [
    ...[254, 254, 254, 254],
  ]);
});
