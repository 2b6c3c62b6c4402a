import { assertEquals, assertStrictEquals } from "@std/assert";
import { READ_BYTES, readPieces } from "../../../src/cli/read_pieces.ts";

/** Gives pieces of these lengths, each full of its own number. */
function sourceOf(lengths: readonly number[]) {
  let next = 0;
  return {
    read(bytes: Uint8Array): Promise<number | null> {
      const length = lengths[next++];
      if (length === undefined) return Promise.resolve(null);
      bytes.fill(next, 0, length);
      return Promise.resolve(length);
    },
  };
}

Deno.test("a piece that was handed on stays as it was, however long it is", async () => {
  const lengths = [3, READ_BYTES, 1, 0, READ_BYTES / 2, READ_BYTES / 2 - 1, READ_BYTES];
  const pieces = await Array.fromAsync(readPieces(sourceOf(lengths)));
  assertEquals(pieces.map(({ length }) => length), lengths);
  pieces.forEach((piece, index) =>
    assertStrictEquals(piece.every((octet) => octet === index + 1), true)
  );
});

Deno.test("what a source throws ends the pieces", async () => {
  const source = { read: () => Promise.reject(new Error("Is a directory")) };
  let message = "";
  try {
    await Array.fromAsync(readPieces(source));
  } catch (error) {
    message = (error as Error).message;
  }
  assertEquals(message, "Is a directory");
});
