/**
 * A kernel that leaves requests to a program: its own answers to echo and timestamp requests are switched off, and on again
 * when the program ends, in whatever way.
 *
 * Echo has a switch, `icmp_echo_ignore_all`. Timestamp has none. But `icmp_ratelimit` is the least time between two messages
 * to one receiver, of the types in `icmp_ratemask` (Linux, Documentation/networking/ip-sysctl.rst): with type 14 alone in the mask and
 * the longest time, no timestamp reply leaves, since a receiver that is new has saved up a minute, which is less. The other types
 * are then not limited. The kernel sets no limit on loopback interfaces.
 *
 * The program gives root up, and may be killed. So a shell that stays root waits for the end of a pipe, which the kernel closes
 * with the program, and writes the old values back.
 */

import { O_CLOEXEC, O_RDONLY, O_WRONLY } from "../posix/constants.ts";
import { checkResult, EINTR, errnoNumber, readErrno, SystemError } from "../posix/errno.ts";
import { openLibc } from "../posix/libc.ts";
import { cString } from "../posix/socket_address.ts";
import { SpawnFileActions } from "./layout.ts";
import { openLinuxLibc } from "./libc.ts";

const FOLDER = "/proc/sys/net/ipv4";
const TIMESTAMP_REPLY_BIT = 1 << 14;
/** The longest time that the kernel takes: 24.8 days, in milliseconds. */
const LONGEST_MS = 2_147_483_647;
/** Each variable, and its value while the program answers. */
const SILENT: Readonly<Record<string, string>> = {
  icmp_echo_ignore_all: "1",
  icmp_ratemask: String(TIMESTAMP_REPLY_BIT),
  icmp_ratelimit: String(LONGEST_MS),
};
/** Waits for the end of standard input, then writes to each file the value that follows it. `read` and `printf` are the shell's own. */
const RESTORE = 'trap "" INT TERM HUP QUIT TSTP USR1 USR2; while read -r line; do :; done; ' +
  'while [ $# -gt 1 ]; do printf %s "$2" > "$1"; shift 2; done';
const SHELL = "/bin/sh";
/** Longest value of these variables, a number. */
const MAX_VALUE_BYTES = 32;

/** Whether the kernel itself answers echo requests; undefined where it does not say. */
export function answersEcho(): boolean | undefined {
  try {
    return readVariable("icmp_echo_ignore_all") === "0";
  } catch {
    return undefined;
  }
}

/** The kernel's own answers, switched off. */
export class SilentKernel {
  readonly #pid: number;
  readonly #writeEnd: number;
  #isClosed = false;

  private constructor(pid: number, writeEnd: number) {
    this.#pid = pid;
    this.#writeEnd = writeEnd;
  }

  /**
   * Switches them off.
   *
   * @throws {SystemError} EBUSY where another program has done so; EACCES without the right to; ENOENT without a shell
   */
  static open(): SilentKernel {
    const names = Object.keys(SILENT);
    const before = names.map((name) => [`${FOLDER}/${name}`, readVariable(name)] as const);
    if (isSilent(before.map(([, value]) => value))) {
      const action = "take over from the kernel: another program has done so";
      throw new SystemError("open", errnoNumber("EBUSY"), action);
    }
    const ends = new Int32Array(2);
    const { pipe2 } = openLinuxLibc();
    // C writes both ends during the call. A child inherits neither, but for what is copied to its standard input.
    checkResult(pipe2(new Uint8Array(ends.buffer), O_CLOEXEC), "pipe2", "make a pipe");
    const [readEnd = -1, writeEnd = -1] = ends;
    let pid: number;
    try {
      pid = spawnShell(readEnd, before.flat());
    } catch (error) {
      openLibc().close(writeEnd);
      throw error;
    } finally {
      openLibc().close(readEnd);
    }
    const silent = new SilentKernel(pid, writeEnd);
    try {
      for (const [name, value] of Object.entries(SILENT)) writeVariable(name, value);
    } catch (error) {
      silent.close();
      throw error;
    }
    return silent;
  }

  /** Switches them on again, and waits until that is done. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    openLibc().close(this.#writeEnd);
    const status = new Uint8Array(4);
    // C writes the status during the call.
    while (openLinuxLibc().waitpid(this.#pid, status, 0) < 0 && readErrno() === EINTR);
  }
}

/** Whether these values, in the order of {@linkcode SILENT}, are such a program's. The kernel rounds the time to its own ticks. */
function isSilent([echo, mask, limit]: readonly string[]): boolean {
  return echo === SILENT.icmp_echo_ignore_all && mask === SILENT.icmp_ratemask &&
    Number(limit) >= LONGEST_MS / 2;
}

/**
 * Starts the shell that restores.
 *
 * Memory: posix_spawn reads all of it during the call, and the child has copies.
 */
function spawnShell(readEnd: number, words: readonly string[]): number {
  const libc = openLinuxLibc();
  const actions = new Uint8Array(SpawnFileActions.size);
  checkError(libc.posixSpawnFileActionsInit(actions), "posix_spawn_file_actions_init");
  try {
    const { posixSpawnFileActionsAdddup2 } = libc;
    checkError(
      posixSpawnFileActionsAdddup2(actions, readEnd, 0),
      "posix_spawn_file_actions_adddup2",
    );
    const strings = ["sh", "-c", RESTORE, "sh", ...words].map(cString);
    const argv = new BigUint64Array(strings.length + 1);
    strings.forEach((string, i) => {
      argv[i] = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(string)));
    });
    const pid = new Int32Array(1);
    const environment = new BigUint64Array(1);
    const result = libc.posixSpawn(pid, cString(SHELL), actions, null, argv, environment);
    checkError(result, "posix_spawn");
    return pid[0] as number;
  } finally {
    libc.posixSpawnFileActionsDestroy(actions);
  }
}

/** These functions return the error number itself. */
function checkError(errno: number, syscall: string): void {
  if (errno !== 0) {
    throw new SystemError(syscall, errno, `start ${SHELL} to restore the kernel's answers`);
  }
}

/** Deno itself lets no program without all permissions near /proc/sys. C writes the value during the call. */
function readVariable(name: string): string {
  const descriptor = openVariable(name, O_RDONLY, "read");
  const value = new Uint8Array(MAX_VALUE_BYTES);
  try {
    const action = `read ${FOLDER}/${name}`;
    const length = checkResult(
      openLibc().read(descriptor, value, BigInt(value.length)),
      "read",
      action,
    );
    return new TextDecoder().decode(value.subarray(0, length)).trim();
  } finally {
    openLibc().close(descriptor);
  }
}

/** C reads the value during the call. */
function writeVariable(name: string, value: string): void {
  const descriptor = openVariable(name, O_WRONLY, "set");
  try {
    const bytes = new TextEncoder().encode(value);
    const result = openLibc().write(descriptor, bytes, BigInt(bytes.length));
    checkResult(result, "write", `set ${FOLDER}/${name}`);
  } finally {
    openLibc().close(descriptor);
  }
}

function openVariable(name: string, flags: number, verb: string): number {
  const path = `${FOLDER}/${name}`;
  const descriptor = openLibc().open(cString(path), flags | O_CLOEXEC, 0);
  return checkResult(descriptor, "open", `${verb} ${path}`);
}
