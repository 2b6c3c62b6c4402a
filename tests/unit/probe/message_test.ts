/** Each kind of probe: its octets, which messages answer it, and what an answer says. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  emitDatagram,
  type IcmpFields,
  parseDatagram,
  parseIcmpMessage,
  parseIpTimestampOption,
} from "../../../src/packet/mod.ts";
import { BadChecksumProbe } from "../../../src/probe/message/bad_checksum.ts";
import { EchoProbe } from "../../../src/probe/message/echo.ts";
import { IpTimestampProbe } from "../../../src/probe/message/ip_timestamp.ts";
import type {
  ProbeContent,
  ProbeMessage,
  ReplyMessage,
} from "../../../src/probe/message/message.ts";
import { TimestampProbe } from "../../../src/probe/message/timestamp.ts";

const PROBE: ProbeContent = {
  target: { address: 0xc0000207 },
  identifier: 0x1234,
  sequence: 0xfffe,
  token: 0x89abcdef,
  ttl: undefined,
};

const NUMBERS = { identifier: 1, sequence: 1 } as const;

const KINDS: readonly ProbeMessage[] = [
  new TimestampProbe(),
  new EchoProbe(),
  new IpTimestampProbe(),
  new BadChecksumProbe(new TimestampProbe()),
  new BadChecksumProbe(new EchoProbe()),
  new BadChecksumProbe(new IpTimestampProbe()),
];

/** The datagram of a probe, written into a longer buffer of old octets. */
function emit(message: ProbeMessage, fields: Partial<ProbeContent> = {}) {
  const buffer = new Uint8Array(message.lengthBytes + 9).fill(0xa5);
  const bytes = message.emit({ ...PROBE, ...fields }, buffer);
  assertEquals([...buffer.subarray(message.lengthBytes)], Array(9).fill(0xa5), message.name);
  const parsed = parseDatagram(bytes);
  assert(parsed.ok, message.name);
  return { bytes, ...parsed.value };
}

/** What `fields` are as a reply of the target, with these IPv4 options. */
function reply(fields: IcmpFields, options = new Uint8Array(0)) {
  const header = { source: PROBE.target.address, destination: 1, options };
  const parsed = parseDatagram(emitDatagram({ header, message: fields }));
  assert(parsed.ok);
  return { header: parsed.value.header, message: parsed.value.message as ReplyMessage };
}

Deno.test("message: the datagram has the probe's numbers, address and token", () => {
  for (const kind of KINDS) {
    const { bytes, header, message } = emit(kind);
    assertEquals(bytes.length, kind.lengthBytes);
    assertEquals([header.destination, header.ttl], [PROBE.target.address, 64]);
    assert(header.checksumOk, kind.name);
    assertEquals(message.checksumOk, kind.name !== "bad-checksum");
    assertEquals(message.type, kind.requestType);
    assert(message.kind === "timestamp-request" || message.kind === "echo-request");
    assertEquals([message.identifier, message.sequence], [0x1234, 0xfffe]);
    const token = bytes.subarray(kind.messageStart + 8, kind.messageStart + 12);
    assertEquals([...token], [0x89, 0xab, 0xcd, 0xef], kind.name);
  }
});

Deno.test("message: time to live is the probe's, or else the message's", () => {
  for (const kind of KINDS) {
    for (const ttl of [1, 30, 255]) {
      const { header } = emit(kind, { ttl });
      assertEquals([header.ttl, header.checksumOk], [ttl, true], kind.name);
    }
  }
  assertEquals(emit(new EchoProbe({ ttl: 3 })).header.ttl, 3);
});

Deno.test("message: a buffer without room is refused", () => {
  for (const kind of KINDS) {
    assertThrows(() => kind.emit(PROBE, new Uint8Array(kind.lengthBytes - 1)), RangeError);
  }
});

Deno.test("message: every kind is answered by its reply type and no other", () => {
  for (const kind of KINDS) {
    const answers = [0, 3, 8, 13, 14, 18].filter((type) => {
      const parsed = parseIcmpMessage(Uint8Array.of(type, ...new Uint8Array(63)));
      assert(parsed.ok);
      return kind.isAnswer(parsed.value);
    });
    assertEquals(answers, [kind.replyType], kind.name);
  }
});

Deno.test("message: timestamps take the time of day as token, or what was set", () => {
  const cookie = () => 7;
  const tokenOf = (message: ProbeMessage) => message.makeToken(1000, cookie);
  assertEquals(tokenOf(new TimestampProbe()), 1000);
  assertEquals(tokenOf(new TimestampProbe({ originateMs: 5 })), 5);
  let next = 1;
  const counting = new TimestampProbe({ originateMs: () => next++ });
  assertEquals([tokenOf(counting), tokenOf(counting)], [1, 2]);
  assertEquals([new EchoProbe(), new IpTimestampProbe()].map(tokenOf), [7, 7]);
  assertEquals(tokenOf(new BadChecksumProbe(new EchoProbe())), 7);
});

Deno.test("message: an originate that is the time of sending is told from one that was set, whatever the checksum", () => {
  const isTimed = (message: ProbeMessage) => message.isTimed ?? false;
  assertEquals([new TimestampProbe(), new TimestampProbe({ originateMs: 5 })].map(isTimed), [
    ...[true, false],
  ]);
  for (const message of [new TimestampProbe(), new EchoProbe(), new IpTimestampProbe()]) {
    assertEquals(new BadChecksumProbe(message).isTimed, isTimed(message), message.name);
  }
});

