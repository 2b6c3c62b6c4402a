import { assertEquals } from "@std/assert";
import { parseHexText } from "../../../src/packet/hex_text.ts";

const IPV4 = "4500002816b440004001261f7f0000017f0000010d0066391234" +
  "0007028b78000000000000000000";
const REPLY = "4500002816b500004001661e7f0000017f0000010e00e6431234" +
  "0007028b7800004bbf2f004bbf2f";
const ETHERNET = "0000000000000000000000000800" + IPV4;

/** Each text as the named program wrote it, of the packets beside it. */
const TEXTS: readonly (readonly [name: string, text: string, packets: readonly string[]])[] = [
  ["digits in one piece", IPV4, [IPV4]],
  ["upper case, blanks and 0x", "0x" + IPV4.toUpperCase().replaceAll(/(....)/g, "$1 "), [IPV4]],
  ["pairs and colons", IPV4.match(/../g)?.join(":") ?? "", [IPV4]],
  [
    "tcpdump -x, two packets with their headlines",
    `01:22:44.143517 IP 127.0.0.1 > 127.0.0.1: ICMP time stamp query id 4660 seq 7, length 20
\t0x0000:  4500 0028 16b4 4000 4001 261f 7f00 0001
\t0x0010:  7f00 0001 0d00 6639 1234 0007 028b 7800
\t0x0020:  0000 0000 0000 0000
01:22:44.143532 IP 127.0.0.1 > 127.0.0.1: ICMP time stamp reply id 4660 seq 7: org 11:51:34.656, recv 01:22:44.143, xmit 01:22:44.143, length 20
\t0x0000:  4500 0028 16b5 0000 4001 661e 7f00 0001
\t0x0010:  7f00 0001 0e00 e643 1234 0007 028b 7800
\t0x0020:  004b bf2f 004b bf2f
`,
    [IPV4, REPLY],
  ],
  [
    "tcpdump -XX, with characters",
    `01:22:44.143517 IP 127.0.0.1 > 127.0.0.1: ICMP time stamp query id 4660 seq 7, length 20
\t0x0000:  0000 0000 0000 0000 0000 0000 0800 4500  ..............E.
\t0x0010:  0028 16b4 4000 4001 261f 7f00 0001 7f00  .(..@.@.&.......
\t0x0020:  0001 0d00 6639 1234 0007 028b 7800 0000  ....f9.4....x...
\t0x0030:  0000 0000 0000                           ......
`,
    [ETHERNET],
  ],
  [
    "tshark -x, and Wireshark's hex dump",
    `0000  00 00 00 00 00 00 00 00 00 00 00 00 08 00 45 00   ..............E.
0010  00 28 16 b4 40 00 40 01 26 1f 7f 00 00 01 7f 00   .(..@.@.&.......
0020  00 01 0d 00 66 39 12 34 00 07 02 8b 78 00 00 00   ....f9.4....x...
0030  00 00 00 00 00 00                                 ......

0000  45 00 00 28 16 b5 00 00 40 01 66 1e 7f 00 00 01
0010  7f 00 00 01 0e 00 e6 43 12 34 00 07 02 8b 78 00
0020  00 4b bf 2f 00 4b bf 2f
`,
    [ETHERNET, REPLY],
  ],
  [
    "xxd",
    `00000000: 4500 0028 16b4 4000 4001 261f 7f00 0001  E..(..@.@.&.....
00000010: 7f00 0001 0d00 6639 1234 0007 028b 7800  ......f9.4....x.
00000020: 0000 0000 0000 0000                      ........
`,
    [IPV4],
  ],
  [
    "hexdump -C",
    `00000000  45 00 00 28 16 b4 40 00  40 01 26 1f 7f 00 00 01  |E..(..@.@.&.....|
00000010  7f 00 00 01 0d 00 66 39  12 34 00 07 02 8b 78 00  |......f9.4....x.|
00000020  00 00 00 00 00 00 00 00                           |........|
00000028
`,
    [IPV4],
  ],
  [
    "hexdump -C of a packet with equal lines",
    `00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
*
00000030  45 61 62                                          |Eab|
00000033
`,
    ["00".repeat(48) + "456162"],
  ],
  [
    "hexdump -C that ends in equal lines, and another",
    `00000000  41 42 43 44 45 46 47 48  61 62 63 64 65 66 67 68  |ABCDEFGHabcdefgh|
*
00000018
00000000  09 0a                                             |..|
00000002
`,
    ["4142434445464748" + "6162636465666768" + "4142434445464748", "090a"],
  ],
  [
    "xxd, characters that look like octets",
    `00000000: 6162                                     ab
00000002: 6162 2063 6465 6667 6869 6a6b 6c6d 6e6f  ab cdefghijklmno
00000012: 6263 6465 6667 6162  bcdefgab
`,
    ["6162" + "61622063646566676869" + "6a6b6c6d6e6f" + "6263646566676162"],
  ],
  [
    "xxd -c 8, characters that look like an octet",
    `00000000: 6162 2020 2020 2020  ab      
00000008: 6364 2020 2020 2020  cd      
`,
    ["6162202020202020" + "6364202020202020"],
  ],
  [
    "a dump with its characters behind a single blank",
    "0000: 45 00 28 abcd\n0003: 16\n",
    ["45002816"],
  ],
  ["digits in two lines, of which the second starts like an offset", `${IPV4}\n4500 0028`, [
    IPV4 + "45000028",
  ]],
  ["octets that start like an offset", "4500 00 28 16\n0010 b4 40", ["45000028160010b440"]],
  [
    "a last line of one octet",
    "0000  45 00 00 28\n0004  16\n",
    ["4500002816"],
  ],
  ["four digits, which are no length", "0001", ["0001"]],
  ["four zeros, which are no length", "0000", ["0000"]],
  ["single digits in a list", "0x8, 0x0, 0xf", ["08000f"]],
  ["lines for people, most of whose words are none", "of the two: 45\n45 00", ["4500"]],
  ["a star after less than a line", "0000  45 00\n*\n0002  16\n", ["450016"]],
  ["a star before any octet", "*\n45 00", ["4500"]],
  [
    "two packets without an empty line between them",
    "0000  45 00\n0002  01\n0000  46 00\n",
    ["450001", "4600"],
  ],
  ["remarks of C", "/* 11 22 */ 0x45, 0x00, // 33\n0x16", ["450016"]],
  [
    "short escapes of C",
    `"\\x00\\n\\r\\t\\0\\\\A\\q"`,
    ["000a0d09005c4171"],
  ],
  [
    "xxd -i, an array in a C program",
    `unsigned char packet[] = {
  0x45, 0x00, 0x00, 0x28, 0x16, 0xb4, 0x40, 0x00, 0x40, 0x01, 0x26, 0x1f,
  0x7f, 0x00, 0x00, 0x01, 0x7f, 0x00, 0x00, 0x01, 0x0d, 0x00, 0x66, 0x39,
  0x12, 0x34, 0x00, 0x07, 0x02, 0x8b, 0x78, 0x00, 0x00, 0x00, 0x00, 0x00,
  0x00, 0x00, 0x00, 0x00
};
unsigned int packet_len = 40;
`,
    [IPV4],
  ],
  [
    "Wireshark's escaped string",
    `"\\x45\\x00\\x00\\x28\\x16\\xb4\\x40\\x00\\x40\\x01\\x26\\x1f\\x7f\\x00\\x00\\x01" \\
"\\x7f\\x00\\x00\\x01\\x0d\\x00\\x66\\x39\\x12\\x34\\x00\\x07\\x02\\x8b\\x78\\x00" \\
"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"`,
    [IPV4],
  ],
  [
    "bytes as Python prints them",
    `b'E\\x00\\x00(\\x16\\xb4@\\x00@\\x01&\\x1f\\x7f\\x00\\x00\\x01\\x7f\\x00\\x00\\x01\\r\\x00f9` +
    `\\x124\\x00\\x07\\x02\\x8bx\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00'`,
    [IPV4],
  ],
];

