/** The options of a prober. */

import type { Target } from "../targets/target.ts";
import type { ProbeMessage } from "./message/message.ts";
import type { OriginateMoment } from "./originate_stamps.ts";
import type { ProbeSpec } from "./probe.ts";
import type { ProbeNumbersOptions } from "./probe_numbers.ts";
import type { ProbeSchedule } from "./schedule.ts";
import type { TransmitMoment } from "./transport.ts";

/** Targets, probes and times of a run. */
export interface ProberOptions extends ProbeNumbersOptions {
  /** The hosts, at least one; `targets[i].index` is i, and no address stands twice. */
  readonly targets: readonly Target[];
  /** What each target is asked, at least one: probe n of a target is `probes[n mod length]`. */
  readonly probes: readonly ProbeSpec[];
  /** A second question to each target beside every probe, while {@linkcode Prober.setBeside} has it on; none by default. */
  readonly beside?: ProbeSpec | undefined;
  /** Moment from which delays count; `driver` by default. */
  readonly stampAt?: TransmitMoment | undefined;
  /** When the originate timestamps of timestamp messages are taken; `making` by default. */
  readonly originate?: OriginateMoment | undefined;
  /** Probes per target; Infinity for no end. */
  readonly count: number;
  /** Time between two probes of one target, in milliseconds. */
  readonly intervalMs: number;
  /** Time between two targets, in milliseconds; by default the interval shared out evenly. */
  readonly spacingMs?: number | undefined;
  /** How long a probe waits for its answer, in milliseconds. */
  readonly timeoutMs: number;
  /** How long after its time a probe is remembered, so that late and repeated answers are known as such, in milliseconds; 10 s by default. */
  readonly rememberMs?: number | undefined;
  /** Ends the run after that many milliseconds, whatever is still out. */
  readonly deadlineMs?: number | undefined;
  /** A target that has answered is not asked again: `count` becomes the number of tries. */
  readonly stopOnReply?: boolean | undefined;
  /** With `stopOnReply`: nor is one that the kernel refuses to send to. */
  readonly stopOnRefusal?: boolean | undefined;
  /** With `stopOnReply`: interval and timeout grow by this factor from try to try. */
  readonly backoff?: number | undefined;
  /**
   * Probes that fall due within this many milliseconds may be sent together, which costs less; 0, the default, for none.
   * Hundreds of targets leave in longer groups, see `sendGroupMs`. For several targets, over a transport that can pause.
   */
  readonly groupMs?: number | undefined;
  /** Leave within microseconds of the time that the schedule says, for some processor time before each probe. */
  readonly punctual?: boolean | undefined;
  /** Makes the schedule, starting at that CLOCK_MONOTONIC; by default a `Schedule` of the options. */
  readonly schedule?: ((startNs: number) => ProbeSchedule) | undefined;
  /** Fraction in [0, 1) of a millisecond by which round n is put off; see `Schedule`. */
  readonly dither?: ((round: number) => number) | undefined;
  /** When the listener is to be idle at the latest, on CLOCK_MONOTONIC in nanoseconds; asked before each wait. */
  readonly idleAtNs?: (() => number) | undefined;
  /**
   * Measures delays and offset of each reply, by the replies to the same message; true by default. Where it does not, the statistics
   * of a run count probes alone.
   */
  readonly measures?: boolean | undefined;
  /** A reply from another address than its probe was sent to counts too, where nothing but the address is wrong. */
  readonly acceptsOtherSources?: boolean | undefined;
  /** Hands copies of the datagrams to the listener. */
  readonly keepBytes?: boolean | undefined;
  /**
   * Receive what answers none of the run's probes as well. By default the kernel drops what has none of their identifiers,
   * since it would fill the receive buffer.
   */
  readonly keepStrays?: boolean | undefined;
}

/** The messages of a run. */
export function messagesOf(
  { probes, beside }: Pick<ProberOptions, "probes" | "beside">,
): ProbeMessage[] {
  return [...probes, ...beside === undefined ? [] : [beside]].map(({ message }) => message);
}
