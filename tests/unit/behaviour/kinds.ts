/** Kinds of hosts and exactly the labels that each is to get; written without the code under test. */

import { dayMs, type OddHost, swapped, type Writer } from "./odd_host.ts";

const HOUR_MS = 3_600_000;
const HIGH_BIT = 0x8000_0000;
/** 2026-05-14, noon, and three seconds before midnight UT: an interview lasts longer than that. */
export const NOON = Date.UTC(2026, 4, 14, 12);
export const MIDNIGHT = Date.UTC(2026, 4, 14, 23, 59, 57);

export const both = (read: (unixMs: number) => number): Writer => ({ receivedMs, sentMs }) => [
  read(receivedMs),
  read(sentMs),
];
/** Takes one timestamp for both. */
export const lazy = (read: (unixMs: number) => number): Writer => ({ receivedMs }) => {
  const stamp = read(receivedMs);
  return [stamp, stamp];
};

/** A kind of host. */
export interface Kind {
  /** What it does. */
  readonly name: string;
  /** Its timestamps. */
  readonly write: Writer;
  /** Exactly the labels that it is to get. */
  readonly labels: readonly string[];
  /** What else it does. */
  readonly host?: Partial<OddHost>;
}

const zone = (minutes: number) => lazy((ms) => dayMs(ms + minutes * 60_000));

