/** When a sweep of hops plans more probes, and what is shown of it at its edges. */

import { assertEquals } from "@std/assert";
import type { PathQuestion } from "../../../../src/behaviour/path_observation.ts";
import { EchoProbe } from "../../../../src/probe/message/echo.ts";
import { TimestampProbe } from "../../../../src/probe/message/timestamp.ts";
import type { PlannedProbe } from "../../../../src/run/trace/schedule.ts";
import { TraceSweep } from "../../../../src/run/trace/sweep.ts";
import { EXPIRED, PROHIBITED, ROUTERS } from "./path.ts";

const MESSAGES = { echo: new EchoProbe(), timestamp: new TimestampProbe() };

function open({ tries = 1, maxTtl = 30 } = {}) {
  const planned: {
    readonly atMs: number;
    readonly kind: PathQuestion;
    readonly probe: PlannedProbe;
  }[] = [];
  const sweep = new TraceSweep({
    ...{ targetIndex: 4, messages: MESSAGES, tries, maxTtl },
    add(atNs, probe) {
      const kind = probe.message === MESSAGES.echo ? "echo" : "timestamp";
      planned.push({ atMs: atNs / 1e6, kind, probe });
    },
  });
  sweep.start(0);
  const expire = (ttl: number, kind: PathQuestion = "echo") =>
    sweep.icmpError(kind, ttl, { error: EXPIRED, reporter: ROUTERS + ttl, rttMs: 1, time: 0 });
  const refuse = (ttl: number, kind: PathQuestion, reporter = ROUTERS + ttl) =>
    sweep.icmpError(kind, ttl, { error: PROHIBITED, reporter, rttMs: 1, time: 0 });
  const settle = (count: number) => {
    for (let i = 0; i < count; i++) sweep.settled(0);
  };
  return { sweep, planned, expire, refuse, settle };
}

Deno.test("sweep edges: rounds are 150 ms apart, and the kinds take turns in going first", () => {
  const { planned } = open({ tries: 3, maxTtl: 1 });
  assertEquals(planned.map(({ atMs, kind }) => [atMs, kind]), [
    ...[[0, "echo"], [0, "timestamp"]],
    ...[[150, "timestamp"], [150, "echo"]],
    ...[[300, "echo"], [300, "timestamp"]],
  ]);
  assertEquals(planned.every(({ probe }) => probe.targetIndex === 4 && probe.ttl === 1), true);
});

Deno.test("sweep edges: five hops beyond the last one that answered are on their way", () => {
  const { sweep, expire, settle } = open();
  assertEquals(sweep.hops.map(({ hop }) => hop), [1, 2, 3, 4, 5]);
  expire(1);
  settle(1);
  assertEquals(sweep.hops.length, 6);
  expire(4);
  settle(1);
  assertEquals(sweep.hops.length, 9);
  // A hop that answers behind it needs no more.
  expire(2);
  settle(1);
  assertEquals(sweep.hops.length, 9);
});

Deno.test("sweep edges: through silence a host that is there is looked for when the last probe is settled, not before", () => {
  const { sweep, settle } = open();
  sweep.expect(200, 0);
  settle(9);
  assertEquals(sweep.hops.length, 5);
  settle(1);
  assertEquals(sweep.hops.length, 10);
  settle(10);
  assertEquals(sweep.hops.length, 15);
});

Deno.test("sweep edges: a host that answers when all probes are settled is looked for at once", () => {
  const { sweep, settle } = open();
  settle(10);
  assertEquals(sweep.hops.length, 5);
  sweep.expect(200, 0);
  assertEquals(sweep.hops.length, 10);
  const near = open({ maxTtl: 12 });
  near.sweep.expect(12, 0);
  assertEquals(near.sweep.hops.length, 12);
  // Only the first answer says how far the host is.
  const again = open();
  again.sweep.expect(7, 0);
  again.sweep.expect(20, 0);
  assertEquals(again.sweep.hops.length, 7);
});

