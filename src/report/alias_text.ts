/** Which addresses of an audit are one machine, as text. */

import type { AliasGroup } from "../clock/alias.ts";
import type { AliasResult } from "../run/audit/aliases.ts";
import type { Target } from "../targets/target.ts";
import { countOf, formatCount } from "../terminal/quantity.ts";
import { USUAL_COLUMNS, wrap } from "../terminal/width.ts";
import { signed } from "./milliseconds.ts";
import { lineName, type NameOptions } from "./target_name.ts";

/** Names that are printed of one group. */
const MAX_NAMES = 20;
/** Rarer chances are not distinguished. */
const MAX_ODDS = 1e6;

/** One paragraph for each group, the surest first, and what cannot be said. */
export function formatAliases(
  result: AliasResult,
  options: NameOptions & { readonly columns?: number | undefined },
): string[] {
  const { groups, coincidences, disciplined, targets, undecided, unfollowed } = result;
  const name = (place: number) => lineName(targets[place] as Target, options);
  const lines = [...groups].sort((one, other) => one.chance - other.chance).map((group) =>
    `${listNames(group.members.map(name))} show one clock, probably one machine: ` +
    `${describeGroup(group)}.`
  );
  if (groups.length === 0) {
    lines.push(`No two of ${countOf(targets.length, "clock")} are shown to be one machine.`);
  }
  for (const group of coincidences) {
    lines.push(
      `${listNames(group.members.map(name))} agree, but two machines may by chance: ` +
        `${describeGroup(group)}.`,
    );
  }
  if (disciplined.length > 0) {
    const those = disciplined.length === targets.length ? "All" : formatCount(disciplined.length);
    lines.push(
      `${those} ${disciplined.length === 1 ? "runs" : "run"} at the rate of UTC, as far as this ` +
        "shows, like every clock that is kept right: whether any are one machine cannot be decided.",
    );
  }
  if (undecided > 0) lines.push(`${countOf(undecided, "clock")} showed no rate.`);
  if (unfollowed > 0) {
    lines.push(`${countOf(unfollowed, "more clock")} could not be followed: too many at once.`);
  }
  return lines.map((line) => wrap(line, options.columns ?? USUAL_COLUMNS, 2));
}

/** `+31.2 ppm, within 0.3 ppm and 0.012 ms; 1 in 12,000 by chance` */
function describeGroup({ skewPpm, skewWithinPpm, offsetWithinMs, chance }: AliasGroup): string {
  return `${signed(skewPpm.toFixed(1))} ppm, within ${upTo(skewWithinPpm, 1)} ppm and ` +
    `${upTo(offsetWithinMs, 3)} ms; ${formatOdds(chance)} by chance`;
}

function upTo(number: number, digits: number): string {
  return (Math.ceil(number * 10 ** digits) / 10 ** digits).toFixed(digits);
}

/** Two digits, never rarer than it is. */
function formatOdds(chance: number): string {
  const odds = 1 / chance;
  if (odds >= MAX_ODDS) return `less than 1 in ${formatCount(MAX_ODDS)}`;
  if (odds < 2) return "likely";
  const step = 10 ** Math.max(0, Math.floor(Math.log10(odds)) - 1);
  return `1 in ${formatCount(Math.floor(odds / step) * step)}`;
}

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES);
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(", ")} and ${formatCount(more)} more`;
  return `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}
