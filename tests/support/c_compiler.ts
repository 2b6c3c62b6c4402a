/** Asks a C compiler: what do the real headers say? */

import { mustRun } from "./command.ts";

/** Headers of everything that ffi/ declares. */
const HEADERS = [
  "arpa/inet.h",
  "errno.h",
  "fcntl.h",
  "grp.h",
  "ifaddrs.h",
  "net/if.h",
  "net/if_arp.h",
  "netdb.h",
  "netinet/in.h",
  "poll.h",
  "signal.h",
  "stddef.h",
  "stdint.h",
  "stdio.h",
  "string.h",
  "spawn.h",
  "sys/eventfd.h",
  "sys/fsuid.h",
  "sys/ioctl.h",
  "sys/mman.h",
  "sys/prctl.h",
  "sys/socket.h",
  "sys/timex.h",
  "sys/wait.h",
  "sys/xattr.h",
  "time.h",
  "unistd.h",
  "linux/capability.h",
  "linux/errqueue.h",
  "linux/ethtool.h",
  "linux/fib_rules.h",
  "linux/filter.h",
  "linux/icmp.h",
  "linux/if_ether.h",
  "linux/if_packet.h",
  "linux/if_tun.h",
  "linux/neighbour.h",
  "linux/net_tstamp.h",
  "linux/netlink.h",
  "linux/rtnetlink.h",
  "linux/sock_diag.h",
  "linux/sockios.h",
] as const;

/** What C code starts with: every header, and the few declarations that glibc leaves to other libraries. */
const PRELUDE = `#define _GNU_SOURCE
${HEADERS.map((header) => `#include <${header}>`).join("\n")}
int capget(cap_user_header_t header, cap_user_data_t data); /* capget(2): "no wrapper header in glibc" */
int capset(cap_user_header_t header, cap_user_data_t data);
`;

/** The compiler of musl, Alpine's C library. */
export const MUSL_COMPILER = "musl-gcc";

/** Flags of a compiler. That of musl looks for no header elsewhere, and the kernel's are not musl's: they are linked into a folder. */
async function flagsOf(compiler: string, folder: string): Promise<string[]> {
  const flags = ["-std=gnu11", "-w"];
  if (compiler !== MUSL_COMPILER) return flags;
  const architecture = (await mustRun(["gcc", "-print-multiarch"])).stdout.trim();
  const headers = `${folder}/kernel`;
  await Deno.mkdir(headers);
  for (const name of ["linux", "asm-generic", `${architecture}/asm`]) {
    await Deno.symlink(`/usr/include/${name}`, `${headers}/${name.split("/").at(-1)}`);
  }
  return [...flags, "-isystem", headers];
}

/**
 * Links a program that names functions, and runs it.
 *
 * @param names of functions; one that the library lacks is an error of the linker
 */
export async function linkFunctions(names: readonly string[], compiler: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-c-" });
  try {
    const list = names.map((name) => `(void *)${name}`).join(", ");
    const main = `int main(void) { void *all[] = { ${list} }; return all[0] == 0; }`;
    await Deno.writeTextFile(`${folder}/main.c`, `${PRELUDE}${main}\n`);
    const flags = await flagsOf(compiler, folder);
    await mustRun([compiler, ...flags, "-o", `${folder}/main`, `${folder}/main.c`]);
    await mustRun([`${folder}/main`]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Compiles and runs a program.
 *
 * @param body statements of main()
 * @returns what it printed, line by line
 */
export async function runC(body: string): Promise<string[]> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-c-" });
  try {
    await Deno.writeTextFile(`${folder}/main.c`, `${PRELUDE}int main(void) {\n${body}\n}\n`);
    await mustRun(["gcc", "-std=gnu11", "-w", "-o", `${folder}/main`, `${folder}/main.c`]);
    return (await mustRun([`${folder}/main`])).stdout.trimEnd().split("\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Asks a compiler for the values of constant expressions, without running anything: so it may be one for another processor. They are
 * read from the data that the compiler writes.
 *
 * @param expressions undefined values of these are compile errors
 * @param compiler such as `aarch64-linux-gnu-gcc`
 */
export async function evaluateC(
  expressions: readonly string[],
  compiler = "gcc",
): Promise<number[]> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-c-" });
  try {
    const tables = expressions.map((expression, i) =>
      `const long long value_${i} = ${expression};`
    );
    await Deno.writeTextFile(`${folder}/main.c`, `${PRELUDE}${tables.join("\n")}\n`);
    const flags = await flagsOf(compiler, folder);
    await mustRun([compiler, ...flags, "-S", "-o", `${folder}/main.s`, `${folder}/main.c`]);
    const values = new Map<string, number>();
    const data = /^value_(\d+):\n\s*\.(quad|xword|zero)\s+(-?\d+)$/gm;
    for (
      const [, i = "", kind, value] of (await Deno.readTextFile(`${folder}/main.s`)).matchAll(data)
    ) {
      values.set(i, kind === "zero" ? 0 : Number(value));
    }
    return expressions.map((_, i) => values.get(String(i)) ?? NaN);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A function as the headers declare it, in C's words. */
export interface Prototype {
  /** Type of what it returns. */
  readonly result: string;
  /** Types of the parameters; the last one is `...` when it takes more. */
  readonly parameters: readonly string[];
}

/** The prototypes of all functions that the headers declare. */
export async function readPrototypes(): Promise<ReadonlyMap<string, Prototype>> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-c-" });
  try {
    await Deno.writeTextFile(`${folder}/main.c`, PRELUDE);
    const list = `${folder}/prototypes`;
    const argv = [
      "gcc",
      "-std=gnu11",
      "-w",
      "-aux-info",
      list,
      "-fsyntax-only",
      `${folder}/main.c`,
    ];
    await mustRun(argv);
    const prototypes = new Map<string, Prototype>();
    for (const line of (await Deno.readTextFile(list)).split("\n")) {
      const match = line.match(/^\/\*.*?\*\/ extern (.*?)\b(\w+) \((.*)\);/);
      if (match === null) continue;
      const [, result = "", name = "", parameters = ""] = match;
      prototypes.set(name, {
        result: result.trim(),
        parameters: parameters === "void" ? [] : parameters.split(", "),
      });
    }
    return prototypes;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
