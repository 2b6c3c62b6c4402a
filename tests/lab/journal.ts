/**
 * The record of what the lab truly did.
 *
 * Rows are numbers in preallocated columns: nothing is formatted, and next to no garbage is
 * made, while packets are in flight. Times are whole nanoseconds since the run's base, which
 * a double and JSON hold exactly.
 */

import { toDotted } from "./address.ts";
import type { Departure } from "./departure_queue.ts";

import { departureKinds, fates, messageKinds, type RequestNote } from "./journal_words.ts";
import { RowTable } from "./row_table.ts";

/** Columns of a request row, in the log's names. */
const REQUEST_COLUMNS = [
  "host",
  "source",
  "message",
  "identifier",
  "sequence",
  "originate_ms",
  "ttl",
  "arrival_ns",
  "fate",
  "out_ns",
  "processing_ns",
  "back_ns",
  "receive_at_ns",
  "receive_offset_ns",
  "receive_ms",
  "transmit_at_ns",
  "transmit_offset_ns",
  "transmit_ms",
] as const;
const DEPARTURE_COLUMNS = [
  "request",
  "kind",
  "copy",
  "length_bytes",
  "planned_ns",
  "actual_ns",
  "written_ns",
] as const;

/** Collects rows and writes them as JSON Lines when asked. */
export class Journal {
  readonly #keepsRows: boolean;
  readonly #keepsBytes: boolean;
  readonly #requests = new RowTable(REQUEST_COLUMNS.length);
  readonly #departures = new RowTable(DEPARTURE_COLUMNS.length);
  readonly #details = new Map<number, string>();
  readonly #bytes = new Map<number, string>();
  readonly #fateCounts = new Float64Array(fates.length);
  readonly #kindCounts = new Float64Array(departureKinds.length);
  #requestCount = 0;

  /** Keeps rows unless only totals are wanted; keeps the bytes of each departure when told. */
  constructor(keepsRows: boolean, keepsBytes: boolean) {
    this.#keepsRows = keepsRows;
    this.#keepsBytes = keepsBytes;
  }

  /** Requests noted so far; the next one gets this number plus one. */
  get requestCount(): number {
    return this.#requestCount;
  }

  /** Notes a request, whose number is returned. */
  addRequest(note: RequestNote): number {
    const fate = fates.indexOf(note.fate);
    this.#fateCounts[fate] = (this.#fateCounts[fate] ?? 0) + 1;
    if (this.#keepsRows) {
      const row = this.#requests.addRow();
      const { cells, start } = row;
      cells[start] = note.host;
      cells[start + 1] = note.source;
      cells[start + 2] = messageKinds.indexOf(note.message);
      cells[start + 3] = note.identifier;
      cells[start + 4] = note.sequence;
      cells[start + 5] = note.originateMs;
      cells[start + 6] = note.ttl;
      cells[start + 7] = note.arrivalNs;
      cells[start + 8] = fate;
      cells[start + 9] = note.outNs;
      cells[start + 10] = note.processingNs;
      cells[start + 11] = note.backNs;
      cells[start + 12] = note.receiveAtNs;
      cells[start + 13] = note.receiveOffsetNs;
      cells[start + 14] = note.receiveMs;
      cells[start + 15] = note.transmitAtNs;
      cells[start + 16] = note.transmitOffsetNs;
      cells[start + 17] = note.transmitMs;
    }
    return ++this.#requestCount;
  }

  /** Notes a packet that left: `actualNs` was read just before the write, `writtenNs` just after. */
  addDeparture(departure: Departure, actualNs: number, writtenNs: number): void {
    const { request, kind, copy, bytes, lengthBytes, dueNs } = departure;
    this.#kindCounts[kind] = (this.#kindCounts[kind] ?? 0) + 1;
    if (!this.#keepsRows) return;
    if (this.#keepsBytes) {
      this.#bytes.set(this.#departures.rowCount, toHex(bytes.subarray(0, lengthBytes)));
    }
    const { cells, start } = this.#departures.addRow();
    cells[start] = request;
    cells[start + 1] = kind;
    cells[start + 2] = copy;
    cells[start + 3] = lengthBytes;
    cells[start + 4] = dueNs;
    cells[start + 5] = actualNs;
    cells[start + 6] = writtenNs;
  }

  /** Names what was done to copy `copy` of a request: the corruption or forgery. */
  addDetail(request: number, copy: number, detail: string): void {
    if (this.#keepsRows) this.#details.set(request * 4096 + copy, detail);
  }

  /** Writes the rows that were not written yet, through `write`, in slices of whole lines. */
  flush(write: (text: string) => void): void {
    this.#requests.flush(write, (cells, start, row) => {
      const line: Record<string, unknown> = { type: "request", number: row + 1 };
      REQUEST_COLUMNS.forEach((name, i) => {
        const cell = cells[start + i] as number;
        if (Number.isNaN(cell)) return;
        if (name === "host" || name === "source") line[name] = toDotted(cell);
        else if (name === "message") line[name] = messageKinds[cell];
        else if (name === "fate") line[name] = fates[cell];
        else line[name] = cell;
      });
      return JSON.stringify(line);
    });
    this.#departures.flush(write, (cells, start, row) => {
      const line: Record<string, unknown> = { type: "departure" };
      DEPARTURE_COLUMNS.forEach((name, i) => {
        const cell = cells[start + i] as number;
        line[name] = name === "kind" ? departureKinds[cell] : cell;
      });
      const key = (cells[start] as number) * 4096 + (cells[start + 2] as number);
      const detail = this.#details.get(key);
      if (detail !== undefined) line.detail = detail;
      this.#details.delete(key);
      const hex = this.#bytes.get(row);
      if (hex !== undefined) line.bytes = hex;
      this.#bytes.delete(row);
      return JSON.stringify(line);
    });
  }

  /** The totals, for the log's last line. */
  totals(): {
    requests: number;
    fates: Record<string, number>;
    departures: Record<string, number>;
  } {
    const count = (names: readonly string[], counts: Float64Array) =>
      Object.fromEntries(names.map((name, i) => [name, counts[i] ?? 0]));
    return {
      requests: this.#requestCount,
      fates: count(fates, this.#fateCounts),
      departures: count(departureKinds, this.#kindCounts),
    };
  }
}

function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}
