/** Hosts of an audit or a scan as the table of a page takes them: worst first, repeated texts once. */

import { CLAUSES } from "../../behaviour/conformance.ts";
import { isUsualLabel, LABELS } from "../../behaviour/label.ts";
import { type HostLog, type HostRow, VERDICT_ORDER } from "../../log/host_log.ts";
import type { HostData } from "../../page/data.ts";
import { FLAG_MEANINGS } from "../../record/flags.ts";

/** Hosts of one page at most: more would not open. */
const MAX_PAGE_HOSTS = 20_000;

/** The hosts, and the texts to which they refer. */
export interface PageHosts {
  /** Worst first. */
  readonly hosts: readonly HostData[];
  /** Texts by number. */
  readonly words: readonly string[];
  /** What labels, flags and clauses mean. */
  readonly meanings: Readonly<Record<string, string>>;
}

/** Puts hosts into order. */
export function hostData(log: HostLog): PageHosts {
  const numbers = new Map<string, number>();
  const numberOf = (word: string): number => {
    let number = numbers.get(word);
    if (number === undefined) numbers.set(word, number = numbers.size);
    return number;
  };
  const us = (ms: number) => Math.round(ms * 1e3);
  const hosts = [...log.rows].sort(byUrgency).slice(0, MAX_PAGE_HOSTS).map((row): HostData => {
    const { offset } = row;
    const { labels, evidence, odd } = oddFirst(row);
    const value = offset === undefined ? null : us(offset.value);
    return [
      row.name,
      row.address,
      VERDICT_ORDER.indexOf(row.verdict),
      value,
      offset === undefined || value === null ? null : us(offset.lower) - value,
      offset === undefined || value === null ? null : us(offset.upper) - value,
      labels.map(numberOf),
      evidence,
      row.nonconforming.map(numberOf),
      row.details.map(([name, text]) => [numberOf(name), text] as const),
      odd,
    ];
  });
  const words = [...numbers.keys()];
  return { hosts, words, meanings: meaningsOf(words) };
}

/** The labels with their evidence, those that are odd before the usual ones, and how many are odd. */
function oddFirst({ labels, evidence }: HostRow) {
  const places = labels.map((_, place) => place);
  const isUsual = (place: number) => isUsualLabel(labels[place] ?? "");
  const odd = places.filter((place) => !isUsual(place));
  const order = [...odd, ...places.filter(isUsual)];
  return {
    labels: order.map((place) => labels[place] ?? ""),
    evidence: evidence.length === 0 ? [] : order.map((place) => evidence[place] ?? ""),
    odd: odd.length,
  };
}

function byUrgency(one: HostRow, other: HostRow): number {
  return VERDICT_ORDER.indexOf(one.verdict) - VERDICT_ORDER.indexOf(other.verdict) ||
    Math.abs(other.offset?.value ?? 0) - Math.abs(one.offset?.value ?? 0);
}

function meaningsOf(words: readonly string[]): Record<string, string> {
  const known: Record<string, string> = {
    ...FLAG_MEANINGS,
    ...CLAUSES,
    ...Object.fromEntries(Object.entries(LABELS).map(([name, { meaning }]) => [name, meaning])),
  };
  const found = words.filter((word) => Object.hasOwn(known, word));
  return Object.fromEntries(found.map((word) => [word, known[word] ?? ""]));
}
