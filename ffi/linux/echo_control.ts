/** Control messages of an echo socket (ip(7), cmsg(3)): what a raw socket would have read in the IPv4 header. */

import { IP_PKTINFO, IP_RECVERR, SO_EE_ORIGIN_ICMP } from "./constants.ts";
import { IP_TOS, IP_TTL, IPPROTO_IP } from "../posix/constants.ts";
import { RECEIVE_CONTROL_BYTES } from "./control_message.ts";
import { alignUp, Cmsghdr, cmsgSpace, InPktinfo, SockExtendedErr } from "./layout.ts";
import { SockaddrIn } from "../posix/layout.ts";

/** Control bytes for one datagram received, or one error queue entry. */
export const ECHO_CONTROL_BYTES: number = RECEIVE_CONTROL_BYTES + 2 * cmsgSpace(4) +
  cmsgSpace(InPktinfo.size);

/** What the control messages of one received message said. Made once and filled again for each message. */
export interface EchoControl {
  /** Time to live; 0 when not reported. */
  ttl: number;
  /** Type of service octet; 0 when not reported. */
  tos: number;
  /** Destination address; 0 when not reported. */
  destination: number;
  /** Type of the ICMP error that it is about; -1 when it is about none. */
  errorType: number;
  /** Code of the ICMP error. */
  errorCode: number;
  /** `ee_info` of the ICMP error. */
  errorInfo: number;
  /** Address of the sender of the ICMP error. */
  offender: number;
}

/** An {@linkcode EchoControl} that says nothing. */
export function createEchoControl(): EchoControl {
  return {
    ttl: 0,
    tos: 0,
    destination: 0,
    errorType: -1,
    errorCode: 0,
    errorInfo: 0,
    offender: 0,
  };
}

/**
 * Reads the control messages of one received message into `control`; others are passed over, and a length that leads
 * outside `lengthBytes` ends the reading.
 *
 * @param view memory that holds them
 * @param offset where they start, in bytes
 * @param lengthBytes how long they are together
 */
export function readEchoControl(
  view: DataView,
  offset: number,
  lengthBytes: number,
  control: EchoControl,
): void {
  control.ttl = control.tos = control.destination = 0;
  control.errorType = -1;
  const end = offset + lengthBytes;
  while (offset + Cmsghdr.size <= end) {
    const messageBytes = view.getUint32(offset + Cmsghdr.length, true);
    if (messageBytes < Cmsghdr.size || offset + messageBytes > end) return;
    if (view.getInt32(offset + Cmsghdr.level, true) === IPPROTO_IP) {
      const type = view.getInt32(offset + Cmsghdr.type, true);
      readOne(view, type, offset + Cmsghdr.data, messageBytes - Cmsghdr.size, control);
    }
    offset += alignUp(messageBytes, Cmsghdr.alignment);
  }
}

function readOne(
  view: DataView,
  type: number,
  data: number,
  dataBytes: number,
  control: EchoControl,
): void {
  if (type === IP_TTL && dataBytes >= 4) control.ttl = view.getUint32(data, true) & 0xff;
  else if (type === IP_TOS && dataBytes >= 1) control.tos = view.getUint8(data);
  else if (type === IP_PKTINFO && dataBytes >= InPktinfo.size) {
    control.destination = view.getUint32(data + InPktinfo.destination);
  } else if (
    type === IP_RECVERR && dataBytes >= SockExtendedErr.size + SockaddrIn.size &&
    view.getUint8(data + SockExtendedErr.origin) === SO_EE_ORIGIN_ICMP
  ) {
    control.errorType = view.getUint8(data + SockExtendedErr.type);
    control.errorCode = view.getUint8(data + SockExtendedErr.code);
    control.errorInfo = view.getUint32(data + SockExtendedErr.info, true);
    control.offender = view.getUint32(data + SockExtendedErr.size + SockaddrIn.address);
  }
}
