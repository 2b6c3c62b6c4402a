import { assert, assertEquals, assertThrows } from "@std/assert";
import { emitIcmpMessage, parseIcmpMessage } from "../../../src/packet/icmp_message.ts";
import { parseHex } from "../../support/hex.ts";

Deno.test("icmp: the type decides the kind", () => {
  const kinds: Record<number, string> = {
    0: "echo-reply",
    3: "error",
    4: "error",
    5: "error",
    8: "echo-request",
    11: "error",
    12: "error",
    13: "timestamp-request",
    14: "timestamp-reply",
  };
  for (let type = 0; type < 256; type++) {
    const bytes = new Uint8Array(40).fill(0x11);
    bytes[0] = type;
    const parsed = parseIcmpMessage(bytes);
    assert(parsed.ok);
    assertEquals(parsed.value.kind, kinds[type] ?? "other", `type ${type}`);
    assertEquals([parsed.value.type, parsed.value.code, parsed.value.checksum], [
      type,
      0x11,
      0x1111,
    ]);
    const again = new Uint8Array(40).fill(0xa5);
    assertEquals(emitIcmpMessage(parsed.value, again), 40);
    assertEquals(again, bytes, `type ${type}`);
  }
});

Deno.test("icmp: every message shorter than 4 octets is refused", () => {
  for (let lengthBytes = 0; lengthBytes < 4; lengthBytes++) {
    const parsed = parseIcmpMessage(parseHex("11223344"), 0, lengthBytes);
    assert(!parsed.ok);
    assertEquals([parsed.malformed.layer, parsed.malformed.needed, parsed.malformed.available], [
      "icmp",
      4,
      lengthBytes,
    ]);
  }
});

Deno.test("icmp: other types keep their octets", () => {
  const parsed = parseIcmpMessage(parseHex("1100 eeff"));
  assert(parsed.ok && parsed.value.kind === "other");
  assertEquals(parsed.value.body.length, 0);
  assert(parsed.value.checksumOk);
  assertThrows(() => {
    emitIcmpMessage({ kind: "other", type: 17, body: new Uint8Array(2) }, new Uint8Array(5));
  }, RangeError);
});
