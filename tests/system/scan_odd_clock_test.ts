/** Odd remote clocks under `scan`: flagged and read as `ping` has it, and no offset where `ping` gives none. */

import { assert, assertEquals } from "@std/assert";
import { Lab, labTest } from "../lab/lab.ts";
import type { HostBehaviour } from "../lab/scenario.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { readRecords, type ReplyRecord } from "../support/records.ts";

const TRUTH_MS = -1234.5;

/** A kind of host: its behaviour, and how its stamps are read; without a reading it has no offset. */
const HOSTS: readonly (readonly [HostBehaviour, reading: string, flags: readonly string[]])[] = [
  [{}, "standard", ["tick-assumed"]],
  [{ quirk: "lazy" }, "standard", ["tick-assumed"]],
  [{ quirk: "high-bit" }, "high-bit", ["non-standard", "tick-assumed"]],
  [{ quirk: "unix-seconds" }, "unreadable", ["out-of-range"]],
  [{ quirk: "copy-originate", out: 4, back: 4 }, "unreadable", ["originate-copied"]],
  [{ quirk: "low-16-bits-zero" }, "unreadable", ["low-bits-zero"]],
  [{ quirk: "zero" }, "unreadable", ["zero"]],
  [{ quirk: "one" }, "unreadable", ["one"]],
];

/** Around midnight zero and one may be the time. */
const IS_MIDNIGHT = Math.abs((Date.now() + 43_200_000) % 86_400_000 - 43_200_000) < 20 * 60_000;

labTest(
  {
    name:
      "scan: each kind of odd stamp is flagged and read as in ping, and only a time gives an offset",
  },
  async () => {
    const hosts = Object.fromEntries(
      HOSTS.map(([behaviour], index) => [`198.18.0.${index + 1}`, behaviour]),
    );
    const defaults = { out: 0.6, back: 0.6, clock: { offsetMs: TRUTH_MS } };
    await using lab = await Lab.open({ scenario: { seed: 41, defaults, hosts } });
    const words = ["--include-reserved", "--json", "--cooldown", "2s", "198.18.0.1-198.18.0.8"];
    const scanned = readRecords((await lab.run(SOURCE_PROGRAM.argv("scan", ...words))).stdout);
    const pinged = readRecords(
      (await lab.run(
        SOURCE_PROGRAM.argv("ping", "--json", "-c", "1", "-W", "30s", ...Object.keys(hosts)),
      )).stdout,
    );
    for (const [index, [, reading, flags]] of HOSTS.entries()) {
      const host = `198.18.0.${index + 1}`;
      const [scan, ping] = [scanned, pinged].map(({ replies }) =>
        replies.find(({ address }) => address === host) as ReplyRecord
      );
      assert(scan !== undefined && ping !== undefined, host);
      if (IS_MIDNIGHT && ["zero", "one"].includes(flags[0] ?? "")) continue;
      assertEquals([host, scan["reading"], scan.flags], [host, reading, flags]);
      assertEquals([host, ping["reading"], ping.flags], [host, reading, flags]);
      const { offset_lower_ms: lowerMs, offset_upper_ms: upperMs } = scan;
      assertEquals(lowerMs === undefined, ping.offset_lower_ms === undefined, host);
      if (lowerMs === undefined || upperMs === undefined) continue;
      assert(lowerMs <= TRUTH_MS && upperMs >= TRUTH_MS, `${host}: ${lowerMs} to ${upperMs}`);
    }
  },
);
