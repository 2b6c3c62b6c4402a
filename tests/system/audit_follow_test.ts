/** `icmptime audit` follows clocks: for a narrow limit, and to find addresses of one machine. */

import { assert, assertEquals } from "@std/assert";
import { Lab, labTest } from "../lab/lab.ts";
import type { HostBehaviour } from "../lab/scenario.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import type { OutputRecord } from "../support/records.ts";

/** Clocks that run free, faster than a crystal so that seconds show their rate, and how many addresses each has. */
const MACHINES: readonly (readonly [offsetMs: number, skewPpm: number, addresses: number])[] = [
  [700.2, 300, 3],
  [-1200.7, -260, 2],
  [1300.1, 150, 1],
  // At the place of the first at some time, at another rate.
  [700.4, -310, 1],
];
/** Clocks that are kept right, and their verdict with a limit of a millisecond. */
const KEPT: readonly (readonly [offsetMs: number, verdict: string])[] = [
  [0.1, "right"],
  [-0.2, "right"],
  [2.2, "wrong"],
  [-2.4, "wrong"],
];
/** Both directions together; nothing is known better than to half of it. */
const RTT_MS = 0.8;

labTest({
  name:
    "audit: clocks that are followed show verdicts to a millisecond, and addresses of one machine",
}, async () => {
  const hosts: Record<string, HostBehaviour> = {};
  const path = { quirk: "lazy", out: RTT_MS / 2, back: RTT_MS / 2 } as const;
  const machines = MACHINES.map(([offsetMs, skewPpm, addresses], machine) =>
    Array.from({ length: addresses }, (_, i) => {
      const address = `198.18.${machine + 1}.${i + 1}`;
      hosts[address] = { ...path, clock: { offsetMs, skewPpm } };
      return address;
    })
  );
  const kept = KEPT.map(([offsetMs], i) => {
    const address = `198.18.9.${i + 1}`;
    hosts[address] = { ...path, clock: { offsetMs } };
    return address;
  });
  await using lab = await Lab.open({ scenario: { seed: 5, hosts } });
  const words = ["--json", "--max-offset", "1ms", "--aliases=8", ...Object.keys(hosts)];
  const { stdout, stderr, code } = await lab.run(SOURCE_PROGRAM.argv("audit", ...words));
  assertEquals(code, 1, stderr);
  const records = stdout.trim().split("\n").map((line) => JSON.parse(line) as OutputRecord);
  const found = new Map(
    records.filter(({ type }) => type === "host").map((host) => [host.address, host]),
  );
  assertEquals(found.size, Object.keys(hosts).length);
  KEPT.forEach(([offsetMs, verdict], i) => {
    const host = found.get(kept[i]);
    assertEquals(host?.verdict, verdict, JSON.stringify(host));
    const [lower, upper] = [Number(host?.offset_lower_ms), Number(host?.offset_upper_ms)];
    assert(lower <= offsetMs && offsetMs <= upper, JSON.stringify(host));
  });
  for (const address of machines.flat()) assertEquals(found.get(address)?.verdict, "wrong");
  const aliases = records.filter(({ type }) => type === "alias");
  const ofKind = (kind: string) => aliases.filter(({ alias_kind }) => alias_kind === kind);
  assertEquals(
    ofKind("one_clock").map(({ addresses }) => addresses),
    machines.filter(({ length }) => length > 1),
    JSON.stringify(aliases),
  );
  for (const { coincidence_ratio: chance } of ofKind("one_clock")) {
    assert(Number(chance) > 0 && Number(chance) <= 0.01, JSON.stringify(aliases));
  }
  assertEquals(ofKind("undecidable").map(({ addresses }) => addresses), [kept]);
  assertEquals(ofKind("coincidence"), []);
});
