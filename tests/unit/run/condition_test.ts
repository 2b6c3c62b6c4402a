import { assertEquals, assertThrows } from "@std/assert";
import { parseCondition } from "../../../src/run/condition.ts";
import { boundedMetric } from "../../../src/run/condition_metric.ts";
import type { TargetSummary } from "../../../src/run/target_statistics.ts";
import { ProbeCounters, type Summary } from "../../../src/stats/mod.ts";

function spread(min: number, median: number, max: number): Summary {
  return { count: 3, min, median, mean: median, p95: max, max, stddev: 1 } as Summary;
}

/** A target that lost one of four, with these round-trip times and bounds of the offset. */
function summary(more: Partial<TargetSummary> = {}): TargetSummary {
  const counters = new ProbeCounters();
  Object.assign(counters, { sent: 4, received: 3, lost: 1, duplicates: 2 });
  return {
    scope: "run",
    time: 0,
    target: { index: 0, label: "host", address: 1 },
    counters,
    rttMs: spread(10, 20, 90),
    queueMs: undefined,
    outMs: undefined,
    backMs: undefined,
    outJitterMs: undefined,
    backJitterMs: undefined,
    outChangeMs: undefined,
    backChangeMs: spread(0, 1, 60),
    offset: undefined,
    ...more,
  };
}

/** What is found where a condition is met; undefined where it is not. */
function met(condition: string, of: TargetSummary): string | undefined {
  const { isMet, isKnown, found } = parseCondition(condition).find(of);
  if (!isMet) return undefined;
  return isKnown ? found : `unknown: ${found}`;
}

/** A condition, and what is found where it is true; undefined where it is not. */
const CASES: readonly (readonly [text: string, found: string | undefined])[] = [
  ["loss>5%", "25 %"],
  ["loss>25%", undefined],
  ["loss<25.1%", "25 %"],
  ["rtt>19ms", "20 ms"],
  ["rtt > 20ms", undefined],
  ["rtt.median>19999us", "20 ms"],
  ["rtt.median>19999µs", "20 ms"],
  ["rtt.p95>.05s", "90 ms"],
  ["rtt.min<10.5ms", "10 ms"],
  ["queue>1ms", "unknown: the kernel does not stamp what leaves here"],
  ["rtt.stddev>0.5ms", "1 ms"],
  ["back.change>20ms", undefined],
  ["back.change.max>20ms", "60 ms"],
  // What is unknown counts as true: a host without timestamps must not pass.
  ["out.change>0ms", "unknown: no reply has usable timestamps"],
  ["out<1ms", "unknown: no reply has usable timestamps"],
  ["offset>0ms", "unknown: no reply has usable timestamps"],
  ["offset<60s", "unknown: no reply has usable timestamps"],
  ["duplicates>1", "2"],
  ["late>0", undefined],
  ["lost<2", "1"],
  ["unsent<1", "0"],
];

for (const [text, found] of CASES) {
  Deno.test(`condition: ${text}`, () => {
    const condition = parseCondition(text);
    assertEquals([condition.text, met(text, summary())], [text, found]);
  });
}

Deno.test("condition: the wait in our own queue", () => {
  const congested = summary({ queueMs: spread(1, 90, 534) });
  assertEquals(met("queue.p95>200ms", congested), "534 ms");
  assertEquals(met("queue>200ms", congested), undefined);
});

/** Bounds of an offset, and whether `offset>100ms` and `offset<100ms` are proven. */
const OFFSETS: readonly (readonly [
  lowerMs: number,
  upperMs: number,
  above: string | undefined,
  below: string | undefined,
])[] = [
  [150, 160, "between 150 and 160 ms", undefined],
  // The sign stays, and so does the bound that is farther away.
  [-270.6951, -229.3051, "between -270.696 and -229.305 ms", undefined],
  [90, 160, undefined, undefined],
  [-160, -90, undefined, undefined],
  [-200, 200, undefined, undefined],
  [10, 20, undefined, "between 10 and 20 ms"],
  [-30, 20, undefined, "between -30 and 20 ms"],
];

