import { assertEquals } from "@std/assert";
import { readKeys } from "../../../../src/terminal/screen/key.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("keys: characters, arrows in both spellings, pages and a lone escape", () => {
  assertEquals(readKeys(bytes("qj+é")), ["q", "j", "+", "é"]);
  assertEquals(readKeys(bytes("\x1b[A\x1bOB\x1b[5~\x1b[6~\x1b[H\x1b[4~")), [
    ...["up", "down", "page-up", "page-down", "home", "end"],
  ]);
  assertEquals(readKeys(bytes("\x1b")), ["escape"]);
});

Deno.test("keys: sequences without a name are no keys, and no letters of them are", () => {
  assertEquals(readKeys(bytes("\x1b[15~\x1b[1;5A\x1b[200~\x1b[?62;c")), []);
  assertEquals(readKeys(bytes("\x1b[1;2qx")), ["x"]);
  assertEquals(readKeys(new Uint8Array([0xff, 0x71])), ["\ufffd", "q"]);
  assertEquals(readKeys(new Uint8Array(0)), []);
});
