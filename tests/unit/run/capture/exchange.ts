/** Packets of captures, written by the lab's hand, and what a capture of them is paired to. */

import { parseDatagram } from "../../../../src/packet/mod.ts";
import {
  CaptureRun,
  type CaptureSetup,
  followPings,
} from "../../../../src/run/capture/capture_run.ts";
import { CAPTURE_TABLES } from "../../../../src/record/capture_record.ts";
import { JsonReporter } from "../../../../src/record/json_reporter.ts";
import { sealMessage, write16 } from "../../../lab/octets.ts";
import { writeHeader, writeTimestampReply } from "../../../lab/packet.ts";

/** One packet of a capture. */
export interface Exchanged {
  /** When it was captured, milliseconds after the first midnight of the capture. */
  readonly atMs: number;
  /** Whether it asks. */
  readonly asks: boolean;
  /** The client, an unsigned 32-bit number. */
  readonly client?: number;
  /** The host. */
  readonly host?: number;
  /** ICMP identifier. */
  readonly identifier?: number;
  /** Sequence number. */
  readonly sequence?: number;
  /** Originate timestamp. */
  readonly originateMs?: number;
  /** Identification of the IPv4 header. */
  readonly identification?: number;
  /** Time to live. */
  readonly ttl?: number;
  /** Direction, where the file says it. */
  readonly direction?: "in" | "out";
}

/** 198.51.100.1. */
export const CLIENT = 0xc6336401;
/** 192.0.2.7. */
export const HOST = 0xc0000207;
const DAY_S = 1_795_737_600;

/** The datagram of a packet. */
export function datagramOf(packet: Exchanged): Uint8Array {
  const { asks, client = CLIENT, host = HOST, identifier = 7, sequence = 0 } = packet;
  const { originateMs = 1000, ttl = 64, identification = 0, atMs } = packet;
  const bytes = new Uint8Array(40);
  const stampMs = asks ? 0 : Math.floor(atMs);
  writeTimestampReply(bytes, 20, identifier, sequence, originateMs, stampMs, stampMs);
  if (asks) {
    bytes[20] = 13;
    sealMessage(bytes, 20, 40);
  }
  const [from, to] = asks ? [client, host] : [host, client];
  writeHeader(bytes, 20, 40, 0, identification, ttl, from, to);
  return bytes;
}

/** An ICMP error from `reporter` that quotes a request. */
export function errorAbout(request: Exchanged, reporter: number): Uint8Array {
  const quoted = datagramOf(request).subarray(0, 28);
  const bytes = new Uint8Array(28 + quoted.length);
  bytes[20] = 11;
  bytes.set(quoted, 28);
  write16(bytes, 22, 0);
  sealMessage(bytes, 20, bytes.length);
  writeHeader(bytes, 20, bytes.length, 0, 1, 255, reporter, request.client ?? CLIENT);
  return bytes;
}

/** A record as it was written. */
export type PairedRecord = Readonly<Record<string, unknown>>;

/** Adds a packet to a capture. */
export type Add = (
  bytes: Uint8Array,
  packet: Pick<Exchanged, "atMs" | "direction">,
) => void;

/** The records of a capture. */
export function pairPackets(
  fill: (add: Add) => void,
  setup: Partial<CaptureSetup> = {},
  endMs?: number,
): PairedRecord[] {
  const records: PairedRecord[] = [];
  const line = (text: string) => records.push(JSON.parse(text));
  const reporter = new JsonReporter({ line, header: () => {} }, {
    quiet: false,
    tables: CAPTURE_TABLES,
  });
  const program = { command: "decode", version: "1.2.3" };
  const run = new CaptureRun(
    { program, source: "a.pcap", timeoutMs: 1000, ...setup },
    (info) => reporter.run(info),
    followPings(reporter),
  );
  const timeOf = (atMs: number) => ({
    unixSeconds: DAY_S + Math.floor(atMs / 1000),
    nanoseconds: Math.round((atMs - Math.floor(atMs / 1000) * 1000) * 1e6),
  });
  fill((bytes, { atMs, direction }) => {
    const parsed = parseDatagram(bytes);
    if (!parsed.ok) throw new Error(parsed.malformed.reason);
    run.add({ ...parsed.value, bytes, isCut: false, direction, ...timeOf(atMs) });
  });
  const result = run.finish(endMs === undefined ? undefined : timeOf(endMs));
  reporter.end({
    ...result,
    reason: "complete",
    exitCode: 0,
    capture: { packets: 0, copies: run.copies, kinds: [] },
  });
  return records;
}

/** The records of a capture of these packets. */
export function pair(
  packets: readonly Exchanged[],
  setup: Partial<CaptureSetup> = {},
  endMs?: number,
): PairedRecord[] {
  return pairPackets((add) => packets.forEach((each) => add(datagramOf(each), each)), setup, endMs);
}

/** Records of one kind, as far as these fields go. */
export function pick(
  records: readonly PairedRecord[],
  type: string,
  ...names: readonly string[]
): unknown[][] {
  return records.filter((record) => record["type"] === type)
    .map((record) => names.map((name) => record[name]));
}
