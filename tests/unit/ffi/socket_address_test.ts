import { assertEquals, assertThrows } from "@std/assert";
import {
  addressText,
  createSocketAddress,
  cString,
  writeSocketAddress,
} from "../../../ffi/posix/socket_address.ts";

Deno.test("an address stands in network order behind family and port", () => {
  const family = Deno.build.os === "darwin" ? [16, 2] : [2, 0];
  const expected = [...family, 0x12, 0x34, 198, 18, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0];
  assertEquals([...createSocketAddress(0xc612_00ff, 0x1234)], expected);
});

Deno.test("writing one touches its sixteen bytes and no others", () => {
  const bytes = new Uint8Array(32).fill(0xa5);
  writeSocketAddress(new DataView(bytes.buffer), 8, 0, 0);
  assertEquals([...bytes.subarray(0, 8), ...bytes.subarray(24)], Array(16).fill(0xa5));
  assertEquals(bytes.subarray(10, 24), new Uint8Array(14));
});

Deno.test("addresses with the high bit set read right", () => {
  assertEquals([0, 0xffff_ffff, 0x8000_0001].map(addressText), [
    "0.0.0.0",
    "255.255.255.255",
    "128.0.0.1",
  ]);
});

Deno.test("text for C ends with a zero, and cannot hold another", () => {
  assertEquals([...cString("é")], [0xc3, 0xa9, 0]);
  assertThrows(() => cString("eth0\0x"), TypeError);
});
