/** `icmptime fping`: fping's words in, fping's lines out. */

import { parseAddress } from "../../../packet/mod.ts";
import { type FormOptions, type FpingForm, TextForm } from "../../../report/fping/form.ts";
import { FpingReporter } from "../../../report/fping/reporter.ts";
import type { FpingReporterOptions } from "../../../report/fping/reporter_options.ts";
import type { RunOptions } from "../../../run/run_options.ts";
import { planRun } from "../../../run/run_plan.ts";
import { ExitCode } from "../../outcome.ts";
import type { CommandLine } from "../../options/option.ts";
import { runPingFrame } from "../../ping_frame.ts";
import type { System } from "../../system.ts";
import { FpingError } from "./complaint.ts";
import type { FPING_OPTIONS } from "./options.ts";
import { type FpingOptions, type FpingTargets, gatherFpingTargets } from "./targets.ts";
import { isIpv6Address } from "./words.ts";

const DEFAULT_TIMEOUT_MS = 500;
const MAX_DEFAULT_TIMEOUT_MS = 2000;
const MIN_TIMEOUT_MS = 0.001;
const MAX_BACKOFF = 5;
/** See {@linkcode groupMs}. */
const [CLOSE_MS, MANY_TARGETS, GROUP_MS] = [1, 64, 2] as const;

/**
 * Runs `fping` and returns the exit code.
 *
 * @throws {UsageError} The command line is wrong.
 */
export async function runFping(
  { options: all, operands, given }: CommandLine<typeof FPING_OPTIONS>,
  system: System,
): Promise<ExitCode> {
  // Of -c and -C the last one says how many.
  const last = [...given].findLast((name) => name === "count" || name === "vcount");
  const options = last === "count" && all.vcount !== undefined
    ? { ...all, vcount: all.count }
    : all;
  checkOptions(options);
  const list = await gatherFpingTargets(operands, options, system);
  if (list.targets.length === 0) {
    return list.problems.length > 0 ? ExitCode.Unresolved : ExitCode.Unanswered;
  }
  const planned = planRun(readFpingOptions(options, list.targets.length));
  // Its lines have raw timestamps and nothing that is computed from them, and its reporter sums round trips up.
  const plan = { ...planned, prober: { ...planned.prober, measures: false } };
  const reported = await readReporterOptions(options, list);
  let reporter: FpingReporter | undefined;
  return await runPingFrame({
    command: "fping",
    followsNames: options.loop && !options.all,
    asksTwice: true,
    isImmediate: true,
    write: options.write,
    plan,
    list,
    summaryEveryMs: modeOf(options) === "list" ? undefined : options.squiet?.everyMs || undefined,
    openReporter: (output, errors, stop) =>
      reporter = new FpingReporter(output, { ...reported, errors, stop }),
    chooseExitCode(usual) {
      const isEnough = reporter?.isEnough;
      if (isEnough !== undefined) return isEnough ? ExitCode.Ok : ExitCode.Unanswered;
      if (list.problems.length > 0) return usual;
      return reporter?.totals.alive === list.targets.length ? ExitCode.Ok : ExitCode.Unanswered;
    },
  }, system);
}

/** Count mode and loop mode are chosen by the options that name them. */
function modeOf(options: FpingOptions): FpingReporterOptions["mode"] {
  if (options.loop) return "loop";
  return countOf(options) === undefined ? "list" : "count";
}

/** `-c` and `-C` both count. */
function countOf({ count, vcount }: FpingOptions): number | undefined {
  return vcount ?? count;
}

/** Refusals in the words of fping. */
function checkOptions(options: FpingOptions): void {
  const mode = modeOf(options);
  if (options.ipv4 && options.ipv6) throw new FpingError("fping: can't specify both -4 and -6");
  if (options.name && options.rdns) throw new FpingError("fping: use either one of -d or -n");
  if (options.src !== undefined) readSource(options.src);
  if (options["icmp-timestamp"] && options.ipv6) {
    throw new FpingError("fping: ICMP Timestamp is IPv4 only");
  }
  const { ttl, size, backoff } = options;
  if (ttl > 255) throw new FpingError(`fping: ttl ${ttl} out of range`);
  if (options.unreach && options.alive) throw new FpingError("fping: specify only one of a, u");
  if (options.loop && countOf(options) !== undefined) {
    throw new FpingError("fping: specify only one of c, l");
  }
  if (options.json && mode === "list") {
    throw new FpingError("fping: option -J, --json requires -c, -C, or -l");
  }
  if (size !== undefined && size > 65_507) {
    throw new FpingError(`fping: data size ${size} not valid, must not be larger than 65507`);
  }
  if (backoff < 1 || backoff > MAX_BACKOFF) {
    throw new FpingError(
      `fping: backoff factor ${backoff.toFixed(1)} not valid, must be between 1.0 and 5.0`,
    );
  }
  if (options["icmp-timestamp"] && size !== undefined) {
    throw new FpingError("fping: cannot change ICMP Timestamp size");
  }
}

