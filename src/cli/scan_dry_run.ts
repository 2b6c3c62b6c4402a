/** `scan --dry-run`: every packet with all its fields, or a capture file. */

import { annotateDatagram, formatAnnotated, formatDatagram, parseDatagram } from "../packet/mod.ts";
import { type LineSink } from "../report/line_sink.ts";
import type { DryProbe } from "../scan/dry_run.ts";
import { emitPcapHeader, emitPcapRecord, LINK_TYPE } from "../scan/pcap.ts";
import type { WritableFile } from "./scan_machine.ts";

/** Bytes gathered before they are written. */
const BLOCK_BYTES = 1 << 16;

/** Prints each packet in one line and in full, until the sink fails or all are printed. Returns how many. */
export function printProbes(probes: Iterable<DryProbe>, sink: LineSink): number {
  let count = 0;
  for (const { bytes, unixMs } of probes) {
    if (sink.failure !== undefined) break;
    const parsed = parseDatagram(bytes);
    if (!parsed.ok) throw new TypeError(`Cannot print a probe: ${parsed.malformed.reason}`);
    sink.line(`${new Date(unixMs).toISOString()} ${formatDatagram(parsed.value)}`);
    sink.line(formatAnnotated(annotateDatagram(bytes)).trimEnd());
    sink.line("");
    count++;
  }
  sink.flush();
  return count;
}

/** Writes the packets to a capture file. Returns how many. */
export function writeProbes(probes: Iterable<DryProbe>, file: WritableFile): number {
  let parts = [emitPcapHeader(LINK_TYPE.raw)];
  let pendingBytes = 0, count = 0;
  for (const { bytes, unixMs } of probes) {
    const record = emitPcapRecord(bytes, unixMs);
    parts.push(record);
    pendingBytes += record.length;
    count++;
    if (pendingBytes < BLOCK_BYTES) continue;
    writeAll(file, parts);
    parts = [];
    pendingBytes = 0;
  }
  writeAll(file, parts);
  return count;
}

function writeAll(file: WritableFile, parts: readonly Uint8Array[]): void {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.length;
  }
  for (let rest = whole; rest.length > 0;) rest = rest.subarray(file.writeSync(rest));
}
