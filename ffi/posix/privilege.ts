/**
 * Giving up root for good (setresuid(2), setgroups(2)). glibc applies these to every thread of the process; giving
 * up the last user id 0 also clears the thread's capabilities (capabilities(7)).
 */

import { platform } from "../platform.ts";
import {
  clearCapabilities,
  forbidNewPrivileges,
  hasPermittedCapabilities,
} from "../linux/capabilities.ts";
import { checkResult, SystemError } from "./errno.ts";
import { hasCallFilter, isRootOutside, whyIdsAreFixed } from "../linux/fixed_ids.ts";
import { openLinuxLibc } from "../linux/libc.ts";
import { openLibc } from "./libc.ts";

/** The largest id; one more means "leave as it is". */
const LARGEST_ID = 0xffff_fffe;

/** The user and group that a process has. */
export interface Identity {
  /** Real, effective and saved user id. */
  readonly userId: number;
  /** Real, effective and saved group id; there are no other groups. */
  readonly groupId: number;
}

/**
 * Gives up every privilege that the process can give up: user id 0, then the capabilities of the calling thread, and
 * on Linux the right to gain any by execve(2). Where root cannot become another user, it stays user 0 without
 * capabilities in this thread. Threads that the runtime started before keep the capabilities of a file or of such a root.
 *
 * @returns what of root is left and why; undefined where nothing is
 * @throws {SystemError} when the kernel refuses what it should allow; the process must not go on
 * @throws {Error} when the process could become root again
 */
export function giveUpPrivileges(): string | undefined {
  let reason: string | undefined;
  try {
    dropPrivilege();
  } catch (error) {
    if (!platform.hasCapabilities || !(error instanceof SystemError)) throw error;
    reason = whyIdsAreFixed(chooseIdentity(readUserIds()[0], Deno.env));
    if (reason === undefined) throw error;
  }
  if (!platform.hasCapabilities) return undefined;
  const keepsCapabilities = !tryClearCapabilities();
  forbidNewPrivileges();
  if (keepsCapabilities) {
    return "keeps its capabilities: a system-call filter forbids giving them up";
  }
  return reason !== undefined && isRootOutside()
    ? `stays root: ${reason}; the main thread gave up capabilities`
    : undefined;
}

/**
 * Gives capabilities up. A user other than root may go on without that where a sandbox forbids it: the sandbox gave them on purpose,
 * as a service manager does.
 */
function tryClearCapabilities(): boolean {
  try {
    clearCapabilities();
    return true;
  } catch (error) {
    const isSandboxed = error instanceof SystemError && error.code === "EPERM" && hasCallFilter();
    if (isSandboxed && !readUserIds().includes(0)) return false;
    throw error;
  }
}

/**
 * Gives up root: becomes the user who called sudo (SUDO_UID, SUDO_GID), or of a set-uid program its real user, or
 * else `nobody`. Sockets that are open stay usable. Does nothing, and returns undefined, when the process is not root.
 *
 * @param environment where SUDO_UID and SUDO_GID are looked up; both must be decimal and not 0 to count
 * @throws {SystemError} when the kernel refuses; the process may then still be root and must not go on
 * @throws {Error} when the process could become root again
 */
export function dropPrivilege(
  environment: { get(name: string): string | undefined } = Deno.env,
): Identity | undefined {
  const before = readUserIds();
  if (!before.includes(0)) return undefined;
  const identity = chooseIdentity(before[0], environment);
  const { userId, groupId } = identity;
  const libc = openLibc();
  const action = `give up root for user ${userId}, group ${groupId}`;
  checkResult(libc.setgroups(0n, null), "setgroups", action);
  if (platform.hasCapabilities) {
    const { setresgid, setresuid } = openLinuxLibc();
    checkResult(setresgid(groupId, groupId, groupId), "setresgid", action);
    checkResult(setresuid(userId, userId, userId), "setresuid", action);
  } else {
    checkResult(libc.setgid(groupId), "setgid", action);
    checkResult(libc.setuid(userId), "setuid", action);
  }
  verifyDropped(userId);
  return identity;
}

/** Whose rights to files a program that is root has, where they are not root's. */
export interface CallerIdentity extends Identity {
  /** The process has groups of root's, not the caller's. */
  readonly dropsGroups: boolean;
}

/**
 * The user who called a program that is root: of a set-uid program its real user, by sudo the user who called that, or
 * `nobody` where SUDO_UID is not a user id. Undefined when the process is not root, and when root itself called it.
 */
export function callerIdentity(
  environment: { get(name: string): string | undefined } = Deno.env,
): CallerIdentity | undefined {
  const ids = readUserIds();
  if (!ids.includes(0)) return undefined;
  const isSetUid = ids[0] !== 0;
  if (!isSetUid && ["", "0", undefined].includes(readVariable(environment, "SUDO_UID"))) {
    return undefined;
  }
  return { ...chooseIdentity(ids[0], environment), dropsGroups: !isSetUid };
}

/** Whether root itself started this program, neither by sudo nor by a set-uid file, and it is root still. */
export function isRootItself(): boolean {
  return readUserIds().includes(0) && callerIdentity() === undefined;
}

/** A variable; one that is not UTF-8 is nonsense, not missing. */
function readVariable(
  environment: { get(name: string): string | undefined },
  name: string,
): string | undefined {
  try {
    return environment.get(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return "not UTF-8";
  }
}

function chooseIdentity(
  realUserId: number,
  environment: { get(name: string): string | undefined },
): Identity {
  if (realUserId !== 0) return { userId: realUserId, groupId: openLibc().getgid() };
  const userId = parseId(readVariable(environment, "SUDO_UID"));
  const groupId = parseId(readVariable(environment, "SUDO_GID"));
  if (userId === undefined) return { userId: platform.nobodyId, groupId: platform.nobodyId };
  return { userId, groupId: groupId ?? platform.nobodyId };
}

function parseId(text: string | undefined): number | undefined {
  if (text === undefined || !/^[0-9]{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id > 0 && id <= LARGEST_ID ? id : undefined;
}

/** Tries to have root back; that must fail. */
function verifyDropped(userId: number): void {
  const ids = readUserIds();
  const regained = openLibc().setuid(0) === 0 || openLibc().setgid(0) === 0;
  const capable = platform.hasCapabilities && hasPermittedCapabilities();
  if (regained || capable || ids.some((id) => id !== userId)) {
    throw new Error("Cannot give up root: user ids, groups or capabilities are kept after all");
  }
}

/** Real, effective and saved user id; without the last where the system does not report it. */
function readUserIds(): readonly [real: number, ...others: number[]] {
  if (!platform.hasCapabilities) return [openLibc().getuid(), openLibc().geteuid()];
  const ids = new Uint32Array(3);
  const cells = [0, 1, 2].map((index) => ids.subarray(index, index + 1)) as [
    Uint32Array<ArrayBuffer>,
    Uint32Array<ArrayBuffer>,
    Uint32Array<ArrayBuffer>,
  ];
  checkResult(openLinuxLibc().getresuid(...cells), "getresuid", "read the user ids");
  return [ids[0] as number, ids[1] as number, ids[2] as number];
}
