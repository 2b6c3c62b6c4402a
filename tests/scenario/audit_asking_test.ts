/** What an audit asks, and how often, over a simulated network. */

import { assert, assertEquals } from "@std/assert";
import { auditSimulated } from "../support/simulated_audit.ts";
import { FIRST_HOST } from "../support/simulated_run.ts";

/** Questions of one round. */
const QUESTIONS = 7;
const MS_PER_DAY = 86_400_000;

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
