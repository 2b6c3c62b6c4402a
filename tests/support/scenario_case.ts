/** Scenario tables: what a case says, and how it is checked. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { formatAddress } from "../../src/packet/address.ts";
import { remarksOf } from "./records.ts";
import type { Fate, Network } from "./simulated_network.ts";
import {
  countRun,
  judge,
  repliesOf,
  type RunOptions,
  runSimulated,
  type SimulatedRun,
} from "./simulated_run.ts";

/** What a run is to show. Each part that is left out is not looked at. */
export interface Expectation {
  /** Why it ended. */
  readonly reason?: string;
  /** Counts, all targets together; those left out must be 0, but for `pending` and `sent`. */
  readonly counts?: {
    readonly sent: number;
    readonly received?: number;
    readonly lost?: number;
    readonly icmpErrors?: number;
    readonly unsent?: number;
    readonly duplicates?: number;
    readonly late?: number;
    readonly pending?: number;
  };
  /**
   * Every event of probes in order, as `3 reply`, `3 duplicate`, `4 timedOut`, `5 icmpError`, `6 unsent`; flags
   * follow in brackets, as in `3 replied [ip-options]`. That of a tick which is not established yet is left out.
   */
  readonly events?: readonly string[];
  /** How many strays of each kind came; no others may. */
  readonly strays?: Readonly<Record<string, number>>;
  /** Part of the detail of the first stray. */
  readonly strayDetail?: string;
  /** Sequence numbers sent, in order. */
  readonly sequences?: readonly number[];
  /** Every reply has these flags, joined by blanks, or one of several sets; "none" is no flag. `tick-assumed` is left out. */
  readonly flags?: string | readonly string[];
  /** Every reply was read in one of these ways. */
  readonly readings?: readonly string[];
  /** Fewest and most replies that carry delays and an offset. */
  readonly measured?: readonly [number, number];
  /** What the remote clock shows is time of day, so that all delays and offsets must be true; true by default. */
  readonly clockIsTrue?: boolean;
  /** Rate error to allow for in the bounds. */
  readonly skewPpm?: number;
  /** Replies with a lower number are not held to `flags`, `readings` and the truth: nothing was known yet. */
  readonly fromProbe?: number;
  /** Moments at which the probes were handed over, whole milliseconds after the start, fractions cut off. */
  readonly sentAtMs?: readonly number[];
  /** Error names and codes of the unsent probes, or names of ICMP errors, in order. */
  readonly causes?: readonly string[];
  /** Addresses that reported ICMP errors, in order. */
  readonly reporters?: readonly string[];
  /** The run fails, and says this. */
  readonly failure?: string;
}

/** One row of a table. */
export interface ScenarioCase {
  /** What it shows. */
  readonly name: string;
  /** The network; without loss, 5 ms each direction, by default. */
  readonly network?: Network;
  /** The run; ten probes to one target by default. */
  readonly options?: RunOptions;
  /** What the run must show. */
  readonly expect: Expectation;
}

/** A network in which some probes, by their indices, meet another fate than the others. */
export function onProbes(probes: readonly number[], fate: Fate): Network {
  return { rules: [{ probes, fate }] };
}

/** Registers a test for each case of a table. */
export function testCases(table: string, cases: readonly ScenarioCase[]): void {
  for (const scenario of cases) {
    Deno.test(`scenario: ${table}: ${scenario.name}`, () => checkCase(scenario));
  }
}

/** Runs a case and compares. */
async function checkCase({ network = {}, options, expect }: ScenarioCase): Promise<void> {
  if (expect.failure !== undefined) {
    await assertRejects(() => runSimulated(network, options), RangeError, expect.failure);
    return;
  }
  const run = await runSimulated(network, options);
  const { fromProbe, skewPpm = 0 } = expect;
  judge(run, {
    clockIsTrue: (expect.clockIsTrue ?? true) && fromProbe === undefined,
    skewPpm,
  });
  if (fromProbe !== undefined) {
    const events = run.events.filter((event) =>
      event.kind === "extra" || (event.outcome.kind === "reply" &&
        event.outcome.probe.index >= fromProbe)
    );
    judge({ ...run, events }, {
      clockIsTrue: expect.clockIsTrue ?? true,
      skewPpm,
      repliesOnly: true,
    });
  }
  checkEvents(run, expect);
  checkReplies(run, expect);
}

