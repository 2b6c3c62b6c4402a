import { assertEquals } from "@std/assert";
import { runSimulated } from "../support/simulated_run.ts";

Deno.test("a reply is not late because the call that sent its probe was held up", async () => {
  // The program is preempted for 72 ms after it looked at the clock and before the datagram leaves.
  const { events } = await runSimulated({}, { count: 5, timeoutMs: 30 }, {
    sendNs: 72e6,
    driverNs: 72e6,
  });
  const outcomes = events.map((event) =>
    event.kind === "outcome" ? event.outcome.kind : event.extra.kind
  );
  assertEquals(outcomes, Array(5).fill("reply"));
});
