import { assert, assertEquals } from "@std/assert";
import { CaptureReader } from "../../src/packet/capture/capture_reader.ts";
import { findIpv4 } from "../../src/packet/capture/link_type.ts";
import { guessStart } from "../../src/packet/capture/guess_link_type.ts";
import { annotateFrame } from "../../src/packet/capture/annotate_frame.ts";
import { parseHexText } from "../../src/packet/hex_text.ts";
import { readNumber } from "../../src/measurement/number_reading.ts";
import { PcapngWriter, writePcap } from "../support/capture_file.ts";
import { Random } from "../lab/random.ts";

const SEEDS = 3000;

function randomBytes(random: Random, lengthBytes: number): Uint8Array {
  return Uint8Array.from({ length: lengthBytes }, () => random.below(256));
}

/** A well-formed file of random packets. */
function randomFile(random: Random): Uint8Array {
  const packets = Array.from({ length: 1 + random.below(4) }, () => ({
    bytes: randomBytes(random, random.below(80)),
    seconds: random.u32(),
    nanoseconds: random.below(1e9),
  }));
  if (random.below(2) === 0) {
    const littleEndian = random.below(2) === 0;
    return writePcap(packets, {
      littleEndian,
      linkType: [0, 1, 101, 113, 276][random.below(5)] ?? 1,
    });
  }
  const writer = new PcapngWriter(random.below(2) === 0).interface(
    [1, 101, 113][random.below(3)] ?? 1,
  );
  for (const { bytes } of packets) writer.packet(0, BigInt(random.u32()), bytes, [[1, [65, 66]]]);
  return writer.bytes;
}

function mutate(random: Random, file: Uint8Array): Uint8Array {
  const mutated = file.slice(
    0,
    random.below(4) === 0 ? random.below(file.length + 1) : file.length,
  );
  for (let i = random.below(6); i > 0 && mutated.length > 0; i--) {
    mutated[random.below(mutated.length)] = random.below(256);
  }
  return mutated;
}

Deno.test("a mutated capture is never an exception, and pieces of any size give the same", () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    const random = new Random(seed);
    const file = mutate(random, randomFile(random));
    const readAll = (pieceBytes: number) => {
      const reader = new CaptureReader();
      const seen: string[] = [];
      for (let at = 0; at < file.length; at += pieceBytes) {
        for (const packet of reader.read(file.slice(at, at + pieceBytes))) {
          const { bytes, linkType } = packet;
          assert(bytes.length <= file.length);
          const offset = findIpv4(linkType, bytes);
          if (offset >= 0) annotateFrame(linkType, bytes, offset, "ipv4");
          const guess = guessStart(bytes);
          annotateFrame(guess.linkType, bytes, guess.offset, guess.kind);
          seen.push(`${packet.unixSeconds}.${packet.nanoseconds} ${linkType} ${[...bytes]}`);
        }
      }
      reader.finish();
      return { seen, broken: reader.broken };
    };
    assertEquals(readAll(1 + random.below(40)), readAll(file.length + 1), `seed ${seed}`);
  }
});

Deno.test("random text is never an exception, and hexadecimal text gives its octets back", () => {
  const alphabet = "0123456789abcdefABCDEF xX:,\\|\n\t-'\"{}gz";
  for (let seed = 0; seed < SEEDS; seed++) {
    const random = new Random(seed);
    const text = Array.from(
      { length: random.below(120) },
      () => alphabet[random.below(alphabet.length)],
    )
      .join("");
    parseHexText(text);
    const bytes = randomBytes(random, 1 + random.below(60));
    const pairs = Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0"));
    const read = parseHexText(pairs.join(["", " ", ":", ", "][random.below(4)]));
    assertEquals(
      read.ok && read.packets.map((packet) => [...packet]),
      [[...bytes]],
      `seed ${seed}`,
    );
  }
});

Deno.test("any number has readings in order, each with a chance from 0 to 1", () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    const random = new Random(seed);
    const readings = readNumber(random.u32(), random.u32() * 1000);
    assert(readings.length > 0 && readings.every(({ chance }) => chance > 0 && chance <= 1));
  }
});
