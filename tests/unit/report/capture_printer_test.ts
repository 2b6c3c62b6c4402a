/** The packets of a capture, a line each. */

import { assertEquals } from "@std/assert";
import { type CapturedPacket } from "../../../src/packet/capture/captured_packet.ts";
import { parseCaptured } from "../../../src/packet/capture/captured_datagram.ts";
import { CapturePrinter, formatContent, kindOf } from "../../../src/report/capture_printer.ts";
import { LineSink } from "../../../src/terminal/line_sink.ts";
import { write16 } from "../../lab/octets.ts";
import { MemorySink } from "../../support/memory_sink.ts";
import { datagramOf } from "../run/capture/exchange.ts";

const REQUEST = datagramOf({ atMs: 0, asks: true });
/** A day, 11:51:34. */
const AT_S = 1_795_737_600 + 42_694;

function fragment(octets: number): Uint8Array {
  const bytes = REQUEST.slice();
  write16(bytes, 6, octets / 8);
  return bytes;
}

function packet(bytes: Uint8Array, more: Partial<CapturedPacket> = {}): CapturedPacket {
  return {
    ...{ frame: 7, linkType: 101, bytes, originalLengthBytes: bytes.length },
    ...{ unixSeconds: AT_S, nanoseconds: 5_000, direction: undefined, comment: undefined },
    ...more,
  };
}

function print(packets: readonly CapturedPacket[], json = false, fields?: readonly string[]) {
  const sink = new MemorySink();
  const lines = new LineSink(sink, (error) => {
    throw error;
  });
  const printer = new CapturePrinter(lines, json, fields);
  for (const each of packets) {
    const content = parseCaptured(each, 0);
    printer.packet({ packet: each, content, decodedAtUnixMs: 0 });
  }
  printer.skip("not ICMP");
  printer.summary();
  lines.flush();
  return { lines: sink.lines, frames: printer.frames };
}

Deno.test("captured packets: number, time of day in UTC and what each says; then what was counted", () => {
  const { lines, frames } = print([
    packet(REQUEST),
    packet(REQUEST, { unixSeconds: NaN, nanoseconds: NaN, frame: 12 }),
    packet(REQUEST, { comment: "of a\x1b[31m test" }),
    packet(fragment(24)),
    packet(REQUEST.slice(0, 32), { originalLengthBytes: 40 }),
    packet(REQUEST.slice(0, 10)),
  ]);
  const [whole = "", , , later, cut, broken = "", ...counts] = lines;
  const said = whole.slice("7  11:51:34.000005000  ".length);
  assertEquals(lines.slice(0, 3), [
    `7  11:51:34.000005000  ${said}`,
    `12  ${said}`,
    `7  11:51:34.000005000  ${said}  # of a\ufffd[31m test`,
  ]);
  assertEquals(
    said.startsWith("IP 198.51.100.1 > 192.0.2.7: ICMP time stamp query id 7 seq 0"),
    true,
    said,
  );
  const head = "7  11:51:34.000005000  IP 198.51.100.1 > 192.0.2.7: ICMP";
  assertEquals(later, `${head}, a fragment from octet 24 on`);
  assertEquals(cut, `${head} timestamp request id 7 seq 0 (cut by the capture)`);
  assertEquals(broken.startsWith("7  11:51:34.000005000  malformed: "), true, broken);
  assertEquals(counts, [
    "7 packets: 3 timestamp requests, 1 later fragment, 1 cut short, 1 malformed, 1 not ICMP",
  ]);
  assertEquals(frames, 7);
});

Deno.test("captured packets: JSON has a line for each, with the fields that were chosen", () => {
  const { lines } = print([packet(REQUEST)], true, ["frame", "sequence"]);
  assertEquals(lines, [
    '{"type":"packet","frame":7,"sequence":0}',
    "2 packets: 1 timestamp request, 1 not ICMP",
  ]);
});

const parsed = (bytes: Uint8Array, originalLengthBytes = bytes.length) =>
  parseCaptured(packet(bytes, { originalLengthBytes }), 0);

Deno.test("captured packets: how much of a message is there, in words", () => {
  const ends = "IP 198.51.100.1 > 192.0.2.7: ICMP";
  assertEquals(
    formatContent(parsed(REQUEST.slice(0, 26), 40)),
    `${ends}, cut by the capture within its first octets`,
  );
  assertEquals(
    formatContent(parsed(REQUEST.slice(0, 12), 40)),
    "IP, cut by the capture within its header",
  );
  const first = REQUEST.slice();
  first[6] = 0x20;
  const text = formatContent(parsed(first));
  assertEquals(text.endsWith(" (the first fragment)"), true, text);
  // An echo request whose payload was cut: its checksum cannot be right, and is not called wrong.
  const echo = REQUEST.slice();
  echo[20] = 8;
  const cut = formatContent(parsed(echo.slice(0, 30), 40));
  assertEquals(cut.endsWith(" (cut by the capture)"), true, cut);
  assertEquals(cut.includes("wrong"), false, cut);
  const whole = parsed(REQUEST);
  if (!whole.ok || whole.value.message === undefined) throw new Error("unread");
  const bare = formatContent({ ok: true, value: { message: whole.value.message } });
  assertEquals(bare.startsWith("ICMP time stamp query id 7 seq 0"), true, bare);
});

Deno.test("captured packets: what each counts as", () => {
  const later = fragment(24), first = fragment(0);
  first[6] = 0x20;
  const kinds = [parsed(REQUEST), parsed(later), parsed(first), parsed(REQUEST.slice(0, 26), 40)];
  assertEquals(kinds.map(kindOf), [
    ...["timestamp-request", "fragment", "timestamp-request", "cut short"],
  ]);
  assertEquals(kindOf(parsed(REQUEST.slice(0, 26))), "malformed");
});
