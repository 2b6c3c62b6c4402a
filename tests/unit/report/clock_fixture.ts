/** A measured clock for tests of the text. */

import type { ClockState } from "../../../src/clock/mod.ts";
import type { ClockEvent } from "../../../src/run/clock/event.ts";
import { ProbeCounters } from "../../../src/stats/mod.ts";

/** A clock that is decided. */
export const STATE: ClockState = {
  decidable: true,
  undecided: undefined,
  atNs: 43_200e9,
  offsetMs: 123.45678,
  spreadMs: 0.0123,
  lowerMs: 113.1239,
  upperMs: 133.7891,
  skewPpm: 1.26,
  skewSpreadPpm: 0.4,
  skewLowerPpm: -3.16,
  skewUpperPpm: 5.55,
  minRttNs: 20_064_499,
  tickMs: 1,
  tickSettled: true,
  probes: 100,
  used: 100,
  shaping: 7,
  outliers: 0,
  restarts: [],
  restartCount: 0,
};

/** What makes a clock that is not decided. */
export const UNDECIDED: Partial<ClockState> = {
  decidable: false,
  undecided: "replies contradict each other",
  offsetMs: undefined,
  lowerMs: undefined,
  upperMs: undefined,
};

/** The clock of a host at noon, with 100 replies to 101 probes. */
export function clockEvent(
  state: Partial<ClockState> = {},
  flags: readonly string[] = [],
  target: { readonly label: string; readonly address: number } = {
    label: "192.0.2.7",
    address: 0xc0000207,
  },
): ClockEvent {
  const counters = new ProbeCounters();
  counters.sent = 101;
  counters.received = 100;
  counters.lost = 1;
  return {
    target: { index: 0, ...target },
    state: { ...STATE, ...state },
    counters,
    flags,
    reading: "standard",
    nowNs: 43_200e9,
    baseUnixMs: 0,
  };
}

/** Without colours, whether the test runs on a terminal or not. */
export function withoutColour(text: string): string {
  // deno-lint-ignore no-control-regex -- the escapes of colours
  return text.replace(/\x1b\[\d+m/g, "");
}