Deno.test("sweep edges: what is shown ends with the host, the refusal of both kinds, or five silent hops", () => {
  const silent = open({ maxTtl: 12 });
  silent.sweep.expect(12, 0);
  assertEquals(silent.sweep.end, 5);
  silent.expire(9);
  assertEquals(silent.sweep.end, 12);
  const refused = open();
  refused.sweep.expect(14, 0);
  refused.refuse(2, "timestamp");
  refused.expire(3);
  assertEquals(refused.sweep.end, 8);
  refused.refuse(4, "echo");
  assertEquals(refused.sweep.end, 4);
  // A nearer refusal of one kind does not hide that of the other.
  refused.refuse(1, "timestamp");
  assertEquals(refused.sweep.end, 4);
  refused.sweep.reached("echo", 3, 1);
  assertEquals([refused.sweep.end, refused.sweep.distance], [3, 3]);
  refused.sweep.reached("echo", 5, 1);
  assertEquals([refused.sweep.end, refused.sweep.distance], [3, 3]);
});

Deno.test("sweep edges: beyond the host nothing is wanted, beyond a refusal nothing of its kind", () => {
  const { sweep, planned, refuse } = open();
  const wanted = () =>
    planned.filter(({ probe }) => probe.isWanted()).map(({ kind, probe }) =>
      `${kind} ${probe.ttl}`
    );
  refuse(2, "timestamp");
  assertEquals(wanted(), [
    ...["echo 1", "timestamp 1", "echo 2", "timestamp 2", "echo 3", "echo 4", "echo 5"],
  ]);
  sweep.reached("echo", 4, 1);
  assertEquals(wanted().at(-1), "echo 4");
});

Deno.test("sweep edges: what was left out for a refusal that was not so is planned again, up to the host", () => {
  const { sweep, planned, refuse } = open();
  refuse(2, "timestamp", ROUTERS + 9);
  for (const ttl of [3, 4, 5]) sweep.dropped("timestamp", ttl, 0);
  const before = planned.length;
  sweep.distrust(new Set([ROUTERS + 9]), 700e6);
  const again = planned.slice(before).map(({ atMs, kind, probe }) =>
    `${kind} ${probe.ttl}: ${atMs}`
  );
  assertEquals(again.filter((text) => text.startsWith("timestamp")).slice(0, 3), [
    ...["timestamp 3: 700", "timestamp 4: 700", "timestamp 5: 700"],
  ]);
  assertEquals(planned.every(({ probe }) => probe.isWanted()), true);
  // Once only.
  sweep.distrust(new Set([ROUTERS + 9]), 800e6);
  assertEquals(planned.filter(({ atMs }) => atMs === 800), []);
  const reached = open();
  reached.sweep.reached("echo", 4, 1);
  reached.refuse(2, "timestamp", ROUTERS + 9);
  for (const ttl of [3, 4, 5]) reached.sweep.dropped("timestamp", ttl, 0);
  const planBefore = reached.planned.length;
  reached.sweep.distrust(new Set([ROUTERS + 9]), 700e6);
  assertEquals(reached.planned.slice(planBefore).map(({ probe }) => probe.ttl), [3, 4]);
});

Deno.test("sweep edges: a refusal by another router holds where one is taken back", () => {
  const { sweep, planned, refuse } = open();
  refuse(2, "timestamp", ROUTERS + 9);
  refuse(4, "timestamp", ROUTERS + 4);
  sweep.distrust(new Set([ROUTERS + 9]), 0);
  const wanted = planned.filter(({ kind, probe }) => kind === "timestamp" && probe.isWanted());
  assertEquals(Math.max(...wanted.map(({ probe }) => probe.ttl ?? 0)), 4);
});

Deno.test("sweep edges: what comes about a hop that was never probed is ignored", () => {
  const { sweep, expire } = open({ maxTtl: 3 });
  expire(4);
  expire(0);
  sweep.reached("echo", 9, 1);
  sweep.sent("echo", 9);
  sweep.sent("echo", 0);
  assertEquals([sweep.distance, sweep.hops.map(({ hasAnswered }) => hasAnswered)], [
    undefined,
    [false, false, false],
  ]);
});
