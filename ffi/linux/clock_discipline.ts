/** State of the local clock as the kernel reports it (adjtimex(2)). */

import type { ClockFinding } from "../../src/cli/system.ts";
import { STA_NANO, STA_UNSYNC, TIME_ERROR } from "./constants.ts";
import { checkResult } from "../posix/errno.ts";
import { Timex } from "./layout.ts";
import { openLinuxLibc } from "./libc.ts";

/** The kernel's unit of frequency: ppm with a 16-bit fraction. */
const FREQUENCY_UNIT_PPM = 1 / 65_536;

/**
 * Reads the state of the local clock; changes nothing.
 *
 * Memory: C writes one timex into a buffer held during the call.
 *
 * @throws {SystemError} where a sandbox forbids adjtimex
 */
export function readClockDiscipline(): ClockFinding {
  const view = new DataView(new ArrayBuffer(Timex.size));
  const state = openLinuxLibc().adjtimex(new Uint8Array(view.buffer));
  checkResult(state, "adjtimex", "read the state of the clock");
  const status = view.getInt32(Timex.status, true);
  const readLong = (offset: number) => Number(view.getBigInt64(offset, true));
  return {
    offsetUs: readLong(Timex.offset) / ((status & STA_NANO) === 0 ? 1 : 1e3),
    synchronised: state !== TIME_ERROR && (status & STA_UNSYNC) === 0,
    maximumErrorUs: readLong(Timex.maximumError),
    estimatedErrorUs: readLong(Timex.estimatedError),
    frequencyPpm: readLong(Timex.frequency) * FREQUENCY_UNIT_PPM,
  };
}
