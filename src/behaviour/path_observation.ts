/** What probes with every time to live have shown of one host and of the path to it: the input of `path_verdict.ts`. */

/** What became of the probes of one kind that were sent to one place. */
export interface AnswerTally {
  /** Probes that left. */
  sent: number;
  /** Probes that were answered as they should be, late answers included. */
  answered: number;
}

/** A tally of no probes. */
export function emptyTally(): AnswerTally {
  return { sent: 0, answered: 0 };
}

/** An ICMP error, other than an expired time to live of a probe that was meant to expire. */
export interface Refusal {
  /** The host that sent it. */
  readonly from: string;
  /** It came from this machine itself. */
  readonly isOwn: boolean;
  /** ICMP type. */
  readonly type: number;
  /** ICMP code. */
  readonly code: number;
  /** Type and code in words. */
  readonly name: string;
}

/** One hop between this machine and the host. */
export interface HopObservation {
  /** Time to live of the probes that ended here, from 1. */
  readonly hop: number;
  /** The address that most errors came from; undefined where none came. */
  readonly address: string | undefined;
  /** Echo requests that expired here; answered by Time Exceeded. */
  readonly expiredEcho: Readonly<AnswerTally>;
  /** Timestamp requests that expired here; answered by Time Exceeded. */
  readonly expiredTimestamp: Readonly<AnswerTally>;
  /** Echo requests to the hop itself. */
  readonly askedEcho: Readonly<AnswerTally>;
  /** Timestamp requests to the hop itself. */
  readonly askedTimestamp: Readonly<AnswerTally>;
}

/** Answers to a burst, where as many slow probes were all answered. */
export interface RateFinding {
  /** Probes of the burst. */
  readonly sent: number;
  /** How many of them were answered. */
  readonly answered: number;
  /** Probes a second. */
  readonly rate: number;
}

/** The kinds of requests on which a verdict rests. */
export type PathQuestion = "echo" | "timestamp";

/** All that is known. */
export interface PathObservation {
  /** Echo requests to the host, with every time to live that reaches it. */
  readonly echo: Readonly<AnswerTally>;
  /** Timestamp requests to the host, with every time to live that reaches it. */
  readonly timestamp: Readonly<AnswerTally>;
  /** Echo requests with an IP Timestamp option. */
  readonly ipTimestamp: Readonly<AnswerTally>;
  /** The host wrote its time into that option. */
  readonly hasOptionTime: boolean;
  /** Timestamp requests with a wrong checksum. */
  readonly badChecksum: Readonly<AnswerTally>;
  /** Smallest time to live with which the host was reached; undefined where that did not happen. */
  readonly distance: number | undefined;
  /** The hops before the host, from 1. */
  readonly hops: readonly HopObservation[];
  /** Hops that reported probes to other hosts of the run, and none to this one. */
  readonly limitedHops: readonly number[];
  /** ICMP errors that ended probes with the full time to live. */
  readonly refusals: Readonly<Partial<Record<PathQuestion, Refusal>>>;
  /** Name of the system's error where this machine does not send the probes, such as EPERM. */
  readonly unsent: Readonly<Partial<Record<PathQuestion, string>>>;
  /** Hosts that answered in the place of the one that was asked. */
  readonly others: readonly string[];
  /** Timestamp replies arrive at this machine's interface, and its firewall keeps them from every program. */
  readonly isBlockedHere: boolean;
  /** All probes were sent, and answered or waited for. */
  readonly isComplete: boolean;
  /** What a burst showed; undefined where none was sent, or where nothing shows a limit. */
  readonly rate: RateFinding | undefined;
  /** Hosts that sent ICMP errors about probes that were answered, or that were never sent so. */
  readonly forgers: readonly string[];
}

/** The farthest hop that sent an error about an expired probe of that kind; 0 for none. */
export function farthestHop({ hops }: Pick<PathObservation, "hops">, kind: PathQuestion): number {
  const key = kind === "echo" ? "expiredEcho" : "expiredTimestamp";
  return hops.reduce((far, each) => each[key].answered > 0 ? Math.max(far, each.hop) : far, 0);
}
