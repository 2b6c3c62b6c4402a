import { assertEquals, assertThrows } from "@std/assert";
import { type AppendableFile, FileSink } from "../../../src/terminal/file_sink.ts";

/** A file with room for a number of bytes, which takes some at a time. */
class SmallFile implements AppendableFile {
  bytes = new Uint8Array(0);
  readonly #room: number;
  readonly #atOnce: number;
  readonly #canCut: boolean;

  constructor(room: number, atOnce = Infinity, canCut = true) {
    this.#room = room;
    this.#atOnce = atOnce;
    this.#canCut = canCut;
  }

  get text(): string {
    return new TextDecoder().decode(this.bytes);
  }

  writeSync(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.#atOnce, this.#room - this.bytes.length);
    if (count === 0) throw new Error("No space left on device");
    this.bytes = Uint8Array.from([...this.bytes, ...bytes.subarray(0, count)]);
    return count;
  }

  seekSync(offset: number, whence: Deno.SeekMode): number {
    assertEquals([offset, whence !== Deno.SeekMode.Start], [0, true]);
    return this.bytes.length;
  }

  truncateSync(length: number): void {
    if (!this.#canCut) throw new Error("Invalid argument");
    this.bytes = this.bytes.slice(0, length);
  }
}

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("file sink: all bytes arrive, however few are taken at a time", () => {
  for (const atOnce of [1, 2, 5, 100]) {
    const file = new SmallFile(1000, atOnce);
    const sink = new FileSink(file);
    assertEquals(sink.writeSync(encode("first\nsecond\n")), 13);
    sink.writeSync(encode("third\n"));
    assertEquals(file.text, "first\nsecond\nthird\n");
  }
});

Deno.test("file sink: wherever the disk is full, the file ends in a whole line", () => {
  const text = "one\ntwo µ\nthree\n";
  const bytes = encode(text);
  for (let room = 0; room < bytes.length; room++) {
    for (const atOnce of [1, 3, 100]) {
      const file = new SmallFile(room, atOnce);
      assertThrows(() => new FileSink(file).writeSync(bytes), Error, "No space left");
      const fitting = bytes.slice(0, room);
      const whole = fitting.slice(0, fitting.lastIndexOf(0x0a) + 1);
      assertEquals(file.text, new TextDecoder().decode(whole));
    }
  }
});

Deno.test("file sink: what stood there before stays, also half a line of somebody else", () => {
  const file = new SmallFile(20);
  file.bytes = encode("theirs, unfinished");
  assertThrows(() => new FileSink(file).writeSync(encode("ours\n")), Error, "No space left");
  assertEquals(file.text, "theirs, unfinished");
});

Deno.test("file sink: what cannot be cut still says that it is full", () => {
  const file = new SmallFile(2, 1, false);
  assertThrows(() => new FileSink(file).writeSync(encode("long\n")), Error, "No space left");
});
