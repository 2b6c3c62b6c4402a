/** The rate of an audit at its edges. All times in nanoseconds. */

import { assert, assertEquals } from "@std/assert";
import { AuditPace } from "../../../../src/run/audit/pace.ts";

Deno.test("audit pace: without a limit the next may leave at once, whatever was taken", () => {
  const pace = new AuditPace(Infinity);
  assertEquals(pace.readyNs, -Infinity);
  for (let i = 0; i < 100; i++) pace.take(1e9, 1000);
  assert(pace.readyNs <= 1e9);
});

Deno.test("audit pace: 50 ms are caught up at once, and the probe that uses up the rest may still leave", () => {
  const pace = new AuditPace(100);
  // Five probes of 10 ms each.
  pace.take(1e9, 4);
  assert(pace.readyNs < 1e9);
  pace.take(1e9, 1);
  assertEquals(pace.readyNs, 1e9);
  pace.take(1e9, 1);
  assert(pace.readyNs >= 1e9 + 10e6 && pace.readyNs < 1e9 + 14e6, `${pace.readyNs}`);
});

Deno.test("audit pace: what was not used longer ago than that is lost", () => {
  const pace = new AuditPace(100);
  pace.take(0, 5);
  pace.take(10e9, 5);
  assertEquals(pace.readyNs, 10e9);
});

Deno.test("audit pace: probes that left over a turn count from its beginning", () => {
  const pace = new AuditPace(1000);
  // 80 probes over the last 30 ms: 50 ms were free before that, and the rate is met.
  pace.take(1e9, 80, 1e9 - 30e6);
  assertEquals(pace.readyNs, 1e9);
  const late = new AuditPace(1000);
  late.take(1e9, 80);
  assert(late.readyNs > 1e9 + 30e6);
});

Deno.test("audit pace: where the rate alone decides, probes leave at all phases of 4 ms", () => {
  // At 1000 a second all would leave on one phase of a tick of a millisecond, and at 250 on one of 4 ms.
  for (const [ratePps, groupNs] of [[1000, 2.5e6], [250, 0]] as const) {
    const pace = new AuditPace(ratePps);
    const intervalNs = 1e9 / ratePps;
    pace.take(0, 1 + 50e6 / intervalNs);
    const putOffs = Array.from({ length: 400 }, (_, i) => {
      pace.take(0, 1);
      return pace.readyNs - (i + 2) * intervalNs - groupNs;
    });
    assert(putOffs.every((ns) => ns >= -1 && ns < 4e6));
    const quarters = [0, 1, 2, 3].map((quarter) =>
      putOffs.filter((ns) => Math.floor(ns / 1e6) === quarter).length
    );
    assert(quarters.every((count) => count > 90 && count < 110), `${quarters}`);
    // One after the other they are far apart.
    const steps = putOffs.slice(1).map((ns, i) => Math.abs(ns - (putOffs[i] as number)));
    assert(Math.min(...steps) > 1e6, `${Math.min(...steps)}`);
  }
});

Deno.test("audit pace: above 400 a second a probe whose time is used up waits for a group's worth", () => {
  const ready = (ratePps: number) => {
    const pace = new AuditPace(ratePps);
    pace.take(0, 1 + 50e6 / (1e9 / ratePps));
    return pace.readyNs;
  };
  assertEquals(ready(400), 2.5e6);
  assertEquals(ready(200), 5e6);
  assertEquals(ready(1000), 1e6 + 2.5e6);
});
