import { assertEquals } from "@std/assert";
import {
  IP_RECVERR,
  SCM_TSTAMP_SCHED,
  SCM_TSTAMP_SND,
  SO_EE_ORIGIN_TIMESTAMPING,
  SO_RXQ_OVFL,
  SO_TIMESTAMPING,
} from "../../../ffi/linux/constants.ts";
import { IPPROTO_IP, SOL_SOCKET } from "../../../ffi/posix/constants.ts";
import {
  createReceivedControl,
  KEY_CONTROL_BYTES,
  readControl,
  RECEIVE_CONTROL_BYTES,
  writeKeyControl,
} from "../../../ffi/linux/control_message.ts";
import { alignUp, Cmsghdr, SockExtendedErr } from "../../../ffi/linux/layout.ts";

const base = 24;
const silent = { stamped: false, dropped: -1, transmitKey: -1 };

/** Control messages as the kernel lays them out, `base` bytes into a dirty buffer. */
function layOut(messages: readonly (readonly [level: number, type: number, data: DataView])[]) {
  const bytes = new Uint8Array(base + 256).fill(0xa5);
  const view = new DataView(bytes.buffer);
  let offset = base;
  for (const [level, type, data] of messages) {
    const messageBytes = Cmsghdr.size + data.byteLength;
    view.setBigUint64(offset + Cmsghdr.length, BigInt(messageBytes), true);
    view.setInt32(offset + Cmsghdr.level, level, true);
    view.setInt32(offset + Cmsghdr.type, type, true);
    bytes.set(new Uint8Array(data.buffer), offset + Cmsghdr.data);
    offset += alignUp(messageBytes, Cmsghdr.alignment);
  }
  return { view, lengthBytes: offset - base };
}

function stamp(seconds: bigint, ns: bigint): DataView {
  return new DataView(new BigInt64Array([seconds, ns, 0n, 0n, 0n, 0n]).buffer);
}

function extendedError(origin: number, info: number, data: number): DataView {
  const view = new DataView(new ArrayBuffer(SockExtendedErr.size + 16));
  view.setUint8(SockExtendedErr.origin, origin);
  view.setUint32(SockExtendedErr.info, info, true);
  view.setUint32(SockExtendedErr.data, data, true);
  return view;
}

const word = (value: number) => new DataView(new Uint32Array([value]).buffer);

function read(view: DataView, lengthBytes: number) {
  const control = createReceivedControl();
  readControl(view, base, lengthBytes, control);
  return control;
}

Deno.test("a stamp and a drop count are read, whatever stands between them", () => {
  const { view, lengthBytes } = layOut([
    [SOL_SOCKET, SO_TIMESTAMPING, stamp(5_000_000_000n, 999_999_999n)],
    [SOL_SOCKET, 77, word(1)],
    [SOL_SOCKET, SO_RXQ_OVFL, word(0xffff_fffe)],
  ]);
  assertEquals(read(view, lengthBytes), {
    stamped: true,
    stampSeconds: 5_000_000_000,
    stampNs: 999_999_999,
    dropped: 0xffff_fffe,
    moment: undefined,
    transmitKey: -1,
    mtuBytes: 0,
  });
});

Deno.test("a transmit stamp carries its moment, and its key, up to 32 bits", () => {
  const moments = [[SCM_TSTAMP_SCHED, "queue"], [SCM_TSTAMP_SND, "driver"]] as const;
  for (const [info, expected] of moments) {
    const { view, lengthBytes } = layOut([
      [SOL_SOCKET, SO_TIMESTAMPING, stamp(7n, 8n)],
      [IPPROTO_IP, IP_RECVERR, extendedError(SO_EE_ORIGIN_TIMESTAMPING, info, 0xffff_ffff)],
    ]);
    const { stampSeconds, stampNs, moment, transmitKey } = read(view, lengthBytes);
    assertEquals([stampSeconds, stampNs, moment, transmitKey], [7, 8, expected, 0xffff_ffff]);
  }
});

Deno.test("an ICMP error on the error queue, or a stamp of another moment, is no transmit stamp", () => {
  const scmAcknowledged = 2;
  for (
    const [origin, info] of [
      [2, SCM_TSTAMP_SND],
      [SO_EE_ORIGIN_TIMESTAMPING, scmAcknowledged],
    ] as const
  ) {
    const { view, lengthBytes } = layOut([
      [IPPROTO_IP, IP_RECVERR, extendedError(origin, info, 9)],
    ]);
    assertEquals(read(view, lengthBytes).moment, undefined);
  }
});

Deno.test("no stamp is read from a message that says its time is unknown", () => {
  const { view, lengthBytes } = layOut([[SOL_SOCKET, SO_TIMESTAMPING, stamp(0n, 0n)]]);
  assertEquals(read(view, lengthBytes).stamped, false);
});

Deno.test("what the last message said is not said again of the next", () => {
  const { view, lengthBytes } = layOut([[SOL_SOCKET, SO_RXQ_OVFL, word(3)]]);
  const control = createReceivedControl();
  readControl(view, base, lengthBytes, control);
  assertEquals(control.dropped, 3);
  readControl(view, base, 0, control);
  assertEquals(control.dropped, -1);
});

Deno.test("a length that lies ends the reading", () => {
  for (const lie of [0, 1, Cmsghdr.size - 1, Cmsghdr.size + 9, 0x7fff_ffff, 0xffff_ffff]) {
    const { view, lengthBytes } = layOut([[SOL_SOCKET, SO_RXQ_OVFL, word(3)]]);
    view.setUint32(base + Cmsghdr.length, lie, true);
    const { stamped, dropped, transmitKey } = read(view, lengthBytes);
    assertEquals({ stamped, dropped, transmitKey }, silent, `length ${lie}`);
  }
});

Deno.test("data shorter than its type needs is passed over", () => {
  const { view, lengthBytes } = layOut([
    [SOL_SOCKET, SO_TIMESTAMPING, word(1)],
    [IPPROTO_IP, IP_RECVERR, word(1)],
    [SOL_SOCKET, SO_RXQ_OVFL, word(4)],
  ]);
  const { stamped, dropped, transmitKey } = read(view, lengthBytes);
  assertEquals({ stamped, dropped, transmitKey }, { ...silent, dropped: 4 });
});

Deno.test("a key is written as one control message and nothing beside it", () => {
  const bytes = new Uint8Array(base + KEY_CONTROL_BYTES + 8).fill(0xa5);
  writeKeyControl(new DataView(bytes.buffer), base, 0x8000_0001);
  const expected = new Uint8Array(bytes.length).fill(0xa5);
  // length 20, level SOL_SOCKET, type SCM_TS_OPT_ID (81), the key; the padding is left alone.
  expected.set([20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 81, 0, 0, 0, 1, 0, 0, 0x80], base);
  assertEquals(bytes, expected);
});

Deno.test("the receive area holds a stamp, a drop count and an error with its source", () => {
  const { lengthBytes } = layOut([
    [SOL_SOCKET, SO_TIMESTAMPING, stamp(1n, 2n)],
    [SOL_SOCKET, SO_RXQ_OVFL, word(1)],
    [IPPROTO_IP, IP_RECVERR, extendedError(SO_EE_ORIGIN_TIMESTAMPING, 0, 1)],
  ]);
  assertEquals(lengthBytes <= RECEIVE_CONTROL_BYTES, true);
});
