/** Echo requests of other programs and their answers, as a capture shows them. */

import { assert, assertEquals } from "@std/assert";
import { parseDatagram } from "../../../../src/packet/mod.ts";
import { CAPTURE_TABLES } from "../../../../src/record/capture_record.ts";
import { JsonReporter } from "../../../../src/record/json_reporter.ts";
import { CaptureRun, followPings } from "../../../../src/run/capture/capture_run.ts";
import { sealMessage, write16, write32 } from "../../../lab/octets.ts";
import { writeHeader } from "../../../lab/packet.ts";
import { CLIENT, HOST, type PairedRecord, pick } from "./exchange.ts";

interface Packet {
  readonly atMs: number;
  readonly type: 0 | 8;
  readonly payload: readonly number[];
  readonly sequence?: number;
  readonly identifier?: number;
  /** Octets of the message that the capture kept; all by default. */
  readonly keptBytes?: number;
  /** The IP Timestamp option of the header; none by default. */
  readonly option?: readonly number[];
  readonly identification?: number;
  readonly moreFragments?: boolean;
  /** Not the start of its datagram. */
  readonly isLast?: boolean;
}

const LETTERS = (length: number, first = 65) =>
  Array.from({ length }, (_, i) => (first + i) & 0xff);

function octetsOf(packet: Packet): Uint8Array {
  const { type, payload, sequence = 1, identifier = 7, option = [], identification = 1 } = packet;
  const start = 20 + option.length;
  const bytes = new Uint8Array(start + 8 + payload.length);
  bytes.set(option, 20);
  bytes[start] = type;
  write16(bytes, start + 4, identifier);
  write16(bytes, start + 6, sequence);
  bytes.set(payload, start + 8);
  sealMessage(bytes, start, bytes.length);
  const [from, to] = type === 8 ? [CLIENT, HOST] : [HOST, CLIENT];
  writeHeader(bytes, start, bytes.length, 0, identification, 60, from, to);
  return bytes;
}

function pairEchoes(packets: readonly Packet[]): PairedRecord[] {
  const records: PairedRecord[] = [];
  const sink = { line: (text: string) => void records.push(JSON.parse(text)), header: () => {} };
  const reporter = new JsonReporter(sink, { quiet: false, tables: CAPTURE_TABLES });
  const run = new CaptureRun(
    { program: { command: "decode", version: "0" }, source: "a", timeoutMs: 1000 },
    (info) => reporter.run(info),
    followPings(reporter),
  );
  for (const packet of packets) {
    const { atMs, keptBytes = Infinity, moreFragments = false, isLast = false } = packet;
    const time = { unixSeconds: 1_795_737_600, nanoseconds: atMs * 1e6 };
    const bytes = octetsOf(packet);
    const parsed = parseDatagram(bytes);
    assert(parsed.ok);
    const { header, message } = parsed.value;
    if (isLast) {
      run.addFragment({ ...header, moreFragments }, time);
      continue;
    }
    const isCut = keptBytes < bytes.length - header.headerLengthBytes;
    const kept = isCut && "payload" in message
      ? { ...message, payload: message.payload.slice(0, keptBytes - 8) }
      : message;
    run.add({
      ...{
        bytes,
        header: { ...header, moreFragments },
        message: kept,
        isCut,
        direction: undefined,
      },
      ...time,
    });
  }
  const result = run.finish();
  reporter.end({ ...result, reason: "complete", exitCode: 0 });
  return records;
}

const ask = (atMs: number, payload: readonly number[], more: Partial<Packet> = {}): Packet => ({
  ...{ atMs, type: 8, payload, ...more },
});
const answer = (atMs: number, payload: readonly number[], more: Partial<Packet> = {}): Packet => ({
  ...{ atMs, type: 0, payload, identification: 2, ...more },
});
const flagsOf = (records: readonly PairedRecord[]) => pick(records, "reply", "flags").flat();

Deno.test("captured echo: an answer with the same payload, of any length, and what differs is said", () => {
  for (const length of [0, 1, 3, 4, 5, 56, 119, 120, 121, 1400]) {
    const same = pairEchoes([ask(0, LETTERS(length)), answer(5, LETTERS(length))]);
    assertEquals(
      pick(same, "reply", "rtt_ms", "length_bytes", "flags"),
      [[5, 8 + length, []]],
      `${length}`,
    );
    assertEquals(pick(same, "end", "sent", "received"), [[1, 1]]);
    if (length < 6) continue;
    const changed = LETTERS(length).with(5, 0);
    assertEquals(flagsOf(pairEchoes([ask(0, LETTERS(length)), answer(5, changed)])), [[
      "payload-changed",
    ]], `${length}`);
  }
  const shorter = pairEchoes([ask(0, LETTERS(56)), answer(5, LETTERS(40))]);
  assertEquals(flagsOf(shorter), [["payload-changed"]]);
  const longer = pairEchoes([ask(0, LETTERS(56)), answer(5, LETTERS(60))]);
  assertEquals(flagsOf(longer), [["payload-changed"]]);
});

