/** What a parser says of octets that are not what they claim to be: a value, never an exception. */

/** The part of a datagram whose parser gave up. */
export type Layer = "ipv4" | "icmp" | "timestamp" | "echo" | "error" | "quote" | "option";

/** Why octets could not be parsed. */
export interface Malformed {
  /** One phrase for a person, such as `total length says 60 octets, 40 are here`. */
  readonly reason: string;
  /** The part that was being read. */
  readonly layer: Layer;
  /** Octets that this part needs, or says it has. */
  readonly needed: number;
  /** Octets that are there for it. */
  readonly available: number;
  /** Where in the octets given to the parser the trouble is. */
  readonly offset: number;
}

/** A value, or the reason why there is none. */
export type ParseResult<T> =
  | {
    /** The octets were well formed. */
    readonly ok: true;
    /** What they say. */
    readonly value: T;
  }
  | {
    /** The octets are malformed. */
    readonly ok: false;
    /** Why. */
    readonly malformed: Malformed;
  };

/** The failing half of {@linkcode ParseResult}. */
export interface MalformedResult {
  /** Always false. */
  readonly ok: false;
  /** Why. */
  readonly malformed: Malformed;
}

/** A {@linkcode ParseResult} without a value; offsets and lengths in octets. */
export function malformed(
  layer: Layer,
  reason: string,
  offset: number,
  needed: number,
  available: number,
): MalformedResult {
  return { ok: false, malformed: { reason, layer, needed, available, offset } };
}

/** One line for a person: `ipv4 at octet 2: total length says 60 octets, 40 are here`. */
export function formatMalformed(malformed: Malformed): string {
  return `${malformed.layer} at octet ${malformed.offset}: ${malformed.reason}`;
}
