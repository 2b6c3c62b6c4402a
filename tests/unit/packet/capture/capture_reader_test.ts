import { assertEquals } from "@std/assert";
import { CaptureReader, isCapture } from "../../../../src/packet/capture/capture_reader.ts";
import { PcapngWriter, writePcap, type WrittenPacket } from "../../../support/capture_file.ts";

const FIRST = Uint8Array.of(1, 2, 3, 4, 5);
const SECOND = Uint8Array.of(6, 7, 8);
const PACKETS: readonly WrittenPacket[] = [
  { bytes: FIRST, seconds: 1_795_742_564, nanoseconds: 143_517_000 },
  { bytes: SECOND, seconds: 1_795_742_565, nanoseconds: 7_000, originalLengthBytes: 90 },
];

interface Read {
  readonly packets: readonly unknown[];
  readonly broken: { readonly offset: number; readonly reason: string } | undefined;
}

/** Reads a file in pieces of a size. */
function read(file: Uint8Array, pieceBytes = file.length): Read {
  const reader = new CaptureReader();
  const packets: unknown[] = [];
  for (let at = 0; at < file.length; at += pieceBytes) {
    for (const packet of reader.read(file.slice(at, at + pieceBytes))) {
      packets.push({ ...packet, bytes: [...packet.bytes] });
    }
  }
  reader.finish();
  return { packets, broken: reader.broken };
}

function packet(frame: number, bytes: Uint8Array, rest: Record<string, unknown>) {
  return {
    frame,
    linkType: 1,
    bytes: [...bytes],
    originalLengthBytes: bytes.length,
    direction: undefined,
    comment: undefined,
    ...rest,
  };
}

const EXPECTED = [
  packet(1, FIRST, { unixSeconds: 1_795_742_564, nanoseconds: 143_517_000 }),
  packet(2, SECOND, { unixSeconds: 1_795_742_565, nanoseconds: 7_000, originalLengthBytes: 90 }),
];

for (const littleEndian of [true, false]) {
  for (const nanoseconds of [true, false]) {
    const name = `${littleEndian ? "little" : "big"}-endian, ${nanoseconds ? "ns" : "µs"}`;
    Deno.test(`a pcap file is read, in pieces of any size: ${name}`, () => {
      const file = writePcap(PACKETS, { littleEndian, nanoseconds });
      assertEquals(isCapture(file), true);
      for (const pieceBytes of [file.length, 1, 7, 16, 24]) {
        assertEquals(read(file, pieceBytes), { packets: EXPECTED, broken: undefined });
      }
    });
  }
}

const NS_PER_S = 1_000_000_000n;
const TIME = 1_795_742_564n;

for (const littleEndian of [true, false]) {
  Deno.test(`pcapng: interfaces with units of their own, ${littleEndian ? "little" : "big"}-endian`, () => {
    const file = new PcapngWriter(littleEndian)
      .interface(1)
      .interface(101, [[9, [9]]])
      .interface(113, [[9, [0x80 | 20]]])
      .interface(1, [[9, [12]]])
      .interface(1, [[14, littleEndian ? [60, 0, 0, 0, 0, 0, 0, 0] : [0, 0, 0, 0, 0, 0, 0, 60]]])
      .packet(0, TIME * 1_000_000n + 143_517n, FIRST)
      .packet(1, TIME * NS_PER_S + 143_517_001n, FIRST)
      .packet(2, (TIME << 20n) + (1n << 19n), FIRST)
      .packet(3, 1000n * 10n ** 12n + 143_517_001_999n, FIRST)
      .packet(4, TIME * 1_000_000n, FIRST)
      .simplePacket(SECOND)
      .bytes;
    const at = (nanoseconds: number, linkType = 1, later = 0) => ({
      unixSeconds: Number(TIME) + later,
      nanoseconds,
      linkType,
    });
    const expected = [
      packet(1, FIRST, at(143_517_000)),
      packet(2, FIRST, at(143_517_001, 101)),
      packet(3, FIRST, at(500_000_000, 113)),
      packet(4, FIRST, { ...at(143_517_001), unixSeconds: 1000 }),
      packet(5, FIRST, at(0, 1, 60)),
      packet(6, SECOND, { unixSeconds: NaN, nanoseconds: 0 }),
    ];
    for (const pieceBytes of [file.length, 1, 13]) {
      assertEquals(read(file, pieceBytes), { packets: expected, broken: undefined });
    }
  });
}

Deno.test("pcapng: comment and direction are read, blocks of other types are skipped", () => {
  const comment = [...new TextEncoder().encode("probe 3 of 192.0.2.7")];
  const file = new PcapngWriter()
    .block(4, { octets: Array(40).fill(1) })
    .interface(1)
    .block(0x0bad, { octets: Array(4000).fill(2) })
    .packet(0, 0n, FIRST, [[1, comment], [2, [2, 0, 0, 0]]])
    .packet(0, 0n, SECOND, [[2, [1, 0, 0, 0]], [2988, [1, 2, 3]]])
    .section()
    .interface(101)
    .packet(0, 0n, SECOND)
    .bytes;
  const time = { unixSeconds: 0, nanoseconds: 0 };
  const expected = [
    packet(1, FIRST, { ...time, comment: "probe 3 of 192.0.2.7", direction: "out" }),
    packet(2, SECOND, { ...time, direction: "in" }),
    packet(3, SECOND, { ...time, linkType: 101 }),
  ];
  for (const pieceBytes of [file.length, 1, 100]) {
    assertEquals(read(file, pieceBytes), { packets: expected, broken: undefined });
  }
});

