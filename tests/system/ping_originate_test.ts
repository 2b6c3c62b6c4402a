/** The originate timestamps of `ping` on the wire, as the lab read them, and what they show of hosts that copy them. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { Lab, withLabNeeds } from "../lab/lab.ts";
import type { LabRequest } from "../lab/log.ts";
import type { Scenario } from "../lab/scenario.ts";
import { programTest } from "../support/program.ts";
import { readRecords } from "../support/records.ts";

const DAY_MS = 86_400_000;
const PROBES = 20;
const EARLY_MS = 70;

const COPIERS = { "198.18.2.1": 0, "198.18.2.2": 0.2, "198.18.2.3": 9 };
const SYNCHRONISED = ["198.18.2.11", "198.18.2.12", "198.18.2.13"];

const SCENARIO: Scenario = {
  seed: 27,
  hosts: {
    ...Object.fromEntries(
      Object.entries(COPIERS).map((
        [host, wayMs],
      ) => [host, { quirk: "copy-originate" as const, out: wayMs, back: wayMs }]),
    ),
    // Their request is there within its millisecond, and the reply takes longer.
    [SYNCHRONISED[0] as string]: { out: 0, back: 4 },
    [SYNCHRONISED[1] as string]: { out: 0, back: 30 },
    // Its answer to the first request comes after the second one has left.
    [SYNCHRONISED[2] as string]: { out: 0, back: { kind: "series", valuesMs: [150, 4] } },
  },
};

/** How much older the originate of a request is than its arrival at the lab, in milliseconds. */
function ageMs({ arrivalNs, originateMs }: LabRequest): number {
  assert(originateMs !== undefined);
  return (arrivalNs / 1e6 - originateMs + DAY_MS) % DAY_MS;
}

programTest(
  withLabNeeds({
    name:
      "ping: an early originate first, exact ones after it: copiers are found, others are not suspected",
  }),
  async (program) => {
    await using lab = await Lab.open({ scenario: SCENARIO });
    const hosts = [...Object.keys(COPIERS), ...SYNCHRONISED];
    const words = ["--json", "-c", String(PROBES), "-i", "100ms", ...hosts];
    const { stdout } = await lab.run(program.argv(...words), { timeoutMs: 60_000 });
    const { replies, end } = readRecords(stdout);
    const { requests } = await lab.end();
    assertEquals(end.received, hosts.length * PROBES);

    for (const host of hosts) {
      const ages = requests.filter((request) => request.host === host).map(ageMs);
      // A busy machine makes requests older, never younger: the least age of many is the originate's own.
      assert((ages[0] ?? 0) >= EARLY_MS, `${host}: the first is ${ages[0]} ms old`);
      assertLess(Math.min(...ages.slice(2)), EARLY_MS, host);
    }
    for (const { address, probe, flags, rtt_ms, originate_ms } of replies) {
      const isCopier = address in COPIERS;
      const what = `${address} ${probe}: ${rtt_ms} ms, originate ${originate_ms}`;
      assertEquals(flags.includes("originate-copied"), isCopier, what);
    }
    assertEquals(new Set(replies.map(({ address }) => address)).size, hosts.length);
  },
);

programTest(
  withLabNeeds({ name: "ping: in the forms of fping and tsping the first originate is not early" }),
  async (program) => {
    await using lab = await Lab.open({ scenario: SCENARIO });
    for (const format of ["fping", "tsping"]) {
      const words = ["--format", format, "-c", "3", "-i", "100ms", SYNCHRONISED[0] as string];
      await lab.run(program.argv(...words), { timeoutMs: 60_000 });
    }
    const { requests } = await lab.end();
    assertEquals(requests.length, 6);
    // As above: a request that was held up on a busy machine looks older.
    assertLess(Math.min(...requests.map(ageMs)), EARLY_MS);
    assertLess(Math.min(...[0, 3].map((i) => ageMs(requests[i] as LabRequest))), EARLY_MS);
  },
);
