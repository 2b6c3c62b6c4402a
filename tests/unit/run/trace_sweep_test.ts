/** One sweep of hops: when it goes on, and when it ends. */

import { assert, assertEquals } from "@std/assert";
import { type IcmpErrorMessage, parseIcmpMessage } from "../../../src/packet/mod.ts";
import { EchoProbe } from "../../../src/probe/message/echo.ts";
import { TimestampProbe } from "../../../src/probe/message/timestamp.ts";
import type { PlannedProbe } from "../../../src/run/trace/schedule.ts";
import { TraceHop } from "../../../src/run/trace/hop.ts";
import { TraceSweep } from "../../../src/run/trace/sweep.ts";

const MESSAGES = { echo: new EchoProbe(), timestamp: new TimestampProbe() };
const ROUTER = 0x0a000000, HOST_AT = 4;

function icmpError(type: number, code: number): IcmpErrorMessage {
  const parsed = parseIcmpMessage(Uint8Array.from([type, code, ...Array(34).fill(0)]));
  assert(parsed.ok && parsed.value.kind === "error");
  return parsed.value;
}
const EXPIRED = icmpError(11, 0), PROHIBITED = icmpError(3, 13);

/** A sweep whose probes are all settled at once, as a network with that reaction does; returns the times to live sent. */
function run(
  react: (sweep: TraceSweep, kind: "echo" | "timestamp", ttl: number) => void,
  { maxTtl = 30, isAnswering = false } = {},
) {
  const queue: PlannedProbe[] = [];
  const sent = { echo: 0, timestamp: 0 };
  const sweep = new TraceSweep({
    targetIndex: 0,
    messages: MESSAGES,
    tries: 2,
    maxTtl,
    add: (_, probe) => void queue.push(probe),
  });
  sweep.start(0);
  if (isAnswering) sweep.expect(200, 0);
  for (let probe; (probe = queue.shift()) !== undefined;) {
    const kind = probe.message === MESSAGES.echo ? "echo" : "timestamp";
    const { ttl = 0 } = probe;
    if (!probe.isWanted()) {
      sweep.dropped(kind, ttl, 0);
      continue;
    }
    sweep.sent(kind, ttl);
    sent[kind] = Math.max(sent[kind], ttl);
    react(sweep, kind, ttl);
    sweep.settled(0);
  }
  return { sweep, sent, shown: sweep.hops.slice(0, sweep.end).map(({ hop }) => hop) };
}

const expire = (sweep: TraceSweep, kind: "echo" | "timestamp", ttl: number) =>
  sweep.icmpError(kind, ttl, { error: EXPIRED, reporter: ROUTER + ttl, rttMs: 1, time: 0 });

Deno.test("trace sweep: five silent hops end it", () => {
  assertEquals(run(() => {}).sent, { echo: 5, timestamp: 5 });
  const { sent, shown, sweep } = run((sweep, kind, ttl) => {
    if (ttl === 3) expire(sweep, kind, ttl);
  });
  assertEquals([sent.echo, shown, sweep.distance], [8, [1, 2, 3, 4, 5, 6, 7, 8], undefined]);
});

Deno.test("trace sweep: a host that answers is looked for through silence, up to the limit", () => {
  const found = run((sweep, kind, ttl) => {
    if (ttl >= 17) sweep.reached(kind, ttl, 1);
  }, { isAnswering: true });
  assertEquals([found.sweep.distance, found.shown.length], [17, 17]);
  assertEquals(run(() => {}, { isAnswering: true, maxTtl: 12 }).sent.echo, 12);
});

Deno.test("trace sweep: the host ends it for both kinds; what lies behind is not shown", () => {
  const { sweep, shown } = run((sweep, kind, ttl) => {
    if (ttl < HOST_AT) expire(sweep, kind, ttl);
    else if (kind === "echo") sweep.reached(kind, ttl, 1);
  });
  assertEquals([sweep.distance, shown], [HOST_AT, [1, 2, 3, 4]]);
  assertEquals(sweep.hops[HOST_AT - 1]?.timestamp.answered, 0);
  assertEquals(sweep.hops[0]?.echo.rttMs?.median, 1);
});

