/** One HTML file that shows a log and needs nothing else: words first, then tables and charts. */

import type { PageData } from "../../page/data.ts";
import bundle from "../../page/script.json" with { type: "json" };
import { countOf, formatCount } from "../../terminal/quantity.ts";
import { describeLog, describePeriod, findAll, type Findings } from "../log/log_words.ts";
import type { TargetSummary } from "../log/target_summary.ts";
import { describeTarget } from "../log/target_words.ts";
import type { Log } from "../../log/log_reader.ts";
import { adviceSection } from "./advice.ts";
import { aliasTable } from "./alias_table.ts";
import { eventTable } from "./event_table.ts";
import { heatData } from "./heat_data.ts";
import { hostData } from "./host_data.ts";
import { Html, html, jsonForScript } from "./html.ts";
import { offsetBars } from "./offset_bars.ts";
import { PAGE_STYLE } from "./style.ts";
import { targetData } from "./target_data.ts";
import { targetTable } from "./target_table.ts";

/** Rows of all charts together: what keeps a page under 5 MB. */
const MAX_CHART_ROWS = 24_000;
/** Targets that the first words name one by one. */
const NAMED_TARGETS = 8;

/** How a page is made. */
export interface PageOptions {
  /** Heading; one that says what the log is, unless given. */
  readonly title?: string | undefined;
  /** Targets with charts; the others are in the tables alone. */
  readonly maxTargets: number;
  /** Version of this program. */
  readonly version: string;
  /** Sentences beside those of the log. */
  readonly remarks?: readonly string[];
}

