// The screen of `watch` in a real terminal: what it shows, how it follows keys and sizes, and what it leaves behind.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { VethPair } from "../support/namespace.ts";
import { programTest, SOURCE_PROGRAM } from "../support/program.ts";
import { TerminalWindow } from "../support/terminal_window.ts";
import { systemTest } from "../support/tools.ts";

const NEEDS = { namespaces: true, tools: ["tmux"] };

programTest({
  ...NEEDS,
  name: "watch: shows a table and charts, and prints the summary at the end",
}, async (program) => {
  await using pair = await VethPair.open();
  await using screen = await TerminalWindow.open();
  await screen.run(pair.near.argv(program.argv("watch", "-i", "50ms", pair.farAddress)));
  const lines = await screen.until(/neither direction is slow/);
  assertMatch(
    lines[0] ?? "",
    /^icmptime watch {2}1 target {2}timestamp requests every 50 ms +0:00:\d\d$/,
  );
  assertMatch(lines[1] ?? "", /^ {2}target +loss +last +median +p95 +out\+ +back\+/);
  assertMatch(lines[2] ?? "", /^> 10\.77\.0\.2 +0%( +\d+\.\d+){4}/);
  assert(
    lines.slice(6).filter((line) => /[\u2801-\u28ff]/.test(line)).length >= 3,
    lines.join("\n"),
  );
  assertEquals(await screen.ask("#{alternate_on} #{cursor_flag}"), "1 0");
  await screen.press("q");
  const after = await screen.until(/back jitter.*\n\$$/m);
  assertMatch(after.join("\n"), /--- 10\.77\.0\.2 ---\n\d+ sent, \d+ received, 0 % loss/);
  assertEquals(await screen.ask("#{alternate_on} #{cursor_flag}"), "0 1");
});

systemTest(
  { ...NEEDS, name: "watch: without a terminal it says what to use instead" },
  async () => {
    await using pair = await VethPair.open();
    const { code, stdout, stderr } = await pair.near.run(
      SOURCE_PROGRAM.argv("watch", pair.farAddress),
    );
    assertEquals([code, stdout], [3, ""]);
    assertEquals(
      stderr,
      "icmptime: Cannot watch: standard output is not a terminal with a screen, expected one, or icmptime ping --loop\n",
    );
  },
);
