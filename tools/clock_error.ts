/** Measures in the lab how the error of an offset falls with the number of probes, for three ways to find it. */

import { clockdiffDeltas, host, JITTERED, labClock } from "../tests/support/clock_lab.ts";
import { judge, trueOffsetMs } from "../tests/support/clock_records.ts";
import { Lab } from "../tests/lab/lab.ts";
import { SOURCE_PROGRAM } from "../tests/support/program.ts";
import { readRecords } from "../tests/support/records.ts";
import type { Series } from "./plot_svg.ts";

const HOSTS = Array.from({ length: 20 }, (_, index) => host(index));
/** Numbers of probes at which the error is shown. */
const COUNTS = [5, 7, 10, 14, 20, 30, 50, 70, 100, 150, 200, 300, 400];
const MAX_PROBES = 400;
const CLOCKDIFF_PROBES = 50;
/** Offsets whose fractions of a millisecond are spread evenly. */
const OFFSETS_MS = HOSTS.map((_, index) => 100 + 7 * index + (index + 0.5) / HOSTS.length);

/** Opens a lab whose hosts have offsets of their own. */
function openLab(seed: number): Promise<Lab> {
  const hosts = HOSTS.map((address, index) =>
    [address, { clock: { offsetMs: OFFSETS_MS[index] ?? 0 } }] as const
  );
  return Lab.open({ scenario: { seed, defaults: JITTERED, hosts: Object.fromEntries(hosts) } });
}

/** Errors of `icmptime clock`, read from its own lines while it goes on, microseconds by number of probes. */
async function clockErrors(): Promise<Map<number, number[]>> {
  await using lab = await openLab(41);
  const run = await labClock(lab, ["--loop", "--every", "25ms", "-w", "20.5s", ...HOSTS]);
  const log = await lab.end();
  const errors = new Map<number, number[]>(COUNTS.map((count) => [count, []]));
  for (const address of HOSTS) {
    const lines = run.clocks.filter((clock) => clock.address === address);
    for (const [count, found] of errors) {
      const line = lines.find(({ samples, is_decided }) => is_decided && samples >= count);
      if (line === undefined || line.samples > count * 1.1 + 1) continue;
      found.push(Math.abs(judge(log, line).errorMs) * 1e3);
    }
  }
  return errors;
}

/** Errors of the least delays out and back in whole milliseconds, as plain arithmetic on the four stamps has them. */
async function wholeMillisecondErrors(): Promise<Map<number, number[]>> {
  await using lab = await openLab(42);
  const argv = SOURCE_PROGRAM.argv("--json", "-c", String(MAX_PROBES), "-i", "50ms", ...HOSTS);
  const { stdout } = await lab.mustRun(argv, { timeoutMs: 120_000 });
  const { replies } = readRecords(stdout);
  const log = await lab.end();
  const errors = new Map<number, number[]>(COUNTS.map((count) => [count, []]));
  for (const address of HOSTS) {
    const own = replies.filter((reply) => reply.address === address);
    const truth = trueOffsetMs(log, address, own.at(-1)?.time ?? NaN);
    for (const [count, found] of errors) {
      const first = own.slice(0, count);
      const out = Math.min(...first.map((reply) => reply.receive_ms - reply.originate_ms));
      const back = Math.min(...first.map((reply) => reply.arrival_ms - reply.transmit_ms));
      found.push(Math.abs((out - back) / 2 - truth) * 1e3);
    }
  }
  return errors;
}

/** Errors of the better one of clockdiff's two answers, microseconds. */
async function clockdiffErrors(): Promise<number[]> {
  await using lab = await openLab(43);
  const errors: number[] = [];
  const queue = [...HOSTS.entries()];
  await Promise.all(Array.from({ length: 5 }, async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, address] = next;
      const deltas = await clockdiffDeltas(lab, ["clockdiff"], address);
      const offsetMs = OFFSETS_MS[index] ?? NaN;
      errors.push(Math.min(...deltas.map((delta) => Math.abs(delta - offsetMs))) * 1e3);
    }
  }));
  return errors;
}

function toSeries(name: string, errors: ReadonlyMap<number, readonly number[]>): Series {
  const points = [...errors].filter(([, found]) => found.length >= HOSTS.length / 2)
    .map(([x, found]) => {
      const sorted = found.toSorted((one, other) => one - other);
      const at = (share: number) =>
        Math.round((sorted[Math.round(share * (sorted.length - 1))] ?? NaN) * 10) / 10;
      return { x, lower: at(0.1), median: at(0.5), upper: at(0.9) };
    });
  return { name, points };
}

/** Measures all; takes about a minute and a half. */
export async function measureClockError(): Promise<Series[]> {
  const clock = await clockErrors();
  const plain = await wholeMillisecondErrors();
  const clockdiff = await clockdiffErrors();
  return [
    toSeries("whole-ms minimum filter", plain),
    toSeries("clockdiff", new Map([[CLOCKDIFF_PROBES, clockdiff]])),
    toSeries("icmptime clock", clock),
  ];
}
