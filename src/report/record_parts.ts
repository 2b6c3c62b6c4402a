/** What the tables of several records share. */

import { formatAddress } from "../packet/address.ts";
import type { Target } from "../target/target.ts";
import type { Field } from "./field.ts";

/** Who was asked: target and address. */
export function who<S>(target: (source: S) => Target): Field<S>[] {
  return [
    {
      name: "target",
      type: "string",
      description: "The target as the user wrote it",
      value: (source) => target(source).label,
    },
    {
      name: "address",
      type: "string",
      description: "IPv4 address of the target",
      value: (source) => formatAddress(target(source).address),
    },
  ];
}

/** A moment, as `time`. */
export function when<S>(description: string, seconds: (source: S) => number): Field<S> {
  return {
    name: "time",
    type: "number",
    description: `${description}, Unix time in seconds`,
    value: (source) => Math.round(seconds(source) * 1e6) / 1e6,
  };
}

/** Unix time in seconds of an instant that counts from the clock's base. */
export function unixSeconds(baseUnixMs: number, realtimeNs: number): number {
  return baseUnixMs / 1e3 + realtimeNs / 1e9;
}

/** To the microsecond. */
export function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 1e3) / 1e3;
}

/** To the microsecond below: a bound must stay one. */
export function roundedDown(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.floor(ms * 1e3) / 1e3;
}

/** To the microsecond above: a bound must stay one. */
export function roundedUp(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.ceil(ms * 1e3) / 1e3;
}
