/**
 * `deno task docs [--check]`: makes docs/output.md, its JSON Schema, docs/behaviours.md, docs/drop-ins.md,
 * docs/metrics.md and docs/packets.md
 * from the tables and printers that the program works with. With `--check` it only reports, by exit code 1, that one of them is out of date.
 */

import {
  COMMAND_RECORDS,
  csvColumns,
  describeField,
  type FieldDescription,
} from "../src/record/registry.ts";
import { FLAG_MEANINGS } from "../src/record/flags.ts";
import { queryName } from "../src/prometheus/registry.ts";
import { AUDIT_METRICS } from "../src/report/prometheus/audit_metrics.ts";
import { SCAN_FLAG_NAMES } from "../src/record/scan_record.ts";
import { SCHEMA_VERSION } from "../src/record/run_record.ts";
import { formatBehaviours } from "./behaviour_docs.ts";
import { formatDropIns } from "./drop_ins/page.ts";
import { table } from "./markdown_table.ts";
import { formatMetrics } from "./metric_docs.ts";
import { runTool, say, ToolError } from "./output.ts";
import { formatPacketTutorial } from "./packet_docs.ts";
import { formatSchema } from "./output_schema.ts";
import { PROJECT_FOLDER } from "./project.ts";

/** Files that are made, relative to the project's folder, with their texts. */
export function generatedDocs(): Readonly<Record<string, string>> {
  return {
    "docs/behaviours.md": formatBehaviours(),
    "docs/drop-ins.md": formatDropIns(),
    "docs/metrics.md": formatMetrics(),
    "docs/output.md": formatDocument(),
    "docs/output.schema.json": formatSchema(),
    "docs/packets.md": formatPacketTutorial(),
  };
}

function formatDocument(): string {
  return [
    INTRODUCTION,
    ...Object.entries(COMMAND_RECORDS).filter(([command]) => command !== "watch").flatMap((
      [command, records],
    ) => [
      `## JSON Lines of ${command}`,
      ...records.flatMap(({ type, description, fields }) => [
        `### ${command}: \`${type}\``,
        `${description}.`,
        formatFields(fields),
      ]),
    ]),
    WATCH,
    "## Flags",
    "What can be in `flags`. `duplicate`, `late` and `after-icmp-error` come first.",
    table(
      ["flag", "meaning"],
      Object.entries(FLAG_MEANINGS).map(([flag, meaning]) => [code(flag), meaning]),
    ),
    `A \`reply\` of scan can have ${list(SCAN_FLAG_NAMES)}`,
    EXIT,
    CSV,
    "### Columns of probes",
    list(csvColumns("ping", false)),
    "### Columns of targets, with `--quiet`",
    list(csvColumns("ping", true)),
    "### Columns of clock",
    list(csvColumns("clock", false)),
    "### Columns of scan",
    list(csvColumns("scan", false)),
    INFLUX,
    formatRunMetrics(),
    LINES,
    FILES,
  ].join("\n\n") + "\n";
}

const WATCH = `## JSON Lines of watch

\`watch -o FILE\` writes the records of ping but \`condition\`. A record of an echo request beside a timestamp request (key \`e\`) has
one more field, \`message\`, which is \`echo\` then; \`probe\` counts these requests apart, and they have a \`summary\` of their own. Sums
in \`end\` are of the timestamp requests.`;

const FILES = `## Files

\`-o FILE\` appends. A file that ends in half a line, after a crash, gets a line break first. CSV has its header once: it is
left out where the file begins with it already, and a file that begins with another line is refused, code 3. A named pipe is
waited for until somebody reads it.

Output is never waited for inside a system call. While a reader is slow, up to a mebibyte of lines waits in memory; beyond that
nothing is sent or read until it catches up. SIGINT, SIGTERM and SIGHUP end the run all the same: what the reader does not take
within half a second is lost, one line says so, and the exit code is 4. Then, and where a disk is full or a file may not grow,
the summary goes to standard error, or with \`-o\` to standard output.

At SIGUSR1 the file of that name is opened again, and the old one is closed after its last whole line. By then root is given up: the
new file must be one that the user who called sudo, or \`nobody\`, may write. For logrotate(8):

\`\`\`
/var/log/icmptime/*.jsonl {
    daily
    rotate 14
    compress
    delaycompress
    create 0644 nobody nogroup
    postrotate
        pkill -USR1 -x icmptime
    endscript
}
\`\`\`

\`copytruncate\` works as well, without a signal; lines written between its copy and its cut are lost, which is logrotate's to mend.`;

