import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { EchoProbe } from "../../../src/probe/message/echo.ts";
import { JsonReporter } from "../../../src/record/json_reporter.ts";
import { watchTables } from "../../../src/record/watch_record.ts";
import { TextReporter } from "../../../src/report/text_reporter.ts";
import { PingRun } from "../../../src/run/ping_run.ts";
import type { Reporter } from "../../../src/run/reporter.ts";
import { LineSink } from "../../../src/terminal/line_sink.ts";
import { MemorySink } from "../../support/memory_sink.ts";
import { readRecords } from "../../support/records.ts";
import type { Network } from "../../support/simulated_network.ts";
import { makeTargets, proberOptions } from "../../support/simulated_run.ts";
import { SimulatedTransport } from "../../support/simulated_transport.ts";

/** The seventh datagram to the host is the first echo request of these runs. */
const NETWORK: Network = {
  ...{ out: 1, back: 2 },
  rules: [{ probes: [6], fate: { lossOutRatio: 1 } }],
};

/** Ten timestamp requests, 100 ms apart; echo requests are on from 450 to 850 ms. */
async function run(open: (output: LineSink) => Reporter, then?: (run: PingRun) => void) {
  const transport = new SimulatedTransport(NETWORK);
  const targets = makeTargets(1);
  const output = new MemorySink();
  const lines = new LineSink(output, (error) => {
    throw error;
  });
  const prober = {
    ...proberOptions({ count: 10, intervalMs: 100, timeoutMs: 500 }, targets),
    beside: { message: new EchoProbe() },
  };
  const needs = { icmpTypes: [], datagramBytes: 0, kernelStamps: true };
  const ping = await PingRun.open({
    program: { command: "watch", version: "1.2.3" },
    plan: { kind: "timestamp", prober, transport: needs, messageBytes: 20 },
    targets,
    historyColumnsMs: [100, 1000],
  }, {
    elapsedMs: () => 0,
    isBroadcast: () => false,
    openTransport: () => transport,
    resolver: { resolve: (name) => Promise.reject(new Error(`Cannot resolve ${name}`)) },
  });
  transport.at(450, () => ping.beside?.toggle());
  transport.at(850, () => ping.beside?.toggle());
  if (then !== undefined) transport.at(950, () => then(ping));
  const reporter = open(lines);
  const result = await ping.run(reporter);
  reporter.end({ ...result, exitCode: 0 });
  lines.flush();
  return { ping, text: output.text };
}

Deno.test("echo requests beside are counted apart, and have their own round trips", async () => {
  const { ping } = await run((lines) => new JsonReporter(lines, { quiet: true }));
  const [timestamps] = ping.snapshot().targets;
  const [echoes] = ping.beside?.snapshot()?.targets ?? [];
  const counted = [timestamps, echoes].map((each) =>
    each && [each.counters.sent, each.counters.received, each.counters.lost]
  );
  assertEquals(counted, [[10, 10, 0], [4, 3, 1]]);
  assertEquals(ping.snapshot().totals.sent, 10);
  assertAlmostEquals(echoes?.summary.rttMs?.median ?? NaN, 3, 0.1);
  assertAlmostEquals(echoes?.history?.lastRttMs ?? NaN, 3, 0.1);
  assertEquals(ping.beside?.isOn, false);
  // Nothing is drawn of them but the latest numbers: the shortest columns are enough.
  assertEquals(echoes?.history?.levels.map(({ columnNs }) => columnNs), [100e6]);
  assertEquals(timestamps?.history?.levels.length, 2);
});

Deno.test("a reset of the view begins with the echo requests that follow", async () => {
  let shown: readonly (number | undefined)[] = [];
  await run((lines) => new JsonReporter(lines, { quiet: true }), (ping) => {
    ping.resetView();
    const [echoes] = ping.beside?.snapshot()?.targets ?? [];
    shown = [echoes?.counters.sent, echoes?.history?.lastRttMs];
  });
  assertEquals(shown, [0, undefined]);
});

Deno.test("in the log a record of an echo request beside says so, and each message has its summary", async () => {
  const { text } = await run((lines) =>
    new JsonReporter(lines, { quiet: false, tables: watchTables(true) })
  );
  const { replies, summaries, end } = readRecords(text);
  assertEquals(
    replies.map((each) => each["message"] ?? "-").join(" "),
    "- ".repeat(7) +
      "echo - echo - echo -",
  );
  const echoes = replies.filter((each) => each["message"] === "echo");
  assertEquals(echoes.map(({ probe }) => probe), [1, 2, 3]);
  const timeout = text.split("\n").find((line) => line.includes(`"type":"timeout"`)) ?? "";
  assertMatch(timeout, /"message":"echo","time":[\d.]+,"probe":0,/);
  assertEquals(summaries.map((each) => [each["message"], each.sent, each.lost]), [
    [undefined, 10, 0],
    ["echo", 4, 1],
  ]);
  assertEquals(end.sent, 10);
});

Deno.test("the summary in text has a block for each message", async () => {
  const { text } = await run((lines) =>
    new TextReporter(lines, { quiet: true, verbose: false, timestamps: false, numeric: true })
  );
  const blocks = text.split("\n\n").flatMap((each) => each.match(/^--- .*\n.*$/m) ?? []);
  assert(blocks.length === 2, text);
  assertEquals(blocks, [
    "--- 198.18.0.1 ---\n10 sent, 10 received, 0 % loss",
    "--- 198.18.0.1, echo requests ---\n4 sent, 3 received, 25 % loss, 1 lost",
  ]);
});
