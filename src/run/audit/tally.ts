/** An audit in numbers, counted host by host: nothing of it grows with the number of hosts. */

import type { Label } from "../../behaviour/label.ts";
import type { HostFindings, Verdict } from "./host_findings.ts";

/** Labels that say why too few timestamps can be used: such a host is not counted as undecided too. */
const UNUSABLE: ReadonlySet<Label> = new Set(["wrong-checksum", "originate-tampered"]);

/** Counts hosts by verdict and label. */
export class AuditTally {
  /** Hosts by verdict. */
  readonly verdicts: Record<Verdict, number> = {
    right: 0,
    wrong: 0,
    unreadable: 0,
    silent: 0,
    icmp_error: 0,
  };
  /** Of the silent ones and those with an ICMP error: addresses of blocks, of which no answer is expected. */
  unusedOfBlocks = 0;
  readonly #labels = new Map<Verdict, Map<Label, number>>();

  /** Counts one host. */
  add(
    { verdict, target, behaviour }: Pick<HostFindings, "verdict" | "target" | "behaviour">,
  ): void {
    this.verdicts[verdict]++;
    if (verdict === "silent" && target.isFromBlock === true) this.unusedOfBlocks++;
    const counts = this.#labels.get(verdict) ?? new Map<Label, number>();
    this.#labels.set(verdict, counts);
    const labels = behaviour.labels.map(({ label }) => label);
    const isExplained = labels.some((label) => UNUSABLE.has(label));
    for (const label of labels) {
      if (label !== "undecided" || !isExplained) counts.set(label, (counts.get(label) ?? 0) + 1);
    }
  }

  /** Counts addresses of blocks that did not answer, and those that an ICMP error came for. */
  addUnused(silent: number, icmpErrors: number): void {
    this.verdicts.silent += silent;
    this.verdicts.icmp_error += icmpErrors;
    this.unusedOfBlocks += silent + icmpErrors;
  }

  /** All hosts. */
  get hosts(): number {
    return Object.values(this.verdicts).reduce((sum, count) => sum + count, 0);
  }

  /** Hosts that answer. */
  get answering(): number {
    const { right, wrong, unreadable } = this.verdicts;
    return right + wrong + unreadable;
  }

  /** Every host that answers is right, and every one that was asked for by itself answers. */
  get isAllRight(): boolean {
    return this.verdicts.right + this.unusedOfBlocks === this.hosts;
  }

  /** How many hosts of these verdicts have each label. */
  labels(...verdicts: readonly Verdict[]): Map<Label, number> {
    const sum = new Map<Label, number>();
    for (const verdict of verdicts) {
      for (const [label, count] of this.#labels.get(verdict) ?? []) {
        sum.set(label, (sum.get(label) ?? 0) + count);
      }
    }
    return sum;
  }
}
