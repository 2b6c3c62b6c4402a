import { assertEquals } from "@std/assert";
import { Schedule } from "../../../src/probe/schedule.ts";
import { sendGroupMs } from "../../../src/probe/send_group.ts";
import { TIMESTAMP_PROBES } from "../../support/probes.ts";

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

Deno.test("send group: groups are short enough to keep the schedule", () => {
  for (const targetCount of [2, 10, 100, 1000, 10_000]) {
    for (const intervalMs of [1, 5, 10, 20, 50, 200, 1000]) {
      const groupMs = sendGroupMs({ targetCount, intervalMs, groupMs: 9 });
      const schedule = new Schedule({
        ...{ targetCount, intervalMs, count: 1, probes: TIMESTAMP_PROBES },
        dither: () => 0,
      }, 0);
      schedule.catchUp(groupMs * 1e6);
      assertEquals(schedule.dueNs, 0, `${targetCount} targets every ${intervalMs} ms: ${groupMs}`);
    }
  }
});

Deno.test("send group: a spacing that is set is kept to but for the groups that are asked for", () => {
  for (const targetCount of [2, 100, 2000]) {
    const options = { targetCount, intervalMs: 1000, spacingMs: 0.2 };
    assertEquals(sendGroupMs({ ...options, groupMs: 0 }), 0);
    assertEquals(sendGroupMs({ ...options, groupMs: 2 }), 2);
  }
  assertEquals(sendGroupMs({ targetCount: 1, intervalMs: 1000, spacingMs: 0.2, groupMs: 2 }), 0);
});

Deno.test("send group: a group takes half an interval at most", () => {
  assertEquals(sendGroupMs({ targetCount: 20, intervalMs: 50, groupMs: 9 }), 25);
  assertEquals(sendGroupMs({ targetCount: 8, intervalMs: 24, groupMs: 9 }), 12);
});
