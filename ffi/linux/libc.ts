/**
 * Functions of the C library that only Linux has. How they are declared, and the letters `r` and `w`, are explained in
 * `posix/libc.ts`.
 */

import { platform } from "../platform.ts";
import { openLazily } from "../posix/lazy_symbols.ts";

/** Functions of Linux. */
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
  // read of posix/libc.ts and write, for what runs once a datagram. r: bytes; w: bytes
  readOften: { name: "read", parameters: ["i32", "pointer", "usize"], result: "i32" },
  writeOften: { name: "write", parameters: ["i32", "pointer", "usize"], result: "i32" },
  // w: two descriptors
  pipe2: { parameters: ["buffer", "i32"], result: "i32" },
  // w: process id; r: path, actions, and argv and envp with the strings that they point to. The attributes are none
  posixSpawn: {
    name: "posix_spawn",
    parameters: ["buffer", "buffer", "buffer", "pointer", "buffer", "buffer"],
    result: "i32",
  },
  // w: actions, which destroy frees
  posixSpawnFileActionsInit: {
    name: "posix_spawn_file_actions_init",
    parameters: ["buffer"],
    result: "i32",
  },
  // r and w: actions
  posixSpawnFileActionsAdddup2: {
    name: "posix_spawn_file_actions_adddup2",
    parameters: ["buffer", "i32", "i32"],
    result: "i32",
  },
  // r and w: actions
  posixSpawnFileActionsDestroy: {
    name: "posix_spawn_file_actions_destroy",
    parameters: ["buffer"],
    result: "i32",
  },
  // w: status
  waitpid: { parameters: ["i32", "buffer", "i32"], result: "i32" },
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

/** The functions of {@linkcode LINUX_SYMBOLS}, ready to call. */
export type LinuxLibc = Deno.DynamicLibrary<typeof LINUX_SYMBOLS>["symbols"];

/** Functions that run once a batch of probes, once a wait, or once a datagram. */
const HOT: ReadonlySet<string> = new Set([
  "sendmmsg",
  "recvmmsg",
  "ppoll",
  "readOften",
  "writeOften",
]);
let libc: LinuxLibc | undefined;

/**
 * What only Linux's C library has. Opened by the first call and kept for the life of the program.
 *
 * @throws {Deno.errors.NotCapable} without `--allow-ffi`
 * @throws {TypeError} on another system than Linux
 */
export function openLinuxLibc(): LinuxLibc {
  return libc ??= openLazily(platform.library, LINUX_SYMBOLS, HOT);
}
