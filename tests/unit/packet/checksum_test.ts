import { assert, assertEquals } from "@std/assert";
import {
  expectedFromSum,
  foldSum,
  internetChecksum,
  isSumRight,
  sumWords,
  updateChecksum,
  updateChecksumU32,
} from "../../../src/packet/checksum.ts";
import { parseHex } from "../../support/hex.ts";

Deno.test("checksum: vectors", () => {
  const vectors: [string, string, number][] = [
    ["RFC 1071 §3", "0001 f203 f4f5 f6f7", 0xffff - 0xddf2],
    [
      "RFC 1071 §3, odd length",
      "0001 f203 f4f5 f6",
      ~foldSum(0x0001 + 0xf203 + 0xf4f5 + 0xf600) & 0xffff,
    ],
    ["a timestamp request", "0d00 0000 9b69 0001 00000001 00000000 00000000", 0x5794],
    ["the same, other originate", "0d00 0000 9b69 0001 00f0b0e0 00000000 00000000", 0xa5c4],
    ["nothing", "", 0xffff],
    ["one octet", "ab", 0x54ff],
    ["all ones", "ffff ffff ffff", 0],
    ["carries twice", "ffff 0001 ffff 0001", 0xfffd],
  ];
  for (const [name, hex, checksum] of vectors) {
    assertEquals(internetChecksum(parseHex(hex)), checksum, name);
  }
});

Deno.test("checksum: of a part leaves the rest alone", () => {
  assertEquals(internetChecksum(parseHex("ffff 0001 f203 f4f5 f6f7 ffff"), 2, 10), 0x220d);
});

Deno.test("checksum: parts add up in any order", () => {
  const bytes = parseHex("0001 f203 f4f5 f6f7 1234 5678");
  const parts = sumWords(bytes, 6, 12) + sumWords(bytes, 0, 2) + sumWords(bytes, 2, 6);
  assertEquals(foldSum(parts), foldSum(sumWords(bytes, 0, 12)));
});

Deno.test("checksum: the longest datagram of ones folds exactly", () => {
  const bytes = new Uint8Array(65_535).fill(0xff);
  // 32,767 words of ones make 0xffff (ones' complement zero), and the odd octet adds 0xff00.
  assertEquals(foldSum(sumWords(bytes, 0, bytes.length)), 0xff00);
});

Deno.test("checksum: verification accepts the right one alone", () => {
  const bytes = parseHex("0d00 5794 9b69 0001 00000001 00000000 00000000");
  const sum = sumWords(bytes, 0, bytes.length);
  assert(isSumRight(sum));
  assertEquals(expectedFromSum(sum, 0x5794), 0x5794);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
    assert(!isSumRight(sumWords(flipped, 0, flipped.length)), `bit ${bit}`);
  }
});

Deno.test("checksum: zeros with a checksum of zero are wrong", () => {
  assert(!isSumRight(sumWords(new Uint8Array(20), 0, 20)));
});

Deno.test("checksum: incremental, RFC 1624 §4", () => {
  // The case that RFC 1141's equation gets wrong: it says 0xffff.
  assertEquals(updateChecksum(0xdd2f, 0x5555, 0x3285), 0x0000);
});

Deno.test("checksum: incremental equals full, word by word", () => {
  const words = [0, 1, 0x7fff, 0x8000, 0xfffe, 0xffff, 0x1234];
  for (const other of words.filter((word) => word !== 0)) {
    for (const oldWord of words) {
      for (const newWord of words) {
        const checksum = ~foldSum(other + oldWord) & 0xffff;
        const expected = ~foldSum(other + newWord) & 0xffff;
        const updated = updateChecksum(checksum, oldWord, newWord);
        assertEquals(updated, expected, `${other} ${oldWord} -> ${newWord}`);
      }
    }
  }
});

Deno.test("checksum: incremental for 32 bits", () => {
  assertEquals(updateChecksumU32(0x5794, 0x00000001, 0x00f0b0e0), 0xa5c4);
  assertEquals(updateChecksumU32(0xa5c4, 0x00f0b0e0, 0x00000001), 0x5794);
});
