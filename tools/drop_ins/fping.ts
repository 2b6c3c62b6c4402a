/** The section of docs/drop-ins.md about fping, from the option table of the command. */

import { FPING_OPTIONS } from "../../src/cli/commands/fping/options.ts";
import { describeDefault } from "../../src/cli/options/help.ts";
import type { Option, OptionTable } from "../../src/cli/options/option.ts";
import { table } from "../markdown_table.ts";

/** Options that are not fping's. */
const OURS: ReadonlySet<string> = new Set(["stamp-at", "write", "color"]);
/** Options of later versions than Debian's 5.1. */
const LATER: Readonly<Record<string, string>> = {
  "check-source": "5.3",
  "fast-reachable": "5.2",
  "fwmark": "5.2",
  "icmp-timestamp": "5.3",
  "json": "5.5",
  "print-tos": "5.3",
  "print-ttl": "5.3",
  "seqmap-timeout": "5.5",
  "timestamp-format": "5.3",
};
/** What is otherwise here. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  "ipv4": "always so",
  "ipv6": "every target is reported as one that cannot be probed",
  "interval": "also `1s`, `200ms`",
  "period": "also `1s`, `200ms`",
  "seqmap-timeout": "accepted, without effect",
  "src": "an IPv6 address is without effect",
  "select-timeout": "accepted, without effect; fping has the letter alone",
  "timeout": "also `1s`, `200ms`",
  "version": "our own version follows",
};

/** Section of docs/drop-ins.md: fping's options and ours. */
export function formatFpingSection(): string {
  const options: OptionTable = FPING_OPTIONS;
  const rows = Object.entries(options).filter(([name]) => !OURS.has(name));
  return [
    "## fping",
    "`icmptime fping` is fping 5.5 for IPv4: the same options, lines, streams and exit codes. A test runs hundreds of command " +
    "lines with both programs and compares what they print, word by word.",
    table(
      ["fping", "what it does", "since", "here"],
      rows.map(([name, option]) => [
        spell(name, option),
        option.help + describeDefault(option),
        LATER[name] ?? "",
        DIFFERENCES[name] ?? "the same",
      ]),
    ),
    `Not in fping: ${Object.keys(options).filter((name) => OURS.has(name)).map(code).join(", ")}.`,
    DIFFERENT,
  ].join("\n\n");
}

const DIFFERENT = `What is different:

- An IPv6 target, a name that has IPv6 addresses alone, and a multicast, broadcast or unspecified address are reported as an unknown name
  is, and the others are probed: exit code 2.
- An ICMP error ends its probe: \`timed out\` follows it at once, not after the timeout.
- SIGTERM and SIGHUP end a run as SIGINT does, with its summaries.
- The value of an option that cannot be used is named in one line, where fping prints its help. The exit code is 1 in both.
- A number beyond 32 bits is refused, and a time of more than 292 years; fping takes what is left of it.
- The command line is read to its end before \`-v\` or \`-h\` is obeyed: a wrong option after them is an error.
- When the reader of standard output has gone, the run ends with its summaries, where SIGPIPE kills fping. When standard output cannot be
  written, the exit code is 4.
- With \`-l\` a name that does not resolve is reported and looked up again while the run goes on.
- With \`-i\` below 1 and more than 64 targets, what is due within 2 ms leaves together.
- It costs more: 0.05 s of processor time and 58 MB to start. With three probes to each of 2000 hosts of one machine (\`-q -c 3 -i 0.2\`) it took
  0.30 s and 81 MB where fping took 0.23 s and 14 MB, the kernel's answers included: medians of 11 runs in turns on an idle machine of two cores.
- Round-trip times come from kernel stamps at both ends: they are a few hundredths of a millisecond shorter.`;

function spell(name: string, { short, value }: Option<unknown>): string {
  const long = name === "select-timeout" ? [] : [`--${name}`];
  const letters = short === undefined ? [] : [`-${short}`];
  const metavar = value === undefined ? "" : `=${value.metavar}`;
  const words = [...letters, ...long].join(", ");
  return code(long.length === 0 ? `${words} ${value?.metavar}` : words + metavar);
}

function code(text: string): string {
  return `\`${text.startsWith("-") ? text : `--${text}`}\``;
}
