/** The options of `report`. */

import type { CommandSpec, OptionTable } from "../../options/option.ts";
import { GENERAL_OPTIONS } from "../../options/shared_options.ts";
import { choice, integer, text, unixTime } from "../../options/values.ts";

/** Table of the options of `report`. */
export const REPORT_OPTIONS = {
  output: {
    short: "o",
    value: text("FILE", "file"),
    fileUse: "write",
    help: "Write the report to FILE, replacing what it holds",
    group: "Output",
    defaultText: "standard output",
  },
  format: {
    value: choice("FORMAT", ["html", "markdown", "svg"]),
    help: "Write html, markdown or svg",
    group: "Output",
    default: "html",
  },
  title: {
    value: text("TEXT"),
    help: "Use this heading",
    group: "Output",
    defaultText: "what the log is",
  },
  from: { value: unixTime(), help: "Leave out records before TIME", group: "Output" },
  to: { value: unixTime(), help: "Leave out records from TIME on", group: "Output" },
  "max-targets": {
    value: integer("N", 1, 200),
    help: "Show charts of the N targets with most to report",
    group: "Output",
    default: 20,
  },
  ...GENERAL_OPTIONS,
} as const satisfies OptionTable;

/** `icmptime report`: its usage, options, and the rules between them. */
export const REPORT_COMMAND: CommandSpec<typeof REPORT_OPTIONS> = {
  name: "report",
  summary: "Make a page with charts from the JSON Lines of other commands",
  operands: "FILE...",
  completeOperand: "file",
  description: [
    "Reads the JSON Lines of ping, clock, scan and audit, also gzipped, and makes one HTML page: what was found in " +
    "words, then charts, tables, oddities and events. FILE may be - for standard input. The page needs nothing else " +
    "and asks for nothing: it can be mailed and kept. Needs no privileges and no network.",
    "Logs of any length are read in bounded memory. Charts keep the least and greatest value of each point. Lines that " +
    "are no records are counted, reported and left out.",
  ],
  options: REPORT_OPTIONS,
  exitCodes: [
    [0, "The report was written"],
    [1, "No record was found, or a file could not be read to its end"],
    [3, "The command line is wrong, or a file cannot be read"],
    [4, "The report cannot be written"],
  ],
  examples: [
    ["icmptime report day.jsonl -o day.html", "make a page of one day"],
    [
      "icmptime ping --json -c 100 192.0.2.7 | icmptime report - -o page.html",
      "make a page of one run",
    ],
    [
      "icmptime report --format markdown --from 2026-11-27T10:00Z day.jsonl",
      "make Markdown for a ticket, from 10:00 on",
    ],
  ],
};
