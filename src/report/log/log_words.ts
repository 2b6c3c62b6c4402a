/** What was found in a log, in words: the whole, its targets, its hosts. */

import { isUsualLabel } from "../../behaviour/label.ts";
import type { HostRow } from "../../log/host_log.ts";
import type { Log } from "../../log/log_reader.ts";
import { numberOf, textOf, textsOf } from "../../log/loose_record.ts";
import { formatShare, formatTime } from "../../page/format.ts";
import { countOf, formatCount, formatDuration } from "../../terminal/quantity.ts";
import { describeOffset } from "../milliseconds.ts";
import { summarizeTarget, type TargetSummary } from "./target_summary.ts";
import { describeTarget, grownDirection } from "./target_words.ts";

/** Labels that a sentence names at most. */
const MAX_LABELS = 8;

/** A log with its targets added up, the most troubled first. */
export interface Findings {
  /** Where they come from. */
  readonly log: Log;
  /** Its targets, the most troubled first. */
  readonly targets: readonly TargetSummary[];
}

/** Adds up a log. */
export function findAll(log: Log): Findings {
  const targets = log.targets.map(summarizeTarget)
    .map((summary) => ({ summary, trouble: troubleOf(summary) }));
  targets.sort((a, b) => b.trouble - a.trouble);
  return { log, targets: targets.map(({ summary }) => summary) };
}

/** How much a target wants a look: a percent of loss weighs as ten milliseconds that are usual, or a hundred that came once. */
function troubleOf({ counts, settled, out, back, rtt, movedMs, log }: TargetSummary): number {
  const loss = settled === 0 ? 0 : (1 - counts.received / settled) * 100;
  const rises = [out, back].map((direction) => direction?.delays);
  const usual = rises.map((delays) => delays?.quantile(0.95) ?? 0);
  const peak = Math.max(
    ...rises.map((delays) => delays?.max ?? 0),
    rtt === undefined ? 0 : rtt.delays.max - rtt.delays.min,
  );
  return loss * 10 + Math.max(...usual) + peak * 0.1 + Math.min(movedMs, 1e3) +
    log.happenings.events.length;
}

/** Sentences about the whole log, the main thing first. */
export function describeLog({ log, targets }: Findings): string[] {
  const isOff = log.consensus !== undefined && textOf(log.consensus, "local_clock") === "off";
  const consensus = describeConsensus(log);
  return [
    // What makes all the rest look wrong comes first.
    ...(isOff ? consensus : []),
    ...describeHosts(log),
    ...describeTargets(targets),
    ...(isOff ? [] : consensus),
    ...describeReading(log),
  ];
}

/** The period, such as `2026-11-27 00:00 to 2026-11-28 00:00 UTC (24.0 h)`. */
export function describePeriod({ period }: Log): string {
  if (period === undefined) return "no time";
  const { firstS, lastS } = period;
  const digits = lastS - firstS < 600 ? "second" : "minute";
  return `${formatTime(firstS * 1e3, digits)} to ${formatTime(lastS * 1e3, digits)} UTC ` +
    `(${formatDuration(lastS - firstS)})`;
}

