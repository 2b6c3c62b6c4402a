/**
 * Every output of one scan whose truth is chosen here, as files: `deno run -RW tests/golden/transcripts.ts` rewrites them.
 *
 * 10.1.0.0/28 is asked once, 100 probes a second, from 12:00 UTC on. A reply takes 10 ms, both stamps are those of the middle
 * where the table says nothing else.
 *
 * | host | truth |
 * |---|---|
 * | 10.1.0.0, .1 | right |
 * | .2 | 5 ms ahead |
 * | .3 | one hour ahead |
 * | .4 | seconds of the day |
 * | .5 | Unix seconds, of the day of the epoch: 43,200 too |
 * | .6 | zeros |
 * | .7 | little-endian |
 * | .8 | copies the originate |
 * | .9 | bit 31 set |
 * | .10 | no reply |
 * | .11 | the router 10.1.0.254 refuses (type 3, code 1) after 4 ms |
 * | .12 | the reply carries a wrong checksum |
 * | .13 | the reply carries code 1, and comes again 3 ms later |
 * | .14 | the reply carries another originate: it proves nothing |
 * | .15 | the kernel refuses to send (EPERM) |
 */

import { assertEquals } from "@std/assert";
import { formatScanMetadata } from "../../src/cli/commands/scan/metadata.ts";
import { formatCoverage } from "../../src/cli/commands/scan/verify.ts";
import type { ScanRunInfo } from "../../src/record/scan_record.ts";
import { ScanReporter, type ScanReporterOptions } from "../../src/report/scan_reporter.ts";
import { listScanWarnings, scanProgressParts, ScanStatus } from "../../src/report/scan_status.ts";
import type { OpenScan } from "../../src/run/machine.ts";
import { planScanRun } from "../../src/run/scan/options.ts";
import { ScanRun, type ScanSnapshot } from "../../src/run/scan/run.ts";
import { judgeCoverage, parseShardRun } from "../../src/scan/coverage.ts";
import { PackedBlocks } from "../../src/targets/packed_blocks.ts";
import { setColorEnabled } from "../../src/terminal/color.ts";
import { LineSink } from "../../src/terminal/line_sink.ts";
import { MemorySink } from "../support/memory_sink.ts";
import { writeErrorReply } from "../support/simulated_datagram.ts";
import {
  answer,
  type AnswerChanges,
  type SeenProbe,
  SimulatedNetwork,
} from "../support/swept_network.ts";

const FIRST = 0x0a010000;
const EPERM = 1;
/** Last octet of the destination in a datagram. */
const DESTINATION_END = 19;

/** Both stamps. */
const stamped = (ms: number): AnswerChanges => ({ receiveMs: ms >>> 0, transmitMs: ms >>> 0 });

/** The octets in the opposite order. */
function swapped(ms: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, ms);
  return view.getUint32(0, true);
}

/** The replies of the table. */
function behave(probe: SeenProbe): { bytes: Uint8Array; delayMs: number }[] {
  const shownMs = probe.originateMs + 5;
  const last = probe.destination & 0xff;
  const kinds: Readonly<Record<number, AnswerChanges>> = {
    2: stamped(shownMs + 5),
    3: stamped(shownMs + 3_600_000),
    4: stamped(Math.floor(shownMs / 1000)),
    5: stamped(Math.floor(shownMs / 1000)),
    6: stamped(0),
    7: stamped(swapped(shownMs)),
    8: stamped(probe.originateMs),
    9: stamped(shownMs | 0x80000000),
    12: { checksum: 0x1234 },
    13: { code: 1 },
    14: { originateMs: probe.originateMs ^ 0x55 },
  };
  if (last === 10) return [];
  if (last === 11) {
    const request = { ...probe, start: 20, ttl: 64, type: 13 };
    const error = writeErrorReply(request, { type: 3, code: 1, quoteBytes: 20 }, FIRST + 254);
    return [{ bytes: error, delayMs: 4 }];
  }
  const reply = { bytes: answer(probe, kinds[last]), delayMs: 10 };
  return last === 13 ? [reply, { ...reply, delayMs: 13 }] : [reply];
}

/** What a scan has written, by form. */
interface Written {
  readonly json: string;
  readonly csv: string;
  readonly text: string;
  readonly status: string;
  readonly metadata: string;
}

