/** From a refusal to what the user can do about it. */

import type { Diagnostics } from "./system.ts";

/** What a refusal by the operating system carries. */
export interface SystemErrorLike extends Error {
  /** System call that failed. */
  readonly syscall: string;
  /** Name of the error, such as `EPERM`. */
  readonly code: string;
}

/** The calls that give root up. */
const DROPPING: ReadonlySet<string> = new Set(["setgroups", "setresgid", "setresuid"]);

/** What lets every group open the socket that echo requests need. */
export const ECHO_CURE = "'sysctl -w net.ipv4.ping_group_range=\"0 2147483647\"'";

/** For a file that setcap was used on already. */
const NO_NEW_PRIVILEGES_CURE =
  ". The capability of this file (setcap) does not count, because the program was started with no_new_privs: start it " +
  "without (systemd: NoNewPrivileges=no, container: no no-new-privileges), or with CAP_NET_RAW from the start " +
  "(systemd: AmbientCapabilities=CAP_NET_RAW)";

/** True for a refusal by the operating system, whichever copy of the class it is. */
export function isSystemError(error: unknown): error is SystemErrorLike {
  return error instanceof Error && error.name === "SystemError" && "syscall" in error;
}

/** What the user can do about a refusal, to follow its message; empty where there is no telling. */
export function cureFor(
  error: Error,
  diagnostics: Pick<Diagnostics, "isFileCapabilityIgnored">,
): string {
  if (!isSystemError(error)) return "";
  // EINVAL: a user namespace that does not know the user.
  const refused = error.code === "EPERM" || error.code === "EACCES" ||
    (error.code === "EINVAL" && DROPPING.has(error.syscall));
  if (!refused) return "";
  if (error.syscall === "socket") {
    if (diagnostics.isFileCapabilityIgnored()) return NO_NEW_PRIVILEGES_CURE;
    const program = Deno.build.standalone ? "icmptime" : "deno";
    return `. Raw sockets need root or CAP_NET_RAW: run it with sudo, or once ` +
      `'sudo setcap cap_net_raw+ep "$(command -v ${program})"', or in a container with --cap-add NET_RAW` +
      (error.code === "EACCES" ? `; echo alone needs only ${ECHO_CURE}` : "");
  }
  if (DROPPING.has(error.syscall)) {
    return ". This root may not become another user, so it could not be given up: in a container add " +
      "--cap-add SETUID --cap-add SETGID, in a user namespace map a range of ids, or run it as a plain user " +
      "who has CAP_NET_RAW";
  }
  return ". Want more privilege: run it with sudo";
}
