/**
 * `deno task pictures`: docs/watch.svg, the screen of `watch` in a run through the lab. Needs root, a TUN device and tmux.
 */

import { Lab } from "../tests/lab/lab.ts";
import { PICTURE_HOSTS } from "../tests/support/picture_hosts.ts";
import { SOURCE_PROGRAM } from "../tests/support/program.ts";
import { TerminalWindow } from "../tests/support/terminal_window.ts";
import { say } from "./output.ts";
import { PROJECT_FOLDER } from "./project.ts";
import { formatTerminalSvg } from "./terminal_svg.ts";

const PATH = `${PROJECT_FOLDER}docs/watch.svg`;
const COLUMNS = 100, ROWS = 34;
/** As long as the charts span at that width, 43 s, and a little less. */
const RUN_MS = 41_000;

/** Runs the lab and the screen, and returns the screen with its colours. */
async function capture(): Promise<string> {
  await using lab = await Lab.open({ scenario: PICTURE_HOSTS, block: "198.51.100.0/24" });
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