/** Scans as the command does. */
async function scan(shard: { index: number; count: number } | undefined): Promise<Written> {
  const targets = new PackedBlocks();
  targets.push(FIRST, FIRST + 15);
  const asked = { targets, rate: 100, cooldownMs: 500, seed: 5, shard };
  const plan = planScanRun(asked, { ownAddresses: () => [], processors: () => 1 });
  const network = new SimulatedNetwork(behave);
  network.refusals = (from, count) => {
    for (let slot = from; slot < from + count; slot++) {
      const { view, strideBytes } = network.batch;
      if (view.getUint8(slot * strideBytes + DESTINATION_END) !== 15) continue;
      return slot === from ? -EPERM : slot - from;
    }
    return count;
  };
  const sockets = {
    ...{ transmitters: [network], replies: network, witness: undefined, clock: network },
    ...{ path: { kind: "simulated", reason: "a test", isDirect: false }, watch: undefined },
    close: () => {},
  } satisfies OpenScan;
  const run = await ScanRun.open(plan, {
    isBroadcast: () => false,
    scan: {
      openScan: () => Promise.resolve(sockets),
      sendError: (_, address) => ({
        ...{ syscall: "sendto", code: "EPERM" },
        message: `Cannot send to ${address}: Operation not permitted (EPERM)`,
      }),
    },
  });
  setColorEnabled(false);
  const fail = (error: Error) => {
    throw error;
  };
  const forms = (["json", "csv", "text"] as const).map((format) => {
    const sink = new MemorySink();
    const lines = new LineSink(sink, fail);
    const options: ScanReporterOptions = { format, only: [], baseUnixMs: run.baseUnixMs };
    return { sink, lines, reporter: new ScanReporter(lines, options) };
  });
  const info: ScanRunInfo = {
    ...{ command: "scan", message: plan.message, version: "1.2.3", time: run.now() },
    ...{ targets: plan.order.targets, probes: plan.order.length, seed: plan.seed },
    ...{ shard: plan.identity.shard, rate: plan.rate, senders: plan.senderThreads },
    ...{ cooldownMs: plan.cooldownMs, path: run.path.kind, pathReason: run.path.reason },
    position: plan.startPosition,
  };
  const terminal = new MemorySink();
  const status = new ScanStatus(terminal, { mode: "plain" });
  const snapshots: ScanSnapshot[] = [];
  for (const { reporter } of forms) reporter.run(info);
  const result = await run.run({
    reply(reply, isNew) {
      const probe = network.probes.find(({ destination }) => destination === reply.address);
      const { identifier, sequence } = reply;
      assertEquals([identifier, sequence], [probe?.identifier, probe?.sequence]);
      // Both are drawn for each run.
      const named = { ...reply, identifier: 0xaaaa, sequence: 0xbbbb };
      forms.forEach(({ reporter }) => void reporter.reply(named, isNew));
    },
    icmpError: (error) => forms.forEach(({ reporter }) => reporter.icmpError(error)),
    unsent: (unsent) => forms.forEach(({ reporter }) => reporter.unsent(unsent)),
    progress(snapshot) {
      snapshots.push(snapshot);
      status.show(snapshot);
    },
    checkpoint: () => {},
  });
  const end = { ...result, length: plan.order.length, exitCode: 1, time: run.now() };
  for (const { reporter, lines } of forms) {
    reporter.end({ ...end, durationS: result.elapsedSeconds });
    lines.flush();
  }
  const last = snapshots.at(-1);
  if (last !== undefined) status.settle(last, true);
  run.close();
  const metadata = formatScanMetadata({
    ...{ plan, info, result, exitCode: 1, hostName: "probe-1" },
    options: {
      ...{ "max-targets": undefined, "include-reserved": false, interface: [] },
      ...{ notes: "a note", "user-metadata": undefined },
    },
  });
  const [json = "", csv = "", text = ""] = forms.map(({ sink }) => sink.text);
  const warnings = listScanWarnings(result).map((line) => `${line}\n`).join("");
  return { json, csv, text, status: terminal.text + warnings, metadata };
}

/** A progress of chosen numbers, and what is remarked of its losses. */
function chosenProgress(): string {
  const snapshot: ScanSnapshot = {
    ...{ time: 0, phase: "sending", position: 250, length: 1000, elapsedSeconds: 2.5 },
    ...{ sent: 249, unsent: 1, backoffs: 2, replies: 125, duplicates: 3, icmpErrors: 4 },
    ...{ notices: 5, unproven: 6, malformed: 7, dropped: 1, blocked: 2, failedCalls: 1 },
    ...{ sendRate: 100, replyRate: 50, remainingSeconds: 7.5 },
    hosts: { targets: 500, answered: 124 },
  };
  const empty = { ...snapshot, position: 0, length: 0, sent: 0 };
  const started = { ...snapshot, position: 0, length: 1, unsent: 0 };
  const second = { ...snapshot, sent: 900, phase: "cooldown" as const };
  const silent = { ...snapshot, replies: 0, failedCalls: 2, unsent: 2000, stuck: 1 };
  return [
    ...[snapshot, empty, started, second].map((each) =>
      scanProgressParts(each, "7.5 s left").join(", ")
    ),
    ...listScanWarnings(snapshot),
    ...listScanWarnings(silent),
  ].map((line) => `${line}\n`).join("");
}

/** The texts by the names of their files. */
export async function scanTranscripts(): Promise<ReadonlyMap<string, string>> {
  const whole = await scan(undefined);
  const shards = [await scan({ index: 1, count: 2 }), await scan({ index: 2, count: 2 })];
  const runs = [...shards, whole].map(({ metadata }, i) => {
    const run = parseShardRun(`meta-${i}.json`, metadata);
    if (typeof run === "string") throw new Error(run);
    return run;
  });
  const [one, other] = runs;
  const verify = [[one, other], [one], [one, one], runs].map((each) =>
    formatCoverage(judgeCoverage(each.filter((run) => run !== undefined))).join("\n")
  );
  return new Map([
    ["scan.jsonl", whole.json],
    ["scan.csv", whole.csv],
    ["scan_text.txt", whole.text],
    ["scan_status.txt", whole.status],
    ["scan_metadata.json.txt", whole.metadata],
    ["scan_progress.txt", chosenProgress()],
    ["scan_verify.txt", `${verify.join("\n\n")}\n`],
  ]);
}
