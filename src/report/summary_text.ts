/** The block of text that ends the run of one target. */

import { dim, yellow } from "../terminal/color.ts";
import type { BoundedMs } from "../measurement/interval.ts";
import { FLAG_MEANINGS } from "../record/flags.ts";
import { REPLIES_FOR_PATH, slowParts } from "../run/slow_part.ts";
import type { TargetSummary } from "../run/target_statistics.ts";
import type { Summary } from "../stats/mod.ts";
import { countOf } from "../terminal/quantity.ts";
import { NO_BREAK, USUAL_COLUMNS, wrap } from "../terminal/width.ts";
import { formatLoss } from "./loss_text.ts";
import { formatHostClock } from "./host_clock_text.ts";
import { describeQueue, describeRise, nameParts, type PartWords } from "./path_text.ts";
import { QUEUE_NOISE_MS } from "./queue_text.ts";

const COLUMNS = ["min", "median", "mean", "p95", "max", "stddev"] as const;
const NAME_WIDTH = 12;
const COLUMN_WIDTH = 11;
/** Longer numbers lose decimals. */
const CELL_LENGTH = 10;

/**
 * Counts, then in words the clock, both directions and what is odd, then a table of spreads. No line break at the end.
 *
 * @param verbose with the bounds of the offset to the microsecond
 */
export function formatSummary(summary: TargetSummary, name: string, verbose: boolean): string {
  const { host } = summary;
  const lines = [`\n--- ${name} ---`, wrap(formatCounts(summary), USUAL_COLUMNS, 2)];
  if (host !== undefined) lines.push(row("clock", formatHostClock(host)));
  const offset = host?.assumedOffset ?? host?.offset;
  if (verbose && offset !== undefined) lines.push(row("offset", between(offset)));
  lines.push(...formatPaths(summary), ...formatFlags(summary), ...formatTable(summary));
  return lines.join("\n");
}

/** Sent, received and loss, as ping has them, then what the loss is made of; what did not happen has no words. */
function formatCounts({ counters }: TargetSummary): string {
  const { sent, received, lost, icmpErrors, unsent, pending, duplicates, late } = counters;
  const others: [number, string][] = [
    [lost, "lost"],
    [counters.droppedByUs, "of these perhaps dropped here"],
    [icmpErrors, icmpErrors === 1 ? "ICMP error" : "ICMP errors"],
    [unsent, "not sent"],
    [pending, "pending"],
    [duplicates, duplicates === 1 ? "duplicate" : "duplicates"],
    [late, "late"],
  ];
  const parts = others.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const answer = received === 0 && counters.lossRatio !== undefined ? "no answer: " : "";
  const all = [`${sent} sent`, `${received} received`, formatLoss(counters), ...parts];
  return answer + all.map((part) => part.replaceAll(" ", NO_BREAK)).join(", ");
}

/** Bounds, rounded outwards: a bound must stay one. */
function between({ lowerMs, upperMs }: BoundedMs): string {
  const lower = (Math.floor(lowerMs * 1e3) / 1e3).toFixed(3);
  const upper = (Math.ceil(upperMs * 1e3) / 1e3).toFixed(3);
  return `between ${lower} and ${upper} ms (remote clock minus ours)`;
}

/** Whether there is congestion in either direction, or in this machine's own queue. */
function formatPaths(summary: TargetSummary): string[] {
  const { counters: { received }, host, queueMs, outChangeMs, backChangeMs } = summary;
  const tickMs = host?.tick === "coarse" ? host.tickMs : 1;
  if (received < REPLIES_FOR_PATH) return [];
  const queue = queueMs && describeQueue(queueMs, received);
  const spreads = { replies: received, queue: queueMs, out: outChangeMs, back: backChangeMs };
  const slow = slowParts(spreads, tickMs) ?? [];
  const rows: [string, PartWords | undefined][] = [
    ["slow", slow.length > 0 ? { isSlow: true, text: nameParts(slow) } : undefined],
    ["queue", queue?.isSlow ? queue : undefined],
    ["out", outChangeMs && describeRise(outChangeMs, received, "out", tickMs)],
    ["back", backChangeMs && describeRise(backChangeMs, received, "back", tickMs)],
  ];
  return rows.flatMap(([label, words]) =>
    words === undefined ? [] : [row(label, words.isSlow ? yellow(words.text) : words.text)]
  );
}

function formatFlags({ flags }: TargetSummary): string[] {
  return [...flags ?? []].map(([flag, count]) => {
    // Within a sentence now; a name such as IPv4 keeps its capitals.
    const meaning = (FLAG_MEANINGS as Readonly<Record<string, string>>)[flag]
      ?.replace(/^[A-Z](?=[a-z ])/, (letter) => letter.toLowerCase());
    const text = `${flag}, ${countOf(count, "reply", "replies")}`;
    return row("odd", yellow(meaning === undefined ? text : `${text}: ${meaning}`));
  });
}

function formatTable(summary: TargetSummary): string[] {
  const rows: [string, Summary | undefined, number][] = [
    ["rtt", summary.rttMs, 3],
    ["queue", isNoise(summary.queueMs) ? undefined : summary.queueMs, 3],
    ["out", summary.outMs, 1],
    ["back", summary.backMs, 1],
    ["out jitter", summary.outJitterMs, 1],
    ["back jitter", summary.backJitterMs, 1],
  ];
  const lines = rows.flatMap(([label, spread, digits]) =>
    spread === undefined ? [] : [formatSpread(label, spread, digits)]
  );
  if (lines.length === 0) return [];
  const heads = COLUMNS.map((column) => column.padStart(COLUMN_WIDTH)).join("");
  return [dim(`${"ms".padEnd(NAME_WIDTH)}${heads}`), ...lines];
}

/** A queue of our own is shown when at least one probe waited in it. */
function isNoise(queueMs: Summary | undefined): boolean {
  return queueMs === undefined || queueMs.max < QUEUE_NOISE_MS;
}

/** One line of the table; where numbers are long they all have fewer decimals, so that columns stay apart. */
function formatSpread(label: string, spread: Summary, digits: number): string {
  const { stddev, ...places } = spread;
  const room = digitsThatFit(Object.values(places), digits);
  const cells = COLUMNS.map((column) =>
    fixed(spread[column], column === "stddev" ? digitsThatFit([stddev], digits) : room)
  );
  return label.padEnd(NAME_WIDTH) + cells.map((cell) => ` ${cell}`.padStart(COLUMN_WIDTH)).join("");
}

function digitsThatFit(values: readonly number[], digits: number): number {
  const longest = Math.max(...values.map((value) => fixed(value, 0).length));
  return Math.max(0, Math.min(digits, CELL_LENGTH - longest - 1));
}

/** A number with the given decimals; never `-0.0`. */
function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return /^-[0.]+$/.test(text) ? text.slice(1) : text;
}

function row(label: string, text: string): string {
  const lead = label.padEnd(8);
  return lead + wrap(text, USUAL_COLUMNS, lead.length, lead.length);
}