/** Every class of the field, and combinations of them. */
export const KINDS: readonly Kind[] = [
  { name: "normal", write: both(dayMs), host: { processingMs: 3 }, labels: ["normal"] },
  { name: "lazy", write: lazy(dayMs), labels: ["lazy"] },
  {
    name: "Linux",
    write: lazy(dayMs),
    host: {
      answersBadChecksum: true,
      answersOddCode: true,
      copiesTos: true,
      replyBytes: () => 20,
    },
    labels: ["lazy", "checksum-lazy", "answers-odd-code", "truncates-long", "copies-tos"],
  },
  {
    name: "echoes all octets",
    write: lazy(dayMs),
    host: { replyBytes: (length) => length },
    labels: ["lazy", "echoes-long"],
  },
  { name: "stuck", write: () => [4_711_000, 4_711_000], labels: ["stuck"] },
  { name: "zero", write: () => [0, 0], labels: ["constant-zero"] },
  { name: "one", write: () => [1, 1], labels: ["constant-one"] },
  {
    name: "one in little-endian order",
    write: () => [swapped(1), swapped(1)],
    labels: ["constant-little-endian-one"],
  },
  {
    name: "reflection",
    write: ({ request }) => [request.receive, request.transmit],
    labels: ["reflection"],
  },
  {
    name: "echo of originate",
    write: ({ request }) => [request.originate, request.originate],
    labels: ["originate-echo"],
  },
  {
    name: "high bit, right otherwise",
    write: lazy((ms) => dayMs(ms) + HIGH_BIT),
    labels: ["lazy", "high-bit"],
  },
  {
    name: "high bit, an uptime",
    write: lazy((ms) => (ms - NOON + 77 * 86_400_000) % HIGH_BIT + HIGH_BIT),
    labels: ["lazy", "high-bit-odd", "uptime"],
  },
  {
    name: "little-endian",
    write: lazy((ms) => swapped(dayMs(ms))),
    labels: ["lazy", "little-endian"],
  },
  {
    name: "little-endian, normal",
    write: both((ms) => swapped(dayMs(ms))),
    host: { processingMs: 2 },
    labels: ["normal", "little-endian"],
  },
  {
    name: "little-endian local time",
    write: lazy((ms) => swapped(dayMs(ms - 5 * HOUR_MS))),
    labels: ["lazy", "time-zone", "little-endian"],
  },
  {
    name: "little-endian with the high bit",
    write: lazy((ms) => swapped(dayMs(ms) + HIGH_BIT)),
    labels: ["lazy", "high-bit", "little-endian"],
  },
  {
    name: "16-bit swap",
    write: lazy((ms) => (dayMs(ms) & 0xffff) * 65_536),
    labels: ["lazy", "halves-swapped"],
  },
  {
    name: "Unix seconds",
    write: lazy((ms) => Math.floor(ms / 1000)),
    labels: ["lazy", "unix-seconds"],
  },
  {
    name: "Unix milliseconds",
    write: lazy((ms) => Math.floor(ms) % 2 ** 32),
    labels: ["lazy", "unix-ms"],
  },
  {
    name: "seconds of the day",
    write: lazy((ms) => Math.floor(dayMs(ms) / 1000)),
    labels: ["lazy", "seconds-of-day"],
  },
  {
    name: "uptime of twelve days",
    write: lazy((ms) => Math.floor(ms - NOON + 12 * 86_400_000 + 123)),
    labels: ["lazy", "uptime"],
  },
  {
    name: "random",
    write: ({ random }) => [random.u32(), random.u32()],
    labels: ["normal", "random"],
  },
  {
    name: "transmit before receive",
    write: ({ receivedMs }) => [dayMs(receivedMs), dayMs(receivedMs - 40)],
    labels: ["normal", "transmit-before-receive"],
  },
  {
    name: "tampered originate",
    write: lazy(dayMs),
    host: { tampers: true },
    labels: ["lazy", "originate-tampered"],
  },
  ...[10, 15.625, 16, 50, 64, 100].map((tickMs): Kind => ({
    name: `coarse tick of ${tickMs} ms`,
    write: lazy((ms) => dayMs(Math.floor(ms / tickMs) * tickMs)),
    labels: ["lazy", "coarse-tick"],
  })),
  {
    name: "coarse tick of 10 ms at a phase of its own, normal",
    write: both((ms) => dayMs(Math.floor((ms - 3) / 10) * 10 + 3)),
    host: { processingMs: 15 },
    labels: ["normal", "coarse-tick"],
  },
  {
    name: "uptime of two days in ticks of 10 ms",
    write: lazy((ms) => Math.floor((ms - NOON + 172_800_000) / 10) * 10),
    labels: ["lazy", "uptime", "coarse-tick"],
  },
  {
    name: "Unix seconds, little-endian",
    write: lazy((ms) => swapped(Math.floor(ms / 1000))),
    labels: ["lazy", "unix-seconds", "little-endian"],
  },
  {
    name: "local seconds of the day",
    write: lazy((ms) => Math.floor(dayMs(ms + 2 * HOUR_MS) / 1000)),
    labels: ["lazy", "time-zone", "seconds-of-day"],
  },
  {
    name: "high bit, local time",
    write: lazy((ms) => dayMs(ms - 8 * HOUR_MS) + HIGH_BIT),
    labels: ["lazy", "high-bit", "time-zone"],
  },
  {
    name: "little-endian local time with the high bit",
    write: lazy((ms) => swapped(dayMs(ms + 345 * 60_000) + HIGH_BIT)),
    labels: ["lazy", "high-bit", "time-zone", "little-endian"],
  },
  {
    name: "16-bit swap, little-endian",
    write: lazy((ms) => swapped(dayMs(ms) & 0xffff)),
    labels: ["lazy", "halves-swapped"],
  },
  {
    name: "high bit, a clock three hours and seven minutes off",
    write: lazy((ms) => dayMs(ms + 187 * 60_000) + HIGH_BIT),
    labels: ["lazy", "high-bit-odd"],
  },
  {
    name: "random, lazy",
    write: ({ random }) => {
      const number = random.u32();
      return [number, number];
    },
    labels: ["lazy", "random"],
  },
  {
    name: "random within a day",
    write: ({ random }) => [random.below(86_400_000), random.below(86_400_000)],
    labels: ["normal", "random"],
  },
  {
    name: "three hours and seven minutes off",
    write: lazy((ms) => dayMs(ms + 187 * 60_000)),
    labels: ["lazy"],
  },
  // Every quarter of an hour that some place keeps (IANA time zone database 2026a).
  ...[-720, -660, -600, -570, -540, -480, -420, -360, -300, -240, -210, -180, -150, -120, -60]
    .concat([60, 120, 180, 210, 240, 270, 300, 330, 345, 360, 390, 420, 480, 525, 540, 570, 600])
    .concat([630, 660, 720, 765, 780, 825, 840]).map((minutes): Kind => ({
      name: `local time, ${minutes} minutes`,
      write: zone(minutes),
      labels: ["lazy", "time-zone"],
    })),
];
