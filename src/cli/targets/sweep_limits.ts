/** What a sweep of whole networks may not do unasked: probe reserved addresses, and strangers. */

import type { ScanRunPlan } from "../../run/scan/options.ts";
import { formatCount, formatDuration } from "../../terminal/quantity.ts";
import { printError, UsageError } from "../outcome.ts";
import type { System } from "../system.ts";

/**
 * Reports how many addresses are left out and why, unless `quiet`.
 *
 * @param verb what the command does, such as `scan`
 * @throws {UsageError} None is left.
 */
export function reportLeftOut(
  { leftOut, space }: ScanRunPlan,
  { quiet }: { readonly quiet: boolean },
  system: Pick<System, "stderr">,
  verb: string = "scan",
): void {
  if (!quiet || space.size === 0) {
    for (const { reason, addresses } of leftOut) {
      const noun = addresses === 1 ? "address" : "addresses";
      printError(system, `left out ${formatCount(addresses)} ${noun}: ${reason}`);
    }
  }
  if (space.size > 0) return;
  const cure = leftOut.length > 0
    ? ", expected --include-reserved to probe reserved addresses"
    : ", expected at least one that is not";
  throw new UsageError(`Cannot ${verb}: every address is excluded${cure}`);
}

/**
 * Refuses to probe the public Internet unless it is confirmed.
 *
 * @param verb what the command does, such as `scan`
 * @throws {UsageError} Some target belongs to strangers, and `--yes` was not given.
 */
export function requireConsent(
  plan: ScanRunPlan,
  { yes }: { readonly yes: boolean },
  verb: string,
): void {
  if (!plan.isPublic || yes) return;
  throw new UsageError(
    `Cannot ${verb} the public Internet without --yes: this ${verb} sends ${describeSize(plan)}`,
  );
}

function describeSize({ order, rate, expectedSeconds }: ScanRunPlan): string {
  const size = `${formatCount(order.length)} probes to ${
    formatCount(order.shardTargets)
  } addresses`;
  return rate === Infinity
    ? `${size} as fast as it can`
    : `${size} at ${formatCount(rate)} a second, which takes ${formatDuration(expectedSeconds)}`;
}
