/** How the kernel says which datagram a transmit stamp is of. */

import { MSG_PROBE } from "./constants.ts";
import { MSG_DONTWAIT } from "../posix/constants.ts";
import { KEY_CONTROL_BYTES, writeKeyControl } from "./control_message.ts";
import { errnoNumber, readErrno } from "../posix/errno.ts";
import { openLibc } from "../posix/libc.ts";
import { MessageBatch } from "./message_batch.ts";
import { enableTransmitStamps } from "./socket_option.ts";

/**
 * `key`: each datagram goes out with a number, which comes back with its stamps (SCM_TS_OPT_ID, Linux 6.13).
 * `content`: the datagram itself comes back with its stamps.
 */
export type StampAttribution = "key" | "content";

/** A message that a kind of socket checks, with its control messages, but does not send. */
export interface UnsentMessage {
  /** What is handed to sendmsg. */
  readonly bytes: Uint8Array;
  /** Where to, an unsigned 32-bit number. */
  readonly destination: number;
}

/**
 * Asks for transmit stamps: with keys where the kernel takes them.
 *
 * @param asked the one to use; the best that the kernel has by default
 * @param unsent what the kernel is asked with; a raw socket's by default
 * @returns the one in use; undefined when the kernel stamps nothing
 */
export function chooseAttribution(
  descriptor: number,
  asked: StampAttribution | undefined,
  unsent: UnsentMessage = rawMessage,
): StampAttribution | undefined {
  if (asked !== "content") {
    if (!enableTransmitStamps(descriptor, true)) return undefined;
    if (takesKeys(descriptor, unsent)) return "key";
    if (asked === "key") return undefined;
  }
  return enableTransmitStamps(descriptor, false) ? "content" : undefined;
}

/**
 * Asks the kernel whether it takes keys in control messages, with a datagram that is not sent: an older kernel answers
 * EINVAL to the unknown control message.
 */
function takesKeys(descriptor: number, { bytes, destination }: UnsentMessage): boolean {
  const batch = new MessageBatch({
    slots: 1,
    payloadBytes: bytes.length,
    controlBytes: KEY_CONTROL_BYTES,
  });
  writeKeyControl(batch.view, batch.controlOffset(0), 0);
  batch.fill(0, bytes, destination, KEY_CONTROL_BYTES);
  const result = openLibc().sendmsg(descriptor, batch.pointerAt(0), MSG_PROBE | MSG_DONTWAIT);
  return result >= 0 || readErrno() !== errnoNumber("EINVAL");
}

/**
 * For a raw socket, which MSG_PROBE keeps from sending: a bare IPv4 header to 127.0.0.1 (version and length, total
 * length 20, TTL 1, ICMP; the rest is for the kernel to fill in).
 */
const rawMessage: UnsentMessage = {
  bytes: Uint8Array.of(0x45, 0, 0, 20, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 127, 0, 0, 1),
  destination: 0x7f000001,
};
