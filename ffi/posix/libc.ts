/**
 * The C library's functions as Deno FFI sees them. Declarations only; nothing is opened until it is needed.
 *
 * Beside each function stands the memory that C reads (`r`) and writes (`w`) through its pointers. Unless the line
 * says otherwise that is during the call only; for a `nonblocking` one, until its promise settles.
 *
 * Nothing checks a wrong declaration at run time: tests/system/abi_test.ts has a C compiler compare each one
 * with the real prototype. Types are chosen by these rules:
 *
 * - `pointer` on paths that run once a probe (the address is computed once), `buffer` elsewhere.
 * - `usize` is size_t and takes a BigInt; batches of messages need none.
 * - A function that returns ssize_t is declared `i32` when what it returns cannot pass 31 bits, because the
 *   buffers given to it are far smaller (sendto, recvfrom, recvmsg, sendmsg, read, write).
 * - Only calls that wait are `nonblocking`, and batches of sends that take as long as a wait. They run on another
 *   thread, so their errno is lost.
 */

import { platform } from "../platform.ts";
import { openLazily } from "./lazy_symbols.ts";

/** Functions that every POSIX system has. */
export const PORTABLE_SYMBOLS = {
  // returns the address of the calling thread's errno, valid as long as the thread
  errnoLocation: {
    name: platform.errnoFunction,
    parameters: [],
    result: "pointer",
  },
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  // r: address
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  // r: address
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  // w: address; r and w: its length
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  // r: the option's value
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  // w: the option's value; r and w: its length
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  // r: payload, address
  sendto: { parameters: ["i32", "pointer", "usize", "i32", "pointer", "u32"], result: "i32" },
  // w: payload, address; r and w: the address's length
  recvfrom: {
    parameters: ["i32", "pointer", "usize", "i32", "pointer", "pointer"],
    result: "i32",
  },
  // r and w: msghdr; w: everything it points to
  recvmsg: { parameters: ["i32", "pointer", "i32"], result: "i32" },
  // r: msghdr and everything it points to
  sendmsg: { parameters: ["i32", "pointer", "i32"], result: "i32" },
  // r and w: pollfd[]
  poll: { parameters: ["pointer", "usize", "i32"], result: "i32" },
  // the same, on another thread
  pollNonblocking: {
    name: "poll",
    parameters: ["pointer", "usize", "i32"],
    result: "i32",
    nonblocking: true,
  },
  // r: nothing, where the new action is null; w: the old action
  sigaction: { parameters: ["i32", "pointer", "buffer"], result: "i32" },
  // r and w: nothing. Takes a constant for a handler
  signal: { parameters: ["i32", "usize"], result: "usize" },
  kill: { parameters: ["i32", "i32"], result: "i32" },
  // r: path. Variadic in C: the mode arrives where platform.hasPlainVariadics, so files are not made with it elsewhere
  open: { parameters: ["buffer", "i32", "u32"], result: "i32" },
  lseek: { parameters: ["i32", "isize", "i32"], result: "isize" },
  ftruncate: { parameters: ["i32", "isize"], result: "i32" },
  // w: two descriptors
  pipe: { parameters: ["buffer"], result: "i32" },
  // w: bytes
  read: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  // r: bytes
  write: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  // w: timespec
  clockGettime: { name: "clock_gettime", parameters: ["i32", "pointer"], result: "i32" },
  // r: name, service, hints; w: head of a new list, valid until freeaddrinfo
  getaddrinfo: {
    parameters: ["buffer", "pointer", "buffer", "buffer"],
    result: "i32",
    nonblocking: true,
  },
  // frees the list of getaddrinfo: each head once
  freeaddrinfo: { parameters: ["pointer"], result: "void" },
  // r: address; w: host, service
  getnameinfo: {
    parameters: ["buffer", "u32", "buffer", "u32", "pointer", "u32", "i32"],
    result: "i32",
    nonblocking: true,
  },
  // returns text of libc's own, valid for ever
  gaiStrerror: { name: "gai_strerror", parameters: ["i32"], result: "pointer" },
  // r: name
  ifNametoindex: { name: "if_nametoindex", parameters: ["buffer"], result: "u32" },
  // w: head of a new list, valid until freeifaddrs
  getifaddrs: { parameters: ["buffer"], result: "i32" },
  // frees the list of getifaddrs: each head once
  freeifaddrs: { parameters: ["pointer"], result: "void" },
  // w: name
  gethostname: { parameters: ["buffer", "usize"], result: "i32" },
  getuid: { parameters: [], result: "u32" },
  geteuid: { parameters: [], result: "u32" },
  getgid: { parameters: [], result: "u32" },
  // r: group ids; none when the count is 0
  setgroups: { parameters: ["usize", "buffer"], result: "i32" },
  setgid: { parameters: ["u32"], result: "i32" },
  setuid: { parameters: ["u32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The functions of {@linkcode PORTABLE_SYMBOLS}, ready to call. */
export type Libc = Deno.DynamicLibrary<typeof PORTABLE_SYMBOLS>["symbols"];

/** Functions that the exporter alone needs, for connections of its clients. */
export const CONNECTION_SYMBOLS = {
  // w: address; r and w: its length
  getpeername: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** Functions that run once a probe. */
const HOT: ReadonlySet<string> = new Set(["clockGettime", "sendto", "recvfrom"]);
let libc: Libc | undefined;

/**
 * The C library. Opened by the first call and kept for the life of the program.
 *
 * @throws {Deno.errors.NotCapable} without `--allow-ffi`
 */
export function openLibc(): Libc {
  return libc ??= openLazily(platform.library, PORTABLE_SYMBOLS, HOT);
}

/** The functions of {@linkcode CONNECTION_SYMBOLS}, ready to call. */
export type ConnectionCalls = Deno.DynamicLibrary<typeof CONNECTION_SYMBOLS>["symbols"];
let connections: ConnectionCalls | undefined;

/**
 * {@linkcode CONNECTION_SYMBOLS} of the C library, ready to call.
 *
 * @throws {Deno.errors.NotCapable} without `--allow-ffi`
 */
export function openConnectionCalls(): ConnectionCalls {
  return connections ??= openLazily(platform.library, CONNECTION_SYMBOLS, new Set());
}
