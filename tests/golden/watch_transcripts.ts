/** Pictures of `watch` at chosen moments of a run over a simulated network. */

import { readEcho, readTarget } from "../../src/report/screen/target_row.ts";
import { drawWatch } from "../../src/report/screen/watch_screen.ts";
import { WatchView } from "../../src/report/screen/watch_view.ts";
import { PingRun } from "../../src/run/ping_run.ts";
import { planRun } from "../../src/run/run_plan.ts";
import { TextReporter } from "../../src/report/text_reporter.ts";
import { setColorEnabled } from "../../src/terminal/color.ts";
import { LineSink } from "../../src/terminal/line_sink.ts";
import type { ChartStyle } from "../../src/terminal/screen/chart.ts";
import { MemorySink } from "../support/memory_sink.ts";
import { makeTargets } from "../support/simulated_run.ts";
import { SimulatedTransport } from "../support/simulated_transport.ts";
import { CHANGE_TRUTH, CHANGES } from "./ping_transcripts.ts";

/** When the screen is drawn, how, and the keys that are pressed before. */
const MOMENTS: readonly {
  readonly atMs: number;
  readonly keys: string;
  readonly style?: ChartStyle;
  readonly columns?: number;
  readonly rows?: number;
}[] = [
  { atMs: 300, keys: "" },
  { atMs: 20_000, keys: "j" },
  { atMs: 59_900, keys: "", style: "block" },
  { atMs: 70_100, keys: "c" },
  { atMs: 75_000, keys: "ces", columns: 110, rows: 30 },
  { atMs: 90_000, keys: "so", style: "ascii", columns: 60, rows: 16 },
  { atMs: 95_000, keys: "r" },
  { atMs: 99_000, keys: "o+j", columns: 44, rows: 12 },
];

/** The pictures, one below the other, then the summary. */
export async function watchTranscripts(): Promise<[name: string, text: string][]> {
  setColorEnabled(false);
  const transport = new SimulatedTransport(CHANGES);
  const columnsMs = [1000, 5000];
  const plan = planRun({
    ...{ kind: "timestamp", count: Infinity, intervalMs: 1000, timeoutMs: 1000 },
    echoBeside: true,
  });
  const run = await PingRun.open({
    program: { command: "watch", version: "VERSION" },
    plan,
    targets: makeTargets(5),
    historyColumnsMs: columnsMs,
  }, {
    elapsedMs: () => transport.clock.nowNs / 1e6,
    isBroadcast: () => false,
    openTransport: () => transport,
    resolver: { resolve: () => Promise.reject(new Error("Cannot resolve: no name is used")) },
  });
  const truth = [
    ...CHANGE_TRUTH,
    "After 75 s echo requests go beside, and count among the probes. host-0 is 198.18.0.1, and so on.",
  ];
  const pieces = truth.map((line) => `# ${line}\n`);
  const view = new WatchView(0, columnsMs.length);
  const read = () => {
    const { targets, monotonicNs } = run.snapshot();
    const isOn = run.beside?.isOn ?? false;
    const echoes = run.beside?.snapshot()?.targets;
    const rows = targets.map((each, index) =>
      readTarget(
        each,
        monotonicNs,
        { numeric: false },
        view.mode === "clocks",
        readEcho(echoes?.[index], isOn),
      )
    );
    const about = isOn ? "timestamp and echo requests" : "timestamp requests";
    return {
      ...{ rows, nowNs: monotonicNs, elapsedS: monotonicNs / 1e9, about, hasEchoKey: true },
      remark: undefined,
    };
  };
  for (const { atMs, keys, style = "braille", columns = 80, rows = 24 } of MOMENTS) {
    transport.at(atMs, () => {
      for (const key of keys) {
        const action = view.press(key, view.order(read().rows));
        if (action === "echo") run.beside?.toggle();
        if (action === "reset") run.resetView();
      }
      const grid = drawWatch(read(), view, { columns, rows }, style);
      const lines = Array.from({ length: rows }, (_, row) => grid.line(row).trimEnd());
      pieces.push(`\n=== after ${atMs / 1000} s, keys: ${keys || "none"}\n${lines.join("\n")}\n`);
    });
  }
  transport.at(100_500, () => run.stop());
  const sink = new MemorySink();
  const lines = new LineSink(sink, (error) => {
    throw error;
  });
  const reporter = new TextReporter(lines, {
    ...{ numeric: false, quiet: true, verbose: false, timestamps: false },
  });
  const result = await run.run(reporter);
  reporter.end({ ...result, exitCode: 1 });
  lines.flush();
  return [["watch.txt", `${pieces.join("")}\n=== at the end\n${sink.text}`]];
}
