// Packets that other programs made, read as tcpdump read them, and written again octet for octet.

import { assert, assertEquals } from "@std/assert";
import { annotateDatagram } from "../../src/packet/annotate.ts";
import { type Datagram, emitDatagram, parseDatagram } from "../../src/packet/datagram.ts";
import { formatDatagram } from "../../src/packet/one_line.ts";
import { formatHex, parseHex } from "../support/hex.ts";
import type { Capture } from "./capture.ts";

const CAPTURES = new URL("./captures/", import.meta.url);
const TOOLS = ["clockdiff", "fping", "hping3", "nping", "ping", "scapy"];

const captures = TOOLS.map((tool): Capture =>
  JSON.parse(Deno.readTextFileSync(new URL(`${tool}.json`, CAPTURES)))
);

for (const { tool, version, commands } of captures) {
  for (const { command, packets } of commands) {
    Deno.test(`golden: ${tool} (${version}): ${command}`, () => {
      assert(packets.length > 0);
      for (const { line, hex } of packets) {
        const bytes = parseHex(hex);
        const parsed = parseDatagram(bytes);
        assert(parsed.ok, `${line}: ${JSON.stringify(parsed)}`);
        // tcpdump without -v says nothing of checksums.
        assertEquals(formatDatagram(parsed.value).replace(/ \(wrong icmp cksum .*/, ""), line);
        assertEquals(formatHex(emitDatagram(parsed.value)), hex);
        assert(parsed.value.header.checksumOk, line);
        assert(annotateDatagram(bytes).every(({ name }) => name !== "malformed"), line);
      }
    });
  }
}

const all: { datagram: Datagram; line: string }[] = captures.flatMap((capture) =>
  capture.commands.flatMap(({ packets }) =>
    packets.flatMap(({ line, hex }) => {
      const parsed = parseDatagram(parseHex(hex));
      return parsed.ok ? [{ datagram: parsed.value, line }] : [];
    })
  )
);

Deno.test("golden: checksums are right but for the packets made wrong on purpose", () => {
  const wrong = all.filter(({ datagram }) => !datagram.message.checksumOk);
  assertEquals(wrong.map(({ datagram: { message } }) => message.checksum), [0xdead]);
});

Deno.test("golden: the Linux kernel's replies are lazy and short, and copy type of service", () => {
  const replies = all.filter(({ datagram }) =>
    datagram.message.kind === "timestamp-reply" &&
    formatDatagram(datagram).startsWith("IP 10.77.0.2")
  );
  assert(replies.length > 10);
  for (const { datagram: { message }, line } of replies) {
    assert(message.kind === "timestamp-reply");
    assertEquals(message.receiveMs, message.transmitMs, line);
    assertEquals(message.trailing.length, 0, line);
    assertEquals(message.code, 0, line);
  }
  assert(replies.some(({ datagram }) => datagram.header.tos === 3), "nping --tos 3 was answered");
});

Deno.test("golden: every error that the kernel sends is there, and quotes what was refused", () => {
  const errors = all.flatMap(({ datagram }) =>
    datagram.message.kind === "error" && datagram.header.source === 0x0a4d0002
      ? [datagram.message]
      : []
  );
  const kinds = new Set(errors.map(({ type, code }) => `${type}/${code}`));
  const wanted = ["3/0", "3/1", "3/2", "3/3", "3/4", "3/13", "5/1", "11/0", "12/0"];
  assertEquals(wanted.filter((kind) => !kinds.has(kind)), []);
  for (const { name, quote, checksumOk } of errors) {
    assert(quote.ok && checksumOk, name);
    assertEquals(quote.value.header.source, 0x0a4d0001, name);
  }
});

Deno.test("golden: quoted headers with options are among them", () => {
  const lengths = all.flatMap(({ datagram: { message } }) =>
    message.kind === "error" && message.quote.ok
      ? [message.quote.value.header.headerLengthBytes]
      : []
  );
  assert(lengths.some((lengthBytes) => lengthBytes > 20), lengths.join(" "));
});
