/**
 * One older kernel, Debian's 6.1, in a virtual machine: what must work on every kernel works there. All kernels are booted by
 * `deno task test:kernels`.
 */

import { assert, assertEquals } from "@std/assert";
import { KERNELS } from "../../tools/kernels/kernels.ts";
import {
  defaultCache,
  EMULATED_TESTS,
  formatTable,
  testKernel,
} from "../../tools/kernels/matrix.ts";
import { systemTest } from "../support/tools.ts";

/** A guard against hanging: emulated on an idle machine it takes four minutes. */
const LIMIT_MS = 40 * 60_000;

systemTest({
  name: "kernel 6.1: what must work on every kernel",
  root: true,
  tools: ["qemu-system-x86_64", "debootstrap", "depmod", "cpio", "mke2fs"],
  missing: Deno.build.arch === "x86_64" ? undefined : "needs an x86-64 processor",
}, async () => {
  const kernel = KERNELS.find(({ name }) => name === "6.1");
  assert(kernel !== undefined);
  const tests = EMULATED_TESTS.slice(0, 1);
  const cache = defaultCache();
  await Deno.mkdir(cache, { recursive: true });
  const row = await testKernel(kernel, {
    cache: await Deno.realPath(cache),
    tests,
    limitMs: LIMIT_MS,
  });
  const { boot, counts } = row;
  assert(boot.release?.startsWith("6.1."), boot.console);
  assertEquals([counts.failed, counts.skipped], [0, []], `${formatTable([row])}\n${boot.console}`);
  assertEquals(counts.passed, 6);
});
