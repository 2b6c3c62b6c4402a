import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  emitIpTimestampOption,
  type IpTimestampFields,
  type IpTimestampFlag,
  parseIpTimestampOption,
} from "../../../src/packet/ip_timestamp_option.ts";
import { formatHex, parseHex } from "../../support/hex.ts";

Deno.test("ip timestamp: emit prespecified addresses", () => {
  const option = emitIpTimestampOption({
    flag: 3,
    entries: [{ address: 0x0a000002, stampMs: 0 }, { address: 0x0a000001, stampMs: 0 }],
  });
  assertEquals(formatHex(option), "44140503" + "0a00000200000000" + "0a00000100000000");
});

Deno.test("ip timestamp: an entry for any host has no address yet", () => {
  const option = emitIpTimestampOption({
    flag: 1,
    entries: [{ address: undefined, stampMs: 0 }],
  });
  assertEquals(formatHex(option), "440c0501" + "0000000000000000");
});

Deno.test("ip timestamp: parse what a Linux host writes", () => {
  // The option of the request above after the far host has written its time: pointer 13.
  const parsed = parseIpTimestampOption(parseHex("44140d03 0a000002028b7800 0a00000100000000"));
  assert(parsed.ok);
  assertEquals(parsed.value, {
    flag: 3,
    overflow: 0,
    pointer: 13,
    entries: [{ address: 0x0a000002, stampMs: 42694656 }, { address: 0x0a000001, stampMs: 0 }],
    writtenCount: 1,
  });
});

Deno.test("ip timestamp: parse gives back what was emitted, for every flag and number of entries", () => {
  for (const [flag, most] of [[0, 9], [1, 4], [3, 4]] as [IpTimestampFlag, number][]) {
    for (let count = 0; count <= most; count++) {
      for (let written = 0; written <= count; written++) {
        const fields: IpTimestampFields = {
          flag,
          overflow: count,
          pointer: 5 + written * (flag === 0 ? 4 : 8),
          entries: Array.from({ length: count }, (_, index) => ({
            address: flag === 0 ? undefined : 0xffffff00 + index,
            stampMs: 0xffffffff - index,
          })),
        };
        const bytes = emitIpTimestampOption(fields);
        assertEquals(bytes.length % 4, 0);
        const parsed = parseIpTimestampOption(new Uint8Array([1, ...bytes]));
        assert(parsed.ok && parsed.value !== undefined);
        assertEquals(parsed.value, { writtenCount: written, ...fields } as typeof parsed.value);
        assertEquals(emitIpTimestampOption(parsed.value), bytes);
      }
    }
  }
});

Deno.test("ip timestamp: no such option is no error", () => {
  for (const hex of ["", "00000000", "01010194 04000000"]) {
    assertEquals(parseIpTimestampOption(parseHex(hex)), { ok: true, value: undefined });
  }
});

Deno.test("ip timestamp: lies", () => {
  const table: [string, string, number, number][] = [
    ["44 03 05 00", "a timestamp option has at least 4 octets, 3 are here", 0, 3],
    ["44 08 05 02 00000000", "flag 2 has no meaning", 3, 8],
    ["44 08 05 0f 00000000", "flag 15 has no meaning", 3, 8],
    ["44 06 05 00 0000 0000", "2 octets are no whole number of 4-octet entries", 1, 2],
    ["44 08 05 01 00000000", "4 octets are no whole number of 8-octet entries", 1, 4],
    ["44 08 04 00 00000000", "pointer 4 is not at the start of an entry", 2, 8],
    ["44 08 00 00 00000000", "pointer 0 is not at the start of an entry", 2, 8],
    ["44 08 06 00 00000000", "pointer 6 is not at the start of an entry", 2, 8],
    ["44 08 0d 00 00000000", "pointer 13 is not at the start of an entry", 2, 8],
    ["44 09 05 00 00000000", "option 68 says 9 octets, 8 are here", 0, 8],
  ];
  for (const [hex, reason, place, available] of table) {
    // Behind three octets that do nothing.
    const parsed = parseIpTimestampOption(parseHex(`010101 ${hex}`));
    assert(!parsed.ok, hex);
    const { malformed } = parsed;
    assertEquals([malformed.reason, malformed.layer], [reason, "option"]);
    assertEquals([malformed.offset, malformed.available], [3 + place, available], hex);
  }
});

Deno.test("ip timestamp: emit refuses what does not fit", () => {
  const entry = { address: 1, stampMs: 0 };
  const wrong: IpTimestampFields[] = [
    { flag: 3, entries: Array(5).fill(entry) },
    { flag: 0, entries: Array(10).fill(entry) },
    { flag: 0, overflow: 16, entries: [] },
    { flag: 0, pointer: 256, entries: [] },
    { flag: 1, entries: [{ address: 2 ** 32, stampMs: 0 }] },
    { flag: 1, entries: [{ address: 1, stampMs: -1 }] },
    { flag: 1, entries: [{ address: 1, stampMs: 2 ** 32 }] },
  ];
  for (const fields of wrong) assertThrows(() => emitIpTimestampOption(fields), RangeError);
});
