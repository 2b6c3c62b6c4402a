/** The section of docs/drop-ins.md about zmap: its options and fields, and those of `scan` in their place. */

import { SCAN_OPTIONS } from "../../src/cli/commands/scan/options.ts";
import { SCAN_REPLY_FIELDS } from "../../src/record/scan_record.ts";
import { table } from "../markdown_table.ts";
import { code, spellNamed } from "./spelling.ts";

/** An option of zmap 2.1, the names of ours in its place, and what is otherwise. */
type Row = readonly [zmap: string, ours: readonly string[], note?: string];

const OPTIONS: readonly Row[] = [
  ["-M icmp_echoscan", ["echo"], "without it `scan` asks for the time"],
  ["-w, --whitelist-file", ["file"]],
  ["-b, --blacklist-file", ["exclude-file"], "reserved blocks are left out without a list"],
  ["-o, --output-file", ["output"], "appends"],
  ["-f, --output-fields", ["fields"]],
  [
    "-O, --output-module",
    ["format"],
    "`csv`, `json`; `text` is the addresses that replied, zmap's default",
  ],
  [
    "--output-filter",
    ["output-filter"],
    "also `!`, names of flags, and fields that are true or not",
  ],
  ["--list-output-fields", ["list-fields"]],
  ["-r, --rate", ["rate"], "also `50k`, `1.5M`, `max`"],
  ["-B, --bandwidth", ["bandwidth"]],
  ["-n, --max-targets", ["max-targets"], "also `1%`, as there"],
  ["-N, --max-results", ["max-results"], "counts what is printed"],
  ["-t, --max-runtime", ["max-runtime"], "`-t` is the time to live here"],
  ["-P, --probes", ["probes-per-target"]],
  ["-c, --cooldown-time", ["cooldown"], "4 s by default"],
  ["-e, --seed", ["seed"]],
  ["--shards, --shard", ["shard"], "`--shard 1/8` is `--shards=8 --shard=0`"],
  ["--retries", ["retries"], "0 by default; a full queue is waited for without counting"],
  ["--min-hitrate", ["min-hitrate"], "in percent"],
  ["-d, --dryrun", ["dry-run", "pcap"], "prints every field, or writes a capture"],
  ["-S, --source-ip", ["source-ip"], "at most 64 addresses"],
  ["-i, --interface", ["interface"]],
  ["-G, --gateway-mac", ["gateway-mac"]],
  ["-X, --vpn", ["raw-socket"]],
  ["-T, --sender-threads", ["sender-threads"]],
  ["-m, --metadata-file", ["metadata"]],
  ["--notes", ["notes"]],
  ["--user-metadata", ["user-metadata"]],
  ["-u, --status-updates-file", ["status-updates-file"], "columns of ours"],
  ["-q, --quiet", ["quiet"]],
  ["-C, --config", ["config"], "names of our options; no file is read unasked"],
  ["--ignore-invalid-hosts", [], "always so in files: a bad line is reported, exit code 2"],
  ["-v, -l, -L, --disable-syslog", [], "nothing is logged; warnings are on standard error"],
  ["--cores, --max-sendto-failures, --source-mac", [], "not here"],
  ["-p, -s, --probe-args", [], "there are no ports"],
];

const FIELDS: readonly (readonly [zmap: string, ours: string])[] = [
  ["saddr", "address"],
  ["ipid", "ip_id"],
  ["ttl", "ttl"],
  ["icmp-id", "identifier"],
  ["seq", "sequence"],
  ["timestamp-str", "time_iso"],
  ["timestamp-ts, timestamp-us", "time"],
  ["repeat = 1", "flags = duplicate"],
  ["success = 1", "type = reply"],
];

/** Section of docs/drop-ins.md: zmap's options and fields, and ours. */
export function formatZmapSection(): string {
  const known = new Set([...SCAN_REPLY_FIELDS.map(({ name }) => name), "type"]);
  for (const [, ours] of FIELDS) {
    const name = ours.split(" ")[0] ?? "";
    if (!known.has(name)) throw new Error(`Cannot list ${name}: scan has no such field`);
  }
  return [
    "## zmap",
    "`icmptime scan` is no zmap: it asks for the time, and has its own words. What a zmap user looks for:",
    table(
      ["zmap 2.1", "icmptime scan", "what is otherwise"],
      OPTIONS.map(([zmap, ours, note = ""]) => [
        code(zmap),
        ours.map((name) => spellNamed(SCAN_OPTIONS, name)).join(", "),
        note,
      ]),
    ),
    "Fields, and what a filter says in their place:",
    table(["zmap 2.1", "icmptime scan"], FIELDS.map((row) => row.map(code))),
    FILTERS,
  ].join("\n\n");
}

const FILTERS =
  `\`--output-filter\` and \`--fail-if\` have one language. Comparisons are \`>\`, \`<\`, \`>=\`, \`<=\`, \`=\` (or \`==\`) and \`!=\`; they
are joined by \`&&\`, \`||\`, \`!\` and parentheses, \`&&\` before \`||\`. A name alone is true where its field is there and not zero, empty
or false; the name of a flag is true where the record has it. \`flags\` alone does not count \`tick-assumed\`, which each timestamp reply of
a scan has. Text with blanks stands in quotes. What a record does not have is unknown: \`!\` leaves that unknown, \`&&\` is false where one
side is, \`||\` true where one side is. A filter passes what is true; \`--fail-if\` counts what is unknown as true, since a host that says
nothing must not pass. An error names the character at which it is.

\`\`\`sh
icmptime scan --json --output-filter 'rtt_ms < 50 && !flags' 10.0.0.0/16
icmptime scan --output-filter 'offset_ms > 1000 || offset_ms < -1000' 10.0.0.0/16
icmptime -c 20 --fail-if 'loss>5% || rtt.p95>50ms && !(offset<100ms)' host
\`\`\``;
