/** Linux, the same on x86-64 and AArch64. */

import type { Platform } from "../platform.ts";
import { SOCK_CLOEXEC, SOCK_NONBLOCK } from "./constants.ts";

/** Linux. */
export const LINUX: Platform = {
  // musl is Alpine's C library; a Deno that was built for it says so.
  library: Deno.build.env === "musl" ? `libc.musl-${Deno.build.arch}.so.1` : "libc.so.6",
  errnoFunction: "__errno_location",
  constants: {
    AF_INET6: 10,
    SOL_SOCKET: 1,
    SO_REUSEADDR: 2,
    SO_SNDBUF: 7,
    SO_RCVBUF: 8,
    SO_BROADCAST: 6,
    SO_ERROR: 4,
    MSG_DONTWAIT: 0x40,
    MSG_TRUNC: 0x20,
    MSG_CTRUNC: 0x8,
    IP_HDRINCL: 3,
    IP_TOS: 1,
    IP_TTL: 2,
    CLOCK_MONOTONIC: 1,
    EAI_AGAIN: -3,
    NI_NAMEREQD: 8,
    O_CREAT: 0x40,
    O_APPEND: 0x400,
    O_NONBLOCK: 0x800,
    O_CLOEXEC: 0x8_0000,
    PIPE_BUF: 4096,
    EAGAIN: 11,
    EMSGSIZE: 90,
    SIGSTOP: 19,
  },
  errorCodes: undefined,
  addrinfoAddress: 24,
  hasAddressLength: false,
  hasHostOrderHeader: false,
  socketFlags: SOCK_NONBLOCK | SOCK_CLOEXEC,
  closeOnExecFlag: SOCK_CLOEXEC,
  hasPlainVariadics: true,
  hasPpoll: true,
  hasErrorQueue: true,
  hasReceiptTimes: false,
  hasEchoSockets: true,
  hasSocketFilters: true,
  hasMemoryCounters: true,
  hasForcedBuffers: true,
  bindsByIndex: false,
  hasCapabilities: true,
  hasMarks: true,
};
