/**
 * Netlink messages: requests, answers, and the attributes of both (netlink(7), rtnetlink(3)).
 *
 * A request is one message with attributes; the answer is one message, or for a table (NLM_F_DUMP) many,
 * the last of type NLMSG_DONE.
 */

import { platform } from "../platform.ts";
import { SOCK_CLOEXEC } from "./constants.ts";
import {
  AF_NETLINK,
  NETLINK_ROUTE,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
} from "./netlink_constants.ts";
import { SOCK_RAW } from "../posix/constants.ts";
import { checkResult, EINTR, readErrno, SystemError } from "../posix/errno.ts";
import { alignUp, Nlmsghdr, Rtattr, SockaddrNl } from "./layout.ts";
import { openLibc } from "../posix/libc.ts";

/** Room for one answer: the kernel fills at most 32 KiB at a time. */
const ANSWER_BYTES = 65_536;
/** The high bits of an attribute type are flags. */
const ATTRIBUTE_TYPE_MASK = 0x3fff;

/** What {@linkcode SystemError.syscall} says of a netlink socket that could not be opened. */
const NETLINK_SOCKET = "socket (netlink)";

/** An attribute to send. */
export type NetlinkAttribute = readonly [type: number, data: Uint8Array];

/** One message received. */
export interface NetlinkAnswer {
  /** Message type, RTM_*. */
  readonly type: number;
  /** The message without its header. */
  readonly view: DataView<ArrayBuffer>;
}

/** Whether this is the refusal of a netlink socket: a sandbox that allows other address families alone. */
export function isNetlinkRefused(error: unknown): error is SystemError {
  return error instanceof SystemError && error.syscall === NETLINK_SOCKET;
}

/** Why netlink cannot be used; undefined where it can, and on a system that has none. */
export function whyNoNetlink(): SystemError | undefined {
  if (!platform.hasErrorQueue) return undefined;
  try {
    openLibc().close(openNetlinkSocket("read routes and interfaces"));
    return undefined;
  } catch (error) {
    if (isNetlinkRefused(error)) return error;
    throw error;
  }
}

/**
 * Opens a netlink socket. The caller closes it.
 *
 * @param action what is attempted, to follow "Cannot"
 * @throws {SystemError} where the kernel gives none, see {@linkcode isNetlinkRefused}
 */
export function openNetlinkSocket(action: string): number {
  const descriptor = openLibc().socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  return checkResult(descriptor, NETLINK_SOCKET, `${action} (netlink)`);
}

/**
 * Sends one request and gathers its answers.
 *
 * @param type RTM_GET*
 * @param flags beside NLM_F_REQUEST
 * @param body fixed part of the message
 * @param attributes what follows it
 * @param action what is attempted, to follow "Cannot"
 * @throws {SystemError} when the kernel refuses
 */
export function requestNetlink(
  type: number,
  flags: number,
  body: Uint8Array,
  attributes: readonly NetlinkAttribute[],
  action: string,
): NetlinkAnswer[] {
  const libc = openLibc();
  const descriptor = openNetlinkSocket(action);
  try {
    const message = emitRequest(type, flags | NLM_F_REQUEST, body, attributes);
    const kernel = new Uint8Array(SockaddrNl.size);
    kernel[SockaddrNl.family] = AF_NETLINK;
    // Memory: sendto reads the message and the address during the call only.
    const sent = libc.sendto(
      descriptor,
      Deno.UnsafePointer.of(message),
      BigInt(message.length),
      0,
      Deno.UnsafePointer.of(kernel),
      kernel.length,
    );
    checkResult(sent, "sendto", action);
    return receiveAnswers(descriptor, (flags & NLM_F_DUMP) === NLM_F_DUMP, action);
  } finally {
    libc.close(descriptor);
  }
}

