// What the sockets of a sweep know of the queue in front of a slow link.

import { assert, assertEquals } from "@std/assert";
import { BulkRawSocket } from "../../ffi/scan/bulk_raw_socket.ts";
import { PacketSocket } from "../../ffi/scan/packet_socket.ts";
import { findInterfaceIndex } from "../../ffi/posix/interfaces.ts";
import { emitDatagram } from "../../src/packet/mod.ts";
import { parseAddress } from "../../src/packet/address.ts";
import type { VethPair } from "../support/namespace.ts";
import { openSlowPair, readQueue } from "../support/slow_pair.ts";
import { systemTest } from "../support/tools.ts";

const PROBES = 200;
const NEAR = parseAddress("10.77.0.1") as number, FAR = parseAddress("10.77.0.2") as number;
const message = { kind: "timestamp-request", identifier: 1, sequence: 1, originateMs: 1 } as const;
const datagram = emitDatagram({ header: { source: NEAR, destination: FAR }, message });

/** A raw socket whose batch is the same probe over and over. */
function openRaw(pair: VethPair): BulkRawSocket {
  using _ = pair.near.enter();
  const socket = BulkRawSocket.open({ datagram, capacity: PROBES, sendBufferBytes: 1 << 20 });
  const { view, firstFrame, strideBytes, addressDelta = 0 } = socket.batch;
  for (let slot = 0; slot < PROBES; slot++) {
    view.setUint32(firstFrame + slot * strideBytes + addressDelta, FAR);
  }
  return socket;
}

systemTest({
  name: "what waits in a queue is counted, never too low, and is gone when the queue is",
  tools: ["tc", "ping"],
  namespaces: true,
}, async () => {
  await using pair = await openSlowPair("1m");
  using socket = openRaw(pair);
  assertEquals(socket.waiting(), 0);
  assertEquals(socket.transmit(0, PROBES), PROBES);
  const { waiting } = await readQueue(pair);
  assert(waiting > PROBES / 2, `${waiting} wait`);
  assert(socket.waiting() >= waiting, `${socket.waiting()} for ${waiting}`);
  assert(socket.waiting() < 3 * PROBES, `${socket.waiting()} for ${PROBES}`);
  await pair.near.mustRun(["tc", "qdisc", "del", "dev", pair.device, "root"]);
  assertEquals(socket.waiting(), 0);
});

systemTest({
  name: "a full queue is reported, and no probe in it counts as sent",
  tools: ["tc", "ping"],
  namespaces: true,
}, async () => {
  await using pair = await openSlowPair("2000");
  using socket = openRaw(pair);
  const sent = socket.transmit(0, PROBES);
  assert(sent > 20 && sent < PROBES, `${sent} sent`);
  assertEquals(socket.transmit(sent, PROBES - sent), 0);
  const queue = await readQueue(pair);
  assertEquals(sent, queue.sent + queue.waiting);
});

systemTest({
  name: "frames past the queueing discipline do not wait",
  tools: ["tc", "ping"],
  namespaces: true,
}, async () => {
  await using pair = await openSlowPair("1m");
  using socket = (() => {
    using _ = pair.near.enter();
    const frame = new Uint8Array(14 + datagram.length).fill(0xff, 0, 6);
    frame[12] = 8;
    frame.set(datagram, 14);
    const interfaceIndex = findInterfaceIndex(pair.device) as number;
    const sizes = { linkHeaderBytes: 14, capacity: PROBES, sendBufferBytes: 1 << 20 };
    return PacketSocket.open({ interfaceIndex, frame, ...sizes });
  })();
  assertEquals([socket.transmit(0, PROBES), socket.waiting()], [PROBES, 0]);
});
