/**
 * Sandboxes: a system-call filter (seccomp(2)) that a small C program sets before it becomes another program.
 *
 * The names and numbers are those of the C headers; the filter is classic BPF, so no library is needed.
 */

import { mustRun } from "./command.ts";

/** One system call that a sandbox refuses, or one form of it. */
export interface Refusal {
  /** Its name, as in `SYS_<name>`. */
  readonly call: string;
  /** Arguments (0..5) that must have these values, C expressions: their low 32 bits count. Default: any. */
  readonly with?: Readonly<Record<number, string>>;
  /** Arguments of which one of these bits at least must be set. Default: any. */
  readonly bits?: Readonly<Record<number, string>>;
  /** Name of the error that it fails with. */
  readonly error: string;
}

/** What a sandbox lets through. */
export type Sandbox =
  /** All but these. */
  | { readonly refuse: readonly Refusal[] }
  /** These calls; of them not what is refused; all others fail with EPERM. */
  | { readonly allow: readonly string[]; readonly refuse: readonly Refusal[] };

const HEADERS = [
  ...["errno.h", "stddef.h", "stdio.h", "unistd.h", "netinet/in.h", "sched.h", "sys/ioctl.h"],
  ...["sys/prctl.h", "sys/socket.h", "sys/syscall.h", "linux/audit.h", "linux/filter.h"],
  ...["linux/seccomp.h", "linux/net_tstamp.h", "linux/icmp.h", "linux/sockios.h", "time.h"],
];

/** The low half of argument `index`, on a little-endian machine. */
const argument = (index: number) => `offsetof(struct seccomp_data, args[${index}])`;
const load = (offset: string) => `BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ${offset}),`;
const LOAD_CALL = load("offsetof(struct seccomp_data, nr)");
const returns = (action: string) => `BPF_STMT(BPF_RET | BPF_K, ${action}),`;
/** Goes on when the loaded word is `value`, else jumps over that many instructions. */
const skipUnless = (value: string, skipped: number, test: "JEQ" | "JSET" = "JEQ") =>
  `BPF_JUMP(BPF_JMP | BPF_${test} | BPF_K, ${value}, 0, ${skipped}),`;

function refuse(refusal: Refusal): string {
  const conditions = [
    ...Object.entries(refusal.with ?? {}).map((each) => [...each, "JEQ"] as const),
    ...Object.entries(refusal.bits ?? {}).map((each) => [...each, "JSET"] as const),
  ];
  const lines: string[] = [];
  // Behind each comparison: two instructions for every later condition, and the return.
  const skipped = (done: number) => 2 * (conditions.length - done) + 1;
  lines.push(LOAD_CALL, skipUnless(`SYS_${refusal.call}`, skipped(0)));
  conditions.forEach(([index, value, test], i) => {
    lines.push(load(argument(Number(index))), skipUnless(value, skipped(i + 1), test));
  });
  lines.push(returns(`SECCOMP_RET_ERRNO | ${refusal.error}`));
  return lines.join("\n");
}

/** A call that this machine's headers do not know cannot be made either. */
function allow(call: string): string {
  return `#ifdef SYS_${call}\n${skipUnless(`SYS_${call}`, 1)}\n` +
    `${returns("SECCOMP_RET_ALLOW")}\n#endif`;
}

function program(sandbox: Sandbox): string {
  const allowed = "allow" in sandbox ? sandbox.allow : undefined;
  const last = allowed === undefined ? "SECCOMP_RET_ALLOW" : "SECCOMP_RET_ERRNO | EPERM";
  return `#define _GNU_SOURCE
${HEADERS.map((header) => `#include <${header}>`).join("\n")}
static struct sock_filter filter[] = {
${sandbox.refuse.map(refuse).join("\n")}
${LOAD_CALL}
${(allowed ?? []).map(allow).join("\n")}
${returns(last)}
};
int main(int argc, char **argv) {
  struct sock_fprog program = { sizeof filter / sizeof filter[0], filter };
  (void)argc;
  /* Without root, and without a change of what no_new_privs means to the program, this fails. */
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) return perror("seccomp"), 125;
  execvp(argv[1], argv + 1);
  return perror(argv[1]), 126;
}
`;
}

/**
 * Compiles a sandbox.
 *
 * @param folder where its program is written
 * @param name file name, one for each sandbox
 * @returns argv in front of a command that shall run in it; it must be started by root
 */
export async function buildSandbox(
  folder: string,
  name: string,
  sandbox: Sandbox,
): Promise<string[]> {
  const path = `${folder}/${name}`;
  await Deno.writeTextFile(`${path}.c`, program(sandbox));
  await mustRun(["gcc", "-std=gnu11", "-Wall", "-Werror", "-o", path, `${path}.c`]);
  return [path];
}
