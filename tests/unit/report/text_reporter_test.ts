/** Single lines of `ping` as text, from events made by hand. */

import { assertEquals } from "@std/assert";
import { TextReporter, type TextReporterOptions } from "../../../src/report/text_reporter.ts";
import type {
  EndInfo,
  IcmpErrorEvent,
  RunInfo,
  TimeoutEvent,
  UnsentEvent,
} from "../../../src/run/event.ts";
import type { Probe } from "../../../src/probe/probe.ts";
import type { StrayDatagram } from "../../../src/probe/outcome.ts";
import { ProbeCounters } from "../../../src/stats/mod.ts";
import { setColorEnabled } from "../../../src/terminal/color.ts";
import { LineSink } from "../../../src/terminal/line_sink.ts";
import { MemorySink } from "../../support/memory_sink.ts";

const RUN = {
  ...{ kind: "timestamp", targets: 1, lengthBytes: 20, stampSource: "kernel", timeoutMs: 1500 },
  ...{ baseUnixMs: 1_000_000, stampAt: "driver", isUnprivileged: false },
} as unknown as RunInfo;
const TARGET = { index: 0, label: "192.0.2.7", address: 0xc0000207 };
const SENT_AT = { realtimeNs: 2.5e9, monotonicNs: 1e9, source: "kernel" } as const;
const PROBE = { target: TARGET, index: 4, sentAt: SENT_AT, deadlineNs: 2.5e9 } as unknown as Probe;

/** What a reporter writes of a run that has begun, without its heading. */
function write(
  fill: (reporter: TextReporter) => void,
  options: Partial<TextReporterOptions> = {},
  run: Partial<RunInfo> = {},
): string[] {
  setColorEnabled(false);
  const output = new MemorySink();
  const sink = new LineSink(output, (error) => {
    throw error;
  });
  const reporter = new TextReporter(sink, {
    ...{ quiet: false, verbose: false, numeric: true, timestamps: false },
    ...options,
  });
  reporter.run({ ...RUN, ...run });
  sink.flush();
  const heading = output.lines.length;
  fill(reporter);
  sink.flush();
  return output.lines.slice(heading);
}

function heading(run: Partial<RunInfo>, quiet = false): string[] {
  const output = new MemorySink();
  const sink = new LineSink(output, () => {});
  const options = { quiet, verbose: false, numeric: true, timestamps: false };
  new TextReporter(sink, options).run({ ...RUN, ...run });
  sink.flush();
  return output.lines;
}

Deno.test("text: the heading says what is sent, to how many, and who takes the stamps", () => {
  assertEquals(heading({}), [
    "icmptime: timestamp requests of 20 bytes to 1 target, kernel stamps",
  ]);
  assertEquals(heading({ targets: 2, stampSource: "user", isUnprivileged: true }), [
    "icmptime: timestamp requests of 20 bytes to 2 targets, user-space stamps, unprivileged",
  ]);
  assertEquals(heading({}, true), []);
});

Deno.test("text: no answer, when it was due, and whether the probe ever left", () => {
  const timeout = (isQueued: boolean, options: Partial<TextReporterOptions> = {}) =>
    write((reporter) => reporter.timeout({ probe: PROBE, isQueued } as TimeoutEvent), options);
  const text = "192.0.2.7: seq=4 no answer within 1.5 s";
  assertEquals(timeout(false), [text]);
  assertEquals(timeout(true), [`${text}: not out of this machine's own queue`]);
  // It left at 2.5 s and was due 1.5 s later; the realtime clock began 1000 s after 1970.
  assertEquals(timeout(false, { timestamps: true }), [`[1004.000000] ${text}`]);
  assertEquals(timeout(false, { quiet: true }), []);
});