function describeTargets(targets: readonly TargetSummary[]): string[] {
  const [first] = targets;
  if (first === undefined) return [];
  if (targets.length === 1) {
    const [main = "", ...others] = describeTarget(first);
    return [`${first.log.name}: ${main}`, ...others];
  }
  const settled = sum(targets, (target) => target.settled);
  const received = sum(targets, (target) => target.counts.received);
  const silent = targets.filter(({ counts }) => counts.received === 0).length;
  const lossy = targets.filter(({ counts, settled }) => counts.received < settled).length;
  const grown = (direction: string) =>
    targets.filter((target) => grownDirection(target) === direction).length;
  const directions = ["out", "back", "both"].map((name) => [name, grown(name)] as const)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name === "both" ? "in both directions" : name} ${count}`);
  return [
    `${countOf(targets.length, "target")}, ${countOf(settled, "probe")}: ` +
    (received === settled
      ? "all answered."
      : `${formatCount(settled - received)} unanswered (${
        formatShare(settled - received, settled)
      }), at ${countOf(lossy, "target")}${
        silent === 0 ? "" : `, of which ${formatCount(silent)} never answered`
      }.`),
    directions.length === 0
      ? "No direction grew by more than a millisecond or two."
      : `Targets whose delay grew: ${directions.join(", ")}.`,
  ];
}

function describeHosts({ hosts }: Log): string[] {
  if (hosts.total === 0) return [];
  const answering = ["right", "wrong", "unreadable", "answers"] as const;
  const answered = answering.reduce((total, verdict) => total + hosts.count(verdict), 0);
  const [right, wrong, unreadable] = answering.map((verdict) => hosts.count(verdict));
  if (!hosts.isAudit) {
    return [
      `${countOf(answered, "host answers", "hosts answer")} timestamp requests (CVE-1999-0524).`,
    ];
  }
  return [
    `${formatCount(answered)} of ${countOf(Math.max(hosts.total, hosts.asked), "host")} ` +
    `${answered === 1 ? "answers" : "answer"} timestamp requests (CVE-1999-0524): ` +
    `${formatCount(wrong ?? 0)} wrong, ${formatCount(unreadable ?? 0)} ` +
    `${unreadable === 1 ? "shows" : "show"} no time, ${formatCount(right ?? 0)} right.`,
    ...describeLabels(
      hosts.rows.filter(({ verdict }) => verdict === "wrong" || verdict === "unreadable"),
    ),
  ];
}

/** What the hosts that need a look show, the commonest first. */
function describeLabels(rows: readonly HostRow[]): string[] {
  const counts = new Map<string, number>();
  for (const { labels } of rows) {
    for (const label of labels) {
      if (!isUsualLabel(label)) counts.set(label, (counts.get(label) ?? 0) + 1);
    }
  }
  const listed = [...counts].sort(([, a], [, b]) => b - a).slice(0, MAX_LABELS)
    .map(([label, count]) => `${label} ${formatCount(count)}`);
  return listed.length === 0 ? [] : [`These show: ${listed.join(", ")}.`];
}

function describeConsensus({ consensus }: Log): string[] {
  if (consensus === undefined) return [];
  const hosts = numberOf(consensus, "hosts") ?? 0, agreeing = numberOf(consensus, "agreeing") ?? 0;
  const lowerMs = numberOf(consensus, "consensus_lower_ms");
  const upperMs = numberOf(consensus, "consensus_upper_ms");
  const toleranceMs = numberOf(consensus, "tolerance_ms") ?? 0;
  const within = toleranceMs === 0 ? "" : ` to within ${toleranceMs} ms`;
  const witnesses = `${formatCount(agreeing)} of ${countOf(hosts, "clock")} agree${within}`;
  if (
    textOf(consensus, "local_clock") === "off" && lowerMs !== undefined && upperMs !== undefined
  ) {
    const where = describeOffset({ valueMs: (lowerMs + upperMs) / 2, lowerMs, upperMs });
    return [`Our own clock is off: ${witnesses}, and true time is ${where}.`];
  }
  const false_ = textsOf(consensus, "falsetickers").length;
  const others = false_ === 0 ? "" : `; ${countOf(false_, "clock")} of them disagree`;
  return hosts < 2 ? [] : [
    textOf(consensus, "local_clock") === "right"
      ? `Our own clock is right, as far as their bounds show: ${witnesses}${others}.`
      : `The clocks do not decide about our own: ${witnesses}${others}.`,
  ];
}

/** What could not be read, which a reader has to know before he believes the rest. */
function describeReading({ counts }: Log): string[] {
  const parts = [
    [counts.broken, "line is no record", "lines are no records"],
    [counts.unplaced, "record has no time or target", "records have no time or target"],
    [counts.crowded, "record is of a target too many", "records are of targets too many"],
  ] as const;
  return parts.filter(([count]) => count > 0)
    .map(([count, one, many]) =>
      `${countOf(count, one, many)}, of ${formatCount(counts.lines)} lines: left out.`
    );
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
