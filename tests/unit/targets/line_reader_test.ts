import { assert, assertEquals, assertRejects } from "@std/assert";
import { type LineLimits, readLines, TextError } from "../../../src/targets/line_reader.ts";

const encoder = new TextEncoder();

/** All lines of some pieces, each with its number. */
async function linesOf(chunks: readonly Uint8Array[], limits?: LineLimits): Promise<string[]> {
  const found: string[] = [];
  async function* source() {
    yield* chunks;
  }
  for await (const { firstNumber, lines } of readLines(source(), limits)) {
    for (const [index, line] of lines.entries()) found.push(`${firstNumber + index} ${line}`);
  }
  return found;
}

const TEXTS: readonly (readonly [text: string, lines: readonly string[]])[] = [
  ["", []],
  ["a", ["1 a"]],
  ["a\n", ["1 a"]],
  ["a\n\nb\n", ["1 a", "2 ", "3 b"]],
  ["a\r\nb\r\n", ["1 a", "2 b"]],
  ["a\rb\r", ["1 a", "2 b"]],
  ["a\r\r\nb", ["1 a", "2 ", "3 b"]],
  ["\ufeffa\nb", ["1 a", "2 b"]],
  ["größe\n€\n", ["1 größe", "2 €"]],
];

for (const [text, expected] of TEXTS) {
  Deno.test(`readLines: ${JSON.stringify(text)}, cut anywhere`, async () => {
    const bytes = encoder.encode(text);
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        const chunks = [bytes.subarray(0, first), bytes.subarray(first, second)];
        assertEquals(await linesOf([...chunks, bytes.subarray(second)]), expected);
      }
    }
  });
}

Deno.test("readLines: bytes that are not UTF-8 spoil their own line alone", async () => {
  const bytes = Uint8Array.of(0x61, 0x0a, 0xff, 0xfe, 0x0a, 0x62);
  assertEquals(await linesOf([bytes]), ["1 a", "2 \ufffd\ufffd", "3 b"]);
});

/** Gives the same piece for ever, and counts. */
function endless(text: string) {
  const state = { chunks: 0, isClosed: false };
  const chunk = encoder.encode(text);
  async function* source() {
    try {
      for (;;) {
        state.chunks++;
        yield chunk;
      }
    } finally {
      state.isClosed = true;
    }
  }
  return { state, source: source() };
}

const ENDLESS: readonly (readonly [name: string, text: string, message: string, chunks: number])[] =
  [
    ["zeros", "\0".repeat(1000), "line 1 has a zero byte, expected text", 1],
    ["a zero byte in the third line", "a\nb\nc\0d\n", "line 3 has a zero byte, expected text", 1],
    ["one line", "x".repeat(1000), "line 1 has more than 5000 characters, expected less", 6],
    [
      "a long line after a short one",
      "\n" + "x".repeat(6000) + "\ny",
      "line 2 has more than 5000 characters, expected less",
      1,
    ],
    ["comments", "#\n".repeat(5000), "more than 100000 bytes, expected a list", 11],
  ];

for (const [name, text, message, chunks] of ENDLESS) {
  Deno.test(`readLines: a text without end is refused early, and closed: ${name}`, async () => {
    const { state, source } = endless(text);
    await assertRejects(
      async () => {
        const limits = { maxLineCharacters: 5000, maxBytes: 100_000 };
        for await (const { lines } of readLines(source, limits)) assert(lines.length > 0);
      },
      TextError,
      message,
    );
    assertEquals(state, { chunks, isClosed: true });
  });
}

Deno.test("readLines: who stops early closes the source", async () => {
  const { state, source } = endless("a\n");
  for await (const { lines } of readLines(source)) {
    assertEquals(lines, ["a"]);
    break;
  }
  assertEquals(state, { chunks: 1, isClosed: true });
});

Deno.test("readLines: unless something else is asked, a line has 4 Mi characters at most and a text 1 GiB", async () => {
  const longest = new Uint8Array(4_194_304).fill(0x78);
  assertEquals((await linesOf([longest])).map(({ length }) => length), [4_194_306]);
  await assertRejects(
    () => linesOf([longest, Uint8Array.of(0x78)]),
    TextError,
    "line 1 has more than 4194304 characters, expected less",
  );
  // Memory that nothing reads or writes takes no room.
  await assertRejects(
    () => linesOf([new Uint8Array(1_073_741_825)]),
    TextError,
    "more than 1073741824 bytes, expected a list",
  );
});