function emitRequest(
  type: number,
  flags: number,
  body: Uint8Array,
  attributes: readonly NetlinkAttribute[],
): Uint8Array<ArrayBuffer> {
  const room = attributes.reduce((sum, [, data]) => sum + alignUp(Rtattr.size + data.length, 4), 0);
  const view = new DataView(new ArrayBuffer(Nlmsghdr.size + body.length + room));
  const bytes = new Uint8Array(view.buffer);
  view.setUint32(Nlmsghdr.length, bytes.length, true);
  view.setUint16(Nlmsghdr.type, type, true);
  view.setUint16(Nlmsghdr.flags, flags, true);
  bytes.set(body, Nlmsghdr.size);
  let offset = Nlmsghdr.size + body.length;
  for (const [attributeType, data] of attributes) {
    view.setUint16(offset + Rtattr.length, Rtattr.size + data.length, true);
    view.setUint16(offset + Rtattr.type, attributeType, true);
    bytes.set(data, offset + Rtattr.size);
    offset += alignUp(Rtattr.size + data.length, 4);
  }
  return bytes;
}

function receiveAnswers(descriptor: number, isDump: boolean, action: string): NetlinkAnswer[] {
  const answers: NetlinkAnswer[] = [];
  while (true) {
    // A fresh buffer for each read: the answers refer to it. C writes to it during the call only.
    const buffer = new Uint8Array(ANSWER_BYTES);
    const length = openLibc().recvfrom(
      descriptor,
      Deno.UnsafePointer.of(buffer),
      BigInt(buffer.length),
      0,
      null,
      null,
    );
    if (length < 0) {
      const errno = readErrno();
      if (errno === EINTR) continue;
      throw new SystemError("recvfrom", errno, action);
    }
    if (takeMessages(buffer, length, answers, action) || !isDump) return answers;
  }
}

/** Splits what was read into messages. Returns whether the last of a dump was among them. */
export function takeMessages(
  buffer: Uint8Array<ArrayBuffer>,
  length: number,
  answers: NetlinkAnswer[],
  action: string,
): boolean {
  const view = new DataView(buffer.buffer);
  for (let offset = 0; offset + Nlmsghdr.size <= length;) {
    const messageLength = view.getUint32(offset + Nlmsghdr.length, true);
    if (messageLength < Nlmsghdr.size || offset + messageLength > length) return true;
    const type = view.getUint16(offset + Nlmsghdr.type, true);
    const body = new DataView(
      buffer.buffer,
      offset + Nlmsghdr.size,
      messageLength - Nlmsghdr.size,
    );
    if (type === NLMSG_DONE) return true;
    if (type === NLMSG_ERROR) {
      const errno = -body.getInt32(0, true);
      if (errno !== 0) throw new SystemError("netlink", errno, action);
    } else {
      answers.push({ type, view: body });
    }
    offset += alignUp(messageLength, 4);
  }
  return false;
}

/** The attributes after a message's fixed part, by type. */
export function readAttributes(
  message: DataView<ArrayBuffer>,
  start: number,
): Map<number, DataView<ArrayBuffer>> {
  const found = new Map<number, DataView<ArrayBuffer>>();
  for (let offset = start; offset + Rtattr.size <= message.byteLength;) {
    const length = message.getUint16(offset + Rtattr.length, true);
    if (length < Rtattr.size || offset + length > message.byteLength) break;
    const type = message.getUint16(offset + Rtattr.type, true) & ATTRIBUTE_TYPE_MASK;
    const data = message.byteOffset + offset + Rtattr.size;
    found.set(type, new DataView(message.buffer, data, length - Rtattr.size));
    offset += alignUp(length, 4);
  }
  return found;
}

/** A copy of the bytes that a view shows. */
export function copyBytes(view: DataView<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
}

/** Four bytes, the highest first: an address as netlink carries it. */
export function bigEndianWord(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value);
  return new Uint8Array(view.buffer);
}

/** Four bytes, the lowest first: a number as this machine has it. */
export function nativeWord(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value, true);
  return new Uint8Array(view.buffer);
}
