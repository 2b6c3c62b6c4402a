import { assertEquals } from "@std/assert";
import { sendGroupMs } from "../../../src/probe/send_group.ts";

const OPTIONS = { targetCount: 1000, intervalMs: 1000, groupMs: 9 };

Deno.test("send group: one target, or no groups asked for, has none", () => {
  assertEquals(sendGroupMs({ ...OPTIONS, targetCount: 1 }), 0);
  assertEquals(sendGroupMs({ ...OPTIONS, groupMs: 0 }), 0);
});

Deno.test("send group: close targets leave in longer groups, of forty probes at most", () => {
  const lengths = [[100, 9], [249, 9], [250, 40], [1000, 40], [2000, 20], [10_000, 9]] as const;
  for (const [targetCount, expectedMs] of lengths) {
    assertEquals(sendGroupMs({ ...OPTIONS, targetCount }), expectedMs, `${targetCount} targets`);
  }
  assertEquals(sendGroupMs({ ...OPTIONS, intervalMs: 100 }), 9, "ten a millisecond");
});
