/** The lab's log as a test reads it: what truly happened, packet by packet. */

import type { DepartureKind, Fate } from "./journal_words.ts";

/** The log's first line. */
export interface LabRun {
  /** Seed of every random choice. */
  readonly seed: number;
  /** The addresses that answer. */
  readonly block: string;
  /** 00:00 UT of the day of the start, Unix time in ms: every `…Ns` counts from here. */
  readonly baseUnixMs: number;
  /** When the lab was ready. */
  readonly startedNs: number;
}

/** One packet that left the lab. */
export interface LabDeparture {
  /** The request's number; 1 is the first. */
  readonly request: number;
  /** What it was. */
  readonly kind: DepartureKind;
  /** 0 for the reply, 1 and on for further packets of the same request. */
  readonly copy: number;
  /** Length of the datagram. */
  readonly lengthBytes: number;
  /** When it was due. */
  readonly plannedNs: number;
  /** Read just before the kernel got the packet. */
  readonly actualNs: number;
  /** Read just after. */
  readonly writtenNs: number;
  /** Which corruption, forgery or mutation. */
  readonly detail?: string;
  /** In hexadecimal, when the scenario says `logBytes`. */
  readonly bytes?: string;
}

/** One request that reached the lab. */
export interface LabRequest {
  /** 1 for the first request. */
  readonly number: number;
  /** Who was asked. */
  readonly host: string;
  /** Who asked. */
  readonly source: string;
  /** What was asked. */
  readonly message: "timestamp" | "echo" | "other";
  /** ICMP identifier. */
  readonly identifier: number;
  /** ICMP sequence. */
  readonly sequence: number;
  /** Originate stamp as received; absent for other messages. */
  readonly originateMs?: number;
  /** TTL as received. */
  readonly ttl: number;
  /** When the lab read it from its device. */
  readonly arrivalNs: number;
  /** What became of it. */
  readonly fate: Fate;
  /** Delay before the receive stamp. */
  readonly outNs: number;
  /** Delay between the two stamps. */
  readonly processingNs: number;
  /** Delay after the transmit stamp. */
  readonly backNs: number;
  /** Our time of the remote receive stamp: arrivalNs + outNs. Absent when the host never stamped. */
  readonly receiveAtNs?: number;
  /** Remote minus local at receiveAtNs: the truth. */
  readonly receiveOffsetNs?: number;
  /** What was written into the reply. */
  readonly receiveMs?: number;
  /** Our time of the transmit stamp. */
  readonly transmitAtNs?: number;
  /** Remote minus local at transmitAtNs. */
  readonly transmitOffsetNs?: number;
  /** What was written into the reply. */
  readonly transmitMs?: number;
  /** What left, in the order of leaving. */
  readonly departures: readonly LabDeparture[];
}

/** The log's last line, there once the lab has closed. */
export interface LabEnd {
  /** When the lab ended. */
  readonly endedNs: number;
  /** How many requests came. */
  readonly requests: number;
  /** How many had each fate. */
  readonly fates: Readonly<Record<Fate, number>>;
  /** How many packets of each kind left. */
  readonly departures: Readonly<Record<DepartureKind, number>>;
}

/** A whole log. */
export interface LabLog {
  /** The first line. */
  readonly run: LabRun;
  /** In the order of arrival. */
  readonly requests: readonly LabRequest[];
  /** In the order of leaving. */
  readonly departures: readonly LabDeparture[];
  /** The last line, once the lab has ended. */
  readonly end?: LabEnd;
}

/** Reads a log, which may be of a lab still running. */
export function parseLog(text: string): LabLog {
  let run: LabRun | undefined;
  let end: LabEnd | undefined;
  const requests: (LabRequest & { departures: LabDeparture[] })[] = [];
  const departures: LabDeparture[] = [];
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const { type, ...rest } = withCamelKeys(JSON.parse(line));
    if (type === "run") run = rest as unknown as LabRun;
    else if (type === "end") end = rest as unknown as LabEnd;
    else if (type === "departure") departures.push(rest as unknown as LabDeparture);
    else if (type === "request") {
      requests.push({ ...rest as unknown as LabRequest, departures: [] });
    }
  }
  if (run === undefined) throw new Error("Cannot read the lab's log: its first line is missing");
  for (const departure of departures) requests[departure.request - 1]?.departures.push(departure);
  return end === undefined ? { run, requests, departures } : { run, requests, departures, end };
}

function withCamelKeys(object: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(object).map(([key, value]) => [
    key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  return Object.fromEntries(entries);
}