const INTRODUCTION = `# Output

Made by \`deno task docs\` from the tables in \`src/record\`; a test compares. \`icmptime --list-fields\` prints the same.

Results go to standard output, or with \`-o FILE\` to the end of a file; everything else goes to standard error.

\`--json\` (\`--format json\`) writes JSON Lines: one object a line, \`type\` first. Lines are written whole. A reader must
ignore keys and types that it does not know: those may be added at any time.

The names are frozen from version 2 on: a key keeps its name, type and meaning. Should one have to change its meaning or go,
\`schema_version\` in \`run\` grows. It is ${SCHEMA_VERSION} now, and [output.schema.json](output.schema.json) is its JSON Schema (2020-12).

A record is a row of a table: no value is an object, and a key has one type and one meaning in every record of every command, so that
tools that build columns from JSON Lines (\`read_json_auto\` of DuckDB, pandas) give numeric columns. Every record has \`time\`.

The unit is the last word of a name: \`_ms\` milliseconds, \`_s\` seconds, \`_ppm\` parts per million, \`_pps\` probes a second, \`_ratio\` 0 to 1.
Local times and delays have three digits behind the point. Bounds are rounded outwards. Delays in a \`summary\` are six numbers,
such as \`rtt_min_ms\`, \`rtt_median_ms\`, \`rtt_mean_ms\`, \`rtt_p95_ms\`, \`rtt_max_ms\` and \`rtt_stddev_ms\`. How delays and bounds are found is
in [method.md](method.md).

Loss has one definition in every form of output, in conditions and in the live line: probes without an answer / probes that
were due. A probe that timed out, that an ICMP error ended, or that could not be sent has no answer. A probe that is still
out when the run ends (\`pending\`: an interrupt, or \`--deadline\`) is in neither number. Where every probe is pending the loss is
unknown: \`loss_ratio\` is absent, text says "loss unknown", and a condition on it counts as true. The summary of the form of fping alone counts
as fping does: all that was to be sent, pending probes included.

Two names of one address are two targets with records of their own, and one probe serves both: \`end\` counts it once. fping's form takes a target
that is given twice as two, too; the others ask it once and say so.

\`--fields NAME,...\` chooses fields of all records but \`run\` and \`end\`, and their order.`;

const EXIT = `## Exit status

As fping has it, and one code more:

- 0: every target answered.
- 1: some target did not answer.
- 2: a name did not resolve, or a line of a list could not be used; the others were asked.
- 3: the command line is wrong.
- 4: the system refused a call that the program needs.
- 5: every target answered, and a \`--fail-if\` condition is true or unknown for some target.

Of several the first in the order 3, 4, 2, 1, 5 counts. A condition whose value is unknown (no reply, no usable timestamps, no
settled probe) counts as true, and standard error says why. \`offset>100ms\` looks at the distance from zero that the bounds prove;
the text shows the bounds with their signs. \`clock\` has \`offset\`, \`skew\` (\`skew>50ppm\`), \`loss\` and the counters. With \`--summary-every\` or \`--loop\` each interval is looked at too: a line (and a
\`condition\` record of \`--json\`) says which target enters or leaves which condition. The exit status is that of the whole run.`;

const CSV = `## CSV

\`--format csv\` writes a header row, then a row for each probe, or with \`--quiet\` for each target; \`clock\` a row for each clock (RFC 4180, lines end in LF).
Columns are the fields of the records above; a cell is empty where the record has no such field. \`flags\` are joined by
\`;\`. \`--fields\` chooses columns.`;

