/** `icmptime fping`: fping's words in, fping's lines out. */

import { parseAddress } from "../../../packet/mod.ts";
import { AliveReporter } from "../../../report/alive_reporter.ts";
import { FpingReporter } from "../../../report/fping_reporter.ts";
import type { RunOptions } from "../../../run/run_options.ts";
import { planRun } from "../../../run/run_plan.ts";
import { ExitCode, UsageError } from "../../outcome.ts";
import type { FPING_OPTIONS } from "./options.ts";
import type { CommandLine, Parsed } from "../../options/option.ts";
import { gatherTargets } from "../../targets/gather_targets.ts";
import { runPingFrame } from "../../ping_frame.ts";
import type { System } from "../../system.ts";

type FpingOptions = Parsed<typeof FPING_OPTIONS>;

const DEFAULT_TIMEOUT_MS = 500;
const MAX_DEFAULT_TIMEOUT_MS = 2000;

/**
 * Runs `fping` and returns the exit code.
 *
 * @throws {UsageError} The command line is wrong.
 */
export async function runFping(
  { options, operands }: CommandLine<typeof FPING_OPTIONS>,
  system: System,
): Promise<ExitCode> {
  const list = await gatherTargets(operands, options.file, system, {
    allAddresses: options.all,
    skipsInvalidOperands: true,
    keepsDuplicates: true,
    keepsUnresolved: options.loop && !options.all,
  });
  if (list === undefined) return ExitCode.Unresolved;
  const many = options.loop || options.count !== undefined;
  return await runPingFrame({
    command: "fping",
    followsNames: !options.all,
    isImmediate: true,
    write: options.write,
    plan: planRun(readFpingOptions(options, list.targets.length)),
    list,
    openReporter: (output, errors) =>
      many
        ? new FpingReporter(output, {
          timestamps: options.timestamp,
          quiet: options.quiet,
          nameWidth: list.targets.reduce((width, { label }) => Math.max(width, label.length), 0),
          errors,
        })
        : new AliveReporter(output, {
          alive: options.alive,
          unreachable: options.unreach,
          silent: options.quiet,
          tellErrors: !options.quiet,
          errors,
        }),
  }, system);
}

function readFpingOptions(options: FpingOptions, targetCount: number): RunOptions {
  const many = options.loop || options.count !== undefined;
  const periodMs = options.period;
  const spacingMs = options.interval;
  const timeoutMs = options.timeout ??
    (many ? Math.min(periodMs, MAX_DEFAULT_TIMEOUT_MS) : DEFAULT_TIMEOUT_MS);
  const tries = 1 + options.retry;
  const isEcho = !options["icmp-timestamp"];
  return {
    kind: isEcho ? "echo" : "timestamp",
    ttl: options.ttl,
    tos: options.tos,
    dontFragment: options.dontfrag,
    payload: isEcho && options.size !== undefined ? new Uint8Array(options.size) : undefined,
    count: options.loop ? Infinity : options.count ?? tries,
    intervalMs: many ? Math.max(periodMs, spacingMs * targetCount) : timeoutMs,
    spacingMs,
    timeoutMs,
    stopOnReply: !many,
    backoff: options.backoff,
    interfaceName: options.iface,
    sourceAddress: readSource(options.src),
    mark: options.fwmark,
    stampAt: options["stamp-at"],
  };
}

function readSource(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const address = parseAddress(text);
  if (address !== undefined) return address;
  throw new UsageError(`Cannot send from ${text}: expected an IPv4 address`);
}
