// The kernel's filter of a sweep: what it lets through to the program, and what it does not.

import { assertEquals } from "@std/assert";
import { BulkRawSocket } from "../../ffi/bulk_raw_socket.ts";
import { timestampReplyFilter } from "../../ffi/packet_filter.ts";
import { ReplySocket } from "../../ffi/reply_socket.ts";
import { emitDatagram, type IcmpFields } from "../../src/packet/mod.ts";
import { Namespace } from "../support/namespace.ts";
import { systemTest } from "../support/tools.ts";

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

systemTest({
  name: "the filter lets through timestamp replies and errors about requests, and nothing else",
  namespaces: true,
}, async () => {
  await using namespace = await Namespace.open();
  const baseUnixMs = Math.floor(Date.now() / 86_400_000) * 86_400_000;
  using sockets = openInside(namespace, baseUnixMs);
  const { replies, sender } = sockets;
  for (const [name, bytes, passes] of cases) {
    const frame = new Uint8Array(sender.batch.view.buffer, sender.batch.firstFrame);
    frame.fill(0, 0, sender.batch.strideBytes - 16);
    frame.set(bytes);
    sender.batch.view.setUint32(sender.batch.firstFrame + (sender.batch.addressDelta ?? 0), HOST);
    sender.transmit(0, 1);
    await replies.wait(2);
    const heard: string[] = [];
    for (let count = replies.receive(); count > 0; count = replies.receive()) {
      for (let index = 0; index < count; index++) {
        const start = index * replies.slotBytes;
        heard.push(String(replies.bytes[start + ((replies.bytes[start] as number) & 15) * 4]));
        const ageMs = Date.now() - baseUnixMs - replies.receivedRealtimeNs(index) / 1e6;
        assertEquals(ageMs >= -1 && ageMs < 5000, true, `${name}: stamped ${ageMs} ms ago`);
      }
    }
    const type = String(bytes[((bytes[0] as number) & 15) * 4]);
    // Loopback answers our request with a reply of its own: that one may pass.
    const expected = name === "our own request" ? ["14"] : passes ? [type] : [];
    assertEquals(heard, expected, name);
  }
  assertEquals(replies.droppedDatagrams(), 0);
});

function openInside(namespace: Namespace, baseUnixMs: number) {
  using _inside = namespace.enter();
  const filter = timestampReplyFilter();
  const replies = ReplySocket.open({ filter, capacity: 8, bufferBytes: 1 << 20, baseUnixMs });
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
