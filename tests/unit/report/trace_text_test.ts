/** The text of a trace, from findings alone. */

import { assert, assertEquals } from "@std/assert";
import { judgePath } from "../../../src/behaviour/path_verdict.ts";
import type { PathObservation } from "../../../src/behaviour/path_observation.ts";
import { formatTrace } from "../../../src/report/trace_text.ts";
import type { HopFindings, TraceFindings } from "../../../src/run/trace/findings.ts";
import { widthOf } from "../../../src/terminal/width.ts";

const TARGET = { index: 0, label: "host.example", address: 0xc0000207 };
const times = (min: number, median: number) => ({
  sent: 3,
  answered: 3,
  rttMs: { min, median, mean: median, p95: median, max: median, stddev: 0 },
});
const NOTHING = { sent: 3, answered: 0, rttMs: undefined };
const HOP: HopFindings = {
  target: TARGET,
  time: 1,
  path: 1,
  hop: 1,
  address: 0xc0000201,
  addresses: [0xc0000201],
  isTarget: false,
  echo: times(0.051, 0.62),
  timestamp: times(1234.5, 12345),
  offset: { valueMs: 6, lowerMs: -8, upperMs: 20 },
  labels: [],
  refusal: undefined,
  changes: [],
};
const SEEN: PathObservation = {
  echo: { sent: 3, answered: 3 },
  timestamp: { sent: 3, answered: 0 },
  ipTimestamp: { sent: 0, answered: 0 },
  hasOptionTime: false,
  badChecksum: { sent: 0, answered: 0 },
  distance: 3,
  hops: [],
  limitedHops: [],
  refusals: {},
  unsent: {},
  others: [],
  isBlockedHere: false,
  isComplete: true,
  rate: undefined,
  forgers: [],
};

function findings(hops: readonly HopFindings[], seen = SEEN): TraceFindings {
  return {
    target: TARGET,
    time: 1,
    seen,
    verdict: judgePath(seen),
    evidence: ["echo requests: 3 of 3 answered", "timestamp requests: 0 of 3 answered"],
    paths: [{ flows: 1, hops }],
  };
}

/** Names of addresses: one long, one with what must not reach a terminal. */
const names = {
  get: (address: number) =>
    address === 0xc0000201 ? "a-router-with-a-long-name.of.a-network.example" : "evil\x1b[2J",
};

const HOPS: readonly HopFindings[] = [
  HOP,
  {
    ...HOP,
    hop: 2,
    address: undefined,
    addresses: [],
    echo: NOTHING,
    timestamp: NOTHING,
    offset: undefined,
  },
  {
    ...HOP,
    hop: 3,
    address: 0xc0000203,
    addresses: [0xc0000203, 0xc0000204],
    echo: { ...times(1, 2), answered: 2 },
    timestamp: NOTHING,
    offset: undefined,
    labels: [{ label: 24005, trafficClass: 1, isBottom: true, ttl: 254 }],
    refusal: {
      kind: "timestamp",
      reporter: 0xc0000205,
      type: 3,
      code: 13,
      name: "destination unreachable: communication administratively prohibited",
    },
    changes: [{ kind: "echo", from: 0xc0000204, to: 0xc0000203, time: 1 }],
  },
];

Deno.test("trace text: verdict, evidence and what would decide, then a line a hop with all that is odd", () => {
  assertEquals(
    formatTrace(findings(HOPS), { numeric: true }).join("\n").split("\n"),
    [
      "192.0.2.7: up, and ignores timestamp requests, or they are dropped after hop 0,",
      "  or the replies are dropped on the way back",
      "  echo requests: 3 of 3 answered; timestamp requests: 0 of 3 answered",
      "  To decide: a capture of ICMP types 13 and 14 at the host, or a router near it",
      "  that answers timestamp requests",
      "hop  address          loss      echo, ms     timestamp    clock, name",
      "  1  192.0.2.1        0%        0.051/0.620  1235/12345   +6 ±14 ms",
      "  2  *                100%      *            *",
      "  3  192.0.2.3        33%/100%  1.00/2.00    *",
      "     192.0.2.5: destination unreachable: communication administratively",
      "     prohibited; MPLS label 24005 tc 1 ttl 254; also 192.0.2.4; path changed",
      "     (echo): 192.0.2.4 to 192.0.2.3",
    ],
  );
});

