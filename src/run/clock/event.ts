/** Findings of a clock measurement: one for each clock, and one for all of them together. */

import type { Agreement, ClockState } from "../../clock/mod.ts";
import type { StampReading } from "../../measurement/mod.ts";
import type { CapturePoint } from "../../probe/observed/capture_point.ts";
import type { ProbeCounters } from "../../stats/mod.ts";
import type { Target } from "../../targets/target.ts";

/** What is known of one remote clock. */
export interface ClockEvent {
  /** The host. */
  readonly target: Target;
  /** What the tracker says. */
  readonly state: ClockState;
  /** What became of the probes. */
  readonly counters: ProbeCounters;
  /** Remarks on its replies, each once. */
  readonly flags: readonly string[];
  /** How its stamps were read; undefined before a reply. */
  readonly reading: StampReading | undefined;
  /** Why the kernel did not take the last probe that it did not take. */
  readonly unsent?: { readonly code: string; readonly message: string } | undefined;
  /** The last ICMP error that ended a probe, and the address that sent it. */
  readonly icmpError?: { readonly name: string; readonly from: string } | undefined;
  /** What only a capture shows; undefined for a run. */
  readonly capture?: {
    /** Where it was taken; undefined where its packets do not show that. */
    readonly capturedAt: CapturePoint | undefined;
    /** Lower bound of the client's clock minus that of the capture, milliseconds; undefined at the client. */
    readonly clientLowerMs: number | undefined;
  };
  /** Our realtime now, nanoseconds since the base. */
  readonly nowNs: number;
  /** Midnight from which instants count, Unix time in milliseconds. */
  readonly baseUnixMs: number;
}

/** What several hosts say together. */
export interface ConsensusEvent {
  /** The intersection of their bounds, widened until most agree. */
  readonly consensus: Agreement;
  /** Addresses of this machine, and further addresses of a host that counts already. */
  readonly notCounted: readonly string[];
  /** When it was found, Unix time in seconds. */
  readonly time: number;
}
