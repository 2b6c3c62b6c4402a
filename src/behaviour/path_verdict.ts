/**
 * From observations of a path to one verdict: what becomes of timestamp requests to a host, and where.
 *
 * The rules are read in order, and the first that fits decides: what this machine does itself, then what the host and others
 * answered, then where requests end, then where replies do. A rule that cannot distinguish its case from another one is not
 * applied; what is left over is `undecided`, and says what would decide it.
 */

import type { PathVerdict } from "./path_finding.ts";
import {
  farthestHop,
  type HopObservation,
  type PathObservation,
  type Refusal,
} from "./path_observation.ts";

type Rule = (seen: PathObservation) => PathVerdict | undefined;

const TYPE_UNREACHABLE = 3, TYPE_TIME_EXCEEDED = 11;
const CODE_HOST_UNREACHABLE = 1;

const RULES: readonly Rule[] = [
  refusedHere,
  answered,
  answeredOtherwise,
  interrupted,
  refused,
  blockedHere,
  silent,
  requestsDropped,
  repliesDropped,
  ignored,
];

/** The first verdict that fits what was seen, from the surest to the least sure. */
export function judgePath(seen: PathObservation): PathVerdict {
  for (const rule of RULES) {
    const verdict = rule(seen);
    if (verdict !== undefined) return verdict;
  }
  return undecided(seen);
}

function refusedHere({ timestamp, unsent, refusals }: PathObservation): PathVerdict | undefined {
  if (timestamp.answered > 0) return undefined;
  const code = unsent.timestamp;
  const both = unsent.echo === code;
  if (code === "EPERM" || code === "EACCES") {
    const what = both ? "" : " timestamp requests; echo passes it";
    return { finding: "local_firewall", text: `this machine's own firewall refuses${what}` };
  }
  if (code === "EHOSTUNREACH") return noNeighbour();
  if (code !== undefined) {
    return { finding: "no_route", text: `this machine has no route to it (${code})` };
  }
  const refusal = refusals.timestamp;
  if (!refusal?.isOwn || refusal.type !== TYPE_UNREACHABLE) return undefined;
  if (refusal.code === CODE_HOST_UNREACHABLE) return noNeighbour();
  const text = `this machine's own firewall refuses: ${shortName(refusal)}`;
  return { finding: "local_firewall", text };
}

function noNeighbour(): PathVerdict {
  const text = "down: neither it nor a router to it answers on the link (ARP)";
  return { finding: "unreachable", text, afterHop: 0 };
}

function answered({ timestamp, echo, rate }: PathObservation): PathVerdict | undefined {
  if (timestamp.answered === 0) return undefined;
  if (rate !== undefined) {
    const { answered, sent, rate: perSecond } = rate;
    const text = `rate limited: answers ${answered} of ${sent} at ${perSecond}/s`;
    return { finding: "rate_limited", text };
  }
  if (echo.answered > 0) return { finding: "answers", text: "answers both" };
  return { finding: "timestamp_only", text: "answers timestamp requests, but no echo requests" };
}

function answeredOtherwise({ badChecksum, others }: PathObservation): PathVerdict | undefined {
  if (badChecksum.answered > 0) {
    const text = "answers only when the checksum is wrong";
    return { finding: "wrong_checksum_only", text };
  }
  const [from] = others;
  if (from === undefined) return undefined;
  return { finding: "other_answers", text: `another host answers: ${others.join(", ")}`, from };
}

/** What did not come may still have come. */
function interrupted({ isComplete, refusals }: PathObservation): PathVerdict | undefined {
  if (isComplete || refusals.timestamp !== undefined) return undefined;
  const text = "the trace ended before it could be decided";
  return { finding: "undecided", text, wouldDecide: "a trace that runs to its end" };
}

function refused({ refusals, echo, hops }: PathObservation): PathVerdict | undefined {
  const refusal = refusals.timestamp;
  if (refusal === undefined) return undefined;
  const { from } = refusal;
  const afterHop = hops.find(({ address }) => address === from)?.hop;
  if (refusal.type === TYPE_TIME_EXCEEDED && refusal.code === 0) {
    const circle = findCircle(hops);
    const text = circle === undefined
      ? `expires at ${from}: a loop there, or something lowers the time to live`
      : `caught in a routing loop between ${circle.join(" and ")}`;
    return { finding: "loop", text, from, afterHop };
  }
  const text = echo.answered > 0
    ? `timestamp requests are refused by ${from}: ${shortName(refusal)}; echo passes`
    : `refused by ${from}: ${shortName(refusal)}`;
  return { finding: "refused", text, from, afterHop };
}

