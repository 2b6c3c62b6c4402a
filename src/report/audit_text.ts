/** What an audit found, as text: the hosts that need a look first, then all in numbers. */

import { isUsualLabel, type Label, LABELS } from "../behaviour/label.ts";
import { formatZone } from "../time/utc_offset.ts";
import type { AuditResult } from "../run/audit/run.ts";
import type { HostFindings, Verdict } from "../run/audit/host_findings.ts";
import type { Target } from "../targets/target.ts";
import { red, yellow } from "../terminal/color.ts";
import { countOf, formatCount } from "../terminal/quantity.ts";
import { NO_BREAK, padTo, USUAL_COLUMNS, widthOf, wrap } from "../terminal/width.ts";
import { describeDetails } from "./host_details.ts";
import { explainOffset, formatClockOffset } from "./milliseconds.ts";
import { fullName, lineName, type NameOptions } from "./target_name.ts";

/** Which hosts an audit prints, in which width. */
export interface AuditTextOptions extends NameOptions {
  /** Print the hosts that are right too. */
  readonly all: boolean;
  /** Largest offset of a clock that is right, in milliseconds. */
  readonly maxOffsetMs: number;
  /** Columns of the terminal. */
  readonly columns?: number | undefined;
  /** Print how each host answers below its line. */
  readonly verbose?: boolean | undefined;
}

/** Worst first. */
const ORDER: readonly Verdict[] = ["wrong", "unreadable", "icmp_error", "silent", "right"];
/** Columns of names, at most: the rest of the line has to say something. */
const MAX_NAME_COLUMNS = 32;
/** What is kept of a host for its line. */
interface HostLine {
  readonly target: Target;
  readonly verdict: Verdict;
  /** How far its clock is off, milliseconds; NaN where the verdict says of none. */
  readonly distanceMs: number;
  /** What stands behind its name. */
  readonly words: string;
  /** How it answers; empty where that is not asked for. */
  readonly details: string;
}

/** The hosts of an audit that are to be printed, one line each. */
export class HostLines {
  readonly #options: AuditTextOptions;
  readonly #lines: HostLine[] = [];

  /** Keeps the hosts that `options` asks for. */
  constructor(options: AuditTextOptions) {
    this.#options = options;
  }

  /** Takes in a host; returns whether it is to be printed. */
  add(host: HostFindings): boolean {
    const { target, verdict, offset } = host;
    const isShown = verdict === "right"
      ? this.#options.all
      : verdict !== "silent" || target.isFromBlock !== true;
    if (!isShown) return false;
    const distanceMs = Math.abs(offset?.valueMs ?? NaN);
    const details = this.#options.verbose === true ? describeDetails(host) : "";
    this.#lines.push({ target, verdict, distanceMs, words: describeHost(host), details });
    return true;
  }

