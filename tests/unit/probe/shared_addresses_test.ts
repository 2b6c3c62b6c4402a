import { assertEquals } from "@std/assert";
import type { ProbeListener, ProbeOutcome } from "../../../src/probe/outcome.ts";
import { type InFlightProbe } from "../../../src/probe/probe.ts";
import { makeProbe, TIMESTAMP_PROBE } from "../../support/probes.ts";
import { SharedAddresses } from "../../../src/probe/shared_addresses.ts";
import type { Target } from "../../../src/targets/target.ts";

const TARGETS: readonly Target[] = [
  { index: 0, label: "a", address: 1 },
  { index: 1, label: "b", address: 2 },
  { index: 2, label: "a.example", address: 1 },
];

const INSTANT = { realtimeNs: 0, monotonicNs: 0, source: "kernel" } as const;

function probeTo(target: Target): InFlightProbe {
  return makeProbe({ target, sequence: 2, token: 3, key: 4, sentAt: INSTANT, deadlineNs: 5 });
}

/** Notes what it is told, as `what label index`. */
function noting(notes: string[]): ProbeListener {
  return {
    sent: ({ target }) => void notes.push(`sent ${target.label} ${target.index}`),
    outcome: (outcome) => {
      const { label, index } = outcome.kind === "unsent" ? outcome.target : outcome.probe.target;
      notes.push(`${outcome.kind} ${label} ${index}`);
    },
    extra: ({ probe }) => void notes.push(`extra ${probe.target.label}`),
    stray: () => void notes.push("stray"),
    idle: () => void notes.push("idle"),
  };
}

Deno.test("shared addresses: each address is asked once, every target has each outcome", () => {
  const shared = new SharedAddresses(TARGETS);
  assertEquals(shared.asked.map(({ index, label, address }) => [index, label, address]), [
    [0, "a", 1],
    [1, "b", 2],
  ]);
  const notes: string[] = [];
  const listener = shared.listener(noting(notes));
  const [a, b] = shared.asked.map(probeTo) as [InFlightProbe, InFlightProbe];
  listener.sent?.(a, new Uint8Array());
  listener.outcome({ kind: "timedOut", probe: a });
  listener.outcome({ kind: "timedOut", probe: b });
  const error = { syscall: "sendmmsg", errno: 101, code: "ENETUNREACH", message: "" };
  const unsent: ProbeOutcome = {
    kind: "unsent",
    target: a.target,
    message: TIMESTAMP_PROBE,
    index: 0,
    sequence: 0,
    at: INSTANT,
    error,
  };
  listener.outcome(unsent);
  listener.idle(0, false);
  assertEquals(notes, [
    "sent a 0",
    "sent a.example 2",
    "timedOut a 0",
    "timedOut a.example 2",
    "timedOut b 1",
    "unsent a 0",
    "unsent a.example 2",
    "idle",
  ]);
  assertEquals([...shared.probes([b, a])].map(({ target }) => target.label), [
    "b",
    "a",
    "a.example",
  ]);
  assertEquals([shared.firstIndex(0), shared.firstIndex(1)], [0, 1]);
});

Deno.test("shared addresses: a probe of another target is the same probe, stamps that come later included", () => {
  const shared = new SharedAddresses(TARGETS);
  const probe = probeTo(shared.asked[0] as Target);
  const [, second] = [...shared.probes([probe])];
  probe.sentAt = { ...INSTANT, monotonicNs: 7 };
  assertEquals([second?.sentAt.monotonicNs, second?.sequence, second?.key], [7, 2, 4]);
});

Deno.test("shared addresses: without any the listener is the caller's own", () => {
  const shared = new SharedAddresses(TARGETS.slice(0, 2));
  const listener = noting([]);
  assertEquals([shared.listener(listener) === listener, shared.asked.length], [true, 2]);
});