/** Addresses that stand on the path again after another one did: at most three of them. */
function findCircle(hops: readonly HopObservation[]): string[] | undefined {
  const seen = new Map<string, number>();
  const again = new Set<string>();
  for (const { hop, address } of hops) {
    if (address === undefined) continue;
    const before = seen.get(address);
    if (before !== undefined && before < hop - 1) again.add(address);
    seen.set(address, hop);
  }
  return again.size < 2 ? undefined : [...again].slice(0, 3);
}

function blockedHere({ isBlockedHere }: PathObservation): PathVerdict | undefined {
  if (!isBlockedHere) return undefined;
  const text = "this machine's own firewall refuses the replies, which do arrive";
  return { finding: "local_firewall", text };
}

function silent(seen: PathObservation): PathVerdict | undefined {
  if (seen.echo.answered > 0) return undefined;
  const afterHop = Math.max(farthestHop(seen, "echo"), farthestHop(seen, "timestamp"));
  const refusal = seen.refusals.echo;
  if (refusal !== undefined) {
    const text = `no answer to timestamp requests; echo is refused by ${refusal.from}: ` +
      shortName(refusal);
    return { finding: "silent", text, afterHop, from: refusal.from };
  }
  const where = afterHop === 0 ? "; no hop answers" : ` after hop ${afterHop}`;
  return { finding: "silent", text: `down, or all ICMP is filtered${where}`, afterHop };
}

/** Beyond the last hop that reports expired timestamp requests, some report expired echo requests alone. */
function requestsDropped(seen: PathObservation): PathVerdict | undefined {
  const afterHop = farthestHop(seen, "timestamp");
  const beyond = seen.hops.find(({ hop, expiredEcho, expiredTimestamp }) =>
    hop > afterHop && expiredEcho.answered > 0 && expiredTimestamp.sent > 1
  );
  if (beyond === undefined) return undefined;
  const beforeHop = beyond.hop;
  const from = afterHop === 0 ? "this machine" : `hop ${afterHop}`;
  const text = `timestamp requests are dropped between ${from} and hop ${beforeHop}; echo passes`;
  return { finding: "requests_dropped", text, afterHop, beforeHop };
}

/** Requests get as far as echo does, and near hops answer timestamp requests of their own where far ones do not. */
function repliesDropped({ hops }: PathObservation): PathVerdict | undefined {
  const asked = hops.filter(({ askedEcho }) => askedEcho.answered > 0);
  const far = asked.findIndex(({ askedTimestamp }) => askedTimestamp.answered === 0);
  const near = asked[far - 1], first = asked[far];
  if (near === undefined || first === undefined) return undefined;
  // A hop beyond that answers shows that replies pass, and that some routers ignore requests.
  if (asked.slice(far).some(({ askedTimestamp }) => askedTimestamp.answered > 0)) return undefined;
  const text =
    `timestamp replies are dropped on the way back, between hop ${first.hop} and hop ${near.hop}`;
  return { finding: "replies_dropped", text, afterHop: near.hop, beforeHop: first.hop };
}

/** Nothing is between the host and the last place that requests reach and replies leave. */
function ignored({ hops, distance }: PathObservation): PathVerdict | undefined {
  if (distance === undefined) return undefined;
  const text = "up, ignores timestamp requests";
  if (distance === 1) return { finding: "ignores_timestamp", text };
  const last = hops.find(({ hop }) => hop === distance - 1);
  if (last === undefined || last.expiredTimestamp.answered === 0) return undefined;
  if (last.askedTimestamp.answered === 0) return undefined;
  return { finding: "ignores_timestamp", text, afterHop: last.hop };
}

/** Echo passes, timestamp requests get no answer, and no rule above fits. */
function undecided(seen: PathObservation): PathVerdict {
  const afterHop = farthestHop(seen, "timestamp");
  const answering = seen.hops.filter(({ askedTimestamp }) => askedTimestamp.answered > 0).at(-1);
  const possible = [
    "ignores timestamp requests",
    ...seen.distance !== undefined && afterHop === seen.distance - 1
      ? []
      : [`they are dropped after hop ${afterHop}`],
    ...answering !== undefined && answering.hop === afterHop
      ? []
      : ["the replies are dropped on the way back"],
  ];
  return {
    finding: "undecided",
    text: `up, and ${possible.join(", or ")}`,
    afterHop,
    wouldDecide: "a capture of ICMP types 13 and 14 at the host" +
      (answering === undefined ? ", or a router near it that answers timestamp requests" : ""),
  };
}

/** What an error says without the name of its type, where its code has a name. */
function shortName({ name }: Refusal): string {
  return name.split(": ")[1] ?? name;
}
