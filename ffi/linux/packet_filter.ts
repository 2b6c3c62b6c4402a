/** Classic BPF: building a program, and attaching it to a socket, which then queues only what passes it, bpf(4), socket(7). */

import { SO_ATTACH_FILTER } from "./constants.ts";
import { SOL_SOCKET } from "../posix/constants.ts";
import { checkResult } from "../posix/errno.ts";
import { SockFilter, SockFprog } from "./layout.ts";
import { SKF_AD_IFINDEX, SKF_AD_OFF } from "./packet_constants.ts";
import { openLibc } from "../posix/libc.ts";

/** One instruction of classic BPF, `struct sock_filter` of linux/filter.h. */
export interface FilterInstruction {
  /** Operation, one of {@linkcode BPF} or a sum of these. */
  readonly code: number;
  /** Instructions to skip when a comparison holds. */
  readonly jumpTrue?: number;
  /** Instructions to skip when it does not. */
  readonly jumpFalse?: number;
  /** Constant, offset or jump distance. */
  readonly k: number;
}

/** Operations of the classic machine, <linux/bpf_common.h>: accumulator A, index register X. */
export const BPF = {
  /** A ← octet at k. */
  loadByte: 0x30,
  /** A ← octet at X + k. */
  loadByteIndexed: 0x50,
  /** A ← 16 bits at k. */
  loadHalf: 0x28,
  /** A ← 32 bits at k. */
  loadWord: 0x20,
  /** A ← 16 bits at X + k. */
  loadHalfIndexed: 0x48,
  /** A ← word k of the scratch memory. */
  load: 0x60,
  /** X ← word k of the scratch memory. */
  loadIndex: 0x61,
  /** Word k of the scratch memory ← A. */
  store: 0x02,
  /** Word k of the scratch memory ← X. */
  storeIndex: 0x03,
  /** A ← length of the packet. */
  loadLength: 0x80,
  /** X ← 4 × (octet at k, low four bits): the length of an IPv4 header. */
  loadHeaderLength: 0xb1,
  /** A ← A & k. */
  and: 0x54,
  /** A ← A << k. */
  shiftLeft: 0x64,
  /** A ← A >> k. */
  shiftRight: 0x74,
  /** A ← A + X. */
  addIndex: 0x0c,
  /** A ← A − X. */
  subtractIndex: 0x1c,
  /** X ← A. */
  toIndex: 0x07,
  /** Skip k instructions. */
  jump: 0x05,
  /** Compare A ≥ k. */
  jumpAtLeast: 0x35,
  /** Compare A = k. */
  jumpEqual: 0x15,
  /** Compare A > k. */
  jumpGreater: 0x25,
  /** Compare A & k ≠ 0. */
  jumpSet: 0x45,
  /** Accept k octets; 0 drops the packet. */
  accept: 0x06,
} as const;

const ACCEPT_ALL = 0xffff_ffff;
/** Drops the packet. */
export const REJECT: FilterInstruction = { code: BPF.accept, k: 0 };
/** Accepts the whole packet. */
export const ACCEPT: FilterInstruction = { code: BPF.accept, k: ACCEPT_ALL };

/**
 * A program that drops everything, for sockets that only send: one of protocol 255 is given what others send as that
 * protocol, and nothing would read it.
 */
export function dropAllFilter(): FilterInstruction[] {
  return [{ code: BPF.accept, k: 0 }];
}

/** Where a program finds the index of the interface that a datagram arrived at, <linux/filter.h>. */
const INTERFACE_INDEX = (SKF_AD_OFF + SKF_AD_IFINDEX) >>> 0;

/** Accepts what arrived at one of these interfaces, 1 to 255 of them. */
export function interfaceFilter(indexes: readonly number[]): FilterInstruction[] {
  const compare = indexes.map((index, at): FilterInstruction => ({
    code: BPF.jumpEqual,
    k: index,
    jumpTrue: indexes.length - at,
  }));
  return [
    { code: BPF.loadWord, k: INTERFACE_INDEX },
    ...compare,
    { code: BPF.accept, k: 0 },
    { code: BPF.accept, k: ACCEPT_ALL },
  ];
}

/**
 * A program for raw ICMP sockets, which see the datagram from its IPv4 header on: it accepts replies to a message,
 * and ICMP errors (3, 4, 5, 11, 12; RFC 792) that quote a request.
 */
export function icmpReplyFilter(message: "timestamp" | "echo" = "timestamp"): FilterInstruction[] {
  const [request, reply] = message === "echo" ? [8, 0] as const : [13, 14] as const, ICMP = 1;
  // Past the ICMP error's own eight octets stands the quoted IPv4 header.
  const QUOTE = 8, PROTOCOL = 9;
  return [
    { code: BPF.loadHeaderLength, k: 0 },
    { code: BPF.loadByteIndexed, k: 0 },
    { code: BPF.jumpEqual, k: reply, jumpTrue: 14 },
    { code: BPF.jumpEqual, k: 3, jumpTrue: 4 },
    { code: BPF.jumpEqual, k: 4, jumpTrue: 3 },
    { code: BPF.jumpEqual, k: 5, jumpTrue: 2 },
    { code: BPF.jumpEqual, k: 11, jumpTrue: 1 },
    { code: BPF.jumpEqual, k: 12, jumpFalse: 10 },
    { code: BPF.loadByteIndexed, k: QUOTE + PROTOCOL },
    { code: BPF.jumpEqual, k: ICMP, jumpFalse: 8 },
    // The quoted header has its own length: X moves on by it.
    { code: BPF.loadByteIndexed, k: QUOTE },
    { code: BPF.and, k: 0x0f },
    { code: BPF.shiftLeft, k: 2 },
    { code: BPF.addIndex, k: 0 },
    { code: BPF.toIndex, k: 0 },
    { code: BPF.loadByteIndexed, k: QUOTE },
    { code: BPF.jumpEqual, k: request, jumpFalse: 1 },
    { code: BPF.accept, k: ACCEPT_ALL },
    { code: BPF.accept, k: 0 },
  ];
}

/** The program as an array of `struct sock_filter`. */
export function emitFilter(program: readonly FilterInstruction[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(program.length * SockFilter.size));
  for (const [index, { code, jumpTrue = 0, jumpFalse = 0, k }] of program.entries()) {
    const offset = index * SockFilter.size;
    view.setUint16(offset + SockFilter.code, code, true);
    view.setUint8(offset + SockFilter.jumpTrue, jumpTrue);
    view.setUint8(offset + SockFilter.jumpFalse, jumpFalse);
    view.setUint32(offset + SockFilter.k, k, true);
  }
  return new Uint8Array(view.buffer);
}

/**
 * Attaches a program to a socket. The kernel copies it; both buffers are read during the call only.
 *
 * @throws {SystemError} EINVAL when the kernel finds the program wrong
 */
export function attachFilter(descriptor: number, program: readonly FilterInstruction[]): void {
  const instructions = emitFilter(program);
  const header = new DataView(new ArrayBuffer(SockFprog.size));
  header.setUint16(SockFprog.length, program.length, true);
  const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(instructions));
  header.setBigUint64(SockFprog.filter, BigInt(address), true);
  checkResult(
    openLibc().setsockopt(
      descriptor,
      SOL_SOCKET,
      SO_ATTACH_FILTER,
      new Uint8Array(header.buffer),
      SockFprog.size,
    ),
    "setsockopt",
    "attach a packet filter",
  );
}