for (const [name, text, packets] of TEXTS) {
  Deno.test(`hexadecimal text is read: ${name}`, () => {
    for (const written of [text, text.replaceAll("\n", "\r\n")]) {
      const read = parseHexText(written);
      assertEquals(read.ok && read.packets.map(toHex), packets.map((packet) => packet));
    }
  });
}

const BROKEN: readonly (readonly [text: string, line: number, reason: string])[] = [
  ["", 1, "no hexadecimal digits"],
  ["45000", 1, "an odd number of digits in 45000"],
  ["0x0000:  ..", 1, "no hexadecimal digits"],
  ["8", 1, "an odd number of digits in 8"],
  ["45 00\nzz 45", 2, "zz is no hexadecimal number"],
  ["0x0000: 45\n0x0002: 45", 2, "offset 0x0002 where 0x0001 was expected"],
  ["4500 0028\n0x45 zz 11 22", 2, "zz is no hexadecimal number"],
  ["4500 zz3456789012345678zz 45", 1, "zz3456789012345678zz is no hexadecimal number"],
  ["4500 zz3456789012345678zzz 45", 1, "zz3456789012345678zz… is no hexadecimal number"],
  ["0x0000: 4500 0028\n0x0010: 4001", 2, "offset 0x0010 where 0x0004 was expected"],
];

for (const [text, line, reason] of BROKEN) {
  Deno.test(`hexadecimal text is refused with its line: ${reason}`, () => {
    assertEquals(parseHexText(text), { ok: false, line, reason });
  });
}

Deno.test("a dump of a single octet ends with its length", () => {
  const read = parseHexText("0000  45 \n0001\n");
  assertEquals(read.ok && read.packets.map(toHex), ["45"]);
});

Deno.test("equal lines are repeated up to the longest packet behind its link-layer header", () => {
  const line = "0000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f";
  const upTo = (end: number) => parseHexText(`${line}\n*\n${end.toString(16).padStart(8, "0")}:\n`);
  const read = upTo(65_599);
  const [packet = new Uint8Array(0)] = read.ok ? read.packets : [];
  assertEquals(packet.length, 65_599);
  assertEquals(packet.every((octet, at) => octet === at % 16), true);
  const shorter = parseHexText(`${line}\n*\n00000028\n`);
  assertEquals(shorter.ok && shorter.packets.map(({ length }) => length), [40]);
  // What is longer is not what a line stands for.
  const longer = upTo(65_600);
  assertEquals(longer.ok && longer.packets.map(({ length }) => length < 65_599), [true]);
});

Deno.test("a text of 16 Mi characters is read, and none that is longer", () => {
  const reasonOf = (length: number) => {
    const read = parseHexText(" ".repeat(length));
    return read.ok ? undefined : read.reason;
  };
  assertEquals(reasonOf(16_777_216), "no hexadecimal digits");
  assertEquals(reasonOf(16_777_217), "more than 16777216 characters");
});

Deno.test("a text of 60,000 blanks is read at once", () => {
  const read = parseHexText(`${" ".repeat(60_000)}45`);
  assertEquals(read.ok && read.packets.map(toHex), ["45"]);
});

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
}