Deno.test("captured echo: of a long request only the start is known, so a change behind it is not seen", () => {
  const changed = LETTERS(400).with(300, 0);
  assertEquals(flagsOf(pairEchoes([ask(0, LETTERS(400)), answer(5, changed)])), [[]]);
});

Deno.test("captured echo: the first four octets decide between requests with the same numbers", () => {
  const records = pairEchoes([
    ask(0, LETTERS(8, 1), { identification: 1 }),
    ask(10, LETTERS(8, 50), { identification: 3 }),
    answer(20, LETTERS(8, 1)),
    answer(21, LETTERS(8, 50), { identification: 4 }),
  ]);
  assertEquals(pick(records, "reply", "probe", "rtt_ms"), [[0, 20], [1, 11]]);
  const foreign = pairEchoes([ask(0, LETTERS(8, 1)), answer(5, LETTERS(8, 90))]);
  assertEquals(flagsOf(foreign), [["payload-changed"]]);
  const other = pairEchoes([ask(0, LETTERS(8)), answer(5, LETTERS(8), { identifier: 8 })]);
  assertEquals(pick(other, "end", "received"), [[0]]);
});

Deno.test("captured echo: one of which the capture kept the start is compared as far as that goes", () => {
  const cut = { keptBytes: 24 };
  const same = pairEchoes([ask(0, LETTERS(56), cut), answer(5, LETTERS(56), cut)]);
  assertEquals(pick(same, "reply", "flags", "length_bytes"), [[[], 64]]);
  const reply = pairEchoes([ask(0, LETTERS(56)), answer(5, LETTERS(56), cut)]);
  assertEquals(pick(reply, "reply", "flags", "length_bytes"), [[[], 64]]);
  const changed = LETTERS(56).with(6, 0);
  assertEquals(flagsOf(pairEchoes([ask(0, LETTERS(56)), answer(5, changed, cut)])), [[
    "payload-changed",
  ]]);
  // Nothing of the token was kept: the numbers alone decide.
  const bare = pairEchoes([ask(0, LETTERS(56)), answer(5, LETTERS(56), { keptBytes: 10 })]);
  assertEquals(pick(bare, "reply", "flags"), [[[]]]);
});

Deno.test("captured echo: times of an IP Timestamp option are read, and their absence is said", () => {
  const option = (stampMs?: number) => {
    const octets = new Uint8Array(12);
    octets.set([68, 12, stampMs === undefined ? 5 : 13, 1]);
    write32(octets, 4, HOST);
    if (stampMs !== undefined) write32(octets, 8, stampMs);
    return [...octets];
  };
  const asked = ask(3_600_000, LETTERS(8), { option: option() });
  const stamped = pairEchoes([asked, answer(3_600_010, LETTERS(8), { option: option(3_600_005) })]);
  assertEquals(pick(stamped, "reply", "receive_ms", "transmit_ms", "rtt_ms").length, 1);
  assertEquals(flagsOf(stamped).flat().includes("no-stamps"), false);
  const without = pairEchoes([asked, answer(3_600_010, LETTERS(8))]);
  assertEquals(flagsOf(without).flat().includes("no-stamps"), true);
  assertEquals(pick(without, "reply", "receive_ms"), [[undefined]]);
});

Deno.test("captured echo: a request in fragments has left when its last one has", () => {
  const first = ask(0, LETTERS(100), { moreFragments: true, identification: 9 });
  const last = (atMs: number, more: Partial<Packet> = {}) =>
    ask(atMs, LETTERS(8), { isLast: true, identification: 9, ...more });
  const rtt = (...packets: readonly Packet[]) =>
    pick(pairEchoes([first, ...packets, answer(50, LETTERS(100))]), "reply", "rtt_ms").flat();
  assertEquals(rtt(last(3)), [47]);
  assertEquals(rtt(), [50]);
  // One in the middle, one of another datagram, one of an answer, and a second copy.
  assertEquals(rtt(last(3, { moreFragments: true })), [50]);
  assertEquals(rtt(last(3, { identification: 8 })), [50]);
  assertEquals(rtt(last(3, { type: 0 })), [50]);
  assertEquals(rtt(last(3), last(4)), [47]);
  assertEquals(rtt(last(1, { moreFragments: true }), last(4)), [46]);
});
