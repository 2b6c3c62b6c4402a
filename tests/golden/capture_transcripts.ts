/**
 * What `decode` prints of one capture whose truth is chosen here, as files: `deno run -RW tests/golden/transcripts.ts` rewrites
 * them.
 *
 * 198.51.100.1 asks 192.0.2.7 from 2026-11-27 00:00:10 UTC on, once a second. A reply is captured 10 ms after its request, and
 * its stamps are of that moment.
 *
 * | probe | truth |
 * |---|---|
 * | 0 | answered |
 * | 1 | answered, and the reply comes again 3 ms later |
 * | 2 | no reply |
 * | 3 | the router 192.0.2.254 reports after 4 ms that the time to live has expired |
 * | 4 | answered after 1.5 s: late, since a second is waited |
 *
 * 192.0.2.9 is asked once and is 5 s ahead. A reply to no request arrives from 192.0.2.8 at the end.
 */

import { parseDatagram } from "../../src/packet/mod.ts";
import { CAPTURE_TABLES } from "../../src/record/capture_record.ts";
import { JsonReporter } from "../../src/record/json_reporter.ts";
import { CaptureReporter } from "../../src/report/capture_reporter.ts";
import { CaptureRun, describeCapture, followPings } from "../../src/run/capture/capture_run.ts";
import { setColorEnabled } from "../../src/terminal/color.ts";
import { LineSink } from "../../src/terminal/line_sink.ts";
import { sealMessage, write32 } from "../lab/octets.ts";
import { MemorySink } from "../support/memory_sink.ts";
import { datagramOf, errorAbout, type Exchanged, HOST } from "../unit/run/capture/exchange.ts";

const DAY_S = 1_795_737_600;
const START_MS = 10_000;
const ROUTER = 0xc00002fe;

/** The packets of the table, in the order of capture. */
function packets(): { readonly atMs: number; readonly bytes: Uint8Array }[] {
  const ask = (probe: number): Exchanged => {
    const atMs = START_MS + probe * 1000;
    return { atMs, asks: true, sequence: probe, originateMs: atMs };
  };
  const reply = (probe: number, afterMs: number): Exchanged => ({
    ...ask(probe),
    ...{ atMs: ask(probe).atMs + afterMs, asks: false, ttl: 61 },
  });
  const plain = (each: Exchanged) => ({ atMs: each.atMs, bytes: datagramOf(each) });
  const other = { host: HOST + 2, identifier: 8 };
  const ahead = plain({ ...reply(5, 10), ...other });
  for (const at of [32, 36]) write32(ahead.bytes, at, ahead.atMs + 5000);
  sealMessage(ahead.bytes, 20, ahead.bytes.length);
  const found = [
    ...[0, 1, 2, 3, 4].map((probe) => plain(ask(probe))),
    ...[plain(reply(0, 10)), plain(reply(1, 10)), plain(reply(1, 13)), plain(reply(4, 1500))],
    { atMs: ask(3).atMs + 4, bytes: errorAbout(ask(3), ROUTER) },
    plain({ ...ask(5), ...other }),
    ahead,
    plain({ ...reply(0, 8000), host: HOST + 1 }),
  ];
  return found.sort((one, other) => one.atMs - other.atMs);
}

function text(verbose: boolean): string {
  setColorEnabled(false);
  const output = new MemorySink();
  const sink = new LineSink(output, (error) => {
    throw error;
  });
  const options = { quiet: false, verbose, numeric: true, timestamps: verbose };
  const reporter = new CaptureReporter(sink, options);
  decode(reporter);
  sink.flush();
  return output.text;
}

function json(): string {
  const lines: string[] = [];
  const sink = { line: (line: string) => void lines.push(line), header: () => {} };
  decode(new JsonReporter(sink, { quiet: false, tables: CAPTURE_TABLES }));
  return lines.map((line) => `${line}\n`).join("");
}

function decode(reporter: CaptureReporter | JsonReporter): void {
  const program = { command: "decode", version: "1.2.3" };
  const run = new CaptureRun(
    { program, source: "a.pcap", timeoutMs: 1000 },
    (info) => reporter.run(info),
    followPings(reporter),
  );
  const all = packets();
  for (const { atMs, bytes } of all) {
    const parsed = parseDatagram(bytes);
    if (!parsed.ok) throw new Error(parsed.malformed.reason);
    const unixSeconds = DAY_S + Math.floor(atMs / 1000);
    const time = { unixSeconds, nanoseconds: atMs % 1000 * 1e6 };
    run.add({ ...parsed.value, ...time, bytes, isCut: false, direction: undefined });
  }
  const kinds = new Map([["timestamp-request", 6], ["timestamp-reply", 6], ["time-exceeded", 1]]);
  const capture = describeCapture(all.length, run.copies, kinds);
  reporter.end({ ...run.finish(), reason: "complete", exitCode: 0, capture });
}

/** The texts by the names of their files. */
export function captureTranscripts(): ReadonlyMap<string, string> {
  return new Map([
    ["capture_text.txt", text(false)],
    ["capture_verbose.txt", text(true)],
    ["capture.jsonl", json()],
  ]);
}
