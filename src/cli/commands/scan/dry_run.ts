/** `scan --dry-run`: every packet with all its fields, or a capture file. */

import {
  annotateDatagram,
  formatAnnotated,
  formatDatagram,
  parseDatagram,
} from "../../../packet/mod.ts";
import { isClosedPipe, LineSink, writeAll } from "../../../terminal/line_sink.ts";
import { formatCount } from "../../../terminal/quantity.ts";
import { type DryProbe, dryRun } from "../../../scan/dry_run.ts";
import { randomHashKey } from "../../../packet/half_sip_hash.ts";
import { LINK_TYPE } from "../../../packet/capture/link_type.ts";
import { emitPcapHeader, emitPcapRecord } from "../../../packet/capture/pcap_writer.ts";
import type { ScanRunPlan } from "../../../run/scan/options.ts";
import type { ProbeShape } from "../../../scan/probe_writer.ts";
import { openOutput } from "../../files.ts";
import { ExitCode, printError } from "../../outcome.ts";
import { openOutputFile, printOutputError } from "../../output/output_file.ts";
import { giveUpPrivileges } from "../../privileges.ts";
import type { WritableFile } from "../../../run/machine.ts";
import type { System } from "../../system.ts";
import type { ScanOptions } from "./checks.ts";

/** Bytes gathered before they are written. */
const BLOCK_BYTES = 1 << 16;

/** Shows or writes the packets that a scan would send; returns the exit code. */
export async function runDry(
  options: ScanOptions,
  plan: ScanRunPlan,
  system: System,
): Promise<ExitCode> {
  const { ttl, tos, message } = plan;
  const shape: ProbeShape = { source: findSource(plan, system), ttl, tos, message };
  const key = randomHashKey();
  const { sources } = plan.egress;
  const probes = dryRun({ ...plan, key, sources, shape, startUnixMs: Date.now() });
  const { pcap, output } = options;
  let exitCode: ExitCode = ExitCode.Ok;
  const fail = (error: Error) => {
    printOutputError(error, system);
    if (!isClosedPipe(error)) exitCode = ExitCode.System;
  };
  if (pcap === undefined) {
    const file = await openOutputFile(output, system) ?? system.stdout;
    giveUpPrivileges(system);
    await printProbes(probes, new LineSink(file, fail));
    return exitCode;
  }
  const file = openOutput(pcap, () => system.files.openFile(pcap, "create"));
  giveUpPrivileges(system);
  try {
    file.clear();
    const count = writeProbes(probes, file);
    if (!options.quiet) printError(system, `wrote ${formatCount(count)} packets, sent none`);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    fail(error);
  } finally {
    file.close();
  }
  return exitCode;
}

function findSource({ egress, space }: ScanRunPlan, system: System): number {
  const source = egress.source ?? egress.sources?.first;
  if (source !== undefined) return source;
  const route = system.findRoute(space.addressAt(0));
  return route.kind === "routed" ? route.source : 0;
}

/** Prints each packet in one line and in full, until the sink fails or all are printed. */
async function printProbes(probes: Iterable<DryProbe>, sink: LineSink): Promise<void> {
  for (const { bytes, unixMs } of probes) {
    if (sink.failure !== undefined) break;
    const parsed = parseDatagram(bytes);
    if (!parsed.ok) throw new TypeError(`Cannot print a probe: ${parsed.malformed.reason}`);
    sink.line(`${new Date(unixMs).toISOString()} ${formatDatagram(parsed.value)}`);
    sink.line(formatAnnotated(annotateDatagram(bytes)).trimEnd());
    sink.line("");
    const room = sink.room();
    if (room !== undefined) await room;
  }
  await sink.drain();
}

/** Writes the packets to a capture file. Returns how many. */
function writeProbes(probes: Iterable<DryProbe>, file: WritableFile): number {
  let parts = [emitPcapHeader(LINK_TYPE.raw)];
  let pendingBytes = 0, count = 0;
  for (const { bytes, unixMs } of probes) {
    const record = emitPcapRecord(bytes, unixMs);
    parts.push(record);
    pendingBytes += record.length;
    count++;
    if (pendingBytes < BLOCK_BYTES) continue;
    writeParts(file, parts);
    parts = [];
    pendingBytes = 0;
  }
  writeParts(file, parts);
  return count;
}

function writeParts(file: WritableFile, parts: readonly Uint8Array[]): void {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.length;
  }
  writeAll(file, whole);
}
