import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseDatagram } from "../../../src/packet/mod.ts";
import type { ProbeMessage } from "../../../src/probe/message/message.ts";
import type { RunOptions } from "../../../src/run/run_options.ts";
import { PlanError, planRun, type RunPlan } from "../../../src/run/run_plan.ts";

const HOST = { index: 0, label: "h", address: 0xc6336407 };
const PLAIN: RunOptions = { kind: "timestamp", count: 3, intervalMs: 1000, timeoutMs: 500 };

/** The datagram of the plan's first probe to {@linkcode HOST}. */
function firstDatagram(plan: RunPlan): Uint8Array {
  const message = messageOf(plan);
  const probe = { target: HOST, identifier: 0, sequence: 1, token: 0, ttl: undefined };
  return message.emit(probe, new Uint8Array(message.lengthBytes));
}

function messageOf({ prober: { probes: [probe] } }: RunPlan): ProbeMessage {
  assert(probe !== undefined);
  return probe.message;
}

/** The token that the plan's probes are given at the start of a day. */
function tokenOf(plan: RunPlan): number {
  return messageOf(plan).makeToken(0, () => 7);
}

function headerOf(options: Partial<RunOptions>) {
  const parsed = parseDatagram(firstDatagram(planRun({ ...PLAIN, ...options })));
  assert(parsed.ok);
  return parsed.value;
}

Deno.test("run plan: packets are those of RFC 792 unless the options say otherwise", () => {
  const { header, message } = headerOf({});
  assertEquals([header.ttl, header.tos, header.dontFragment], [64, 0, false]);
  assertEquals(message.code, 0);
  assertEquals(planRun(PLAIN).messageBytes, 20);
});

Deno.test("run plan: header fields reach the packets", () => {
  const { header, message } = headerOf({
    ttl: 7,
    tos: 8,
    dontFragment: true,
    code: 9,
    sourceAddress: 0x0a000001,
  });
  assertEquals([header.ttl, header.tos, header.dontFragment], [7, 8, true]);
  assertEquals(header.source, 0x0a000001);
  assertEquals(message.code, 9);
});

Deno.test("run plan: an echo of 56 bytes carries a cookie, one with a given payload does not", () => {
  const plain = planRun({ ...PLAIN, kind: "echo" });
  assertEquals([plain.messageBytes, messageOf(plain).hasToken, tokenOf(plain)], [64, true, 7]);
  const own = planRun({ ...PLAIN, kind: "echo", payload: new Uint8Array(3) });
  assertEquals([own.messageBytes, messageOf(own).hasToken], [11, false]);
});

Deno.test("run plan: the socket receives the answer's type and ICMP errors", () => {
  assertEquals(planRun(PLAIN).transport.icmpTypes, [14, 3, 4, 5, 11, 12]);
  assertEquals(planRun({ ...PLAIN, kind: "echo" }).transport.icmpTypes, [0, 3, 4, 5, 11, 12]);
});

Deno.test("run plan: an unprivileged socket is enough for an echo, unless an option needs more", () => {
  assertEquals(planRun(PLAIN).transport.echo, undefined);
  const needs = planRun({ ...PLAIN, kind: "echo", identifier: 5, rawSocketFor: "--code" });
  assertEquals(needs.transport.echo, { identifier: 5, obstacle: "--code" });
});

Deno.test("run plan: probes leave in groups only where the caller does not set the spacing", () => {
  assertEquals(planRun(PLAIN).prober.groupMs, 9);
  assertEquals(planRun({ ...PLAIN, spacingMs: 0 }).prober.groupMs, undefined);
});

Deno.test("run plan: backoff is for tries until a reply", () => {
  assertEquals(planRun({ ...PLAIN, backoff: 2 }).prober.backoff, undefined);
  assertEquals(planRun({ ...PLAIN, backoff: 2, stopOnReply: true }).prober.backoff, 2);
});

Deno.test("run plan: the IP option names the target twice", () => {
  const plan = planRun({ ...PLAIN, kind: "echo", stampsFrom: "ip-option" });
  const parsed = parseDatagram(firstDatagram(plan));
  assert(parsed.ok);
  const [kind, length, pointer, flags, ...address] = parsed.value.header.options;
  assertEquals([kind, length, pointer, flags], [68, 20, 5, 3]);
  assertEquals(address.slice(0, 4), [0xc6, 0x33, 0x64, 0x07]);
  assertEquals(address.slice(8, 12), [0xc6, 0x33, 0x64, 0x07]);
});

