/** Control messages of sockets (cmsg(3)) that carry time stamps, keys and drop counts. */

import type { TransmitMoment } from "../../src/probe/transport.ts";
import {
  IP_RECVERR,
  SCM_TS_OPT_ID,
  SCM_TSTAMP_SCHED,
  SCM_TSTAMP_SND,
  SO_EE_ORIGIN_LOCAL,
  SO_EE_ORIGIN_TIMESTAMPING,
  SO_RXQ_OVFL,
  SO_TIMESTAMPING,
} from "./constants.ts";
import { IPPROTO_IP, SOL_SOCKET } from "../posix/constants.ts";
import { EMSGSIZE } from "../posix/errno.ts";
import { alignUp, Cmsghdr, cmsgLength, cmsgSpace, SockExtendedErr } from "./layout.ts";
import { SockaddrIn, Timespec } from "../posix/layout.ts";

/** Control bytes for one datagram that is sent with its key. */
export const KEY_CONTROL_BYTES: number = cmsgSpace(4);

/** Control bytes for one datagram received, or one error queue entry: stamps, drop count, error and its source. */
export const RECEIVE_CONTROL_BYTES: number = cmsgSpace(3 * Timespec.size) + cmsgSpace(4) +
  cmsgSpace(SockExtendedErr.size + SockaddrIn.size);

/** What the control messages of one received message said. Made once and filled again for each message. */
export interface ReceivedControl {
  /** The message carried a software stamp. */
  stamped: boolean;
  /** The stamp's whole seconds since 1970. */
  stampSeconds: number;
  /** The stamp's nanoseconds, 0..999 999 999. */
  stampNs: number;
  /** Datagrams dropped so far because the receive buffer was full, modulo 2^32; -1 when not reported. */
  dropped: number;
  /** Which of a datagram's moments the transmit stamp is of; undefined when this is no transmit stamp. */
  moment: TransmitMoment | undefined;
  /** Key of the transmit stamp, an unsigned 32-bit number, 0 where datagrams have none; -1 when this is no such stamp. */
  transmitKey: number;
  /** MTU of a local refusal for a datagram's length; 0 when this is none. */
  mtuBytes: number;
}

/** By SCM_TSTAMP_*. */
const MOMENTS: Readonly<Record<number, TransmitMoment>> = {
  [SCM_TSTAMP_SND]: "driver",
  [SCM_TSTAMP_SCHED]: "queue",
};

/** A {@linkcode ReceivedControl} that says nothing. */
export function createReceivedControl(): ReceivedControl {
  return {
    stamped: false,
    stampSeconds: 0,
    stampNs: 0,
    dropped: -1,
    moment: undefined,
    transmitKey: -1,
    mtuBytes: 0,
  };
}

/**
 * Writes the control message that gives a datagram its transmit key (SCM_TS_OPT_ID, Linux 6.13).
 *
 * @param view memory with {@linkcode KEY_CONTROL_BYTES} from `offset`
 * @param key unsigned 32-bit number
 */
export function writeKeyControl(view: DataView, offset: number, key: number): void {
  view.setUint32(offset + Cmsghdr.length, cmsgLength(4), true);
  view.setUint32(offset + Cmsghdr.length + 4, 0, true);
  view.setInt32(offset + Cmsghdr.level, SOL_SOCKET, true);
  view.setInt32(offset + Cmsghdr.type, SCM_TS_OPT_ID, true);
  view.setUint32(offset + Cmsghdr.data, key, true);
}

/**
 * Reads the control messages of one received message into `control`. Unknown ones are passed over; a length that
 * leads outside `lengthBytes` ends the reading.
 *
 * @param view memory that holds them
 * @param offset where they start, in bytes
 * @param lengthBytes how long they are together
 */
export function readControl(
  view: DataView,
  offset: number,
  lengthBytes: number,
  control: ReceivedControl,
): void {
  control.stamped = false;
  control.dropped = -1;
  control.moment = undefined;
  control.transmitKey = -1;
  control.mtuBytes = 0;
  const end = offset + lengthBytes;
  while (offset + Cmsghdr.size <= end) {
    const messageBytes = view.getUint32(offset + Cmsghdr.length, true);
    if (messageBytes < Cmsghdr.size || offset + messageBytes > end) return;
    const level = view.getInt32(offset + Cmsghdr.level, true);
    const type = view.getInt32(offset + Cmsghdr.type, true);
    const data = offset + Cmsghdr.data;
    const dataBytes = messageBytes - Cmsghdr.size;
    if (level === SOL_SOCKET && type === SO_TIMESTAMPING && dataBytes >= Timespec.size) {
      control.stampSeconds = view.getUint32(data + Timespec.seconds, true) +
        view.getUint32(data + Timespec.seconds + 4, true) * 2 ** 32;
      control.stampNs = view.getUint32(data + Timespec.nanoseconds, true);
      control.stamped = control.stampSeconds !== 0;
    } else if (level === SOL_SOCKET && type === SO_RXQ_OVFL && dataBytes >= 4) {
      control.dropped = view.getUint32(data, true);
    } else if (
      level === IPPROTO_IP && type === IP_RECVERR && dataBytes >= SockExtendedErr.size &&
      view.getUint8(data + SockExtendedErr.origin) === SO_EE_ORIGIN_TIMESTAMPING
    ) {
      control.moment = MOMENTS[view.getUint32(data + SockExtendedErr.info, true)];
      control.transmitKey = view.getUint32(data + SockExtendedErr.data, true);
    } else if (
      level === IPPROTO_IP && type === IP_RECVERR && dataBytes >= SockExtendedErr.size &&
      view.getUint8(data + SockExtendedErr.origin) === SO_EE_ORIGIN_LOCAL &&
      view.getUint32(data + SockExtendedErr.errno, true) === EMSGSIZE
    ) {
      control.mtuBytes = view.getUint32(data + SockExtendedErr.info, true);
    }
    offset += alignUp(messageBytes, Cmsghdr.alignment);
  }
}
