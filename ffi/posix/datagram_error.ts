/** What the kernel's refusals mean for one datagram. */

import type { SendError } from "../../src/probe/transport.ts";
import type { OutgoingDatagram } from "../../src/probe/transport.ts";
import { EMSGSIZE, errnoCode, SystemError } from "./errno.ts";
import { addressText } from "./socket_address.ts";

/** Errors that can only come from this program's own mistake, or a closed descriptor. */
const FATAL: ReadonlySet<string> = new Set(["EBADF", "EFAULT", "EINVAL", "ENOTSOCK", "ENOSYS"]);

/** The kernel refused one datagram. */
export class SendRefusal extends SystemError implements SendError {
  /** EMSGSIZE: the longest datagram that the interface takes; undefined when the kernel did not say. */
  readonly mtuBytes: number | undefined;

  /** As {@linkcode SystemError}. */
  constructor(syscall: string, errno: number, action: string, mtuBytes?: number) {
    super(syscall, errno, action);
    this.mtuBytes = mtuBytes;
  }
}

/**
 * The error of one datagram that the kernel refused.
 *
 * @param mtuBytes for EMSGSIZE: what the kernel says that the interface takes
 */
export function sendError(
  syscall: string,
  errno: number,
  { bytes, destination }: OutgoingDatagram,
  mtuBytes?: number,
): SendRefusal {
  const address = addressText(destination);
  const action = errno !== EMSGSIZE
    ? `send to ${address}`
    : `send ${bytes.length} bytes to ${address}` +
      (mtuBytes === undefined ? "" : ` with an MTU of ${mtuBytes}`);
  return new SendRefusal(syscall, errno, action, mtuBytes);
}

/** The error of one datagram that is longer than a slot: EMSGSIZE, as the kernel's own for one beyond the MTU. */
export function tooLongError(datagram: OutgoingDatagram, maxBytes: number): SendRefusal {
  const { bytes, destination } = datagram;
  const address = addressText(destination);
  const action = `send ${bytes.length} bytes to ${address}, expected ≤ ${maxBytes}`;
  return new SendRefusal("sendmmsg", EMSGSIZE, action);
}

/** Errors that ICMP can leave behind on a socket (icmp_err_convert of net/ipv4/icmp.c). */
const NETWORK: ReadonlySet<string> = new Set([
  ...["ENETUNREACH", "EHOSTUNREACH", "ENOPROTOOPT", "ECONNREFUSED", "EMSGSIZE", "EOPNOTSUPP"],
  ...["EHOSTDOWN", "ENONET", "EPROTO", "EACCES"],
]);

/**
 * Judges why a receive call failed. An error of the network passes: it belongs to some earlier datagram, and reading it has
 * cleared it.
 *
 * @returns an error of this machine, that may have cost replies and may not come again
 * @throws {SystemError} for an error that would come back for ever
 */
export function checkReceiveErrno(syscall: string, errno: number): SystemError | undefined {
  const code = errnoCode(errno);
  if (NETWORK.has(code)) return undefined;
  const error = new SystemError(syscall, errno, "receive replies");
  if (FATAL.has(code)) throw error;
  return error;
}
