/** What `decode` takes its input for, in pieces of any size. */

import { assertEquals } from "@std/assert";
import { type DecodeInput, readFile } from "../../../src/cli/commands/decode/input.ts";
import { writePcap } from "../../support/capture_file.ts";
import { datagramOf } from "../run/capture/exchange.ts";

async function* inPieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    yield await Promise.resolve(bytes.subarray(at, at + pieceBytes));
  }
}

async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes.slice()]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** What an input is, in a few words; of a capture, the packets and why it ends. */
async function describe(inputs: readonly DecodeInput[]): Promise<string[]> {
  const words: string[] = [];
  for (const input of inputs) {
    switch (input.kind) {
      case "number":
        words.push(`number ${input.number}`);
        break;
      case "packets":
        words.push(...input.packets.map((packet) => `octets ${packet.toHex()}`));
        break;
      case "unreadable":
        words.push(input.reason);
        break;
      case "capture": {
        let packets = 0;
        for await (const chunk of input.chunks) {
          for (const _ of input.reader.read(chunk)) packets++;
        }
        input.reader.finish();
        words.push(`capture ${packets} ${input.reader.broken?.reason ?? "whole"}`);
      }
    }
  }
  return words;
}

const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const CAPTURE = writePcap(
  [0, 1, 2].map((seconds) => ({
    bytes: datagramOf({ atMs: 0, asks: true }),
    ...{ seconds, nanoseconds: 0 },
  })),
  { littleEndian: true, linkType: 101, nanoseconds: true },
);

const INPUTS: readonly (readonly [name: string, bytes: Uint8Array, expected: string[]])[] = [
  ["nothing", new Uint8Array(0), ["it is empty"]],
  ["nothing, gzipped", await gzip(new Uint8Array(0)), ["it is empty"]],
  ["a capture", CAPTURE, ["capture 3 whole"]],
  ["a gzipped capture", await gzip(CAPTURE), ["capture 3 whole"]],
  ["a capture cut in its head", CAPTURE.subarray(0, 7), [
    "capture 0 the file ends within a packet",
  ]],
  ["a number", text("42694656\n"), ["number 42694656"]],
  ["numbers", text("1\r\n0x10\r\n"), ["number 1", "number 16"]],
  ["octets", text("45 00\n"), ["octets 4500"]],
  ["gzipped octets", await gzip(text("0x45, 0x00\n")), ["octets 4500"]],
  ["blank lines", text("\n \n"), ["line 1: no hexadecimal digits"]],
];

for (const [name, bytes, expected] of INPUTS) {
  Deno.test(`decode input: ${name}`, async () => {
    for (const pieceBytes of [1, 3, 1000]) {
      assertEquals(await describe(await readFile(inPieces(bytes, pieceBytes))), expected);
    }
  });
}
