/**
 * The record of what the lab truly did.
 *
 * Rows are numbers in preallocated columns: nothing is formatted, and next to no garbage is
 * made, while packets are in flight. Times are whole nanoseconds since the run's base, which
 * a double and JSON hold exactly.
 */

/** What became of a request. */
export const fates = [
  "replied",
  "lost_out",
  "lost_back",
  "silent",
  "unanswered",
  "bad_checksum",
  "rate_limited",
  "refused",
  "expired",
  "malformed",
] as const;

/** What became of a request. */
export type Fate = typeof fates[number];

/** What kind of packet left. */
export const departureKinds = [
  "reply",
  "duplicate",
  "error",
  "corrupted",
  "forged",
  "mutated",
] as const;

/** What kind of packet left. */
export type DepartureKind = typeof departureKinds[number];

/** What was asked. */
export const messageKinds = ["timestamp", "echo", "other"] as const;

/** What was asked. */
export type MessageKind = typeof messageKinds[number];

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

const ROWS_PER_CHUNK = 16384;
const LINES_PER_WRITE = 2048;

/** One request as it is noted; unknown numbers are NaN. */
export interface RequestNote {
  /** Who was asked. */
  host: number;
  /** Who asked. */
  source: number;
  /** What was asked. */
  message: MessageKind;
  /** ICMP identifier. */
  identifier: number;
  /** ICMP sequence. */
  sequence: number;
  /** Originate stamp as received; NaN for other messages. */
  originateMs: number;
  /** TTL as received. */
  ttl: number;
  /** When it was read from the device. */
  arrivalNs: number;
  /** What became of it. */
  fate: Fate;
  /** Delay before the receive stamp. */
  outNs: number;
  /** Delay between the stamps. */
  processingNs: number;
  /** Delay after the transmit stamp. */
  backNs: number;
  /** Our time of the receive stamp. */
  receiveAtNs: number;
  /** Remote minus local at that time. */
  receiveOffsetNs: number;
  /** The receive stamp. */
  receiveMs: number;
  /** Our time of the transmit stamp. */
  transmitAtNs: number;
  /** Remote minus local at that time. */
  transmitOffsetNs: number;
  /** The transmit stamp. */
  transmitMs: number;
}

/** A note to be filled in. */
export function emptyNote(): RequestNote {
  return {
    host: 0,
    source: 0,
    message: "other",
    identifier: 0,
    sequence: 0,
    originateMs: NaN,
    ttl: 0,
    arrivalNs: 0,
    fate: "malformed",
    outNs: 0,
    processingNs: 0,
    backNs: 0,
    receiveAtNs: NaN,
    receiveOffsetNs: NaN,
    receiveMs: NaN,
    transmitAtNs: NaN,
    transmitOffsetNs: NaN,
    transmitMs: NaN,
  };
}

/** Collects rows and writes them as JSON Lines when asked. */
export class Journal {
  readonly #keepsRows: boolean;
  readonly #keepsBytes: boolean;
  readonly #requests = new Table(REQUEST_COLUMNS.length);
  readonly #departures = new Table(DEPARTURE_COLUMNS.length);
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
  addDeparture(
    request: number,
    kind: number,
    copy: number,
    bytes: Uint8Array,
    lengthBytes: number,
    plannedNs: number,
    actualNs: number,
    writtenNs: number,
  ): void {
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
    cells[start + 4] = plannedNs;
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

/** Rows of numbers in chunks, so that no growth ever copies what is there. */
class Table {
  readonly #columns: number;
  readonly #row: { cells: Float64Array; start: number };
  #chunks: { firstRow: number; cells: Float64Array }[] = [];
  #rowCount = 0;
  #flushedRows = 0;

  constructor(columns: number) {
    this.#columns = columns;
    this.#row = { cells: new Float64Array(0), start: 0 };
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  addRow(): { cells: Float64Array; start: number } {
    const inChunk = this.#rowCount % ROWS_PER_CHUNK;
    if (inChunk === 0) {
      const cells = new Float64Array(ROWS_PER_CHUNK * this.#columns);
      this.#chunks.push({ firstRow: this.#rowCount, cells });
      this.#row.cells = cells;
    }
    this.#row.start = inChunk * this.#columns;
    this.#rowCount++;
    return this.#row;
  }

  flush(
    write: (text: string) => void,
    format: (cells: Float64Array, start: number, row: number) => string,
  ): void {
    let lines: string[] = [];
    const put = () => {
      if (lines.length > 0) write(lines.join("\n") + "\n");
      lines = [];
    };
    for (const { firstRow, cells } of this.#chunks) {
      const end = Math.min(this.#rowCount, firstRow + ROWS_PER_CHUNK);
      for (let row = Math.max(firstRow, this.#flushedRows); row < end; row++) {
        lines.push(format(cells, (row - firstRow) * this.#columns, row));
        if (lines.length >= LINES_PER_WRITE) put();
      }
    }
    put();
    this.#flushedRows = this.#rowCount;
    this.#chunks = this.#chunks.filter(({ firstRow }) =>
      firstRow + ROWS_PER_CHUNK > this.#rowCount
    );
  }
}

function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** An address as four decimal numbers. */
export function toDotted(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}
