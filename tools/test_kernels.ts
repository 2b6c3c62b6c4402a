/**
 * `deno task test:kernels [KERNEL…] [--all] [--tests FILE,…] [--cache FOLDER] [--no-install]`: boots Debian's kernels in qemu, runs a part of the system tests
 * inside each, and prints a table. Exit code 1 when one did not boot in its time, or a test failed.
 *
 * Where the processor is emulated, that part is small; `--all` runs all of it (an hour a kernel and more).
 *
 * What is fetched and made is kept in the cache: `--cache`, or `$XDG_CACHE_HOME/icmptime/kernels`, or the same below `~/.cache`.
 * Needs root, for debootstrap; `/dev/kvm` makes it some twenty times as fast.
 */

import { parseArgs } from "@std/cli/parse-args";
import { KERNELS } from "./kernels/kernels.ts";
import {
  ALL_TESTS,
  defaultCache,
  formatTable,
  installKernelPackages,
  isGood,
  type Row,
  testKernel,
} from "./kernels/matrix.ts";
import { runTool, say, ToolError } from "./output.ts";

async function main(): Promise<void> {
  const args = parseArgs(Deno.args, {
    string: ["cache", "tests", "_"],
    boolean: ["install", "all"],
    default: { install: true },
    negatable: ["install"],
    unknown: (arg) => {
      if (!arg.startsWith("-")) return true;
      throw new ToolError(
        `Cannot understand ${arg}: expected --all, --cache FOLDER, --tests FILE,… or --no-install`,
      );
    },
  });
  const names = args._.map(String);
  const unknown = names.find((name) => !KERNELS.some((kernel) => kernel.name === name));
  if (unknown !== undefined) {
    const known = KERNELS.map(({ name }) => name).join(", ");
    throw new ToolError(`Cannot boot ${unknown}: the kernels are ${known}`);
  }
  const chosen = KERNELS.filter(({ name }) => names.length === 0 || names.includes(name));
  if (args["install"] === true) await installKernelPackages(chosen);
  const cache = args["cache"] === undefined ? defaultCache() : String(args["cache"]);
  const named = args["tests"] === undefined ? undefined : String(args["tests"]).split(",");
  const tests = args["all"] === true ? ALL_TESTS : named;
  await Deno.mkdir(cache, { recursive: true });
  const rows: Row[] = [];
  for (const kernel of chosen) {
    say(`== ${kernel.name}`);
    const row = await testKernel(kernel, { cache: await Deno.realPath(cache), tests });
    rows.push(row);
    if (!isGood(row)) say(row.boot.console);
    for (const name of row.counts.skipped) say(`not run: ${name}`);
  }
  say(formatTable(rows));
  if (!rows.every(isGood)) Deno.exitCode = 1;
}

if (import.meta.main) await runTool(main);
