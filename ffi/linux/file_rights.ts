/**
 * Files are opened with the rights of the person who called this program, also while it is still root: setfsuid(2).
 *
 * There are three ways to be root. Set-uid root: the rights of the real user. sudo: those of the user who
 * called it (SUDO_UID, SUDO_GID), without further groups. Root itself: root's. A file capability (setcap) changes no rights to files.
 *
 * The identity for files belongs to one thread (setfsuid(2)), so what is done under it must be synchronous: the
 * runtime opens files on the calling thread then. A user id that is not 0 takes CAP_DAC_OVERRIDE and its like out of
 * the thread's effective set, and 0 brings them back (capabilities(7)).
 */

import { platform } from "../platform.ts";
import { checkResult } from "../posix/errno.ts";
import { openLinuxLibc } from "./libc.ts";
import { openLibc } from "../posix/libc.ts";
import { callerIdentity, isRootItself } from "../posix/privilege.ts";

/** An id that no user has: changes nothing, and the id in force is returned. */
const NO_ID = 0xffff_ffff;

/** Write permission for others than the owner. */
const OTHERS_WRITE = 0o022;

/**
 * Opens a file that the user named, with the rights of the caller.
 *
 * For root itself a symbolic link that someone else put into a folder that others can write is not followed: it may
 * lead anywhere. Linux refuses such links in sticky folders by default (fs.protected_symlinks, proc_sys_fs(5)).
 *
 * @param open opens the file at `path`, synchronously
 * @throws {SystemError} when the kernel refuses to change the rights
 * @throws {Error} when the path is such a link
 */
export function openNamed<T>(path: string, open: () => T): T {
  if (platform.hasCapabilities && isRootItself()) {
    refuseForeignLink(path);
  }
  return withCallersRights(open);
}

function refuseForeignLink(path: string): void {
  let link: Deno.FileInfo;
  try {
    link = Deno.lstatSync(path);
  } catch {
    // The open itself says what is wrong.
    return;
  }
  if (!link.isSymlink || link.uid === 0) return;
  const folder = Deno.statSync(path.includes("/") ? path.replace(/[^/]*\/*$/, "") || "/" : ".");
  if (folder.uid === 0 && ((folder.mode ?? 0) & OTHERS_WRITE) === 0) return;
  throw new Error(`it is a symbolic link of user ${link.uid} in a folder that others can write`);
}

/**
 * Runs `open` with the caller's rights to files, and returns what it returns.
 *
 * @param open opens files, synchronously
 * @throws {SystemError} when the kernel refuses; then `open` has not run
 */
export function withCallersRights<T>(open: () => T): T {
  if (!platform.hasCapabilities) return open();
  const caller = callerIdentity();
  if (caller === undefined) return open();
  const { setfsuid, setfsgid } = openLinuxLibc();
  if (caller.dropsGroups) {
    checkResult(openLibc().setgroups(0n, null), "setgroups", "give up the groups of root");
  }
  const groupBefore = setfsgid(caller.groupId) >>> 0;
  const userBefore = setfsuid(caller.userId) >>> 0;
  try {
    const isSet = setfsuid(NO_ID) >>> 0 === caller.userId &&
      setfsgid(NO_ID) >>> 0 === caller.groupId;
    if (!isSet) {
      throw new Error(
        `Cannot open files as user ${caller.userId}: the kernel did not change to it`,
      );
    }
    return open();
  } finally {
    setfsuid(userBefore);
    setfsgid(groupBefore);
  }
}
