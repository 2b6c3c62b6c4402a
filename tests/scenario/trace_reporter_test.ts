/** What each form of output has of a trace to two hosts. */

import { assert, assertEquals } from "@std/assert";
import { TraceReporter, type TraceReporterOptions } from "../../src/report/trace_reporter.ts";
import type { RunInfo } from "../../src/run/event.ts";
import { setColorEnabled } from "../../src/terminal/color.ts";
import { LineSink } from "../../src/terminal/line_sink.ts";
import { MemorySink } from "../support/memory_sink.ts";
import { routers, traceSimulated } from "../support/simulated_trace.ts";

const TWO = await traceSimulated({ hops: routers(2) }, { targets: 2, tries: 1 });

function write(format: TraceReporterOptions["format"], fields?: readonly string[]): string[] {
  setColorEnabled(false);
  const sink = new MemorySink();
  const lines = new LineSink(sink, (error) => {
    throw error;
  });
  const reporter = new TraceReporter(lines, {
    ...{ format, numeric: false, verbose: false, fields } as TraceReporterOptions,
  });
  reporter.run({ command: "trace", version: "0", kind: "timestamp" } as RunInfo);
  reporter.end({ ...TWO.result, exitCode: 0, failedCalls: 2, kernelDrops: 0 });
  return sink.lines;
}

Deno.test("trace output: text has the hosts one below the other, and what went wrong here", () => {
  const lines = write("text");
  const ends = lines.flatMap((line, i) => line === "" ? [i] : []);
  assert(ends.length >= 1 && lines[0] !== "", lines.join("\n"));
  assertEquals(lines.filter((line) => line.includes("answers both")).length, 2, lines.join("\n"));
  assertEquals(lines.at(-1), "2 system calls on the sockets failed: replies may be missing");
});

Deno.test("trace output: JSON has the run, each hop and the verdict of each host, and the end", () => {
  const types = write("json").map((line) => JSON.parse(line).type);
  const host = ["hop", "hop", "hop", "verdict"];
  assertEquals(types, ["run", ...host, ...host, "end"]);
  const [, hop = ""] = write("json", ["target", "hop"]);
  assertEquals(JSON.parse(hop), { type: "hop", target: "host-0", hop: 1 });
});

Deno.test("trace output: CSV has one header, and a row for each hop and verdict", () => {
  assertEquals(write("csv", ["type", "target", "hop", "finding"]), [
    "type,target,hop,finding",
    ...["host-0", "host-1"].flatMap((host) => [
      ...[1, 2, 3].map((hop) => `hop,${host},${hop},`),
      `verdict,${host},,answers`,
    ]),
  ]);
  assertEquals(write("csv").length, 1 + 2 * 4);
});
