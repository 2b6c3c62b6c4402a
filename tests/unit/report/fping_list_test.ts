/** fping's list mode, its reports of an interval and its counts of a whole run, as fping 5.1 has them. */

import { assertEquals } from "@std/assert";
import { formatFpingError, formatUnsent } from "../../../src/report/fping/error_text.ts";
import type { FpingReporter } from "../../../src/report/fping/reporter.ts";
import type { FpingReporterOptions } from "../../../src/report/fping/reporter_options.ts";
import { TargetStatistics } from "../../../src/run/target_statistics.ts";
import { LineSink } from "../../../src/terminal/line_sink.ts";
import { fpingForm } from "../../support/fping_form.ts";
import { MemorySink } from "../../support/memory_sink.ts";
import type { Network } from "../../support/simulated_network.ts";
import { reportRun } from "../../support/reported_run.ts";

/** Host 1 answers, 2 at its second try and twice, 3 never, 4 with an ICMP error, 5 is refused by the kernel. */
const NETWORK: Network = {
  out: 2,
  back: 3,
  rules: [
    { hosts: [2], probes: [0], fate: { lossOutRatio: 1 } },
    { hosts: [2], probes: [1], fate: { duplicateRatio: 1 } },
    { hosts: [3], fate: { lossBackRatio: 1 } },
    { hosts: [4], fate: { error: { type: 3, code: 1, reporter: 0xc0000a01 } } },
    { hosts: [5], fate: { refuse: { code: "EPERM", errno: 1 } } },
  ],
};

/** A run of fping's list mode: two tries for each host, until it answers. */
async function list(options: Partial<FpingReporterOptions>, network = NETWORK) {
  let reporter: FpingReporter | undefined;
  const open = (output: LineSink, errors: LineSink) =>
    reporter = fpingForm({ mode: "list", hasProbeLines: false, ...options })(output, errors);
  const run = { targets: 5, count: 2, intervalMs: 500, stopOnReply: true, kind: "echo" as const };
  const { output, errors } = await reportRun(network, run, open);
  return { lines: output.lines.toSorted(), errors: errors.lines, reporter };
}

Deno.test("fping: the list says of each host once what it is", async () => {
  const { lines, errors } = await list({ lists: "both", hasElapsed: true, printsTtl: true });
  assertEquals(lines, [
    "host-0 is alive (TTL 61) (5.00 ms)",
    "host-1 is alive (TTL 61) (5.00 ms)",
    "host-2 is unreachable",
    "host-3 is unreachable",
    "host-4 is unreachable",
  ]);
  const unreachable = "ICMP Host Unreachable from 192.0.10.1 for ICMP Echo sent to host-3";
  // The simulated kernel has no words for an error.
  const refused = "host-4: error while sending ping: EPERM";
  assertEquals(
    errors.toSorted(),
    [
      ...[unreachable, unreachable],
      "host-1 : duplicate for [0], 64 bytes, 6.00 ms",
      ...[refused, refused],
    ].toSorted(),
  );
});

Deno.test("fping: the list has those that are alive, or those that are not, alone", async () => {
  assertEquals((await list({ lists: "alive" })).lines, ["host-0", "host-1"]);
  assertEquals((await list({ lists: "alive", hasElapsed: true })).lines, [
    ...["host-0 (5.00 ms)", "host-1 (5.00 ms)"],
  ]);
  assertEquals((await list({ lists: "unreachable" })).lines, ["host-2", "host-3", "host-4"]);
  const quiet = await list({ isQuiet: true });
  assertEquals([quiet.lines, quiet.errors], [[], [
    "host-1 : duplicate for [0], 64 bytes, 6.00 ms",
  ]]);
});

Deno.test("fping: the counts of a whole run", async () => {
  const { errors, reporter } = await list({ isQuiet: true, hasStatistics: true, unknown: 2 });
  const from = errors.indexOf("");
  assertEquals(errors.slice(from).filter((line) => !line.includes("elapsed")), [
    "",
    "       5 targets",
    "       2 alive",
    "       3 unreachable",
    "       2 unknown addresses",
    "",
    // One of host 2, two of host 3 and two of host 4.
    "       5 timeouts (waiting for response)",
    "       9 ICMP Echos sent",
    "       3 ICMP Echo Replies received",
    "       2 other ICMP received",
    "",
    " 5.00 ms (min round trip time)",
    " 5.00 ms (avg round trip time)",
    " 5.00 ms (max round trip time)",
    "",
  ]);
  assertEquals(reporter?.totals.alive, 2);
});

Deno.test("fping: enough hosts are reachable from the number on that is asked for", async () => {
  for (const [needed, words] of [[2, "Enough"], [3, "Not enough"]] as const) {
    let stops = 0;
    const reachable = { needed, endsRun: true };
    const { lines, reporter } = await list({ reachable, isQuiet: true, stop: () => stops++ });
    assertEquals(lines, [`${words} hosts reachable (required: ${needed}, reachable: 2)`]);
    assertEquals([reporter?.isEnough, stops], [needed === 2, needed === 2 ? 1 : 0]);
  }
  const { reporter } = await list({});
  assertEquals(reporter?.isEnough, undefined);
});

