/**
 * What most hosts agree on, and whether it is our own clock that is off.
 *
 * Marzullo's intersection (K. Marzullo, S. Owicki: "Maintaining the time in a distributed system", 1983;
 * RFC 956 §2 and RFC 5905 §11.2.1 filter clocks alike): the offsets that lie within the bounds of the largest
 * number of hosts. Each host is a witness of the true time. If more than half of them are right, the truth is
 * somewhere within the bounds of more than half; so our clock is surely off when zero is within those of half or fewer.
 */

/** What one host's clock was measured to be. */
export interface OffsetWitness {
  /** The host, as it is to be named. */
  readonly host: string;
  /** Its clock is ahead of ours by at least this, milliseconds. */
  readonly lowerMs: number;
  /** Its clock is ahead of ours by at most this, milliseconds. */
  readonly upperMs: number;
}

/** What the hosts say together. */
export interface Consensus {
  /** How many hosts were heard. */
  readonly hosts: number;
  /** The largest number of hosts whose bounds meet. */
  readonly agreeing: number;
  /** Whether those are more than half, and at least two. */
  readonly majority: boolean;
  /** Least offset on which they agree, milliseconds: true time is ahead of our clock by at least this. */
  readonly lowerMs: number;
  /** Largest offset on which they agree, milliseconds. */
  readonly upperMs: number;
  /** The largest number agrees at separate places; lowerMs and upperMs then span all of them. */
  readonly divided: boolean;
  /** Hosts whose bounds do not meet the agreement; empty without a majority. */
  readonly falsetickers: readonly string[];
  /**
   * `off` when there is a majority and zero is within the bounds of no more than half of the hosts; `right` when zero is
   * where the most hosts agree, and they agree there only; `unknown` otherwise.
   */
  readonly localClock: "right" | "off" | "unknown";
}

/**
 * Finds what the largest number of hosts agree on; undefined without a host.
 *
 * @throws {RangeError} when bounds are not finite or are the wrong way round.
 */
export function consensus(witnesses: readonly OffsetWitness[]): Consensus | undefined {
  for (const { host, lowerMs, upperMs } of witnesses) {
    if (!(Number.isFinite(lowerMs) && Number.isFinite(upperMs) && lowerMs <= upperMs)) {
      throw new RangeError(
        `Cannot hear ${host}: bounds ${lowerMs} to ${upperMs} ms are no interval`,
      );
    }
  }
  if (witnesses.length === 0) return undefined;

  // Sweep over the ends. At equal places beginnings come first: bounds that touch do meet.
  const ends = witnesses.flatMap(({ lowerMs, upperMs }) => [
    { atMs: lowerMs, change: 1 },
    { atMs: upperMs, change: -1 },
  ]).sort((one, other) => one.atMs - other.atMs || other.change - one.change);
  let depth = 0;
  let agreeing = 0;
  let places: { lowerMs: number; upperMs: number }[] = [];
  for (const [index, { atMs, change }] of ends.entries()) {
    depth += change;
    if (change < 0 || depth < agreeing) continue;
    if (depth > agreeing) places = [];
    agreeing = depth;
    places.push({ lowerMs: atMs, upperMs: ends[index + 1]?.atMs ?? atMs });
  }

  const majority = agreeing >= 2 && agreeing * 2 > witnesses.length;
  const holding = witnesses.filter(({ lowerMs, upperMs }) => lowerMs <= 0 && 0 <= upperMs).length;
  const lowerMs = places[0]?.lowerMs ?? NaN;
  const upperMs = places[places.length - 1]?.upperMs ?? NaN;
  const divided = places.length > 1;
  return {
    hosts: witnesses.length,
    agreeing,
    majority,
    lowerMs,
    upperMs,
    divided,
    falsetickers: majority
      ? witnesses.filter((witness) =>
        !places.some((place) =>
          witness.lowerMs <= place.upperMs && witness.upperMs >= place.lowerMs
        )
      ).map(({ host }) => host)
      : [],
    localClock: !majority
      ? "unknown"
      : holding * 2 <= witnesses.length
      ? "off"
      : holding === agreeing && !divided
      ? "right"
      : "unknown",
  };
}
