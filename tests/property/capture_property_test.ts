import { assert } from "@std/assert";
import { readNumber } from "../../src/measurement/number_reading.ts";
import { Random } from "../lab/random.ts";
import { tryCapture, tryHexText } from "../support/capture_laws.ts";

const SEEDS = 3000;

/** Names the seed that breaks a law. */
function forEachSeed(law: (seed: number) => void): void {
  for (let seed = 0; seed < SEEDS; seed++) {
    try {
      law(seed);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
}

Deno.test("a damaged capture is never an exception, and pieces of any size give the same", () => {
  forEachSeed((seed) => tryCapture(seed));
});

Deno.test("random text is never an exception, and hexadecimal text gives its octets back", () => {
  forEachSeed(tryHexText);
});

Deno.test("any number has readings in order, each with a chance from 0 to 1", () => {
  forEachSeed((seed) => {
    const random = new Random(seed);
    const readings = readNumber(random.u32(), random.u32() * 1000);
    assert(readings.length > 0 && readings.every(({ chance }) => chance > 0 && chance <= 1));
  });
});
