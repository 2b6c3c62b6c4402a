import { assertEquals } from "@std/assert";
import { LineSink } from "../../../src/terminal/line_sink.ts";
import { ScanReporter, type ScanReporterOptions } from "../../../src/report/scan_reporter.ts";
import { listScanWarnings, ScanStatus } from "../../../src/report/scan_status.ts";
import { measureSingleReply } from "../../../src/measurement/single_reply.ts";
import { parseExpression } from "../../../src/run/condition_expression.ts";
import { MemorySink } from "../../support/memory_sink.ts";
import type { ScanSnapshot } from "../../../src/run/scan/run.ts";
import type { ScanIcmpError, ScanReply } from "../../../src/scan/scan_record.ts";

/** Midnight of 2026-09-13. */
const BASE_MS = 1_789_257_600_000;

const reply: ScanReply = {
  address: 0x0a000001,
  ...{ ipId: 7, identifier: 0x1234, sequence: 0x5678 },
  ttl: 60,
  rttMs: 10.25,
  originateMs: 1000,
  receiveMs: 1105,
  transmitMs: 1105,
  receivedNs: 1010.75e6,
  measurement: measureSingleReply({
    originateMs: 1000,
    receiveMs: 1105,
    transmitMs: 1105,
    arrivalMs: 1010.75,
  }),
  flags: ["tick-assumed"],
};
const icmpError: ScanIcmpError = {
  address: 0x0a000002,
  reporter: 0x0a0000fe,
  type: 3,
  code: 1,
  name: "destination unreachable: host unreachable",
  ttl: 63,
  rttMs: 0.125,
  originateMs: 1000,
  receivedNs: 1000.625e6,
};

function write(options: Partial<ScanReporterOptions>): string[] {
  let text = "";
  const bytes = {
    writeSync: (part: Uint8Array) => (text += new TextDecoder().decode(part), part.length),
  };
  const sink = new LineSink(bytes, (error) => {
    throw error;
  });
  const reporter = new ScanReporter(sink, {
    format: "text",
    only: [],
    baseUnixMs: BASE_MS,
    ...options,
  });
  if (options.format === "csv") reporter.run({} as Parameters<ScanReporter["run"]>[0]);
  reporter.reply(reply, true);
  reporter.reply({ ...reply, flags: ["duplicate", "odd-code"] }, false);
  reporter.icmpError(icmpError);
  const message = "Cannot send to 10.0.0.3: Operation not permitted (EPERM)";
  const error = { syscall: "sendmmsg", code: "EPERM", message };
  reporter.unsent({ address: 0x0a000003, error, time: BASE_MS / 1e3 });
  sink.flush();
  return text.trimEnd().split("\n");
}

Deno.test("text is each address that answered, once", () => {
  assertEquals(write({}), ["10.0.0.1"]);
});

Deno.test("json has every record; the offset's bounds hold the truth", () => {
  const records = write({ format: "json" }).map((line) => JSON.parse(line));
  assertEquals(records.map(({ type }) => type), ["reply", "reply", "icmp_error", "unsent"]);
  assertEquals(records[0], {
    type: "reply",
    target: "10.0.0.1",
    address: "10.0.0.1",
    time: 1789257601.01075,
    ttl: 60,
    rtt_ms: 10.25,
    originate_ms: 1000,
    receive_ms: 1105,
    transmit_ms: 1105,
    arrival_ms: 1010,
    // The remote clock is 100 ms ahead: sent at 1000.x, there at 1105.x, back at 1010.75.
    offset_ms: 100.125,
    offset_lower_ms: 94.25,
    offset_upper_ms: 106,
    reading: "standard",
    flags: ["tick-assumed"],
    ip_id: 7,
    identifier: 0x1234,
    sequence: 0x5678,
    time_iso: "2026-09-13T00:00:01.010750Z",
  });
  assertEquals(records[1].flags, ["duplicate", "odd-code"]);
  assertEquals(records[2], {
    type: "icmp_error",
    target: "10.0.0.2",
    address: "10.0.0.2",
    time: 1789257601.000625,
    reporter: "10.0.0.254",
    icmp_type: 3,
    icmp_code: 1,
    error: "destination unreachable: host unreachable",
    ttl: 63,
    rtt_ms: 0.125,
  });
  assertEquals(records[3], {
    type: "unsent",
    target: "10.0.0.3",
    address: "10.0.0.3",
    time: 1789257600,
    syscall: "sendmmsg",
    error_code: "EPERM",
    error: "Cannot send to 10.0.0.3: Operation not permitted (EPERM)",
  });
});

Deno.test("csv has a header, empty cells and fields in the order asked for", () => {
  assertEquals(
    write({ format: "csv", fields: ["type", "rtt_ms", "address", "reporter", "flags"] }),
    [
      "type,rtt_ms,address,reporter,flags",
      "reply,10.25,10.0.0.1,,tick-assumed",
      "reply,10.25,10.0.0.1,,duplicate;odd-code",
      "icmp_error,0.125,10.0.0.2,10.0.0.254,",
      "unsent,,10.0.0.3,,",
    ],
  );
});

Deno.test("--only keeps the records chosen", () => {
  const types = (only: ScanReporterOptions["only"]) =>
    write({ format: "json", only }).map((line) => JSON.parse(line).type);
  assertEquals(types(["reply"]), ["reply", "reply"]);
  assertEquals(types(["icmp_error", "unsent"]), ["icmp_error", "unsent"]);
});

