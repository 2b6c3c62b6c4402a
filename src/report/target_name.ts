/** How a target is called in a line, a table and a heading. */

import { formatAddress } from "../packet/address.ts";
import type { Target } from "../targets/target.ts";
import { safeText } from "../terminal/safe_text.ts";
import { widthOf } from "../terminal/width.ts";

/** A line of 80 columns has room for so much of a name. */
const LINE_COLUMNS = 22;

/** How names are shown. */
export interface NameOptions {
  /** Addresses only. */
  readonly numeric: boolean;
  /** Names of addresses, where they are looked up. */
  readonly names?: { get(address: number): string | undefined } | undefined;
  /** In a capture: the client that goes without saying; any other one is named with its targets. */
  readonly client?: number | undefined;
}

/** What a target's name is made of. */
export type Named = Pick<Target, "label" | "address" | "client">;

/** The name alone, or the address where there is no name. */
export function shortName(
  { label, address }: Pick<Target, "label" | "address">,
  { numeric, names }: NameOptions,
): string {
  const digits = formatAddress(address);
  if (numeric) return digits;
  const name = label === digits ? names?.get(address) : label;
  return name === undefined ? digits : safeText(name);
}

/** `host.example (192.0.2.7)`, or the address where there is no name. */
export function fullName(target: Named, options: NameOptions): string {
  const name = shortName(target, options);
  const digits = formatAddress(target.address);
  return (name === digits ? digits : `${name} (${digits})`) + askedBy(target, options);
}

/** The name with the address where both leave room for what a line says, else the name alone. */
export function lineName(target: Named, options: NameOptions): string {
  const name = fullName(target, options);
  if (widthOf(name) <= LINE_COLUMNS) return name;
  return shortName(target, options) + askedBy(target, options);
}

/** ` < 198.51.100.9`: the client that asks. */
function askedBy({ client }: Named, options: NameOptions): string {
  if (client === undefined || options.client === undefined || client === options.client) return "";
  return ` < ${formatAddress(client)}`;
}
