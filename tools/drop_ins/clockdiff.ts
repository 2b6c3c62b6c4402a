/** The section of docs/drop-ins.md about clockdiff, from the option table of the command. */

import { CLOCKDIFF_OPTIONS } from "../../src/cli/commands/clockdiff/options.ts";
import { describeDefault } from "../../src/cli/options/help.ts";
import type { OptionTable } from "../../src/cli/options/option.ts";
import { table } from "../markdown_table.ts";
import { code } from "./spelling.ts";

/** The words of iputils, where they are not the letter and name of the table; none for an option of ours. */
const THEIRS: Readonly<Record<string, string | undefined>> = {
  "ip-option": "-o",
  "three-term": "-o1",
  "time-format": "-T, --time-format=ctime|iso",
  "iso": "-I",
  "color": undefined,
  "help": "-h, --help",
  "version": "-V, --version",
};

/** Section of docs/drop-ins.md: clockdiff's options and ours. */
export function formatClockdiffSection(): string {
  const options: OptionTable = CLOCKDIFF_OPTIONS;
  const rows = Object.entries(options).flatMap(([name, option]) => {
    const theirs = THEIRS[name];
    return theirs === undefined ? [] : [[code(theirs), option.help + describeDefault(option)]];
  });
  return [
    "## clockdiff",
    "`icmptime clockdiff` is clockdiff of iputils 20221126: the same options, both forms of output, errors and exit codes. A test " +
    "runs both on the same hosts and compares every word; the offsets differ by a millisecond at most.",
    table(["clockdiff", "what it does"], rows),
    DIFFERENT,
  ].join("\n\n");
}

const DIFFERENT = `What is different:

- The offset is rounded from one known to microseconds, where clockdiff halves a difference of whole milliseconds.
- Its 50 probes leave as fast as replies come, and several may be on their way to a host that is far. A silent host is down after two to
  three seconds, where clockdiff takes eleven.
- A host nearer than a millisecond is not taken for down on a busy machine.
- A host whose timestamps do not keep time has no offset: exit code 1, where clockdiff prints one.
- Probes that the network refuses end with the words of the ICMP error.
- A wrong option is named in one line on standard error; the help is on standard output.

\`icmptime clock --fast HOST\` sends as quickly, and prints the offset with its bounds.`;
