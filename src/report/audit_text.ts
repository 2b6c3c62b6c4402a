/** What an audit found, as text: the hosts that need a look first, then all in numbers. */

import { LABELS } from "../behaviour/label.ts";
import { formatUtcOffset } from "../time/utc_offset.ts";
import type { AuditResult } from "../run/audit_run.ts";
import type { HostFindings, Verdict } from "../run/host_findings.ts";
import { red, yellow } from "../terminal/color.ts";
import { countOf, formatCount } from "../terminal/quantity.ts";
import { NO_BREAK, padTo, USUAL_COLUMNS, widthOf, wrap } from "../terminal/width.ts";
import { explainOffset, formatClockOffset } from "./milliseconds.ts";
import { lineName, type NameOptions } from "./target_name.ts";

/** Options of the text. */
export interface AuditTextOptions extends NameOptions {
  /** Print the hosts that are right too. */
  readonly all: boolean;
  /** Largest offset of a clock that is right, in milliseconds. */
  readonly maxOffsetMs: number;
  /** Columns of the terminal. */
  readonly columns?: number | undefined;
}

/** Worst first. */
const ORDER: readonly Verdict[] = ["wrong", "unreadable", "icmp_error", "silent", "right"];
/** Columns of names, at most: the rest of the line has to say something. */
const MAX_NAME_COLUMNS = 32;
/** Labels that say how a host that is as it should be answers. */
const USUAL_LABELS: ReadonlySet<string> = new Set([
  ...["normal", "lazy", "checksum-lazy", "answers-odd-code", "truncates-long", "echoes-long"],
  "copies-tos",
]);

/** One line a host, the worst first; those that are right only where asked for. */
export function formatHosts(hosts: readonly HostFindings[], options: AuditTextOptions): string[] {
  const shown = hosts
    .filter(({ verdict, target }) => {
      if (verdict === "right") return options.all;
      return verdict !== "silent" || target.isFromBlock !== true;
    })
    .sort(byUrgency);
  const names = shown.map(({ target }) => lineName(target, options));
  const width = Math.min(MAX_NAME_COLUMNS, Math.max(0, ...names.map(widthOf)));
  return shown.map((host, i) => formatHost(host, padTo(names[i] ?? "", width), options));
}

/** The whole audit in a few lines: who answers, who is right, what is odd. */
export function formatAuditSummary(
  { hosts }: Pick<AuditResult, "hosts">,
  { maxOffsetMs, columns = USUAL_COLUMNS }: AuditTextOptions,
): string[] {
  const of = (verdict: Verdict) => hosts.filter((host) => host.verdict === verdict);
  const right = of("right"), wrong = of("wrong"), unreadable = of("unreadable");
  const answering = right.length + wrong.length + unreadable.length;
  const errors = of("icmp_error").length;
  const parts = [
    `${formatCount(right.length)} right within ${formatLimit(maxOffsetMs)}`,
    ...(wrong.length === 0 ? [] : [`${formatCount(wrong.length)} wrong`]),
    ...(unreadable.length === 0 ? [] : [
      `${formatCount(unreadable.length)} ${unreadable.length === 1 ? "shows" : "show"} no time ` +
      `(${listLabels(unreadable)})`,
    ]),
  ];
  const lines = [
    answering === 0
      ? `None of ${countOf(hosts.length, "host")} answers.`
      : `${formatCount(answering)} of ${countOf(hosts.length, "host")} ` +
        `${answering === 1 ? "answers" : "answer"}: ${parts.join(", ")}.`,
  ];
  if (errors > 0) lines.push(`ICMP errors came for ${countOf(errors, "host")}.`);
  const odd = listLabels([...right, ...wrong]);
  if (odd !== "") lines.push(`Readable, but odd: ${odd}.`);
  return lines.map((line) => wrap(line, columns, 2));
}

function formatHost(
  host: HostFindings,
  name: string,
  { columns = USUAL_COLUMNS }: AuditTextOptions,
): string {
  const { verdict, offset, icmpError, behaviour } = host;
  const odd = oddLabels(host);
  if (verdict === "silent") return `${name}  no answer`;
  if (verdict === "icmp_error") {
    return wrap(`${name}  ICMP error from ${icmpError?.from}: ${icmpError?.name}`, columns, 4);
  }
  if (offset === undefined) {
    const label = odd.find((name) => name !== "undecided") ?? "undecided";
    const meaning = LABELS[label as keyof typeof LABELS].meaning;
    return wrap(`${name}  ${yellow(`shows no time: ${label}`)}  ${meaning}`, columns, 4);
  }
  const { utcOffsetMinutes } = behaviour;
  const why = utcOffsetMinutes === undefined
    ? explainOffset(offset)
    : `local time (${formatUtcOffset(utcOffsetMinutes)})?`;
  const shown = formatClockOffset(offset);
  const parts = [
    verdict === "wrong" ? red(shown) : shown,
    ...(why === undefined || verdict === "right" ? [] : [why]),
    ...odd.filter((label) => label !== "time-zone"),
  ];
  return wrap(`${name}  ${parts.join("  ")}`, columns, 4);
}

function oddLabels({ behaviour: { labels } }: HostFindings): string[] {
  return labels.map(({ label }) => label).filter((label) => !USUAL_LABELS.has(label));
}

/** `zero 1, stuck 1`: odd labels and how many hosts have each, the commonest first. */
function listLabels(hosts: readonly HostFindings[]): string {
  const counts = new Map<string, number>();
  for (const host of hosts) {
    for (const label of oddLabels(host)) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([label, count]) => `${label}${NO_BREAK}${formatCount(count)}`).join(", ");
}

function byUrgency(one: HostFindings, other: HostFindings): number {
  return ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict) ||
    Math.abs(other.offset?.valueMs ?? 0) - Math.abs(one.offset?.valueMs ?? 0) ||
    one.target.index - other.target.index;
}

function formatLimit(ms: number): string {
  return ms >= 1000 ? `${Number((ms / 1000).toFixed(3))} s` : `${ms} ms`;
}