Deno.test("message: room for one timestamp of the target is an option of twelve octets", () => {
  const kind = new IpTimestampProbe({ stamps: 1 });
  const { header } = emit(kind);
  const parsed = parseIpTimestampOption(header.options);
  assert(parsed.ok && header.checksumOk);
  assertEquals([header.options.length, parsed.value?.entries], [12, [
    { address: PROBE.target.address, stampMs: 0 },
  ]]);
});

Deno.test("message: a bad checksum is bad whatever the sequence number is", () => {
  const kind = new BadChecksumProbe(new TimestampProbe());
  for (let sequence = 0; sequence <= 0xffff; sequence++) {
    const { header, message } = emit(kind, { sequence });
    assert(!message.checksumOk && header.checksumOk, `sequence ${sequence}`);
  }
});

Deno.test("message: only the token proves a reply, and an echo of the user's octets has none", () => {
  const stamps = { originateMs: PROBE.token, receiveMs: 1, transmitMs: 2 };
  const timestamp = reply({ kind: "timestamp-reply", identifier: 1, sequence: 1, ...stamps });
  const payload = Uint8Array.of(0x89, 0xab, 0xcd, 0xef, 4);
  const echo = reply({ kind: "echo-reply", identifier: 1, sequence: 1, payload });
  for (const kind of KINDS) {
    const { message } = kind.replyType === 14 ? timestamp : echo;
    assert(kind.repeatsToken(message, PROBE.token), kind.name);
    assert(!kind.repeatsToken(message, PROBE.token ^ 1), kind.name);
    const other = kind.replyType === 14 ? echo : timestamp;
    assert(!kind.repeatsToken(other.message, PROBE.token), kind.name);
  }
  const short = reply({ kind: "echo-reply", identifier: 1, sequence: 1 });
  assert(!new EchoProbe().repeatsToken(short.message, PROBE.token));
  const least = reply({ kind: "echo-reply", ...NUMBERS, payload: payload.slice(0, 4) });
  assert(new EchoProbe().repeatsToken(least.message, PROBE.token));
  const own = new EchoProbe({ payload: new Uint8Array(3) });
  assertEquals([own.hasToken, own.repeatsToken(echo.message, 0)], [false, true]);
});

Deno.test("message: a timestamp reply says its three timestamps", () => {
  const stamps = { originateMs: 9, receiveMs: 1, transmitMs: 2 };
  const fields = { kind: "timestamp-reply", identifier: 1, sequence: 1, ...stamps } as const;
  const kind = new BadChecksumProbe(new TimestampProbe());
  const plain = reply(fields);
  const read = kind.describe(plain.message, plain.header, PROBE);
  assertEquals({ ...stamps, ...read.stamps }.receiveMs, 1);
  assertEquals([read.lengthBytes, read.flags], [20, []]);
  const longer = reply({ ...fields, trailing: new Uint8Array(4) });
  const { lengthBytes, flags } = kind.describe(longer.message, longer.header, PROBE);
  assertEquals([lengthBytes, flags], [24, ["trailing-bytes"]]);
});

Deno.test("message: an echo reply says whether its payload is as it was sent", () => {
  const kind = new EchoProbe();
  const sent = emit(kind).bytes.slice(kind.messageStart + 8);
  const flagsOf = (payload: Uint8Array) => {
    const { message, header } = reply({ kind: "echo-reply", identifier: 1, sequence: 1, payload });
    const { lengthBytes, stamps, flags } = kind.describe(message, header, PROBE);
    assertEquals([lengthBytes, stamps], [8 + payload.length, undefined]);
    return flags;
  };
  assertEquals(flagsOf(sent), []);
  for (const at of [0, 3, 4, 55]) {
    const changed = sent.slice();
    changed[at] = (changed[at] as number) ^ 1;
    assertEquals(flagsOf(changed), ["payload-changed"], `octet ${at}`);
  }
  assertEquals(flagsOf(sent.subarray(0, 55)), ["payload-changed"]);
  assertEquals(flagsOf(Uint8Array.of(...sent, 0)), ["payload-changed"]);
});

Deno.test("message: the IP option names the target twice, and its timestamps are read from the reply", () => {
  const kind = new IpTimestampProbe();
  const { bytes, header } = emit(kind);
  const parsed = parseIpTimestampOption(header.options);
  assert(parsed.ok && parsed.value !== undefined);
  const { address } = PROBE.target;
  const empty = { address, stampMs: 0 };
  const { flag, pointer, entries } = parsed.value;
  assertEquals({ flag, pointer, entries }, { flag: 3, pointer: 5, entries: [empty, empty] });
  const payload = bytes.slice(kind.messageStart + 8);
  /** Stamps and flags of a reply whose option was written up to `pointer`. */
  const read = (pointer: number, change: (options: Uint8Array) => void = () => {}) => {
    const options = header.options.slice();
    options[2] = pointer;
    options.set([0, 0, 0, 11], 8);
    options.set([0, 0, 0, 12], 16);
    change(options);
    const answer = reply({ kind: "echo-reply", identifier: 1, sequence: 1, payload }, options);
    const { stamps, flags } = kind.describe(answer.message, answer.header, PROBE);
    return [stamps?.originateMs, stamps?.receiveMs, stamps?.transmitMs, flags];
  };
  assertEquals(read(21), [PROBE.token, 11, 12, []]);
  assertEquals(read(13), [PROBE.token, 11, 11, []]);
  assertEquals(read(5), [undefined, undefined, undefined, ["no-stamps"]]);
  // What another address wrote is not the target's time.
  const foreign = read(21, (options) => options[7] = 9);
  assertEquals(foreign, [PROBE.token, 12, 12, []]);
});
