/** Which answers count in each of fping's modes: late ones, slow ones, repeated ones, and those after an ICMP error. */

import { assertEquals } from "@std/assert";
import { JsonForm } from "../../../src/report/fping/json_form.ts";
import {
  type FpingReporterOptions,
  timeoutNs,
} from "../../../src/report/fping/reporter_options.ts";
import { TargetStatistics } from "../../../src/run/target_statistics.ts";
import { LineSink } from "../../../src/terminal/line_sink.ts";
import { fpingForm } from "../../support/fping_form.ts";
import { MemorySink } from "../../support/memory_sink.ts";

const TARGET = { index: 0, label: "host", address: 0xc0000207 };
const OTHER_SOURCE = 0xc0000208;

/** An answer that a test hands to the reporter. */
interface Answer {
  readonly index?: number;
  readonly rttMs?: number;
  readonly flag?: string;
  readonly target?: typeof TARGET;
  readonly source?: number;
  readonly stamps?: { originateMs: number; receiveMs: number; transmitMs: number };
}

/** A reporter that is handed events one by one, its lines kept. */
class Desk {
  readonly #sinks = [new MemorySink(), new MemorySink()] as const;
  readonly #lines = this.#sinks.map((sink) => new LineSink(sink, () => {}));
  readonly #reporter;

  constructor(options: Partial<FpingReporterOptions>, time?: "unix") {
    const [output, errors] = this.#lines as [LineSink, LineSink];
    this.#reporter = fpingForm(options, { time })(output, errors);
    this.#reporter.run({ kind: "timestamp", targets: 1 } as never);
  }

  reply({ index = 0, rttMs = 5, flag, target = TARGET, source, stamps }: Answer = {}): this {
    const flags = flag === undefined ? [] : [flag];
    const probe = { target, index };
    const header = { source: source ?? target.address, tos: 4, ttl: 61 };
    const receivedAt = { realtimeNs: 2.5e9 };
    const reply = { rttNs: rttMs * 1e6, receivedAt, header, lengthBytes: 64, stamps };
    this.#reporter.reply({ probe, reply, flags, baseUnixMs: 1_000_000 } as never);
    return this;
  }

  /** A probe that left at 3 s by the wall and at 1 s by the other clock, and waited until `deadlineS` by the latter. */
  timeout({ index = 0, deadlineS = 2, target = TARGET } = {}): this {
    const sentAt = { realtimeNs: 3e9, monotonicNs: 1e9 };
    const probe = { target, index, sentAt, deadlineNs: deadlineS * 1e9 };
    this.#reporter.timeout({ probe, baseUnixMs: 1_000_000 } as never);
    return this;
  }

  /** The report of an interval, Unix seconds. */
  report(time: number, targets: readonly typeof TARGET[] = [TARGET]): this {
    for (const target of targets) {
      this.#reporter.summary(new TargetStatistics(target, "interval").summary(time, 1));
    }
    return this;
  }

  /** A summary in mid-run that the user asks for. */
  ask(target: typeof TARGET): this {
    this.#reporter.summary(new TargetStatistics(target).summary(3));
    return this;
  }

  /** The last summaries. */
  finish(...targets: readonly typeof TARGET[]): { output: string[]; errors: string[] } {
    this.#reporter.ending();
    for (const target of targets) {
      this.#reporter.summary(new TargetStatistics(target).summary(9));
    }
    return this.lines;
  }

  get totals() {
    const { alive, sent, received, timeouts, rtt } = this.#reporter.totals;
    return { alive, sent, received, timeouts, counted: rtt.received };
  }

