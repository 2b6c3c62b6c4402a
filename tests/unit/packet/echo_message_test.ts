import { assert, assertEquals, assertThrows } from "@std/assert";
import { emitEchoMessage, parseEchoMessage } from "../../../src/packet/echo_message.ts";
import { formatHex, parseHex } from "../../support/hex.ts";

Deno.test("echo: deconstruct a request with payload", () => {
  const bytes = parseHex("0800 9a22 1234 0001 6869 21");
  const parsed = parseEchoMessage(bytes, 0, bytes.length);
  assert(parsed.ok);
  const { checksum: _, checksumOk: __, expectedChecksum, ...rest } = parsed.value;
  assertEquals(rest, {
    kind: "echo-request",
    type: 8,
    code: 0,
    identifier: 0x1234,
    sequence: 1,
    payload: parseHex("686921"),
  });
  // 0800 + 1234 + 0001 + 6869 + 2100 = a39e, complemented.
  assertEquals(expectedChecksum, 0x5c61);
});

Deno.test("echo: construct both kinds in a dirty buffer and parse them back", () => {
  for (const [kind, head] of [["echo-request", "0800"], ["echo-reply", "0000"]] as const) {
    for (const payloadBytes of [0, 1, 2, 56, 1472]) {
      const payload = Uint8Array.from({ length: payloadBytes }, (_, index) => index * 7);
      const target = new Uint8Array(payloadBytes + 12).fill(0xa5);
      const fields = { kind, identifier: 0xfedc, sequence: 0xffff, payload };
      assertEquals(emitEchoMessage(fields, target, 2), 8 + payloadBytes);
      const hex = formatHex(target);
      assertEquals(hex.slice(0, 8), "a5a5" + head);
      assertEquals(hex.slice(-4), "a5a5");
      const parsed = parseEchoMessage(target, 2, target.length - 2);
      assert(parsed.ok && parsed.value.checksumOk);
      assertEquals(parsed.value.payload, payload);
      assertEquals([parsed.value.kind, parsed.value.identifier, parsed.value.sequence], [
        kind,
        0xfedc,
        0xffff,
      ]);
    }
  }
});

Deno.test("echo: every message shorter than 8 octets is refused", () => {
  const bytes = parseHex("0800 f7ff 0000 0000");
  for (let lengthBytes = 0; lengthBytes < 8; lengthBytes++) {
    const parsed = parseEchoMessage(bytes, 0, lengthBytes);
    assert(!parsed.ok);
    assertEquals([parsed.malformed.layer, parsed.malformed.needed, parsed.malformed.available], [
      "echo",
      8,
      lengthBytes,
    ]);
  }
  assert(parseEchoMessage(bytes, 0, 8).ok);
});

Deno.test("echo: emit refuses what does not fit", () => {
  const good = { kind: "echo-request", identifier: 1, sequence: 2 } as const;
  const tooMuch = { identifier: 65_536, sequence: 65_536, code: 256, checksum: 65_536 };
  for (
    const wrong of Object.entries(tooMuch).flatMap(([name, value]) =>
      [value, -1].map((each) => ({ [name]: each }))
    )
  ) {
    const emit = () => emitEchoMessage({ ...good, ...wrong }, new Uint8Array(8));
    assertThrows(emit, RangeError);
  }
  const payload = new Uint8Array(1);
  assertThrows(() => emitEchoMessage({ ...good, payload }, new Uint8Array(8)), RangeError);
});
