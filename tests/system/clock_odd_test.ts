/** Remote clocks that are odd: each is read right and named, or said to be undecidable, never wrong. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { host, JITTERED, labClock } from "../support/clock_lab.ts";
import {
  type ClockRecord,
  type ClockRun,
  foldMs,
  judge,
  lastClock,
  MS_PER_DAY,
  readClockRun,
} from "../support/clock_records.ts";
import { Lab, labTest } from "../lab/lab.ts";
import type { LabLog } from "../lab/log.ts";
import { swapBytes } from "../lab/remote_clock.ts";
import type { ClockBehaviour, HostBehaviour } from "../lab/scenario.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";

/** Our time of day; it moves by less than a minute while the hosts are probed. */
const NOW_MS = Date.now() % MS_PER_DAY;
/**
 * Stamps with this octet in bits 8 to 15 never look like our time with their octets swapped, for 45 s from now. What is
 * within 16 minutes of our time differs from it by at most 15 in this octet, but for midnight.
 */
const CLEAR_OCTET = ((NOW_MS >>> 16) + (NOW_MS < 20 * 60_000 ? 60 : 20)) & 0xff;

/** The next number with the clear octet, so that the hosts of every run are equally easy to read. */
function nextClear(number: number): number {
  const clear = Math.floor(number / 0x10000) * 0x10000 + CLEAR_OCTET * 0x100;
  return clear < number ? clear + 0x10000 : clear;
}

/** An offset near this one whose times of day keep clear, and do not reach midnight. */
function clearOffset(ms: number): number {
  const clear = nextClear((NOW_MS + ms + MS_PER_DAY) % MS_PER_DAY);
  return foldMs((clear > MS_PER_DAY - 60_000 ? clear - 0x20000 : clear) - NOW_MS);
}

/** Whether a time of day keeps clear for 40 s. */
function isClear(timeMs: number): boolean {
  return (((timeMs >>> 8) - CLEAR_OCTET) & 0xff) < 20;
}

/** A zone east of us whose local time keeps clear. */
const ZONE_MINUTES = Array.from({ length: 45 }, (_, index) => 705 - index * 15)
  .find((minutes) => isClear((NOW_MS + minutes * 60_000) % MS_PER_DAY)) ?? 345;
const ZONE_TEXT = [Math.floor(ZONE_MINUTES / 60), ZONE_MINUTES % 60]
  .map((part) => String(part).padStart(2, "0")).join(":");
/** Far from the time of day at any time of day, and from quarter hours. */
const UPTIME_MS = (NOW_MS + clearOffset((7 * 60 + 7) * 60_000)) % MS_PER_DAY;
/** By what a clock must be off so that its seconds since 1970 keep clear. */
const UNIX_OFFSET_MS = nextClear(Date.now() / 1000) * 1000 - Date.now();
/**
 * A time of day whose low 16 bits stay between 0x4000 and 0x8000 for a quarter of a minute: alone in the high half of a stamp they
 * then never look like the time of day that it is, which now and then they do.
 */
const SWAPPED_TIME_MS = 0x02804000;
/** Clocks of hosts whose stamps would show our time, or another hour, at some times of day. */
const FIXED_CLOCKS: Readonly<Record<string, ClockBehaviour>> = {
  "low-16-bits-zero": { timeOfDayMs: SWAPPED_TIME_MS },
  "seconds-of-day": { timeOfDayMs: (CLEAR_OCTET * 0x100 + 0x40) * 1000 },
  "unix-seconds": { offsetMs: UNIX_OFFSET_MS },
};
/** Around midnight zero and small numbers may be the time: then they stand still or go wrong, and are still no clock. */
const IS_MIDNIGHT = Math.abs(foldMs(Date.now())) < 20 * 60_000;

/** A host, and what must be found. */
interface OddHost {
  readonly name: string;
  readonly behaviour: HostBehaviour;
  /** How the stamps are to be read; undefined where nothing can be decided. */
  readonly reading: string | undefined;
  /** Flags that must be there, and no others. */
  readonly flags: readonly string[];
  /** Remote tick, milliseconds. */
  readonly tickMs?: number;
  /** Farthest that the estimate may be from the truth, milliseconds; 0.1 by default. */
  readonly toleranceMs?: number;
  /** By what the stamps differ from the host's true clock, milliseconds. */
  readonly shiftMs?: number;
  /** The stamps show no time of day: they are judged by themselves. */
  readonly isOwnTime?: boolean;
  /** Why nothing is decided. */
  readonly undecided?: RegExp;
}

