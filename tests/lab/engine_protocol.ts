/** What the reflector's two threads say to each other. */

import type { Scenario } from "./scenario.ts";

/** What the main thread asks of the loop, in cell 0 of the shared control words. */
export const Command = { none: 0, flush: 1, stop: 2 } as const;

/** What the loop is started with. */
export interface EngineStart {
  /** What the network does. */
  readonly scenario: Scenario;
  /** The addresses that answer. */
  readonly block: string;
  /** 00:00 UT of the day of the start, Unix time in ms. */
  readonly baseUnixMs: number;
  /** Name of the TUN device. */
  readonly device: string;
  /** Descriptor of the TUN device. */
  readonly tun: number;
  /** Descriptor on which the main thread wakes the loop. */
  readonly waker: number;
  /** Where the log goes. */
  readonly logPath: string;
  /** One 32-bit cell: the command of the moment. */
  readonly control: SharedArrayBuffer;
}

/** What the loop reports. */
export type EngineReport = "ready" | "flushed" | "stopped";
