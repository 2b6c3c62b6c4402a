/** One definition of loss: probes without an answer / probes that were due, in every form of output. */

import { assertEquals, assertMatch } from "@std/assert";
import { parseCondition } from "../../../src/run/condition.ts";
import { CsvReporter } from "../../../src/record/csv_reporter.ts";
import { JsonReporter } from "../../../src/record/json_reporter.ts";
import { END_FIELDS } from "../../../src/record/run_record.ts";
import { TargetStatistics } from "../../../src/run/target_statistics.ts";
import { TextReporter } from "../../../src/report/text_reporter.ts";
import { fpingForm, QUIET } from "../../support/fping_form.ts";
import { reportRun } from "../../support/reported_run.ts";
import type { Network } from "../../support/simulated_network.ts";

const REFUSE = { refuse: { code: "ENETUNREACH", errno: 101 } };

interface LossCase {
  readonly name: string;
  readonly network: Network;
  readonly stopAtMs?: number;
  /** Of 4 probes. */
  readonly ratio: number | undefined;
  readonly text: string;
  readonly fping: string;
}

const CASES: readonly LossCase[] = [
  {
    name: "nothing can be sent",
    network: { rules: [{ fate: REFUSE }] },
    ratio: 1,
    text: "no answer: 0 sent, 0 received, 100 % loss, 4 not sent",
    fping: "4/0/100%",
  },
  {
    name: "the link is down for half of the run",
    network: { rules: [{ probes: [1, 2], fate: REFUSE }] },
    ratio: 0.5,
    text: "2 sent, 2 received, 50 % loss, 2 not sent",
    fping: "4/2/50%",
  },
  {
    name: "one is lost, one ended by an ICMP error, one unsent",
    network: {
      rules: [
        { probes: [0], fate: { lossOutRatio: 1 } },
        { probes: [1], fate: { error: { type: 3, code: 1 } } },
        { probes: [2], fate: REFUSE },
      ],
    },
    ratio: 0.75,
    text: "3 sent, 1 received, 75 % loss, 1 lost, 1 ICMP error, 1 not sent",
    fping: "4/1/75%",
  },
  {
    name: "the run ends while every probe is pending",
    network: { rules: [{ fate: { lossOutRatio: 1 } }] },
    stopAtMs: 350,
    ratio: undefined,
    text: "4 sent, 0 received, loss unknown, 4 pending",
    // fping counts a probe when its fate is known.
    fping: "0/0/0%",
  },
  {
    name: "the run ends while one probe is pending",
    network: { rules: [{ probes: [3], fate: { lossOutRatio: 1 } }] },
    stopAtMs: 350,
    ratio: 0,
    text: "4 sent, 3 received, 0 % loss, 1 pending",
    fping: "3/3/0%",
  },
];

for (const { name, network, stopAtMs, ratio, text, fping } of CASES) {
  Deno.test(`loss: ${name}`, async () => {
    const stop = stopAtMs === undefined ? {} : { stopAtMs };
    const options = { count: 4, intervalMs: 100, timeoutMs: 1000, ...stop };
    const json = await reportRun(
      network,
      options,
      (output) => new JsonReporter(output, { quiet: true }),
    );
    const records = json.output.lines.map((line) => JSON.parse(line));
    const [summary] = records.filter(({ type }) => type === "summary");
    const [end] = records.filter(({ type }) => type === "end");
    assertEquals([summary.loss_ratio, end.loss_ratio], [ratio, ratio]);
    const csv = await reportRun(
      network,
      options,
      (output) => new CsvReporter(output, { quiet: true, fields: ["type", "loss_ratio"] }),
    );
    assertEquals(csv.output.lines.at(-1), `summary,${ratio ?? ""}`);
    const plain = await reportRun(network, options, (output) => new TextReporter(output, TEXT));
    assertEquals(plain.output.lines.filter((line) => line.includes(" sent, ")), [text]);
    const drop = await reportRun(network, options, fpingForm(QUIET, { nameWidth: 0 }));
    const dropSummary = drop.errors.lines.find((line) => line.includes(" : xmt/"));
    assertMatch(dropSummary ?? "", new RegExp(`xmt/rcv/%loss = ${fping}(,|$)`));
    // `--fail-if` reads the same counters.
    const { sent, received, lost, icmp_errors: icmpErrors, unsent } = summary;
    const statistics = new TargetStatistics(
      { index: 0, label: "host", address: 1 },
      "interval",
    );
    Object.assign(statistics.counters, { sent, received, lost, icmpErrors, unsent });
    assertEquals(statistics.counters.lossRatio, ratio);
    if (ratio === undefined) {
      const finding = parseCondition("loss>5%").find(statistics.summary(0));
      assertEquals([finding.isMet, finding.isKnown], [true, false]);
      return;
    }
    const percent = ratio * 100;
    const finding = parseCondition(`loss<${percent + 0.1}%`).find(statistics.summary(0));
    assertEquals(finding, { isMet: true, isKnown: true, found: `${percent} %` });
  });
}

const TEXT = { quiet: true, verbose: false, numeric: false, timestamps: false };

Deno.test("loss: the records of a run and of a clock share the field", async () => {
  const { CLOCK_FIELDS } = await import("../../../src/record/clock_record.ts");
  const { SUMMARY_FIELDS } = await import("../../../src/record/summary_record.ts");
  const texts = [SUMMARY_FIELDS, END_FIELDS, CLOCK_FIELDS].map((fields) =>
    (fields as readonly { name: string; description: string }[])
      .find(({ name }) => name === "loss_ratio")?.description
  );
  assertMatch(texts[0] ?? "", /probes that were due/);
  assertEquals(new Set(texts).size, 1);
});
