/** What became of a request, and how many met each fate. */

/** Every fate with its meaning, in the order in which they are printed. */
export const FATES = {
  replied: "a reply was made",
  icmp_error: "an ICMP error was made instead of a reply",
  lost_out: "lost on the way to the host, as asked",
  lost_back: "its reply was lost on the way back, as asked",
  silent: "the host does not answer this kind of request",
  bad_checksum: "wrong ICMP checksum, which this host does not answer",
  odd_code: "ICMP code other than 0, which this host does not answer",
  long: "octets after the message, which this host does not answer",
  host_rate: "more than the host answers a second",
  over_rate: "more than --rate allows",
  not_ours: "for an address that is not to be answered for, or from none that can be answered",
  other: "neither a timestamp request nor an echo request",
  malformed: "cannot be parsed",
} as const satisfies Readonly<Record<string, string>>;

/** One of {@linkcode FATES}. */
export type Fate = keyof typeof FATES;

/** Counters of a run. */
export class ResponderCounts {
  /** Datagrams that arrived, by fate. */
  readonly fates: Record<Fate, number> = Object.fromEntries(
    Object.keys(FATES).map((fate) => [fate, 0]),
  ) as Record<Fate, number>;
  /** Timestamp requests to addresses of ours. */
  timestampRequests = 0;
  /** Echo requests to addresses of ours. */
  echoRequests = 0;
  /** Datagrams that the kernel took, copies and ICMP errors included. */
  sent = 0;
  /** Replies for which there was no room among those that wait. */
  overflow = 0;
  /** Datagrams that the kernel did not take. */
  unsent = 0;

  /** Requests to addresses of ours. */
  get requests(): number {
    return this.timestampRequests + this.echoRequests;
  }
}
