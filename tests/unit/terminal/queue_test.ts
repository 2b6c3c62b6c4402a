// Time in this machine's own queue, in every form of output.

import { assertEquals } from "@std/assert";
import { JsonReporter } from "../../../src/record/json_reporter.ts";
import type { LineSink } from "../../../src/terminal/line_sink.ts";
import { formatQueue } from "../../../src/report/queue_text.ts";
import { TextReporter } from "../../../src/report/text_reporter.ts";
import { TspingReporter } from "../../../src/report/tsping_reporter.ts";
import { fpingForm } from "../../support/fping_form.ts";
import { remarksOf } from "../../support/records.ts";
import { QUEUED, reportRun } from "../../support/reported_run.ts";

const RUN = { count: 4 };
const text = (output: LineSink) =>
  new TextReporter(output, { quiet: false, verbose: false, numeric: true, timestamps: false });
const json = (output: LineSink) => new JsonReporter(output, { quiet: false });
const fping = fpingForm({}, { nameWidth: 6 });
const tsping = (output: LineSink, errors: LineSink) =>
  new TspingReporter(output, { timestamps: false, separator: ",", errors });

Deno.test("text: the time in our own queue stands beside the round trip, and short waits do not", async () => {
  const { output } = await reportRun(QUEUED, RUN, text);
  assertEquals(output.lines.slice(1, 6), [
    "198.18.0.1: seq=0 ttl=61 rtt=10.0 ms queue=534 ms  clock +12 ±6 ms",
    "198.18.0.1: seq=1 ttl=61 rtt=10.0 ms  clock +13 ±6 ms  out 17.5 back -7.5 ±0.6",
    "198.18.0.1: seq=2 no answer within 1 s: not out of this machine's own queue",
    "198.18.0.1: seq=2 ttl=61 rtt=10.0 ms queue=1500 ms  clock +12 ±6 ms  late",
    "198.18.0.1: seq=3 ttl=61 rtt=10.0 ms queue=534 ms  clock +12 ±6 ms",
  ]);
  const row = output.lines.find((line) => line.startsWith("queue"));
  assertEquals(row?.split(/ +/), [
    ...["queue", "0.047", "534.106", "356.086", "534.106", "534.106", "308.339"],
  ]);
});

Deno.test("text: a round trip counted from before our own queue shows how much of it that was", async () => {
  const { output } = await reportRun(QUEUED, { ...RUN, kind: "echo", stampAt: "queue" }, text);
  assertEquals(output.lines.slice(1, 6), [
    "198.18.0.1: seq=0 ttl=61 rtt=544 ms (queue=534 ms)",
    "198.18.0.1: seq=1 ttl=61 rtt=10.0 ms",
    "198.18.0.1: seq=2 no answer within 1 s: not out of this machine's own queue",
    "198.18.0.1: seq=2 ttl=61 rtt=1510 ms (queue=1500 ms)  late",
    "198.18.0.1: seq=3 ttl=61 rtt=544 ms (queue=534 ms)",
  ]);
});

Deno.test("text: where nothing waited there is no row of the queue", async () => {
  const { output } = await reportRun({ queueMs: 0.05 }, RUN, text);
  assertEquals(output.lines.filter((line) => line.includes("queue")), []);
});

Deno.test("json: round trip and queue are two keys, also of a late reply, and sum up in the summary", async () => {
  for (const stampAt of ["driver", "queue"] as const) {
    const { output } = await reportRun(QUEUED, { ...RUN, stampAt }, json);
    const records = output.lines.map((line) => JSON.parse(line));
    assertEquals(records[0].stamp_at, stampAt);
    const replies = records.filter(({ type }) => type === "reply");
    const queues = [534.106, 0.047, 1500.006, 534.106];
    assertEquals(replies.map(({ queue_ms }) => queue_ms), queues);
    const rtts = queues.map((queue) =>
      stampAt === "queue" ? Math.round(1e4 + queue * 1e3) / 1e3 : 10
    );
    assertEquals(replies.map(({ rtt_ms }) => rtt_ms), rtts);
    assertEquals(replies.map(({ flags }) => remarksOf(flags)), [[], [], ["late"], []]);
    const timeouts = records.filter(({ type }) => type === "timeout");
    assertEquals(timeouts.map(({ probe, is_still_queued }) => [probe, is_still_queued]), [[
      2,
      true,
    ]]);
    const summary = records.find(({ type }) => type === "summary");
    assertEquals(
      [summary.queue_median_ms, summary.queue_p95_ms, summary.queue_max_ms],
      [534.106, 534.106, 534.106],
    );
  }
});

Deno.test("json: without the kernel's stamps nothing is said of a queue", async () => {
  const { output } = await reportRun({ ...QUEUED, stampSource: "user" }, RUN, json);
  assertEquals(output.lines.filter((line) => line.includes("queue_")), []);
});

Deno.test("the forms of fping and tsping count from before our own queue", async () => {
  const options = { ...RUN, kind: "echo", stampAt: "queue" } as const;
  const { output: fpings } = await reportRun(QUEUED, options, fping);
  const times = fpings.lines.flatMap((line) => /bytes, ([\d.]+) ms/.exec(line)?.[1] ?? []);
  assertEquals(times, ["544", "10.0", "544"]);
  const { output: tspings } = await reportRun(QUEUED, options, tsping);
  assertEquals(tspings.lines.map((line) => line.split(",")[2]), ["544", "10", "544"]);
});

Deno.test("a wait in our own queue is shown from 0.1 ms on, to three digits", () => {
  const shown = [undefined, 0, 99_999, 100_000, 5.346e6, 53.46e6, 534.6e6, 53_460e6].map((ns) =>
    formatQueue(ns, false)
  );
  assertEquals(shown, [
    ...["", "", "", " queue=0.100 ms", " queue=5.35 ms", " queue=53.5 ms"],
    ...[" queue=535 ms", " queue=53460 ms"],
  ]);
  assertEquals(formatQueue(1e6, true), " (queue=1.00 ms)");
});