Deno.test("run plan: random originate timestamps are an hour or more from the time of day", () => {
  const plan = planRun({ ...PLAIN, originateMs: "random" });
  const dayMs = 86_400_000;
  for (let i = 0; i < 100; i++) {
    const before = Date.now();
    const stamp = tokenOf(plan);
    const ahead = (stamp - before % dayMs + dayMs) % dayMs;
    assert(ahead >= 3_600_000 && ahead <= 23 * 3_600_000, `${ahead}`);
  }
  assertEquals(tokenOf(planRun({ ...PLAIN, originateMs: 5 })), 5);
  assertEquals(tokenOf(planRun(PLAIN)), 0);
});

Deno.test("run plan: what cannot be sent is refused", () => {
  assertThrows(
    () => planRun({ ...PLAIN, payload: new Uint8Array(65_496) }),
    PlanError,
    "Cannot send 65496 bytes after a timestamp message: expected at most 65495",
  );
  assertThrows(
    () => planRun({ ...PLAIN, count: Infinity, intervalMs: 0 }),
    PlanError,
    "Cannot wait 500 ms for each of endless probes sent every 0 ms",
  );
  // 65 536 probes have a sequence number each.
  planRun({ ...PLAIN, count: 65_536, intervalMs: 0 });
  assertThrows(() => planRun({ ...PLAIN, count: 65_537, intervalMs: 0 }), PlanError);
  planRun({ ...PLAIN, payload: new Uint8Array(65_495) });
  // An echo request is 8 octets without its payload; its own message refuses what is too long.
  planRun({ ...PLAIN, kind: "echo", payload: new Uint8Array(65_507) });
});

Deno.test("run plan: a sequence number is used again only when its probe's time is over", () => {
  const endless = { ...PLAIN, count: Infinity, intervalMs: 1 };
  planRun({ ...endless, timeoutMs: 65_535 });
  assertThrows(
    () => planRun({ ...endless, timeoutMs: 65_536 }),
    PlanError,
    "Cannot wait 65536 ms for each of endless probes sent every 1 ms",
  );
  assertThrows(
    () => planRun({ ...endless, count: 65_537, timeoutMs: 65_536 }),
    PlanError,
    "each of 65537 probes",
  );
  planRun({ ...endless, count: 65_536, timeoutMs: 65_536 });
});

Deno.test("run plan: echo requests go beside timestamp requests alone, and where numbers suffice for both", () => {
  const plan = (options: Partial<RunOptions>) =>
    planRun({ ...PLAIN, count: Infinity, echoBeside: true, ...options });
  const { prober: { beside }, transport } = plan({ ttl: 9 });
  assertEquals(beside?.message.name, "echo");
  assertEquals(transport.icmpTypes.slice(0, 2), [14, 0]);
  assertEquals(transport.datagramBytes, 20 + 64);
  assertEquals(plan({ kind: "echo" }).prober.beside, undefined);
  assertEquals(planRun(PLAIN).prober.beside, undefined);
  // 65,536 numbers at one a millisecond last for a minute; at two for half of it.
  assertEquals(plan({ intervalMs: 1, timeoutMs: 60_000 }).prober.beside, undefined);
  assert(plan({ intervalMs: 1, timeoutMs: 30_000 }).prober.beside !== undefined);
  assertEquals(plan({ intervalMs: 1, timeoutMs: 32_768 }).prober.beside, undefined);
  assert(plan({ intervalMs: 1, timeoutMs: 32_767 }).prober.beside !== undefined);
});

Deno.test("run plan: stamps in the message are those of the options, and 0 otherwise", () => {
  const stampsOf = (options: Partial<RunOptions>) => {
    const { message } = headerOf(options);
    assert(message.kind === "timestamp-request");
    return [message.receiveMs, message.transmitMs, planRun({ ...PLAIN, ...options }).messageBytes];
  };
  assertEquals(stampsOf({}), [0, 0, 20]);
  const set = { receiveMs: 5, transmitMs: 7, payload: new Uint8Array(3) };
  assertEquals(stampsOf(set), [5, 7, 23]);
});

Deno.test("run plan: a wrong checksum only where that is asked for, and kernel stamps unless they are not", () => {
  assertEquals([
    headerOf({}).message.checksumOk,
    headerOf({ badChecksum: true }).message.checksumOk,
  ], [
    ...[true, false],
  ]);
  const stamps = (kernelStamps?: boolean) => planRun({ ...PLAIN, kernelStamps }).transport;
  assertEquals([stamps().kernelStamps, stamps(true).kernelStamps, stamps(false).kernelStamps], [
    ...[true, true, false],
  ]);
});

Deno.test("run plan: the originate is that of the departure from the first probe on only where that is asked for", () => {
  assertEquals(planRun(PLAIN).prober.originate, "sending-after-proof");
  assertEquals(planRun({ ...PLAIN, exactOriginate: true }).prober.originate, "sending");
});
