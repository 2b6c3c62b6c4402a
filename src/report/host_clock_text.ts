/** What all replies of a host say about its clock, in a sentence. */

import type { BoundedMs, HostOffset } from "../measurement/mod.ts";
import { describeOffset, explainOffset, formatOffset, NEAR_MS } from "./milliseconds.ts";

/** Whole seconds in a row that are needed to be sure of them: a fine clock gives one in a thousand. */
const WHOLE_SECONDS_EXPECTED = 3;

/** `within 0.6 ms of ours, if it ticks each millisecond`; bounds that no longer count are not printed. */
export function formatHostClock(host: HostOffset): string {
  const { offset, assumedOffset, tick, stamps } = host;
  if (host.isWithdrawn && stamps > 0) {
    return "unknown: its timestamps do not keep time, so no offset above counts";
  }
  if (host.isWithdrawn) return "unknown: no reply has usable timestamps";
  if (!host.hasMoved) return `unknown: all ${stamps} timestamps are the same`;
  if (offset === undefined) return "unknown";
  const isWholeSeconds = host.isWholeSeconds && stamps >= WHOLE_SECONDS_EXPECTED;
  if (assumedOffset !== undefined && !isWholeSeconds) {
    return `${describe(assumedOffset)}, if it ticks each millisecond`;
  }
  if (tick === "fine") return describe(offset);
  if (isWholeSeconds) return `${describe(offset)}; all ${stamps} timestamps are whole seconds`;
  // The bounds allow for a millisecond more, which a coarse timestamp cuts off.
  const steps = `${Number((host.tickMs - 1).toFixed(1))} ms`;
  return tick === "coarse"
    ? `${describe(offset)}; it moves in steps of ${steps}, which the bounds allow for`
    : `${
      describe(offset)
    }; its resolution is not known, so the bounds allow for steps of up to ${steps}`;
}

function describe(offset: BoundedMs): string {
  const why = explainOffset(offset);
  const isFarWithin = offset.lowerMs <= 0 && offset.upperMs >= 0 &&
    Math.max(offset.upperMs, -offset.lowerMs) > NEAR_MS;
  const more = isFarWithin ? formatOffset(offset) : why;
  return describeOffset(offset) + (more === undefined ? "" : ` (${more})`);
}
