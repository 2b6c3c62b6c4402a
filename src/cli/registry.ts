/**
 * The commands, one row each. Dispatch, help, completions, the man page and the documents of the records follow from
 * it. A command's table and code are loaded only when they are used: start-up time is part of the tool.
 */

import type { CommandLine, CommandSpec, OptionTable } from "./options/option.ts";
import type { ExitCode } from "./outcome.ts";
import type { System } from "./system.ts";

/**
 * Carries out a command with the options and operands that were given.
 *
 * @throws {UsageError} Options or operands that cannot be used.
 */
export type CommandRunner<T extends OptionTable> = (
  line: CommandLine<T>,
  system: System,
) => ExitCode | Promise<ExitCode>;

/** A command, whose parts are loaded when it is asked for. */
export interface Command {
  /** Word on the command line. */
  readonly name: string;
  /** Loads what it is: options, help. */
  readonly spec: () => Promise<CommandSpec>;
  /** Loads what it does; to be called with options that were parsed by its own table. */
  readonly load: () => Promise<CommandRunner<OptionTable>>;
}

/** The commands in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
  row(
    "ping",
    async () => (await import("./commands/ping/options.ts")).PING_COMMAND,
    async () => (await import("./commands/ping/command.ts")).runPing,
  ),
  row(
    "clock",
    async () => (await import("./commands/clock/options.ts")).CLOCK_COMMAND,
    async () => (await import("./commands/clock/command.ts")).runClock,
  ),
  row(
    "watch",
    async () => (await import("./commands/watch/options.ts")).WATCH_COMMAND,
    async () => (await import("./commands/watch/command.ts")).runWatch,
  ),
  row(
    "audit",
    async () => (await import("./commands/audit/options.ts")).AUDIT_COMMAND,
    async () => (await import("./commands/audit/command.ts")).runAudit,
  ),
  row(
    "trace",
    async () => (await import("./commands/trace/options.ts")).TRACE_COMMAND,
    async () => (await import("./commands/trace/command.ts")).runTrace,
  ),
  row(
    "report",
    async () => (await import("./commands/report/options.ts")).REPORT_COMMAND,
    async () => (await import("./commands/report/command.ts")).runReport,
  ),
  row(
    "exporter",
    async () => (await import("./commands/exporter/options.ts")).EXPORTER_COMMAND,
    async () => (await import("./commands/exporter/command.ts")).runExporter,
  ),
  row(
    "fping",
    async () => (await import("./commands/fping/options.ts")).FPING_COMMAND,
    async () => (await import("./commands/fping/command.ts")).runFping,
  ),
  row(
    "tsping",
    async () => (await import("./commands/tsping/options.ts")).TSPING_COMMAND,
    async () => (await import("./commands/tsping/command.ts")).runTsping,
  ),
  row(
    "clockdiff",
    async () => (await import("./commands/clockdiff/options.ts")).CLOCKDIFF_COMMAND,
    async () => (await import("./commands/clockdiff/command.ts")).runClockdiff,
  ),
  row(
    "scan",
    async () => (await import("./commands/scan/options.ts")).SCAN_COMMAND,
    async () => (await import("./commands/scan/command.ts")).runScan,
  ),
  row(
    "decode",
    async () => (await import("./commands/decode/options.ts")).DECODE_COMMAND,
    async () => (await import("./commands/decode/command.ts")).runDecode,
  ),
  row(
    "respond",
    async () => (await import("./commands/respond/options.ts")).RESPOND_COMMAND,
    async () => (await import("./commands/respond/command.ts")).runRespond,
  ),
  row(
    "doctor",
    async () => (await import("./commands/doctor/options.ts")).DOCTOR_COMMAND,
    async () => (await import("./commands/doctor/command.ts")).runDoctor,
  ),
  row(
    "completions",
    async () => (await import("./commands/completions/options.ts")).COMPLETIONS_COMMAND,
    async () => (await import("./commands/completions/command.ts")).runCompletions,
  ),
  row(
    "help",
    async () => (await import("./commands/help/options.ts")).HELP_COMMAND,
    async () => (await import("./commands/help/command.ts")).runHelp,
  ),
];

/** Loads the specs of all commands. */
export function loadSpecs(): Promise<readonly CommandSpec[]> {
  return Promise.all(COMMANDS.map(({ spec }) => spec()));
}

/** A row whose code takes what its table gives. */
function row<T extends OptionTable>(
  name: string,
  spec: () => Promise<CommandSpec<T>>,
  load: () => Promise<CommandRunner<T>>,
): Command {
  return { name, spec, load } as unknown as Command;
}