const NO_TIME = /no reply carries a time/;

const ODD_HOSTS: readonly OddHost[] = [
  ...[43_000_000, -43_000_000].map(clearOffset).map((offsetMs) => ({
    name: "nearly 12 h off",
    behaviour: { clock: { offsetMs } },
    reading: "standard",
    flags: [],
  })),
  ...[10, 15.625, 64].map((tickMs) => ({
    name: `tick of ${tickMs} ms`,
    behaviour: { clock: { offsetMs: 7.3, tickMs } },
    reading: "standard",
    flags: ["coarse-tick"],
    tickMs,
    toleranceMs: tickMs / 20,
  })),
  {
    name: "little-endian",
    behaviour: { quirk: "little-endian", clock: { offsetMs: 3.3 } },
    reading: "little-endian",
    flags: ["byte-swapped"],
  },
  {
    name: "high bit",
    behaviour: { quirk: "high-bit", clock: { offsetMs: 3.3 } },
    reading: "high-bit",
    flags: ["non-standard"],
  },
  {
    name: "local time zone",
    behaviour: { quirk: "local-time-zone", zoneMinutes: ZONE_MINUTES, clock: { offsetMs: 3.3 } },
    reading: "standard",
    flags: [],
    shiftMs: ZONE_MINUTES * 60_000,
  },
  {
    name: "uptime",
    behaviour: { quirk: "uptime-ms", uptimeMs: UPTIME_MS },
    reading: "standard",
    flags: [],
    isOwnTime: true,
  },
  {
    name: "uptime with the high bit set",
    behaviour: { quirk: "high-bit-wrong", uptimeMs: UPTIME_MS },
    reading: "high-bit",
    flags: ["non-standard"],
    isOwnTime: true,
  },
  ...([
    ["stuck", "stuck", /do not keep time/],
    ["zero", "zero", NO_TIME],
    ["one", "one", NO_TIME],
    ["seconds-of-day", "wrong-rate", /do not keep time/],
    ["unix-seconds", "out-of-range", NO_TIME],
    ["low-16-bits-zero", "low-bits-zero", NO_TIME],
    ["bad-checksum", "bad-checksum", NO_TIME],
    ["other-originate", "originate-changed", NO_TIME],
    ["copy-originate", "originate-copied", NO_TIME],
  ] as const).map(([quirk, flag, undecided]) => ({
    name: quirk,
    behaviour: { quirk, clock: FIXED_CLOCKS[quirk] ?? {} },
    reading: undefined,
    flags: [flag],
    undecided,
  })),
  {
    name: "copies over a path shorter than a millisecond",
    behaviour: { quirk: "copy-originate", out: 0.15, back: 0.15 },
    reading: undefined,
    flags: ["originate-copied"],
    undecided: NO_TIME,
  },
];

labTest({ name: "clock: odd remote clocks are read right and named, or not decided" }, async () => {
  await using lab = await Lab.open({
    scenario: {
      seed: 21,
      defaults: { out: 5, back: 5 },
      hosts: Object.fromEntries(ODD_HOSTS.map(({ behaviour }, index) => [host(index), behaviour])),
    },
  });
  const hosts = ODD_HOSTS.map((_, index) => host(index));
  const [run, text] = await Promise.all([
    labClock(lab, ["-c", "100", ...hosts]),
    lab.run(SOURCE_PROGRAM.argv("clock", "-n", "-c", "20", "-i", "100ms", ...hosts)),
  ]);
  const log = await lab.end();
  for (const [index, odd] of ODD_HOSTS.entries()) judgeOdd(odd, lastClock(run, host(index)), log);
  assertEquals(run.end.exit_code, 1);
  assertEquals(text.code, 1);
  const lineOf = (name: string) => host(ODD_HOSTS.findIndex((odd) => odd.name === name));
  assertMatch(text.stdout, new RegExp(`^${lineOf("zero")} +not decided: `, "m"));
  assertMatch(text.stdout, new RegExp(`^${lineOf("little-endian")}: byte-swapped: `, "m"));
  assertMatch(
    text.stdout,
    new RegExp(`^${lineOf("local time zone")}: off by \\+${ZONE_TEXT} h: perhaps`, "m"),
  );
  assertMatch(text.stdout, new RegExp(`^${lineOf("uptime")}: off by far: perhaps`, "m"));
});

