/** Remote clocks and the ways in which hosts write timestamps. */

import type { ScenarioCase } from "../support/scenario_case.ts";

/** The table. */
export const REMOTE_CLOCKS: readonly ScenarioCase[] = [
  {
    name: "normal: receive and transmit differ",
    network: { processing: 3, clock: { offsetMs: 17.3 } },
    expect: { flags: "none", readings: ["standard"], measured: [10, 10] },
  },
  {
    name: "lazy: receive and transmit equal",
    network: { quirk: "lazy", processing: 3, clock: { offsetMs: 17.3 } },
    expect: { flags: "none", readings: ["standard"], measured: [10, 10] },
  },
  {
    name: "high bit set, right otherwise",
    network: { quirk: "high-bit", clock: { offsetMs: -250.3 } },
    expect: { flags: "non-standard", readings: ["high-bit"], measured: [10, 10] },
  },
  {
    name: "high bit set, and wrong: what is printed is what the clock shows, flagged",
    network: { quirk: "high-bit-wrong" },
    expect: { flags: "non-standard", readings: ["high-bit"], clockIsTrue: false },
  },
  {
    name: "little-endian",
    network: { quirk: "little-endian", clock: { offsetMs: 800.25 } },
    expect: {
      flags: ["byte-swapped", "ambiguous"],
      readings: ["little-endian", "ambiguous"],
      measured: [1, 10],
    },
  },
  {
    name: "little-endian and a day's difference away is not guessed at",
    network: { quirk: "little-endian", clock: { offsetMs: 30_000_000 } },
    expect: {
      clockIsTrue: false,
      readings: ["unreadable", "standard"],
      flags: [
        "out-of-range",
        "wrong-rate",
        "low-bits-zero",
        "processing-exceeds-rtt",
        "transmit-before-receive",
        "non-standard out-of-range",
      ],
      fromProbe: 2,
      measured: [0, 2],
    },
  },
  {
    name: "local time zone: the offset is the zone's",
    network: { quirk: "local-time-zone", zoneMinutes: -345, clock: { offsetMs: 3.5 } },
    expect: { flags: "none", readings: ["standard"], measured: [10, 10] },
  },
  {
    name: "seconds of the day: found out by their rate",
    network: { quirk: "seconds-of-day" },
    expect: { fromProbe: 2, flags: "wrong-rate", measured: [0, 2], clockIsTrue: false },
  },
  {
    name: "Unix seconds",
    network: { quirk: "unix-seconds" },
    expect: { flags: "out-of-range", readings: ["unreadable"], measured: [0, 0] },
  },
  {
    name: "milliseconds of uptime: a clock like any other, only far away",
    network: { quirk: "uptime-ms" },
    expect: { flags: "none", readings: ["standard"], measured: [10, 10], clockIsTrue: false },
  },
  {
    name: "stuck",
    network: { quirk: "stuck" },
    expect: { fromProbe: 2, flags: "stuck", measured: [0, 2] },
  },
  {
    name: "stuck, ten probes a second",
    network: { quirk: "stuck" },
    options: { intervalMs: 100, count: 40 },
    expect: { fromProbe: 16, flags: "stuck", measured: [0, 16] },
  },
  {
    name: "constant 0",
    network: { quirk: "zero" },
    expect: { flags: "zero", readings: ["unreadable"], measured: [0, 0] },
  },
  {
    name: "constant 0 at midnight: stuck",
    network: { quirk: "zero", startOfDayMs: 2000.5 },
    expect: { fromProbe: 2, flags: "stuck", measured: [0, 2] },
  },
  {
    name: "constant 1",
    network: { quirk: "one" },
    expect: { flags: "one", readings: ["unreadable"], measured: [0, 0] },
  },
  {
    name: "copies of originate",
    network: { quirk: "copy-originate", clock: { offsetMs: 5000 } },
    expect: { flags: "originate-copied", readings: ["unreadable"], measured: [0, 0] },
  },
  {
    name: "copies of a fixed originate stamp that is not our time",
    network: { quirk: "copy-originate", out: 0.01, back: 0.01 },
    options: { originateMs: 12_345_678 },
    expect: { flags: "originate-copied", measured: [0, 0] },
  },
  {
    name: "a fixed originate stamp changes no measurement",
    network: { clock: { offsetMs: 40.5 } },
    options: { originateMs: 0 },
    expect: { flags: "none", measured: [10, 10] },
  },
  {
    name: "low 16 bits zero",
    network: { quirk: "low-16-bits-zero" },
    expect: { flags: "low-bits-zero", readings: ["unreadable"], measured: [0, 0] },
  },
  {
    name: "bad checksums",
    network: { quirk: "bad-checksum" },
    expect: {
      counts: { sent: 10, received: 10 },
      flags: "bad-checksum",
      readings: ["none"],
      measured: [0, 0],
    },
  },
  {
    name: "other originate stamps",
    network: { quirk: "other-originate" },
    expect: { counts: { sent: 10, received: 10 }, flags: "originate-changed", measured: [0, 0] },
  },
  {
    name: "the remote clock is set an hour forward",
    network: { clock: { steps: [{ afterMs: 4500, byMs: 3_600_000 }] } },
    options: { count: 12 },
    expect: { measured: [12, 12], flags: "none" },
  },
  {
    name: "the remote clock is set back by two milliseconds while it answers",
    network: { processing: 4, clock: { steps: [{ afterMs: 3002, byMs: -2.5 }] } },
    options: { count: 6 },
    expect: {
      flags: ["none", "transmit-before-receive", "processing-exceeds-rtt"],
      clockIsTrue: false,
    },
  },
  {
    name: "a tick of 10 ms shows itself within 60 probes 1000 ms apart, and then the bounds hold",
    network: {
      quirk: "coarse-tick",
      clock: { tickMs: 10, offsetMs: 0 },
      out: { kind: "uniform", minMs: 4, maxMs: 9 },
    },
    options: { count: 150, intervalMs: 1000 },
    expect: { fromProbe: 60, flags: "coarse-tick", readings: ["standard"], measured: [148, 150] },
  },
  {
    name:
      "a tick of 15.625 ms shows itself within 60 probes 1000 ms apart, and then the bounds hold",
    network: {
      quirk: "coarse-tick",
      clock: { tickMs: 15.625, offsetMs: 3.3 },
      out: { kind: "uniform", minMs: 4, maxMs: 9 },
    },
    options: { count: 150, intervalMs: 1000 },
    expect: { fromProbe: 60, flags: "coarse-tick", readings: ["standard"], measured: [148, 150] },
  },
  {
    name: "a tick of 16 ms shows itself within 60 probes 1000 ms apart, and then the bounds hold",
    network: {
      quirk: "coarse-tick",
      clock: { tickMs: 16, offsetMs: -77.1 },
      out: { kind: "uniform", minMs: 4, maxMs: 9 },
    },
    options: { count: 150, intervalMs: 1000 },
    expect: { fromProbe: 60, flags: "coarse-tick", readings: ["standard"], measured: [148, 150] },
  },
  {
    name: "a tick of 64 ms shows itself within 60 probes 1000 ms apart, and then the bounds hold",
    network: {
      quirk: "coarse-tick",
      clock: { tickMs: 64, offsetMs: 12.7 },
      out: { kind: "uniform", minMs: 4, maxMs: 9 },
    },
    options: { count: 150, intervalMs: 1000 },
    expect: { fromProbe: 60, flags: "coarse-tick", readings: ["standard"], measured: [148, 150] },
  },
  {
    name: "a tick of 10 ms shows itself within 60 probes 250 ms apart, and then the bounds hold",
    network: {
      quirk: "coarse-tick",
      clock: { tickMs: 10, offsetMs: 0.5 },
      out: { kind: "uniform", minMs: 4, maxMs: 9 },
    },
    options: { count: 150, intervalMs: 250 },
    expect: { fromProbe: 60, flags: "coarse-tick", readings: ["standard"], measured: [148, 150] },
  },
  {
    name: "a tick of 64 ms shows itself within 60 probes 137 ms apart, and then the bounds hold",
    network: {
      quirk: "coarse-tick",
      clock: { tickMs: 64, offsetMs: 0 },
      out: { kind: "uniform", minMs: 4, maxMs: 9 },
    },
    options: { count: 150, intervalMs: 137 },
    expect: { fromProbe: 60, flags: "coarse-tick", readings: ["standard"], measured: [148, 150] },
  },
];
