/** One run asks one host in several ways, and each answer counts for its own question. */

import { assert, assertEquals } from "@std/assert";
import { BadChecksumProbe } from "../../src/probe/message/bad_checksum.ts";
import { EchoProbe } from "../../src/probe/message/echo.ts";
import { TimestampProbe } from "../../src/probe/message/timestamp.ts";
import type { ProbeOutcome } from "../../src/probe/outcome.ts";
import type { Probe, ProbeSpec } from "../../src/probe/probe.ts";
import { judge, runSimulated, type SimulatedRun } from "../support/simulated_run.ts";

const TIMESTAMP = new TimestampProbe();
const ECHO = new EchoProbe();
const BAD_CHECKSUM = new BadChecksumProbe(TIMESTAMP);
const HOPS = [0x0a000001, 0x0a000002, 0x0a000003];

/** What the host is asked in turn: three messages, and the first with each time to live from 1 to 5. */
const PROBES: readonly ProbeSpec[] = [
  { message: TIMESTAMP },
  { message: ECHO },
  { message: BAD_CHECKSUM },
  ...[1, 2, 3, 4, 5].map((ttl) => ({ message: TIMESTAMP, ttl })),
];
const ROUNDS = 25;
/** Numbers keyed for the address, as outside tests. */
const RUN = {
  probes: PROBES,
  count: PROBES.length * ROUNDS,
  intervalMs: 20,
  timeoutMs: 2000,
  identifier: null,
  firstSequence: null,
} as const;
/** Answers overtake each other by many probes. */
const JITTER = { kind: "uniform", minMs: 5, maxMs: 400 } as const;

/** Outcomes of a probe that was sent. */
type Settled = Exclude<ProbeOutcome, { kind: "unsent" }>;

function outcomesOf(run: SimulatedRun): Settled[] {
  return run.events.flatMap((event) => {
    if (event.kind !== "outcome") return [];
    assert(event.outcome.kind !== "unsent");
    return [event.outcome];
  });
}

/** What the probe asked, such as `echo` or `timestamp 3`. */
function question({ message, ttl }: Probe): string {
  return ttl === undefined ? message.name : `${message.name} ${ttl}`;
}

/** How each question ended, with the number of times. */
function tally(outcomes: readonly Settled[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    const from = outcome.kind === "icmpError" ? ` ${outcome.error.name} ${outcome.reporter}` : "";
    const key = `${question(outcome.probe)}: ${outcome.kind}${from}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

Deno.test("messages: timestamp, echo, a wrong checksum and TTL 1 to 5 to one host in one run", async () => {
  for (const seed of [1, 2, 3]) {
    const network = { seed, hops: HOPS, dropsBadChecksums: true, out: JITTER, back: JITTER };
    const run = await runSimulated(network, RUN);
    judge(run, { clockIsTrue: true });
    const outcomes = outcomesOf(run);
    const expired = (ttl: number) => `time exceeded: TTL exceeded in transit ${HOPS[ttl - 1]}`;
    assertEquals(tally(outcomes), {
      "timestamp: reply": ROUNDS,
      "echo: reply": ROUNDS,
      "bad-checksum: timedOut": ROUNDS,
      [`timestamp 1: icmpError ${expired(1)}`]: ROUNDS,
      [`timestamp 2: icmpError ${expired(2)}`]: ROUNDS,
      [`timestamp 3: icmpError ${expired(3)}`]: ROUNDS,
      "timestamp 4: reply": ROUNDS,
      "timestamp 5: reply": ROUNDS,
    });
    for (const outcome of outcomes) {
      const { probe } = outcome;
      const asked = PROBES[probe.index % PROBES.length];
      assert(probe.message === asked?.message && probe.ttl === asked.ttl, `probe ${probe.index}`);
      if (outcome.kind !== "reply") continue;
      const { stamps, measurement } = outcome.reply;
      const isTimestamp = probe.message === TIMESTAMP;
      assertEquals([stamps !== undefined, measurement !== undefined], [isTimestamp, isTimestamp]);
    }
    assertEquals(run.strays, []);
  }
});

Deno.test("messages: every probe to an address has its own sequence number", async () => {
  const run = await runSimulated({}, { ...RUN, targets: 3 });
  for (const target of run.targets) {
    const probes = run.sent.filter((probe) => probe.target.address === target.address);
    assertEquals(probes.length, RUN.count);
    assertEquals(new Set(probes.map(({ sequence }) => sequence)).size, RUN.count);
    assertEquals(new Set(probes.map(({ identifier }) => identifier)).size, 1);
    const steps = probes.slice(1).map(({ sequence }, i) =>
      (sequence - (probes[i] as Probe).sequence) & 0xffff
    );
    assertEquals(new Set(steps), new Set([1]));
  }
});

Deno.test("messages: a host that does not verify checksums answers for the question that has a bad one", async () => {
  const run = await runSimulated({ hops: HOPS, out: JITTER, back: JITTER }, RUN);
  judge(run);
  const counts = tally(outcomesOf(run));
  assertEquals([counts["bad-checksum: reply"], counts["timestamp: reply"]], [ROUNDS, ROUNDS]);
});

Deno.test("messages: a reply of another question's type is no answer, whatever its numbers are", async () => {
  const probes = [{ message: TIMESTAMP }, { message: ECHO }];
  const options = { ...RUN, probes, count: 40 };
  const run = await runSimulated({ mangling: "echo-reply" }, options);
  judge(run);
  assertEquals(tally(outcomesOf(run)), { "timestamp: timedOut": 20, "echo: timedOut": 20 });
  assertEquals(run.strays.length, 40);
  const before = await runSimulated({ strays: ["echo-reply"] }, options);
  judge(before);
  assertEquals(tally(outcomesOf(before)), { "timestamp: reply": 20, "echo: reply": 20 });
  assertEquals(before.strays.length, 40);
});

Deno.test("messages: a host that changes originate timestamps is known for that by these alone", async () => {
  const probes = [{ message: TIMESTAMP }, { message: ECHO }];
  const count = 40;
  const even = Array.from({ length: count / 2 }, (_, i) => 2 * i);
  const rules = [{ probes: even, fate: { mangling: "originate-changed" } as const }];
  const options = { ...RUN, probes, count, intervalMs: 100, timeoutMs: 250 };
  const run = await runSimulated({ rules }, options);
  judge(run);
  const outcomes = outcomesOf(run);
  assertEquals(tally(outcomes), { "timestamp: reply": 20, "echo: reply": 20 });
  for (const outcome of outcomes) {
    assert(outcome.kind === "reply");
    const isChanged = outcome.probe.message === TIMESTAMP;
    assertEquals(outcome.reply.flags.includes("originate-changed"), isChanged);
  }
  // The first is held until its time is over; then the host is known, echoes between or not, and nothing waits.
  const order = outcomes.map(({ probe }) => probe.index);
  assertEquals(order.slice(0, 3), [1, 0, 2]);
  assertEquals(order.slice(3), Array.from({ length: count - 3 }, (_, i) => i + 3));
});
