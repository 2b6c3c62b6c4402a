/** What the driver of a network interface can stamp (ethtool(8), ETHTOOL_GET_TS_INFO). */

import { platform } from "../platform.ts";
import { requireLinux } from "../posix/socket_option.ts";
import { AF_INET, IF_NAMESIZE, SOCK_DGRAM } from "../posix/constants.ts";
import { checkResult } from "../posix/errno.ts";
import { openLibc } from "../posix/libc.ts";
import { cString } from "../posix/socket_address.ts";
import {
  ETHTOOL_GET_TS_INFO,
  SIOCETHTOOL,
  SOCK_CLOEXEC,
  SOF_TIMESTAMPING_RX_HARDWARE,
  SOF_TIMESTAMPING_RX_SOFTWARE,
  SOF_TIMESTAMPING_TX_HARDWARE,
  SOF_TIMESTAMPING_TX_SOFTWARE,
} from "./constants.ts";
import { EthtoolTsInfo, Ifreq } from "./layout.ts";
import { openLinuxLibc } from "./libc.ts";

/** What an interface's driver can stamp. */
export interface StampSupport {
  /** The driver stamps what it sends. */
  readonly transmitSoftware: boolean;
  /** The kernel stamps what it receives; true on every Linux. */
  readonly receiveSoftware: boolean;
  /** The card itself can stamp both ways. icmptime does not use that. */
  readonly hardware: boolean;
}

/**
 * Reads what an interface's driver can stamp (ETHTOOL_GET_TS_INFO).
 *
 * Memory: C reads the request and writes the answer, both held during the call.
 *
 * @throws {SystemError} ENOSYS on another system, ENODEV for an unknown interface, EOPNOTSUPP when the driver does not say
 * @throws {RangeError} when the name is too long for an interface
 */
export function readStampSupport(interfaceName: string): StampSupport {
  requireLinux(platform.hasErrorQueue, `read what interface ${interfaceName} can stamp`);
  const name = cString(interfaceName);
  if (name.length > IF_NAMESIZE) {
    const most = IF_NAMESIZE - 1;
    throw new RangeError(
      `Cannot look up interface ${interfaceName}: too long, expected ≤ ${most} bytes`,
    );
  }
  const answer = new DataView(new ArrayBuffer(EthtoolTsInfo.size));
  answer.setUint32(EthtoolTsInfo.command, ETHTOOL_GET_TS_INFO, true);
  const request = new Uint8Array(Ifreq.size);
  request.set(name, Ifreq.name);
  const answerAddress = Deno.UnsafePointer.value(Deno.UnsafePointer.of(answer));
  new DataView(request.buffer).setBigUint64(Ifreq.data, answerAddress, true);
  const libc = openLibc();
  const socket = libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  checkResult(socket, "socket", "open a socket to look up interfaces");
  try {
    const result = openLinuxLibc().ioctl(socket, BigInt(SIOCETHTOOL), request);
    checkResult(result, "ioctl", `read what interface ${interfaceName} can stamp`);
  } finally {
    libc.close(socket);
  }
  const flags = answer.getUint32(EthtoolTsInfo.flags, true);
  const hardware = SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE;
  return {
    transmitSoftware: (flags & SOF_TIMESTAMPING_TX_SOFTWARE) !== 0,
    receiveSoftware: (flags & SOF_TIMESTAMPING_RX_SOFTWARE) !== 0,
    hardware: (flags & hardware) === hardware,
  };
}