Deno.test("fping: ICMP errors and what the kernel refused, in fping's words", () => {
  const target = { index: 0, label: "host", address: 1 };
  const words = (type: number, code: number) => {
    const outcome = { probe: { target }, error: { type, code }, reporter: 0xc0000a01 };
    return formatFpingError({ outcome } as never, "echo");
  };
  const from = "from 192.0.10.1 for ICMP Echo sent to host";
  assertEquals([words(3, 0), words(3, 15), words(3, 16), words(11, 0), words(12, 0), words(5, 1)], [
    `ICMP Network Unreachable ${from}`,
    `ICMP Unreachable (Precedence cutoff in effect) ${from}`,
    `ICMP Unreachable (Invalid Code) ${from}`,
    `ICMP Time Exceeded ${from}`,
    `ICMP Parameter Problem ${from}`,
    `ICMP type 5 ${from}`,
  ]);
  const refused = (message: string) => formatUnsent({ target, error: { message } } as never);
  assertEquals(
    refused("Cannot send to 192.0.2.7: Permission denied (EACCES)"),
    [
      "host: error while sending ping: Permission denied",
    ][0],
  );
  assertEquals(refused("no words"), "host: error while sending ping: no words");
});

/** The reports of two intervals of a target that answers in the first and not in the second. */
function intervals(options: Partial<FpingReporterOptions>): { output: string[]; errors: string[] } {
  const [output, errors] = [new MemorySink(), new MemorySink()];
  const sinks = [output, errors].map((sink) => new LineSink(sink, () => {})) as [
    LineSink,
    LineSink,
  ];
  const reporter = fpingForm({ mode: "loop", hasProbeLines: false, ...options })(...sinks);
  const target = { index: 0, label: "host", address: 1 };
  const at = { realtimeNs: 0, monotonicNs: 0, source: "kernel" };
  const probe = { target, index: 0, sentAt: at, deadlineNs: 1e9 };
  const reply = { rttNs: 5e6, receivedAt: at, header: { source: 1 }, lengthBytes: 64 };
  const report = (time: number) => {
    for (const index of [0, 1]) {
      const label = index === 0 ? "host" : "other";
      reporter.summary(
        new TargetStatistics({ ...target, index, label }, "interval").summary(time, 1),
      );
    }
  };
  reporter.reply({ probe, reply, flags: [] } as never);
  report(10);
  reporter.timeout({ probe } as never);
  report(20);
  for (const sink of sinks) sink.flush();
  return { output: output.lines, errors: errors.lines };
}

Deno.test("fping: each report of an interval has its time once, and counts from the last one", () => {
  const first = ["host     : xmt/rcv/%loss = 1/1/0%, min/avg/max = 5.00/5.00/5.00"]
    .concat(["other    : xmt/rcv/%loss = 0/0/0%"]);
  const isTime = (line: string) => /^\[\d\d:\d\d:\d\d\]$/.test(line);
  const shown = (options: Partial<FpingReporterOptions>) =>
    intervals(options).errors.map((line) => isTime(line) ? "time" : line);
  const second = ["host     : xmt/rcv/%loss = 1/0/100%", "other    : xmt/rcv/%loss = 0/0/0%"];
  assertEquals(shown({}), ["time", ...first, "time", ...second]);
  assertEquals(shown({ hasProbeLines: true }), ["", "time", ...first, "", "time", ...second]);
  assertEquals(shown({ isCumulative: true }).slice(4), [
    "host     : xmt/rcv/%loss = 2/1/50%, min/avg/max = 5.00/5.00/5.00",
    "other    : xmt/rcv/%loss = 0/0/0%",
  ]);
});

Deno.test("fping: charts for Netdata are defined in the first report alone", () => {
  const netdata = { everyMs: 1000, words: ["word"] };
  const { output } = intervals({ netdata });
  const begun = output.filter((line) => /^(CHART|BEGIN)/.test(line)).map((line) =>
    line.split(" ").slice(0, 2).join(" ")
  );
  const charts = (kind: string) =>
    ["word", "other"].flatMap((name) => [`${kind} fping.${name}_packets`]);
  assertEquals(
    begun.filter((line) => line.startsWith("CHART") && line.endsWith("packets")),
    charts("CHART"),
  );
  assertEquals(begun.filter((line) => line.startsWith("BEGIN") && line.endsWith("packets")), [
    ...charts("BEGIN"),
    ...charts("BEGIN"),
  ]);
  assertEquals(output.filter((line) => /^SET x[mt]+ = /.test(line)), [
    ...["SET xmt = 1", "SET xmt = 0", "SET xmt = 1", "SET xmt = 0"],
  ]);
});