Deno.test("text: an ICMP error with its sender and its time; wide lines go on four columns in", () => {
  const error = (name: string, options: Partial<TextReporterOptions> = {}) =>
    write((reporter) =>
      reporter.icmpError({
        outcome: {
          ...{ probe: PROBE, error: { name }, reporter: 0xc0000201, rttNs: 1.2346e6 },
          receivedAt: { ...SENT_AT, realtimeNs: 3e9 },
        },
      } as unknown as IcmpErrorEvent), options);
  const head = "192.0.2.7: seq=4 ICMP error from 192.0.2.1:";
  assertEquals(error("x"), [`${head} x after 1.23 ms`]);
  // 80 columns fit with the last of these words, and not with one letter more.
  const name = "y".repeat(80 - `${head}  after 1.23 ms`.length);
  assertEquals(error(name), [`${head} ${name} after 1.23 ms`]);
  assertEquals(error(`${name}y`), [`${head} ${name}y after 1.23`, "    ms"]);
  assertEquals(error(name, { timestamps: true })[0]?.startsWith("[1003.000000] "), true);
  for (const line of error(name, { timestamps: true })) assertEquals(line.length <= 80, true, line);
  assertEquals(error("x", { quiet: true }), []);
});

const unsent = (reporter: TextReporter, code: string) =>
  reporter.unsent({
    outcome: {
      ...{ target: TARGET, index: 5, at: SENT_AT },
      error: { syscall: "sendto", code, message: `Cannot send: ${code}` },
    },
  } as unknown as UnsentEvent);
const END = {
  ...{ targets: 1, answered: 1, unreported: 0, failedCalls: 0, kernelDrops: 0 },
  totals: new ProbeCounters(),
} as unknown as EndInfo;

Deno.test("text: why a probe was not sent, at once, or with -q at the end", () => {
  const both = (reporter: TextReporter) => {
    unsent(reporter, "EPERM");
    unsent(reporter, "EPERM");
    reporter.end(END);
  };
  const line = "192.0.2.7: seq=5 not sent: Cannot send: EPERM";
  assertEquals(write(both), [line, line]);
  assertEquals(write(both, { quiet: true }), ["2 not sent: Cannot send: EPERM, …"]);
});

Deno.test("text: at the end what no block of a target says", () => {
  const end = (more: Partial<EndInfo>) => write((reporter) => reporter.end({ ...END, ...more }));
  assertEquals(end({}), []);
  assertEquals(end({ targets: 2, answered: 1 }), ["", "1 of 2 targets answered"]);
  assertEquals(end({ unreported: 1, failedCalls: 1 }), [
    "1 more reply came than is printed; all are counted",
    "1 system call on the sockets failed: replies may be missing",
  ]);
  assertEquals(end({ unreported: 2 }), ["2 more replies came than are printed; all are counted"]);
});

Deno.test("text: what is no answer has a line with -v alone", () => {
  const stray = { receivedAt: SENT_AT, kind: "foreign", detail: "a\x1b[31m" };
  const lines = (options: Partial<TextReporterOptions>) =>
    write((reporter) => reporter.stray(stray as unknown as StrayDatagram), options);
  assertEquals(lines({ verbose: true }), ["ignored (foreign): a\ufffd[31m"]);
  assertEquals(lines({}), []);
  assertEquals(lines({ verbose: true, quiet: true }), []);
});

Deno.test("text: an explained request says what the kernel fills in, a captured one left as it is", () => {
  const explain = (bytes: Uint8Array) => `${bytes.length} octets`;
  const sent = (probe: Probe, options: Partial<TextReporterOptions>) =>
    write((reporter) => reporter.sent(probe, new Uint8Array(40)), options);
  assertEquals(sent(PROBE, { explain }).slice(0, 3), [
    "Request 4 to 192.0.2.7",
    "40 octets",
    "The kernel fills in source and identification where they are zero, and renews",
  ]);
  const captured = { ...PROBE, target: { ...TARGET, client: 1 } } as unknown as Probe;
  assertEquals(sent(captured, { explain, client: 1 }), ["Request 4 to 192.0.2.7", "40 octets"]);
  assertEquals(sent(PROBE, {}), []);
  assertEquals(sent(PROBE, { explain, quiet: true }), []);
});
