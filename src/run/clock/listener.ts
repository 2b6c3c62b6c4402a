/** The events of a clock run. */

import type { ProbeListener, ReplyDetail } from "../../probe/outcome.ts";
import type { Probe } from "../../probe/probe.ts";
import type { EndReason } from "../../probe/prober.ts";
import type { ClockEvent } from "./event.ts";
import type { RunInfo } from "../event.ts";
import type { ClockPicture } from "../run_state.ts";

/** Receives what a clock run finds. */
export interface ClockListener {
  /** The run starts. */
  run(info: RunInfo): void;
  /** Findings of every clock; `isBrief` while the run goes on. */
  report(picture: ClockPicture, isBrief: boolean): void;
  /** A reply of a target has been taken in. */
  reply?(probe: Probe, reply: ReplyDetail): void;
  /** The run is about to wait; `clocks` gives the findings as they are now, which costs time for each clock. */
  idle?(
    nowNs: number,
    busy: boolean,
    clocks: () => readonly ClockEvent[],
  ): ReturnType<ProbeListener["idle"]>;
  /** The run is over and its last findings have not been reported. Undefined when the run failed. */
  ending?(reason: EndReason | undefined): void;
  /** One line about a probe that was not sent, an ICMP error, or a datagram that answers no probe. */
  remark?(text: string): void;
}
