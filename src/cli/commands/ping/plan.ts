/** From the options of `ping` to the plain options of a run. */

import type { RunOptions } from "../../../run/run_options.ts";
import { readEgress } from "../../options/egress.ts";
import type { Parsed } from "../../options/option.ts";
import { UsageError } from "../../outcome.ts";
import type { PING_OPTIONS } from "./options.ts";

const DEFAULT_INTERVAL_MS = 1000;
const DEFAULT_TIMEOUT_MS = 1000;
/** Retry until a reply: first timeout, retries, and the factor from each timeout to the next; as fping. */
const ALIVE_TIMEOUT_MS = 500;
const ALIVE_RETRIES = 3;
const ALIVE_BACKOFF = 1.5;

/** The options of `ping` as the user gave them. */
export type PingOptions = Parsed<typeof PING_OPTIONS>;

/**
 * Translates the options.
 *
 * @throws {UsageError} Two interfaces or addresses, or `--stamp-at driver` with `--user-stamps`.
 */
export function readPingOptions(options: PingOptions): RunOptions {
  return {
    ...readEgress(options.interface),
    ...readSchedule(options),
    kind: options.echo ? "echo" : "timestamp",
    ttl: options.ttl,
    tos: options.tos,
    dontFragment: options["path-mtu"] === "do",
    code: options.code,
    badChecksum: options["bad-checksum"],
    payload: options.payload,
    originateMs: options.originate,
    receiveMs: options.receive,
    transmitMs: options.transmit,
    identifier: options.identifier,
    sequence: options.sequence,
    mark: options.mark,
    kernelStamps: !options["user-stamps"],
    stampAt: chooseStampMoment(options),
    exactOriginate: ["fping", "tsping"].includes(options.format),
    rawSocketFor: options.echo ? findObstacle(options) : undefined,
    keepsBytes: options.explain,
    keepsStrays: options.verbose,
  };
}

function readSchedule(options: PingOptions) {
  const alive = asksWhoIsAlive(options);
  const timeoutMs = options.timeout ?? (alive ? ALIVE_TIMEOUT_MS : DEFAULT_TIMEOUT_MS);
  const count = options.loop ? Infinity : options.count;
  return {
    count: alive ? 1 + (options.retries ?? ALIVE_RETRIES) : count,
    intervalMs: options.interval ?? (alive ? timeoutMs : DEFAULT_INTERVAL_MS),
    spacingMs: options.spacing,
    timeoutMs,
    deadlineMs: options.deadline,
    stopOnReply: alive,
    backoff: ALIVE_BACKOFF,
  };
}

/** The option for which an echo run needs a raw socket; undefined where an unprivileged socket is enough. */
function findObstacle(options: PingOptions): string | undefined {
  if (options["bad-checksum"]) return "--bad-checksum";
  if (options.code !== 0) return "--code";
  // To the kernel 0 means any.
  if (options.identifier === 0) return "--identifier 0";
  // It prints the IPv4 header, which an unprivileged socket does not deliver.
  return options.explain ? "--explain" : undefined;
}

/**
 * The moment from which delays count, unless the user sets it: formats that replace other programs count the time in this
 * machine's own queue as those do; everything else measures the network.
 */
function chooseStampMoment(options: PingOptions): "queue" | "driver" {
  const asked = options["stamp-at"];
  if (asked === "driver" && options["user-stamps"]) {
    throw new UsageError(
      "Cannot use --stamp-at driver with --user-stamps: the driver's stamps are the kernel's",
    );
  }
  if (asked !== undefined) return asked;
  const format = options.json ? "json" : options.format;
  const isDropIn = format === "fping" || format === "tsping" || options.echo && format === "text";
  return isDropIn ? "queue" : "driver";
}

/** Whether the targets that reply are asked for, and not their distance. */
export function asksWhoIsAlive(options: PingOptions): boolean {
  return options.alive || options.unreachable || options.retries !== undefined;
}
