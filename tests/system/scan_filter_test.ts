// The kernel's filter of a sweep: what it lets through to the program, and what it does not.

import { assertEquals } from "@std/assert";
import { BulkRawSocket } from "../../ffi/scan/bulk_raw_socket.ts";
import { ETH_P_ALL, ETH_P_IP } from "../../ffi/linux/packet_constants.ts";
import { icmpReplyFilter } from "../../ffi/linux/packet_filter.ts";
import { ReplySocket } from "../../ffi/scan/reply_socket.ts";
import { ReplyWitness } from "../../ffi/scan/reply_witness.ts";
import { wireReplyFilter } from "../../ffi/scan/wire_filter.ts";
import { emitDatagram, type IcmpFields } from "../../src/packet/mod.ts";
import { Namespace, VethPair } from "../support/namespace.ts";
import { systemTest } from "../support/tools.ts";
import { until } from "../support/until.ts";

const HOST = 0x7f000001;
const ids = { identifier: 7, sequence: 9 };
const request: IcmpFields = { kind: "timestamp-request", ...ids, originateMs: 1 };
const echo: IcmpFields = { kind: "echo-request", ...ids, payload: new Uint8Array(12) };

function datagram(message: IcmpFields, options?: Uint8Array): Uint8Array {
  const header = { source: HOST, destination: HOST };
  return emitDatagram({ header: options === undefined ? header : { ...header, options }, message });
}

function quoting(type: number, quoted: Uint8Array): Uint8Array {
  return datagram({ kind: "error", type, body: quoted });
}

function asProtocol(protocol: number, bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  changed[9] = protocol;
  return changed;
}

/** Three NOPs and an end of options. */
const OPTIONS = Uint8Array.of(1, 1, 1, 0);

const cases: readonly (readonly [name: string, bytes: Uint8Array, passes: boolean])[] = [
  ["a timestamp reply", datagram({ kind: "timestamp-reply", ...ids, originateMs: 1 }), true],
  [
    "a timestamp reply behind options",
    datagram({ kind: "timestamp-reply", ...ids, originateMs: 1 }, OPTIONS),
    true,
  ],
  ["our own request", datagram(request), false],
  ["an echo reply", datagram({ kind: "echo-reply", ...ids, payload: new Uint8Array(12) }), false],
  ...[3, 4, 5, 11, 12].map((type) =>
    [
      `error ${type} about a request`,
      quoting(type, datagram(request).subarray(0, 28)),
      true,
    ] as const
  ),
  [
    "an error about a request with options",
    quoting(3, datagram(request, OPTIONS).subarray(0, 32)),
    true,
  ],
  ["an error about an echo", quoting(3, datagram(echo).subarray(0, 28)), false],
  [
    "an error about an echo with options",
    quoting(11, datagram(echo, OPTIONS).subarray(0, 32)),
    false,
  ],
  ["an error about UDP", quoting(3, asProtocol(17, datagram(request)).subarray(0, 28)), false],
  [
    "an error about IPv6 encapsulation",
    quoting(3, asProtocol(41, datagram(request)).subarray(0, 28)),
    false,
  ],
  [
    "an error about a timestamp reply",
    quoting(3, datagram({ kind: "timestamp-reply", ...ids, originateMs: 1 }).subarray(0, 28)),
    false,
  ],
  ["an error whose quote ends early", quoting(3, datagram(request).subarray(0, 16)), false],
];

for (const layer of ["icmp", "link"] as const) {
  systemTest({
    name:
      `the filter lets through timestamp replies and errors about requests, and nothing else: ${layer}`,
    namespaces: true,
  }, () => passCases(layer));
}

async function passCases(layer: "icmp" | "link"): Promise<void> {
  await using namespace = await Namespace.open();
  const baseUnixMs = Math.floor(Date.now() / 86_400_000) * 86_400_000;
  using sockets = openInside(namespace, baseUnixMs, layer);
  const { replies, sender } = sockets;
  for (const [name, bytes, passes] of cases) {
    const frame = new Uint8Array(sender.batch.view.buffer, sender.batch.firstFrame);
    frame.fill(0, 0, sender.batch.strideBytes - 16);
    frame.set(bytes);
    sender.batch.view.setUint32(sender.batch.firstFrame + (sender.batch.addressDelta ?? 0), HOST);
    sender.transmit(0, 1);
    const type = String(bytes[((bytes[0] as number) & 15) * 4]);
    // Loopback answers our request itself: that reply may pass.
    const expected = name === "our own request" ? ["14"] : passes ? [type] : [];
    const heard: string[] = [];
    await until(`${name} is there, or is not`, async () => {
      await replies.wait(2);
      for (let count = replies.receive(); count > 0; count = replies.receive()) {
        for (let index = 0; index < count; index++) {
          const start = index * replies.slotBytes;
          heard.push(String(replies.bytes[start + ((replies.bytes[start] as number) & 15) * 4]));
          const ageMs = Date.now() - baseUnixMs - replies.receivedRealtimeNs(index) / 1e6;
          assertEquals(ageMs >= -1 && ageMs < 60_000, true, `${name}: stamped ${ageMs} ms ago`);
        }
      }
      return heard.length >= expected.length;
    });
    assertEquals(heard, expected, name);
  }
  assertEquals(replies.droppedDatagrams(), 0);
}

