/** Fields that several records share: each key is written here once, with one type and one meaning. */

import { formatAddress } from "../packet/address.ts";
import type { ProbeCounters } from "../stats/mod.ts";
import type { Target } from "../targets/target.ts";
import type { Field } from "./field.ts";

/** The address of the target. */
export function addressField<S>(read: (source: S) => number): Field<S> {
  return {
    name: "address",
    type: "string",
    description: "IPv4 address of the target",
    value: (source) => formatAddress(read(source)),
  };
}

/** The target in words, and its address. */
export function who<S>(target: (source: S) => Pick<Target, "label" | "address">): Field<S>[] {
  return [
    {
      name: "target",
      type: "string",
      description: "The target as the user wrote it; of a block, the address",
      value: (source) => target(source).label,
    },
    addressField((source) => target(source).address),
  ];
}

/** `time`, which every record has, in Unix seconds; `note` says which moment it is. */
export function when<S>(note: string, seconds: (source: S) => number): Field<S> {
  return {
    name: "time",
    type: "number",
    description: "When it happened, Unix time in seconds",
    note,
    value: (source) => Math.round(seconds(source) * 1e6) / 1e6,
  };
}

/** `time` once more, as ISO 8601 has it; `read` gives Unix time in milliseconds. */
export function timeIso<S>(read: (source: S) => number): Field<S> {
  // A million records a scan are of few seconds: a Date for each takes half of the time that its line takes.
  let second = NaN, prefix = "";
  return {
    name: "time_iso",
    type: "string",
    description: "The same time as ISO 8601 has it, UTC, to the microsecond",
    value(source) {
      const us = Math.round(read(source) * 1e3), ofUs = Math.floor(us / 1e6);
      if (ofUs !== second) {
        second = ofUs;
        prefix = new Date(ofUs * 1000).toISOString().slice(0, -"000Z".length);
      }
      return `${prefix}${String(us - ofUs * 1e6).padStart(6, "0")}Z`;
    },
  };
}

/** Index of a probe within its target. */
export function probeIndex<S>(read: (source: S) => number): Field<S> {
  return {
    name: "probe",
    type: "integer",
    description: "Index of the probe within its target, from 0; it does not wrap",
    value: read,
  };
}

/** ICMP identifier. */
export function identifier<S>(read: (source: S) => number | undefined, note?: string): Field<S> {
  return {
    name: "identifier",
    type: "integer",
    description: "ICMP identifier, 0 to 65535",
    ...(note === undefined ? {} : { note }),
    value: read,
  };
}

/** ICMP sequence number. */
export function sequence<S>(read: (source: S) => number | undefined): Field<S> {
  return {
    name: "sequence",
    type: "integer",
    description:
      "ICMP sequence number, 0 to 65535; a target's first is random, the next ones follow it",
    value: read,
  };
}

/** The loss, by the one definition that {@linkcode ProbeCounters.lossRatio} has. */
export function lossRatio<S>(
  read: (source: S) => { readonly lossRatio?: number | undefined },
): Field<S> {
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

/** What a counter counts, by its key. */
export const COUNT_MEANINGS = {
  sent: "Probes that the kernel took",
  received: "Probes that were answered in time",
  lost: "Probes that timed out",
  dropped_by_us:
    "Of the lost: probes whose answers this machine may have dropped, its receive buffer being full",
  icmp_errors: "Probes that an ICMP error ended",
  unsent: "Probes that the kernel did not take",
  pending: "Probes still open: neither answered nor timed out",
  late: "Answers to probes that had timed out",
  duplicates: "Further answers to answered probes",
  malformed: "Datagrams that arrived and could not be parsed",
  kernel_drops: "Datagrams that the kernel dropped because the receive buffer was full",
  failed_calls:
    "System calls on the sockets that failed without ending the run; replies may be missing",
  targets: "Number of targets",
  targets_answered: "Targets that answered at least once in time",
} as const satisfies Readonly<Record<string, string>>;

/** A counter that several records have. */
export function count<S>(
  name: keyof typeof COUNT_MEANINGS,
  value: (source: S) => number | undefined,
  note?: string,
): Field<S> {
  const field = { name, type: "integer", description: COUNT_MEANINGS[name], value } as const;
  return note === undefined ? field : { ...field, note };
}

/** What became of the probes: every counter, and the loss. */
export function probeCounts<S>(read: (source: S) => ProbeCounters): Field<S>[] {
  return [
    count("sent", (source) => read(source).sent),
    count("received", (source) => read(source).received),
    count("lost", (source) => read(source).lost),
    count("dropped_by_us", (source) => read(source).droppedByUs),
    count("icmp_errors", (source) => read(source).icmpErrors),
    count("unsent", (source) => read(source).unsent),
    count("pending", (source) => read(source).pending),
    count("late", (source) => read(source).late),
    count("duplicates", (source) => read(source).duplicates),
    lossRatio(read),
  ];
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
