/** What a trace found, as text of 80 columns: the verdict first, then what it rests on, then one line a hop. */

import { isAnswering } from "../behaviour/path_finding.ts";
import { formatMplsLabel } from "../packet/icmp_extension.ts";
import { formatAddress } from "../packet/mod.ts";
import type { HopCounts, HopFindings, TraceFindings, TracePath } from "../run/trace/findings.ts";
import { dim, green, red, yellow } from "../terminal/color.ts";
import { NO_BREAK, padTo, USUAL_COLUMNS, wrap } from "../terminal/width.ts";
import { formatClockOffset, formatThreeDigits } from "./milliseconds.ts";
import { fullName, type NameOptions, shortName } from "./target_name.ts";

/** How a trace names hosts, in which width. */
export interface TraceTextOptions extends NameOptions {
  /** Columns of the terminal. */
  readonly columns?: number | undefined;
}

/** Columns of the table: hop, address, loss of both kinds, times of both kinds. */
const WIDTHS = { hop: 3, address: 15, loss: 8, times: 11 } as const;
/** Lines that go on start below the addresses. */
const INDENT = 5;

/** All lines about one host. */
export function formatTrace(findings: TraceFindings, options: TraceTextOptions): string[] {
  const { target, verdict, evidence, paths } = findings;
  const { columns = USUAL_COLUMNS } = options;
  const { finding, text, wouldDecide } = verdict;
  const color = isAnswering(verdict) ? green : finding === "undecided" ? yellow : red;
  const lines = [
    wrap(`${fullName(target, options)}: ${color(text)}`, columns, 2),
    `  ${wrap(evidence.join("; "), columns, 2, 2)}`,
  ];
  if (wouldDecide !== undefined) {
    lines.push(`  ${wrap(`To decide: ${wouldDecide}`, columns, 2, 2)}`);
  }
  for (const [index, path] of paths.entries()) {
    if (!path.hops.some(({ echo, timestamp }) => echo.sent + timestamp.sent > 0)) continue;
    if (paths.length > 1) lines.push("", formatPathHead(path, index, paths));
    lines.push(formatHead(), ...path.hops.flatMap((hop) => formatHop(hop, options)));
  }
  return lines;
}

function formatPathHead({ flows }: TracePath, index: number, paths: readonly TracePath[]): string {
  const all = paths.reduce((sum, path) => sum + path.flows, 0);
  return `path ${index + 1} of ${paths.length}, ${flows} of ${all} flows`;
}

function formatHead(): string {
  return dim(
    [
      padTo("hop", WIDTHS.hop),
      padTo("address", WIDTHS.address),
      padTo("loss", WIDTHS.loss),
      padTo("echo, ms", WIDTHS.times),
      padTo("timestamp", WIDTHS.times),
      "clock, name",
    ].join("  "),
  );
}

/** The line of a hop, and what is odd below it. */
function formatHop(hop: HopFindings, options: TraceTextOptions): string[] {
  const { columns = USUAL_COLUMNS } = options;
  const { address, addresses, echo, timestamp, offset, labels, refusal, changes } = hop;
  const shown = address === undefined ? "*" : formatAddress(address);
  const line = [
    String(hop.hop).padStart(WIDTHS.hop),
    padTo(shown, WIDTHS.address),
    padTo(formatLoss(echo, timestamp), WIDTHS.loss),
    padTo(formatTimes(echo), WIDTHS.times),
    padTo(formatTimes(timestamp), WIDTHS.times),
  ].join("  ").replaceAll(" ", NO_BREAK);
  const name = address === undefined
    ? shown
    : shortName({ label: formatAddress(address), address }, options);
  const others = addresses.filter((other) => other !== address).map(formatAddress);
  const beside = [
    ...offset === undefined ? [] : [formatClockOffset(offset)],
    ...name === shown ? [] : [name],
  ];
  const remarks = [
    ...refusal === undefined ? [] : [formatRefusal(hop)],
    ...labels.length === 0 ? [] : [`MPLS ${labels.map(formatMplsLabel).join(", ")}`],
    ...others.length === 0 ? [] : [`also ${others.join(", ")}`],
    ...changes.length === 0 ? [] : [formatChanges(hop)],
  ];
  const lines = [wrap([line, ...beside].join("  "), columns, INDENT).trimEnd()];
  if (remarks.length > 0) {
    const text = wrap(yellow(remarks.join("; ")), columns, INDENT, INDENT);
    lines.push(" ".repeat(INDENT) + text);
  }
  return lines;
}

function formatRefusal({ refusal, address }: HopFindings): string {
  if (refusal === undefined) return "";
  const from = refusal.reporter === address ? "" : `${formatAddress(refusal.reporter)}: `;
  return `${from}${refusal.name}`;
}

function formatChanges({ changes }: HopFindings): string {
  const [first] = changes;
  if (first === undefined) return "";
  const { kind, from, to } = first;
  const more = changes.length === 1 ? "" : `, ${changes.length} changes`;
  return `path changed (${kind}): ${formatAddress(from)} to ${formatAddress(to)}${more}`;
}

/** `0%` where both kinds have the same loss, `0%/100%` where they differ, echo first. */
function formatLoss(echo: HopCounts, timestamp: HopCounts): string {
  const one = formatPercent(echo), other = formatPercent(timestamp);
  return one === other ? one : `${one}/${other}`;
}

function formatPercent({ sent, answered }: HopCounts): string {
  return sent === 0 ? "-" : `${Math.round(100 * (sent - answered) / sent)}%`;
}

/** `0.051/0.062`: best and median round-trip time. */
function formatTimes({ rttMs }: HopCounts): string {
  if (rttMs === undefined) return "*";
  return `${formatThreeDigits(rttMs.min)}/${formatThreeDigits(rttMs.median)}`;
}
