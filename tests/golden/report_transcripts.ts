/**
 * The three forms of `report`, of one log whose truth is chosen here, as files: `deno run -RW tests/golden/transcripts.ts`
 * rewrites them.
 *
 * Three hosts are asked every second for 240 seconds, from 2026-11-27 00:00 UTC on, then four are audited. Each direction takes
 * 5 ms.
 *
 * | host | truth |
 * |---|---|
 * | 192.0.2.1 | steady |
 * | 192.0.2.2 | the way back takes 30 ms longer for the probes 100 to 119, 7 ms for 150 to 159; 12 ms ahead |
 * | 192.0.2.3 | the probes 60 to 71 are not answered; the own queue holds probe 200 for 4 ms |
 * | 198.18.0.1 | right |
 * | 198.18.0.2 | 2 s ahead |
 * | 198.18.0.3 | 1 hour behind, in local time |
 * | 198.18.0.4 | shows zeros |
 */

import { LogReader } from "../../src/log/log_reader.ts";
import { formatMarkdown } from "../../src/report/log/markdown.ts";
import { formatSvg } from "../../src/report/log/svg.ts";
import { formatPage } from "../../src/report/page/page.ts";
import { auditLines, pingLines, type ProbeFate } from "../support/log_lines.ts";
import { withoutScripts } from "./audit_transcripts.ts";

function fate(index: number, target: number): ProbeFate {
  if (target === 1) {
    const isBusy = index >= 100 && index < 120;
    return { clockMs: 12, backMs: isBusy ? 30 : index >= 150 && index < 160 ? 7 : 0 };
  }
  if (target !== 2) return {};
  return { isAnswered: index < 60 || index >= 72, queueMs: index === 200 ? 4 : 0.003 };
}

function* lines(): Generator<string> {
  const targets = ["192.0.2.1", "192.0.2.2", "192.0.2.3"];
  yield* pingLines({ targets, count: 240, intervalS: 1, fate });
  yield* auditLines([
    { name: "198.18.0.1", verdict: "right", offsetMs: 0.1, labels: ["lazy"] },
    { name: "198.18.0.2", verdict: "wrong", offsetMs: 2000, labels: ["lazy"] },
    { name: "198.18.0.3", verdict: "wrong", offsetMs: -3_600_000, labels: ["lazy", "time-zone"] },
    { name: "198.18.0.4", verdict: "unreadable", labels: ["constant-zero"] },
  ]);
}

/** The texts by the names of their files. */
export function reportTranscripts(): ReadonlyMap<string, string> {
  const read = () => {
    const reader = new LogReader();
    for (const line of lines()) reader.line(line);
    return reader.finish();
  };
  const title = "Three hosts and an audit";
  return new Map([
    ["report.md.txt", formatMarkdown(read(), { title, maxTargets: 10 })],
    ["report.svg.txt", formatSvg(read(), { title, maxTargets: 10 })],
    [
      "report.html.txt",
      withoutScripts(formatPage(read(), { title, maxTargets: 2, version: "1.2.3" })),
    ],
  ]);
}