function checkEvents(run: SimulatedRun, expect: Expectation): void {
  if (expect.reason !== undefined) assertEquals<string>(run.reason, expect.reason);
  if (expect.counts !== undefined) {
    const { sent, received, lost, icmpErrors, unsent, duplicates, late, pending } = countRun(run);
    assertEquals(
      { sent, received, lost, icmpErrors, unsent, duplicates, late, pending },
      {
        received: 0,
        lost: 0,
        icmpErrors: 0,
        unsent: 0,
        duplicates: 0,
        late: 0,
        pending: 0,
        ...expect.counts,
      },
    );
  }
  if (expect.events !== undefined) assertEquals(describeEvents(run), expect.events);
  if (expect.strays !== undefined) {
    const strays: Record<string, number> = {};
    for (const { kind } of run.strays) strays[kind] = (strays[kind] ?? 0) + 1;
    assertEquals(strays, expect.strays);
  }
  if (expect.strayDetail !== undefined) {
    const detail = run.strays[0]?.detail ?? "no stray";
    assert(detail.includes(expect.strayDetail), detail);
  }
  if (expect.sequences !== undefined) {
    assertEquals(run.sent.map(({ sequence }) => sequence), expect.sequences);
  }
  if (expect.sentAtMs !== undefined) {
    const times = run.transport.requests.map(({ handedNs }) => Math.floor(handedNs / 1e6));
    assertEquals(times, expect.sentAtMs);
  }
  if (expect.causes !== undefined) assertEquals(describeCauses(run), expect.causes);
  if (expect.reporters !== undefined) {
    const reporters = run.events.flatMap((event) =>
      event.kind === "outcome" && event.outcome.kind === "icmpError"
        ? [formatAddress(event.outcome.reporter)]
        : []
    );
    assertEquals(reporters, expect.reporters);
  }
}

function checkReplies(run: SimulatedRun, expect: Expectation): void {
  const known = repliesOf(run).filter(({ probe }) => probe.index >= (expect.fromProbe ?? 0));
  for (const { probe, reply } of known) {
    const flags = remarksOf(reply.flags).join(" ") || "none";
    const allowed = typeof expect.flags === "string" ? [expect.flags] : expect.flags;
    assert(allowed?.includes(flags) ?? true, `probe ${probe.index} has flags "${flags}"`);
    const reading = reply.measurement?.reading ?? "none";
    assert(expect.readings?.includes(reading) ?? true, `probe ${probe.index} is read ${reading}`);
  }
  if (expect.measured !== undefined) {
    const measured = repliesOf(run).filter(({ reply }) => reply.measurement?.offset !== undefined);
    const [least, most] = expect.measured;
    assert(
      measured.length >= least && measured.length <= most,
      `${measured.length} replies were measured, not ${least} to ${most}`,
    );
  }
}

function describeEvents(run: SimulatedRun): string[] {
  return run.events.map((event) => {
    if (event.kind === "extra") {
      const { probe, kind, reply } = event.extra;
      return `${probe.index} ${kind}${describeFlags(reply.flags)}`;
    }
    const { outcome } = event;
    if (outcome.kind === "unsent") return `${outcome.index} unsent`;
    const flags = outcome.kind === "reply" ? describeFlags(outcome.reply.flags) : "";
    return `${outcome.probe.index} ${outcome.kind}${flags}`;
  });
}

function describeFlags(all: readonly string[]): string {
  const flags = remarksOf(all);
  return flags.length === 0 ? "" : ` [${flags.join(" ")}]`;
}

function describeCauses(run: SimulatedRun): string[] {
  return run.events.flatMap((event) => {
    if (event.kind === "extra") return [];
    const { outcome } = event;
    if (outcome.kind === "unsent") return [`${outcome.error.code} ${outcome.error.errno}`];
    return outcome.kind === "icmpError" ? [outcome.error.name] : [];
  });
}
