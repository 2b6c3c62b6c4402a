/** What the tables of several records share. */

import { formatAddress } from "../packet/address.ts";
import type { ProbeCounters } from "../stats/mod.ts";
import type { Target } from "../targets/target.ts";
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

/** The share of probes without an answer, one definition for every record. */
export function lossRatio<S>(read: (source: S) => ProbeCounters): Field<S> {
  return {
    name: "loss_ratio",
    type: "number",
    optional: true,
    description:
      "Probes without an answer / probes that were due, 0 to 1: unsent probes included, " +
      "pending ones not; absent while no probe is settled",
    value: (source) => {
      const ratio = read(source).lossRatio;
      return ratio === undefined ? undefined : Math.round(ratio * 1e6) / 1e6;
    },
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
