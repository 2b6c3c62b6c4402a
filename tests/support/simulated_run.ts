/** One run of the prober over the simulated network, and what the truth says about its words. */

import { assert, assertEquals } from "@std/assert";
import { EchoProbe } from "../../src/probe/message/echo.ts";
import { TimestampProbe } from "../../src/probe/message/timestamp.ts";
import type {
  ExtraReply,
  ProbeListener,
  ProbeOutcome,
  ReplyDetail,
  StrayDatagram,
} from "../../src/probe/outcome.ts";
import type { Probe, ProbeSpec } from "../../src/probe/probe.ts";
import { type EndReason, Prober } from "../../src/probe/prober.ts";
import type { ProberOptions } from "../../src/probe/prober_options.ts";
import { ProbeCounters } from "../../src/stats/counters.ts";
import type { Target } from "../../src/targets/target.ts";
import type { Instant } from "../../src/time/instant.ts";
import { foldMs } from "../../src/time/day.ts";
import type { Network } from "./simulated_network.ts";
import { SimulatedTransport, type SimulatedTransportOptions } from "./simulated_transport.ts";

/** First address of the simulated hosts, 198.18.0.1. */
export const FIRST_HOST = 0xc6120001;

/** Options of the prober that a test sets; the others are those of `ping`, with ten probes. */
export interface RunOptions {
  /** Number of targets, 198.18.0.1 and those after it; 1 by default. */
  readonly targets?: number;
  /** Timestamp by default. */
  readonly kind?: "timestamp" | "echo";
  /** What each target is asked, in turn; a message of `kind` by default. */
  readonly probes?: readonly ProbeSpec[];
  /** Probes per target; 10 by default; null for no end. */
  readonly count?: number | null;
  /** 1000 by default. */
  readonly intervalMs?: number;
  /** By default the interval shared out. */
  readonly spacingMs?: number;
  /** 1000 by default. */
  readonly timeoutMs?: number;
  /** None by default. */
  readonly deadlineMs?: number;
  /** 0x1cab by default; null for one of each target's own. */
  readonly identifier?: number | null;
  /** 0 by default; null for one of each target's own. */
  readonly firstSequence?: number | null;
  /** The time of day by default. */
  readonly originateMs?: number;
  /** When it is taken; as `ping` does by default. */
  readonly originate?: ProberOptions["originate"];
  /** Ask each target until it answers. */
  readonly stopOnReply?: boolean;
  /** 1 by default. */
  readonly backoff?: number;
  /** Probes that fall due within this time may go together; 0 by default. */
  readonly groupMs?: number;
  /** Moment from which delays count; the driver by default. */
  readonly stampAt?: "queue" | "driver";
  /** stop() is called then. */
  readonly stopAtMs?: number;
}

/** An event of a run, in the order in which the listener was told. */
export type RunEvent =
  | { readonly kind: "outcome"; readonly outcome: ProbeOutcome; readonly sentAt: Instant }
  | { readonly kind: "extra"; readonly extra: ExtraReply; readonly sentAt: Instant };

/** A reply, its probe, and when that had left as far as was known then: transmit stamps may come later. */
export interface ProbeReply {
  /** The probe. */
  readonly probe: Probe;
  /** The reply. */
  readonly reply: ReplyDetail;
  /** The probe's stamp when the reply was told. */
  readonly sentAt: Instant;
}

/** Everything that a run told, and the transport that knows the truth. */
export interface SimulatedRun {
  /** Why it ended. */
  readonly reason: EndReason;
  /** Outcomes and extra replies, in order. */
  readonly events: readonly RunEvent[];
  /** What was no answer. */
  readonly strays: readonly StrayDatagram[];
  /** Probes told as sent. */
  readonly sent: readonly Probe[];
  /** Probes still out at the end. */
  readonly pending: readonly Probe[];
  /** The network. */
  readonly transport: SimulatedTransport;
  /** The hosts that were asked. */
  readonly targets: readonly Target[];
}

/** Identifier of a simulated run that sets none. */
export const IDENTIFIER = 0x1cab;

/** That many targets from 198.18.0.1 on. */
export function makeTargets(count: number): Target[] {
  return Array.from({ length: count }, (_, index) => ({
    index,
    label: `host-${index}`,
    address: FIRST_HOST + index,
  }));
}

