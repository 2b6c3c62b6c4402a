/** From the options of `clock` to the plain options of a run. */

import type { RunOptions } from "../../../run/run_options.ts";
import { readEgress } from "../../options/egress.ts";
import type { Parsed } from "../../options/option.ts";
import type { CLOCK_OPTIONS } from "./options.ts";

/** The options of `clock` as the user gave them. */
export type ClockOptions = Parsed<typeof CLOCK_OPTIONS>;

const DEFAULT_COUNT = 100;
/** With `--until` the goal ends the run, and this only when the goal is out of reach. */
const DEFAULT_COUNT_UNTIL = 1000;
/** A run that is to be short does not ask a silent host for longer than this, or than one probe waits. */
const GIVE_UP_MS = 2000;

/** Translates the options of the command line into those of a run. */
export function readClockOptions(options: ClockOptions): RunOptions {
  const defaultCount = options.until === undefined ? DEFAULT_COUNT : DEFAULT_COUNT_UNTIL;
  const readsOption = options.via === "ip-option";
  return {
    ...readEgress(options.interface),
    kind: readsOption ? "echo" : "timestamp",
    stampsFrom: readsOption ? "ip-option" : "message",
    ttl: options.ttl,
    tos: options.tos,
    originateMs: "random",
    count: options.loop ? Infinity : options.count ?? defaultCount,
    intervalMs: options.interval,
    timeoutMs: options.timeout,
    deadlineMs: options.deadline,
    mark: options.mark,
    rawSocketFor: readsOption ? "--via ip-option" : undefined,
    keepsStrays: options.verbose,
  };
}

/** When a silent host is given up, in milliseconds; undefined for never. */
export function readGiveUpMs({ fast, until, timeout }: ClockOptions): number | undefined {
  return fast || until !== undefined ? Math.max(GIVE_UP_MS, timeout) : undefined;
}
