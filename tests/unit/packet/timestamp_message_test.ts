import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  emitTimestampMessage,
  parseTimestampMessage,
  type TimestampFields,
  type TimestampMessage,
} from "../../../src/packet/timestamp_message.ts";
import { formatHex, parseHex } from "../../support/hex.ts";

const REQUEST = "0d005794 9b690001 00000001 00000000 00000000".replaceAll(" ", "");

function mustParse(bytes: Uint8Array): TimestampMessage {
  const parsed = parseTimestampMessage(bytes, 0, bytes.length);
  assert(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

Deno.test("timestamp: deconstruct a request", () => {
  assertEquals(mustParse(parseHex(REQUEST)), {
    kind: "timestamp-request",
    type: 13,
    code: 0,
    checksum: 0x5794,
    checksumOk: true,
    expectedChecksum: 0x5794,
    identifier: 0x9b69,
    sequence: 1,
    originateMs: 1,
    receiveMs: 0,
    transmitMs: 0,
    trailing: new Uint8Array(0),
  });
});

Deno.test("timestamp: construct a request in a dirty buffer", () => {
  const target = new Uint8Array(24).fill(0xa5);
  const fields: TimestampFields = {
    kind: "timestamp-request",
    identifier: 0x9b69,
    sequence: 1,
    originateMs: 1,
  };
  assertEquals(emitTimestampMessage(fields, target, 2), 20);
  assertEquals(formatHex(target), "a5a5" + REQUEST + "a5a5");
});

Deno.test("timestamp: the other checksum vector", () => {
  const target = new Uint8Array(20).fill(0xa5);
  const originateMs = 0x00f0b0e0;
  emitTimestampMessage(
    { kind: "timestamp-request", identifier: 0x9b69, sequence: 1, originateMs },
    target,
  );
  assertEquals(formatHex(target.subarray(2, 4)), "a5c4");
});

Deno.test("timestamp: parse gives back what was emitted", () => {
  const extremes = [0, 1, 86_399_999, 86_400_000, 0x7fffffff, 0x80000000, 0xffffffff];
  for (const kind of ["timestamp-request", "timestamp-reply"] as const) {
    for (const stampMs of extremes) {
      for (const trailing of [new Uint8Array(0), parseHex("01"), parseHex("deadbeef00")]) {
        const fields = {
          kind,
          code: stampMs & 0xff,
          identifier: 0xffff,
          sequence: stampMs & 0xffff,
          originateMs: stampMs,
          receiveMs: 0xffffffff - stampMs,
          transmitMs: stampMs >>> 1,
          trailing,
        };
        const target = new Uint8Array(20 + trailing.length).fill(0xa5);
        assertEquals(emitTimestampMessage(fields, target), target.length);
        const message = mustParse(target);
        const { checksum, checksumOk, expectedChecksum, type, ...rest } = message;
        assertEquals(rest, fields);
        assertEquals(type, kind === "timestamp-request" ? 13 : 14);
        assertEquals([checksumOk, expectedChecksum], [true, checksum]);
        const again = new Uint8Array(target.length).fill(0x5a);
        emitTimestampMessage(message, again);
        assertEquals(again, target);
      }
    }
  }
});

Deno.test("timestamp: a wrong checksum is kept and told", () => {
  const bytes = parseHex(REQUEST.replace("5794", "dead"));
  const message = mustParse(bytes);
  assertEquals([message.checksumOk, message.checksum, message.expectedChecksum], [
    false,
    0xdead,
    0x5794,
  ]);
  const again = new Uint8Array(20);
  emitTimestampMessage(message, again);
  assertEquals(again, bytes);
});

Deno.test("timestamp: every message shorter than 20 octets is refused", () => {
  for (let lengthBytes = 0; lengthBytes < 20; lengthBytes++) {
    const parsed = parseTimestampMessage(parseHex(REQUEST), 0, lengthBytes);
    assert(!parsed.ok);
    assertEquals(parsed.malformed, {
      reason: `a timestamp message has 20 octets, ${lengthBytes} are here`,
      layer: "timestamp",
      needed: 20,
      available: lengthBytes,
      offset: 0,
    });
  }
});

Deno.test("timestamp: emit refuses what does not fit", () => {
  const good: TimestampFields = {
    kind: "timestamp-reply",
    identifier: 1,
    sequence: 2,
    originateMs: 3,
  };
  const wrong: [string, Partial<TimestampFields>][] = [
    ["identifier", { identifier: 65_536 }],
    ["sequence", { sequence: -1 }],
    ["sequence", { sequence: 65_536 }],
    ["originate", { originateMs: 2 ** 32 }],
    ["receive", { receiveMs: 0.5 }],
    ["receive", { receiveMs: 2 ** 32 }],
    ["transmit", { transmitMs: 2 ** 32 }],
    ["transmit", { transmitMs: Infinity }],
    ["code", { code: 256 }],
    ["checksum", { checksum: 65_536 }],
  ];
  for (const [name, fields] of wrong) {
    const emit = () => emitTimestampMessage({ ...good, ...fields }, new Uint8Array(20));
    assertThrows(emit, RangeError, name);
  }
  assertThrows(() => emitTimestampMessage(good, new Uint8Array(19)), RangeError, "buffer");
});
