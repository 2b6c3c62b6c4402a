/** What a trace can say about a host: the verdicts, and what they mean. */

/** All verdicts. */
export const PATH_FINDINGS = {
  answers: "The host answers echo and timestamp requests",
  timestamp_only: "The host answers timestamp requests and no echo requests",
  rate_limited: "The host answers timestamp requests up to a rate",
  wrong_checksum_only: "The host answers timestamp requests only if their checksum is wrong",
  other_answers: "Another host answers in its place",
  ignores_timestamp: "The host is up and ignores timestamp requests",
  requests_dropped: "Timestamp requests are dropped on the path; echo requests pass",
  replies_dropped: "Timestamp replies are dropped on the path back",
  refused: "An ICMP error comes instead of a timestamp reply",
  loop: "Requests run round in a circle until their time to live is used up",
  unreachable: "The host, or the next router, does not answer on the link (ARP)",
  silent: "The host is down, or all ICMP is filtered",
  local_firewall: "This machine's own firewall refuses",
  no_route: "This machine has no route to the host",
  undecided: "More than one of these fits",
} as const;

/** Name of a verdict. */
export type PathFinding = keyof typeof PATH_FINDINGS;

/** What became of the requests to one host, or of their replies. */
export interface PathVerdict {
  /** Its name. */
  readonly finding: PathFinding;
  /** One sentence without its full stop. */
  readonly text: string;
  /** Last hop that is known to be passed; 0 is this machine. */
  readonly afterHop?: number | undefined;
  /** First hop that is known not to be reached. */
  readonly beforeHop?: number | undefined;
  /** Who refuses, or answers in the place of the host. */
  readonly from?: string | undefined;
  /** What would decide between the possibilities; undefined where it is decided. */
  readonly wouldDecide?: string | undefined;
}

/** Whether timestamp requests are answered by the host. */
export function isAnswering({ finding }: PathVerdict): boolean {
  return finding === "answers" || finding === "timestamp_only" || finding === "rate_limited";
}
