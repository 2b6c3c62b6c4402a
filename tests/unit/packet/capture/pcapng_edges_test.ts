/** pcapng files at the edges of the format: the shortest blocks, options of odd lengths, numbers at their limits. */

import { assertEquals } from "@std/assert";
import { CaptureReader } from "../../../../src/packet/capture/capture_reader.ts";
import type { CapturedPacket } from "../../../../src/packet/capture/captured_packet.ts";
import { type BlockOption, PcapngWriter, writePcap } from "../../../support/capture_file.ts";

const FIRST = Uint8Array.of(1, 2, 3, 4, 5);
const ZEROS = (count: number): number[] => Array(count).fill(0);
const text = (words: string): number[] => [...new TextEncoder().encode(words)];
/** A section header takes that many octets, and an interface without options. */
const SECTION_BYTES = 28, INTERFACE_BYTES = 20;

/** What is read of a file, and until where. */
function read(file: Uint8Array | PcapngWriter) {
  const reader = new CaptureReader();
  const packets: CapturedPacket[] = [];
  for (const packet of reader.read(file instanceof PcapngWriter ? file.bytes : file)) {
    packets.push({ ...packet, bytes: packet.bytes.slice() });
  }
  reader.finish();
  const { broken, end, remark } = reader;
  return { packets, broken, end, remark };
}

/** The file with some octets of it replaced. */
function patch(writer: PcapngWriter, at: number, ...octets: readonly number[]): Uint8Array {
  const file = writer.bytes;
  file.set(octets, at);
  return file;
}

const ONE = () => new PcapngWriter().interface(1);
const SHORT = "a packet block cut short";

const BROKEN:
  readonly (readonly [name: string, file: Uint8Array, offset: number, reason: string])[] = [
    [
      "the magic of a section",
      patch(new PcapngWriter(), 8, 0x4d, 0x3c, 0x2b, 0x1b),
      0,
      "a section without a byte-order magic",
    ],
    [
      "version 2",
      patch(new PcapngWriter(), 12, 2),
      0,
      "version 2 of the format, expected 1",
    ],
    [
      "a section of 24 octets",
      new PcapngWriter().block(0x0a0d0d0a, { octets: [0x4d, 0x3c, 0x2b, 0x1a, 1, ...ZEROS(7)] })
        .bytes,
      SECTION_BYTES,
      "a section header cut short",
    ],
    [
      "two lengths that differ",
      patch(ONE(), SECTION_BYTES + INTERFACE_BYTES - 4, 24),
      SECTION_BYTES,
      "a block whose two lengths differ",
    ],
    [
      "a block of 8 octets",
      patch(ONE(), SECTION_BYTES + 4, 8),
      SECTION_BYTES,
      "a block of 8 octets",
    ],
    [
      "an interface of 16 octets",
      new PcapngWriter().block(1, { octets: ZEROS(4) }).bytes,
      SECTION_BYTES,
      "an interface cut short",
    ],
    [
      "a packet of 28 octets",
      ONE().block(6, { octets: ZEROS(16) }).bytes,
      SECTION_BYTES + INTERFACE_BYTES,
      SHORT,
    ],
    [
      "more octets than its block has",
      ONE().block(6, { octets: [...ZEROS(12), 5, 0, 0, 0, 5, 0, 0, 0, 1, 2, 3, 4] }).bytes,
      SECTION_BYTES + INTERFACE_BYTES,
      "a packet of 5 octets in a block of 36",
    ],
    [
      "a simple packet of 12 octets",
      ONE().block(3, { octets: [] }).bytes,
      SECTION_BYTES + INTERFACE_BYTES,
      SHORT,
    ],
    [
      "a simple packet without an interface",
      new PcapngWriter().simplePacket(FIRST).bytes,
      SECTION_BYTES,
      "a packet before any interface",
    ],
  ];

for (const [name, file, offset, reason] of BROKEN) {
  Deno.test(`pcapng: ${name} is refused where it stands`, () => {
    assertEquals(read(file).broken, { offset, reason });
  });
}

Deno.test("pcapng: the shortest blocks of each type are read", () => {
  const file = ONE()
    .block(0x0bad, { octets: [] })
    .block(6, { octets: ZEROS(20) })
    .block(3, { octets: ZEROS(4) })
    .block(5, { octets: ZEROS(12) })
    .packet(0, 0n, Uint8Array.of(1, 2, 3, 4));
  const { packets, broken } = read(file);
  assertEquals([packets.map(({ bytes }) => bytes.length), broken], [[0, 0, 4], undefined]);
});

