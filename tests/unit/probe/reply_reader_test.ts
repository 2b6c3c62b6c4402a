/** What the scenarios cannot show of the reader: buffers, copies, and single datagrams out of nowhere. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { ProbeTemplate } from "../../../src/packet/mod.ts";
import { InFlightTable } from "../../../src/probe/in_flight_table.ts";
import type { ExtraReply, ProbeOutcome, StrayDatagram } from "../../../src/probe/outcome.ts";
import { type InFlightProbe } from "../../../src/probe/probe.ts";
import { makeProbe, TIMESTAMP_PROBE } from "../../support/probes.ts";
import { ProbeNumbers } from "../../../src/probe/probe_numbers.ts";
import { ReplyReader } from "../../../src/probe/reply_reader.ts";
import { TransmitTimestamps } from "../../../src/probe/transmit_timestamps.ts";
import type { TransmitStamp, Transport } from "../../../src/probe/transport.ts";
import type { Instant } from "../../../src/time/instant.ts";
import { remarksOf } from "../../support/records.ts";
import {
  mangle,
  manglingKinds,
  readRequest,
  writeErrorReply,
  writeReply,
} from "../../support/simulated_datagram.ts";
import { sealHeader, sealMessage } from "../../lab/octets.ts";

const HOST = 0xc6120001;
const IDENTIFIER = 0x1cab;
const ORIGINATE_MS = 42_694_656;

function at(ms: number): Instant {
  return { realtimeNs: (ORIGINATE_MS + ms) * 1e6, monotonicNs: ms * 1e6, source: "kernel" };
}

/** The same, read by us. */
function user(ms: number): Instant {
  return { ...at(ms), source: "user" };
}

/** A reader with one probe out, its request, and all that it reports. */
function open(keepBytes = false) {
  const table = new InFlightTable(1000);
  const target = { index: 0, label: "host", address: HOST };
  const outcomes: ProbeOutcome[] = [];
  const extras: ExtraReply[] = [];
  const strays: StrayDatagram[] = [];
  const waiting: TransmitStamp[] = [];
  const stamps = new TransmitTimestamps({
    stampSource: "kernel",
    receiveTransmitStamps: () => waiting.splice(0),
  } as Partial<Transport> as Transport);
  /** A stamp of the kernel becomes ready. */
  const stamp = (moment: TransmitStamp["moment"], key: number, ms: number) =>
    void waiting.push({ key, moment, at: at(ms) });
  const probes: InFlightProbe[] = [];
  const reader = new ReplyReader({
    messages: [TIMESTAMP_PROBE],
    numbers: new ProbeNumbers([target], {
      numberKey: { k0: 1, k1: 2 },
      identifier: IDENTIFIER,
      firstSequence: 0,
    }),
    table,
    stamps,
    kernelStamps: true,
    keepBytes,
    listener: {
      outcome: (outcome) => void outcomes.push(outcome),
      extra: (extra) => void extras.push(extra),
      stray: (stray) => void strays.push(stray),
      idle: () => {},
    },
  });
  const template = new ProbeTemplate({ kind: "timestamp", identifier: IDENTIFIER });
  const request = readRequest(
    template.emit({ destination: HOST, sequence: 7, originateMs: ORIGINATE_MS }),
  );
  const probe = makeProbe({
    target,
    index: 7,
    identifier: IDENTIFIER,
    sequence: 7,
    token: ORIGINATE_MS,
    sentAt: at(0),
    deadlineNs: 1000e6,
  });
  table.add(probe);
  stamps.expect(probe);
  probes.push(probe);
  const read = (bytes: Uint8Array, source = HOST, ms = 10, truncated = false) =>
    reader.read({ bytes, source, receivedAt: at(ms), truncated });
  const reply = writeReply(request, ORIGINATE_MS + 5, ORIGINATE_MS + 5);
  /** Sends another probe, `ms` after the first; returns the host's reply. */
  const send = (sequence: number, ms: number) => {
    const originateMs = ORIGINATE_MS + ms;
    const bytes = template.emit({ destination: HOST, sequence, originateMs });
    const next = makeProbe({
      target,
      index: sequence,
      identifier: IDENTIFIER,
      sequence,
      token: originateMs,
      key: probes.length,
      sentAt: user(ms),
      deadlineNs: (ms + 1000) * 1e6,
    });
    table.add(next);
    stamps.expect(next);
    probes.push(next);
    return writeReply(readRequest(bytes), originateMs + 5, originateMs + 5);
  };
  const expire = (index = 0) => {
    stamps.collect();
    reader.expire(probes[index] as InFlightProbe);
  };
  return { read, expire, send, stamp, reply, request, probe, outcomes, extras, strays };
}

