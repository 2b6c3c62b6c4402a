/** `scan --status-updates-file FILE`: a row of CSV each second, as zmap writes one. */

import { formatRow } from "../../../record/csv.ts";
import type { WritableFile } from "../../../run/machine.ts";
import type { ScanSnapshot } from "../../../run/scan/run.ts";
import { writeAll } from "../../../terminal/line_sink.ts";

/** A column, and how it is read. */
const COLUMNS: Readonly<Record<string, (snapshot: ScanSnapshot) => number | string>> = {
  time: ({ time }) => rounded(time, 3),
  time_iso: ({ time }) => new Date(time * 1000).toISOString(),
  phase: ({ phase }) => phase,
  elapsed_s: ({ elapsedSeconds }) => rounded(elapsedSeconds, 3),
  remaining_s: ({ remainingSeconds }) => rounded(remainingSeconds, 1),
  complete_percent: ({ position, length }) => rounded(length === 0 ? 100 : position / length * 100),
  hit_percent: ({ hosts, sent }) => {
    const asked = Math.min(sent, hosts.targets);
    return rounded(asked === 0 ? 0 : hosts.answered / asked * 100);
  },
  sent: ({ sent }) => sent,
  sent_pps: ({ sendRate }) => rounded(sendRate, 1),
  received: ({ replies }) => replies,
  received_pps: ({ replyRate }) => rounded(replyRate, 1),
  targets_answered: ({ hosts }) => hosts.answered,
  duplicates: ({ duplicates }) => duplicates,
  icmp_errors: ({ icmpErrors }) => icmpErrors,
  unsent: ({ unsent }) => unsent,
  unproven: ({ unproven }) => unproven,
  kernel_drops: ({ dropped }) => dropped,
  blocked: ({ blocked }) => blocked,
  failed_calls: ({ failedCalls }) => failedCalls,
};

/** Writes rows to one file. */
export class StatusFile {
  readonly #file: WritableFile;
  readonly #encoder = new TextEncoder();

  /** Empties `file` and writes the header. */
  constructor(file: WritableFile) {
    this.#file = file;
    file.clear();
    this.#write(Object.keys(COLUMNS));
  }

  /** Writes a row. Throws what the file throws. */
  add(snapshot: ScanSnapshot): void {
    this.#write(Object.values(COLUMNS).map((read) => String(read(snapshot))));
  }

  #write(cells: readonly string[]): void {
    writeAll(this.#file, this.#encoder.encode(`${formatRow(cells)}\n`));
  }
}

function rounded(value: number, digits = 4): number {
  return Number.isFinite(value) ? Number(value.toFixed(digits)) : 0;
}
