import { assertEquals, assertThrows } from "@std/assert";
import { elfImage } from "../../../tools/runtime_base.ts";
import { ToolError } from "../../../tools/output.ts";

/** An ELF64 header whose section table of 2 × 64 bytes starts at 128, and what follows it. */
function elfFile(lengthBytes: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(lengthBytes).fill(0xa5);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x7f45_4c46);
  view.setUint8(4, 2);
  view.setBigUint64(0x28, 128n, true);
  view.setUint16(0x3a, 64, true);
  view.setUint16(0x3c, 2, true);
  return bytes;
}

Deno.test("the ELF image ends where its section table ends", () => {
  assertEquals(elfImage(elfFile(1000)).length, 256);
  assertEquals(elfImage(elfFile(256)).length, 256);
});

Deno.test("a file that is cut short, or no ELF64 file, is refused", () => {
  assertThrows(() => elfImage(elfFile(255)), ToolError, "beyond its end");
  assertThrows(() => elfImage(elfFile(1000).subarray(0, 63)), ToolError, "not an ELF64 file");
  const other = elfFile(1000);
  other[0] = 0x4d;
  assertThrows(() => elfImage(other), ToolError, "not an ELF64 file");
  const elf32 = elfFile(1000);
  elf32[4] = 1;
  assertThrows(() => elfImage(elf32), ToolError, "not an ELF64 file");
});