function readFpingOptions(options: FpingOptions, targetCount: number): RunOptions {
  const isList = modeOf(options) === "list";
  const { period, interval: spacingMs } = options;
  const timeoutMs = timeoutOf(options);
  const isEcho = !options["icmp-timestamp"];
  return {
    kind: isEcho ? "echo" : "timestamp",
    ttl: options.ttl,
    tos: options.tos,
    dontFragment: options.dontfrag,
    payload: isEcho ? payloadOf(options) : undefined,
    count: options.loop ? Infinity : countOf(options) ?? 1 + options.retry,
    intervalMs: isList ? timeoutMs : Math.max(period, spacingMs * targetCount),
    spacingMs,
    groupMs: groupMs(spacingMs, targetCount),
    timeoutMs,
    stopOnReply: isList,
    stopOnRefusal: true,
    backoff: options.backoff,
    interfaceName: options.iface || undefined,
    sourceAddress: options.src === undefined ? undefined : readSource(options.src),
    mark: options.fwmark,
    acceptsOtherSources: !options["check-source"],
    stampAt: options["stamp-at"],
    exactOriginate: true,
  };
}

/** Many targets less than a millisecond apart leave a few at a time: most of what such a run costs is waking up. */
function groupMs(spacingMs: number, targetCount: number): number {
  return spacingMs < CLOSE_MS && targetCount > MANY_TARGETS ? GROUP_MS : 0;
}

/** In count and loop mode the period, but for long ones. */
function timeoutOf(options: FpingOptions): number {
  const { timeout, period } = options;
  if (timeout !== undefined) return Math.max(timeout, MIN_TIMEOUT_MS);
  if (modeOf(options) === "list") return DEFAULT_TIMEOUT_MS;
  return Math.max(Math.min(period, MAX_DEFAULT_TIMEOUT_MS), MIN_TIMEOUT_MS);
}

/** Zeros, or random octets; undefined for the usual length, which begins with a cookie. */
function payloadOf({ size, random }: FpingOptions): Uint8Array | undefined {
  if (size === undefined && !random) return undefined;
  const payload = new Uint8Array(size ?? 56);
  const CHUNK = 65_536;
  for (let at = 0; random && at < payload.length; at += CHUNK) {
    crypto.getRandomValues(payload.subarray(at, at + CHUNK));
  }
  return payload;
}

/** Undefined for an IPv6 address, which is none for an IPv4 target. */
function readSource(text: string): number | undefined {
  const address = parseAddress(text);
  if (address !== undefined || isIpv6Address(text)) return address;
  throw new FpingError(`fping: can't parse source address: ${text}`);
}

/** What is printed, by the rules of fping: count mode overrides -a and -u, and a quiet loop is only quiet with -Q. */
async function readReporterOptions(
  options: FpingOptions,
  { targets, problems, words }: FpingTargets,
): Promise<Omit<FpingReporterOptions, "errors" | "stop">> {
  const mode = modeOf(options);
  const { alive, unreach, squiet, json, reachable } = options;
  const isQuiet = options.quiet || squiet !== undefined;
  const needed = options["fast-reachable"] ?? reachable;
  return {
    mode,
    isJson: json,
    form: await openForm(json, {
      time: options.timestamp ? options["timestamp-format"] ?? "unix" : undefined,
      nameWidth: targets.reduce((width, { label }) => Math.max(width, label.length), 0),
      outagePeriodMs: options.outage ? options.period : undefined,
    }),
    hasProbeLines: mode === "loop" ? !squiet?.everyMs : mode === "count" && !isQuiet,
    lists: mode !== "list"
      ? undefined
      : alive
      ? "alive"
      : unreach
      ? "unreachable"
      : needed !== undefined || isQuiet
      ? undefined
      : "both",
    isQuiet,
    hasElapsed: options.elapsed,
    hasEveryRtt: options.vcount !== undefined,
    hasStatistics: options.stats,
    printsTos: options["print-tos"],
    printsTtl: options["print-ttl"],
    netdata: options.netdata && squiet?.everyMs ? { everyMs: squiet.everyMs, words } : undefined,
    isCumulative: squiet?.isCumulative,
    reachable: needed === undefined
      ? undefined
      : { needed, endsRun: options["fast-reachable"] !== undefined },
    unknown: problems.length,
    timeoutMs: timeoutOf(options),
    backoff: mode === "list" ? options.backoff : 1,
  };
}

/** JSON is loaded only where it is printed. */
async function openForm(isJson: boolean, options: FormOptions): Promise<FpingForm> {
  if (!isJson) return new TextForm(options);
  const { JsonForm } = await import("../../../report/fping/json_form.ts");
  return new JsonForm(options);
}
