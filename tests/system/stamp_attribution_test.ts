// On kernels without keys of datagrams (before Linux 6.13) a stamp finds its datagram by content. The way is forced here.

import type { TransmitStamp } from "../../src/probe/transport.ts";
import type { Instant } from "../../src/time/instant.ts";
import { assert, assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import type { RawSocket } from "../../ffi/mod.ts";
import { type CapturedTimestamp, startCapture } from "../support/capture.ts";
import { Namespace, VethPair } from "../support/namespace.ts";
import { FragmentingSender } from "../../src/probe/fragmenting_sender.ts";
import { exchange, openRawSocket } from "../support/raw_exchange.ts";
import { addressNumber, buildRequest } from "../support/request_bytes.ts";
import { systemTest } from "../support/tools.ts";
import { until } from "../support/until.ts";

const attribution = "content";

interface Link {
  readonly name: string;
  /** Builds it at both ends of a cable; its device is `link0`, with 10.78.0.1 at the near and 10.78.0.2 at the far end. */
  readonly build: (pair: VethPair) => Promise<void>;
}

const links: readonly Link[] = [
  {
    name: "a bridge",
    build: async ({ near, far }) => {
      for (const [end, address] of [[near, "10.78.0.1"], [far, "10.78.0.2"]] as const) {
        await end.ip(
          "link add link0 type bridge",
          "link set veth0 master link0",
          `addr add ${address}/24 dev link0`,
          "link set link0 up",
        );
      }
    },
  },
  {
    name: "a tunnel with its own IPv4 header before ours (VXLAN)",
    build: async ({ near, far, nearAddress, farAddress }) => {
      await far.ip(
        `link add link0 type vxlan id 7 local ${farAddress} remote ${nearAddress} dstport 4789`,
        "addr add 10.78.0.2/24 dev link0",
        "link set link0 up",
      );
      await near.ip(
        `link add link0 type vxlan id 7 local ${nearAddress} remote ${farAddress} dstport 4789`,
        "addr add 10.78.0.1/24 dev link0",
        "link set link0 up",
      );
    },
  },
  {
    name: "a second hardware address (macvlan)",
    build: async ({ near, far }) => {
      await far.ip("addr add 10.78.0.2/24 dev veth0");
      await near.ip(
        "link set veth0 promisc on",
        "link add link veth0 name link0 type macvlan mode private",
        "addr add 10.78.0.1/24 dev link0",
        "link set link0 up",
      );
    },
  },
];

for (const { name, build } of links) {
  systemTest({
    name: `stamps find their datagrams by content over ${name}`,
    namespaces: true,
    tools: ["tcpdump"],
  }, async () => {
    await using pair = await VethPair.open();
    await build(pair);
    const far = addressNumber("10.78.0.2");
    using socket = openRawSocket(pair.near, { attribution });
    await exchange(socket, [far], 1, { firstKey: 60_000 });
    await using capture = await startCapture(pair.near, "link0");
    const count = 300;
    const batches = await exchange(socket, Array(count).fill(far), count);
    const wire = await capture.until(count - 1);
    const keys = Array.from({ length: count }, (_, key) => key);
    assertEquals(batches.stamps.map(({ key }) => key), keys);
    assertStampsBetween(batches.stamps, wire, socket);
    const queued = new Map(batches.queueStamps.toReversed().map(({ key, at }) => [key, at]));
    for (const { key, at } of batches.stamps) {
      const queuedAt = queued.get(key) as Instant;
      assertLessOrEqual((batches.sentAt[key] as Instant).realtimeNs, queuedAt.realtimeNs);
      assertLessOrEqual(queuedAt.realtimeNs, at.realtimeNs);
    }
  });
}

systemTest({
  name: "stamps find their datagrams by content on a link without headers (tun)",
  namespaces: true,
  tools: ["python3"],
}, async () => {
  await using near = await Namespace.open();
  await near.ip(
    "tuntap add dev tun0 mode tun",
    "addr add 10.78.0.1/24 dev tun0",
    "link set tun0 up",
  );
  const script = `import fcntl, os, struct
tun = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tun, 0x400454ca, struct.pack("16sH22x", b"tun0", 0x1001))
print("open", flush=True)
while True: os.read(tun, 2048)`;
  await using reader = near.spawn(["python3", "-c", script]);
  await reader.output(/open/);
  // The kernel drops what is sent before it has given a device that is open its queue.
  await until("tun0 has a queue", async () => {
    const { stdout } = await near.mustRun(["ip", "link", "show", "tun0"]);
    return !stdout.includes("qdisc noop") && !stdout.includes("NO-CARRIER");
  });
  using socket = openRawSocket(near, { attribution });
  const { outcomes, stamps, queueStamps } = await exchange(
    socket,
    Array(20).fill(addressNumber("10.78.0.2")),
    0,
  );
  assertEquals(new Set(outcomes), new Set(["ok"]));
  const keys = Array.from({ length: 20 }, (_, key) => key);
  assertEquals([stamps, queueStamps].map((each) => each.map(({ key }) => key)), [keys, keys]);
});

systemTest({
  name: "stamps find the last fragment of a datagram by content",
  namespaces: true,
}, async () => {
  await using pair = await VethPair.open();
  const far = addressNumber(pair.farAddress);
  using socket = openRawSocket(pair.near, { attribution, icmpTypes: [0], slotBytes: 8192 });
  const sender = new FragmentingSender(socket);
  const stamps: TransmitStamp[] = [];
  for (let key = 0; key < 10; key++) {
    const bytes = buildRequest(far, key, { type: 8, icmpBytes: 4000 });
    const [result] = sender.send([{ destination: far, bytes, key }]);
    assertEquals(result?.ok, true);
    const came = await exchange(socket, [], 1);
    stamps.push(...came.queueStamps, ...came.stamps);
  }
  // Fragments before the last have keys that no probe has.
  const own = stamps.filter(({ key }) => key < 10).map(({ key, moment }) => `${key} ${moment}`);
  const expected = Array.from({ length: 10 }, (_, key) => [`${key} queue`, `${key} driver`]).flat();
  assertEquals(own, expected);
});

systemTest({
  name: "no stamp goes to the wrong datagram where a queue overflows and the same is sent again",
  namespaces: true,
  tools: ["tc", "tcpdump", "ping"],
}, async () => {
  await using pair = await VethPair.open();
  await pair.near.mustRun(["ping", "-c", "1", pair.farAddress]);
  const shaper = ["tbf", "rate", "40kbit", "burst", "1600", "limit", "1000"];
  await pair.near.mustRun(["tc", "qdisc", "add", "dev", pair.device, "root", ...shaper]);
  const far = addressNumber(pair.farAddress);
  using socket = openRawSocket(pair.near, { attribution });
  await using capture = await startCapture(pair.near, pair.device);
  const stamps: TransmitStamp[] = [];
  const accepted: number[] = [];
  const windows = new Map<number, readonly [fromNs: number, toNs: number]>();
  const count = 100;
  let pending = Array.from({ length: count }, (_, key) => key);
  let refused = 0;
  for (let turn = 0; pending.length > 0; turn++) {
    const fromNs = socket.clock.now().realtimeNs;
    const results = socket.send(
      pending.map((key) => ({ destination: far, bytes: buildRequest(far, key), key })),
    );
    const toNs = socket.clock.now().realtimeNs;
    for (const [index, result] of results.entries()) {
      const key = pending[index] as number;
      if (!result.ok) {
        assertEquals(result.error.code, "ENOBUFS");
        refused++;
        continue;
      }
      accepted.push(key);
      windows.set(key, [fromNs, toNs]);
    }
    pending = pending.filter((key) => !windows.has(key));
    await socket.pause(5);
    // The stamps of refused datagrams are read late, behind those of the same datagrams sent again.
    if (turn % 3 === 0) stamps.push(...socket.receiveTransmitStamps());
    while (socket.receive().length > 0);
  }
  const wire = await capture.until(accepted.at(-1) as number);
  stamps.push(...socket.receiveTransmitStamps());
  assertGreater(refused, 20);
  const left = stamps.filter(({ moment }) => moment === "driver");
  assertEquals(left.map(({ key }) => key), accepted);
  assertStampsBetween(left, wire, socket);
  const queued = new Map<number, number>();
  for (const { key, moment, at } of stamps) {
    if (moment === "queue") queued.set(key, queued.get(key) ?? at.realtimeNs);
  }
  assertEquals(
    [...queued.keys()].toSorted((a, b) => a - b),
    Array.from({ length: count }, (_, i) => i),
  );
  for (const [key, atNs] of queued) {
    const [fromNs, toNs] = windows.get(key) ?? [NaN, NaN];
    assert(fromNs <= atNs && atNs <= toNs, `datagram ${key}: of a refused try`);
  }
});

/**
 * Datagrams are handed to the driver one after the other, so a stamp that lies between a datagram's capture and the next
 * one's is its own.
 */
function assertStampsBetween(
  stamps: readonly TransmitStamp[],
  wire: readonly CapturedTimestamp[],
  socket: RawSocket,
): void {
  const queries = wire.filter(({ kind }) => kind === "query");
  const baseSeconds = socket.clock.baseUnixMs / 1000;
  const realtimeNs = ({ unixSeconds, nanoseconds }: CapturedTimestamp) =>
    (unixSeconds - baseSeconds) * 1e9 + nanoseconds;
  assertEquals(queries.map(({ sequence }) => sequence), stamps.map(({ key }) => key));
  for (const [place, { key, at }] of stamps.entries()) {
    const own = queries[place] as CapturedTimestamp;
    assertLessOrEqual(realtimeNs(own), at.realtimeNs, `datagram ${key}`);
    const next = queries[place + 1];
    if (next !== undefined) assertLessOrEqual(at.realtimeNs, realtimeNs(next), `datagram ${key}`);
  }
}
