/** What the reflector's two threads say to each other. */

import type { Scenario } from "./scenario.ts";

/** What the main thread asks of the loop, in cell 0 of the shared control words. */
export const Command = { none: 0, flush: 1, stop: 2 } as const;

/** What the loop is started with. */
export interface EngineStart {
  readonly scenario: Scenario;
  readonly block: string;
  readonly baseUnixMs: number;
  readonly tun: number;
  readonly waker: number;
  readonly logPath: string;
  readonly control: SharedArrayBuffer;
}

/** What the loop tells. */
export type EngineReport = "ready" | "flushed" | "stopped";
