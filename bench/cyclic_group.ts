/**
 * The alternative to src/scan/permutation.ts, kept for comparison only: the multiplicative group
 * of integers modulo a prime, as zmap orders its targets (Z. Durumeric, E. Wustrow, J. A.
 * Halderman, "ZMap: Fast Internet-Wide Scanning and its Security Applications", USENIX Security
 * 2013, §4.1). Walking a generator visits 1 … p − 1 once each.
 */

/** a · b mod p for operands below 2^33, exact in doubles: b is split at bit 16. */
export function multiplyModulo(a: number, b: number, p: number): number {
  const high = Math.floor(b / 65536), low = b - high * 65536;
  const carried = remainder(a * high, p) * 65536;
  return remainder(carried + a * low, p);
}

/** x mod p for x below 2^53. A double's division is correctly rounded, so the quotient is off by one at most. */
function remainder(x: number, p: number): number {
  const rest = x - Math.floor(x / p) * p;
  return rest < 0 ? rest + p : rest >= p ? rest - p : rest;
}

/** a^e mod p. */
export function powerModulo(a: number, exponent: number, p: number): number {
  let result = 1, base = a % p;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiplyModulo(result, base, p);
    base = multiplyModulo(base, base, p);
  }
  return result;
}

function factors(n: number): number[] {
  const found: number[] = [];
  let rest = n;
  for (let divisor = 2; divisor * divisor <= rest; divisor++) {
    if (rest % divisor !== 0) continue;
    found.push(divisor);
    while (rest % divisor === 0) rest /= divisor;
  }
  if (rest > 1) found.push(rest);
  return found;
}

/** A walk over 0 … size − 1 in the order of the powers of a generator. */
export class CyclicGroup {
  readonly #prime: number;
  readonly #generator: number;
  readonly #size: number;
  #current: number;

  /** Finds the smallest prime above `size` and a generator from `seed` on. */
  constructor(size: number, seed: number) {
    this.#size = size;
    let prime = size + 1;
    while (prime < 3 || factors(prime)[0] !== prime) prime++;
    this.#prime = prime;
    const divisors = factors(prime - 1);
    let generator = 2 + seed % (prime - 2);
    while (divisors.some((divisor) => powerModulo(generator, (prime - 1) / divisor, prime) === 1)) {
      generator = 2 + (generator - 1) % (prime - 2);
    }
    this.#generator = generator;
    this.#current = powerModulo(generator, 1 + seed % (prime - 1), prime);
  }

  /** The next value; after `size` calls it repeats. */
  next(): number {
    do {
      this.#current = multiplyModulo(this.#current, this.#generator, this.#prime);
    } while (this.#current > this.#size);
    return this.#current - 1;
  }
}
