// What `watch` leaves behind in a terminal, however it ends, and how it follows the terminal's size.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { mustRun } from "../support/command.ts";
import { VethPair } from "../support/namespace.ts";
import { type Program, programTest, SOURCE_PROGRAM } from "../support/program.ts";
import { TerminalWindow } from "../support/terminal_window.ts";
import { systemTest } from "../support/tools.ts";

const NEEDS = { namespaces: true, tools: ["tmux", "stty"] };
const MODES = "#{alternate_on} #{cursor_flag} #{wrap_flag}";
const CLEAN = "0 1 1", DRAWN = "1 0 0";

/** A shell that has kept its settings, with a watch behind a job of its own. */
async function startWatch(
  screen: TerminalWindow,
  pair: VethPair,
  program: Pick<Program, "argv">,
): Promise<void> {
  await screen.enter("settings=$(stty -a); echo before-the-watch");
  await screen.until(/^before-the-watch$/m);
  await screen.run(pair.near.argv(program.argv("watch", "-i", "50ms", pair.farAddress)));
  await screen.until(/neither direction is slow/);
  assertEquals(await screen.ask(MODES), DRAWN);
}

/** The process of the watch: the one in its namespace. */
async function findWatch(pair: VethPair): Promise<number> {
  const { stdout } = await mustRun(["ip", "netns", "pids", pair.near.name]);
  const own = stdout.split(/\s+/).filter(Boolean).map(Number).find((pid) => {
    try {
      return Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes("\0watch\0");
    } catch {
      return false;
    }
  });
  assert(own !== undefined, stdout);
  return own;
}

/** The terminal has the settings that it had, and shows what it showed. */
async function assertRestored(screen: TerminalWindow): Promise<void> {
  assertEquals(await screen.ask(MODES), CLEAN);
  await screen.enter('[ "$(stty -a)" = "$settings" ] && echo \'same settings\'');
  const lines = await screen.until(/^same settings$/m);
  assertEquals(lines.filter((line) => line === "before-the-watch").length, 1);
  // No piece of the screen stays.
  assertEquals(lines.filter((line) => line.includes("q quit")), []);
}

for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const) {
  programTest(
    { ...NEEDS, name: `watch: ${signal} leaves a clean terminal and the summary` },
    async (program) => {
      await using pair = await VethPair.open();
      await using screen = await TerminalWindow.open({ rows: 40 });
      await startWatch(screen, pair, program);
      Deno.kill(await findWatch(pair), signal);
      await screen.until(/^--- 10\.77\.0\.2 ---\n\d+ sent, [^]*^back jitter/m);
      await assertRestored(screen);
    },
  );
}

systemTest({ ...NEEDS, name: "watch: Ctrl-C ends it like q" }, async () => {
  await using pair = await VethPair.open();
  await using screen = await TerminalWindow.open({ rows: 40 });
  await startWatch(screen, pair, SOURCE_PROGRAM);
  await screen.press("C-c");
  await screen.until(/^--- 10\.77\.0\.2 ---\n\d+ sent, [^]*^back jitter/m);
  await assertRestored(screen);
});

programTest(
  { ...NEEDS, name: "watch: Ctrl-Z gives the terminal back, and fg takes it again" },
  async (program) => {
    await using pair = await VethPair.open();
    await using screen = await TerminalWindow.open({ rows: 40 });
    await startWatch(screen, pair, program);
    await screen.press("C-z");
    await screen.until(/before-the-watch[^]*Stopped/);
    assertEquals(await screen.ask(MODES), CLEAN);
    await screen.enter("fg");
    await screen.until(/neither direction is slow/);
    assertEquals(await screen.ask(MODES), DRAWN);
    await screen.press("q");
    await screen.until(/^--- 10\.77\.0\.2 ---\n\d+ sent, [^]*^back jitter/m);
    await assertRestored(screen);
  },
);

systemTest(
  { ...NEEDS, name: "watch: after kill -9 the shell can be used again with reset" },
  async () => {
    await using pair = await VethPair.open();
    await using screen = await TerminalWindow.open({ rows: 40 });
    await startWatch(screen, pair, SOURCE_PROGRAM);
    Deno.kill(await findWatch(pair), "SIGKILL");
    await screen.until(/^\$/m);
    await screen.enter("reset");
    await screen.enter("clear; echo it-works; stty -a | grep -ow -e -icanon -e -echo -e -icrnl");
    const lines = await screen.until(/^it-works$/m);
    assertEquals(lines.filter((line) => line.startsWith("-")), []);
    // tmux stays in the alternate buffer; cursor and wrap are back.
    assertEquals(await screen.ask("#{cursor_flag} #{wrap_flag}"), "1 1");
  },
);

programTest(
  { ...NEEDS, name: "watch: follows the size of the terminal, down to a sentence" },
  async (program) => {
    await using pair = await VethPair.open();
    await using screen = await TerminalWindow.open({ columns: 120, rows: 40 });
    await startWatch(screen, pair, program);
    for (const [columns, rows] of [[80, 24], [40, 12], [40, 10], [200, 50], [120, 40]] as const) {
      await screen.resize(columns, rows);
      const lines = await screen.until(
        new RegExp(`^icmptime watch.*\\d:\\d\\d:\\d\\d\\n(.*\\n){${rows - 2}}q quit.*$`),
      );
      assertEquals(lines.length, rows);
      assertEquals(lines[0]?.length, columns);
      assert(lines.some((line) => /[\u2801-\u28ff]/.test(line)), lines.join("\n"));
    }
    await screen.resize(39, 10);
    assertMatch((await screen.until(/too small/)).join(" "), /needs 40 +columns and 10 lines/);
    await screen.resize(80, 24);
    await screen.until(/q quit/);
  },
);

systemTest({
  ...NEEDS,
  name: "watch: a fault of the program leaves a clean terminal and its error",
}, async () => {
  await using pair = await VethPair.open();
  await using screen = await TerminalWindow.open({ rows: 40 });
  // A module that the runtime loads first waits for a signal.
  const fault =
    "data:application/javascript,Deno.addSignalListener('SIGUSR2',()=>{throw new Error('a fault')})";
  await startWatch(screen, pair, {
    argv: (...args) => {
      const [deno = "", run = "", ...rest] = SOURCE_PROGRAM.argv(...args);
      return [deno, run, "--preload", fault, ...rest];
    },
  });
  Deno.kill(await findWatch(pair), "SIGUSR2");
  await screen.until(/Error: a fault/);
  await assertRestored(screen);
});
