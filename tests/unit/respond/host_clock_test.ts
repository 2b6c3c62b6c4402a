/** What a simulated clock shows, against numbers that were worked out by hand. */

import { assertEquals } from "@std/assert";
import { RIGHT_HOST } from "../../../src/respond/behaviour.ts";
import { readHostClock } from "../../../src/respond/host_clock.ts";
import type { BehaviourChange } from "../../../src/respond/scenario.ts";
import { BASE_UNIX_MS } from "./support.ts";

const START_MS = BASE_UNIX_MS + 36_000_000;

const CASES: readonly (readonly [change: BehaviourChange, afterMs: number, shown: number])[] = [
  [{}, 0, 36_000_000],
  [{}, 0.999, 36_000_000],
  [{}, 50_400_000, 0],
  [{ offsetMs: -36_000_001 }, 0, 86_399_999],
  [{ offsetMs: 0.6 }, 0.5, 36_000_001],
  [{ skewPpm: 100 }, 100_000, 36_100_010],
  [{ skewPpm: -100 }, 100_000, 36_099_990],
  [{ stepMs: 5000, stepAfterMs: 1000 }, 999, 36_000_999],
  [{ stepMs: 5000, stepAfterMs: 1000 }, 1000, 36_006_000],
  [{ stepMs: -5000 }, 0, 35_995_000],
  [{ tickMs: 10 }, 19.9, 36_000_010],
  [{ tickMs: 15.625 }, 31.2, 36_000_015],
  [{ tickMs: 1000 }, 999, 36_000_000],
  [{ utcOffsetMinutes: -210 }, 0, 36_000_000 - 12_600_000],
  [{ unit: "seconds-of-day" }, 1999, 36_001],
  [{ unit: "unix-seconds" }, 0, 1_795_773_600],
  // 1 795 773 600 000 mod 2^32 = 1 795 773 600 000 - 418 * 4 294 967 296
  [{ unit: "unix-ms" }, 0, 477_270_272],
  [{ unit: "uptime-ms", uptimeMs: 1000 }, 250, 1250],
  [{ unit: "uptime-ms", uptimeMs: 2 ** 32 - 1 }, 2, 1],
  [{ highBit: true }, 0, 0x8225_5100],
  [{ littleEndian: true }, 0, 0x0051_2502],
  [{ littleEndian: true, highBit: true }, 0, 0x0051_2582],
  [{ swappedHalves: true }, 0, 0x5100_0000],
];

for (const [change, afterMs, shown] of CASES) {
  Deno.test(`host clock: ${JSON.stringify(change)} shows ${shown} after ${afterMs} ms`, () => {
    assertEquals(readHostClock({ ...RIGHT_HOST, ...change }, START_MS + afterMs, START_MS), shown);
  });
}
