/** What a sweep reports while it runs, and how late an answer may come. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { emitDatagram } from "../../../src/packet/datagram.ts";
import { answer } from "../../support/swept_network.ts";
import { answering, prepareSweep } from "./simulated_sweep.ts";

Deno.test("progress is reported each second: rates, what is left, and how long that takes", async () => {
  for (const threads of [0, 3]) {
    const { listener, sweep } = prepareSweep(answering, {
      ...{ block: "10.1.0.0/20", threads, options: { cooldownMs: 4000 } },
    });
    const result = await sweep.run();
    assertEquals([result.backoffs, result.unsent, result.failedCalls], [0, 0, 0]);
    const sending = listener.progresses.filter(({ phase }) => phase === "sending");
    const listening = listener.progresses.filter(({ phase }) => phase === "cooldown");
    // 4.1 s of sending, 4 s of listening, and the end.
    assertEquals([sending.length, listening.length], [4, 5]);
    for (const [index, progress] of sending.entries()) {
      assertAlmostEquals(progress.elapsedSeconds, index + 1, 0.1);
      assertAlmostEquals(progress.sendRate, 1000, 10);
      // The first answers come after 10 ms.
      assertAlmostEquals(progress.replyRate, 1000, index === 0 ? 20 : 10);
      assertAlmostEquals(progress.remainingSeconds, (4096 - progress.position) / 1000, 0.05);
      assertEquals(progress.length, 4096);
    }
    for (const { elapsedSeconds, remainingSeconds, position } of listening) {
      assertAlmostEquals(elapsedSeconds + remainingSeconds, result.sendingSeconds + 4, 0.05);
      assertEquals(position, 4096);
    }
    assertAlmostEquals(result.sendingSeconds, 4.095, 0.05);
    assertEquals(listener.progresses.at(-1)?.remainingSeconds, 0);
  }
});

Deno.test("a round trip of less than half a millisecond is not below zero", async () => {
  const { listener, sweep } = prepareSweep((probe) => [{ bytes: answer(probe), delayMs: 0.01 }]);
  await sweep.run();
  const trips = listener.replies.map(({ rttMs }) => rttMs);
  assertEquals(trips.length, 256);
  assert(trips.every((rttMs) => rttMs >= 0 && rttMs < 0.6), trips.join());
  assert(trips.some((rttMs) => rttMs === 0) && trips.some((rttMs) => rttMs > 0));
});

Deno.test("an error that quotes eight octets is traced to a probe of the last ten minutes, around midnight too", async () => {
  for (const startMs of [43_200_000, 86_399_000]) {
    for (const [delayMs, errors] of [[590_000, 16], [610_000, 0]] as const) {
      const { listener, sweep } = prepareSweep((probe) => {
        const header = { source: 0x0a0000fe, destination: 0x0a000001 };
        const body = probe.bytes.subarray(0, 28);
        const message = { kind: "error", type: 3, code: 1, body } as const;
        return [{ bytes: emitDatagram({ header, message }), delayMs }];
      }, { block: "10.1.0.0/28", startMs, options: { cooldownMs: 700_000 } });
      const result = await sweep.run();
      assertEquals([result.icmpErrors, result.unproven], [errors, 16 - errors]);
      for (const { rttMs } of listener.refusals) assertAlmostEquals(rttMs, delayMs, 0.5);
    }
  }
});
