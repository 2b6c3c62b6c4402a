/**
 * Runs icmptime once for each of the command lines given (JSON), and writes the code cache of what has run to the file of that
 * name: rehearse FILE COMMAND_LINES.
 */

import { loadScript } from "./load.ts";

/** V8 compiles to machine code in a few milliseconds. */
const SETTLE_MS = 100;

const [path = "", lines = "[]"] = Deno.args;
const { script, program } = loadScript({ hasCache: false });
// Opened now: the last run gives its rights up.
using output = Deno.openSync(path, { write: true, create: true, truncate: true });
const commandLines: string[][] = JSON.parse(lines);
const last = commandLines.pop() ?? [];
const keepsRights = Object.create(program.realSystem, { dropPrivileges: { value: () => {} } });
for (const words of commandLines) await program.run(words, keepsRights);
await program.run(last);
// A function that V8 compiles just now on another thread is marked so in the cache, and would never be compiled again.
await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
let bytes: Uint8Array = script.createCachedData();
while (bytes.length > 0) bytes = bytes.subarray(output.writeSync(bytes));
Deno.exit(0);
