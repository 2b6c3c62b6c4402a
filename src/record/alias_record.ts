/** Fields of the record of addresses that show one clock, or may. */

import type { AliasGroup } from "../clock/alias.ts";
import { formatAddress } from "../packet/mod.ts";
import type { AliasResult } from "../run/audit/aliases.ts";
import type { Target } from "../targets/target.ts";
import type { Field } from "./field.ts";
import { rounded, roundedUp, when } from "./shared_fields.ts";

/** Some addresses of an audit. */
export interface AliasEvent {
  /** What is said of them. */
  readonly kind: "one_clock" | "coincidence" | "undecidable";
  /** When it was found, Unix time in seconds. */
  readonly time: number;
  /** The hosts. */
  readonly targets: readonly Target[];
  /** What they have in common; undefined for `undecidable`. */
  readonly group: AliasGroup | undefined;
}

/** One event for each group, and one for all clocks of which nothing can be said. */
export function aliasEvents(
  { groups, coincidences, disciplined, targets, time }: AliasResult,
): AliasEvent[] {
  const event = (
    kind: AliasEvent["kind"],
    members: readonly number[],
    group?: AliasGroup,
  ): AliasEvent => ({
    kind,
    time,
    targets: members.map((place) => targets[place] as Target),
    group,
  });
  return [
    ...groups.map((group) => event("one_clock", group.members, group)),
    ...coincidences.map((group) => event("coincidence", group.members, group)),
    ...(disciplined.length === 0 ? [] : [event("undecidable", disciplined)]),
  ];
}

/** Fields of an `alias` record, in the order of its columns. */
export const ALIAS_FIELDS: readonly Field<AliasEvent>[] = [
  when("when this was found", ({ time }) => time),
  {
    name: "alias_kind",
    type: "string",
    values: ["one_clock", "coincidence", "undecidable"],
    description:
      "`one_clock`: probably one machine; `coincidence`: they agree, but two machines may do so by chance; `undecidable`: clocks that run at the rate of UTC, of which any may be one machine",
    value: ({ kind }) => kind,
  },
  {
    name: "addresses",
    type: "strings",
    description: "The addresses",
    value: ({ targets }) => targets.map(({ address }) => formatAddress(address)),
  },
  {
    name: "coincidence_ratio",
    type: "number",
    optional: true,
    description: "Chance that any two different clocks of those compared agree as closely, 0 to 1",
    note: "absent where undecidable",
    value: ({ group }) => group && Number(group.chance.toPrecision(2)),
  },
  {
    name: "offset_within_ms",
    type: "number",
    optional: true,
    description: "Largest difference of two of their offsets",
    note: "absent where undecidable",
    value: ({ group }) => roundedUp(group?.offsetWithinMs),
  },
  {
    name: "skew_within_ppm",
    type: "number",
    optional: true,
    description: "Largest difference of two of their rates, in parts per million",
    note: "absent where undecidable",
    value: ({ group }) => roundedUp(group?.skewWithinPpm),
  },
  {
    name: "skew_ppm",
    type: "number",
    optional: true,
    description: "Rate of the remote clock against the local one, minus one, in parts per million",
    value: ({ group }) => rounded(group?.skewPpm),
  },
];
