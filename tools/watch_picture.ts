/**
 * `deno task pictures`: docs/watch.svg, the screen of `watch` in a run through the lab. Needs root, a TUN device and tmux.
 */

import { Lab } from "../tests/lab/lab.ts";
import type { Scenario } from "../tests/lab/scenario.ts";
import { SOURCE_PROGRAM } from "../tests/support/program.ts";
import { TerminalWindow } from "../tests/support/terminal_window.ts";
import { say } from "./output.ts";
import { PROJECT_FOLDER } from "./project.ts";
import { formatTerminalSvg } from "./terminal_svg.ts";

const PATH = `${PROJECT_FOLDER}docs/watch.svg`;
const COLUMNS = 100, ROWS = 34;
/** As long as the charts span at that width, 43 s, and a little less. */
const RUN_MS = 41_000;
const PROBES = 420;

/** Delays, probe by probe: steady, then a queue that fills and empties on the way out, then one on the way back. */
function delays(from: number, to: number): number[] {
  return Array.from({ length: PROBES }, (_, i) => {
    const noise = (i * 7919 % 13) / 12;
    if (i < from || i > to) return 8 + noise;
    return 8 + noise + 45 * Math.abs(Math.sin((i - from) / 17)) + (i * 31 % 5);
  });
}

/** Five hosts: one whose ways are slow in turn, one steady, one an hour off, one with a coarse clock, one silent. */
export const SCENARIO: Scenario = {
  seed: 11,
  defaults: {
    out: { kind: "exponential", baseMs: 4, meanMs: 0.15 },
    back: { kind: "exponential", baseMs: 4, meanMs: 0.15 },
  },
  hosts: {
    "198.51.100.1": {
      out: { kind: "series", valuesMs: delays(120, 225) },
      back: { kind: "series", valuesMs: delays(300, 360) },
      loss: { kind: "pattern", out: `${".".repeat(150)}x.....x..x${".".repeat(300)}` },
    },
    "198.51.100.3": { clock: { offsetMs: -3_600_000 } },
    "198.51.100.4": { quirk: "coarse-tick", clock: { tickMs: 10 } },
    "198.51.100.5": { silent: true },
  },
};

/** Runs the lab and the screen, and returns the screen with its colours. */
async function capture(): Promise<string> {
  await using lab = await Lab.open({ scenario: SCENARIO, block: "198.51.100.0/24" });
  await using screen = await TerminalWindow.open({ columns: COLUMNS, rows: ROWS });
  const hosts = Array.from({ length: 5 }, (_, i) => `198.51.100.${i + 1}`);
  const words = ["watch", "--color", "always", "-i", "100ms", ...hosts];
  await screen.run(lab.argv(SOURCE_PROGRAM.argv(...words)));
  await screen.until(/198\.51\.100\.1: /);
  await new Promise((resolve) => setTimeout(resolve, RUN_MS));
  return await screen.colored();
}

if (import.meta.main) {
  const svg = formatTerminalSvg(await capture(), "icmptime watch: which direction is slow");
  await Deno.writeTextFile(PATH, svg);
  say(`${PATH}: ${Math.round(svg.length / 1024)} kB`);
}
