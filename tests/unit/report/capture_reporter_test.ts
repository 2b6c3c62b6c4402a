/** The text of a capture: what differs from that of a live run. */

import { assertEquals } from "@std/assert";
import { CaptureReporter } from "../../../src/report/capture_reporter.ts";
import { CaptureRun, describeCapture, followPings } from "../../../src/run/capture/capture_run.ts";
import { parseDatagram } from "../../../src/packet/mod.ts";
import type { EndInfo, RunInfo } from "../../../src/run/event.ts";
import { ProbeCounters } from "../../../src/stats/mod.ts";
import { setColorEnabled } from "../../../src/terminal/color.ts";
import { LineSink } from "../../../src/terminal/line_sink.ts";
import { MemorySink } from "../../support/memory_sink.ts";
import { CLIENT, datagramOf, type Exchanged } from "../run/capture/exchange.ts";

/** A reporter, and what it has written so far. */
function open() {
  setColorEnabled(false);
  const output = new MemorySink();
  const sink = new LineSink(output, (error) => {
    throw error;
  });
  const options = { quiet: false, verbose: false, numeric: true, timestamps: false };
  const reporter = new CaptureReporter(sink, options);
  const lines = () => {
    sink.flush();
    return output.lines;
  };
  return { reporter, lines };
}

Deno.test("capture text: at the end what was captured twice, and what answers nothing", () => {
  const endOf = (targets: number, copies: number, unmatched: number) => {
    const { reporter, lines } = open();
    const capture = { packets: 9, copies, kinds: [] };
    const end = { targets, answered: 1, unmatched, unreported: 0, failedCalls: 0, kernelDrops: 0 };
    reporter.end({ ...end, totals: new ProbeCounters(), capture } as unknown as EndInfo);
    return lines();
  };
  assertEquals(endOf(1, 0, 0), ["", "9 packets"]);
  assertEquals(endOf(1, 1, 1), [
    ...["", "9 packets", "1 packet seen again further on count once"],
    "1 reply to no request in the capture",
  ]);
  assertEquals(endOf(2, 2, 2), [
    ...["", "1 of 2 targets answered", "9 packets", "2 packets seen again further on count once"],
    "2 replies to no request in the capture",
  ]);
});

Deno.test("capture text: a day that a file cannot have is no day", () => {
  const heading = (time: number, source?: string) => {
    const { reporter, lines } = open();
    reporter.run({ time, source } as RunInfo);
    return lines().join(" ").replaceAll(/ +/g, " ");
  };
  assertEquals(heading(0, "a.pcap"), "icmptime: a.pcap, from 1970-01-01 00:00:00 UTC");
  assertEquals(heading(-1), "icmptime: capture, from 1969-12-31 23:59:59 UTC");
  for (const time of [NaN, Infinity, 1e11, -1e11]) {
    assertEquals(heading(time), "icmptime: capture, from an unknown time UTC");
  }
});

Deno.test("capture text: the file, other clients, where it was taken, and what it held", () => {
  const { reporter, lines } = open();
  const run = new CaptureRun(
    { program: { command: "decode", version: "1.2.3" }, source: "a\x1b.pcap", timeoutMs: 1000 },
    (info) => reporter.run(info),
    followPings(reporter),
  );
  const packets: Exchanged[] = [
    { atMs: 42_694_656, asks: true, ttl: 63, originateMs: 42_694_650 },
    { atMs: 42_694_658, asks: false, ttl: 61, originateMs: 42_694_650 },
    { atMs: 42_694_700, asks: true, client: CLIENT + 1 },
    { atMs: 42_694_702, asks: false, client: CLIENT + 1, sequence: 9 },
  ];
  for (const packet of packets) {
    const bytes = datagramOf(packet);
    const parsed = parseDatagram(bytes);
    if (!parsed.ok) throw new Error(parsed.malformed.reason);
    const time = { unixSeconds: 1_795_780_294, nanoseconds: (packet.atMs - 42_694_000) * 1e6 };
    run.add({ ...parsed.value, ...time, bytes, isCut: false, direction: undefined });
  }
  const counts = new Map([["timestamp-request", 2], ["not ICMP", 1], ["timestamp-reply", 2]]);
  const capture = describeCapture(5, run.copies, counts);
  reporter.end({ ...run.finish(), reason: "complete", exitCode: 0, capture });
  const shown = lines().filter((line) => !/^(ms|rtt|out|back|clock) /.test(line));
  assertEquals(shown, [
    "icmptime: a\ufffd.pcap, from 2026-11-27 11:51:34 UTC",
    "192.0.2.7: seq=0 ttl=61 rtt=2.00 ms  clock +2 ±2 ms  out 2.5 back -0.5 ±0.5",
    "",
    "--- 192.0.2.7 ---",
    "1 sent, 1 received, 0 % loss",
    'captured on the path: rtt counts from there and back, and "our" clock is that of',
    "    the capturing machine",
    "",
    "--- 192.0.2.7 < 198.51.100.2 ---",
    "1 sent, 0 received, loss unknown, 1 pending",
    "",
    "1 of 2 targets answered",
    "5 packets: 2 timestamp requests, 2 timestamp replies, 1 not ICMP",
    "1 reply to no request in the capture",
  ]);
});
