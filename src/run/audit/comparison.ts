/** What has changed between two audits of the same hosts. */

import type { HostFindings, Verdict } from "./host_findings.ts";

/** What an earlier audit said of a host. */
export interface ComparedHost {
  /** What the audit found about the clock of the host. */
  readonly verdict: Verdict;
  /** Names of how its timestamps count and how it answers. */
  readonly labels: readonly string[];
}

/** How a host has changed. `gone`: it answered, and does not any more. `became_wrong`: its clock was right; now it is wrong or shows no time. */
export const HOST_CHANGES = [
  "became_wrong",
  "became_right",
  "new",
  "gone",
  "label_changed",
] as const;

/** What of a host differs between two audits. */
export interface HostChange {
  /** Kind of the change between the two audits. */
  readonly change: typeof HOST_CHANGES[number];
  /** Address, unsigned 32-bit. */
  readonly address: number;
  /** When it was found, Unix time in seconds. */
  readonly time: number;
  /** What the earlier audit said; undefined where it says nothing of that address. */
  readonly before: ComparedHost | undefined;
  /** What this one says; undefined for an address of a block that does not answer. */
  readonly now: ComparedHost | undefined;
}

const ANSWERING: ReadonlySet<Verdict | undefined> = new Set(["right", "wrong", "unreadable"]);

/** Compares an audit with an earlier one, host by host. */
export class AuditComparison {
  readonly #before: Map<number, ComparedHost>;
  readonly #changes: HostChange[] = [];

  /** Takes the hosts of the earlier audit, by address. */
  constructor(before: ReadonlyMap<number, ComparedHost>) {
    this.#before = new Map(before);
  }

  /** Compares a host that is final. */
  add({ target: { address }, time, verdict, behaviour }: HostFindings): void {
    const before = this.#before.get(address);
    this.#before.delete(address);
    const now = { verdict, labels: behaviour.labels.map(({ label }) => label) };
    const change = findChange(before, now);
    if (change !== undefined) this.#changes.push({ change, address, time, before, now });
  }

  /**
   * All changes, the worst first. Call it once, when every host is final.
   *
   * @param covers whether this audit has asked an address; what it has not asked is not gone
   * @param time now, Unix time in seconds
   */
  finish(covers: (address: number) => boolean, time: number): readonly HostChange[] {
    for (const [address, before] of this.#before) {
      if (!ANSWERING.has(before.verdict) || !covers(address)) continue;
      this.#changes.push({ change: "gone", address, time, before, now: undefined });
    }
    const rank = ({ change }: HostChange) => HOST_CHANGES.indexOf(change);
    return this.#changes.sort((a, b) => rank(a) - rank(b) || a.address - b.address);
  }
}

function findChange(
  before: ComparedHost | undefined,
  now: ComparedHost,
): HostChange["change"] | undefined {
  const didAnswer = ANSWERING.has(before?.verdict), answers = ANSWERING.has(now.verdict);
  if (before === undefined || !didAnswer) return answers ? "new" : undefined;
  if (!answers) return "gone";
  if (before.verdict === "right" && now.verdict !== "right") return "became_wrong";
  if (before.verdict !== "right" && now.verdict === "right") return "became_right";
  const labels = new Set(before.labels);
  const isSame = now.labels.length === labels.size && now.labels.every((it) => labels.has(it));
  return isSame && before.verdict === now.verdict ? undefined : "label_changed";
}
