/** A host that is asked may say what it likes in the name of others: none of it settles a probe of theirs. */

import { assert, assertEquals } from "@std/assert";
import type { ProbeListener } from "../../src/probe/outcome.ts";
import { Prober } from "../../src/probe/prober.ts";
import { ForgingTransport } from "../support/forging_transport.ts";
import { Random } from "../lab/random.ts";
import {
  FIRST_HOST,
  makeTargets,
  proberOptions,
  type RunOptions,
} from "../support/simulated_run.ts";

const RUNS = 60;

/** Asks a forger and silent hosts; counts what became of the probes of either. */
async function runWithForger(seed: number, options: RunOptions) {
  const random = new Random(seed);
  const targets = makeTargets(options.targets ?? 1);
  const forgerIndex = random.below(targets.length);
  const victims = targets.filter(({ index }) => index !== forgerIndex);
  const address = FIRST_HOST + forgerIndex;
  const transport = new ForgingTransport(
    {
      rules: [{ hosts: victims.map((victim) => victim.address & 0xff), fate: { lossOutRatio: 1 } }],
    },
    { address, victims: victims.map((victim) => victim.address), tries: 40, random },
  );
  const counts = { forger: 0, victims: 0, extras: 0, timeouts: 0, strays: 0 };
  const listener: ProbeListener = {
    outcome(outcome) {
      if (outcome.kind === "unsent") throw new Error("Cannot go on: a probe is unsent");
      if (outcome.kind === "timedOut") counts.timeouts++;
      else counts[outcome.probe.target.index === forgerIndex ? "forger" : "victims"]++;
    },
    extra: () => void counts.extras++,
    stray: () => void counts.strays++,
    idle: () => {},
  };
  const secret = { identifier: null, firstSequence: null } as const;
  const prober = proberOptions({ ...secret, ...options }, targets);
  const numberKey = { k0: random.u32(), k1: random.u32() };
  await new Prober({ ...prober, numberKey }, transport, listener).run();
  return { counts, forged: transport.forged };
}

Deno.test("property: no forged reply or ICMP error settles a probe of another host", async () => {
  for (let seed = 0; seed < RUNS; seed++) {
    const random = new Random(seed + 1000);
    const targets = random.between(2, 9);
    const count = random.between(1, 12);
    const kind = random.pick(["timestamp", "timestamp", "echo"] as const);
    const intervalMs = random.pick([1, 50, 1000]);
    const { counts, forged } = await runWithForger(seed, { targets, count, kind, intervalMs });
    assert(forged >= (targets - 1) * count * 40, `seed ${seed}: ${forged} forged`);
    assertEquals({ seed, ...counts }, {
      seed,
      forger: count,
      victims: 0,
      extras: 0,
      timeouts: (targets - 1) * count,
      strays: forged,
    });
  }
});

Deno.test("property: nor does it make a silent host count as alive", async () => {
  for (let seed = 0; seed < RUNS; seed++) {
    const options = { targets: 6, count: 4, intervalMs: 500, stopOnReply: true, backoff: 1.5 };
    const { counts } = await runWithForger(seed, options);
    assertEquals([counts.forger, counts.victims, counts.extras], [1, 0, 0]);
  }
});
