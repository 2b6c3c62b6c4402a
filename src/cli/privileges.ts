/** Root and capabilities: giving them up, and what to do where they are missing. */

import { isSystemError, printError } from "./outcome.ts";
import type { Diagnostics, System } from "./system.ts";

/** The calls that give root up. */
const DROPPING: ReadonlySet<string> = new Set(["setgroups", "setresgid", "setresuid"]);

/** The command that lets every group open the socket for echo requests. */
export const ECHO_HINT = "'sysctl -w net.ipv4.ping_group_range=\"0 2147483647\"'";

/** For a file that has the capability already. */
const NO_NEW_PRIVILEGES_HINT =
  ". The capability of this file (setcap) does not count, because the program was started with no_new_privs: start it " +
  "without (systemd: NoNewPrivileges=no, container: no no-new-privileges), or with CAP_NET_RAW from the start " +
  "(systemd: AmbientCapabilities=CAP_NET_RAW)";

/** Gives up every privilege, and prints one line about what of root is left. */
export function giveUpPrivileges(system: Pick<System, "stderr" | "dropPrivileges">): void {
  const remainder = system.dropPrivileges();
  if (remainder !== undefined) printError(system, remainder);
}

/** What the user can do about a refusal for lack of privilege, to follow its message; empty for any other error. */
export function privilegeHint(
  error: Error,
  diagnostics: Pick<Diagnostics, "isFileCapabilityIgnored">,
): string {
  if (!isSystemError(error)) return "";
  // EINVAL: a user namespace that does not know the user.
  const refused = error.code === "EPERM" || error.code === "EACCES" ||
    (error.code === "EINVAL" && DROPPING.has(error.syscall));
  if (!refused) return "";
  if (error.syscall === "socket") {
    if (diagnostics.isFileCapabilityIgnored()) return NO_NEW_PRIVILEGES_HINT;
    const program = Deno.build.standalone ? "icmptime" : "deno";
    return `. Raw sockets need root or CAP_NET_RAW: run it with sudo, or once ` +
      `'sudo setcap cap_net_raw+ep "$(command -v ${program})"', or in a container with --cap-add NET_RAW` +
      (error.code === "EACCES" ? `; echo alone needs only ${ECHO_HINT}` : "");
  }
  if (DROPPING.has(error.syscall)) {
    return ". This root may not become another user, so it could not be given up: in a container add " +
      "--cap-add SETUID --cap-add SETGID, in a user namespace map a range of ids, or run it as a plain user " +
      "who has CAP_NET_RAW";
  }
  return ". It needs more privilege: run it with sudo";
}
