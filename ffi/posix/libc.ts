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

import { openLazily } from "./lazy_symbols.ts";

const darwin = Deno.build.os === "darwin";

/** Functions that every POSIX system has. */
export const PORTABLE_SYMBOLS = {
  // returns the address of the calling thread's errno, valid as long as the thread
  errnoLocation: {
    name: darwin ? "__error" : "__errno_location",
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
  // r: path. Variadic in C: on the Linux ABIs that Deno runs on, a variadic number travels like any other
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
  // r: name, service, hints; w: head of a list of its own, valid until freeaddrinfo
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
  // w: head of a list of its own, valid until freeifaddrs
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

/** Functions that Linux adds. */
export const LINUX_SYMBOLS = {
  // r: mmsghdr[] and everything it points to; w: each one's length
  sendmmsg: { parameters: ["i32", "pointer", "u32", "i32"], result: "i32" },
  // the same, on another thread
  sendmmsgNonblocking: {
    name: "sendmmsg",
    parameters: ["i32", "pointer", "u32", "i32"],
    result: "i32",
    nonblocking: true,
  },
  // r and w: mmsghdr[]; w: everything it points to; r: timeout
  recvmmsg: { parameters: ["i32", "pointer", "u32", "i32", "pointer"], result: "i32" },
  // r and w: pollfd[]; r: timeout, signal mask
  ppoll: { parameters: ["pointer", "usize", "pointer", "pointer"], result: "i32" },
  // the same, on another thread
  ppollNonblocking: {
    name: "ppoll",
    parameters: ["pointer", "usize", "pointer", "pointer"],
    result: "i32",
    nonblocking: true,
  },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  // r and w: what the request defines. Variadic in C: on the Linux ABIs that Deno runs on, a variadic pointer travels like any other.
  ioctl: { parameters: ["i32", "usize", "buffer"], result: "i32" },
  // r and w: timex
  adjtimex: { parameters: ["buffer"], result: "i32" },
  setresgid: { parameters: ["u32", "u32", "u32"], result: "i32" },
  setresuid: { parameters: ["u32", "u32", "u32"], result: "i32" },
  // of the calling thread alone; both return the id before, never an error
  setfsuid: { parameters: ["u32"], result: "i32" },
  setfsgid: { parameters: ["u32"], result: "i32" },
  // w: three ids
  getresuid: { parameters: ["buffer", "buffer", "buffer"], result: "i32" },
  // r: header; w: two data structures
  capget: { parameters: ["buffer", "buffer"], result: "i32" },
  // r: header, two data structures. Of the calling thread alone
  capset: { parameters: ["buffer", "buffer"], result: "i32" },
  // r: path, name; w: the value, nothing where the size is 0
  getxattr: { parameters: ["buffer", "buffer", "buffer", "usize"], result: "isize" },
  // r and w: nothing with the requests that we make. Of the calling thread alone. Variadic in C: see ioctl
  prctl: { parameters: ["i32", "usize", "usize", "usize", "usize"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The functions of {@linkcode PORTABLE_SYMBOLS}, ready to call. */
export type Libc = Deno.DynamicLibrary<typeof PORTABLE_SYMBOLS>["symbols"];

/** The functions of {@linkcode LINUX_SYMBOLS}, ready to call. */
export type LinuxLibc = Deno.DynamicLibrary<typeof LINUX_SYMBOLS>["symbols"];

const path = darwin ? "libSystem.B.dylib" : "libc.so.6";
/** What runs once a probe, or once a batch of them. */
const hot: ReadonlySet<string> = new Set(
  ["clockGettime", "sendto", "recvfrom", "sendmmsg", "recvmmsg", "ppoll"],
);
let libc: Libc | undefined;
let linuxLibc: LinuxLibc | undefined;

/**
 * The C library. Opened by the first call and kept for the life of the program.
 *
 * @throws {Deno.errors.NotCapable} without `--allow-ffi`
 */
export function openLibc(): Libc {
  return libc ??= openLazily(path, PORTABLE_SYMBOLS, hot);
}

/**
 * What only Linux's C library has. Opened by the first call and kept for the life of the program.
 *
 * @throws {Deno.errors.NotCapable} without `--allow-ffi`
 * @throws {TypeError} on another system than Linux
 */
export function openLinuxLibc(): LinuxLibc {
  return linuxLibc ??= openLazily(path, LINUX_SYMBOLS, hot);
}
