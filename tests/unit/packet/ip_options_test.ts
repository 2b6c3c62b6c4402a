import { assert, assertEquals } from "@std/assert";
import {
  hasRecordingOption,
  ipOptionName,
  parseIpOptions,
} from "../../../src/packet/ip_options.ts";
import { formatHex, parseHex } from "../../support/hex.ts";

Deno.test("ip options: walk", () => {
  const table: [string, [number, number, string][]][] = [
    ["", []],
    ["00", [[0, 0, "00"]]],
    ["01 01 01 00", [[1, 0, "01"], [1, 1, "01"], [1, 2, "01"], [0, 3, "00"]]],
    ["94 04 0000", [[148, 0, "94040000"]]],
    ["01 07 07 04 00000000 00", [[1, 0, "01"], [7, 1, "07070400000000"], [0, 8, "00"]]],
    ["00 44 ff ff", [[0, 0, "00"]]],
    ["82 02 00 00", [[130, 0, "8202"], [0, 2, "00"]]],
  ];
  for (const [hex, expected] of table) {
    const parsed = parseIpOptions(parseHex(hex));
    assert(parsed.ok, hex);
    const found = parsed.value.map(({ type, offset, bytes }) => [type, offset, formatHex(bytes)]);
    assertEquals(found, expected, hex);
  }
});

Deno.test("ip options: every lie about a length", () => {
  const table: [string, string, number][] = [
    ["44", "option 68 has no length octet", 0],
    ["01 01 01 44", "option 68 has no length octet", 3],
    ["44 00 05 00", "option 68 says 0 octets, 4 are here", 0],
    ["44 01 05 00", "option 68 says 1 octets, 4 are here", 0],
    ["44 05 05 00", "option 68 says 5 octets, 4 are here", 0],
    ["01 07 ff 00", "option 7 says 255 octets, 3 are here", 1],
  ];
  for (const [hex, reason, offset] of table) {
    const parsed = parseIpOptions(parseHex(hex));
    assert(!parsed.ok, hex);
    const { malformed } = parsed;
    assertEquals([malformed.reason, malformed.layer, malformed.offset], [reason, "option", offset]);
  }
});

Deno.test("ip options: a lie says how many octets the option needs, two at least", () => {
  const needed = (hex: string) => {
    const parsed = parseIpOptions(parseHex(hex));
    return parsed.ok ? undefined : [parsed.malformed.needed, parsed.malformed.available];
  };
  assertEquals(needed("44"), [2, 1]);
  assertEquals(needed("44 01 05 00"), [2, 4]);
  assertEquals(needed("01 44 05 05 00"), [5, 4]);
});

Deno.test("ip options: names", () => {
  assertEquals([0, 68, 148, 99].map(ipOptionName), [
    "end of list",
    "internet timestamp",
    "router alert",
    "option 99",
  ]);
});

Deno.test("ip options: which of them every receiver writes into", () => {
  const table: [string, boolean][] = [
    ["", false],
    ["01 01 01 00", false],
    ["94 04 0000", false],
    ["01 07 07 04 00000000", true],
    ["44 08 05 00 00000000", true],
    // Behind the end of the list, or cut short, there is no option.
    ["00 07 07 04 00000000", false],
    ["07 27 04 00", false],
  ];
  for (const [hex, expected] of table) {
    assertEquals([hex, hasRecordingOption(parseHex(hex))], [hex, expected]);
  }
});