Deno.test("a reply becomes the outcome, the next one an extra", () => {
  const { read, reply, outcomes, extras, probe } = open();
  read(reply);
  read(reply, HOST, 12);
  assertEquals(outcomes.map(({ kind }) => kind), ["reply"]);
  assertEquals(extras.map(({ kind }) => kind), ["duplicate"]);
  assertEquals(extras[0]?.reply.rttNs, 12e6);
  assertEquals([probe.state, probe.replies], ["reply", 2]);
});

Deno.test("no report keeps the receive buffer, unless a copy is asked for", () => {
  for (const keepBytes of [false, true]) {
    const { read, reply, outcomes } = open(keepBytes);
    const buffer = reply.slice();
    read(buffer);
    buffer.fill(0xee);
    const [outcome] = outcomes;
    assert(outcome?.kind === "reply");
    assertEquals(outcome.reply.bytes, keepBytes ? reply : undefined);
    assertEquals(outcome.reply.stamps?.originateMs, ORIGINATE_MS);
    assertEquals(outcome.reply.header.ttl, 61);
  }
});

Deno.test("an error is kept as a copy as well", () => {
  const { read, request, outcomes } = open(true);
  const error = writeErrorReply(request, { type: 3, code: 1 }, 0xc0000a01);
  const buffer = error.slice();
  read(buffer, 0xc0000a01);
  buffer.fill(0xee);
  const [outcome] = outcomes;
  assert(outcome?.kind === "icmpError");
  assertEquals([outcome.reporter, outcome.rttNs], [0xc0000a01, 10e6]);
  assertEquals(outcome.bytes, error);
});

Deno.test("a reply that came after its deadline is late, though it is read before the timeout", () => {
  const { read, reply, outcomes, extras } = open();
  read(reply, HOST, 1000.1);
  assertEquals(outcomes.map(({ kind }) => kind), ["timedOut"]);
  assertEquals(extras.map(({ kind }) => kind), ["late"]);
});

Deno.test("what the buffer cut off is reported as that", () => {
  const { read, reply, strays } = open();
  read(mangle(reply, "oversize").bytes.slice(0, 2048), HOST, 10, true);
  assertEquals(strays.map(({ kind }) => kind), ["truncated"]);
});

Deno.test("no datagram throws or leaves the probe in between, whatever is wrong with it", () => {
  for (const kind of manglingKinds) {
    const { read, expire, reply, outcomes, extras, strays, probe } = open();
    const { bytes, sourceBy } = mangle(reply, kind);
    read(bytes, HOST + sourceBy);
    if (kind === "originate-changed") expire();
    assertEquals(outcomes.length + strays.length, 1, kind);
    assertEquals(extras.length, 0, kind);
    assertEquals(probe.state, outcomes.length === 1 ? "reply" : "pending", kind);
  }
});

Deno.test("a reply without our originate stamp leaves its probe open, and the true one counts", () => {
  const { read, reply, outcomes, extras, strays, probe } = open();
  read(mangle(reply, "originate-changed").bytes, HOST, 5);
  assertEquals([probe.state, outcomes.length], ["pending", 0]);
  // One is held; a host cannot make us keep more.
  read(mangle(reply, "originate-changed").bytes, HOST, 6);
  read(reply, HOST, 10);
  const [outcome] = outcomes;
  assert(outcome?.kind === "reply");
  assertEquals([outcome.reply.rttNs, remarksOf(outcome.reply.flags)], [10e6, []]);
  const told = extras.map(({ kind, reply: { flags, rttNs } }) => [kind, rttNs, remarksOf(flags)]);
  assertEquals(told, [["duplicate", 5e6, ["originate-changed"]]]);
  assertEquals(strays.map(({ kind }) => kind), ["unmatched"]);
});

Deno.test("a host that never repeats the originate stamp answers at the deadline, then at once", () => {
  const { read, expire, send, stamp, reply, outcomes, strays } = open();
  read(mangle(reply, "originate-changed").bytes, HOST, 5);
  expire();
  const next = send(8, 2000);
  stamp("driver", 1, 2000);
  read(mangle(next, "originate-changed").bytes, HOST, 2003);
  const told = outcomes.map((outcome) =>
    outcome.kind === "reply" &&
    [outcome.reply.rttNs, outcome.reply.flags, outcome.reply.measurement]
  );
  assertEquals(told, [
    [5e6, ["originate-changed"], undefined],
    [3e6, ["originate-changed"], undefined],
  ]);
  assertEquals(strays, []);
});