/** The prober's options for a run. */
export function proberOptions(options: RunOptions, targets: readonly Target[]): ProberOptions {
  const { originateMs } = options;
  const message = options.kind === "echo" ? new EchoProbe() : new TimestampProbe({ originateMs });
  return {
    probes: options.probes ?? [{ message }],
    numberKey: { k0: 0x03020100, k1: 0x07060504 },
    identifier: options.identifier === null ? undefined : options.identifier ?? IDENTIFIER,
    targets,
    firstSequence: options.firstSequence === null ? undefined : options.firstSequence ?? 0,
    count: options.count === null ? Infinity : options.count ?? 10,
    intervalMs: options.intervalMs ?? 1000,
    spacingMs: options.spacingMs,
    timeoutMs: options.timeoutMs ?? 1000,
    deadlineMs: options.deadlineMs,
    stopOnReply: options.stopOnReply,
    backoff: options.backoff,
    groupMs: options.groupMs,
    stampAt: options.stampAt,
    originate: options.originate ?? "sending-after-proof",
  };
}

/** Runs the prober over a network. Rejects with what the prober throws. */
export async function runSimulated(
  network: Network,
  options: RunOptions = {},
  machine: SimulatedTransportOptions = {},
): Promise<SimulatedRun> {
  const transport = new SimulatedTransport(network, machine);
  const targets = makeTargets(options.targets ?? 1);
  const events: RunEvent[] = [];
  const strays: StrayDatagram[] = [];
  const sent: Probe[] = [];
  const listener: ProbeListener = {
    sent: (probe) => void sent.push(probe),
    outcome: (outcome) => {
      const sentAt = outcome.kind === "unsent" ? outcome.at : outcome.probe.sentAt;
      events.push({ kind: "outcome", outcome, sentAt });
    },
    extra: (extra) => void events.push({ kind: "extra", extra, sentAt: extra.probe.sentAt }),
    stray: (stray) => void strays.push(stray),
    idle: () => {},
  };
  const prober = new Prober(proberOptions(options, targets), transport, listener);
  if (options.stopAtMs !== undefined) transport.at(options.stopAtMs, () => prober.stop());
  const reason = await prober.run();
  const pending = [...prober.pendingProbes()];
  return { reason, events, strays, sent, pending, transport, targets };
}

/** Counts as the recorder keeps them, summed over all targets. */
export function countRun(run: SimulatedRun): ProbeCounters {
  const counters = new ProbeCounters();
  counters.sent = run.sent.length;
  for (const event of run.events) {
    if (event.kind === "extra") {
      if (event.extra.kind === "duplicate") counters.duplicates++;
      else counters.late++;
    } else if (event.outcome.kind === "reply") counters.received++;
    else if (event.outcome.kind === "icmpError") counters.icmpErrors++;
    else if (event.outcome.kind === "timedOut") counters.lost++;
    else counters.unsent++;
  }
  return counters;
}

/** All replies of a run with their probes, outcomes and extras, in order. */
export function repliesOf(run: SimulatedRun): ProbeReply[] {
  const replies: ProbeReply[] = [];
  for (const { sentAt, ...event } of run.events) {
    if (event.kind === "extra") replies.push({ ...event.extra, sentAt });
    else if (event.outcome.kind === "reply") replies.push({ ...event.outcome, sentAt });
  }
  return replies;
}

/** How the truth is to be read. */
export interface JudgeOptions {
  /** The remote clock shows time of day, to a millisecond, so present intervals must hold the truth. */
  readonly clockIsTrue?: boolean;
  /** The events are only some of the run's: look at each reply, not at the whole. */
  readonly repliesOnly?: boolean;
  /** Rate error of the remote clock, by which the offset moves during a round trip. */
  readonly skewPpm?: number;
}

/**
 * The laws that every run obeys: one outcome for each probe, no reply on the wrong probe, round-trip
 * times as they truly were, and bounds that hold the truth.
 */
export function judge(run: SimulatedRun, options: JudgeOptions = {}): void {
  if (options.repliesOnly !== true) judgeOutcomes(run);
  for (const reply of repliesOf(run)) judgeReply(run, reply, options);
  for (const event of run.events) {
    if (event.kind !== "outcome" || event.outcome.kind !== "icmpError") continue;
    const { probe, receivedAt, rttNs } = event.outcome;
    const truth = run.transport.truthOf(receivedAt);
    assertEquals(truth.cause.key, probe.key, "an ICMP error was put on the wrong probe");
    assertEquals(truth.kind, "error");
    assertEquals(rttNs, receivedAt.monotonicNs - event.sentAt.monotonicNs, "time to the error");
  }
}