Deno.test("trace text: no line is wider than 80 columns, whatever the names, and none has control characters", () => {
  const lines = formatTrace(findings(HOPS), { numeric: false, names }).join("\n").split("\n");
  for (const line of lines) assert(widthOf(line) <= 80, line);
  // deno-lint-ignore no-control-regex -- it is what must not be there
  assertEquals(lines.filter((line) => /[\u0000-\u001f]/.test(line)), []);
  assert(lines.some((line) => line.includes("a-router-with-a-long-name.of.a-network.example")));
});

Deno.test("trace text: several paths have a head each", () => {
  const both = { ...findings(HOPS), paths: [{ flows: 5, hops: [HOP] }, { flows: 3, hops: [HOP] }] };
  const lines = formatTrace(both, { numeric: true });
  assertEquals(lines.filter((line) => line.startsWith("path ")), [
    "path 1 of 2, 5 of 8 flows",
    "path 2 of 2, 3 of 8 flows",
  ]);
});

/** The lines of one hop, without those above the table. */
function hopLines(hop: Partial<HopFindings>, columns = 120, numeric = true): string[] {
  const lines = formatTrace(findings([{ ...HOP, ...hop }]), { numeric, columns, names });
  return lines.slice(lines.findIndex((line) => line.startsWith("hop ")) + 1);
}

Deno.test("trace text: loss in whole percent, of both kinds where they differ, and of none sent", () => {
  const loss = (echo: readonly [number, number], timestamp: readonly [number, number]) => {
    const [one, other] = [echo, timestamp].map(([sent, answered]) => ({
      ...{ sent, answered, rttMs: undefined },
    }));
    return hopLines({ echo: one, timestamp: other } as Partial<HopFindings>)[0]?.split(/\s+/)[3];
  };
  assertEquals(loss([3, 2], [3, 1]), "33%/67%");
  assertEquals([loss([3, 3], [3, 3]), loss([3, 0], [3, 0])], ["0%", "100%"]);
  assertEquals([loss([3, 3], [0, 0]), loss([0, 0], [3, 3])], ["0%/-", "-/0%"]);
});

Deno.test("trace text: who refuses is named unless it is the hop, and changes after the first are counted", () => {
  const refusal = (reporter: number) =>
    ({ kind: "echo", reporter, type: 3, code: 1, name: "unreachable" }) as const;
  const change = { kind: "echo", from: 0xc0000204, to: 0xc0000203, time: 1 } as const;
  assertEquals(hopLines({ refusal: refusal(0xc0000201) })[1], "     unreachable");
  assertEquals(hopLines({ refusal: refusal(0xc0000209) })[1], "     192.0.2.9: unreachable");
  assertEquals(
    hopLines({ changes: [change, change] })[1],
    "     path changed (echo): 192.0.2.4 to 192.0.2.3, 2 changes",
  );
  assertEquals(hopLines({}).length, 1);
});

Deno.test("trace text: a name stands behind the clock, an address is not repeated", () => {
  const named = hopLines({}, 120, false)[0] ?? "";
  assert(named.endsWith("+6 ±14 ms  a-router-with-a-long-name.of.a-network.example"), named);
  assert(hopLines({})[0]?.endsWith("+6 ±14 ms"));
  assertEquals(hopLines({ offset: undefined })[0]?.endsWith("1235/12345"), true);
  const narrow = hopLines({}, 80, false);
  assertEquals(
    narrow.join("\n").split("\n")[1],
    "     a-router-with-a-long-name.of.a-network.example",
  );
});

Deno.test("trace text: a path whose hops were not asked has no table", () => {
  const none = { sent: 0, answered: 0, rttMs: undefined };
  const asked = (echo: number, timestamp: number) => {
    const hop = { ...HOP, echo: { ...none, sent: echo }, timestamp: { ...none, sent: timestamp } };
    return formatTrace(findings([hop]), { numeric: true })
      .filter((line) => line.startsWith("hop ")).length;
  };
  assertEquals([asked(0, 0), asked(1, 0), asked(0, 1)], [0, 1, 1]);
});
