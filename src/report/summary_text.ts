/** The block of text that ends the run of one target. */

import { dim } from "@std/fmt/colors";
import type { BoundedMs, HostOffset } from "../measurement/mod.ts";
import type { ProbeCounters, Summary } from "../stats/mod.ts";
import { QUEUE_NOISE_MS } from "./queue_text.ts";
import type { TargetSummary } from "../run/target_statistics.ts";

const COLUMNS = ["min", "median", "mean", "p95", "max", "stddev"] as const;
const NAME_WIDTH = 12;
const COLUMN_WIDTH = 11;

/** Counts, a table of spreads and the offset, for one target. No line break at the end. */
export function formatSummary(summary: TargetSummary, name: string): string {
  const lines = [`\n--- ${name} ---`, formatCounts(summary)];
  const rows: [string, Summary | undefined, number][] = [
    ["rtt", summary.rttMs, 3],
    ["queue", isNoise(summary.queueMs) ? undefined : summary.queueMs, 3],
    ["out", summary.outMs, 1],
    ["back", summary.backMs, 1],
    ["out jitter", summary.outJitterMs, 1],
    ["back jitter", summary.backJitterMs, 1],
  ];
  const known = rows.filter(([, spread]) => spread !== undefined);
  if (known.length > 0) {
    const heads = COLUMNS.map((column) => column.padStart(COLUMN_WIDTH)).join("");
    lines.push(dim(`${"ms".padEnd(NAME_WIDTH)}${heads}`));
    for (const [label, spread, digits] of known) {
      if (spread !== undefined) lines.push(formatRow(label, spread, digits));
    }
  }
  lines.push(...formatHost(summary.host));
  return lines.join("\n");
}

/** A queue of our own is shown when at least one probe waited in it. */
function isNoise(queueMs: Summary | undefined): boolean {
  return queueMs === undefined || queueMs.max < QUEUE_NOISE_MS;
}

/** Text has so many whole seconds in a row to be sure of them: a fine clock gives one in a thousand. */
const WHOLE_SECONDS_EXPECTED = 3;

/** What is known of the remote clock, in one or two lines. */
function formatHost(host: HostOffset | undefined): string[] {
  if (host === undefined) return [];
  const { offset, assumedOffset, tick, tickMs, stamps } = host;
  if (host.isWithdrawn && stamps > 0) {
    return ["no offset: the timestamps turned out not to keep time"];
  }
  if (host.isWithdrawn) return ["no offset: no reply has usable timestamps"];
  if (!host.hasMoved) return [`no offset: all ${stamps} timestamps are the same`];
  if (offset === undefined) return [];
  const isWholeSeconds = host.isWholeSeconds && stamps >= WHOLE_SECONDS_EXPECTED;
  if (assumedOffset !== undefined && !isWholeSeconds) {
    return [`offset ${between(assumedOffset)} if it ticks each millisecond`];
  }
  const line = `offset ${between(offset)} (remote clock minus ours)`;
  if (tick === "fine") return [line];
  if (isWholeSeconds) {
    return [line, `all ${stamps} timestamps are whole seconds: clock known to ±1 s`];
  }
  const known = `${Number(tickMs.toFixed(1))} ms`;
  if (tick === "coarse") return [line, `the clock moves in steps: known to ±${known}`];
  return [line, `the timestamps contradict steps of 1 ms: clock known to ±${known}`];
}

/** Bounds, rounded outwards: a bound must stay one. */
function between({ lowerMs, upperMs }: BoundedMs): string {
  const lower = (Math.floor(lowerMs * 1e3) / 1e3).toFixed(3);
  const upper = (Math.ceil(upperMs * 1e3) / 1e3).toFixed(3);
  return `between ${lower} and ${upper} ms`;
}

/** Sent, received and loss, as ping has them, then what the loss is made of; what did not happen has no words. */
function formatCounts({ counters }: TargetSummary): string {
  const { sent, received, lost, icmpErrors, unsent, pending, duplicates, late } = counters;
  const others: [number, string][] = [
    [lost, "lost"],
    [counters.droppedByUs, "of these perhaps dropped here"],
    [icmpErrors, "refused"],
    [unsent, "not sent"],
    [pending, "pending"],
    [duplicates, "duplicates"],
    [late, "late"],
  ];
  const parts = others.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return [`${sent} sent`, `${received} received`, formatLoss(counters), ...parts].join(", ");
}

/** `12.5 % loss`; "loss unknown" while no probe is settled. */
export function formatLoss({ lossRatio }: ProbeCounters): string {
  if (lossRatio === undefined) return "loss unknown";
  return `${(lossRatio * 100).toFixed(1).replace(/\.0$/, "")} % loss`;
}

function formatRow(label: string, spread: Summary, digits: number): string {
  const cells = COLUMNS.map((column) => fixed(spread[column], digits).padStart(COLUMN_WIDTH));
  return `${label.padEnd(NAME_WIDTH)}${cells.join("")}`;
}

/** A number with so many decimals; never `-0.0`. */
function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return /^-[0.]+$/.test(text) ? text.slice(1) : text;
}
