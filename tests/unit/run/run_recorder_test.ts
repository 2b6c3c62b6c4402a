import { assertEquals } from "@std/assert";
import { JsonReporter } from "../../../src/record/json_reporter.ts";
import { TextReporter } from "../../../src/report/text_reporter.ts";
import { reportRun } from "../../support/reported_run.ts";
import type { Network } from "../../support/simulated_network.ts";

/** Each of four probes is answered 5000 times; the run is over before the copies of the last one. */
const FLOOD: Network = { duplicateRatio: 1, copies: 4999, copyAfterMs: 0.05 };

Deno.test("a flood of repeated replies: a hundred, and ten for each probe, are reported; all are counted", async () => {
  const options = { count: 4, intervalMs: 1000 };
  const { output } = await reportRun(
    FLOOD,
    options,
    (sink) => new JsonReporter(sink, { quiet: false }),
  );
  const records = output.lines.map((line) => JSON.parse(line));
  const replies = records.filter(({ type }) => type === "reply");
  const end = records.at(-1);
  assertEquals([end.received, end.duplicates], [4, 3 * 4999]);
  assertEquals(replies.length + end.unreported, 4 + 3 * 4999);
  // 100, and ten more for each probe that has been answered by then.
  assertEquals(replies.length, 4 + 100 + 3 * 10);
});

Deno.test("strays that -v shows: a thousand, and ten for each probe", async () => {
  const network: Network = { strays: new Array(900).fill("wrong-source") };
  const options = { count: 4, intervalMs: 1000 };
  const look = { quiet: false, verbose: true, numeric: true, timestamps: false };
  const { output } = await reportRun(network, options, (sink) => new TextReporter(sink, look));
  const ignored = output.lines.filter((line) => line.startsWith("ignored (unmatched)"));
  assertEquals(ignored.length, 1000 + 3 * 10);
  const unreported = 4 * 900 - ignored.length;
  assertEquals(
    output.lines.filter((line) => line.startsWith(`${unreported} more replies`)).length,
    1,
  );
});
