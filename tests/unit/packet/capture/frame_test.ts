/** Frames of every link type: where the datagram starts, which way it went, and every field of the header before it. */

import { assertEquals } from "@std/assert";
import { annotateDatagram, annotateMessage } from "../../../../src/packet/annotate.ts";
import { internetChecksum } from "../../../../src/packet/checksum.ts";
import { annotateFrame } from "../../../../src/packet/capture/annotate_frame.ts";
import { guessStart } from "../../../../src/packet/capture/guess_link_type.ts";
import {
  findIpv4,
  LINK_TYPE,
  NO_IPV4,
  readDirection,
  whyNoIpv4,
} from "../../../../src/packet/capture/link_type.ts";
import { formatHex, parseHex } from "../../../support/hex.ts";

/** A timestamp request from 10.77.0.1 to 10.77.0.2. */
const DATAGRAM =
  "4500002800014000400126380a4d00010a4d0002 0d00f2fe00000000000000010000000000000000";
const MESSAGE = DATAGRAM.slice(41);
const MACS = "020000000001 020000000002";

/** What stands before the datagram, and every field of it: offset, octets, name, value, meaning. */
const FRAMES: readonly {
  readonly name: string;
  readonly linkType: number;
  readonly header: string;
  readonly direction?: "out" | "in";
  readonly fields: readonly string[];
}[] = [
  { name: "raw", linkType: 101, header: "", fields: [] },
  { name: "raw of old tcpdumps", linkType: 12, header: "", fields: [] },
  { name: "raw of OpenBSD", linkType: 14, header: "", fields: [] },
  { name: "IPv4", linkType: 228, header: "", fields: [] },
  {
    name: "Ethernet",
    linkType: 1,
    header: `${MACS} 0800`,
    fields: [
      "0+6 destination 02:00:00:00:00:01 ()",
      "6+6 source 02:00:00:00:00:02 ()",
      "12+2 type 0x0800 (IPv4)",
    ],
  },
  {
    name: "Ethernet, hardware addresses with letters",
    linkType: 1,
    header: "deadbeef00f0 0a1b2c3d4e5f 0800",
    fields: [
      "0+6 destination de:ad:be:ef:00:f0 ()",
      "6+6 source 0a:1b:2c:3d:4e:5f ()",
      "12+2 type 0x0800 (IPv4)",
    ],
  },
  {
    name: "Ethernet with two VLAN tags",
    linkType: 1,
    header: `${MACS} 88a8 b064 8100 0065 0800`,
    fields: [
      "0+6 destination 02:00:00:00:00:01 ()",
      "6+6 source 02:00:00:00:00:02 ()",
      "12+2 type 0x88a8 (service VLAN tag (802.1ad))",
      "14+2 VLAN tag 0xb064 (VLAN 100, priority 5, may be dropped)",
      "16+2 type 0x8100 (VLAN tag (802.1Q))",
      "18+2 VLAN tag 0x0065 (VLAN 101, priority 0)",
      "20+2 type 0x0800 (IPv4)",
    ],
  },
  {
    name: "Ethernet with an old service tag",
    linkType: 1,
    header: `${MACS} 9100 0001 0800`,
    fields: [
      "0+6 destination 02:00:00:00:00:01 ()",
      "6+6 source 02:00:00:00:00:02 ()",
      "12+2 type 0x9100 ()",
      "14+2 VLAN tag 0x0001 (VLAN 1, priority 0)",
      "16+2 type 0x0800 (IPv4)",
    ],
  },
  {
    name: "Linux cooked, sent",
    linkType: 113,
    header: "0004 0001 0006 0200000000010000 0800",
    direction: "out",
    fields: [
      "0+2 packet type 4 (sent by this host)",
      "2+2 hardware type 1 (ARPHRD number)",
      "4+2 address length 6 (octets)",
      "6+8 source 02:00:00:00:00:01 (padded to 8 octets)",
      "14+2 type 0x0800 (IPv4)",
    ],
  },
  {
    name: "Linux cooked, received with a VLAN tag",
    linkType: 113,
    header: "0000 0304 0006 0200000000010000 8100 0007 0800",
    direction: "in",
    fields: [
      "0+2 packet type 0 (to this host)",
      "2+2 hardware type 772 (ARPHRD number)",
      "4+2 address length 6 (octets)",
      "6+8 source 02:00:00:00:00:01 (padded to 8 octets)",
      "14+2 type 0x8100 (VLAN tag (802.1Q))",
      "16+2 VLAN tag 0x0007 (VLAN 7, priority 0)",
      "18+2 type 0x0800 (IPv4)",
    ],
  },
  {
    name: "Linux cooked, version 2, sent",
    linkType: 276,
    header: "0800 0000 00000003 0001 04 06 0200000000010000",
    direction: "out",
    fields: [
      "0+2 type 0x0800 (IPv4)",
      "2+2 reserved 0 ()",
      "4+4 interface 3 (index)",
      "8+2 hardware type 1 (ARPHRD number)",
      "10+1 packet type 4 (sent by this host)",
      "11+1 address length 6 (octets)",
      "12+8 source 02:00:00:00:00:01 (padded to 8 octets)",
    ],
  },
  {
    name: "Linux cooked, version 2, to another host, with a VLAN tag",
    linkType: 276,
    header: "8100 0000 00000002 0304 03 06 0200000000010000 0008 0800",
    direction: "in",
    fields: [
      "0+2 type 0x8100 (VLAN tag (802.1Q))",
      "2+2 reserved 0 ()",
      "4+4 interface 2 (index)",
      "8+2 hardware type 772 (ARPHRD number)",
      "10+1 packet type 3 (to another host)",
      "11+1 address length 6 (octets)",
      "12+8 source 02:00:00:00:00:01 (padded to 8 octets)",
      "20+2 VLAN tag 0x0008 (VLAN 8, priority 0)",
      "22+2 type 0x0800 (IPv4)",
    ],
  },
  {
    name: "BSD null, big-endian host",
    linkType: 0,
    header: "00000002",
    fields: ["0+4 address family 0x00000002 (IPv4)"],
  },
  {
    name: "BSD null, little-endian host",
    linkType: 0,
    header: "02000000",
    fields: ["0+4 address family 0x02000000 (IPv4)"],
  },
  {
    name: "loopback of OpenBSD",
    linkType: 108,
    header: "00000002",
    fields: ["0+4 address family 0x00000002 (IPv4)"],
  },
];

