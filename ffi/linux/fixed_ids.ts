/** Why a root cannot become another user (user_namespaces(7)), and whether it is root outside its user namespace. */

import { missingIdCapability } from "./capabilities.ts";
import { O_RDONLY } from "../posix/constants.ts";
import { openLibc } from "../posix/libc.ts";

/** More than any file read here holds: 340 lines of three numbers (user_namespaces(7)). */
const MAX_BYTES = 16_384;

/**
 * Why the calling thread cannot change to these ids, in a few words. Undefined where it should be able to, and where
 * /proc cannot be read.
 */
export function whyIdsAreFixed(
  { userId, groupId }: { readonly userId: number; readonly groupId: number },
): string | undefined {
  const missing = missingIdCapability();
  if (missing !== undefined) return `${missing} is missing`;
  const users = readFile("/proc/self/uid_map"), groups = readFile("/proc/self/gid_map");
  if (users !== undefined && findOutside(users, userId) === undefined) {
    return `no user ${userId} in this namespace`;
  }
  if (groups !== undefined && findOutside(groups, groupId) === undefined) {
    return `no group ${groupId} in this namespace`;
  }
  if (readFile("/proc/self/setgroups")?.trim() === "deny") {
    return "this user namespace denies setgroups";
  }
  return hasCallFilter() ? "a system-call filter forbids it" : undefined;
}

/** Whether a filter decides which system calls this thread may make (seccomp(2)). */
export function hasCallFilter(): boolean {
  return /^Seccomp:\s*2$/m.test(readFile("/proc/thread-self/status") ?? "");
}

/** True where user 0 here is user 0 in the parent user namespace too, or where that is not known. */
export function isRootOutside(): boolean {
  const users = readFile("/proc/self/uid_map");
  return users === undefined || findOutside(users, 0) === 0;
}

/** The id in the parent user namespace: lines of first id inside, first id outside, count. */
function findOutside(map: string, id: number): number | undefined {
  for (const line of map.trim().split("\n")) {
    const [inside = NaN, outside = NaN, count = NaN] = line.trim().split(/\s+/).map(Number);
    if (id >= inside && id < inside + count) return outside + id - inside;
  }
  return undefined;
}

/** By the C library: the runtime keeps /proc from a program that has not every permission. Undefined where refused. */
function readFile(path: string): string | undefined {
  const libc = openLibc();
  // C reads the path and writes the bytes, both held during the call.
  const descriptor = libc.open(new TextEncoder().encode(`${path}\0`), O_RDONLY, 0);
  if (descriptor < 0) return undefined;
  const bytes = new Uint8Array(MAX_BYTES);
  const length = libc.read(descriptor, bytes, BigInt(bytes.length));
  libc.close(descriptor);
  return length < 0 ? undefined : new TextDecoder().decode(bytes.subarray(0, length));
}