/** Within this of our time a stamp is read with its octets swapped (RFC 1122), and what the run may last. */
const NEAR_MS = 15 * 60_000 + 60_000;

/**
 * Flags that a host may have by chance of the time of day. A stamp that looks like our time with its octets swapped, and like
 * another hour as it stands, is rightly called ambiguous; one with bit 31 that looks like our time as it stands is rightly
 * called non-standard.
 */
function flagsOfChance(log: LabLog, address: string): Set<string> {
  const flags = new Set<string>();
  for (const { host, receiveMs, receiveAtNs = NaN } of log.requests) {
    if (host !== address || receiveMs === undefined) continue;
    const isNear = (stampMs: number): boolean =>
      stampMs < MS_PER_DAY && Math.abs(foldMs(stampMs - receiveAtNs / 1e6)) <= NEAR_MS;
    const asItStandsMs = (receiveMs & 0x7fff_ffff) >>> 0;
    if (!isNear(swapBytes(receiveMs)) || asItStandsMs >= MS_PER_DAY) continue;
    if (!isNear(asItStandsMs)) flags.add("ambiguous");
    else if (asItStandsMs !== receiveMs) flags.add("non-standard");
  }
  return flags;
}

function judgeOdd(odd: OddHost, clock: ClockRecord, log: LabLog): void {
  const { name, undecided, shiftMs = 0, isOwnTime = false } = odd;
  assertEquals(clock.is_decided, undecided === undefined, name);
  const ofChance = flagsOfChance(log, clock.address);
  const flags = clock.flags.filter((flag) => odd.flags.includes(flag) || !ofChance.has(flag));
  if (undecided === undefined || !IS_MIDNIGHT) assertEquals(flags, odd.flags, name);
  if (undecided !== undefined) {
    if (!IS_MIDNIGHT) assertMatch(clock.undecided_reason ?? "", undecided, name);
    assertEquals(
      [clock.offset_ms, clock.offset_lower_ms, clock.skew_ppm],
      Array(3).fill(undefined),
      name,
    );
    return;
  }
  assertEquals(clock.reading, odd.reading, name);
  assertEquals(clock.tick_ms, odd.tickMs ?? 1, name);
  assertEquals(clock.restarts, [], name);
  if (isOwnTime) {
    assertEquals(clock.is_far_off, true, name);
    // All that the stamps say of themselves, to a millisecond.
    const request = log.requests.findLast((each) => each.host === clock.address);
    const shownMs = ((request?.receiveMs ?? NaN) & 0x7fff_ffff) -
      (request?.receiveAtNs ?? NaN) / 1e6;
    const error = foldMs((clock.offset_ms ?? NaN) - shownMs);
    assert(error >= -0.1 && error <= 1.1, `${name}: ${error}`);
    return;
  }
  assertEquals(clock.utc_offset_minutes, shiftMs === 0 ? undefined : shiftMs / 60_000, name);
  const shifted = shift(clock, -shiftMs);
  const { errorMs, isInside } = judge(log, shifted);
  assert(isInside, `${name}: the truth is out of bounds`);
  assert(Math.abs(errorMs) <= (odd.toleranceMs ?? 0.1), `${name}: error ${errorMs} ms`);
}

function shift(clock: ClockRecord, byMs: number): ClockRecord {
  const { offset_ms = NaN, offset_lower_ms = NaN, offset_upper_ms = NaN } = clock;
  return {
    ...clock,
    offset_ms: offset_ms + byMs,
    offset_lower_ms: offset_lower_ms + byMs,
    offset_upper_ms: offset_upper_ms + byMs,
  };
}