Deno.test("pcapng: a packet with its options has a mebibyte and a quarter at most", () => {
  // Four options of 64 KiB each beside the longest packet.
  const head = (lengthBytes: number) => {
    const file = ONE().block(6, { octets: [] });
    const at = SECTION_BYTES + INTERFACE_BYTES + 4;
    const octets = [0, 8, 16, 24].map((bits) => lengthBytes >>> bits & 0xff);
    return read(patch(file, at, ...octets)).broken?.reason;
  };
  assertEquals(head(1_310_720), "the file ends within a packet");
  assertEquals(head(1_310_724), "a block of 1310724 octets");
});

Deno.test("pcapng: the place of the trouble counts what was skipped, in pieces of any size", () => {
  const file = ONE().block(0x0bad, { octets: ZEROS(400) }).block(3, { octets: [] }).bytes;
  for (const pieceBytes of [file.length, 1, 30, 200]) {
    const reader = new CaptureReader();
    for (let at = 0; at < file.length; at += pieceBytes) {
      assertEquals([...reader.read(file.slice(at, at + pieceBytes))], []);
    }
    const offset = SECTION_BYTES + INTERFACE_BYTES + 412;
    assertEquals(reader.broken, { offset, reason: SHORT });
  }
});

Deno.test("pcapng: statistics without room for an interface or a time say nothing", () => {
  for (const count of [0, 4, 8]) {
    const { broken, end } = read(ONE().block(5, { octets: ZEROS(count) }));
    assertEquals([broken, end], [undefined, undefined]);
  }
});

Deno.test("pcapng: the last option of a block needs no end behind it", () => {
  const head = [...ZEROS(12), 4, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4];
  const comment = (...option: readonly number[]) =>
    read(ONE().block(6, { octets: [...head, ...option] })).packets[0]?.comment;
  assertEquals(comment(1, 0, 4, 0, ...text("abcd")), "abcd");
  assertEquals(comment(1, 0, 5, 0, ...text("abcd")), undefined);
  assertEquals(comment(1, 0, 0, 0), "");
  const magic = [0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0];
  const section = [...magic, ...ZEROS(8), 1, 0, 4, 0, ...text("abcd")];
  assertEquals(read(new PcapngWriter().block(0x0a0d0d0a, { octets: section })).remark, "abcd");
});

Deno.test("pcapng: an old packet block names its interface in 16 bits", () => {
  for (const littleEndian of [true, false]) {
    // Interface 1, seven drops before it.
    const id = littleEndian ? [1, 0, 7, 0] : [0, 1, 0, 7];
    const length = littleEndian ? [1, 0, 0, 0] : [0, 0, 0, 1];
    const octets = [...id, ...ZEROS(8), ...length, ...length, 9, 0, 0, 0];
    const file = new PcapngWriter(littleEndian).interface(1).interface(101).block(2, { octets });
    const { packets, broken } = read(file);
    assertEquals(packets.map(({ linkType, bytes }) => [linkType, ...bytes]), [[101, 9]]);
    assertEquals(broken, undefined);
  }
});

/** The seconds and nanoseconds of a packet 2,000,001 units after the start of such an interface. */
function timeWith(...options: readonly BlockOption[]): readonly (number | undefined)[] {
  const file = new PcapngWriter().interface(1, options).packet(0, 2_000_001n, FIRST);
  const [packet] = read(file).packets;
  return [packet?.unixSeconds, packet?.nanoseconds];
}

Deno.test("pcapng: times are in microseconds, unless an option of the interface has another unit", () => {
  assertEquals(timeWith(), [2, 1000]);
  assertEquals(timeWith([9, [9]]), [0, 2_000_001]);
  assertEquals(timeWith([9, [3]]), [2000, 1_000_000]);
  // An option without a value says nothing, and one that does not fit its block neither.
  assertEquals(timeWith([9, []]), [2, 1000]);
  const file = new PcapngWriter().block(1, { octets: [1, 0, ...ZEROS(6), 9, 0, 5, 0, 3, 0, 0, 0] })
    .packet(0, 2_000_001n, FIRST);
  assertEquals(read(file).packets[0]?.unixSeconds, 2);
  const fits = new PcapngWriter().block(1, { octets: [1, 0, ...ZEROS(6), 9, 0, 4, 0, 3, 0, 0, 0] })
    .packet(0, 2_000_001n, FIRST);
  assertEquals(read(fits).packets[0]?.unixSeconds, 2000);
});

Deno.test("pcapng: an interface may add seconds to its times, or take some away", () => {
  const signed = (seconds: bigint) => {
    const octets = new Uint8Array(8);
    new DataView(octets.buffer).setBigInt64(0, seconds, true);
    return timeWith([14, [...octets]])[0];
  };
  assertEquals([signed(60n), signed(-60n), signed(2n ** 33n + 5n)], [62, -58, 2 ** 33 + 7]);
  assertEquals(timeWith([14, [60, 0, 0, 0, 0, 0, 0]]), [2, 1000]);
});

