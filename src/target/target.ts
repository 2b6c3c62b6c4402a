/** A host to be asked. */

/** One target of a run. */
export interface Target {
  /** Place of the target in the run, from 0. */
  readonly index: number;
  /** The target as the user wrote it: a name or an address. */
  readonly label: string;
  /** IPv4 address as an unsigned 32-bit number. */
  readonly address: number;
}
