/** What other systems are spared, as far as it shows here: the program is run as if it were on one of them, and must not ask its C library. */

import { assertEquals, assertMatch } from "@std/assert";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import { type CommandResult, runCommand } from "../support/command.ts";
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

/** Runs the task `compile`. */
function runCompile(...words: readonly string[]): Promise<CommandResult> {
  const flags = ["run", "--quiet", "--allow-all"];
  const argv = [Deno.execPath(), ...flags, `${PROJECT_FOLDER}tools/compile.ts`, ...words];
  return runCommand(argv, { cwd: PROJECT_FOLDER });
}

Deno.test("compile: a target that cannot be had is one sentence, and the file stays as it was", async () => {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-compile-" });
  try {
    const output = `${folder}/icmptime`;
    await Deno.writeTextFile(output, "as it was");
    const { code, stderr } = await runCompile("--target", "nonsense", "--output", output);
    assertEquals([code, stderr.trim().split("\n").length], [1, 1], stderr);
    assertMatch(stderr, /^Cannot compile: .*'nonsense'.*\n$/);
    const occupied = await runCompile("--output", folder);
    assertEquals([occupied.code, occupied.stderr.trim().split("\n").length], [1, 1]);
    assertMatch(occupied.stderr, /^Cannot compile to \/.*: .*\n$/);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["icmptime"]);
    assertEquals(await Deno.readTextFile(output), "as it was");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("compile: a file that cannot be written, and words that mean nothing, are one sentence", async () => {
  const output = "/dev/null/icmptime";
  const unwritable = await runCompile("--output", output);
  assertEquals([unwritable.code, unwritable.stderr.split("\n").length], [1, 2], unwritable.stderr);
  assertMatch(unwritable.stderr, /^Cannot compile to \/dev\/null\/icmptime: .*mkdir.*\n$/);
  const { code, stderr } = await runCompile("--nonsense");
  const known = "compile takes --target TRIPLE, --output FILE";
  assertEquals([code, stderr], [1, `Cannot understand --nonsense: ${known}\n`]);
});

Deno.test("package: a binary that is not there is one sentence", async () => {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-package-" });
  try {
    const argv = [
      Deno.execPath(),
      "run",
      "--quiet",
      "--no-lock",
      "--allow-all",
      "tools/package.ts",
    ];
    const binary = `${folder}/none`;
    const words = ["deb", "--binary", binary, "--output", folder];
    const { code, stderr } = await runCommand([...argv, ...words], { cwd: PROJECT_FOLDER });
    assertEquals([code, stderr], [1, `Cannot package ${binary}: there is no such file\n`]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
