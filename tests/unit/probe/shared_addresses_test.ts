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

Deno.test("shared addresses: names whose addresses are not known yet are asked each", () => {
  const unknown = [0, 1, 2].map((index) => ({ index, label: `n${index}`, address: 0 }));
  assertEquals(new SharedAddresses(unknown).asked.length, 3);
  const mixed = [...unknown.slice(0, 2), { index: 2, label: "one", address: 1 }];
  const twice = [...mixed, { index: 3, label: "two", address: 1 }];
  const shared = new SharedAddresses(twice);
  assertEquals(shared.asked.map(({ label, index }) => [label, index]), [
    ...[["n0", 0], ["n1", 1], ["one", 2]],
  ]);
});

Deno.test("shared addresses: each is asked where that is wanted, and its outcomes are its own", () => {
  const shared = new SharedAddresses(TARGETS, true);
  assertEquals(shared.asked, TARGETS);
  const listener = noting([]);
  assertEquals([shared.listener(listener) === listener, shared.firstIndex(2)], [true, 2]);
  assertEquals([...shared.probes([probeTo(TARGETS[2] as Target)])].length, 1);
});

Deno.test("shared addresses: a target moves alone, and to an address that no other has", () => {
  const targets = [...TARGETS, { index: 3, label: "c", address: 3 }];
  const shared = new SharedAddresses(targets);
  const moves = targets.map((target) => shared.movableIndex(target, 9, targets));
  // Two share the first address; b and c are the second and the third that are asked.
  assertEquals(moves, [undefined, 1, undefined, 2]);
  assertEquals(shared.movableIndex(targets[1] as Target, 3, targets), undefined);
  const apart = new SharedAddresses(TARGETS.slice(0, 2));
  assertEquals(apart.movableIndex(TARGETS[1] as Target, 9, TARGETS.slice(0, 2)), 1);
  assertEquals(apart.movableIndex(TARGETS[1] as Target, 1, TARGETS.slice(0, 2)), undefined);
});

Deno.test("shared addresses: extra replies are every target's, and a target that has moved is shown where it was asked", () => {
  const shared = new SharedAddresses(TARGETS);
  const seen: [string, number][] = [];
  const listener = shared.listener({
    outcome() {},
    extra: ({ probe: { target } }) => void seen.push([target.label, target.address]),
    ...{ stray() {}, idle: () => undefined },
  });
  assertEquals(listener.sent, undefined);
  const probe = probeTo({ ...shared.asked[0] as Target, address: 77 });
  listener.extra({ kind: "duplicate", probe } as unknown as Parameters<typeof listener.extra>[0]);
  assertEquals(seen, [["a", 77], ["a.example", 77]]);
});