for (const { name, linkType, header, direction, fields } of FRAMES) {
  const start = parseHex(header).length;
  const frame = parseHex(header + DATAGRAM);

  Deno.test(`frame: ${name}: the datagram, the direction and every field`, () => {
    assertEquals(findIpv4(linkType, frame), start);
    assertEquals(readDirection(linkType, frame), direction);
    const annotated = annotateFrame(linkType, frame, start, "ipv4");
    const inHeader = annotated.filter(({ offset }) => offset < start);
    assertEquals(
      inHeader.map(({ offset, lengthBytes, name, value, meaning }) =>
        `${offset}+${lengthBytes} ${name} ${value} (${meaning})`
      ),
      fields,
    );
    const rest = annotateDatagram(parseHex(DATAGRAM));
    assertEquals(
      annotated.slice(inHeader.length).map(({ name, offset }) => [name, offset - start]),
      rest.map(({ name, offset }) => [name, offset]),
    );
  });

  Deno.test(`frame: ${name}: cut anywhere in its header, or right behind it, it is cut short`, () => {
    for (let length = 0; length <= start; length++) {
      const found = findIpv4(linkType, frame.subarray(0, length));
      assertEquals(found, NO_IPV4.cut, `${length} octets`);
    }
    assertEquals(findIpv4(linkType, frame.subarray(0, start + 1)), start);
  });
}

const OTHERS: readonly (readonly [linkType: number, frame: string, why: string])[] = [
  [1, `${MACS} 0806`, "not IPv4"],
  [1, `${MACS} 0806 0001`, "not IPv4"],
  [1, `${MACS} 8100 0001 86dd 60`, "not IPv4"],
  [1, `${MACS} 8100 0001 86dd`, "not IPv4"],
  [101, "60", "not IPv4"],
  [113, "0000 0001 0006 0200000000010000 86dd 60", "not IPv4"],
  [0, "1e000000 60", "not IPv4"],
  [147, DATAGRAM, "of the unknown link type 147"],
  [101, "", "cut short"],
];

for (const [linkType, text, why] of OTHERS) {
  Deno.test(`frame: link type ${linkType}, ${text || "empty"}: ${why}`, () => {
    const found = findIpv4(linkType, parseHex(text));
    assertEquals([found < 0, whyNoIpv4(found, linkType)], [true, why]);
  });
}

Deno.test("frame: a bare message has the fields of a message", () => {
  const bytes = parseHex(MESSAGE);
  assertEquals(annotateFrame(LINK_TYPE.ipv4, bytes, 0, "icmp"), annotateMessage(bytes));
});

Deno.test("frame: a header that is not whole has no direction", () => {
  assertEquals(readDirection(LINK_TYPE.linuxCooked, new Uint8Array(15)), undefined);
  assertEquals(readDirection(LINK_TYPE.linuxCooked, new Uint8Array(16)), "in");
  assertEquals(readDirection(LINK_TYPE.linuxCooked2, new Uint8Array(19)), undefined);
  assertEquals(readDirection(LINK_TYPE.linuxCooked2, new Uint8Array(20)), "in");
});

/** A datagram from 8.0.69.0 without a header checksum. */
const FROM_8 = "4500002800014000 4001 0000 08004500 0a4d0002" + MESSAGE;