Deno.test("what came before its probe left is no answer to it, with whatever it says", () => {
  const { read, expire, reply, request, outcomes, strays, probe } = open();
  read(reply, HOST, -0.001);
  read(mangle(reply, "originate-changed").bytes, HOST, -10);
  read(writeErrorReply(request, { type: 3, code: 1 }, HOST), HOST, -10);
  assertEquals([probe.state, outcomes.length], ["pending", 0]);
  assertEquals(strays.map(({ kind }) => kind), ["unmatched", "unmatched", "unmatched"]);
  expire();
  assertEquals(outcomes.map(({ kind }) => kind), ["timedOut"]);
});

Deno.test("a held reply is given up when the driver's stamp shows that its probe had not left", () => {
  const { read, expire, reply, outcomes, strays, probe } = open();
  read(mangle(reply, "originate-changed").bytes, HOST, 5);
  probe.leftAt = at(6);
  expire();
  assertEquals(outcomes.map(({ kind }) => kind), ["timedOut"]);
  assertEquals(strays.map(({ kind }) => kind), ["unmatched"]);
});

Deno.test("a reply to a probe that waits in our own queue counts only if the driver had it before", () => {
  for (const leftMs of [4, 6, undefined]) {
    const { read, expire, send, stamp, reply, probe, outcomes, strays } = open();
    // The first probe shows that the driver stamps.
    stamp("queue", 0, 0);
    stamp("driver", 0, 0.1);
    read(reply, HOST, 10);
    const next = send(8, 2000);
    stamp("queue", 1, 2000);
    read(next, HOST, 2005);
    assertEquals(outcomes.length, 1);
    if (leftMs !== undefined) stamp("driver", 1, 2000 + leftMs);
    expire(1);
    const told = outcomes.map((outcome) =>
      outcome.kind === "reply"
        ? [outcome.reply.rttNs, ...remarksOf(outcome.reply.flags)]
        : [outcome.kind]
    );
    // A stamp that was lost on its way to us says nothing.
    const expected = leftMs === 4 ? [1e6] : leftMs === 6 ? ["timedOut"] : [5e6, "user-stamp"];
    assertEquals<unknown>(told, [[9.9e6], expected]);
    assertEquals([probe.state, strays.length], ["reply", leftMs === 6 ? 1 : 0]);
  }
});

Deno.test("an ICMP error that does not quote the probe octet for octet does not end it", () => {
  for (const quoteBytes of [8, 12, 20]) {
    const { read, request, outcomes, strays, probe } = open();
    const error = writeErrorReply(request, { type: 3, code: 1, quoteBytes }, HOST);
    // Version and lengths; routers change type of service, lengths, TTL and checksum of a quoted header.
    const source = [40, 41, 42, 43], destination = [44, 45, 46, 47], protocol = [37];
    const message = Array.from({ length: quoteBytes }, (_, i) => 48 + i);
    for (const offset of [...protocol, ...source, ...destination, ...message]) {
      for (let bit = 0; bit < 8; bit++) {
        const altered = error.slice();
        altered[offset] = (altered[offset] as number) ^ 1 << bit;
        sealMessage(altered, 20, altered.length);
        read(altered);
        assertEquals(probe.state, "pending", `octet ${offset}, bit ${bit}`);
      }
    }
    assertEquals(strays.length, 8 * (9 + quoteBytes));
    assertEquals(strays.filter(({ kind }) => kind === "notice"), []);
    read(error);
    assertEquals(outcomes.map(({ kind }) => kind), ["icmpError"]);
  }
});

Deno.test("an ICMP error about a first fragment ends its probe while the last one has not left", () => {
  const { read, request, outcomes, probe } = open();
  const error = writeErrorReply(request, { type: 3, code: 4, quoteBytes: 20 }, HOST);
  const quoted = 28;
  error[quoted + 6] = 0x20;
  sealMessage(error, 20, error.length);
  probe.leftAt = at(30);
  probe.sentAt = at(30);
  read(error, HOST, 10);
  const [outcome] = outcomes;
  assert(outcome?.kind === "icmpError");
  assertEquals(outcome.rttNs, 0);
});

Deno.test("a quote that a router has padded still ends its probe", () => {
  const { read, request, outcomes } = open();
  const error = writeErrorReply(request, { type: 11, code: 0, quoteBytes: 20 }, HOST);
  const padded = new Uint8Array(error.length + 88);
  padded.set(error);
  sealMessage(padded, 20, padded.length);
  sealHeader(padded, padded.length);
  read(padded);
  assertEquals(outcomes.map(({ kind }) => kind), ["icmpError"]);
});

Deno.test("a reply that is cut at any octet is refused", () => {
  const { read, reply, strays } = open();
  for (let length = 0; length < reply.length; length++) read(reply.slice(0, length));
  assertEquals(strays.length, reply.length);
  assertEquals(new Set(strays.map(({ kind }) => kind)), new Set(["malformed"]));
});

