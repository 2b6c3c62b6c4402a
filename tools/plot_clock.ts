/**
 * `deno run -A tools/plot_clock.ts [--measure]`: makes docs/clock_error.svg, the error of clock measurements
 * against the number of probes, from runs in the lab (root on Linux, clockdiff installed).
 *
 * Twenty hosts with offsets of their own, 10 ms each way, exponential jitter with a mean of 0.2 ms. The measured points are
 * kept in docs/clock_error.json, so that the picture can be drawn again without measuring.
 */

import { say } from "./output.ts";
import { PROJECT_FOLDER } from "./project.ts";
import { formatPlot, type Series } from "./plot_svg.ts";
import { measureClockError } from "./clock_error.ts";

const DATA = `${PROJECT_FOLDER}docs/clock_error.json`;
const PICTURE = `${PROJECT_FOLDER}docs/clock_error.svg`;

if (Deno.args.includes("--measure")) {
  await Deno.writeTextFile(DATA, JSON.stringify(await measureClockError(), null, 2) + "\n");
  say(`wrote ${DATA}`);
}
const series: readonly Series[] = JSON.parse(await Deno.readTextFile(DATA));
await Deno.writeTextFile(
  PICTURE,
  formatPlot({
    title: "Error of the offset, 20 hosts, 10 ms each way, jitter 0.2 ms",
    xLabel: "probes",
    yLabel: "|estimate − truth|, µs: median, and the middle 80 %",
    series,
  }),
);
say(`wrote ${PICTURE}`);
