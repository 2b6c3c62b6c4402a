/** From argv to exit code: finds the command, gives it the machine, and turns what goes wrong into one line. */

import { setColorEnabled } from "../terminal/color.ts";
import { checkTogether, parseCommandLine } from "./options/command_line.ts";
import type { CommandLine, CommandSpec, OptionTable, Parsed } from "./options/option.ts";
import {
  ExitCode,
  isSystemError,
  printComplaint,
  printError,
  UsageError,
  VERSION,
} from "./outcome.ts";
import { privilegeHint } from "./privileges.ts";
import { type Command, COMMANDS } from "./registry.ts";
import type { System } from "./system.ts";

/** Longest wait for the name server before a word like a command is taken for one. */
const NAME_WAIT_MS = 1000;

/** Runs the command that the words name. Rejects for a fault of the program alone. */
export async function dispatch(args: readonly string[], system: System): Promise<ExitCode> {
  try {
    return await runNamed(args, system);
  } catch (error) {
    return explain(error, system);
  }
}

async function runNamed(args: readonly string[], system: System): Promise<ExitCode> {
  const [first = "", ...rest] = args;
  if (args.length === 0) return (await import("./commands/help/command.ts")).showUsage(system);
  const named = COMMANDS.find(({ name }) => name === first);
  const isHelp = first === "--help" || first === "-h";
  const command = named ?? COMMANDS.find(({ name }) => name === (isHelp ? "help" : "ping"));
  if (command === undefined) throw new TypeError("Cannot run ping: it is not in the registry");
  if (named === undefined) await checkMistyped(first, system);
  const words = named !== undefined || isHelp ? rest : args;
  const spec = await command.spec();
  try {
    return await runWords(command, spec, words, system, named === undefined ? first : undefined);
  } catch (error) {
    const complaint = error instanceof Error ? spec.complain?.(error) : undefined;
    if (complaint === undefined) throw error;
    printComplaint(system, complaint);
    return complaint.exitCode;
  }
}

/** Runs a command; `first` is the first word of all where no command is named. */
async function runWords(
  command: Command,
  spec: CommandSpec,
  words: readonly string[],
  system: System,
  first: string | undefined,
): Promise<ExitCode> {
  const isUnnamed = first !== undefined;
  const line = parseWords(words, spec, isUnnamed);
  const text = await informativeText(spec, line.options);
  if (text !== undefined) return (await import("./output/output_file.ts")).printText(system, text);
  checkTogether(spec, line);
  const [operand] = line.operands;
  if (isUnnamed && operand !== undefined && operand !== first) {
    await checkMistyped(operand, system);
  }
  chooseColor(line.options);
  await checkFiles(spec.options, line, system);
  const run = await command.load();
  return await run(line, system);
}

/**
 * Parses the words; where no command is named but one stands among the words, the error says that it goes first.
 *
 * @throws {UsageError} The words are not right.
 */
function parseWords(
  words: readonly string[],
  { options }: CommandSpec,
  isUnnamed: boolean,
): CommandLine<OptionTable> {
  try {
    return parseCommandLine(words, options);
  } catch (error) {
    const late = COMMANDS.find(({ name }) => words.includes(name));
    if (!isUnnamed || late === undefined || !(error instanceof UsageError)) throw error;
    throw new UsageError(
      `${error.message}; to run ${late.name}, begin with 'icmptime ${late.name}'`,
    );
  }
}

/**
 * Looks at the files that options name; a command line without any does not load that.
 *
 * @throws {UsageError} One of them is used for two things.
 */
async function checkFiles(
  options: OptionTable,
  line: CommandLine<OptionTable>,
  system: System,
): Promise<void> {
  if (![...line.given].some((name) => options[name]?.fileUse !== undefined)) return;
  const { checkDistinctFiles } = await import("./options/distinct_files.ts");
  checkDistinctFiles(options, line, system);
}

/** Applies `--color` over what suits standard output; a file of `-o` gets colours only by `--color always`. */
function chooseColor({ color, output }: Readonly<Record<string, unknown>>): void {
  const isFile = output !== undefined && output !== "-";
  if (color !== "auto") setColorEnabled(color === "always");
  else if (isFile) setColorEnabled(false);
}

/** The text of `--help`, `--usage`, `--version` or `--list-fields`; undefined where none of them is given. */
async function informativeText(
  spec: CommandSpec,
  options: Parsed<OptionTable>,
): Promise<string | undefined> {
  if (options.help) {
    const { formatHelp, helpColumns } = await import("./options/help.ts");
    return formatHelp(spec, helpColumns());
  }
  if (options.usage) {
    const { formatUsage, helpColumns } = await import("./options/help.ts");
    return formatUsage(spec, helpColumns());
  }
  if (options.version) return `${spec.versionText?.(VERSION) ?? `icmptime ${VERSION}`}\n`;
  if (!options["list-fields"] || spec.loadFields === undefined) return undefined;
  const tables = await spec.loadFields();
  return (await import("./options/field_list.ts")).formatFieldList(tables);
}

/**
 * Looks at the first word that is no option: it may be a mistyped command, or a command after its options. A word that
 * is like no command costs no time.
 *
 * @throws {UsageError} It is like a command, and no host of that name is found soon.
 */
async function checkMistyped(word: string, system: System): Promise<void> {
  if (!/^[a-z]{3,}$/i.test(word)) return;
  const lower = word.toLowerCase();
  const meant = COMMANDS.find(({ name }) => sortLetters(name) === sortLetters(lower)) ??
    COMMANDS.find(({ name }) => isOneEdit(lower, name)) ??
    COMMANDS.find(({ name }) => lower.length > 3 && name.startsWith(lower));
  if (meant === undefined || await isHost(word, system)) return;
  throw new UsageError(`No host '${word}'; did you mean 'icmptime ${meant.name}'?`);
}

/** Whether a name resolves within {@linkcode NAME_WAIT_MS}. */
async function isHost(name: string, { resolver }: System): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), NAME_WAIT_MS);
  });
  const found = resolver.resolve(name).then(({ ok }) => ok);
  const isFound = await Promise.race([found, late]);
  clearTimeout(timer);
  return isFound;
}

function sortLetters(word: string): string {
  return [...word].sort().join("");
}

/** Whether one letter is missing, too many or another one. */
function isOneEdit(word: string, command: string): boolean {
  const [short, long] = [command, word].sort((a, b) => a.length - b.length) as [string, string];
  if (long.length - short.length > 1) return false;
  let start = 0;
  while (start < short.length && short[start] === long[start]) start++;
  const rest = long.slice(start + 1);
  return rest === short.slice(start) || rest === short.slice(start + 1);
}

function isUsageError(error: unknown): error is Error {
  return error instanceof UsageError || error instanceof Error && error.name === "PlanError";
}

function explain(error: unknown, system: System): ExitCode {
  if (isUsageError(error)) {
    printError(system, error.message);
    return ExitCode.Usage;
  }
  if (error instanceof Deno.errors.BrokenPipe) return ExitCode.Ok;
  if (error instanceof Deno.errors.NotCapable) {
    printError(system, `${error.message} (Deno was started without that permission)`);
    return ExitCode.System;
  }
  if (isSystemError(error)) {
    printError(system, `${error.message}${privilegeHint(error, system.diagnostics)}`);
    return ExitCode.System;
  }
  throw error;
}