/** The page of a log. */
export function formatPage(log: Log, options: PageOptions): string {
  const findings = findAll(log);
  const shown = findings.targets.slice(0, options.maxTargets);
  const ids = new Map(shown.map((target, i) => [target, `t${i}`]));
  const title = options.title ?? titleOf(log);
  const { script, hash, style } = bundle;
  // The hash lets our script run, and no other: also none that a log smuggled in.
  const policy = `default-src 'none'; script-src '${hash}'; style-src 'unsafe-inline'; ` +
    "img-src data:; base-uri 'none'; form-action 'none'";
  const page = html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="${policy}">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <meta name="referrer" content="no-referrer">
        <link rel="icon" href="data:,">
        <title>${title}</title>
        <style>${new Html(`${style}\n${PAGE_STYLE}`)}</style>
      </head>
      <body>
        <header><div><h1>${title}</h1><p class="period">${describePeriod(log)}</p></div>
    <button type="button" id="theme" class="no-print" hidden>Light or dark</button></header>
        <main>${wordsSection(findings, ids, options.remarks)}${hostSection(log)}${aliasTable(
          log.aliases,
        )}${targetSection(
          findings,
          shown,
          ids,
        )}
    ${eventTable(log, findings.targets)}${log.hosts.total === 0 ? "" : adviceSection()}</main>
        <footer>
          <p
            class="note">Made by icmptime ${options.version} from ${formatCount(
              log.counts.records,
            )} records. Times are UTC. ${explainNumbers(findings)}</p>
        </footer>
        <p class="hidden" id="live" aria-live="polite"></p>
        <script type="application/json" id="data">${jsonForScript(
          pageData(log, findings, shown, ids),
        )}</script>
        <script>${new Html(script)}</script>
      </body>
    </html>
  `;
  return page.text.trimStart();
}

function titleOf(log: Log): string {
  const commands = [...log.commands.keys()];
  if (commands.length === 1 && commands[0] === "audit") return "Audit of clocks";
  if (commands.length === 1 && commands[0] === "scan") return "Scan for timestamp replies";
  const [first] = log.targets;
  if (first !== undefined && log.targets.length === 1) return first.name;
  if (log.targets.length > 1) return `${formatCount(log.targets.length)} targets`;
  return log.hosts.total > 0 ? "Hosts" : "Nothing to report";
}

/** The first thing on the page: what was found, in words. */
function wordsSection(
  findings: Findings,
  ids: ReadonlyMap<TargetSummary, string>,
  remarks: readonly string[] = [],
): Html {
  const words = [...describeLog(findings), ...remarks];
  const named = findings.targets.length < 2 ? [] : findings.targets.slice(0, NAMED_TARGETS);
  const left = findings.targets.length - named.length;
  return html`<section class="found" aria-label="What was found">
${words.length === 0 ? html`<p>The log has no record that a report shows.</p>` : ""}
${words.map((sentence) => html`<p>${sentence}</p>`)}
${
    named.length === 0 ? "" : html`<ul>${
      named.map((target) => {
        const id = ids.get(target), { name } = target.log;
        return html`<li><b>${id === undefined ? name : html`<a href="#${id}">${name}</a>`}</b>: ${
          describeTarget(target).join(" ")
        }</li>`;
      })
    }</ul>`
  }${
    named.length > 0 && left > 0 ? html`<p class="note">${left} more in the table below.</p>` : ""
  }</section>`;
}

function hostSection({ hosts }: Log): Html {
  if (hosts.total === 0) return html``;
  const left = hosts.total - hosts.rows.length;
  return html`<section><h2>Hosts</h2>${offsetBars(hosts.rows)}<div id="hosts"></div>
<noscript><p>The table of hosts needs scripts, which are off here.</p></noscript>${
    left > 0 ? html`<p class="note">${left} more hosts are only counted.</p>` : ""
  }</section>`;
}

function targetSection(
  { targets }: Findings,
  shown: readonly TargetSummary[],
  ids: ReadonlyMap<TargetSummary, string>,
): Html {
  if (targets.length === 0) return html``;
  const left = targets.length - shown.length;
  return html`<section id="targets"><h2>Targets</h2>
${targetTable(targets, (target) => ids.get(target))}<div id="heat"></div>
<h2>Over time</h2><div id="toolbar" class="no-print" role="toolbar" aria-label="Time shown" hidden></div>
<p class="note no-print">Draw over a chart to zoom; Ctrl and the wheel zoom too, Shift and the wheel move. With a
chart chosen: arrow keys read points, Shift and arrows move, + and − zoom, 0 shows all.</p>
${
    shown.map((target) =>
      html`
        <article>
          <h3>${target.log.name}</h3>
          <p>${describeTarget(target).join(" ")}</p>
          <div class="charts" id="${ids.get(target) ?? ""}"></div>
        </article>
      `
    )
  }${
    left > 0
      ? html`<p class="note">Charts of ${
        countOf(left, "more target")
      } are left out (--max-targets).</p>`
      : ""
  }<noscript><p>Charts need scripts, which are off here.</p></noscript></section>`;
}

function explainNumbers({ targets }: Findings): string {
  if (targets.length === 0) return "";
  const widest = Math.max(...targets.map(({ log }) => log.series.widthS));
  const summed = targets.some(({ buckets, settled }) => settled > buckets.length)
    ? ` Up to ${Number(widest.toPrecision(3))} s are one point of a chart, ` +
      "which keeps their least and greatest value; quantiles are right within 2 %."
    : "";
  return `Changes of a delay are above its minimum: they need no right clock.${summed}`;
}

function pageData(
  log: Log,
  findings: Findings,
  shown: readonly TargetSummary[],
  ids: ReadonlyMap<TargetSummary, string>,
): PageData {
  const period = log.period ?? { firstS: 0, lastS: 0 };
  const startMs = Math.floor(period.firstS * 1e3);
  const heat = heatData(findings.targets, period);
  const capacity = Math.floor(MAX_CHART_ROWS / Math.max(1, shown.length));
  return {
    startMs,
    endMs: Math.ceil(period.lastS * 1e3 - startMs),
    heat,
    targets: shown.map((target) =>
      targetData(shrink(target, capacity), ids.get(target) ?? "", startMs)
    ),
    ...hostData(log.hosts),
  };
}

/** The target with no more rows than it may have. */
function shrink(target: TargetSummary, capacity: number): TargetSummary {
  if (target.buckets.length <= capacity) return target;
  target.log.series.shrink(capacity);
  return { ...target, buckets: target.log.series.sorted() };
}