/** An echo request, with a right checksum, whose twelfth octet begins the type of a frame and a datagram with that checksum. */
function bareEcho(headerChecksum: number, keptBytes: number): string {
  const datagram = parseHex(DATAGRAM).slice(0, keptBytes);
  datagram.set([headerChecksum >>> 8, headerChecksum & 0xff], 10);
  const bytes = Uint8Array.of(8, ...new Uint8Array(11), 8, 0, ...datagram);
  const checksum = internetChecksum(bytes);
  bytes.set([checksum >>> 8, checksum & 0xff], 2);
  return formatHex(bytes);
}

const GUESSES: readonly (readonly [name: string, octets: string, ...expected: unknown[]])[] = [
  ["a datagram", DATAGRAM, "ipv4", 0, LINK_TYPE.ipv4],
  ["an Ethernet frame", `${MACS} 0800 ${DATAGRAM}`, "ipv4", 14, LINK_TYPE.ethernet],
  ["a frame with a tag", `${MACS} 8100 0001 0800 ${DATAGRAM}`, "ipv4", 18, LINK_TYPE.ethernet],
  [
    "a cooked frame",
    `0000 0001 0006 0200000000010000 0800 ${DATAGRAM}`,
    ...["ipv4", 16, LINK_TYPE.linuxCooked],
  ],
  [
    "a cooked frame, version 2",
    `0800 0000 00000003 0001 04 06 0200000000010000 ${DATAGRAM}`,
    ...["ipv4", 20, LINK_TYPE.linuxCooked2],
  ],
  ["a loopback frame", `02000000 ${DATAGRAM}`, "ipv4", 4, LINK_TYPE.null],
  ["a bare message", MESSAGE, "icmp", 0, LINK_TYPE.ipv4],
  ["a bare echo reply", "0000 ffff 0000 0000", "icmp", 0, LINK_TYPE.ipv4],
  // A wrong checksum, or a type that is none.
  ["a bare message that is damaged", MESSAGE.replace("f2fe", "f2ff"), "ipv4", 0, LINK_TYPE.ipv4],
  ["a message of no known type", "ff00 00ff 0000 0000", "ipv4", 0, LINK_TYPE.ipv4],
  ["seven octets", "00000000000000", "ipv4", 0, LINK_TYPE.ipv4],
  ["nothing", "", "ipv4", 0, LINK_TYPE.ipv4],
  // An address that looks like a header of a longer datagram, or a shorter one, than is here.
  [
    "a frame to 45:00:ff:ff:00:01 without a checksum",
    `4500ffff0001 020000000002 0800 ${DATAGRAM.replace("2638", "0000")}`,
    ...["ipv4", 14, LINK_TYPE.ethernet],
  ],
  [
    "a frame to 45:00:00:05:00:01 without a checksum",
    `450000050001 020000000002 0800 ${DATAGRAM.replace("2638", "0000")}`,
    ...["ipv4", 14, LINK_TYPE.ethernet],
  ],
  [
    "a frame to 46:00:00:01:00:01, without a checksum and cut short",
    `460000010001 020000000002 0800 ${DATAGRAM.replace("2638", "0000").slice(0, -16)}`,
    ...["ipv4", 14, LINK_TYPE.ethernet],
  ],
  [
    "a frame to 46:00:00:36:00:01 without a checksum",
    `460000360001 020000000002 0800 ${DATAGRAM.replace("2638", "0000")}`,
    ...["ipv4", 14, LINK_TYPE.ethernet],
  ],
  // Source addresses that look like the type of a frame, and the start of the datagram behind it.
  ["a datagram from 8.0.69.0", FROM_8.replace("0000 ", "e385 "), "ipv4", 0, LINK_TYPE.ipv4],
  ["a datagram from 8.0.69.0 without a checksum", FROM_8, "ipv4", 0, LINK_TYPE.ipv4],
  // The payload of an echo looks like a frame: with a right header checksum it is one, whole or not.
  ["a bare echo with a datagram without a checksum", bareEcho(0, 40), "icmp", 0, LINK_TYPE.ipv4],
  ["a bare echo with a datagram", bareEcho(0x2638, 40), "ipv4", 14, LINK_TYPE.ethernet],
  ["a bare echo with the start of a datagram", bareEcho(0x2638, 38), ...[
    "ipv4",
    14,
    LINK_TYPE.ethernet,
  ]],
  // The checksum left to the network card: still well formed.
  ["a datagram without a checksum", DATAGRAM.replace("2638", "0000"), "ipv4", 0, LINK_TYPE.ipv4],
];

for (const [name, octets, ...expected] of GUESSES) {
  Deno.test(`guess: ${name}`, () => {
    const { kind, offset, linkType } = guessStart(parseHex(octets));
    assertEquals([kind, offset, linkType], expected);
  });
}
