/** Capture files for property tests and fuzzing: valid ones of a few hosts, and what damage makes of them. */

import { Random } from "../lab/random.ts";
import { PcapngWriter, writePcap } from "./capture_file.ts";
import { randomDatagram, randomValidDatagram } from "./datagram_generator.ts";

const LINK_TYPES = [0, 1, 12, 14, 101, 108, 113, 228, 276, 7] as const;
const LINK_HEADS: Readonly<Record<number, string>> = {
  0: "02000000",
  1: "020000000001020000000002" + "0800",
  108: "00000002",
  113: "0000000100060200000000010000" + "0800",
  276: "0800000000000001000104060200000000010000",
};
const DAY_S = 1_795_737_600;

/** A capture file, and the blocks or packets in it. */
export interface RandomCapture {
  /** The file, or what was made of it. */
  readonly bytes: Uint8Array;
  /** Packets that were written. */
  readonly packets: number;
}

/** The exchange of a few hosts, so that much of it can be paired, or anything. */
function randomPacket(random: Random): Uint8Array {
  if (random.chance(0.2)) return randomDatagram(random);
  const bytes = random.chance(0.3) ? randomValidDatagram(random) : exchange(random);
  return bytes;
}

/** A timestamp or echo message between two of three hosts. */
function exchange(random: Random): Uint8Array {
  const type = random.pick([13, 14, 8, 0]);
  const length = 20 + random.pick([8, 12, 20, 20, 40]);
  const bytes = new Uint8Array(length);
  bytes.set([0x45, 0, 0, length, 0, random.below(3), 0, 0, random.pick([64, 63, 255, 17]), 1]);
  bytes.set([10, 0, 0, random.below(3)], 12);
  bytes.set([10, 0, 0, random.below(3)], 16);
  bytes.set([type, 0, 0, 0, 0, 1, 0, random.below(4)], 20);
  for (let at = 28; at < length; at++) bytes[at] = random.chance(0.7) ? 0 : random.below(256);
  return bytes;
}

/** A well-formed file. */
export function randomCapture(random: Random): RandomCapture {
  const linkType = random.pick(LINK_TYPES);
  const head = Uint8Array.fromHex(LINK_HEADS[linkType] ?? "");
  const packets = Array.from({ length: 1 + random.below(8) }, () => ({
    bytes: Uint8Array.from([...head, ...randomPacket(random)]),
    seconds: random.chance(0.05) ? random.u32() : DAY_S + random.below(4),
    nanoseconds: random.below(1e9),
  }));
  const littleEndian = random.below(2) === 0;
  if (random.below(2) === 0) {
    const nanoseconds = random.below(2) === 0;
    return {
      bytes: writePcap(packets, { littleEndian, linkType, nanoseconds }),
      packets: packets.length,
    };
  }
  const options = random.chance(0.5)
    ? [[9, [random.pick([6, 9, 0x80 | 30, 0, 255])]] as const]
    : [];
  const writer = new PcapngWriter(littleEndian).interface(linkType, options, random.below(3) * 60);
  for (const { bytes, seconds, nanoseconds } of packets) {
    const units = BigInt(seconds) * 1_000_000n + BigInt(Math.floor(nanoseconds / 1000));
    if (random.chance(0.1)) writer.simplePacket(bytes);
    else writer.packet(0, units, bytes, [[1, [65, 66]], [2, [random.below(4), 0, 0, 0]]]);
  }
  return { bytes: writer.bytes, packets: packets.length };
}

/** The same, cut somewhere and with some octets changed. */
export function damage(random: Random, file: Uint8Array): Uint8Array {
  const end = random.below(4) === 0 ? random.below(file.length + 1) : file.length;
  const damaged = file.slice(0, end);
  for (let i = random.below(6); i > 0 && damaged.length > 0; i--) {
    damaged[random.below(damaged.length)] = random.pick([0, 1, 255, random.below(256)]);
  }
  return damaged;
}
