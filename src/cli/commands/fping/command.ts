/** `icmptime fping`: fping's words in, fping's lines out. */

import { parseAddress } from "../../../packet/mod.ts";
import { AliveReporter } from "../../../report/alive_reporter.ts";
import { FpingReporter } from "../../../report/fping_reporter.ts";
import { parseCommandLine } from "../../command_line.ts";
import { ExitCode } from "../../exit_code.ts";
import { FPING_COMMAND, FPING_OPTIONS } from "./options.ts";
import { formatHelp } from "../../help.ts";
import type { Parsed } from "../../option.ts";
import { DEFAULT_PING_OPTIONS, planPing } from "../ping/plan.ts";
import { print } from "../../print.ts";
import { gatherTargets, runSession } from "../../session.ts";
import type { System } from "../../system.ts";
import { UsageError } from "../../usage_error.ts";
import { VERSION } from "../../version.ts";

type FpingOptions = Parsed<typeof FPING_OPTIONS>;

const DEFAULT_INTERVAL_MS = 10;
const DEFAULT_PERIOD_MS = 1000;
const DEFAULT_TIMEOUT_MS = 500;
const LONGEST_DEFAULT_TIMEOUT_MS = 2000;

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
    plan: planFping(options, list.targets.length),
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

function planFping(options: FpingOptions, targetCount: number): ReturnType<typeof planPing> {
  const many = options.loop || options.count !== undefined;
  const periodMs = options.period ?? DEFAULT_PERIOD_MS;
  const spacingMs = options.interval ?? DEFAULT_INTERVAL_MS;
  const timeoutMs = options.timeout ??
    (many ? Math.min(periodMs, LONGEST_DEFAULT_TIMEOUT_MS) : DEFAULT_TIMEOUT_MS);
  if (options.src !== undefined && parseAddress(options.src) === undefined) {
    throw new UsageError(
      `Cannot send from ${options.src}: want an IPv4 address`,
      "--src",
      options.src,
    );
  }
  const plan = planPing({
    ...DEFAULT_PING_OPTIONS,
    echo: !options["icmp-timestamp"],
    "stamp-at": options["stamp-at"] ?? "queue",
    count: options.count,
    loop: options.loop,
    interval: many ? Math.max(periodMs, spacingMs * targetCount) : timeoutMs,
    spacing: spacingMs,
    timeout: timeoutMs,
    retries: many ? undefined : options.retry ?? 3,
    ttl: options.ttl,
    tos: options.tos,
    interface: [options.iface, options.src].filter((word) => word !== undefined),
    mark: options.fwmark,
    "path-mtu": options.dontfrag ? "do" : undefined,
    payload: options["icmp-timestamp"] || options.size === undefined
      ? undefined
      : new Uint8Array(options.size),
  });
  const { prober } = plan;
  if (options.backoff === undefined || many) return plan;
  return { ...plan, prober: { ...prober, backoff: options.backoff } };
}