  /** A Markdown table of the same, in full; nothing without a line. */
  markdown(): string[] {
    const lines = this.#lines.sort(byUrgency);
    if (lines.length === 0) return [];
    return [
      "| Host | Verdict | Finding |",
      "| --- | --- | --- |",
      ...lines.map(({ target, verdict, words }) => {
        const cells = [fullName(target, this.#options), verdict.replace("_", " "), words];
        return `| ${cells.map(escapeCell).join(" | ")} |`;
      }),
    ];
  }

  /** All lines, the worst first. */
  format(): string[] {
    const { columns = USUAL_COLUMNS } = this.#options;
    const lines = this.#lines.sort(byUrgency);
    if (lines.length === 0) return [];
    const names = lines.map(({ target }) => lineName(target, this.#options));
    const width = names.map(widthOf).reduce((most, width) => Math.max(most, width));
    return lines.flatMap(({ words, details }, i) => {
      const name = padTo(names[i] ?? "", Math.min(MAX_NAME_COLUMNS, width));
      const line = wrap(`${name}  ${words}`, columns, 4);
      return details === "" ? [line] : [line, ...indented(details, columns)];
    });
  }
}

const INDENT = "    ";

/** A paragraph that stands below a line. */
function indented(text: string, columns: number): string[] {
  return wrap(text, columns - INDENT.length, 0).split("\n").map((line) => INDENT + line);
}

/** A text in a cell of a table: nothing in it is markup. */
export function escapeCell(text: string): string {
  // deno-lint-ignore no-control-regex -- colours of a terminal begin with it
  return text.replaceAll(/\x1b\[[\d;]*m/g, "").replaceAll(NO_BREAK, " ")
    .replaceAll(/[\\`*_{}[\]<>#|~]/g, (sign) => `\\${sign}`);
}

/** The whole audit in a few lines: who answers, who is right, what is odd. */
export function formatAuditSummary(
  { tally, reason, targets }: Pick<AuditResult, "tally" | "reason" | "targets">,
  { maxOffsetMs, columns = USUAL_COLUMNS }: AuditTextOptions,
): string[] {
  const { hosts, answering, verdicts: { right, wrong, unreadable, icmp_error: errors } } = tally;
  const parts = [
    `${formatCount(right)} right within ${formatLimit(maxOffsetMs)}`,
    ...(wrong === 0 ? [] : [`${formatCount(wrong)} wrong`]),
    ...(unreadable === 0 ? [] : [
      `${formatCount(unreadable)} ${unreadable === 1 ? "shows" : "show"} no time ` +
      `(${listLabels(tally.labels("unreadable"))})`,
    ]),
  ];
  const lines = [
    answering === 0
      ? `None of ${countOf(hosts, "host")} answers.`
      : `${formatCount(answering)} of ${countOf(hosts, "host")} ` +
        `${answering === 1 ? "answers" : "answer"}: ${parts.join(", ")}.`,
  ];
  if (reason !== "complete") {
    const judged = `${formatCount(hosts)} of ${countOf(targets, "target")}`;
    lines.unshift(`Ended early: ${judged} ${targets === 1 ? "is" : "are"} judged.`);
    // Of no host there is nothing more to say.
    if (hosts === 0) lines.pop();
  }
  if (errors > 0) lines.push(`ICMP errors came for ${countOf(errors, "host")}.`);
  const odd = listLabels(tally.labels("right", "wrong"));
  if (odd !== "") lines.push(`Readable, but odd: ${odd}.`);
  return lines.map((line) => wrap(line, columns, 2));
}

/** What the line of a host says of it. */
function describeHost(host: HostFindings): string {
  const { verdict, offset, icmpError, behaviour } = host;
  const odd = oddLabels(host);
  if (verdict === "silent") return "no answer";
  if (verdict === "icmp_error") return `ICMP error from ${icmpError?.from}: ${icmpError?.name}`;
  if (offset === undefined) {
    const label = odd.find((name) => name !== "undecided") ?? "undecided";
    return `${yellow(`shows no time: ${label}`)}  ${LABELS[label as Label].meaning}`;
  }
  const { utcOffsetMinutes } = behaviour;
  const why = utcOffsetMinutes === undefined
    ? explainOffset(offset)
    : `local time (${formatZone(utcOffsetMinutes)})?`;
  const shown = formatClockOffset(offset);
  const parts = [
    verdict === "wrong" ? red(shown) : shown,
    ...(why === undefined || verdict === "right" ? [] : [why]),
    ...odd.filter((label) => label !== "time-zone"),
  ];
  return parts.join("  ");
}

function oddLabels({ behaviour: { labels } }: HostFindings): string[] {
  return labels.map(({ label }) => label).filter((label) => !isUsualLabel(label));
}

/** `zero 1, stuck 1`: odd labels and how many hosts have each, the commonest first. */
function listLabels(counts: ReadonlyMap<Label, number>): string {
  const found = [...counts].filter(([label]) => !isUsualLabel(label));
  // By name, and then by count: the second sort keeps the order of equals.
  return found.sort().sort(([, one], [, other]) => other - one)
    .map(([label, count]) => `${label}${NO_BREAK}${formatCount(count)}`).join(", ");
}

function byUrgency(one: HostLine, other: HostLine): number {
  return ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict) ||
    other.distanceMs - one.distanceMs || one.target.index - other.target.index;
}

function formatLimit(ms: number): string {
  return ms >= 1000 ? `${Number((ms / 1000).toFixed(3))} s` : `${ms} ms`;
}
