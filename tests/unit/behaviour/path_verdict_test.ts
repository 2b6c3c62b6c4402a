/** Verdicts on a path, from observations alone. */

import { assertEquals } from "@std/assert";
import { describeEvidence } from "../../../src/behaviour/path_evidence.ts";
import type { HopObservation, PathObservation } from "../../../src/behaviour/path_observation.ts";
import type { PathFinding } from "../../../src/behaviour/path_finding.ts";
import { judgePath } from "../../../src/behaviour/path_verdict.ts";

/** Three tries, of which `answered` were answered. */
const tries = (answered: number) => ({ sent: 3, answered });

/** A hop: what it answers of echo and timestamp requests that expire, and of those to itself. */
function hop(number: number, expired: string, asked: string): HopObservation {
  return {
    hop: number,
    address: `10.0.${number}.1`,
    expiredEcho: tries(expired.includes("e") ? 3 : 0),
    expiredTimestamp: tries(expired.includes("t") ? 3 : 0),
    askedEcho: tries(asked.includes("e") ? 3 : 0),
    askedTimestamp: tries(asked.includes("t") ? 3 : 0),
  };
}

/** Hops from 1, as `expired/asked`: `et/e` reports both kinds, and answers echo requests of its own. */
const hops = (...words: string[]) =>
  words.map((word, i) => hop(i + 1, ...word.split("/") as [string, string]));

const SILENT: PathObservation = {
  echo: tries(0),
  timestamp: tries(0),
  ipTimestamp: tries(0),
  hasOptionTime: false,
  badChecksum: tries(0),
  distance: undefined,
  hops: [],
  limitedHops: [],
  refusals: {},
  unsent: {},
  others: [],
  isBlockedHere: false,
  isComplete: true,
  rate: undefined,
  forgers: [],
};
const UP: PathObservation = { ...SILENT, echo: tries(3), distance: 4 };
const refusal = (name: string, from = "10.0.2.1", isOwn = false, type = 3, code = 13) => ({
  timestamp: { from, isOwn, type, code, name },
});

const CASES: readonly (readonly [PathObservation, PathFinding, string])[] = [
  [{ ...UP, timestamp: tries(1) }, "answers", "answers both"],
  [
    { ...UP, timestamp: tries(1), rate: { sent: 20, answered: 2, rate: 50 } },
    "rate_limited",
    "rate limited: answers 2 of 20 at 50/s",
  ],
  [
    { ...SILENT, timestamp: tries(3) },
    "timestamp_only",
    "answers timestamp requests, but no echo requests",
  ],
  [
    { ...UP, badChecksum: tries(2) },
    "wrong_checksum_only",
    "answers only when the checksum is wrong",
  ],
  [{ ...UP, others: ["10.66.1.250"] }, "other_answers", "another host answers: 10.66.1.250"],
  [
    { ...SILENT, others: ["10.66.1.250"], refusals: refusal("destination unreachable: x") },
    "other_answers",
    "another host answers: 10.66.1.250",
  ],
  [
    { ...UP, hops: hops("et/et", "et/et", "et/et") },
    "ignores_timestamp",
    "up, ignores timestamp requests",
  ],
  [{ ...UP, distance: 1 }, "ignores_timestamp", "up, ignores timestamp requests"],
  [
    { ...UP, hops: hops("et/et", "et/et", "e/e") },
    "requests_dropped",
    "timestamp requests are dropped between hop 2 and hop 3; echo passes",
  ],
  [
    { ...UP, hops: hops("et/et", "/", "e/e") },
    "requests_dropped",
    "timestamp requests are dropped between hop 1 and hop 3; echo passes",
  ],
  [
    { ...UP, hops: hops("e/e", "e/e", "e/e") },
    "requests_dropped",
    "timestamp requests are dropped between this machine and hop 1; echo passes",
  ],
  [
    { ...UP, hops: hops("et/et", "et/e", "et/e") },
    "replies_dropped",
    "timestamp replies are dropped on the way back, between hop 2 and hop 1",
  ],
  // Some routers ignore timestamp requests: no sign of a filter.
  [
    { ...UP, hops: hops("et/et", "et/e", "et/et") },
    "ignores_timestamp",
    "up, ignores timestamp requests",
  ],
  [
    { ...UP, hops: hops("et/e", "et/e", "et/e") },
    "undecided",
    "up, and ignores timestamp requests, or the replies are dropped on the way back",
  ],
  [
    { ...UP, hops: hops("et/et", "et/et", "/") },
    "undecided",
    "up, and ignores timestamp requests, or they are dropped after hop 2",
  ],
  [
    { ...UP, hops: hops("/", "/", "/") },
    "undecided",
    "up, and ignores timestamp requests, or they are dropped after hop 0, or the replies are dropped on the way back",
  ],
  [
    {
      ...UP,
      refusals: refusal("destination unreachable: communication administratively prohibited"),
    },
    "refused",
    "timestamp requests are refused by 10.0.2.1: communication administratively prohibited; echo passes",
  ],
  [
    { ...SILENT, refusals: refusal("parameter problem", "10.0.3.1", false, 12, 1) },
    "refused",
    "refused by 10.0.3.1: parameter problem",
  ],
  [
    {
      ...SILENT,
      refusals: refusal("time exceeded: TTL exceeded in transit", "10.0.2.1", false, 11, 0),
    },
    "loop",
    "expires at 10.0.2.1: a loop there, or something lowers the time to live",
  ],
  [
    { ...SILENT, unsent: { echo: "EPERM", timestamp: "EPERM" } },
    "local_firewall",
    "this machine's own firewall refuses",
  ],
  [
    { ...UP, unsent: { timestamp: "EPERM" } },
    "local_firewall",
    "this machine's own firewall refuses timestamp requests; echo passes it",
  ],
  [
    {
      ...SILENT,
      refusals: refusal("destination unreachable: port unreachable", "10.0.0.9", true, 3, 3),
    },
    "local_firewall",
    "this machine's own firewall refuses: port unreachable",
  ],
  [
    {
      ...SILENT,
      refusals: refusal("destination unreachable: host unreachable", "10.0.0.9", true, 3, 1),
    },
    "unreachable",
    "down: neither it nor a router to it answers on the link (ARP)",
  ],
  [
    { ...UP, isBlockedHere: true, hops: hops("et/e", "et/e", "et/e") },
    "local_firewall",
    "this machine's own firewall refuses the replies, which do arrive",
  ],
  [
    { ...SILENT, unsent: { timestamp: "ENETUNREACH", echo: "ENETUNREACH" } },
    "no_route",
    "this machine has no route to it (ENETUNREACH)",
  ],
  [
    { ...SILENT, hops: hops("et/et", "e/e", "/") },
    "silent",
    "down, or all ICMP is filtered after hop 2",
  ],
  [{ ...SILENT, isComplete: false }, "undecided", "the trace ended before it could be decided"],
  [{ ...UP, timestamp: tries(1), isComplete: false }, "answers", "answers both"],
  [
    { ...SILENT, refusals: { echo: refusal("destination unreachable: x").timestamp } },
    "silent",
    "no answer to timestamp requests; echo is refused by 10.0.2.1: x",
  ],
  [SILENT, "silent", "down, or all ICMP is filtered; no hop answers"],
];

