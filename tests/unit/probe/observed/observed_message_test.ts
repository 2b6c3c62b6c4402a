/** What a captured request is, how much of it is kept, and what its answers say. */

import { assert, assertEquals } from "@std/assert";
import {
  emitDatagram,
  emitIpTimestampOption,
  type IcmpFields,
  IP_TIMESTAMP_FLAG,
  parseDatagram,
} from "../../../../src/packet/mod.ts";
import type { ProbeContent, ReplyMessage } from "../../../../src/probe/message/message.ts";
import {
  markCut,
  OBSERVED_MESSAGES,
  observedMessage,
  octetsOf,
  tokenOf,
} from "../../../../src/probe/observed/observed_message.ts";
import { isCopy, seenAs, sight } from "../../../../src/probe/observed/observed_probe.ts";

const HOST = 0xc0000207;
const NUMBERS = { identifier: 7, sequence: 9 } as const;
const [TIMESTAMP, ECHO, ECHO_TOKEN, STAMPED, STAMPED_TOKEN] = OBSERVED_MESSAGES;

/** A captured packet, read. */
function capture(message: IcmpFields, options: Uint8Array = new Uint8Array(0)) {
  const bytes = emitDatagram({ header: { source: 1, destination: HOST, options }, message });
  const parsed = parseDatagram(bytes);
  assert(parsed.ok);
  return { bytes, ...parsed.value };
}

const payloadOf = (lengthBytes: number) =>
  Uint8Array.from({ length: lengthBytes }, (_, i) => i + 1);
const request = (lengthBytes: number, options?: Uint8Array) =>
  capture({ kind: "echo-request", ...NUMBERS, payload: payloadOf(lengthBytes) }, options);
const reply = (payload: Uint8Array, options?: Uint8Array) =>
  capture({ kind: "echo-reply", ...NUMBERS, payload }, options);

/** The IPv4 Timestamp option with room for two stamps of the host, of which so many are written. */
function stampOption(written: number): Uint8Array {
  const entries = [11, 12].map((stampMs) => ({ address: HOST, stampMs }));
  const pointer = 5 + 8 * written;
  return emitIpTimestampOption({ flag: IP_TIMESTAMP_FLAG.prespecified, pointer, entries });
}

Deno.test("observed message: a request is known by its type, its room for a token, and its room for timestamps", () => {
  const kindOf = ({ header, message }: ReturnType<typeof capture>) =>
    observedMessage(header, message);
  assertEquals([3, 4, 5].map((bytes) => kindOf(request(bytes))), [ECHO, ECHO_TOKEN, ECHO_TOKEN]);
  assertEquals([3, 4].map((bytes) => kindOf(request(bytes, stampOption(0)))), [
    ...[STAMPED, STAMPED_TOKEN],
  ]);
  // Options without a timestamp, and one that cannot be read, ask for none.
  assertEquals(kindOf(request(4, Uint8Array.of(1, 1, 1, 1))), ECHO_TOKEN);
  assertEquals(kindOf(request(4, Uint8Array.of(68, 40, 5, 0))), ECHO_TOKEN);
  const timestamp = { kind: "timestamp-request", ...NUMBERS, originateMs: 77 } as const;
  assertEquals(kindOf(capture(timestamp)), TIMESTAMP);
  assertEquals(kindOf(reply(payloadOf(4))), undefined);
  assertEquals(
    OBSERVED_MESSAGES.map(({ name, hasToken, messageStart }) => [
      ...[name, hasToken, messageStart],
    ]),
    [
      ["timestamp", true, 20],
      ["echo", false, 20],
      ["echo", true, 20],
      ["ip-timestamp", false, 24],
      ["ip-timestamp", true, 24],
    ],
  );
});

Deno.test("observed message: the token is the originate timestamp, or the first four octets of the payload", () => {
  const stamps = { originateMs: 0xfedcba98, receiveMs: 1, transmitMs: 2 };
  assertEquals(
    tokenOf(capture({ kind: "timestamp-reply", ...NUMBERS, ...stamps }).message),
    0xfedcba98,
  );
  assertEquals(tokenOf(request(4).message), 0x01020304);
  assertEquals(tokenOf(request(5).message), 0x01020304);
  assertEquals(tokenOf(request(3).message), 0);
  const error = capture({ kind: "error", type: 3, body: new Uint8Array(28) });
  assertEquals(tokenOf(error.message), 0);
});

Deno.test("observed message: of an echo request 128 octets are kept, and no octet that is not of it", () => {
  for (
    const [payloadBytes, kept] of [[0, 8], [119, 127], [120, 128], [121, 128], [900, 128]] as const
  ) {
    const { bytes, message } = request(payloadBytes);
    const octets = octetsOf(message, bytes, 20, bytes.length);
    assertEquals(octets, bytes.slice(20, 20 + kept));
  }
  // What lies behind the datagram in the capture is none of it.
  const { bytes, message } = request(10);
  const padded = new Uint8Array(64).fill(0xa5);
  padded.set(bytes);
  assertEquals(octetsOf(message, padded, 20, bytes.length), bytes.slice(20));
});

