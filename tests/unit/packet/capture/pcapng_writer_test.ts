/** Files as we write them: by the format's own rules, and as our reader reads them. */

import { assert, assertEquals } from "@std/assert";
import { CaptureReader } from "../../../../src/packet/capture/capture_reader.ts";
import {
  BlockWriter,
  emitPcapngHead,
  type RecordedPacket,
} from "../../../../src/packet/capture/pcapng_writer.ts";
import { Random } from "../../../lab/random.ts";
import { parseHex } from "../../../support/hex.ts";

const PROGRAM = "icmptime 1.2.3", REMARK = "ping 192.0.2.7";

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

Deno.test("pcapng written: a packet, octet by octet", () => {
  const writer = new BlockWriter();
  // 1.000000002 s, which is 1,000,000,002 ns: 0x3b9aca02.
  writer.packet({
    bytes: Uint8Array.of(1, 2, 3, 4, 5),
    unixSeconds: 1,
    nanoseconds: 2,
    direction: "out",
    comment: "hi",
  });
  const expected = parseHex(
    "06000000 3c000000 00000000 00000000 02ca9a3b 05000000 05000000 0102030405000000" +
      "01000200 68690000 02000400 02000000 00000000 3c000000",
  );
  assertEquals(writer.take(), expected);
});

Deno.test("pcapng written: the head of a file and its end, octet by octet", () => {
  assertEquals(
    emitPcapngHead("p", "ab"),
    parseHex(
      "0a0d0d0a 30000000 4d3c2b1a 01000000 ffffffffffffffff" +
        "01000200 61620000 04000100 70000000 00000000 30000000" +
        // An interface of raw IP packets, whole, in nanoseconds.
        "01000000 20000000 65000000 00000000 09000100 09000000 00000000 20000000",
    ),
  );
  const writer = new BlockWriter();
  writer.statistics(1, 2);
  assertEquals(
    writer.take(),
    parseHex(
      "05000000 28000000 00000000 00000000 02ca9a3b 03000800 00000000 02ca9a3b 00000000 28000000",
    ),
  );
});

Deno.test("pcapng written: packets of any length, with comment and direction, are read back", () => {
  for (let seed = 0; seed < 30; seed++) {
    const random = new Random(seed);
    const packets = Array.from({ length: random.between(1, 20) }, (): RecordedPacket => ({
      bytes: random.octets(random.pick([0, 1, 3, 4, 40, 1500, 9000])),
      unixSeconds: random.between(0, 4_000_000_000),
      nanoseconds: random.between(0, 999_999_999),
      direction: random.pick(["in", "out"]),
      comment: random.pick([undefined, "", "probe 7", "é".repeat(random.below(700))]),
    }));
    const writer = new BlockWriter();
    const parts = [emitPcapngHead(PROGRAM, REMARK)];
    for (const packet of packets) {
      assertEquals(writer.length % 4, 0);
      writer.packet(packet);
      // What is written later must not show what was taken.
      if (random.chance(0.3)) parts.push(writer.take());
    }
    const { unixSeconds, nanoseconds } = packets[0] as RecordedPacket;
    writer.statistics(unixSeconds, nanoseconds);
    parts.push(writer.take());
    assertEquals(writer.length, 0);
    const reader = new CaptureReader();
    const found = [...reader.read(join(parts))];
    reader.finish();
    assertEquals([reader.broken, reader.remark], [undefined, REMARK]);
    assertEquals(reader.end, { unixSeconds, nanoseconds });
    const clip = (comment: string | undefined) => {
      const octets = new TextEncoder().encode(comment ?? "");
      return comment === undefined ? undefined : new TextDecoder().decode(octets.slice(0, 1000));
    };
    assertEquals(
      found.map(({ frame: _, ...packet }) => packet),
      packets.map((packet) => ({
        ...packet,
        comment: clip(packet.comment),
        linkType: 101,
        originalLengthBytes: packet.bytes.length,
      })),
    );
  }
});

Deno.test("pcapng written: what fills up to four octets is zero, whatever was there before", () => {
  const packet = (octets: number): RecordedPacket => ({
    bytes: new Uint8Array(octets).fill(0xff),
    unixSeconds: 0,
    nanoseconds: 0,
    direction: "in",
    comment: undefined,
  });
  for (let octets = 1; octets < 8; octets++) {
    const writer = new BlockWriter();
    writer.packet(packet(200));
    writer.take();
    writer.packet(packet(octets));
    const written = writer.take();
    assertEquals(written.slice(28, 28 + octets), new Uint8Array(octets).fill(0xff));
    const flags = 28 + Math.ceil(octets / 4) * 4;
    assert(written.slice(28 + octets, flags).every((octet) => octet === 0), `${octets} octets`);
    assertEquals(written.slice(flags, flags + 2), Uint8Array.of(2, 0));
  }
});

Deno.test("pcapng read: the end of a capture is that of its statistics, which may lack it", () => {
  const writer = new BlockWriter();
  const head = emitPcapngHead(PROGRAM, "");
  writer.begin(5).u32(0).time(7, 0).end();
  const without = new CaptureReader();
  assertEquals([...without.read(join([head, writer.take()]))], []);
  without.finish();
  assertEquals([without.end, without.broken], [undefined, undefined]);
  writer.begin(5).u32(0).time(7, 0).u16(3).u16(8).time(9, 5).end();
  const ended = new CaptureReader();
  assertEquals([...ended.read(join([head, writer.take()]))], []);
  assertEquals(ended.end, { unixSeconds: 9, nanoseconds: 5 });
});
