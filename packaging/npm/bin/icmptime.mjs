#!/usr/bin/env node
/**
 * Starts icmptime on the Deno that npm installed beside it.
 *
 * The platform packages of Deno are used directly: they need no install script, and nothing is written at the first run.
 */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** Signals that are passed on. Terminals send SIGINT and SIGTSTP to the whole group by themselves. */
const PASSED_ON = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGQUIT"];

/** Exit code of icmptime when the system refuses something. */
const SYSTEM_ERROR = 4;

function findDeno() {
  const suffix = process.platform === "linux" ? "-glibc" : "";
  const name = `@deno/${process.platform}-${process.arch}${suffix}`;
  try {
    const folder = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const path = folder.replace(/package\.json$/, "deno");
    if (existsSync(path)) return path;
  } catch {
    // Not installed: npm leaves out what is for another machine.
  }
  process.stderr.write(
    `icmptime: ${name} is not installed: expected Linux with glibc or macOS, on x64 or arm64, ` +
      "and npm without --omit=optional\n",
  );
  process.exit(SYSTEM_ERROR);
}

const deno = findDeno();
const argv = [
  "run",
  ..."@DENO_FLAGS@".split(" "),
  fileURLToPath(new URL("../lib/main.js", import.meta.url)),
  ...process.argv.slice(2),
];
const env = { ...process.env, DENO_NO_UPDATE_CHECK: "1" };

if (typeof process.execve === "function") {
  // Newer Node.js: this process becomes icmptime, so signals, job control and exit code are its own.
  process.removeAllListeners("warning");
  process.execve(deno, [deno, ...argv], env);
}

const child = spawn(deno, argv, { stdio: "inherit", env });
for (const signal of PASSED_ON) process.on(signal, () => child.kill(signal));
process.on("SIGINT", () => {
  if (!process.stdin.isTTY) child.kill("SIGINT");
});
child.on("error", (error) => {
  process.stderr.write(`icmptime: cannot start ${deno}: ${error.message}\n`);
  process.exit(SYSTEM_ERROR);
});
child.on("exit", (code, signal) => {
  process.exit(signal === null ? code : 128 + constants.signals[signal]);
});