const CUT = writePcap(PACKETS).slice(0, -1);
/** As many octets are left as were read. */
const HALF = writePcap([{ bytes: new Uint8Array(40), seconds: 0, nanoseconds: 0 }]).slice(0, 48);
const HUGE = writePcap([{ bytes: FIRST, seconds: 0, nanoseconds: 0 }]);
new DataView(HUGE.buffer).setUint32(24 + 8, 3_000_000_000, true);

const BROKEN:
  readonly (readonly [file: Uint8Array, packets: number, offset: number, reason: string])[] = [
    [new Uint8Array(0), 0, 0, "the file is empty"],
    [Uint8Array.of(1, 2, 3, 4, 5), 0, 0, "neither pcap nor pcapng"],
    [CUT, 1, 24 + 16 + 5, "the file ends within a packet"],
    [HALF, 0, 24, "the file ends within a packet"],
    [HUGE, 0, 24, "a packet of 3000000000 octets"],
    [new PcapngWriter().packet(0, 0n, FIRST).bytes, 0, 28, "a packet of the unknown interface 0"],
    [new PcapngWriter().block(6, { octets: [] }).bytes, 0, 28, "a packet block cut short"],
    [
      Uint8Array.of(...new PcapngWriter().bytes, 6, 0, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0),
      0,
      28,
      "a block of 13 octets",
    ],
  ];

Deno.test("four octets are enough to recognise a capture", () => {
  const magic = CUT.slice(0, 4);
  assertEquals([isCapture(magic), isCapture(magic.slice(1)), isCapture(magic.slice(0, 0))], [
    true,
    false,
    false,
  ]);
});

for (const [file, packets, offset, reason] of BROKEN) {
  Deno.test(`a broken capture is read as far as it goes, and the place is named: ${reason}`, () => {
    const result = read(file);
    assertEquals(result.packets.length, packets);
    assertEquals(result.broken, { offset, reason });
  });
}

Deno.test("pcapng: of a simple packet as much is there as its interface keeps, without the padding", () => {
  const kept = (snapshotBytes: number, original: number, octets: readonly number[]) => {
    const writer = new PcapngWriter().interface(1, [], snapshotBytes);
    const file = writer.block(3, { octets: [original, 0, 0, 0, ...octets] }).bytes;
    const [packet] = read(file).packets as readonly {
      bytes: number[];
      originalLengthBytes: number;
    }[];
    return [packet?.bytes, packet?.originalLengthBytes];
  };
  assertEquals(kept(3, 5, [9, 8, 7, 0]), [[9, 8, 7], 5]);
  assertEquals(kept(0, 5, [9, 8, 7, 6, 5, 0, 0, 0]), [[9, 8, 7, 6, 5], 5]);
  assertEquals(kept(262_144, 5, [9, 8, 7, 6, 5, 0, 0, 0]), [[9, 8, 7, 6, 5], 5]);
  // Where the block holds less than it says, what it holds.
  assertEquals(kept(0, 90, [9, 8, 7, 6]), [[9, 8, 7, 6], 90]);
});

Deno.test("a pcap record of no octets at the end of the file is a packet", () => {
  const file = writePcap([{ bytes: FIRST, seconds: 1, nanoseconds: 0 }, {
    bytes: new Uint8Array(0),
    seconds: 2,
    nanoseconds: 3000,
  }]);
  const { packets, broken } = read(file);
  assertEquals(packets, [
    packet(1, FIRST, { unixSeconds: 1, nanoseconds: 0 }),
    packet(2, new Uint8Array(0), { unixSeconds: 2, nanoseconds: 3000 }),
  ]);
  assertEquals(broken, undefined);
});

Deno.test("a pcap fraction is less than a second", () => {
  for (const nanoseconds of [true, false]) {
    const of = (fraction: number) =>
      read(writePcap([{ bytes: FIRST, seconds: 1, nanoseconds: fraction }], { nanoseconds }))
        .broken;
    assertEquals(of(999_999_000), undefined);
    assertEquals(of(1_000_000_000)?.reason, "a fraction of more than a second");
  }
});

Deno.test("a pcap packet has a mebibyte at most", () => {
  const of = (lengthBytes: number) =>
    read(writePcap([{ bytes: new Uint8Array(lengthBytes), seconds: 1, nanoseconds: 0 }]));
  assertEquals([of(1_048_576).packets.length, of(1_048_576).broken], [1, undefined]);
  assertEquals(of(1_048_577).broken?.reason, "a packet of 1048577 octets");
});
