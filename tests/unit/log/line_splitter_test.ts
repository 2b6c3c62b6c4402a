import { assertEquals } from "@std/assert";
import { LineSplitter, MAX_LINE_BYTES } from "../../../src/log/line_splitter.ts";

function split(bytes: Uint8Array, size: number): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter({
    line: (text) => lines.push(text),
    brokenLine: () => lines.push("BROKEN"),
  });
  for (let at = 0; at < bytes.length; at += size) splitter.push(bytes.slice(at, at + size));
  splitter.end();
  return lines;
}

Deno.test("lines are the same wherever the bytes are cut", () => {
  const text = "eins\n\nzwölf €\nlast without a break";
  const bytes = new TextEncoder().encode(text);
  for (let size = 1; size <= bytes.length; size++) {
    assertEquals(split(bytes, size).filter((line) => line !== ""), [
      ...["eins", "zwölf €", "last without a break"],
    ], `pieces of ${size}`);
  }
});

Deno.test("zeros after a crash, and a line without an end, are broken lines among good ones", () => {
  const good = new TextEncoder().encode("one\n");
  const zeros = new Uint8Array(5000);
  const long = new Uint8Array(MAX_LINE_BYTES + 10).fill(0x61);
  const end = new TextEncoder().encode("\ntwo\n");
  const all = new Uint8Array(good.length + zeros.length + end.length + long.length + end.length);
  let at = 0;
  for (const part of [good, zeros, end, long, end]) {
    all.set(part, at);
    at += part.length;
  }
  for (const size of [1000, 65_536, all.length]) {
    const lines = split(all, size).filter((line) => line !== "");
    assertEquals(lines, ["one", "BROKEN", "two", "BROKEN", "two"], `pieces of ${size}`);
  }
});