const INFLUX = `## Lines of InfluxDB

\`ping\`, \`clock\` and \`audit\` write the records above with \`--format influx\` as lines of the InfluxDB line protocol, which Telegraf, Vector,
VictoriaMetrics and QuestDB read too:

\`\`\`
icmptime_timeout,target=router,address=192.0.2.7 probe=3i,sequence=48639i,identifier=110i 1795787640090809000
\`\`\`

The measurement is \`icmptime_\` and the type of the record. \`target\`, \`address\`, \`scope\`, \`condition\` and \`change\` are tags, everything else is a
field: numbers are floats, whole numbers (\`integer\` above) end in \`i\`, arrays are strings joined by \`;\`. \`time\` is the timestamp, in nanoseconds.
A record without one of the fields that \`--fields\` chooses has no line; tags and timestamp are always there. Control
characters and backslashes in a tag become \`_\`. \`alias\` records of audit have no line: they are no points of a series.`;

const METRICS = `## Metrics of a run

\`ping\` and \`audit\` write Prometheus metrics with \`--format prometheus\`, all at once when the run ends, for the textfile collector of
node_exporter ([monitoring.md](monitoring.md)). Names and meanings are those of the exporter ([metrics.md](metrics.md)): of \`ping\` the metrics of
one run, \`icmptime_resolved\` and the bounds of clocks; of \`audit\` also offset, tick and consensus. \`group\` is the name of the command.

\`-o FILE\` replaces the file instead of appending: a new one is written beside it and takes its name, so that a reader finds the old metrics or
the new ones. By then root is given up. Where the rights that are left do not suffice for a new file in that folder, and where the path is a
link, the file is written in place. A file that holds something else than metrics of icmptime is refused, code 3.

Of \`audit\` alone:`;

const LINES = `## Lines of fping

\`--format fping\`, and the command \`icmptime fping\`, which takes fping's own options and writes each line as soon as it
is known. Replies and timeouts go to standard output; ICMP errors, duplicates and the summary to standard error.

A reply to an echo has twelve tokens with the time (\`-D\`), one to a timestamp request seventeen:

\`\`\`
[1789284242.09616] 192.0.2.7 : [7], 64 bytes, 54.1 ms (54.1 avg, 0% loss)
[1789284242.09616] 192.0.2.7 : [7], 20 bytes, 54.1 ms (54.1 avg, 0% loss), timestamps: Originate=42694656 Receive=42694656 Transmit=42694656 Localreceive=42694710
[1789284243.09616] 192.0.2.7 : [8], timed out (54.1 avg, 11% loss)
\`\`\`

The stamps are raw milliseconds since midnight UT: a reader that subtracts them has to fold over midnight itself. The
number in brackets counts the probes of a target from 0. Where a host answers with trailing bytes, \`bytes\` says so.

## Lines of tsping

\`--format tsping\`, and the command \`icmptime tsping\`, which takes tsping's own options. A reply has ten fields with the time
(\`-D\`), whole milliseconds:

\`\`\`
1710699697.590335,192.0.2.7,0,66097563,66097546,66097546,66097590,27,44,-17
\`\`\`

They are time, address, sequence, originate, receive, transmit, finished, rtt, down (finished − transmit), up (receive −
originate). The differences are folded over midnight. A reply whose stamps cannot be used has no line; the first of
each host is printed on standard error.`;

function formatFields(fields: readonly FieldDescription[]): string {
  return table(
    ["field", "type", "meaning"],
    fields.map((field) => [
      code(field.name),
      field.optional ? `${field.type}, may be absent` : field.type,
      describeField(field, code),
    ]),
  );
}

function formatRunMetrics(): string {
  return [
    METRICS,
    table(
      ["name", "labels", "meaning"],
      Object.values(AUDIT_METRICS).map((metric) => [
        code(queryName(metric)),
        metric.labels.map(code).join(", "),
        metric.help,
      ]),
    ),
  ].join("\n\n");
}

function list(names: readonly string[]): string {
  return names.map(code).join(", ") + ".";
}

function code(text: string): string {
  return "`" + text + "`";
}

async function main(): Promise<void> {
  for (const [path, text] of Object.entries(generatedDocs())) {
    const committed = await Deno.readTextFile(PROJECT_FOLDER + path).catch(() => undefined);
    if (committed === text) continue;
    if (Deno.args.includes("--check")) {
      throw new ToolError(`Cannot accept ${path}: it is out of date, run deno task docs`);
    }
    await Deno.writeTextFile(PROJECT_FOLDER + path, text);
    say(`wrote ${path}`);
  }
}

if (import.meta.main) await runTool(main);
