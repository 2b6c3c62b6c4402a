/** The live lines of ping, clock and scan on a terminal: as wide as it is now, and none on one without escapes. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Namespace } from "../support/namespace.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { systemTest } from "../support/tools.ts";

const ERASE = "\r\x1b[K";
const COMMANDS: readonly (readonly string[])[] = [
  ["ping", "-c", "60", "-i", "30ms", "-q", "127.0.0.1", "127.0.0.2"],
  ["clock", "-c", "60", "-i", "30ms", "127.0.0.1"],
  ["scan", "--include-reserved", "--rate", "60", "--cooldown", "2s", "127.0.0.0/25"],
];

/** What a command writes to a terminal of this many columns. */
async function onTerminal(
  words: readonly string[],
  columns: number,
  term: string,
): Promise<string> {
  await using namespace = await Namespace.open();
  const program = SOURCE_PROGRAM.argv(...words).map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  const shell = `stty cols ${columns}; exec ${program.join(" ")}`;
  const { stdout } = await namespace.mustRun(
    ["env", `TERM=${term}`, "NO_COLOR=1", "script", "-qec", shell, "/dev/null"],
  );
  return stdout;
}

for (const words of COMMANDS) {
  systemTest({
    name: `terminal: the live line of ${words[0]} fits its columns, few or many`,
    namespaces: true,
    tools: ["script", "stty"],
  }, async () => {
    const widths = await Promise.all([40, 80].map(async (columns) => {
      const shown = (await onTerminal(words, columns, "xterm")).split(ERASE).slice(1)
        // The last line stays, and other lines follow it.
        .filter((text) => !text.includes("\n"));
      assert(shown.length > 2, `${shown.length} live lines in ${columns} columns`);
      for (const text of shown) assert(text.length < columns, `${columns} columns: ${text}`);
      return Math.max(...shown.map((text) => text.length));
    }));
    assert((widths[0] ?? 0) < (widths[1] ?? 0), `as wide in 40 columns as in 80: ${widths}`);
  });

  systemTest({
    name: `terminal: ${words[0]} writes no escape to a dumb one`,
    namespaces: true,
    tools: ["script", "stty"],
  }, async () => {
    const text = await onTerminal(words, 80, "dumb");
    assertEquals(text.includes("\x1b"), false);
    // But for the ends of lines no carriage return either.
    assertEquals(text.replaceAll("\r\n", "\n").includes("\r"), false);
    assertMatch(text, /127\.0\.0\.1/);
  });
}

systemTest({
  name: "terminal: the sentences of clock are as wide as it is",
  namespaces: true,
  tools: ["script", "stty"],
}, async () => {
  for (const columns of [40, 60]) {
    const text = await onTerminal(
      ["clock", "-c", "10", "-i", "20ms", "127.0.0.1"],
      columns,
      "dumb",
    );
    const lines = text.replaceAll("\r\n", "\n").trimEnd().split("\n");
    for (const line of lines) assert(line.length <= columns, `${columns} columns: ${line}`);
    assert(lines.some((line) => line.length > columns - 10), text);
  }
});
