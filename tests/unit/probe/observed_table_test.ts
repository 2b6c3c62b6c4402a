/** Captured requests that may still be answered: which one an answer is about, and that memory stays bounded. */

import { assert, assertEquals } from "@std/assert";
import { type IcmpErrorMessage, parseDatagram } from "../../../src/packet/mod.ts";
import { ObservedTable } from "../../../src/probe/observed/observed_table.ts";
import {
  type ObservedHost,
  ObservedProbe,
  sight,
} from "../../../src/probe/observed/observed_probe.ts";
import { HostTable } from "../../../src/probe/observed/host_table.ts";
import { OBSERVED_MESSAGES, octetsOf } from "../../../src/probe/observed/observed_message.ts";
import { readRequest, writeErrorReply } from "../../support/simulated_datagram.ts";
import { sealMessage, write32 } from "../../lab/octets.ts";
import { writeHeader, writeTimestampReply } from "../../lab/packet.ts";

const CLIENT = 0xc6336401, HOST = 0xc0000207;
const TIMESTAMP = OBSERVED_MESSAGES[0];

function host(): ObservedHost {
  return new HostTable({ join() {}, leave() {} }).of(CLIENT, HOST, 0);
}

/** A timestamp request as a capture has it. */
function requestBytes(
  { sequence = 1, originateMs = 1000, receiveMs = 0, transmitMs = 0, code = 0, trailing = 0 } = {},
): Uint8Array {
  const bytes = new Uint8Array(40 + trailing);
  writeTimestampReply(bytes, 20, 7, sequence, originateMs, receiveMs, transmitMs);
  bytes[20] = 13;
  bytes[21] = code;
  bytes.fill(0xab, 40);
  sealMessage(bytes, 20, bytes.length);
  writeHeader(bytes, 20, bytes.length, 0, 1, 64, CLIENT, HOST);
  return bytes;
}

function probeOf(bytes: Uint8Array, to: ObservedHost, deadlineNs = 1e9): ObservedProbe {
  const parsed = parseDatagram(bytes);
  assert(parsed.ok && parsed.value.message.kind === "timestamp-request" && TIMESTAMP !== undefined);
  const { message } = parsed.value;
  const { identifier, sequence, originateMs: token, checksum } = message;
  const probe = new ObservedProbe({
    ...{ target: to.target, index: 0, message: TIMESTAMP, ttl: undefined, identifier, sequence },
    ...{ token, key: 0, ordinal: 0, timeoutNs: 1e9, host: to, sighting: 0, checksum },
    sentAt: { realtimeNs: 0, monotonicNs: 0, source: "kernel" },
    octets: octetsOf(message, bytes, 20, bytes.length),
  });
  probe.deadlineNs = deadlineNs;
  return probe;
}

/** The same, as it was captured with that time to live. */
function seenWithTtl(bytes: Uint8Array, to: ObservedHost, ttl: number): ObservedProbe {
  const { identifier, sequence, token, checksum, octets, sentAt, message } = probeOf(bytes, to);
  return new ObservedProbe({
    ...{
      target: to.target,
      index: 0,
      message,
      ttl: undefined,
      identifier,
      sequence,
      token,
      sentAt,
    },
    ...{ key: 0, ordinal: 0, timeoutNs: 1e9, host: to, checksum, octets },
    sighting: sight(500, { ttl, direction: undefined }),
  });
}

function errorAbout(bytes: Uint8Array, quoteBytes: number): IcmpErrorMessage {
  const error = writeErrorReply(readRequest(bytes), { type: 3, code: 1, quoteBytes }, HOST);
  const parsed = parseDatagram(error);
  assert(parsed.ok && parsed.value.message.kind === "error");
  return parsed.value.message;
}

Deno.test("observed table: an ICMP error is about the request whose token or checksum it quotes", () => {
  for (const quoteBytes of [20, 12, 8]) {
    const table = new ObservedTable(1000);
    const to = host();
    const requests = [10, 20, 30].map((originateMs) => requestBytes({ originateMs }));
    const probes = requests.map((bytes) => probeOf(bytes, to));
    for (const probe of probes) table.add(probe, () => {});
    for (const [i, bytes] of requests.entries()) {
      table.want(CLIENT, errorAbout(bytes, quoteBytes));
      assertEquals(table.find(HOST, 1, 7) === probes[i], true, `${quoteBytes} octets, ${i}`);
    }
  }
});

Deno.test("observed table: what was captured of a request is written again octet for octet", () => {
  const requests = [
    {},
    { receiveMs: 1 },
    { transmitMs: 1 },
    { receiveMs: 0x80000000, transmitMs: 0xffffffff },
    { code: 1 },
    { trailing: 1 },
    { trailing: 56 },
    { originateMs: 0xffffffff, sequence: 65_535 },
  ];
  for (const request of requests) {
    const bytes = requestBytes(request);
    const probe = probeOf(bytes, host());
    const written = probe.message.emit(probe, new Uint8Array(probe.message.lengthBytes));
    assertEquals(written.subarray(20), bytes.subarray(20), JSON.stringify(request));
    // Most requests of a scan hold nothing else: they take no further memory.
    assertEquals(probe.octets === undefined, /^{}$|originate/.test(JSON.stringify(request)));
  }
});