Deno.test("path verdict: one sentence for each case", () => {
  for (const [seen, finding, text] of CASES) {
    const verdict = judgePath(seen);
    assertEquals([verdict.finding, verdict.text], [finding, text], JSON.stringify(seen));
    assertEquals(verdict.wouldDecide !== undefined, finding === "undecided", text);
  }
});

Deno.test("path verdict: the evidence names another way to the time, and who else answers", () => {
  const option = { ...UP, hasOptionTime: true, ipTimestamp: tries(3) };
  assertEquals(describeEvidence(option).slice(-1), [
    "it writes its time into an IP Timestamp option: clock --via ip-option reads it",
  ]);
  const both = { ...UP, timestamp: tries(3), others: ["10.0.9.9"], hasOptionTime: true };
  assertEquals(describeEvidence(both), [
    "echo requests: 3 of 3 answered",
    "timestamp requests: 3 of 3 answered",
    "the host is hop 4",
    "echo requests with an IP Timestamp option: 0 of 3 answered",
    "replies with the numbers of our probes come from 10.0.9.9 as well",
  ]);
});

Deno.test("path verdict: nothing is said of kinds of requests that were not sent", () => {
  const none = { sent: 0, answered: 0 };
  const plain = { ...UP, timestamp: tries(3), ipTimestamp: none, badChecksum: none };
  assertEquals(describeEvidence(plain), [
    "echo requests: 3 of 3 answered",
    "timestamp requests: 3 of 3 answered",
    "the host is hop 4",
  ]);
});

Deno.test("path verdict: the evidence names counts, hops and who forges", () => {
  const seen = {
    ...UP,
    hops: hops("et/et", "et/e", "et/e"),
    limitedHops: [5, 6, 8],
    forgers: ["10.0.9.9"],
  };
  assertEquals(describeEvidence(seen), [
    "echo requests: 3 of 3 answered",
    "timestamp requests: 0 of 3 answered",
    "the farthest hop that reports expired requests is 3, for both kinds",
    "timestamp requests to the routers themselves: hop 1 answered",
    "hops 2 to 3 answered only echo requests to the routers themselves",
    "the host is hop 4",
    "a filter between hop 3 and the host would look the same",
    "echo requests with an IP Timestamp option: 0 of 3 answered",
    "hops 5, 6 and 8 reported probes to other hosts of this run: these are not on the path, or limit their errors, which a trace of this host alone would show",
    "10.0.9.9 sends ICMP errors about probes that did not end there: not counted",
  ]);
});
