/**
 * `deno run -A bench/clock_accuracy.ts [PART…]`: how right `icmptime clock` is, judged by the kernel's own clock over a
 * cable and by the lab's log, as root on Linux. The parts are veth, jitter, skew, asymmetry and until; all by default.
 *
 * Prints Markdown tables. The full figures take about ten minutes.
 */

import { median } from "./timing.ts";
import {
  clockdiffDeltas,
  host,
  JITTERED,
  labClock,
  vethClock,
} from "../tests/support/clock_lab.ts";
import { Lab } from "../tests/lab/lab.ts";
import { VethPair } from "../tests/support/namespace.ts";
import { judge, lastClock } from "../tests/support/clock_records.ts";
import { say } from "../tools/output.ts";

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);
const VETH_ROUNDS = 10;

function row(...cells: readonly (string | number)[]): void {
  say(`| ${cells.join(" | ")} |`);
}

function table(...heads: readonly string[]): void {
  say("");
  row(...heads);
  row(...heads.map(() => "---"));
}

function us(ms: number): string {
  return `${Math.round(ms * 1e3)} µs`;
}

/** 200 probes to the real kernel at the other end of a cable, whose clock is ours. */
async function veth(): Promise<void> {
  await using pair = await VethPair.open();
  table("interval", "worst estimate", "median estimate", "0 within", "worst width − min RTT");
  for (const interval of ["50ms", "20ms"]) {
    const errors: number[] = [];
    const excess: number[] = [];
    let inside = 0;
    for (let round = 0; round < VETH_ROUNDS; round++) {
      const clock = await vethClock(pair, ["-c", "200", "-i", interval]);
      const { offset_ms = NaN, offset_lower_ms = NaN, offset_upper_ms = NaN, rtt_min_ms = NaN } =
        clock;
      errors.push(Math.abs(offset_ms));
      excess.push(offset_upper_ms - offset_lower_ms - rtt_min_ms);
      if (offset_lower_ms <= 0 && 0 <= offset_upper_ms) inside++;
    }
    row(
      interval,
      us(Math.max(...errors)),
      us(median(errors)),
      `${inside} of ${VETH_ROUNDS}`,
      us(Math.max(...excess)),
    );
  }
}

/** 10 ms each way with jitter, beside clockdiff on the same link at the same time, a lab for each seed. */
async function jitter(): Promise<void> {
  const errors: number[] = [];
  const sigmas: number[] = [];
  let inside = 0;
  const diffs = new Map<string, number[]>([["clockdiff", []], ["clockdiff -o", []], [
    "clockdiff -o1",
    [],
  ]]);
  for (const seed of SEEDS) {
    await using lab = await Lab.open({
      scenario: { seed, defaults: { ...JITTERED, clock: { offsetMs: 123.456 } } },
    });
    const peers = [...diffs].map(async ([command, found]) => {
      const deltas = await clockdiffDeltas(lab, command.split(" "), host(0));
      // Both of its answers; the better one counts.
      found.push(Math.min(...deltas.map((delta) => Math.abs(delta - 123.456))));
    });
    const run = await labClock(lab, ["-c", "100", host(0)]);
    await Promise.all(peers);
    const clock = lastClock(run, host(0));
    const judged = judge(await lab.end(), clock);
    errors.push(Math.abs(judged.errorMs));
    sigmas.push(Math.abs(judged.errorMs) / (clock.offset_stddev_ms ?? NaN));
    if (judged.isInside) inside++;
  }
  table("program", "median error", "worst error", "truth within the bounds");
  row(
    "icmptime clock",
    us(median(errors)),
    us(Math.max(...errors)),
    `${inside} of ${SEEDS.length}`,
  );
  for (const [command, found] of diffs) {
    row(command, us(median(found)), us(Math.max(...found)), "–");
  }
  const within = sigmas.filter((sigma) => sigma <= 1).length;
  say(`\nwithin one spread: ${within} of ${SEEDS.length}; worst ${Math.max(...sigmas).toFixed(1)}`);
}

/** A minute with a remote clock of another rate. */
async function skew(): Promise<void> {
  const skews = [50, -120];
  await using lab = await Lab.open({
    scenario: {
      seed: 5,
      defaults: JITTERED,
      hosts: Object.fromEntries(
        skews.map((skewPpm, index) => [host(index), { clock: { offsetMs: 123.456, skewPpm } }]),
      ),
    },
  });
  const hosts = skews.map((_, index) => host(index));
  const run = await labClock(lab, ["-c", "600", "-i", "100ms", ...hosts]);
  const log = await lab.end();
  table("true skew", "estimate", "hard bounds", "offset error", "truth within");
  for (const [index, address] of hosts.entries()) {
    const clock = lastClock(run, address);
    const { errorMs, isInside } = judge(log, clock);
    row(
      `${skews[index]} ppm`,
      `${clock.skew_ppm?.toFixed(2)} ± ${clock.skew_stddev_ppm?.toFixed(2)} ppm`,
      `${clock.skew_lower_ppm?.toFixed(0)} to ${clock.skew_upper_ppm?.toFixed(0)} ppm`,
      us(errorMs),
      isInside ? "yes" : "no",
    );
  }
}

/** 5 ms out and 25 ms back. */
async function asymmetry(): Promise<void> {
  await using lab = await Lab.open({
    scenario: {
      seed: 6,
      defaults: {
        out: { kind: "exponential", baseMs: 5, meanMs: 0.2 },
        back: { kind: "exponential", baseMs: 25, meanMs: 0.2 },
        clock: { offsetMs: 123.456 },
      },
    },
  });
  const run = await labClock(lab, ["-c", "100", host(0)]);
  const clock = lastClock(run, host(0));
  const { errorMs, isInside } = judge(await lab.end(), clock);
  table("error", "bounds", "truth within");
  row(
    us(errorMs),
    `${clock.offset_lower_ms?.toFixed(3)} to ${clock.offset_upper_ms?.toFixed(3)} ms`,
    isInside ? "yes" : "no",
  );
}

/** Twenty hosts at once until each is known to 50 µs: how many probes it takes, and whether that is true. */
async function until(): Promise<void> {
  await using lab = await Lab.open({
    scenario: { seed: 8, defaults: { ...JITTERED, clock: { offsetMs: 123.456 } } },
  });
  table("host", "probes", "error");
  const errors: number[] = [];
  const runs = [];
  for (const [index] of SEEDS.entries()) {
    const run = await labClock(lab, ["-c", "1000", "--until", "50us", host(index)]);
    runs.push(run);
  }
  const log = await lab.end();
  for (const [index, run] of runs.entries()) {
    const clock = lastClock(run, host(index));
    const { errorMs } = judge(log, clock);
    errors.push(Math.abs(errorMs));
    row(host(index), clock.samples, us(errorMs));
  }
  say(`\nmedian error ${us(median(errors))}, worst ${us(Math.max(...errors))}`);
}

const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  veth,
  jitter,
  skew,
  asymmetry,
  until,
};
for (const name of Deno.args.length > 0 ? Deno.args : Object.keys(PARTS)) {
  const part = PARTS[name];
  if (part === undefined) throw new RangeError(`Cannot run ${name}: no such part`);
  say(`\n## ${name}`);
  await part();
}