Deno.test("a reply that is not measured has its stamps and no offset", () => {
  let text = "";
  const bytes = {
    writeSync: (part: Uint8Array) => (text += new TextDecoder().decode(part), part.length),
  };
  const sink = new LineSink(bytes, () => {});
  new ScanReporter(sink, { format: "json", only: [], baseUnixMs: BASE_MS }).reply({
    ...reply,
    receiveMs: 0x80000001,
    measurement: undefined,
  }, true);
  sink.flush();
  assertEquals(JSON.parse(text).offset_lower_ms, undefined);
  assertEquals(JSON.parse(text).receive_ms, 0x80000001);
});

const progress: ScanSnapshot = {
  time: 1_795_776_001.25,
  hosts: { targets: 100_000, answered: 310 },
  position: 12_500,
  length: 100_000,
  elapsedSeconds: 1.25,
  sendRate: 9998.4,
  replyRate: 250,
  remainingSeconds: 8.75,
  phase: "sending",
  sent: 12_500,
  unsent: 0,
  backoffs: 0,
  replies: 310,
  duplicates: 0,
  icmpErrors: 0,
  notices: 0,
  unproven: 0,
  malformed: 0,
  dropped: 0,
  blocked: 0,
  failedCalls: 0,
};

/** What is shown of a scan of 100,000 probes to `targets` targets, of which 310 answered. */
function show(columns: number, changes: Partial<ScanSnapshot> = {}, targets = 100_000): string {
  const terminal = new MemorySink();
  const status = new ScanStatus(terminal, { columns: () => columns });
  status.show({ ...progress, hosts: { targets, answered: 310 }, ...changes });
  return terminal.text.replace("\r\x1b[K", "");
}

Deno.test("progress says first how much longer it takes", () => {
  assertEquals(
    show(81),
    "12.5 %, 9 s left, 310 hosts answered (2.48 %), 12,500 sent at 9,998/s, 0 dropped",
  );
  assertEquals(show(40), "12.5 %, 9 s left   ██▌·················");
  assertEquals(show(10), "12.5 %");
  assertEquals(show(5), "12.5");
});

Deno.test("progress of a scan that has sent all says how long it still waits", () => {
  assertEquals(
    show(80, { position: 100_000, phase: "cooldown", remainingSeconds: 3.2 }),
    "100.0 %, waiting 4 s more for replies, 310 hosts answered (2.48 %), 12,500 sent",
  );
});

Deno.test("the last ten seconds of sending are counted down, rounded up", () => {
  const left = (seconds: number) =>
    show(200, { position: 0, elapsedSeconds: 0, remainingSeconds: seconds }).split(", ")[1];
  assertEquals([0.2, 9.2, 10.4, 75].map(left), ["1 s left", "10 s left", "10 s left", "75 s left"]);
});

Deno.test("a scan of nothing is done, and before the first probe no host has been hit", () => {
  const parts = show(200, { length: 0, position: 0, sent: 0, phase: "cooldown" }).split(", ");
  assertEquals([parts[0], parts[2]], ["100.0 %", "310 hosts answered (0.00 %)"]);
});

Deno.test("the hit rate is of hosts, however often each is probed", () => {
  const changes = { sent: 5000, position: 5000, replies: 3100 };
  assertEquals(show(80, changes, 500).split(", ")[2], "310 hosts answered (62.00 %)");
});

Deno.test("the last line of a scan says how long it took", () => {
  const stream = new MemorySink();
  const status = new ScanStatus(stream, { mode: "plain" });
  const hosts = { targets: 10, answered: 1 };
  const over = { ...progress, hosts, position: 100_000, phase: "cooldown", dropped: 3 } as const;
  status.settle(over, true);
  status.settle({ ...progress, hosts, sent: 2 }, false);
  assertEquals(stream.lines, [
    "100.0 %, 1.3 s in all, 1 host answered (10.00 %), 12,500 sent, 3 dropped",
    "12.5 %, 1.3 s so far, 1 host answered (50.00 %), 2 sent at 9,998/s, 0 dropped",
  ]);
});

Deno.test("elsewhere than on a terminal progress is a line every ten seconds", () => {
  const stream = new MemorySink();
  const status = new ScanStatus(stream, { mode: "plain" });
  for (let seconds = 0; seconds <= 25; seconds++) {
    status.show({ ...progress, elapsedSeconds: seconds });
  }
  status.erase();
  assertEquals(stream.lines.length, 2);
});

Deno.test("lost replies and refused probes are said, and nothing else", () => {
  assertEquals(listScanWarnings(progress), []);
  assertEquals(
    listScanWarnings({ ...progress, dropped: 1234, unsent: 5 }).map((line) => line.slice(0, 42)),
    [
      "lost replies: the kernel dropped 1,234 dat",
      "the kernel refused 5 probes: their hosts w",
    ],
  );
});

/** A filter, and the kinds of the four records that pass it. */
const FILTERS: readonly (readonly [text: string, kinds: readonly string[]])[] = [
  ["rtt_ms < 50", ["reply", "reply", "icmp_error"]],
  ["!duplicate && rtt_ms > 1", ["reply"]],
  ["type = unsent || icmp_code = 1", ["icmp_error", "unsent"]],
  ["ip_id = 7 && identifier = 4660 && odd-code", ["reply"]],
  ["time_iso = '2026-09-13T00:00:01.010750Z'", ["reply", "reply"]],
];

for (const [text, kinds] of FILTERS) {
  Deno.test(`only records of which ${text}`, () => {
    const lines = write({ format: "json", filter: parseExpression(text) });
    assertEquals(lines.map((line) => JSON.parse(line).type), [...kinds]);
  });
}

Deno.test("a filter holds for text too", () => {
  assertEquals(write({ format: "text", filter: parseExpression("rtt_ms < 5") }), [""]);
  assertEquals(write({ format: "text", filter: parseExpression("ttl = 60") }), ["10.0.0.1"]);
});
