/** Loss in words. */

import type { ProbeCounters } from "../stats/mod.ts";

/** `12.5 % loss`; "loss unknown" while no probe is settled. */
export function formatLoss({ lossRatio }: ProbeCounters): string {
  if (lossRatio === undefined) return "loss unknown";
  return `${(lossRatio * 100).toFixed(1).replace(/\.0$/, "")} % loss`;
}
