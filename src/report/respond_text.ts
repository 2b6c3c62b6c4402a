/** What `respond` says: the addresses for which it answers, how far it is, and what it did. */

import type { AnsweredAddresses } from "../respond/address_policy.ts";
import { BEHAVIOUR_FIELDS } from "../respond/behaviour_fields.ts";
import { type Fate, FATES, type ResponderCounts } from "../respond/fate.ts";
import { formatAddress } from "../packet/address.ts";
import type { ByteSink } from "../terminal/line_sink.ts";
import { LiveLine, type LiveLineOptions } from "../terminal/live_line.ts";
import { wrap } from "../terminal/width.ts";
import { countOf, formatCount, formatDuration } from "../terminal/quantity.ts";

/** Columns of text that is not wrapped by a terminal. */
const COLUMNS = 80;
const KEY_INDENT = 4;

/** The line that says that requests are answered from now on. */
export function formatRespondStart(
  addresses: AnsweredAddresses,
  interfaceName: string,
  ownAddress: number | undefined,
): string {
  const own = ownAddress === undefined ? "" : `; this machine is ${formatAddress(ownAddress)}`;
  return `Answering for ${addresses} on ${interfaceName}${own}`;
}

/** The keys of a host in a scenario: each with what it sets, and below that what it takes. */
export function formatScenarioKeys(): string {
  const keys = Object.entries(BEHAVIOUR_FIELDS);
  const width = Math.max(...keys.map(([key]) => key.length));
  const text = keys.map(([key, { meaning, expected }]) =>
    `${key.padEnd(width)}  ${meaning}\n${" ".repeat(KEY_INDENT)}${
      wrap(expected, COLUMNS, KEY_INDENT, KEY_INDENT)
    }`
  );
  return `${text.join("\n")}\n`;
}

/** Lines about what was done. */
export function formatRespondEnd(
  counts: ResponderCounts,
  elapsedS: number,
  drops: number | undefined,
): string[] {
  const { requests, timestampRequests, echoRequests, sent, unsent, overflow, fates } = counts;
  const lines = [
    `${countOf(requests, "request")} in ${formatDuration(elapsedS)}: ` +
    `${formatCount(timestampRequests)} timestamp, ${formatCount(echoRequests)} echo`,
    `${countOf(sent, "packet")} sent` +
    (unsent > 0 ? `, ${formatCount(unsent)} refused by the kernel` : "") +
    (overflow > 0 ? `, ${formatCount(overflow)} dropped: too many were waiting` : ""),
  ];
  for (const fate of Object.keys(FATES) as Fate[]) {
    const count = fates[fate];
    if (count > 0 && fate !== "replied") {
      lines.push(`  ${formatCount(count).padStart(9)}  ${fate}: ${FATES[fate]}`);
    }
  }
  if (drops !== undefined && drops > 0) {
    lines.push(`  ${formatCount(drops).padStart(9)}  dropped by the kernel before they were read`);
  }
  return lines;
}

/** The live line of `respond`. */
export class RespondStatus {
  readonly #line: LiveLine;
  #lastNs = -Infinity;
  #lastRequests = 0;
  #rate = 0;

  /** Writes to `terminal`, usually standard error. */
  constructor(terminal: ByteSink, options?: LiveLineOptions) {
    this.#line = new LiveLine(terminal, options);
  }

  /** Shows the line, a few times a second at most. */
  show(nowNs: number, counts: ResponderCounts, elapsedS: number): void {
    this.#line.show(nowNs, () => {
      const seconds = (nowNs - this.#lastNs) / 1e9;
      this.#rate = Number.isFinite(seconds) ? (counts.requests - this.#lastRequests) / seconds : 0;
      this.#lastNs = nowNs;
      this.#lastRequests = counts.requests;
      return [
        countOf(counts.requests, "request"),
        `${formatCount(counts.sent)} sent`,
        `${formatCount(this.#rate)}/s`,
        ...(counts.fates.over_rate > 0
          ? [`${formatCount(counts.fates.over_rate)} over the rate`]
          : []),
        formatDuration(elapsedS),
      ];
    });
  }

  /** Takes the line away, so that others can be written. */
  erase(): void {
    this.#line.erase();
  }
}