  get lines(): { output: string[]; errors: string[] } {
    for (const sink of this.#lines) sink.flush();
    const [output, errors] = this.#sinks;
    return { output: output.lines, errors: errors.lines };
  }
}

const LIST = { mode: "list", hasProbeLines: false, lists: "both" } as const;

Deno.test("fping: in list mode a late answer makes a host alive, and only the first one", () => {
  const desk = new Desk(LIST).timeout().reply({ rttMs: 1200, flag: "late" });
  assertEquals(desk.totals, { alive: 1, sent: 1, received: 1, timeouts: 1, counted: 1 });
  desk.reply({ index: 1, flag: "late" });
  assertEquals(desk.totals, { alive: 1, sent: 1, received: 2, timeouts: 1, counted: 1 });
  assertEquals(desk.finish(TARGET).output, ["host is alive"]);
});

for (const mode of ["count", "loop"] as const) {
  Deno.test(`fping: in ${mode} mode a late answer is received and changes nothing else`, () => {
    const desk = new Desk({ mode }).timeout().reply({ rttMs: 1200, flag: "late" });
    assertEquals(desk.totals, { alive: 0, sent: 1, received: 1, timeouts: 1, counted: 0 });
    assertEquals(desk.lines.output, ["host     : [0], timed out (NaN avg, 100% loss)"]);
  });
}

Deno.test("fping: an answer after an ICMP error counts within its probe's time alone", () => {
  const desk = new Desk({}).timeout().reply({ rttMs: 1000, flag: "after-icmp-error" });
  assertEquals(desk.totals, { alive: 1, sent: 1, received: 1, timeouts: 1, counted: 1 });
  assertEquals(desk.lines.output.at(-1), "host     : [0], 64 bytes, 1000 ms (1000 avg, 0% loss)");
  const slow = new Desk({}).timeout().reply({ rttMs: 1000.001, flag: "after-icmp-error" });
  assertEquals(slow.totals, { alive: 0, sent: 1, received: 1, timeouts: 1, counted: 0 });
});

Deno.test("fping: an answer that was read before its time was looked at is lost all the same", () => {
  const desk = new Desk({}).reply({ rttMs: 1000 }).reply({ index: 1, rttMs: 1000.001 });
  assertEquals(desk.totals, { alive: 1, sent: 2, received: 2, timeouts: 1, counted: 1 });
  assertEquals(desk.lines.output, [
    "host     : [0], 64 bytes, 1000 ms (1000 avg, 0% loss)",
    "host     : [1], timed out (1000 avg, 50% loss)",
  ]);
});

Deno.test("fping: repeated answers count in loop mode, and have a line of their own elsewhere", () => {
  const twice = (options: Partial<FpingReporterOptions>) =>
    new Desk(options).reply({ index: 2 }).reply({ index: 2, rttMs: 7, flag: "duplicate" });
  const duplicate = (index: number) => `host : duplicate for [${index}], 64 bytes, 7.00 ms`;
  const loop = twice({ mode: "loop" });
  assertEquals(loop.totals, { alive: 1, sent: 1, received: 2, timeouts: 0, counted: 2 });
  assertEquals(loop.lines, {
    output: [
      "host     : [2], 64 bytes, 5.00 ms (5.00 avg, 0% loss)",
      "host     : [2], 64 bytes, 7.00 ms (6.00 avg, 0% loss)",
    ],
    errors: [],
  });
  const slow = new Desk({ mode: "loop" }).reply({ rttMs: 1001, flag: "duplicate" });
  assertEquals(slow.totals, { alive: 1, sent: 0, received: 1, timeouts: 0, counted: 1 });
  // A line for each probe leaves no room for those that are repeated.
  const count = twice({});
  assertEquals([count.totals.counted, count.lines.errors], [1, []]);
  assertEquals(twice({ hasProbeLines: false }).lines.errors, [duplicate(2)]);
  assertEquals(twice({ hasProbeLines: false, isQuiet: true }).lines.errors, []);
  // All tries of list mode are one probe, and its duplicates are not quiet.
  assertEquals(twice(LIST).lines.errors, [duplicate(0)]);
  assertEquals(twice({ ...LIST, isQuiet: true }).lines.errors, [duplicate(0)]);
});

Deno.test("fping: each try of list mode may take the backoff times as long as the one before", () => {
  assertEquals([0, 1, 2].map((index) => timeoutNs({ timeoutMs: 500 }, index)), [5e8, 5e8, 5e8]);
  assertEquals(
    [0, 1, 2].map((index) => timeoutNs({ timeoutMs: 500, backoff: 1.5 }, index)),
    [5e8, 7.5e8, 11.25e8],
  );
  const output = (rttMs: number) =>
    new Desk({ ...LIST, timeoutMs: 500, backoff: 1.5 }).reply({ index: 2, rttMs }).finish(TARGET)
      .output;
  assertEquals(output(1125), ["host is alive"]);
  assertEquals(output(1125.1), ["host is unreachable"]);
});

Deno.test("fping: the time before a line is that of the answer, or when the probe's time was over", () => {
  const { output } = new Desk({}, "unix").reply().timeout({ index: 1, deadlineS: 2.75 }).lines;
  assertEquals(output, [
    "[1002.50000] host     : [0], 64 bytes, 5.00 ms (5.00 avg, 0% loss)",
    "[1004.75000] host     : [1], timed out (5.00 avg, 50% loss)",
  ]);
});

Deno.test("fping: a clock that was set back during a round trip gives 0, not less", () => {
  const { output } = new Desk({}).reply({ rttMs: -3 }).lines;
  assertEquals(output, ["host     : [0], 64 bytes, 0.000 ms (0.000 avg, 0% loss)"]);
  const netdata = { everyMs: 1000, words: [] };
  const loop = new Desk({ mode: "loop", hasProbeLines: false, netdata }).reply({ rttMs: -3 });
  assertEquals(loop.report(1).lines.output.filter((line) => / = 0$/.test(line)), [
    ...["SET min = 0", "SET avg = 0", "SET max = 0"],
  ]);
  const { errors } = new Desk(LIST).reply({ rttMs: -3, flag: "duplicate" }).lines;
  assertEquals(errors, ["host : duplicate for [0], 64 bytes, 0.000 ms"]);
});

Deno.test("fping: who answered in the place of a target stands before its line, once", () => {
  const source = OTHER_SOURCE;
  const loop = new Desk({ mode: "loop" }).reply({ source }).timeout({ index: 1 });
  assertEquals(loop.finish(TARGET).errors[0], " [<- 192.0.2.8]");
  const errors = (options: Partial<FpingReporterOptions>) =>
    new Desk(options).reply({ source }).reply({ source, flag: "duplicate" }).lines.errors;
  const duplicate = "host : duplicate for [0], 64 bytes, 5.00 ms [<- 192.0.2.8]";
  assertEquals(errors(LIST), [` [<- 192.0.2.8]${duplicate}`]);
  assertEquals(errors({ ...LIST, lists: "alive" }), [` [<- 192.0.2.8]${duplicate}`]);
  // No line of standard output has it beside it.
  assertEquals(errors({ ...LIST, lists: "unreachable" }), [duplicate]);
  assertEquals(errors({ hasProbeLines: false }), [duplicate]);
});

Deno.test("fping: in the list of both the timestamps follow a comma, in that of the alive a blank", () => {
  const stamps = { originateMs: 1, receiveMs: 2, transmitMs: 3 };
  const words = " timestamps: Originate=1 Receive=2 Transmit=3 Localreceive=2500";
  assertEquals(new Desk(LIST).reply({ stamps }).lines.output, [`host is alive,${words}`]);
  assertEquals(new Desk({ ...LIST, lists: "alive" }).reply({ stamps }).lines.output, [
    `host${words}`,
  ]);
});

Deno.test("fping: one empty line parts the lines of probes from all summaries", () => {
  const other = { index: 1, label: "other", address: 2 };
  const { errors } = new Desk({}).reply().timeout({ target: other }).finish(TARGET, other);
  assertEquals(errors, [
    "",
    "host     : xmt/rcv/%loss = 1/1/0%, min/avg/max = 5.00/5.00/5.00",
    "other    : xmt/rcv/%loss = 1/0/100%",
  ]);
  const quiet = new Desk({ hasProbeLines: false }).reply().finish(TARGET);
  assertEquals(quiet.errors.length, 1);
  // A report of an interval has its own empty line, and its time.
  const reported = new Desk({}).reply().report(20).finish(TARGET);
  const summary = "host     : xmt/rcv/%loss = 1/1/0%, min/avg/max = 5.00/5.00/5.00";
  assertEquals(reported.errors.toSpliced(1, 1), ["", summary, "", summary]);
});

Deno.test("fping -J: the report of an interval has the second in which it ended", () => {
  const form = new JsonForm({ time: undefined, nameWidth: 0, outagePeriodMs: undefined });
  const { output, errors } = new Desk({ form, isJson: true }).reply().report(20.9).lines;
  assertEquals(output.slice(1), [
    '{"intSum": {"time": 20, "host": "host", "xmt": 1, "rcv": 1, "loss": 0, "rttMin": 5.00, "rttAvg": 5.00, "rttMax": 5.00}}',
  ]);
  assertEquals(errors, []);
});

Deno.test("fping -N: a chart is defined before its first values", () => {
  const other = { index: 1, label: "other", address: 2 };
  const netdata = { everyMs: 1000, words: ["host", "other"] };
  const desk = new Desk({ mode: "loop", hasProbeLines: false, netdata }).report(1, [TARGET, other]);
  const isPackets = (line: string) => /^(CHART|BEGIN) \S+_packets/.test(line);
  const begun = () =>
    desk.lines.output.filter(isPackets).map((line) => line.split(" ", 2).join(" "));
  const first = ["host", "other"].flatMap((name) => [
    ...[`CHART fping.${name}_packets`, `BEGIN fping.${name}_packets`],
  ]);
  assertEquals(begun(), first);
  desk.report(2, [TARGET, other]);
  assertEquals(begun().slice(first.length), [
    ...["BEGIN fping.host_packets", "BEGIN fping.other_packets"],
  ]);
});

Deno.test("fping -N: each chart is of its interval alone, and what the user asks for is in words", () => {
  const netdata = { everyMs: 1000, words: ["host"] };
  const options = { mode: "loop", hasProbeLines: false, netdata, isCumulative: true } as const;
  const desk = new Desk(options).reply().report(1).reply({ index: 1 }).report(2);
  const sent = desk.lines.output.filter((line) => line.startsWith("SET xmt"));
  assertEquals(sent, ["SET xmt = 1", "SET xmt = 1"]);
  const { output, errors } = new Desk(options).reply().ask(TARGET).lines;
  assertEquals([output, errors.slice(1)], [[], [
    "host     : xmt/rcv/%loss = 1/1/0%, min/avg/max = 5.00/5.00/5.00",
  ]]);
});

Deno.test("fping -Q: an empty line parts a report from lines of the list of both", () => {
  const headings = (lists: FpingReporterOptions["lists"]) =>
    new Desk({ ...LIST, lists }).reply().report(20).lines.errors.length;
  assertEquals([headings("both"), headings("alive"), headings(undefined)], [3, 2, 2]);
});
