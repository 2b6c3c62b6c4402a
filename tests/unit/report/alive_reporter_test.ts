import { assertEquals } from "@std/assert";
import { AliveReporter, type AliveReporterOptions } from "../../../src/report/alive_reporter.ts";
import type { EndInfo } from "../../../src/run/event.ts";
import { TargetStatistics } from "../../../src/run/target_statistics.ts";
import { ProbeCounters } from "../../../src/stats/mod.ts";
import { LineSink } from "../../../src/terminal/line_sink.ts";
import { MemorySink } from "../../support/memory_sink.ts";
import type { Network } from "../../support/simulated_network.ts";
import { reportRun } from "../../support/reported_run.ts";

/** Host 1 answers, 2 at its second try and twice, 3 never, 4 with an ICMP error, 5 too late. */
const NETWORK: Network = {
  rules: [
    { hosts: [2], probes: [0], fate: { lossOutRatio: 1 } },
    { hosts: [2], probes: [1], fate: { duplicateRatio: 1 } },
    { hosts: [3], fate: { lossBackRatio: 1 } },
    { hosts: [4], fate: { error: { type: 3, code: 1, reporter: 0xc0000a01 } } },
    { hosts: [5], fate: { back: 1200 } },
  ],
};

const LISTS: readonly (readonly [Omit<AliveReporterOptions, "errors">, readonly string[]])[] = [
  [{ alive: true, unreachable: false }, ["host-0", "host-1", "host-4"]],
  [{ alive: false, unreachable: true }, ["host-2", "host-3"]],
  [
    { alive: false, unreachable: false },
    [
      "host-0 is alive",
      "host-1 is alive",
      "host-2 is unreachable",
      "host-3 is unreachable",
      "host-4 is alive",
    ],
  ],
  [
    { alive: true, unreachable: true },
    [
      "host-0 is alive",
      "host-1 is alive",
      "host-2 is unreachable",
      "host-3 is unreachable",
      "host-4 is alive",
    ],
  ],
];

for (const [options, lines] of LISTS) {
  Deno.test(`alive: ${JSON.stringify(options)} lists each target once`, async () => {
    const open = (output: LineSink, errors: LineSink) =>
      new AliveReporter(output, { ...options, errors });
    const run = { targets: 5, count: 3, intervalMs: 500, timeoutMs: 1000, stopOnReply: true };
    const { output, errors } = await reportRun(NETWORK, run, open);
    assertEquals([output.lines.toSorted(), errors.text], [lines, ""]);
  });
}

Deno.test("alive: a name cannot reach the terminal, and why nothing was sent is printed", async () => {
  const network: Network = {
    rules: [{ hosts: [2], fate: { refuse: { code: "EPERM", errno: 1 } } }],
  };
  const open = (output: LineSink, errors: LineSink) =>
    new AliveReporter(output, { alive: false, unreachable: false, errors });
  const run = { targets: 2, count: 1, labels: ["a\x07", "b"] };
  const { output, errors } = await reportRun(network, run, open);
  assertEquals(output.lines, ["a\ufffd is alive", "b is unreachable"]);
  assertEquals(errors.lines, ["icmptime: Cannot send to the host: EPERM"]);
});

Deno.test("alive: what went wrong on this machine is on standard error, the list is not", () => {
  const output = new MemorySink(), errors = new MemorySink();
  const open = (sink: MemorySink) => new LineSink(sink, () => {});
  const options = { alive: false, unreachable: true, errors: open(errors) };
  const lines = open(output);
  const reporter = new AliveReporter(lines, options);
  const target = { index: 0, label: "h\x07", address: 1 };
  reporter.summary(new TargetStatistics(target).summary(1));
  reporter.end({ failedCalls: 0, kernelDrops: 1, totals: new ProbeCounters() } as EndInfo);
  lines.flush();
  assertEquals(output.lines, ["h\ufffd"]);
  assertEquals(errors.lines, ["icmptime: this machine's full receive buffer dropped 1 datagram"]);
});