Deno.test("observed table: open requests are kept up to five times the limit, settled ones up to the limit", () => {
  for (const settles of [false, true]) {
    const table = new ObservedTable(1000, 100);
    const to = host();
    const left: number[] = [];
    let largest = 0;
    for (let sequence = 0; sequence < 3000; sequence++) {
      const probe = probeOf(requestBytes({ sequence }), to);
      table.add(probe, ({ sequence }) => left.push(sequence));
      if (settles) table.settle(probe, "reply");
      largest = Math.max(largest, table.size);
    }
    // Beyond it the oldest are given up, each once, in order.
    assertEquals(left, Array.from({ length: left.length }, (_, i) => i));
    assertEquals([...table.pendingProbes()].length, settles ? 0 : 3000 - left.length);
    assertEquals(to.remembered, table.size);
    if (settles) assertEquals([left.length, largest <= 101], [0, true]);
    else assert(largest > 400 && largest <= 501, `${largest}`);
  }
});

/** A table with room for 100, after requests of different numbers that all came into one state. */
function filled(requests: number, state?: "reply" | "icmpError" | "timedOut") {
  const table = new ObservedTable(1000, 100);
  const to = host();
  const left: number[] = [];
  for (let sequence = 0; sequence < requests; sequence++) {
    const probe = probeOf(requestBytes({ sequence }), to);
    table.add(probe, ({ sequence }) => left.push(sequence));
    if (state !== undefined) table.settle(probe, state);
  }
  return { table, left };
}

Deno.test("observed table: the one too many makes room, of which a quarter stays free", () => {
  assertEquals(filled(100, "timedOut").table.size, 100);
  assertEquals(filled(101, "timedOut").table.size, 75);
  assertEquals(filled(126, "timedOut").table.size, 100);
  assertEquals(filled(127, "timedOut").table.size, 75);
});

Deno.test("observed table: of answered requests a quarter of the limit is kept, and three quarters of those when they are more", () => {
  for (const state of ["reply", "icmpError"] as const) {
    // The 27th request finds 26 answered ones: all but 18 are forgotten.
    assertEquals(filled(26, state).table.size, 26);
    assertEquals(filled(27, state).table.size, 19);
  }
});

Deno.test("observed table: pending requests are given up beyond four times the limit, when a quarter more than were are", () => {
  const { table, left } = filled(101);
  assertEquals([table.size, left], [101, []]);
  // Looked for at 101, then at a quarter more each time: 127, 159, 199, 249, 312, 391, and 489, which is too many.
  const full = filled(489);
  assertEquals([full.table.size, full.left], [400, Array.from({ length: 89 }, (_, i) => i)]);
  assertEquals(filled(488).table.size, 488);
});

Deno.test("observed table: of requests with the same numbers the latest 256 are kept", () => {
  const table = new ObservedTable(1000);
  const to = host();
  const left: number[] = [];
  for (let originateMs = 0; originateMs < 258; originateMs++) {
    table.add(probeOf(requestBytes({ originateMs }), to), ({ token }) => left.push(token));
    if (originateMs === 255) assertEquals([table.size, left], [256, []]);
  }
  assertEquals([table.size, left], [256, [0, 1]]);
});

Deno.test("observed table: an echo without room for a token repeats it always, one with room only where it does", () => {
  const [, short, long] = OBSERVED_MESSAGES;
  const reply = (payload: readonly number[], token?: number) => {
    const bytes = new Uint8Array(28 + payload.length);
    bytes.set(payload, 28);
    if (token !== undefined) write32(bytes, 28, token);
    sealMessage(bytes, 20, bytes.length);
    writeHeader(bytes, 20, bytes.length, 0, 1, 64, HOST, CLIENT);
    const parsed = parseDatagram(bytes);
    assert(parsed.ok && parsed.value.message.kind === "echo-reply");
    return parsed.value.message;
  };
  assertEquals([short?.hasToken, long?.hasToken], [false, true]);
  for (const payload of [[], [1], [1, 2, 3], [1, 2, 3, 4, 5]]) {
    assertEquals(short?.repeatsToken(reply(payload), 0), true);
  }
  assertEquals(long?.repeatsToken(reply([0, 0, 0, 0, 9], 77), 77), true);
  assertEquals(long?.repeatsToken(reply([0, 0, 0, 0, 9], 77), 78), false);
  assertEquals(long?.repeatsToken(reply([0, 0, 0]), 0), false);
});

Deno.test("observed table: of answered requests with the same numbers the one whose token fits is meant, else the youngest", () => {
  const table = new ObservedTable(1000);
  const to = host();
  // The first and the third are copies of one datagram, a second apart.
  const requests = [10, 20, 10, 30].map((originateMs) => requestBytes({ originateMs }));
  const probes = requests.map((bytes) => probeOf(bytes, to));
  for (const probe of probes) {
    table.add(probe, () => {});
    table.settle(probe, "reply");
  }
  const found = (originateMs: number) => {
    table.want(CLIENT, errorAbout(requestBytes({ originateMs }), 20));
    const probe = table.find(HOST, 1, 7);
    return probes.findIndex((each) => each === probe);
  };
  assertEquals([found(20), found(10), found(30)], [1, 2, 3]);
  assertEquals(found(40), 3, "none fits");
  assertEquals(table.find(HOST, 1, 8), undefined);
});

Deno.test("observed table: a copy is what a router hands on, and another request with the same numbers is none", () => {
  const table = new ObservedTable(1000);
  const to = host();
  table.add(seenWithTtl(requestBytes(), to, 64), () => {});
  const hasCopy = (fields: Parameters<typeof requestBytes>[0], ttl: number) =>
    table.hasCopy(seenWithTtl(requestBytes(fields), to, ttl));
  assertEquals([hasCopy({}, 63), hasCopy({}, 64)], [true, false]);
  assertEquals([hasCopy({ originateMs: 1001 }, 63), hasCopy({ sequence: 2 }, 63)], [false, false]);
});
