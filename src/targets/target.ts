/** A host to be asked. */

/** Address of a target whose name is not known yet. No host has it (RFC 1122 §3.2.1.3). */
export const UNKNOWN_ADDRESS = 0;

/** One target of a run. */
export interface Target {
  /** Place of the target in the run, from 0. */
  readonly index: number;
  /** The target as the user wrote it: a name or an address. */
  readonly label: string;
  /** IPv4 address as an unsigned 32-bit number. */
  readonly address: number;
  /** It is one of several addresses of a block or a range. */
  readonly isFromBlock?: true;
  /** In a capture: address of the client that asks it, an unsigned 32-bit number. */
  readonly client?: number;
}
