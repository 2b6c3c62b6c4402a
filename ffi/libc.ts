/**
 * The C library's functions as Deno FFI sees them. Declarations only; nothing is opened until it is needed.
 *
 * Nothing checks a wrong declaration at run time: tests/system/abi_test.ts has a C compiler compare each one
 * with the real prototype. Types are chosen by these rules:
 *
 * - `pointer` on paths that run once a probe (the address is computed once), `buffer` elsewhere.
 * - `usize` is size_t and takes a BigInt; batches of messages need none.
 * - A function that returns ssize_t is declared `i32` when what it returns cannot pass 31 bits, because the
 *   buffers given to it are far smaller (sendto, recvfrom, recvmsg, sendmsg, read, write).
 * - Only calls that wait are `nonblocking`. They run on another thread, so their errno is lost.
 */

const darwin = Deno.build.os === "darwin";

/** Functions that every POSIX system has. */
export const PORTABLE_SYMBOLS = {
  errnoLocation: {
    name: darwin ? "__error" : "__errno_location",
    parameters: [],
    result: "pointer",
  },
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  sendto: { parameters: ["i32", "pointer", "usize", "i32", "pointer", "u32"], result: "i32" },
  recvfrom: {
    parameters: ["i32", "pointer", "usize", "i32", "pointer", "pointer"],
    result: "i32",
  },
  recvmsg: { parameters: ["i32", "pointer", "i32"], result: "i32" },
  sendmsg: { parameters: ["i32", "pointer", "i32"], result: "i32" },
  poll: { parameters: ["pointer", "usize", "i32"], result: "i32" },
  pollNonblocking: {
    name: "poll",
    parameters: ["pointer", "usize", "i32"],
    result: "i32",
    nonblocking: true,
  },
  pipe: { parameters: ["buffer"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  clockGettime: { name: "clock_gettime", parameters: ["i32", "pointer"], result: "i32" },
  getaddrinfo: {
    parameters: ["buffer", "pointer", "buffer", "buffer"],
    result: "i32",
    nonblocking: true,
  },
  freeaddrinfo: { parameters: ["pointer"], result: "void" },
  getnameinfo: {
    parameters: ["buffer", "u32", "buffer", "u32", "pointer", "u32", "i32"],
    result: "i32",
    nonblocking: true,
  },
  gaiStrerror: { name: "gai_strerror", parameters: ["i32"], result: "pointer" },
  ifNametoindex: { name: "if_nametoindex", parameters: ["buffer"], result: "u32" },
  getifaddrs: { parameters: ["buffer"], result: "i32" },
  freeifaddrs: { parameters: ["pointer"], result: "void" },
  gethostname: { parameters: ["buffer", "usize"], result: "i32" },
  getuid: { parameters: [], result: "u32" },
  geteuid: { parameters: [], result: "u32" },
  getgid: { parameters: [], result: "u32" },
  setgroups: { parameters: ["usize", "buffer"], result: "i32" },
  setgid: { parameters: ["u32"], result: "i32" },
  setuid: { parameters: ["u32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** Functions that Linux adds. */
export const LINUX_SYMBOLS = {
  sendmmsg: { parameters: ["i32", "pointer", "u32", "i32"], result: "i32" },
  recvmmsg: { parameters: ["i32", "pointer", "u32", "i32", "pointer"], result: "i32" },
  ppoll: { parameters: ["pointer", "usize", "pointer", "pointer"], result: "i32" },
  ppollNonblocking: {
    name: "ppoll",
    parameters: ["pointer", "usize", "pointer", "pointer"],
    result: "i32",
    nonblocking: true,
  },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  // Variadic in C. On the Linux ABIs that Deno runs on, a variadic pointer travels like any other.
  ioctl: { parameters: ["i32", "usize", "buffer"], result: "i32" },
  adjtimex: { parameters: ["buffer"], result: "i32" },
  setresgid: { parameters: ["u32", "u32", "u32"], result: "i32" },
  setresuid: { parameters: ["u32", "u32", "u32"], result: "i32" },
  getresuid: { parameters: ["buffer", "buffer", "buffer"], result: "i32" },
  capget: { parameters: ["buffer", "buffer"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The functions of {@linkcode PORTABLE_SYMBOLS}, ready to call. */
export type Libc = Deno.DynamicLibrary<typeof PORTABLE_SYMBOLS>["symbols"];

/** The functions of {@linkcode LINUX_SYMBOLS}, ready to call. */
export type LinuxLibc = Deno.DynamicLibrary<typeof LINUX_SYMBOLS>["symbols"];

const path = darwin ? "libSystem.B.dylib" : "libc.so.6";
let libc: Libc | undefined;
let linuxLibc: LinuxLibc | undefined;

/**
 * The C library. Opened by the first call and kept for the life of the program.
 *
 * @throws {Deno.errors.NotCapable} without `--allow-ffi`
 */
export function openLibc(): Libc {
  return libc ??= Deno.dlopen(path, PORTABLE_SYMBOLS).symbols;
}

/**
 * What only Linux's C library has. Opened by the first call and kept for the life of the program.
 *
 * @throws {Deno.errors.NotCapable} without `--allow-ffi`
 * @throws {TypeError} on another system than Linux
 */
export function openLinuxLibc(): LinuxLibc {
  return linuxLibc ??= Deno.dlopen(path, LINUX_SYMBOLS).symbols;
}
