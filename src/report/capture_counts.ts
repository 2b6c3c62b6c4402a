/** What the packets of a capture were, counted. */

/** Words for the kinds of ICMP messages; others are called as they are counted. */
const KIND_WORDS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  "timestamp-request": ["timestamp request", "timestamp requests"],
  "timestamp-reply": ["timestamp reply", "timestamp replies"],
  "echo-request": ["echo request", "echo requests"],
  "echo-reply": ["echo reply", "echo replies"],
  "error": ["ICMP error", "ICMP errors"],
  "other": ["other ICMP message", "other ICMP messages"],
  "fragment": ["later fragment", "later fragments"],
};

/** Counts packets by kind. */
export class CaptureCounter {
  readonly #counts = new Map<string, number>();
  #packets = 0;

  /** Packets so far. */
  get packets(): number {
    return this.#packets;
  }

  /** Counts of each kind so far. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** Counts one, by the kind of its ICMP message or in words such as `not ICMP`. */
  add(kind: string): void {
    this.#packets++;
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }
}

/** `12 packets: 6 timestamp requests, 6 timestamp replies`, the most frequent first. */
export function formatCaptureCounts(
  packets: number,
  counts: Iterable<readonly [kind: string, count: number]>,
): string {
  const parts = [...counts].sort(([, one], [, other]) => other - one)
    .map(([kind, count]) => `${count} ${KIND_WORDS[kind]?.[count === 1 ? 0 : 1] ?? kind}`);
  const all = packets === 1 ? "1 packet" : `${packets} packets`;
  return parts.length === 0 ? all : `${all}: ${parts.join(", ")}`;
}
