import { assertEquals } from "@std/assert";
import { classify } from "../../../src/behaviour/classify.ts";
import { judgeConformance } from "../../../src/behaviour/conformance.ts";
import { Random } from "../../lab/random.ts";
import { dayMs, interview, type OddHost, swapped } from "./odd_host.ts";

const NOON = Date.UTC(2026, 4, 14, 12);

function judge(
  host: Partial<OddHost> & Pick<OddHost, "write">,
): Record<string, string> {
  const odd = { rttMs: 10, jitterMs: 1, loss: 0, startUnixMs: NOON, ...host };
  const evidence = interview(odd, new Random(5));
  const findings = judgeConformance(evidence, classify(evidence));
  return Object.fromEntries(findings.map(({ clause, result }) => [clause, result]));
}

const lazy = (read: (ms: number) => number): OddHost["write"] => ({ receivedMs }) => {
  const stamp = read(receivedMs);
  return [stamp, stamp];
};

const ALL_PASS: Record<string, string> = {
  "answers-every-request": "pass",
  "originate-unchanged": "pass",
  "code-zero": "pass",
  "milliseconds-since-midnight": "pass",
  "transmit-after-receive": "pass",
  "right-within-minutes": "pass",
  "updated-15-times-a-second": "pass",
};

Deno.test("conformance: a right clock passes all clauses that the answers can show", () => {
  assertEquals(judge({ write: lazy(dayMs) }), ALL_PASS);
});

Deno.test("conformance: each kind of clock fails the clauses that it breaks, and no other", () => {
  const cases: readonly [string, Partial<OddHost> & Pick<OddHost, "write">, object][] = [
    ["tampered", { write: lazy(dayMs), tampers: true }, { "originate-unchanged": "fail" }],
    ["half lost", { write: lazy(dayMs), loss: 0.5 }, { "answers-every-request": "fail" }],
    ["ten minutes off", { write: lazy((ms) => dayMs(ms + 600_000)) }, {
      "right-within-minutes": "fail",
    }],
    ["four minutes off", { write: lazy((ms) => dayMs(ms - 240_000)) }, {}],
    ["local time", { write: lazy((ms) => dayMs(ms + 3_600_000)) }, {
      "right-within-minutes": "fail",
    }],
    ["little-endian", { write: lazy((ms) => swapped(dayMs(ms))) }, {
      "milliseconds-since-midnight": "fail",
    }],
    ["marked", { write: lazy((ms) => dayMs(ms) + 0x8000_0000) }, {
      "right-within-minutes": "not-tested",
    }],
    ["seconds", { write: lazy((ms) => Math.floor(ms / 1000)) }, {
      "milliseconds-since-midnight": "fail",
      "updated-15-times-a-second": "fail",
    }],
    ["backwards", { write: ({ receivedMs }) => [dayMs(receivedMs), dayMs(receivedMs - 30)] }, {
      "transmit-after-receive": "fail",
    }],
    ["zeros", { write: () => [0, 0] }, {
      "milliseconds-since-midnight": "fail",
      "transmit-after-receive": "not-tested",
      "right-within-minutes": "not-tested",
      "updated-15-times-a-second": "not-tested",
    }],
    ["another code", { write: lazy(dayMs), replyCode: 3 }, { "code-zero": "fail" }],
    ["tick of 64 ms", { write: lazy((ms) => dayMs(ms) - dayMs(ms) % 64) }, {}],
    ["tick of 100 ms", { write: lazy((ms) => dayMs(ms) - dayMs(ms) % 100) }, {
      "updated-15-times-a-second": "fail",
    }],
  ];
  for (const [name, host, expected] of cases) {
    assertEquals(judge(host), { ...ALL_PASS, ...expected }, name);
  }
});

Deno.test("conformance: nothing is said of a host that never answered", () => {
  const evidence = { asked: { standard: 5 }, answers: [] };
  const results = judgeConformance(evidence, classify(evidence)).map(({ result }) => result);
  assertEquals(new Set(results), new Set(["not-tested"]));
});
