/** A log as Markdown, for a ticket or a mail: words, a table of targets, hosts that need a look, events. */

import { isUsualLabel } from "../../behaviour/label.ts";
import type { Log } from "../../log/log_reader.ts";
import { formatOffsetUs, formatShare, formatTime } from "../../page/format.ts";
import { safeText } from "../../terminal/safe_text.ts";
import { type HostRow, VERDICT_ORDER } from "../../log/host_log.ts";
import { describeLog, describePeriod, findAll } from "./log_words.ts";
import type { DirectionSummary, TargetSummary } from "./target_summary.ts";
import { describeTarget, ms } from "./target_words.ts";

/** How a text is made. */
export interface MarkdownOptions {
  /** Heading; a plain one unless given. */
  readonly title?: string | undefined;
  /** Targets that are described one by one. */
  readonly maxTargets: number;
}

/** Rows of each table at most: a ticket is read by people. */
const MAX_ROWS = 100, MAX_EVENTS = 50;

/** The text, with its final line break. */
export function formatMarkdown(log: Log, { title, maxTargets }: MarkdownOptions): string {
  const findings = findAll(log);
  const { targets } = findings;
  const parts = [
    `# ${escape(title ?? "icmptime report")}`,
    escape(describePeriod(log)),
    ...describeLog(findings).map(escape),
    targets.length < 2 ? "" : targets.slice(0, maxTargets)
      .map((target) =>
        `- **${escape(target.log.name)}**: ${escape(describeTarget(target).join(" "))}`
      )
      .join("\n"),
    targetTable(targets),
    hostTable(log.hosts.rows),
    eventList(log),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function targetTable(targets: readonly TargetSummary[]): string {
  if (targets.length === 0) return "";
  const max = (direction: DirectionSummary | undefined) =>
    direction === undefined ? "–" : ms(direction.delays.max);
  return table(
    ["Target", "Probes", "Unanswered", "RTT median", "RTT max", "Out max", "Back max", "Clock"],
    targets.slice(0, MAX_ROWS).map(({ log, settled, counts, rtt, out, back, offset }) => [
      escape(log.name),
      String(settled),
      formatShare(settled - counts.received, settled),
      rtt === undefined || log.clock !== undefined ? "–" : ms(rtt.delays.quantile(0.5)),
      log.clock === undefined ? max(rtt) : "–",
      max(out),
      max(back),
      offset === undefined ? "–" : formatOffsetUs(Math.round(offset.value * 1e3)),
    ]),
    targets.length - MAX_ROWS,
  );
}

function hostTable(rows: readonly HostRow[]): string {
  const odd = rows.filter(({ verdict }) => verdict !== "right");
  if (odd.length === 0) return "";
  odd.sort((a, b) =>
    VERDICT_ORDER.indexOf(a.verdict) - VERDICT_ORDER.indexOf(b.verdict) ||
    Math.abs(b.offset?.value ?? 0) - Math.abs(a.offset?.value ?? 0)
  );
  return table(
    ["Host", "Verdict", "Offset", "What is odd"],
    odd.slice(0, MAX_ROWS).map(({ name, verdict, offset, labels }) => [
      escape(name),
      verdict,
      offset === undefined ? "–" : formatOffsetUs(Math.round(offset.value * 1e3)),
      escape(labels.filter((label) => !isUsualLabel(label)).join(", ")),
    ]),
    odd.length - MAX_ROWS,
  );
}

function eventList({ events, eventsOmitted }: Log): string {
  if (events.length === 0) return "";
  const lines = events.slice(0, MAX_EVENTS).map(({ timeS, target, text }) =>
    `- ${formatTime(timeS * 1e3, "second")} ${target === undefined ? "" : `${escape(target)}: `}` +
    escape(text)
  );
  const left = events.length - lines.length + eventsOmitted;
  return [...lines, ...(left > 0 ? [`- ${left} more`] : [])].join("\n");
}

function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  left: number,
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(heads),
    line(heads.map(() => "---")),
    ...rows.map(line),
    ...(left > 0 ? ["", `${left} more`] : []),
  ].join("\n");
}

/** Text in which nothing is Markdown or HTML. */
function escape(text: string): string {
  return safeText(text).replace(/[\\`*_[\]<>|#&~]/g, "\\$&");
}
