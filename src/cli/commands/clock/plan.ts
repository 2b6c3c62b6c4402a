/** From the options of `clock` to the plain options of a run. */

import type { RunOptions } from "../../../run/run_options.ts";
import { readEgress } from "../../egress.ts";
import type { Parsed } from "../../option.ts";
import { UsageError } from "../../usage_error.ts";
import type { CLOCK_OPTIONS } from "./options.ts";

/** The options of `clock` as the user gave them. */
export type ClockOptions = Parsed<typeof CLOCK_OPTIONS>;

const DEFAULT_COUNT = 100;
/** With `--until` the goal ends the run, and this only when the goal is out of reach. */
const DEFAULT_COUNT_UNTIL = 1000;
const DEFAULT_INTERVAL_MS = 50;
const DEFAULT_TIMEOUT_MS = 1000;

/**
 * Translates the options.
 *
 * @throws {UsageError} Options that contradict each other.
 */
export function readClockOptions(options: ClockOptions): RunOptions {
  if (options.loop && options.count !== undefined) {
    throw new UsageError("Cannot use --loop with --count: want one of them", "--loop");
  }
  if (options.every !== undefined && !options.loop) {
    throw new UsageError("Cannot use --every without --loop", "--every");
  }
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
    intervalMs: options.interval ?? DEFAULT_INTERVAL_MS,
    timeoutMs: options.timeout ?? DEFAULT_TIMEOUT_MS,
    deadlineMs: options.deadline,
    mark: options.mark,
    rawSocketFor: readsOption ? "--via ip-option" : undefined,
    keepsStrays: options.verbose,
  };
}
