// tshark reads every kind of packet that we can emit: no complaint but the one that was asked for.

import { BadChecksumProbe } from "../../src/probe/message/bad_checksum.ts";
import { EchoProbe } from "../../src/probe/message/echo.ts";
import { IpTimestampProbe } from "../../src/probe/message/ip_timestamp.ts";
import { TimestampProbe } from "../../src/probe/message/timestamp.ts";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { formatAddress } from "../../src/packet/address.ts";
import { type Datagram, emitDatagram, parseDatagram } from "../../src/packet/datagram.ts";
import type { IcmpFields } from "../../src/packet/icmp_message.ts";
import { emitIpTimestampOption } from "../../src/packet/ip_timestamp_option.ts";
import { formatDatagram } from "../../src/packet/one_line.ts";
import { type ProbeFields, ProbeTemplate } from "../../src/packet/probe_template.ts";
import type { ProbeTemplateOptions } from "../../src/packet/probe_template.ts";
import { mustRun } from "../support/command.ts";
import { randomValidDatagram } from "../support/datagram_generator.ts";
import { formatHex } from "../support/hex.ts";
import { emitPcap } from "../support/pcap.ts";
import { Random } from "../lab/random.ts";
import { systemTest } from "../support/tools.ts";
import { dissect, type Dissection } from "../support/tshark.ts";

const requirements = { tools: ["tshark"] };

const NAMES = [
  ...["ip.hdr_len", "ip.dsfield", "ip.len", "ip.id", "ip.flags.df", "ip.frag_offset", "ip.ttl"],
  ...["ip.proto", "ip.src", "ip.dst", "ip.checksum.status", "icmp.checksum.status", "icmp.type"],
  ...[
    "icmp.code",
    "icmp.ident",
    "icmp.seq",
    "icmp.originate_timestamp",
    "icmp.mtu",
    "icmp.redir_gw",
  ],
  ...["icmp.receive_timestamp", "icmp.transmit_timestamp", "data.data"],
];

/** What tshark writes for a checksum that is right, and for one that is wrong. */
const CHECKSUM_STATUS = { wrong: 0, right: 1 } as const;

const hex4 = (value: number): string => `0x${value.toString(16).padStart(4, "0")}`;

/** What tshark must say of a datagram, from what our parser says of it. */
function expectedFields(datagram: Datagram): Record<string, string> {
  const { header, message } = datagram;
  const status = (isRight: boolean) => String(CHECKSUM_STATUS[isRight ? "right" : "wrong"]);
  const common = {
    "ip.hdr_len": String(header.headerLengthBytes),
    "ip.dsfield": `0x${header.tos.toString(16).padStart(2, "0")}`,
    "ip.len": String(header.totalLengthBytes),
    "ip.id": hex4(header.identification),
    "ip.flags.df": header.dontFragment ? "1" : "0",
    "ip.frag_offset": "0",
    "ip.ttl": String(header.ttl),
    "ip.proto": "1",
    "ip.src": formatAddress(header.source),
    "ip.dst": formatAddress(header.destination),
    "ip.checksum.status": status(header.checksumOk),
    "icmp.checksum.status": status(message.checksumOk),
    "icmp.type": String(message.type),
    "icmp.code": String(message.code),
  };
  switch (message.kind) {
    case "timestamp-request":
    case "timestamp-reply":
      return {
        ...common,
        "icmp.ident": String(message.identifier),
        "icmp.seq": String(message.sequence),
        "icmp.originate_timestamp": String(message.originateMs),
        "icmp.receive_timestamp": String(message.receiveMs),
        "icmp.transmit_timestamp": String(message.transmitMs),
      };
    case "echo-request":
    case "echo-reply":
      return {
        ...common,
        "icmp.ident": String(message.identifier),
        "icmp.seq": String(message.sequence),
        "data.data": formatHex(message.payload),
      };
    case "error":
      return {
        ...common,
        "icmp.mtu": message.nextHopMtuBytes === undefined ? "" : String(message.nextHopMtuBytes),
        "icmp.redir_gw": message.gateway === undefined ? "" : formatAddress(message.gateway),
      };
    case "other":
      return common;
  }
}

function requireFields(bytes: Uint8Array, dissection: Dissection): void {
  const parsed = parseDatagram(bytes);
  assert(parsed.ok, formatHex(bytes));
  for (const [name, value] of Object.entries(expectedFields(parsed.value))) {
    assertEquals(dissection.fields.get(name), value, `${name} of ${formatHex(bytes)}`);
  }
}

function randomOptions(random: Random): ProbeTemplateOptions {
  const kind = random.pick(["timestamp", "timestamp", "echo"] as const);
  const ipOptions = emitIpTimestampOption({
    flag: 3,
    entries: Array.from({ length: random.between(1, 4) }, () => ({
      address: 0x0a000000 + random.below(0x1000000),
      stampMs: 0,
    })),
  });
  return {
    kind,
    source: 0x0a000000 + random.below(0x1000000),
    ttl: random.between(1, 255),
    tos: random.edgy(8),
    dontFragment: random.chance(0.5),
    code: random.chance(0.3) ? random.edgy(8) : 0,
    receiveMs: random.chance(0.5) ? 0 : random.edgy(32),
    transmitMs: random.chance(0.5) ? 0 : random.edgy(32),
    payload: random.octets(random.chance(0.5) ? 0 : random.between(1, 100)),
    ...(random.chance(0.3) ? { ipOptions } : {}),
  };
}

