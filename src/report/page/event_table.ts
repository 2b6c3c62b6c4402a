/** What happened and what was odd, with times. */

import type { Log } from "../../log/log_reader.ts";
import { formatTime } from "../../page/format.ts";
import { formatCount } from "../../terminal/quantity.ts";
import { FLAG_MEANINGS } from "../../record/flags.ts";
import type { TargetSummary } from "../log/target_summary.ts";
import { type Html, html } from "./html.ts";

/** Rows of each table at most. */
const MAX_EVENTS = 1000, MAX_ODDITIES = 500;

/** Both tables; empty where nothing happened. */
export function eventTable(log: Log, targets: readonly TargetSummary[]): Html {
  return html`${oddities(targets)}${events(log)}`;
}

function oddities(targets: readonly TargetSummary[]): Html {
  const rows = targets.flatMap(({ log }) =>
    log.happenings.oddities.map((oddity) => ({ target: log.name, ...oddity }))
  ).sort((a, b) => b.count - a.count);
  if (rows.length === 0) return html``;
  return html`<section><h2>Oddities</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Oddities"><table data-sort id="oddity-table"><thead><tr>
<th scope="col">Target</th><th scope="col">What</th><th scope="col" data-number>Records</th>
<th scope="col">First</th><th scope="col">Last</th></tr></thead><tbody>${
    rows.slice(0, MAX_ODDITIES).map(({ target, name, count, firstS, lastS }) =>
      html`
        <tr>
          <td>${target}</td>
          <td>${name}${meaning(name)}</td>
          <td data-value="${count}">${formatCount(count)}</td>
          <td>${formatTime(firstS * 1e3, "second")}</td>
          <td>${formatTime(lastS * 1e3, "second")}</td>
        </tr>
      `
    )
  }</tbody></table></div>${leftOut(rows.length - MAX_ODDITIES)}</section>`;
}

function meaning(name: string): string {
  return Object.hasOwn(FLAG_MEANINGS, name)
    ? `: ${FLAG_MEANINGS[name as keyof typeof FLAG_MEANINGS]}`
    : "";
}

function events({ events, eventsOmitted }: Log): Html {
  if (events.length === 0) return html``;
  return html`<section><h2>Events</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Events"><table data-sort id="event-table"><thead><tr>
<th scope="col">Time (UTC)</th><th scope="col">Target</th><th scope="col">Kind</th><th scope="col">What</th>
</tr></thead><tbody>${
    events.slice(0, MAX_EVENTS).map(({ timeS, target, kind, text }) =>
      html`
        <tr>
          <td>${formatTime(timeS * 1e3, "second")}</td>
          <td>${target ?? "–"}</td>
          <td>${kind}</td>
          <td>${text}</td>
        </tr>
      `
    )
  }</tbody></table></div>${
    leftOut(Math.max(0, events.length - MAX_EVENTS) + eventsOmitted)
  }</section>`;
}

function leftOut(count: number): Html {
  return count > 0 ? html`<p class="note">${count} more are left out.</p>` : html``;
}
