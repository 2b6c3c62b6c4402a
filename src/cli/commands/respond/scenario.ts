/** The scenario of a run: from the options, and from a file. */

import type { Scenario } from "../../../respond/scenario.ts";
import { readScenario } from "../../../respond/scenario_file.ts";
import { shortText } from "../../../terminal/safe_text.ts";
import { readShortFile } from "../../files.ts";
import type { Parsed } from "../../options/option.ts";
import { printError, UsageError } from "../../outcome.ts";
import type { System } from "../../system.ts";
import { readHostOptions } from "./host_options.ts";
import type { RESPOND_OPTIONS } from "./options.ts";

/** Largest file of a scenario, in bytes. */
const MAX_FILE_BYTES = 64 << 20;
/** Mistakes that are printed one by one. */
const MAX_PRINTED = 20;

/**
 * The scenario; undefined after one line for each mistake in its file. What the command line says of every host counts more than
 * what the file says of every host, and less than what it says of some.
 *
 * @param isSeedGiven the seed of the options counts, not that of the file
 * @throws {UsageError} The file cannot be read, or is no JSON.
 */
export async function chooseScenario(
  options: Parsed<typeof RESPOND_OPTIONS>,
  isSeedGiven: boolean,
  system: Pick<System, "readBytes" | "stderr">,
): Promise<Scenario | undefined> {
  const everyHost = readHostOptions(options);
  const path = options.scenario;
  if (path === undefined) return { seed: options.seed, everyHost, rules: [] };
  const name = path === "-" ? "standard input" : shortText(path);
  const { scenario, problems } = readScenario(
    parseJson(await readShortFile(path, MAX_FILE_BYTES, system), name),
  );
  for (const { path: place, message } of problems.slice(0, MAX_PRINTED)) {
    const where = place === "" ? "" : `${place}: `;
    printError(system, `Cannot use ${name}: ${where}${message}`);
  }
  if (problems.length > MAX_PRINTED) {
    printError(system, `Cannot use ${name}: ${problems.length - MAX_PRINTED} more mistakes`);
  }
  if (problems.length > 0) return undefined;
  return {
    seed: isSeedGiven ? options.seed : scenario.seed,
    everyHost: { ...scenario.everyHost, ...everyHost },
    rules: scenario.rules,
  };
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Cannot use ${name}: no JSON: ${shortText(reason)}`);
  }
}
