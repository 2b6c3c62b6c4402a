/** What the kernel's refusals mean for one datagram. */

import type { RawOutgoing } from "./datagram.ts";
import { errnoCode, errnoNumber, SystemError } from "./errno.ts";
import { addressText } from "./socket_address.ts";

/** Errors that can only come from this program's own mistake, or a closed descriptor. */
const fatal: ReadonlySet<string> = new Set(["EBADF", "EFAULT", "EINVAL", "ENOTSOCK", "ENOSYS"]);

/** The error of one datagram that the kernel refused. */
export function sendError(syscall: string, errno: number, datagram: RawOutgoing): SystemError {
  return new SystemError(syscall, errno, `send to ${addressText(datagram.destination)}`);
}

/** The error of one datagram that is longer than a slot: EMSGSIZE, as the kernel's own for one beyond the MTU. */
export function tooLongError(datagram: RawOutgoing, mostBytes: number): SystemError {
  const { bytes, destination } = datagram;
  const action = `send ${bytes.length} bytes to ${addressText(destination)}, want ≤ ${mostBytes}`;
  return new SystemError("sendmmsg", errnoNumber("EMSGSIZE"), action);
}

/**
 * Lets an error of the network pass (it belongs to some earlier datagram, and reading it has cleared it).
 *
 * @throws {SystemError} for an error that would come back for ever
 */
export function checkReceiveErrno(syscall: string, errno: number): void {
  if (!fatal.has(errnoCode(errno))) return;
  throw new SystemError(syscall, errno, "receive from the raw socket");
}
