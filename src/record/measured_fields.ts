/** Fields of what one packet shows: its stamps, its round-trip time, the clock of the host, and what is odd. */

import { formatAddress } from "../packet/address.ts";
import type { StampReading } from "../measurement/reading.ts";
import { wholeMsOfDay } from "../time/day.ts";
import type { Field } from "./field.ts";
import { rounded, roundedDown, roundedUp } from "./shared_fields.ts";

/** How remote timestamps can be read. */
export const READINGS: readonly StampReading[] = [
  "standard",
  "high-bit",
  "little-endian",
  "ambiguous",
  "unreadable",
];

/** Time to live of a packet. */
export function ttl<S>(read: (source: S) => number | undefined): Field<S> {
  return {
    name: "ttl",
    type: "integer",
    description: "Time to live of the packet as it arrived or was captured",
    value: read,
  };
}

/** Round-trip time; `read` gives milliseconds. */
export function rttMs<S>(read: (source: S) => number, note?: string): Field<S> {
  return {
    name: "rtt_ms",
    type: "number",
    description: "Round-trip time by the local clock, from the probe to what answered it",
    ...(note === undefined ? {} : { note }),
    value: (source) => rounded(read(source)),
  };
}

/** The three timestamps of RFC 792, raw. */
export interface RawTimestamps {
  /** When the request left, as the requester says. */
  readonly originateMs?: number | undefined;
  /** When the request reached the host. */
  readonly receiveMs?: number | undefined;
  /** When the reply left the host. */
  readonly transmitMs?: number | undefined;
}

/** `originate_ms`, `receive_ms` and `transmit_ms`; `optional` where some records have none. */
export function timestamps<S>(
  read: (source: S) => RawTimestamps | undefined,
  optional: boolean,
): Field<S>[] {
  const field = (name: string, word: string, key: keyof RawTimestamps): Field<S> => ({
    name,
    type: "integer",
    ...(optional ? { optional } : {}),
    description: `${word} timestamp (RFC 792), its 32 bits as they are in the packet`,
    value: (source) => read(source)?.[key],
  });
  return [
    field("originate_ms", "Originate", "originateMs"),
    field("receive_ms", "Receive", "receiveMs"),
    field("transmit_ms", "Transmit", "transmitMs"),
  ];
}

/** When a packet arrived, as a timestamp would say it; `read` gives nanoseconds since a midnight UT. */
export function arrivalMs<S>(read: (source: S) => number): Field<S> {
  return {
    name: "arrival_ms",
    type: "integer",
    description: "Arrival of the reply by the local clock, milliseconds since midnight UT",
    value: (source) => wholeMsOfDay(read(source)),
  };
}

/** An offset between bounds, milliseconds. */
export interface BoundedOffset {
  /** Best estimate. */
  readonly valueMs?: number | undefined;
  /** Not less than this. */
  readonly lowerMs?: number | undefined;
  /** Not more than this. */
  readonly upperMs?: number | undefined;
}

/** `offset_lower_ms` and `offset_upper_ms`. */
export function offsetBounds<S>(
  read: (source: S) => BoundedOffset | undefined,
  note?: string,
): Field<S>[] {
  const more = note === undefined ? {} : { note };
  return [
    {
      name: "offset_lower_ms",
      type: "number",
      optional: true,
      description: "The offset is not less than this, whatever the delays out and back are",
      ...more,
      value: (source) => roundedDown(read(source)?.lowerMs),
    },
    {
      name: "offset_upper_ms",
      type: "number",
      optional: true,
      description: "The offset is not more than this, whatever the delays out and back are",
      ...more,
      value: (source) => roundedUp(read(source)?.upperMs),
    },
  ];
}

/** `offset_ms` alone. */
export function offsetMs<S>(
  read: (source: S) => BoundedOffset | undefined,
  note?: string,
): Field<S> {
  return {
    name: "offset_ms",
    type: "number",
    optional: true,
    description: "Remote clock minus local clock, best estimate",
    ...(note === undefined ? {} : { note }),
    value: (source) => rounded(read(source)?.valueMs),
  };
}

/** `offset_ms` and its bounds. */
export function offset<S>(
  read: (source: S) => BoundedOffset | undefined,
  notes: { readonly value?: string; readonly bounds?: string } = {},
): Field<S>[] {
  return [offsetMs(read, notes.value), ...offsetBounds(read, notes.bounds)];
}

/** How the remote timestamps were read. */
export function reading<S>(
  read: (source: S) => StampReading | undefined,
  note?: string,
): Field<S> {
  return {
    name: "reading",
    type: "string",
    optional: true,
    values: READINGS,
    description: "How the remote timestamps were read",
    ...(note === undefined ? {} : { note }),
    value: read,
  };
}

/** Everything odd; `names` are all that can occur. */
export function flags<S>(
  names: readonly string[],
  read: (source: S) => readonly string[],
  note?: string,
): Field<S> {
  return {
    name: "flags",
    type: "strings",
    values: names,
    description: "Everything odd about what was received; empty where nothing is",
    ...(note === undefined ? {} : { note }),
    value: read,
  };
}

/** Which ICMP message a packet carries. */
export function icmpType<S>(
  read: (source: S) => { readonly type: number; readonly code: number } | undefined,
  optional: boolean,
): Field<S>[] {
  const field = (name: string, key: "type" | "code"): Field<S> => ({
    name,
    type: "integer",
    ...(optional ? { optional } : {}),
    description: `ICMP ${key}`,
    value: (source) => read(source)?.[key],
  });
  return [field("icmp_type", "type"), field("icmp_code", "code")];
}

/** An ICMP error that ended a probe. */
export interface ReportedError {
  /** Sender of the error, unsigned 32-bit. */
  readonly reporter: number;
  /** ICMP type. */
  readonly type: number;
  /** ICMP code. */
  readonly code: number;
  /** Type and code in words. */
  readonly name: string;
}

/** Who sent an ICMP error, and what it says. */
export function icmpErrorFields<S>(read: (source: S) => ReportedError): Field<S>[] {
  return [
    {
      name: "reporter",
      type: "string",
      description: "Host that sent the ICMP error",
      value: (source) => formatAddress(read(source).reporter),
    },
    ...icmpType(read, false),
    errorText((source) => read(source).name),
  ];
}

/** An error in words. */
export function errorText<S>(read: (source: S) => string): Field<S> {
  return { name: "error", type: "string", description: "The error in words", value: read };
}

/** Why the kernel did not take a probe. */
export function systemErrorFields<S>(
  read: (
    source: S,
  ) => { readonly syscall: string; readonly code: string; readonly message: string },
): Field<S>[] {
  return [
    {
      name: "syscall",
      type: "string",
      description: "System call that failed",
      value: (source) => read(source).syscall,
    },
    {
      name: "error_code",
      type: "string",
      description: "Name of the system's error, such as ENETUNREACH",
      value: (source) => read(source).code,
    },
    errorText((source) => read(source).message),
  ];
}
