/** Options of `scan` that end it early, and those that describe it for others: named as zmap names them. */

import type { OptionTable } from "../../options/option.ts";
import { duration, integer, text } from "../../options/values.ts";
import { jsonValue, percentage } from "./values.ts";

const DAY_MS = 86_400_000;
const MAX = Number.MAX_SAFE_INTEGER;

/** What ends a scan, or lets it try again. */
export const LIMIT_OPTIONS = {
  echo: { help: "Send ICMP echo requests instead", group: "Scan" },
  retries: {
    value: integer("N", 0, 1000),
    help: "Send a probe that the kernel refuses up to N more times",
    group: "Scan",
    default: 0,
  },
  "max-results": {
    short: "N",
    value: integer("N", 1, MAX),
    help: "End once N hosts that replied have been printed",
    group: "Scan",
  },
  "max-runtime": {
    value: duration(1, 366 * DAY_MS),
    help: "Send no longer than this",
    group: "Scan",
  },
  "min-hitrate": {
    value: percentage(),
    help: "End if fewer hosts reply than this share",
    group: "Scan",
  },
} as const satisfies OptionTable;

/** What is written about a scan beside its records. */
export const REPORT_OPTIONS = {
  notes: {
    value: text("TEXT"),
    help: "Write this text into the file of --metadata",
    group: "Output",
  },
  "user-metadata": {
    value: jsonValue(),
    help: "Write this JSON into the file of --metadata",
    group: "Output",
  },
  "status-updates-file": {
    value: text("FILE", "file"),
    fileUse: "write",
    help: "Write the progress to FILE each second, as CSV",
    group: "Output",
  },
} as const satisfies OptionTable;
