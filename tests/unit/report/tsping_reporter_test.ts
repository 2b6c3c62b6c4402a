import { assert, assertEquals, assertMatch } from "@std/assert";
import type { EndInfo, ReplyEvent } from "../../../src/run/event.ts";
import { ProbeCounters } from "../../../src/stats/mod.ts";
import { LineSink } from "../../../src/terminal/line_sink.ts";
import { MemorySink } from "../../support/memory_sink.ts";
import { TspingReporter } from "../../../src/report/tsping_reporter.ts";
import { EVENTFUL, reportRun } from "../../support/reported_run.ts";

const DAY_MS = 86_400_000;

const tsping =
  (separator: string | undefined, timestamps = true) => (output: LineSink, errors: LineSink) =>
    new TspingReporter(output, { timestamps, separator, errors });

/** The numbers of a machine-readable line after time and address. */
function numbersOf(line: string): number[] {
  const fields = line.split(",");
  assertEquals(fields.length, 10, line);
  assertMatch(fields[0] ?? "", /^\d{10}\.\d{6}$/);
  return fields.slice(2).map(Number);
}

/** Midnight passes here, there, or at both ends; the remote clock is ahead by so much. */
const MIDNIGHTS: Readonly<Record<string, readonly [startOfDayMs: number, offsetMs: number]>> = {
  "at both ends": [DAY_MS - 1500.5, 0.25],
  "here first": [DAY_MS - 1500.5, -700.25],
  "there first": [DAY_MS - 2500.5, 1400.25],
  "here, the other clock eleven hours behind": [DAY_MS - 1500.5, -39_600_000],
};

for (const [name, [startOfDayMs, offsetMs]] of Object.entries(MIDNIGHTS)) {
  Deno.test(`tsping: differences are right when midnight passes ${name}`, async () => {
    const network = { startOfDayMs, clock: { offsetMs }, out: 20, back: 30 };
    const { output, errors } = await reportRun(network, { count: 5 }, tsping(","));
    assertEquals([output.lines.length, errors.text], [5, ""]);
    const originates: number[] = [];
    for (const [index, line] of output.lines.entries()) {
      const [sequence, originate = NaN, , , finished = NaN, rtt, down = NaN, up = NaN] = numbersOf(
        line,
      );
      assertEquals(sequence, index);
      assert(finished >= 0 && finished < DAY_MS);
      // Whole milliseconds: each difference is within one of the truth.
      assert(Math.abs(rtt as number - 50) <= 1, `rtt ${rtt}`);
      assert(Math.abs(down - (30 - offsetMs)) <= 1, `down ${down}`);
      assert(Math.abs(up - (20 + offsetMs)) <= 1, `up ${up}`);
      originates.push(originate);
    }
    assert(Math.max(...originates) - Math.min(...originates) > DAY_MS / 2, "midnight did not pass");
  });
}

Deno.test("tsping: only the answer that counts has a line", async () => {
  const { output, errors } = await reportRun(EVENTFUL, { count: 8 }, tsping(","));
  assertEquals(output.lines.map((line) => numbersOf(line)[0]), [0, 2, 6, 7]);
  assertEquals(errors.lines, ["icmptime: 198.18.0.1: Cannot send to the host: ENETUNREACH"]);
});

Deno.test("tsping: another separator, no time, and words", async () => {
  const plain = await reportRun({}, { count: 1 }, tsping(";", false));
  assertMatch(plain.output.text, /^198\.18\.0\.1;0(;-?\d+){7}\n$/);
  const words = await reportRun({}, { count: 1 }, tsping(undefined));
  assertMatch(
    words.output.text,
    /^\[\d{10}\.\d{6}\] 198\.18\.0\.1 {6}: \[0\] Originate: \d+, Received: \d+, Transmit: \d+, Finished: \d+, RTT: 10, Down: -?\d+, Up: -?\d+,\n$/,
  );
  const echo = await reportRun({}, { count: 1, kind: "echo" }, tsping(",", false));
  assertEquals(echo.output.text, "198.18.0.1,0,10\n");
});

Deno.test("tsping: a host whose stamps cannot be used is reported once", async () => {
  const { output, errors } = await reportRun(
    { quirk: "other-originate" },
    { count: 3 },
    tsping(","),
  );
  assertEquals(output.text, "");
  assertEquals(errors.lines, [
    "icmptime: 198.18.0.1: stamps that cannot be used (originate-changed)",
  ]);
});

Deno.test("tsping: the number of a probe has sixteen bits, as the wire has", () => {
  const output = new MemorySink();
  const sink = new LineSink(output, () => {});
  const reporter = new TspingReporter(sink, {
    ...{ timestamps: false, separator: ",", errors: sink },
  });
  const reply = (index: number, flags: readonly string[] = []) =>
    reporter.reply({
      probe: { index, target: { address: 0xc0000207 } },
      reply: { rttNs: 1.6e6, receivedAt: { realtimeNs: 5e6 } },
      flags,
    } as unknown as ReplyEvent);
  for (const index of [0, 65_535, 65_536, 65_541]) reply(index);
  for (const flag of ["duplicate", "late", "after-icmp-error"]) reply(7, [flag]);
  sink.flush();
  assertEquals(output.lines, [0, 65_535, 0, 5].map((number) => `192.0.2.7,${number},2`));
});

Deno.test("tsping: what went wrong on this machine is on standard error at the end", () => {
  const errors = new MemorySink();
  const sink = new LineSink(errors, () => {});
  const reporter = new TspingReporter(sink, {
    ...{ timestamps: false, separator: ",", errors: sink },
  });
  const totals = Object.assign(new ProbeCounters(), { droppedByUs: 2, lost: 3 });
  reporter.end({ failedCalls: 1, kernelDrops: 1, totals } as EndInfo);
  assertEquals(errors.lines, [
    "icmptime: 1 system call on the sockets failed: replies may be missing",
    "icmptime: this machine's full receive buffer dropped 1 datagram",
    "icmptime: up to 2 of the 3 lost probes may have been answered",
  ]);
});
