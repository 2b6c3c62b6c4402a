/**
 * Random networks and random runs: whatever the network does, each probe has one outcome, no reply
 * lands on the wrong probe, and every number that is printed is true.
 */

import { assertEquals } from "@std/assert";
import { countRun, judge, type RunOptions, runSimulated } from "../support/simulated_run.ts";
import { Random } from "../lab/random.ts";
import { randomNetwork, randomOptions } from "./random_run.ts";

const RUNS = 500;

Deno.test("property: every probe has one outcome, its own reply and true numbers", async () => {
  for (let seed = 0; seed < RUNS; seed++) {
    const random = new Random(seed);
    const network = randomNetwork(random);
    const options = randomOptions(random);
    try {
      const run = await runSimulated(network, options, { canPause: random.chance(0.4) });
      judge(run, { clockIsTrue: true, skewPpm: 200 });
      requireComplete(run, options);
    } catch (error) {
      const what = JSON.stringify({ network, options });
      throw new Error(`broken by seed ${seed}: ${what}`, { cause: error });
    }
  }
});

function requireComplete(
  run: Awaited<ReturnType<typeof runSimulated>>,
  { targets = 1, count, stopOnReply }: RunOptions,
): void {
  if (run.reason !== "complete") return;
  assertEquals(run.pending.length, 0);
  const counters = countRun(run);
  if (!stopOnReply) {
    assertEquals(counters.sent + counters.unsent, targets * (count ?? 0), "probes asked for");
  }
}

Deno.test("property: the same seed gives the same run", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const tell = async () => {
      const random = new Random(seed);
      const run = await runSimulated(randomNetwork(random), randomOptions(random));
      return JSON.stringify(
        [run.reason, run.events, run.strays],
        (key, value) => key === "younger" ? undefined : value,
      );
    };
    assertEquals(await tell(), await tell());
  }
});
