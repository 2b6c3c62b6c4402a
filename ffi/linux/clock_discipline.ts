/** How well the local clock is kept: the kernel's own account (adjtimex(2)). Linux only. */

import { STA_DEL, STA_INS, STA_NANO, STA_PLL, STA_UNSYNC, TIME_ERROR } from "./constants.ts";
import { checkResult } from "../posix/errno.ts";
import { Timex } from "./layout.ts";
import { openLinuxLibc } from "./libc.ts";

/** State of the local clock. */
export interface ClockDiscipline {
  /** Somebody (chrony, ntpd, systemd-timesyncd) keeps the clock right, so says the kernel. */
  readonly synchronised: boolean;
  /** Bound of the clock's error as that program states it, in µs; 16 000 000 when nobody does. */
  readonly maximumErrorUs: number;
  /** Its estimate of the error, in µs. */
  readonly estimatedErrorUs: number;
  /** Correction of the clock's rate, in parts per million. */
  readonly frequencyPpm: number;
  /** Correction still to be made, in ns. */
  readonly offsetNs: number;
  /** TAI − UTC in seconds; 0 when nobody told the kernel. */
  readonly taiOffsetSeconds: number;
  /** Names of the status flags that are set: `STA_PLL`, `STA_INS`, `STA_DEL`, `STA_UNSYNC`, `STA_NANO`. */
  readonly statusFlags: readonly string[];
}

const flagNames: readonly (readonly [flag: number, name: string])[] = [
  [STA_PLL, "STA_PLL"],
  [STA_INS, "STA_INS"],
  [STA_DEL, "STA_DEL"],
  [STA_UNSYNC, "STA_UNSYNC"],
  [STA_NANO, "STA_NANO"],
];
/** The kernel's unit of frequency: ppm with a 16-bit fraction. */
const frequencyUnitPpm = 1 / 65_536;

/**
 * Reads the state of the local clock; changes nothing.
 *
 * Memory: C writes one timex into a buffer held during the call.
 *
 * @throws {SystemError} where a sandbox forbids adjtimex
 */
export function readClockDiscipline(): ClockDiscipline {
  const view = new DataView(new ArrayBuffer(Timex.size));
  const state = openLinuxLibc().adjtimex(new Uint8Array(view.buffer));
  checkResult(state, "adjtimex", "read the state of the clock");
  const status = view.getInt32(Timex.status, true);
  const readLong = (offset: number) => Number(view.getBigInt64(offset, true));
  return {
    synchronised: state !== TIME_ERROR && (status & STA_UNSYNC) === 0,
    maximumErrorUs: readLong(Timex.maximumError),
    estimatedErrorUs: readLong(Timex.estimatedError),
    frequencyPpm: readLong(Timex.frequency) * frequencyUnitPpm,
    offsetNs: readLong(Timex.offset) * ((status & STA_NANO) === 0 ? 1000 : 1),
    taiOffsetSeconds: view.getInt32(Timex.tai, true),
    statusFlags: flagNames.filter(([flag]) => (status & flag) !== 0).map(([, name]) => name),
  };
}