labTest(
  { name: "clock: a step half-way is reported with its time and size, and the rest is right" },
  async () => {
    const byMs = 1000;
    await using lab = await Lab.open({
      scenario: {
        seed: 22,
        defaults: { out: 5, back: 5, clock: { offsetMs: 1.1, steps: [{ afterMs: 3000, byMs }] } },
      },
    });
    const argv = SOURCE_PROGRAM.argv("clock", "--json", "--loop", "--every", "100ms", host(0));
    await using command = lab.spawn(argv);
    // As long after the step as before, on a machine that has time: until it is in thirty lines.
    await command.output(/(?:[^\n]*"restarts":\["[^\n]*\n){30}/);
    command.sendSignal("SIGINT");
    const run: ClockRun = readClockRun((await command.result()).stdout);
    const log = await lab.end();
    const last = lastClock(run, host(0));
    assertEquals(last.restarts.length, 1);
    const [, at = NaN, by = NaN] =
      last.restarts[0]?.match(/^remote clock changed at ([\d.]+) by ([\d.]+) ms$/)?.map(Number) ??
        [];
    // Between the last probes that cannot show the step and the first three that do.
    const atNs = (at - log.run.baseUnixMs / 1e3) * 1e9;
    const [before, after] = aroundStep(log);
    const earliestNs = before.at(-2)?.receiveAtNs ?? NaN;
    const latestNs = after[2]?.receiveAtNs ?? NaN;
    assert(atNs >= earliestNs && atNs <= latestNs, `${atNs}, not ${earliestNs} to ${latestNs}`);
    assert(Math.abs(by - byMs) <= 0.5, `step of ${by} ms`);
    // Every number that was ever given was true, before, during and after the step.
    const decided = run.clocks.filter(({ is_decided }) => is_decided);
    assert(decided.length >= 15, `${decided.length} lines with a number`);
    for (const clock of decided) {
      // Between the step and the first reply after it, the step cannot be known.
      if (isBlind(log, clock)) continue;
      assert(judge(log, clock).isInside, JSON.stringify(clock));
    }
  },
);

/** The requests that were stamped before the step, and those after it. */
function aroundStep({ requests }: LabLog): readonly [LabLog["requests"], LabLog["requests"]] {
  const first = requests.findIndex(({ receiveOffsetNs = 0 }) => receiveOffsetNs > 500e6);
  return [requests.slice(0, first), requests.slice(first)];
}

/** Whether a record was made after the step, and before a reply that shows it had been read. */
function isBlind(log: LabLog, { time, received }: ClockRecord): boolean {
  const atNs = (time - log.run.baseUnixMs / 1e3) * 1e9;
  const [before] = aroundStep(log);
  return received <= before.length && atNs > (before.at(-1)?.receiveAtNs ?? 0);
}

labTest(
  { name: "clock: loss, copies, holds, forgeries and damage take no bound off the truth" },
  async () => {
    await using lab = await Lab.open({
      scenario: {
        seed: 23,
        defaults: {
          ...JITTERED,
          clock: { offsetMs: 55.5, skewPpm: 30 },
          loss: { kind: "random", outRatio: 0.1, backRatio: 0.05 },
          duplicate: { ratio: 0.05, copies: 1, gap: 0.5 },
          reorder: { ratio: 0.05, holdMs: 30 },
          forgery: {
            ratio: 0.1,
            // The other address is that of the next host, which was asked with the same sequence number.
            kinds: ["other-address", "stale-sequence", "other-originate", "without-key"],
          },
          corruption: { ratio: 0.05, kinds: ["flip-icmp-bit", "bad-checksum", "truncate"] },
        },
      },
    });
    const hosts = Array.from({ length: 10 }, (_, index) => host(index));
    const run = await labClock(lab, ["-c", "120", ...hosts]);
    const log = await lab.end();
    for (const address of hosts) {
      const clock = lastClock(run, address);
      assertEquals([clock.is_decided, clock.restarts], [true, []], address);
      const { errorMs, isInside } = judge(log, clock);
      assert(isInside, `${address}: the truth is out of bounds`);
      assert(Math.abs(errorMs) <= 0.5, `${address}: error ${errorMs} ms`);
    }
  },
);
