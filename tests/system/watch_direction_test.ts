// Bufferbloat: a load fills the queue before a slow link, in one direction or in this machine. Screen and summary say where.

import { assertEquals, assertMatch } from "@std/assert";
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

/** Lines of a chart with ink, from its lower edge up; 0 where there is no such chart. Out and back have one scale. */
function heightOf(lines: readonly string[], place: keyof typeof CHARTS): number {
  const first = lines.findIndex((line) =>
    line.startsWith(CHARTS[place]) && /^\S+ +\d+ m?s/.test(line)
  );
  if (first < 0) return 0;
  const length = lines.slice(first).findIndex((line) => /^ +0 /.test(line)) + 1;
  return lines.slice(first, first + length).filter((line) => /[\u2801-\u28ff]/.test(line)).length;
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
    await screen.until(new RegExp(`^10\\.78\\.2\\.2: slow: ${words}  \\(last \\d+ s\\)$`, "m"));
    // Until the queue is full: the chart of the slow part reaches up to 100 ms and more.
    const lines = await screen.until(
      new RegExp(`^${CHARTS[slow].replace("+", "\\+")} +[125]00 ms`, "m"),
    );
    assertMatch(lines[2] ?? "", new RegExp(` ${column} +[<+-]`), lines.join("\n"));
    assertMatch(lines.join("\n"), new RegExp(`^${column} +.*congestion`, "m"));
    const places = Object.keys(CHARTS).filter((place) =>
      heightOf(lines, place as keyof typeof CHARTS) > 2
    );
    assertEquals(places, [slow], lines.join("\n"));
    await screen.press("q");
    const after = (await screen.until(/^back jitter/m)).join("\n");
    assertMatch(after, new RegExp(`^slow {4}${words}$`, "m"));
  });
}