Deno.test("an error that is cut at any octet ends nothing", () => {
  const { read, request, outcomes, strays } = open();
  const error = writeErrorReply(request, { type: 11, code: 0 }, HOST);
  for (let length = 0; length < error.length; length++) read(error.slice(0, length));
  assertEquals([outcomes.length, strays.length], [0, error.length]);
});

Deno.test("every single flipped bit is noticed, or leaves the reply what it was", () => {
  for (let bit = 0; bit < 40 * 8; bit++) {
    const { read, reply, outcomes, strays } = open();
    const octet = bit >> 3;
    reply[octet] = (reply[octet] as number) ^ (0x80 >> (bit & 7));
    read(reply);
    const [outcome] = outcomes;
    if (outcome === undefined) {
      assertEquals(strays.length, 1, `bit ${bit} is lost without a word`);
      continue;
    }
    assert(outcome.kind === "reply");
    assertNotEquals(outcome.reply.flags, [], `bit ${bit} was not noticed`);
    const isMessage = octet >= 20;
    assertEquals(outcome.reply.measurement === undefined, isMessage, `bit ${bit} is measured`);
  }
});

/** What an ICMP error that ends no probe is said to be: its kind, and what it is about. */
function remarkOn(
  error: Parameters<typeof writeErrorReply>[1],
  alter: (bytes: Uint8Array, probe: InFlightProbe) => void = () => {},
): string {
  const { read, request, probe, strays, outcomes } = open();
  const bytes = writeErrorReply(request, error, HOST);
  alter(bytes, probe);
  if (!error.badChecksum) sealMessage(bytes, 20, bytes.length);
  sealHeader(bytes, bytes.length);
  const wasPending = probe.state === "pending";
  read(bytes);
  assertEquals([outcomes.length, probe.state === "pending"], [0, wasPending]);
  const [stray] = strays;
  assertEquals(strays.length, 1);
  assertEquals(stray?.source, HOST);
  return `${stray?.kind}: ${stray?.detail.replace(/^198\.18\.0\.1: .*?, about /, "")}`;
}

Deno.test("an ICMP error that ends no probe is reported with what it is about", () => {
  const unreachable = { type: 3, code: 1 };
  const probe = "probe 7 to host";
  const QUOTED = 28, IDENTIFIER_AT = QUOTED + 20 + 4;
  const flip = (offset: number) => (bytes: Uint8Array) => {
    bytes[offset] = (bytes[offset] as number) ^ 1;
  };
  const cases: readonly (readonly [said: string, expected: string])[] = [
    [remarkOn({ type: 4, code: 0 }), `notice: ${probe}`],
    [remarkOn({ ...unreachable, badChecksum: true }), `notice: ${probe}, with a bad checksum`],
    [remarkOn(unreachable, flip(IDENTIFIER_AT)), "foreign: a packet that is not ours"],
    [
      remarkOn({ ...unreachable, quoteBytes: 12, quoteOtherOriginate: true }),
      "unmatched: an earlier probe with sequence 7 to host",
    ],
    // Its checksum as the request's was not.
    [
      remarkOn(unreachable, flip(QUOTED + 20 + 2)),
      `unmatched: ${probe}, which was sent otherwise than it quotes`,
    ],
    // From another source than the one that the error was sent to.
    [
      remarkOn(unreachable, flip(QUOTED + 12)),
      `unmatched: ${probe}, which was sent otherwise than it quotes`,
    ],
    [
      remarkOn(unreachable, (_, sent) => {
        sent.leftAt = at(11);
        sent.sentAt = at(11);
      }),
      `unmatched: ${probe}, which had not left`,
    ],
    [
      remarkOn(unreachable, (_, sent) => {
        sent.state = "timedOut";
      }),
      `notice: ${probe}`,
    ],
    // A quote of another type of message with the same numbers.
    [
      remarkOn(unreachable, (bytes) => void (bytes[QUOTED + 20] = 8)),
      "foreign: a packet that is not ours",
    ],
  ];
  for (const [said, expected] of cases) assertEquals(said, expected);
});

Deno.test("an ICMP error that came at the moment at which its probe left ends it", () => {
  const { read, request, outcomes, probe } = open();
  probe.leftAt = at(10);
  probe.sentAt = at(10);
  read(writeErrorReply(request, { type: 3, code: 1 }, HOST), HOST, 10);
  const [outcome] = outcomes;
  assert(outcome?.kind === "icmpError");
  assertEquals([outcome.rttNs, outcome.reporter], [0, HOST]);
});
