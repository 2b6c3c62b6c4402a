/** The section of docs/drop-ins.md about tsping, from the option table of the command. */

import { TSPING_OPTIONS } from "../../src/cli/commands/tsping/options.ts";
import { describeDefault } from "../../src/cli/options/help.ts";
import type { OptionTable } from "../../src/cli/options/option.ts";
import { table } from "../markdown_table.ts";
import { code, spellOption } from "./spelling.ts";

/** Options that are not tsping's. */
const OURS: ReadonlySet<string> = new Set(["stamp-at", "write", "color"]);

/** Section of docs/drop-ins.md: tsping's options and ours. */
export function formatTspingSection(): string {
  const options: OptionTable = TSPING_OPTIONS;
  const rows = Object.entries(options).filter(([name]) => !OURS.has(name)).map((
    [name, option],
  ) => [spellOption(name, option), option.help + describeDefault(option)]);
  const ours = Object.keys(options).filter((name) => OURS.has(name));
  return [
    "## tsping",
    "`icmptime tsping` takes tsping's options and prints its lines: the first line on standard error, one line for each reply on " +
    "standard output, until it is interrupted or killed by SIGQUIT.",
    table(["tsping", "what it does"], rows),
    `Not in tsping: ${ours.map((name) => code(`--${name}`)).join(", ")}.`,
    DIFFERENT,
  ].join("\n\n");
}

const DIFFERENT = `What is different:

- Differences of timestamps are right across midnight.
- A reply whose timestamps cannot be used has no line; the host is named once on standard error.
- Replies that come in a burst are not lost.
- Names are taken as well as addresses.
- \`--sleep-time 0\` waits a millisecond.`;
