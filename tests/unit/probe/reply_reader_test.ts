/** What the scenarios cannot show of the reader: buffers, copies, and single datagrams out of nowhere. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { ProbeTemplate } from "../../../src/packet/mod.ts";
import { InFlightTable } from "../../../src/probe/in_flight_table.ts";
import type { ExtraReply, ProbeOutcome, StrayDatagram } from "../../../src/probe/outcome.ts";
import { Probe } from "../../../src/probe/probe.ts";
import { ProbeNumbers } from "../../../src/probe/probe_numbers.ts";
import { ReplyReader } from "../../../src/probe/reply_reader.ts";
import { StampBook } from "../../../src/probe/stamp_book.ts";
import type { Instant } from "../../../src/time/instant.ts";
import {
  mangle,
  manglingKinds,
  readRequest,
  writeErrorReply,
  writeReply,
} from "../../support/simulated_datagram.ts";
import { SimulatedTransport } from "../../support/simulated_transport.ts";

const HOST = 0xc6120001;
const IDENTIFIER = 0x1cab;
const ORIGINATE_MS = 42_694_656;

function at(ms: number): Instant {
  return { realtimeNs: (ORIGINATE_MS + ms) * 1e6, monotonicNs: ms * 1e6, source: "kernel" };
}

/** A reader with one probe out, its request, and all that it tells. */
function open(keepBytes = false) {
  const table = new InFlightTable(1000);
  const target = { index: 0, label: "host", address: HOST };
  const outcomes: ProbeOutcome[] = [];
  const extras: ExtraReply[] = [];
  const strays: StrayDatagram[] = [];
  const reader = new ReplyReader({
    kind: "timestamp",
    numbers: new ProbeNumbers([target], {
      numberKey: { k0: 1, k1: 2 },
      identifier: IDENTIFIER,
      firstSequence: 0,
    }),
    table,
    stamps: new StampBook(new SimulatedTransport({})),
    kernelStamps: true,
    keepBytes,
    sentPayload: new Uint8Array(0),
    stampedPayload: false,
    stampsFrom: "message",
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
  const probe = new Probe(target, 7, IDENTIFIER, 7, ORIGINATE_MS, 0, at(0), 1000e6);
  table.add(probe);
  const read = (bytes: Uint8Array, source = HOST, ms = 10, truncated = false) =>
    reader.read({ bytes, source, receivedAt: at(ms), truncated });
  const reply = writeReply(request, ORIGINATE_MS + 5, ORIGINATE_MS + 5);
  return { read, reply, request, probe, outcomes, extras, strays };
}

Deno.test("a reply becomes the outcome, the next one an extra", () => {
  const { read, reply, outcomes, extras, probe } = open();
  read(reply);
  read(reply, HOST, 12);
  assertEquals(outcomes.map(({ kind }) => kind), ["replied"]);
  assertEquals(extras.map(({ kind }) => kind), ["duplicate"]);
  assertEquals(extras[0]?.reply.rttNs, 12e6);
  assertEquals([probe.state, probe.replies], ["replied", 2]);
});

Deno.test("nothing that is told keeps the receive buffer, unless a copy is asked for", () => {
  for (const keepBytes of [false, true]) {
    const { read, reply, outcomes } = open(keepBytes);
    const buffer = reply.slice();
    read(buffer);
    buffer.fill(0xee);
    const [outcome] = outcomes;
    assert(outcome?.kind === "replied");
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
  assert(outcome?.kind === "refused");
  assertEquals([outcome.reporter, outcome.rttNs], [0xc0000a01, 10e6]);
  assertEquals(outcome.bytes, error);
});

Deno.test("a reply that came after its deadline is late, though it is read before the timeout", () => {
  const { read, reply, outcomes, extras } = open();
  read(reply, HOST, 1000.1);
  assertEquals(outcomes.map(({ kind }) => kind), ["timedOut"]);
  assertEquals(extras.map(({ kind }) => kind), ["late"]);
});

Deno.test("what the buffer cut off is told as that", () => {
  const { read, reply, strays } = open();
  read(mangle(reply, "oversize").bytes.slice(0, 2048), HOST, 10, true);
  assertEquals(strays.map(({ kind }) => kind), ["truncated"]);
});

Deno.test("no datagram throws or leaves the probe in between, whatever is wrong with it", () => {
  for (const kind of manglingKinds) {
    const { read, reply, outcomes, extras, strays, probe } = open();
    const { bytes, sourceBy } = mangle(reply, kind);
    read(bytes, HOST + sourceBy);
    assertEquals(outcomes.length + strays.length, 1, kind);
    assertEquals(extras.length, 0, kind);
    assertEquals(probe.state, outcomes.length === 1 ? "replied" : "awaiting", kind);
  }
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
    assert(outcome.kind === "replied");
    assertNotEquals(outcome.reply.flags, [], `bit ${bit} was not noticed`);
    const isMessage = octet >= 20;
    assertEquals(outcome.reply.measurement === undefined, isMessage, `bit ${bit} is measured`);
  }
});