function randomProbe(random: Random): ProbeFields {
  return {
    destination: 0x0a000000 + random.below(0x1000000),
    identifier: random.edgy(16),
    sequence: random.edgy(16),
    originateMs: random.edgy(32),
  };
}

systemTest(
  { name: "tshark: probes of every option, field by field", ...requirements },
  async () => {
    const random = new Random(792);
    const probes = Array.from({ length: 1000 }, () => {
      return new ProbeTemplate(randomOptions(random)).emit(randomProbe(random));
    });
    const dissections = await dissect(probes, NAMES);
    probes.forEach((bytes, index) => {
      const dissection = dissections[index];
      assert(dissection !== undefined);
      assertEquals(dissection.complaints, [], formatHex(bytes));
      assertEquals(dissection.fields.get("ip.checksum.status"), "1");
      assertEquals(dissection.fields.get("icmp.checksum.status"), "1");
      requireFields(bytes, dissection);
    });
  },
);

systemTest({ name: "tshark: replies and errors, field by field", ...requirements }, async () => {
  const header = { source: 0x0a000002, destination: 0x0a000001 };
  const identity = { identifier: 0x1234, sequence: 0xffff };
  const quoted = emitDatagram({
    header: { source: 0x0a000001, destination: 0xc0000207 },
    message: { kind: "timestamp-request", ...identity, originateMs: 42694656 },
  });
  const stamps = { originateMs: 1, receiveMs: 0x80000001, transmitMs: 0xffffffff };
  const error = (type: number, code: number, restOfHeader = 0): IcmpFields => {
    return { kind: "error", type, code, restOfHeader, body: quoted.subarray(0, 28) };
  };
  const messages: IcmpFields[] = [
    { kind: "timestamp-reply", ...identity, ...stamps },
    { kind: "echo-reply", ...identity, payload: quoted },
    ...Array.from({ length: 16 }, (_, code) => error(3, code)),
    error(3, 4, 1400),
    error(4, 0),
    ...[0, 1, 2, 3].map((code) => error(5, code, 0x0a0000fe)),
    error(11, 0),
    error(11, 1),
    error(12, 0, 20 << 24),
    error(12, 1),
  ];
  const datagrams = messages.map((message) => emitDatagram({ header, message }));
  const dissections = await dissect(datagrams, NAMES);
  datagrams.forEach((bytes, index) => {
    const dissection = dissections[index];
    assert(dissection !== undefined);
    assertEquals(dissection.complaints, [], formatHex(bytes));
    requireFields(bytes, dissection);
  });
});

systemTest(
  { name: "tshark: what is wrong on purpose, and nothing else", ...requirements },
  async () => {
    const probe = { destination: 0xc0000207, identifier: 1, sequence: 2, originateMs: 3 };
    const badChecksum = /^Bad checksum \[should be 0x[0-9a-f]{4}\]$/;
    const spoiled = [
      new TimestampProbe({ source: 0xc0000201 }),
      new TimestampProbe({ source: 0xc0000201, payload: new Uint8Array(9) }),
      new EchoProbe({ source: 0xc0000201 }),
      new IpTimestampProbe({ source: 0xc0000201 }),
    ].map((request) => new BadChecksumProbe(request));
    const target = { address: probe.destination };
    const fields = { ...probe, target, token: 3, ttl: undefined };
    const datagrams = spoiled.map((message) =>
      message.emit(fields, new Uint8Array(message.lengthBytes))
    );
    const dissections = await dissect(datagrams, NAMES);
    assertEquals(dissections.length, spoiled.length);
    for (const [index, { complaints }] of dissections.entries()) {
      assertEquals(complaints.length, 1, `datagram ${index}: ${complaints.join("; ")}`);
      assertMatch(complaints[0] ?? "", badChecksum);
    }
  },
);

systemTest(
  { name: "tcpdump: the same line for a thousand datagrams", tools: ["tcpdump"] },
  async () => {
    const random = new Random(791);
    const datagrams = Array.from({ length: 1000 }, () => randomValidDatagram(random));
    const path = await Deno.makeTempFile({ suffix: ".pcap" });
    await Deno.writeFile(path, emitPcap(datagrams));
    const { stdout } = await mustRun(["tcpdump", "-nn", "-t", "-r", path]);
    await Deno.remove(path);
    const lines = stdout.split("\n").filter((line) => line !== "");
    assertEquals(lines.length, datagrams.length);
    let compared = 0;
    datagrams.forEach((bytes, index) => {
      const parsed = parseDatagram(bytes);
      assert(parsed.ok);
      const { message } = parsed.value;
      // tcpdump reads router advertisements and address masks further, and will not say what a
      // message is when its quote is cut short.
      if (message.kind === "other" && [9, 18].includes(message.type)) return;
      if (message.kind === "error" && !message.quote.ok) return;
      assertEquals(formatDatagram(parsed.value), lines[index], formatHex(bytes));
      compared++;
    });
    assert(compared > 900, `only ${compared} were compared`);
  },
);
