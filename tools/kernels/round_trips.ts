/** How the round-trip times of tests/system/orphaning_queue_test.ts compare with the wire, out of what it prints. */

/** Replies of all runs through a queue that takes datagrams off their socket's account and drops some. */
export interface RoundTrips {
  /** Runs that were counted. */
  readonly runs: number;
  /** Replies whose round-trip time is within 1 ms of what tcpdump saw. */
  readonly exact: number;
  /** Replies that say that their round-trip time rests on a stamp of the program. */
  readonly flagged: number;
  /** The others. */
  readonly wrong: number;
}

/**
 * Adds up the lines of all runs.
 *
 * @param text what was written to a console
 */
export function countRoundTrips(text: string): RoundTrips {
  const line = /, run \d+: (\d+) exact, (\d+) flagged, (\d+) wrong, \d+ dropped/g;
  let runs = 0, exact = 0, flagged = 0, wrong = 0;
  for (const [, first, second, third] of text.matchAll(line)) {
    runs++;
    exact += Number(first);
    flagged += Number(second);
    wrong += Number(third);
  }
  return { runs, exact, flagged, wrong };
}

/** Such as `411 exact, 129 flagged, 0 wrong`; `not run` without a run. */
export function formatRoundTrips({ runs, exact, flagged, wrong }: RoundTrips): string {
  return runs === 0 ? "not run" : `${exact} exact, ${flagged} flagged, ${wrong} wrong`;
}