function openInside(namespace: Namespace, baseUnixMs: number, layer: "icmp" | "link") {
  using _inside = namespace.enter();
  const filter = layer === "icmp" ? icmpReplyFilter() : wireReplyFilter([HOST]);
  const replies = ReplySocket.open({
    layer,
    filter,
    capacity: 8,
    bufferBytes: 1 << 20,
    baseUnixMs,
  });
  // The kernel sets the total length to what is sent; a longer frame carries padding behind it.
  const sender = BulkRawSocket.open({
    datagram: new Uint8Array(100),
    capacity: 1,
    sendBufferBytes: 4096,
  });
  return {
    replies,
    sender,
    [Symbol.dispose]() {
      replies.close();
      sender.close();
    },
  };
}

const NEAR = 0x0a4d0001;
/** Kinds of odd_replies.py, by who receives them. */
const EXPECTED = {
  raw: ["plain", "padded", "to all", "options", "short total length", "this network as source"],
  // What the kernel has not looked at yet, the reader and the proof refuse.
  wire: [
    ...["plain", "padded", "to all", "options", "wrong header checksum", "short total length"],
    ...["long total length", "our own address as source", "loopback as source"],
    ...["this network as source", "a group as source"],
  ],
  // Nothing that a raw socket would not receive: it would be taken for blocked.
  ip: ["plain", "padded", "to all"],
  all: ["plain", "padded", "to all"],
};

systemTest({
  name: "a packet socket receives what a raw socket does, a witness sees nothing beyond that",
  tools: ["python3"],
  namespaces: true,
}, async () => {
  await using pair = await VethPair.open();
  const { near, far, device } = pair;
  await near.sysctl("net/ipv4/conf/all/rp_filter", "0");
  await near.sysctl(`net/ipv4/conf/${device}/rp_filter`, "0");
  const link = JSON.parse((await near.mustRun(["ip", "-j", "link", "show", device])).stdout)[0];
  const open = () => {
    using _inside = near.enter();
    const common = { capacity: 64, bufferBytes: 1 << 20, baseUnixMs: 0 };
    const destinations = [1, NEAR, 2];
    const all = { protocol: ETH_P_ALL, interfaceIndex: link.ifindex, destinations };
    return {
      raw: ReplySocket.open({ ...common, layer: "icmp", filter: icmpReplyFilter() }),
      wire: ReplySocket.open({ ...common, layer: "link", filter: wireReplyFilter(destinations) }),
      witnesses: [
        ReplyWitness.open({ ...all, protocol: ETH_P_IP, interfaceIndex: 0 }),
        ReplyWitness.open(all),
      ],
    };
  };
  const { raw, wire, witnesses } = open();
  const script = new URL("odd_replies.py", import.meta.url).pathname;
  const words = [script, device, link.address, "10.77.0.2", "10.77.0.1"];
  const names = (await far.mustRun(["python3", ...words])).stdout.trim().split("\n");
  const seen = {
    raw: [] as string[],
    wire: [] as string[],
    ip: [] as string[],
    all: [] as string[],
  };
  const before = [0, 0];
  // One by one: each of the first round is read before.
  await raw.wait(50);
  while (raw.receive() + wire.receive() > 0);
  for (const [index, witness] of witnesses.entries()) before[index] = witness.seen();
  for (const name of names) {
    await far.mustRun(["python3", ...words, name]);
    await raw.wait(50);
    if (raw.receive() > 0) seen.raw.push(name);
    if (wire.receive() > 0) seen.wire.push(name);
    for (const [index, kind] of (["ip", "all"] as const).entries()) {
      const count = witnesses[index]?.seen() ?? 0;
      if (count > (before[index] ?? 0)) seen[kind].push(name);
      before[index] = count;
    }
  }
  for (const socket of [raw, wire, ...witnesses]) socket.close();
  assertEquals(seen, EXPECTED);
});
