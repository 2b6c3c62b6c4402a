import { assert, assertEquals } from "@std/assert";
import { emitDatagram, parseDatagram } from "../../../src/packet/datagram.ts";
import type { IcmpFields } from "../../../src/packet/icmp_message.ts";
import { formatDatagram } from "../../../src/packet/one_line.ts";

function lineOf(message: IcmpFields): string {
  const header = { source: 0x0a000001, destination: 0x0a000002 };
  const parsed = parseDatagram(emitDatagram({ header, message }));
  assert(parsed.ok);
  const line = formatDatagram(parsed.value);
  const prefix = "IP 10.0.0.1 > 10.0.0.2: ICMP ";
  assert(line.startsWith(prefix), line);
  return line.slice(prefix.length);
}

const IDENTITY = { identifier: 4660, sequence: 1 };

// The words are what tcpdump 4.99.3 wrote; tests/golden compares whole lines with its own.
Deno.test("one line: messages without a quote", () => {
  const stamps = (stampMs: number) =>
    ({
      kind: "timestamp-reply",
      ...IDENTITY,
      originateMs: stampMs,
      receiveMs: 0,
      transmitMs: stampMs,
    }) as const;
  const table: [IcmpFields, string][] = [
    [
      { kind: "timestamp-request", ...IDENTITY, originateMs: 5 },
      "time stamp query id 4660 seq 1, length 20",
    ],
    [
      stamps(42694656),
      "time stamp reply id 4660 seq 1: org 11:51:34.656, recv 00:00:00.000, xmit 11:51:34.656, length 20",
    ],
    [
      stamps(86_400_000),
      "time stamp reply id 4660 seq 1: org 24:00:00.000, recv 00:00:00.000, xmit 24:00:00.000, length 20",
    ],
    [
      stamps(0xffffffff),
      "time stamp reply id 4660 seq 1: org 1193:02:47.295, recv 00:00:00.000, xmit 1193:02:47.295, length 20",
    ],
    [
      { kind: "echo-request", ...IDENTITY, payload: new Uint8Array(56) },
      "echo request, id 4660, seq 1, length 64",
    ],
    [{ kind: "echo-reply", ...IDENTITY }, "echo reply, id 4660, seq 1, length 8"],
    ...([
      [9, "router advertisement"],
      [10, "router solicitation"],
      [15, "information request"],
      [16, "information reply"],
      [17, "address mask request"],
      [18, "address mask reply"],
    ] as const).map(([type, words]): [IcmpFields, string] => [
      { kind: "other", type, body: new Uint8Array(8) },
      `${words}, length 12`,
    ]),
    [{ kind: "other", type: 99, body: new Uint8Array(8) }, "type-#99, length 12"],
  ];
  for (const [message, line] of table) assertEquals(lineOf(message), line);
});

Deno.test("one line: a wrong checksum is printed with the right one", () => {
  const message: IcmpFields = {
    kind: "timestamp-request",
    identifier: 0x9b69,
    sequence: 1,
    originateMs: 1,
    checksum: 0xbad,
  };
  assertEquals(
    lineOf(message),
    "time stamp query id 39785 seq 1, length 20 (wrong icmp cksum bad (->5794)!)",
  );
});

Deno.test("one line: errors", () => {
  const body = emitDatagram({
    header: { source: 0x0a000001, destination: 0x0a000009 },
    message: { kind: "timestamp-request", ...IDENTITY, originateMs: 5 },
  }).subarray(0, 28);
  const asProtocol = (protocol: number, port: number): Uint8Array => {
    const copy = body.slice();
    copy[9] = protocol;
    copy.set([port >> 8, port & 0xff], 22);
    return copy;
  };
  const table: [number, number, number, Uint8Array, string][] = [
    [3, 0, 0, body, "net 10.0.0.9 unreachable, length 36"],
    [3, 1, 0, body, "host 10.0.0.9 unreachable, length 36"],
    [3, 2, 0, body, "10.0.0.9 protocol 1 unreachable, length 36"],
    [3, 3, 0, asProtocol(17, 33434), "10.0.0.9 udp port 33434 unreachable, length 36"],
    [3, 3, 0, asProtocol(6, 80), "10.0.0.9 tcp port 80 unreachable, length 36"],
    [3, 3, 0, asProtocol(47, 80), "10.0.0.9 protocol 47 port 80 unreachable, length 36"],
    [3, 4, 0, body, "10.0.0.9 unreachable - need to frag, length 36"],
    [3, 4, 1400, body, "10.0.0.9 unreachable - need to frag (mtu 1400), length 36"],
    [3, 5, 0, body, "10.0.0.9 unreachable - source route failed, length 36"],
    [3, 6, 0, body, "net 10.0.0.9 unreachable - unknown, length 36"],
    [3, 7, 0, body, "host 10.0.0.9 unreachable - unknown, length 36"],
    [3, 8, 0, body, "10.0.0.9 unreachable - source host isolated, length 36"],
    [3, 9, 0, body, "net 10.0.0.9 unreachable - admin prohibited, length 36"],
    [3, 10, 0, body, "host 10.0.0.9 unreachable - admin prohibited, length 36"],
    [3, 11, 0, body, "net 10.0.0.9 unreachable - tos prohibited, length 36"],
    [3, 12, 0, body, "host 10.0.0.9 unreachable - tos prohibited, length 36"],
    [3, 13, 0, body, "host 10.0.0.9 unreachable - admin prohibited filter, length 36"],
    [3, 14, 0, body, "host 10.0.0.9 unreachable - host precedence violation, length 36"],
    [3, 15, 0, body, "host 10.0.0.9 unreachable - precedence cutoff, length 36"],
    [3, 16, 0, body, "10.0.0.9 unreachable - #16, length 36"],
    [4, 0, 0, body, "source quench, length 36"],
    [5, 0, 0x0a0000fe, body, "redirect 10.0.0.9 to net 10.0.0.254, length 36"],
    [5, 1, 0x0a0000fe, body, "redirect 10.0.0.9 to host 10.0.0.254, length 36"],
    [5, 2, 0x0a0000fe, body, "redirect-tos 10.0.0.9 to net 10.0.0.254, length 36"],
    [5, 3, 0x0a0000fe, body, "redirect-tos 10.0.0.9 to host 10.0.0.254, length 36"],
    [5, 4, 0x0a0000fe, body, "redirect-#4 10.0.0.9 to 10.0.0.254, length 36"],
    [11, 0, 0, body, "time exceeded in-transit, length 36"],
    [11, 1, 0, body, "ip reassembly time exceeded, length 36"],
    [11, 2, 0, body, "time exceeded-#2, length 36"],
    [12, 0, 0x14000000, body, "parameter problem - octet 20, length 36"],
    [12, 2, 0, body, "parameter problem - code 2, length 36"],
    [3, 1, 0, new Uint8Array(5), "destination unreachable: host unreachable [|quote], length 13"],
  ];
  for (const [type, code, restOfHeader, quoted, line] of table) {
    assertEquals(lineOf({ kind: "error", type, code, restOfHeader, body: quoted }), line);
  }
});