/** What an answer says to a captured request of `sent` octets. */
function describe(
  kind: typeof ECHO,
  answer: ReturnType<typeof capture>,
  sent: ReturnType<typeof capture> | undefined,
  isCut = false,
) {
  const { message } = answer;
  const octets = sent &&
    octetsOf(sent.message, sent.bytes, sent.header.headerLengthBytes, sent.bytes.length);
  const probe = { target: { address: HOST }, token: 0x01020304, octets };
  const read = (isCut ? markCut(message) : message) as ReplyMessage;
  assert(kind !== undefined);
  return kind.describe(read, answer.header, probe as unknown as ProbeContent);
}

Deno.test("observed message: an echoed payload is compared as far as both were captured", () => {
  const flagsOf = (payload: Uint8Array, sentBytes: number, isCut = false) =>
    describe(ECHO_TOKEN, reply(payload), request(sentBytes), isCut).flags;
  const changedAt = (lengthBytes: number, at: number) => {
    const payload = payloadOf(lengthBytes);
    payload[at] = 0;
    return payload;
  };
  const changed = ["payload-changed"];
  assertEquals(flagsOf(payloadOf(56), 56), []);
  assertEquals(flagsOf(changedAt(56, 0), 56), changed);
  assertEquals(flagsOf(changedAt(56, 55), 56), changed);
  assertEquals([flagsOf(payloadOf(55), 56), flagsOf(payloadOf(57), 56)], [changed, changed]);
  // Of a cut reply only what is there counts, and of a request the first 120 octets of its payload.
  assertEquals(flagsOf(payloadOf(9), 56, true), []);
  assertEquals(flagsOf(changedAt(9, 8), 56, true), changed);
  assertEquals(flagsOf(payloadOf(119), 119), []);
  assertEquals([flagsOf(payloadOf(118), 119), flagsOf(payloadOf(119), 118)], [changed, changed]);
  assertEquals([flagsOf(payloadOf(200), 200), flagsOf(payloadOf(150), 200)], [[], []]);
  assertEquals([flagsOf(changedAt(200, 119), 200), flagsOf(changedAt(200, 120), 200)], [
    changed,
    [],
  ]);
});

Deno.test("observed message: the length of a cut reply is that of its header", () => {
  const answer = reply(payloadOf(30));
  assertEquals(describe(ECHO_TOKEN, answer, request(30)).lengthBytes, 38);
  // 20 octets of header and 38 of message, whatever is left of them.
  const part = { ...answer, message: { ...answer.message, payload: payloadOf(6) } as ReplyMessage };
  assertEquals(describe(ECHO_TOKEN, part as typeof answer, request(30), true).lengthBytes, 38);
  assertEquals(describe(ECHO_TOKEN, part as typeof answer, request(6)).lengthBytes, 14);
});

Deno.test("observed message: timestamps in the header are read where the request asked for them, and their lack is said", () => {
  const read = (kind: typeof ECHO, written: number) => {
    const answer = reply(payloadOf(8), stampOption(written));
    const { stamps, flags } = describe(kind, answer, request(8, stampOption(0)));
    return [stamps?.receiveMs, stamps?.transmitMs, flags];
  };
  assertEquals(read(STAMPED_TOKEN, 2), [11, 12, []]);
  assertEquals(read(STAMPED_TOKEN, 1), [11, 11, []]);
  assertEquals(read(STAMPED_TOKEN, 0), [undefined, undefined, ["no-stamps"]]);
  assertEquals(read(ECHO_TOKEN, 2), [undefined, undefined, []]);
});

Deno.test("observed message: a reply too short for a token repeats it only where the capture cut it off", () => {
  const repeats = (payloadBytes: number, token: number, isCut: boolean) => {
    const { message } = reply(payloadOf(payloadBytes));
    return ECHO_TOKEN?.repeatsToken((isCut ? markCut(message) : message) as ReplyMessage, token);
  };
  assertEquals([repeats(3, 1, true), repeats(3, 1, false)], [true, false]);
  assertEquals([repeats(4, 0x01020304, false), repeats(4, 0x01020305, true)], [true, false]);
});

Deno.test("observed probe: a packet is a copy of one with its identification that was seen otherwise", () => {
  const packet = { ttl: 64, direction: "in" } as const;
  for (const ttl of [0, 1, 64, 255]) {
    for (const direction of [undefined, "in", "out"] as const) {
      for (const identification of [0, 1, 0xffff]) {
        assertEquals(seenAs(sight(identification, { ttl, direction })), { ttl, direction });
      }
    }
  }
  const one = sight(500, packet);
  assertEquals(isCopy(one, one), false);
  assertEquals(isCopy(sight(500, { ...packet, ttl: 63 }), one), true);
  assertEquals(isCopy(sight(500, { ...packet, direction: "out" }), one), true);
  for (const identification of [499, 501]) {
    assertEquals(isCopy(sight(identification, packet), one), false);
  }
});
