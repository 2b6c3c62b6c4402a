import regressions from "./regressions.json" with { type: "json" };
import { LAWS } from "./laws.ts";

/** A seed that once broke a law. */
interface Regression {
  readonly law: string;
  readonly seed: number;
  /** What was wrong. */
  readonly story: string;
}

/** Seeds tried for each law; `deno task fuzz` tries as many as it is told. */
const SEEDS = 4000;

for (const law of LAWS) {
  Deno.test(`property: ${law.name}`, () => {
    for (let seed = 0; seed < SEEDS; seed++) checkSeed(law.name, law.check, seed);
  });
}

const kept: readonly Regression[] = regressions;
for (const { law: name, seed, story } of kept) {
  Deno.test(`regression: ${name}, seed ${seed}: ${story}`, () => {
    const law = LAWS.find((candidate) => candidate.name === name);
    if (law === undefined) throw new TypeError(`regressions.json names no law: ${name}`);
    checkSeed(name, law.check, seed);
  });
}

function checkSeed(name: string, check: (seed: number) => void, seed: number): void {
  try {
    check(seed);
  } catch (error) {
    throw new Error(`${name}: broken by seed ${seed}; keep it in regressions.json`, {
      cause: error,
    });
  }
}
