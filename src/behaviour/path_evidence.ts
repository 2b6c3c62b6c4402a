/** What a verdict on a path rests on, in short sentences. */

import type { AnswerTally, HopObservation, PathObservation } from "./path_observation.ts";
import { farthestHop } from "./path_observation.ts";

/** The evidence, the weightiest first; each without its full stop. */
export function describeEvidence(seen: PathObservation): string[] {
  const { echo, timestamp, ipTimestamp, badChecksum, distance, hops, refusals } = seen;
  if (echo.sent + timestamp.sent === 0) return ["no probe could be sent"];
  const parts = [
    `echo requests: ${count(echo)} answered`,
    `timestamp requests: ${count(timestamp)} answered`,
  ];
  for (const kind of ["echo", "timestamp"] as const) {
    const refusal = refusals[kind];
    if (refusal === undefined) continue;
    parts.push(`${kind} requests: ICMP error from ${refusal.from}: ${refusal.name}`);
  }
  const far = { echo: farthestHop(seen, "echo"), timestamp: farthestHop(seen, "timestamp") };
  if (Math.max(far.echo, far.timestamp) > 0 && timestamp.answered === 0) {
    parts.push(
      far.echo === far.timestamp
        ? `the farthest hop that reports expired requests is ${far.echo}, for both kinds`
        : `the farthest hop that reports expired requests is ${far.echo} for echo, ` +
          `${far.timestamp} for timestamp`,
    );
    parts.push(...describeAsked(hops));
  }
  if (distance !== undefined) parts.push(`the host is hop ${distance}`);
  if (distance !== undefined && distance > 1 && isPassed(seen, distance)) {
    parts.push(`a filter between hop ${distance - 1} and the host would look the same`);
  }
  if (ipTimestamp.sent > 0 && echo.answered > 0 && ipTimestamp.answered === 0) {
    parts.push(`echo requests with an IP Timestamp option: ${count(ipTimestamp)} answered`);
  }
  if (timestamp.answered === 0 && seen.hasOptionTime) {
    parts.push("it writes its time into an IP Timestamp option: clock --via ip-option reads it");
  }
  if (timestamp.answered > 0 && seen.others.length > 0) {
    parts.push(
      `replies with the numbers of our probes come from ${seen.others.join(", ")} as well`,
    );
  }
  if (badChecksum.sent > 0 && badChecksum.answered > 0) {
    parts.push(`timestamp requests with a wrong checksum: ${count(badChecksum)} answered`);
  }
  if (timestamp.answered === 0 && seen.limitedHops.length > 0) {
    parts.push(
      `${
        listNumbers(seen.limitedHops)
      } reported probes to other hosts of this run: these are not on ` +
        "the path, or limit their errors, which a trace of this host alone would show",
    );
  }
  for (const forger of seen.forgers) {
    parts.push(`${forger} sends ICMP errors about probes that did not end there: not counted`);
  }
  return parts;
}

/** Requests are not answered, and get as far as the last hop before the host, which is at that distance. */
function isPassed(seen: PathObservation, distance: number): boolean {
  const { timestamp, refusals, unsent } = seen;
  return timestamp.answered === 0 && refusals.timestamp === undefined &&
    unsent.timestamp === undefined && farthestHop(seen, "timestamp") === distance - 1;
}

/** Which hops answer timestamp requests of their own. */
function describeAsked(hops: readonly HopObservation[]): string[] {
  const asked = hops.filter(({ askedEcho, askedTimestamp }) =>
    askedEcho.answered > 0 || askedTimestamp.answered > 0
  );
  if (asked.length === 0) return [];
  const answering = asked.filter(({ askedTimestamp }) => askedTimestamp.answered > 0);
  const silent = asked.filter(({ askedTimestamp }) => askedTimestamp.answered === 0);
  const parts: string[] = [];
  if (answering.length > 0) {
    parts.push(`timestamp requests to the routers themselves: ${listHops(answering)} answered`);
  }
  if (silent.length > 0) {
    parts.push(`${listHops(silent)} answered only echo requests to the routers themselves`);
  }
  return parts;
}

/** `hop 3`, `hops 1 to 4`, `hops 1, 2 and 5`. */
function listHops(hops: readonly HopObservation[]): string {
  return listNumbers(hops.map(({ hop }) => hop));
}

function listNumbers(numbers: readonly number[]): string {
  const first = numbers[0] as number, last = numbers.at(-1) as number;
  if (numbers.length === 1) return `hop ${first}`;
  if (last - first === numbers.length - 1) return `hops ${first} to ${last}`;
  return `hops ${numbers.slice(0, -1).join(", ")} and ${last}`;
}

function count({ sent, answered }: Readonly<AnswerTally>): string {
  return `${answered} of ${sent}`;
}