Deno.test("trace sweep: a refusal ends one kind; when its sender is not believed it goes on", () => {
  const { sweep, sent } = run((sweep, kind, ttl) => {
    if (kind === "timestamp" && ttl >= 2) {
      const report = { error: PROHIBITED, reporter: ROUTER + 2, rttMs: 1, time: 0 };
      sweep.icmpError(kind, ttl, report);
    } else if (ttl < 8) expire(sweep, kind, ttl);
    else sweep.reached(kind, ttl, 1);
  });
  assertEquals([sweep.distance, sent.echo >= 8], [8, true]);
  assertEquals(sweep.hops[1]?.refusal?.code, 13);
  sweep.distrust(new Set([ROUTER + 2]), 0);
  assertEquals(sweep.hops.some(({ refusal }) => refusal !== undefined), false);
});

Deno.test("trace hop: changes of the address are kept for each kind, eight at most", () => {
  const { sweep } = run(() => {});
  for (let i = 0; i < 30; i++) {
    for (const kind of ["echo", "timestamp"] as const) {
      const reporter = ROUTER + (kind === "echo" ? i % 2 : 7);
      sweep.icmpError(kind, 1, { error: EXPIRED, reporter, rttMs: 1, time: i });
    }
  }
  const [hop] = sweep.hops;
  assertEquals(hop?.changes.length, 8);
  assertEquals(hop?.changes[0], { kind: "echo", from: ROUTER, to: ROUTER + 1, time: 1 });
  assertEquals(hop?.sortedAddresses(new Set([ROUTER + 7])), [ROUTER, ROUTER + 1]);
  for (let i = 100; i < 200; i++) {
    const report = { error: EXPIRED, reporter: ROUTER + i, rttMs: 1, time: 0 };
    sweep.icmpError("echo", 1, report);
  }
  assertEquals(hop?.addresses.size, 16);
});

Deno.test("trace hop: labels of MPLS stay when a later error reports none", () => {
  const { sweep } = run(() => {});
  const octets = new Uint8Array(8 + 128 + 12);
  // Time Exceeded with 32 words of quote, then an extension (RFC 4884) with one label (RFC 4950) and no checksum.
  octets.set([11, 0, 0, 0, 0, 32]);
  octets.set([0x20, 0, 0, 0, 0, 8, 1, 1, 0x12, 0x34, 0x51, 7], 8 + 128);
  const parsed = parseIcmpMessage(octets);
  assert(parsed.ok && parsed.value.kind === "error");
  const report = { reporter: ROUTER, rttMs: 1, time: 0 };
  sweep.icmpError("echo", 1, { ...report, error: parsed.value });
  const labels = [{ label: 0x12345, trafficClass: 0, isBottom: true, ttl: 7 }];
  assertEquals(sweep.hops[0]?.labels, labels);
  sweep.icmpError("echo", 1, { ...report, error: EXPIRED });
  assertEquals([sweep.hops[0]?.labels, sweep.hops[1]?.labels], [labels, []]);
});

Deno.test("trace hop: an answer after a refusal takes that back, and not what the same router reports of the other kind", () => {
  const hop = new TraceHop(3);
  hop.expired("echo", ROUTER, 1, 0);
  hop.expired("echo", ROUTER, 1, 0);
  hop.refused("timestamp", PROHIBITED, ROUTER);
  hop.retract("timestamp", ROUTER);
  assertEquals([hop.refusal, hop.timestamp.answered, hop.echo.answered], [undefined, 0, 2]);
  assertEquals([...hop.addresses], [[ROUTER, 2]]);
  hop.retract("echo", ROUTER);
  assertEquals([[...hop.addresses], hop.echo.answered], [[[ROUTER, 1]], 1]);
  hop.retract("echo", ROUTER + 1);
  hop.retract("echo", ROUTER);
  assertEquals([[...hop.addresses], hop.echo.answered, hop.hasAnswered], [[], 0, false]);
});