/** What the options of a packet say of it. */
function withOptions(...options: readonly BlockOption[]) {
  const [packet] = read(ONE().packet(0, 0n, FIRST, options)).packets;
  return [packet?.comment, packet?.direction];
}

Deno.test("pcapng: of several comments the first is read, and of the flags the direction", () => {
  assertEquals(withOptions([1, text("one")], [1, text("two")]), ["one", undefined]);
  // Multicast and a checksum length beside the direction.
  assertEquals(withOptions([2, [0x0a, 1, 0, 0]]), [undefined, "out"]);
  assertEquals(withOptions([2, [1, 0, 0, 0]], [1, text("x")]), ["x", "in"]);
  for (const unknown of [0, 3]) {
    assertEquals(withOptions([2, [unknown, 0, 0, 0]]), [undefined, undefined]);
  }
  assertEquals(withOptions([2, [2, 0]]), [undefined, undefined]);
  // What follows the end of the options is none.
  assertEquals(withOptions([0, []], [1, text("late")]), [undefined, undefined]);
});

Deno.test("pcapng: where the flags say nothing of the direction, the link-layer header does", () => {
  // A cooked header of a packet that was sent.
  const bytes = Uint8Array.of(0, 4, 0, 1, 0, 6, ...ZEROS(8), 8, 0, 0x45);
  const directionOf = (...options: readonly BlockOption[]) =>
    read(new PcapngWriter().interface(113).packet(0, 0n, bytes, options)).packets[0]?.direction;
  assertEquals(directionOf(), "out");
  assertEquals(directionOf([2, [0, 0, 0, 0]]), "out");
  assertEquals(directionOf([2, [1, 0, 0, 0]]), "in");
});

Deno.test("pcapng: the remark is the first one of the latest section", () => {
  const remarkOf = (writer: PcapngWriter) => read(writer).remark;
  assertEquals(remarkOf(new PcapngWriter()), undefined);
  const two = new PcapngWriter().section([[4, text("x")], [1, text("one")], [1, text("two")]]);
  assertEquals(remarkOf(two), "one");
  assertEquals(remarkOf(two.section([[4, text("y")]])), undefined);
});

Deno.test("pcapng: statistics that lack a whole end, or an interface, say nothing of it", () => {
  const endOf = (id: number, ...option: readonly number[]) =>
    read(ONE().block(5, { octets: [id, ...ZEROS(11), ...option] })).end;
  // 2^32 + 5,000,001 microseconds.
  const time = [1, 0, 0, 0, 0x41, 0x4b, 0x4c, 0];
  assertEquals(endOf(0, 3, 0, 8, 0, ...time), { unixSeconds: 4299, nanoseconds: 967_297_000 });
  assertEquals(endOf(1, 3, 0, 8, 0, ...time), undefined);
  assertEquals(endOf(0, 3, 0, 4, 0, 1, 0, 0, 0), undefined);
  assertEquals(endOf(0, 2, 0, 8, 0, ...time), undefined);
  const later = new PcapngWriter().interface(1, [[14, [60, ...ZEROS(7)]]])
    .block(5, { octets: [...ZEROS(12), 3, 0, 8, 0, 0, 0, 0, 0, 0x40, 0x42, 0x0f, 0] });
  assertEquals(read(later).end, { unixSeconds: 61, nanoseconds: 0 });
});

Deno.test("pcap: the version is 2, the link type has 16 bits, and some kernels wrote longer records", () => {
  const packets = [{ bytes: FIRST, seconds: 1, nanoseconds: 2000 }];
  const plain = writePcap(packets);
  const version = plain.slice();
  version[4] = 3;
  assertEquals(read(version).broken, {
    offset: 0,
    reason: "version 3 of the format, expected 2",
  });
  // The length of a frame check sequence, in the upper bits.
  const checked = plain.slice();
  checked.set([0x65, 0, 0, 0x14], 20);
  assertEquals(read(checked).packets[0]?.linkType, 101);
  const longer = Uint8Array.of(
    ...[0x34, 0xcd, ...plain.slice(2, 40), ...ZEROS(8), ...FIRST],
    ...[...plain.slice(24, 40), ...ZEROS(8), ...FIRST],
  );
  const { packets: found, broken } = read(longer);
  assertEquals(found.map(({ frame, bytes }) => [frame, ...bytes]), [
    [1, ...FIRST],
    [2, ...FIRST],
  ]);
  assertEquals([found[1]?.unixSeconds, found[1]?.nanoseconds, broken], [1, 2000, undefined]);
});