function judgeOutcomes(run: SimulatedRun): void {
  const { requests } = run.transport;
  const taken = requests.filter(({ refused }) => !refused);
  assertEquals(run.sent.map(({ key }) => key), taken.map(({ key }) => key), "probes sent");
  const settled = new Set<number>();
  let unsent = 0;
  for (const event of run.events) {
    if (event.kind === "extra") {
      assert(settled.has(event.extra.probe.key), "an extra reply came before the outcome");
      continue;
    }
    if (event.outcome.kind === "unsent") {
      unsent++;
      continue;
    }
    const { key } = event.outcome.probe;
    assert(!settled.has(key), `probe ${key} had two outcomes`);
    settled.add(key);
  }
  assertEquals(unsent, countFinalRefusals(run), "unsent probes");
  for (const { key } of run.pending) {
    assert(!settled.has(key), `probe ${key} is settled and still out`);
    settled.add(key);
  }
  assertEquals(settled.size, taken.length, "probes with an outcome or still out");
  const counters = countRun(run);
  assertEquals(counters.pending, run.pending.length, "sent = received + lost + refused + out");
}

/** Requests that the kernel refused and that were not tried again. */
function countFinalRefusals(run: SimulatedRun): number {
  let count = 0;
  const tried = new Set<string>();
  for (const { refused, hadNoRoom, destination, request } of run.transport.requests.toReversed()) {
    const probe = `${destination} ${request.sequence}`;
    if (refused && !(hadNoRoom && tried.has(probe))) count++;
    tried.add(probe);
  }
  return count;
}

/** Spoiled replies that may still count as answers. */
const ACCEPTABLE = new Set([
  undefined,
  "bad-checksum",
  "bad-ip-checksum",
  "odd-code",
  "ip-options",
  "trailing-bytes",
  "originate-changed",
]);

function judgeReply(
  run: SimulatedRun,
  { probe, reply, sentAt }: ProbeReply,
  options: JudgeOptions,
): void {
  const { cause, kind, mangling, atNs } = run.transport.truthOf(reply.receivedAt);
  assertEquals(cause.key, probe.key, "a reply was put on the wrong probe");
  assert(kind === "reply" || kind === "copy", `a ${kind} counted as an answer`);
  // An echo reply whose payload is cut is one still, and says so.
  const isCutEcho = mangling === "cut-message" && reply.flags.includes("payload-changed");
  assert(ACCEPTABLE.has(mangling) || isCutEcho, `a reply counted as an answer: ${mangling}`);
  const isKernel = sentAt.source === "kernel" && reply.receivedAt.source === "kernel";
  const sentNs = isKernel ? cause.departedNs : cause.handedNs;
  const arrivedNs = isKernel ? atNs : reply.receivedAt.monotonicNs;
  const late = run.transport.stampSource === "kernel" && !isKernel;
  assertEquals(late, reply.flags.includes("user-stamp"), "the flag user-stamp");
  assertEquals(reply.rttNs, arrivedNs - sentNs, "round-trip time");
  const { clock } = run.transport;
  const stepNs = clock.stepsBefore(arrivedNs) - clock.stepsBefore(sentNs);
  assertEquals(reply.flags.includes("clock-step"), stepNs !== 0, "the flag clock-step");
  if (options.clockIsTrue !== true || reply.measurement === undefined) return;
  const { out, back, offset } = reply.measurement;
  const slackMs = Math.abs(options.skewPpm ?? 0) * reply.rttNs / 1e12 + 2e-6;
  // A stamp of ours is early by what it is not the kernel's; the interval is about our stamps.
  const earlyMs = late ? (cause.departedNs - cause.handedNs) / 1e6 : 0;
  const waitedMs = (arrivedNs - cause.repliedNs) / 1e6;
  judgeInterval("out", out, cause.outMs + earlyMs, slackMs);
  judgeInterval("back", back, cause.backMs + waitedMs, slackMs);
  judgeInterval("offset", offset, cause.offsetMs, slackMs);
}

function judgeInterval(
  name: string,
  interval: { readonly lowerMs: number; readonly upperMs: number } | undefined,
  truthMs: number,
  slackMs: number,
): void {
  if (interval === undefined) return;
  const { lowerMs, upperMs } = interval;
  const aboveMs = foldMs(truthMs - lowerMs);
  assert(
    aboveMs >= -slackMs && aboveMs <= upperMs - lowerMs + slackMs,
    `${name} is ${truthMs} ms, the bounds say ${lowerMs} to ${upperMs}`,
  );
}