/** Bounds, and the distance from zero that they prove at least, and at most. */
const DISTANCES: readonly (readonly [lower: number, upper: number, least: number, most: number])[] =
  [
    [0.5, 2, 0.5, 2],
    [-2, -0.25, 0.25, 2],
    [-0.5, 2, 0, 2],
    [-3, 2, 0, 3],
    [0, 2, 0, 2],
    [-2, 0, 0, 2],
  ];

for (const [lower, upper, least, most] of DISTANCES) {
  Deno.test(`condition: from ${lower} to ${upper} is from ${least} to ${most} away from zero`, () => {
    const metric = boundedMetric(() => ({ lower, upper }), "ms", () => "");
    assertEquals([metric.read({}, true), metric.read({}, false)], [least, most]);
  });
}

for (const [lowerMs, upperMs, above, below] of OFFSETS) {
  Deno.test(`condition: an offset from ${lowerMs} to ${upperMs} ms counts as far as that proves`, () => {
    const offset = { valueMs: (lowerMs + upperMs) / 2, lowerMs, upperMs };
    assertEquals(met("offset>100ms", summary({ offset })), above);
    assertEquals(met("offset<100ms", summary({ offset })), below);
  });
}

for (
  const text of [
    "",
    "loss",
    "loss>",
    ">5%",
    "loss>5",
    "rtt>5",
    "rtt>5%",
    "rtt.p50>5ms",
    "toString>1ms",
    "__proto__>1ms",
    "rtt>1e3ms",
    "rtt>5m",
    "loss>5%%",
    "rtt>5ms;x",
  ]
) {
  Deno.test(`condition: ${JSON.stringify(text)} is none`, () => {
    assertThrows(() => parseCondition(text), RangeError, "expected ");
  });
}

Deno.test("condition: a probe that the kernel did not take counts as lost", () => {
  const counters = new ProbeCounters();
  counters.unsent = 3;
  assertEquals(met("loss>5%", summary({ counters })), "100 %");
  counters.sent = counters.received = 1;
  assertEquals(met("loss>5%", summary({ counters })), "75 %");
  assertEquals(met("loss>75%", summary({ counters })), undefined);
});

Deno.test("condition: unknown counts as true and says why", () => {
  const silent = Object.assign(new ProbeCounters(), { sent: 3, lost: 3 });
  const nothing = { rttMs: undefined, backChangeMs: undefined };
  assertEquals(met("rtt>1s", summary({ counters: silent, ...nothing })), "unknown: no reply");
  assertEquals(met("offset>1s", summary({ counters: silent, ...nothing })), "unknown: no reply");
  const pending = Object.assign(new ProbeCounters(), { sent: 3 });
  assertEquals(met("loss>5%", summary({ counters: pending })), "unknown: no probe is settled");
  const once = { outMs: spread(1, 1, 1), backMs: spread(1, 1, 1) };
  assertEquals(met("out.jitter>1ms", summary(once)), "unknown: too few replies");
  assertEquals(met("duplicates>5", summary({ counters: pending })), undefined);
});

Deno.test("condition: why an offset is unknown, by what is known of the host's stamps", () => {
  const why = (host: object) => met("offset>1ms", summary({ host } as Partial<TargetSummary>));
  const cases = [
    [{ isWithdrawn: true, stamps: 1 }, "the timestamps do not keep time"],
    // Stamps that are none keep no time either, but that is not why.
    [{ isWithdrawn: true, stamps: 0 }, "no reply has usable timestamps"],
    [{ isWithdrawn: false, stamps: 3, hasMoved: false }, "all timestamps are the same"],
    [{ isWithdrawn: false, stamps: 3, tick: "unknown" }, "the tick of the remote clock is unknown"],
    [{ isWithdrawn: false, stamps: 3 }, "no reply has usable timestamps"],
  ] as const;
  for (const [host, reason] of cases) assertEquals(why(host), `unknown: ${reason}`);
});
