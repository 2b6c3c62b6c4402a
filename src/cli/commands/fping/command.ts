/** `icmptime fping`: fping's words in, fping's lines out. */

import { parseAddress } from "../../../packet/mod.ts";
import { AliveReporter } from "../../../report/alive_reporter.ts";
import { FpingReporter } from "../../../report/fping_reporter.ts";
import type { RunOptions } from "../../../run/run_options.ts";
import { planRun } from "../../../run/run_plan.ts";
import { parseCommandLine } from "../../command_line.ts";
import { ExitCode } from "../../exit_code.ts";
import { FPING_COMMAND, FPING_OPTIONS } from "./options.ts";
import { formatHelp } from "../../help.ts";
import type { Parsed } from "../../option.ts";
import { print } from "../../print.ts";
import { gatherTargets, runSession } from "../../session.ts";
import type { System } from "../../system.ts";
import { UsageError } from "../../usage_error.ts";
import { VERSION } from "../../version.ts";

type FpingOptions = Parsed<typeof FPING_OPTIONS>;

const DEFAULT_INTERVAL_MS = 10;
const DEFAULT_PERIOD_MS = 1000;
const DEFAULT_TIMEOUT_MS = 500;
const MAX_DEFAULT_TIMEOUT_MS = 2000;
const DEFAULT_RETRIES = 3;
const DEFAULT_BACKOFF = 1.5;

/**
 * Runs `fping` and returns the exit code.
 *
 * @throws {UsageError} The command line is wrong.
 */
export async function runFping(words: readonly string[], system: System): Promise<ExitCode> {
  const { options, operands } = parseCommandLine(words, FPING_OPTIONS);
  if (options.help) return print(system, formatHelp(FPING_COMMAND));
  if (options.version) return print(system, `icmptime ${VERSION}, in place of fping\n`);
  if (options.loop && options.count !== undefined) {
    throw new UsageError("Cannot use --loop with --count: want one of them", "--loop");
  }
  if (options.alive && options.unreach) {
    throw new UsageError("Cannot use --alive with --unreach: want one of them", "--alive");
  }
  const list = await gatherTargets(operands, options.file, system, {
    allAddresses: options.all,
    skipsInvalidOperands: true,
    keepsDuplicates: true,
    keepsUnresolved: options.loop && !options.all,
  });
  if (list === undefined) return ExitCode.Unresolved;
  const many = options.loop || options.count !== undefined;
  return await runSession({
    command: "fping",
    asksAllAddresses: options.all,
    immediate: true,
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
  const periodMs = options.period ?? DEFAULT_PERIOD_MS;
  const spacingMs = options.interval ?? DEFAULT_INTERVAL_MS;
  const timeoutMs = options.timeout ??
    (many ? Math.min(periodMs, MAX_DEFAULT_TIMEOUT_MS) : DEFAULT_TIMEOUT_MS);
  const tries = 1 + (options.retry ?? DEFAULT_RETRIES);
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
    backoff: options.backoff ?? DEFAULT_BACKOFF,
    interfaceName: options.iface,
    sourceAddress: readSource(options.src),
    mark: options.fwmark,
    stampAt: options["stamp-at"] ?? "queue",
  };
}

function readSource(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const address = parseAddress(text);
  if (address !== undefined) return address;
  throw new UsageError(`Cannot send from ${text}: want an IPv4 address`, "--src", text);
}
