/** What has changed since an earlier audit, as text. */

import { formatAddress } from "../packet/mod.ts";
import { HOST_CHANGES, type HostChange } from "../run/audit/comparison.ts";
import { countOf, formatCount } from "../terminal/quantity.ts";
import { wrap } from "../terminal/width.ts";

/** Changes that are printed, of each kind. */
const MAX_PRINTED = 100;

const WORDS: Readonly<Record<HostChange["change"], string>> = {
  became_wrong: "became wrong",
  became_right: "became right",
  new: "new",
  gone: "gone",
  label_changed: "changed its labels",
};

/** How many of each kind, and then a line for each change; one line where nothing has changed. */
export function formatChanges(changes: readonly HostChange[], columns: number): string[] {
  if (changes.length === 0) return ["Nothing has changed since the earlier audit."];
  const kinds = HOST_CHANGES.flatMap((kind) => {
    const found = changes.filter(({ change }) => change === kind);
    return found.length === 0 ? [] : [{ kind, found }];
  });
  const counts = kinds.map(({ kind, found }) => {
    const words = found.length === 1 ? WORDS[kind] : WORDS[kind].replace(" its ", " their ");
    return `${formatCount(found.length)} ${words}`;
  });
  return [
    wrap(`Since the earlier audit: ${counts.join(", ")}.`, columns, 2),
    ...kinds.flatMap(({ found }) => [
      ...found.slice(0, MAX_PRINTED).map((change) => wrap(formatChange(change), columns, 4)),
      ...(found.length > MAX_PRINTED
        ? [`… and ${countOf(found.length - MAX_PRINTED, "more host")}`]
        : []),
    ]),
  ];
}

function formatChange({ change, address, before, now }: HostChange): string {
  const added = (now?.labels ?? []).filter((label) => !before?.labels.includes(label));
  const removed = (before?.labels ?? []).filter((label) => !now?.labels.includes(label));
  const labels = change === "gone" || change === "new" ? [] : [
    ...added.map((label) => `+${label}`),
    ...removed.map((label) => `-${label}`),
  ];
  const verdicts = before !== undefined && now !== undefined && before.verdict !== now.verdict
    ? [`${before.verdict} → ${now.verdict}`]
    : change === "new" && now !== undefined
    ? [now.verdict]
    : [];
  return [`${formatAddress(address)}  ${WORDS[change]}`, ...verdicts, ...labels].join("  ");
}
