import { assertEquals, assertThrows } from "@std/assert";
import { LINK_TYPE } from "../../../../src/packet/capture/link_type.ts";
import { emitPcapHeader, emitPcapRecord } from "../../../../src/packet/capture/pcap_writer.ts";

const hex = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

Deno.test("the file header is pcap-savefile's", () => {
  assertEquals(
    hex(emitPcapHeader(LINK_TYPE.raw)),
    "a1b2c3d4000200040000000000000000" + "0000ffff" + "00000065",
  );
});

Deno.test("a record has its time, its two lengths and its bytes", () => {
  const record = emitPcapRecord(Uint8Array.of(1, 2, 3), 1_700_000_000_123.456);
  assertEquals(hex(record), "6553f100" + "0001e240" + "00000003" + "00000003" + "010203");
});

Deno.test("a packet that no record can hold is refused", () => {
  assertThrows(() => emitPcapRecord(new Uint8Array(65_536), 0), RangeError);
  assertEquals(emitPcapRecord(new Uint8Array(65_535), 0).length, 16 + 65_535);
});
