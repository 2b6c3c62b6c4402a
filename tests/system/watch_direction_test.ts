// Bufferbloat: a load fills the queue before a slow link, in one direction or in this machine. Screen and summary say where.

import { assert, assertMatch } from "@std/assert";
import { programTest } from "../support/program.ts";
import { ShapedPath } from "../support/shaped_path.ts";
import { TerminalWindow } from "../support/terminal_window.ts";

const NEEDS = { namespaces: true, tools: ["tmux", "tc", "ping", "python3"] };
const PLACES = [
  { slow: "out", words: "out", column: "out" },
  { slow: "back", words: "back", column: "back" },
  { slow: "near", words: "this machine's queue", column: "queue" },
] as const;

/** The chart of each place, by the label that begins it. */
const CHARTS = { out: "out+", back: "back+", near: "queue" } as const;

/** Greatest value of a chart: the number at its upper edge, milliseconds; 0 where there is no such chart. */
function edgeOf(lines: readonly string[], label: string): number {
  const line = lines.find((each) => each.startsWith(label));
  const [, edge, unit] = line?.slice(label.length).match(/^ *([\d.]+) (ms|s)/) ?? [];
  if (edge === undefined) return 0;
  return Number(edge) * (unit === "s" ? 1000 : 1);
}

for (const { slow, words, column } of PLACES) {
  programTest({
    ...NEEDS,
    name: `watch: a load that fills one queue is seen there, and said so: ${words}`,
  }, async (program) => {
    await using path = await ShapedPath.open(slow);
    await using screen = await TerminalWindow.open({ columns: 100, rows: 40 });
    await screen.run(
      path.near.argv(program.argv("watch", "-i", "50ms", "-W", "3s", path.farAddress)),
    );
    await screen.until(/neither direction is slow/);
    await using _load = path.load();
    await screen.until(new RegExp(`^10\\.78\\.2\\.2: slow: ${words}$`, "m"));
    // Until the queue is full: the chart of the slow part reaches up to 100 ms and more.
    const lines = await screen.until(
      new RegExp(`^${CHARTS[slow].replace("+", "\\+")} +[125]00 ms`, "m"),
    );
    assertMatch(lines[2] ?? "", new RegExp(` ${column} +[<+-]`), lines.join("\n"));
    assertMatch(lines.join("\n"), new RegExp(`^${column} +.*congestion`, "m"));
    const others = Object.values(CHARTS).filter((label) => label !== CHARTS[slow]);
    for (const label of others) assert(edgeOf(lines, label) <= 20, `${label}\n${lines.join("\n")}`);
    await screen.press("q");
    const after = (await screen.until(/^back jitter/m)).join("\n");
    assertMatch(after, new RegExp(`^slow {4}${words}$`, "m"));
  });
}
