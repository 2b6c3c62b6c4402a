/** What other systems are spared, as far as it shows here: the program is run as if it were on one of them, and must not ask its C library. */

import { assertEquals, assertMatch } from "@std/assert";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import { runCommand } from "../support/command.ts";
import { runAs } from "../support/other_system.ts";

/** Prints what an action says when it is refused. */
const says = (action: string) =>
  `try { await (${action}); } catch (error) { console.log(error.message); }`;

Deno.test("macOS: scans, marks and control of the MTU say that they need Linux, before anything else", async () => {
  const { stdout, stderr } = await runAs(
    { os: "darwin" },
    [
      'const { openScanSockets } = await load("ffi/scan/sockets.ts");',
      'const { findRoute } = await load("ffi/posix/route_source.ts");',
      says("openScanSockets({ blocks: [], senders: 1, template: () => new Uint8Array() })"),
      says("(async () => findRoute(1, { mark: 7 }))()"),
    ].join("\n"),
  );
  assertEquals(stderr, "");
  assertEquals(stdout.split("\n"), [
    "Cannot scan on this system, it needs Linux: Function not implemented (ENOSYS)",
    "Cannot use mark 7, it needs Linux: Function not implemented (ENOSYS)",
    "",
  ]);
});

Deno.test("musl: its C library is opened, and one that is not there is named", async () => {
  const { stdout } = await runAs(
    { os: "linux", env: "musl" },
    [
      'const { openLibc } = await load("ffi/posix/libc.ts");',
      says("(async () => openLibc())()"),
    ].join("\n"),
  );
  assertMatch(
    stdout,
    /^Cannot use the C library libc\.musl-\w+\.so\.1: .*, expected glibc, musl, or macOS's own\n$/,
  );
});

Deno.test("compile: a target without a base, or that does not exist, is one sentence", async () => {
  const argv = [
    Deno.execPath(),
    "run",
    "--quiet",
    "--allow-all",
    `${PROJECT_FOLDER}tools/compile.ts`,
  ];
  const { code, stderr } = await runCommand([...argv, "--target", "nonsense"], {
    cwd: PROJECT_FOLDER,
    timeoutMs: 120_000,
  });
  assertEquals([code, stderr.trim().split("\n").length], [1, 1], stderr);
  assertMatch(stderr, /^Cannot compile: .*'nonsense'.*\n$/);
});
