import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseCondition } from "../../../src/run/condition.ts";
import {
  compare,
  compileExpression,
  type Expression,
  leavesOf,
  parseExpression,
  type Truth,
} from "../../../src/run/condition_expression.ts";
import type { TargetSummary } from "../../../src/run/target_statistics.ts";
import { ProbeCounters, type Summary } from "../../../src/stats/mod.ts";

/** An expression with every part in parentheses. */
function show(expression: Expression): string {
  if (expression.kind === "not") return `!${show(expression.part)}`;
  if (expression.kind === "flag") return expression.name;
  if ("parts" in expression) {
    return `(${expression.parts.map(show).join(expression.kind === "all" ? " && " : " || ")})`;
  }
  return `${expression.name}${expression.operator}${expression.value}`;
}

const READ: readonly (readonly [text: string, shown: string])[] = [
  ["a", "a"],
  ["loss>5%", "loss>5%"],
  ["rtt_ms < 50 && !flags", "(rtt_ms<50 && !flags)"],
  ["a && b || c && d", "((a && b) || (c && d))"],
  ["a || b && c || d", "(a || (b && c) || d)"],
  ["a && (b || c)", "(a && (b || c))"],
  ["!a && !(b || !c)", "(!a && !(b || !c))"],
  ["!!a", "!!a"],
  ["rtt > 20 ms", "rtt>20ms"],
  ["  a==1  ", "a=1"],
  ["a!=1&&b>=2||c<=-3", "((a!=1 && b>=2) || c<=-3)"],
  ["address = 192.0.2.7", "address=192.0.2.7"],
  [`error_name = "host unreachable"`, "error_name=host unreachable"],
  ["reading='high-bit'", "reading=high-bit"],
  ["rtt>5µs", "rtt>5µs"],
];

for (const [text, shown] of READ) {
  Deno.test(`expression: ${text}`, () => assertEquals(show(parseExpression(text)), shown));
}

const REFUSED: readonly (readonly [text: string, message: string])[] = [
  ["", "expected a name, ! or ( at character 1, found the end"],
  ["a &&", "expected a name, ! or ( at character 5, found the end"],
  ["a && && b", "expected a name, ! or ( at character 6, found '&&'"],
  ["(a", "expected &&, || or the ) of the ( at 1 at character 3, found the end"],
  ["a)", "expected &&, || or the end at character 2, found ')'"],
  ["a b", "expected &&, || or the end at character 3, found 'b'"],
  ["rtt_ms << 50", "expected a value after < at character 9, found '<'"],
  ["a > ", "expected a value after > at character 4, found the end"],
  ["a & b", "expected a name, a value or a sign at character 3, found '&'"],
  ["5 < rtt", "expected a name, ! or ( at character 1, found '5'"],
  ["a; b", "expected a name, a value or a sign at character 2, found ';'"],
  ["rtt>5 foo", "expected &&, || or the end at character 7, found 'foo'"],
  [`rtt>5 "ms"`, "expected &&, || or the end at character 7, found 'ms'"],
  ["flags=late ms", "expected &&, || or the end at character 12, found 'ms'"],
  ["(a || (b && c)", "expected &&, || or the ) of the ( at 1 at character 15, found the end"],
  ["a && (b c)", "expected &&, || or the ) of the ( at 6 at character 9, found 'c'"],
  ["!  ", "expected a name, ! or ( at character 2, found the end"],
  [`"a" > 5`, "expected a name, ! or ( at character 1, found 'a'"],
  ["a > (5)", "expected a value after > at character 5, found '('"],
  [`a = "b`, `expected a name, a value or a sign at character 5, found '"'`],
];

for (const [text, message] of REFUSED) {
  Deno.test(`expression: ${JSON.stringify(text)} is refused, and where is said`, () => {
    const error = assertThrows(() => parseExpression(text), RangeError);
    assertEquals(error.message, message);
  });
}

Deno.test("expression: each name and each value has its place, and a name alone is a flag", () => {
  assertEquals(parseExpression("  rtt >=  5 ms"), {
    ...{ kind: "comparison", name: "rtt", place: 3, operator: ">=", value: "5ms", valuePlace: 11 },
  });
  assertEquals(parseExpression("a == 'b c'"), {
    ...{ kind: "comparison", name: "a", place: 1, operator: "=", value: "b c", valuePlace: 6 },
  });
  assertEquals(parseExpression(" late"), {
    ...{ kind: "flag", name: "late", place: 2, operator: "!=", value: "", valuePlace: 2 },
  });
});

Deno.test("expression: both sides of each operator are compared as they are", () => {
  const table = [[1, 2], [2, 2], [3, 2]].map(([left = 0, right = 0]) =>
    ([">", "<", ">=", "<=", "=", "!="] as const).map((each) => compare(left, each, right))
  );
  assertEquals(table, [
    [false, true, false, true, false, true],
    [false, false, true, true, true, false],
    [true, false, true, false, false, true],
  ]);
});

Deno.test("expression: depth and length are bounded, width is not", () => {
  const nested = (depth: number) => `${"(".repeat(depth)}a${")".repeat(depth)}`;
  assertEquals(show(parseExpression(nested(32))), "a");
  // Those that have been closed are not within each other.
  assertEquals(leavesOf(parseExpression(Array(40).fill("(!a)").join("||"))).length, 40);
  assertEquals(leavesOf(parseExpression("a".repeat(1000))).length, 1);
  assertThrows(() => parseExpression(nested(33)), RangeError, "at most 32");
  assertThrows(() => parseExpression("!".repeat(900) + "a"), RangeError, "at most 32");
  assertThrows(() => parseExpression("a".repeat(1001)), RangeError, "at most 1000");
  assertEquals(leavesOf(parseExpression(Array(200).fill("a").join("&&"))).length, 200);
});

/** Kleene's tables: what a and b are, `a && b`, `a || b`, `!a`. */
const TABLE: readonly (readonly [a: Truth, b: Truth, all: Truth, any: Truth, not: Truth])[] = [
  [true, true, true, true, false],
  [true, false, false, true, false],
  [true, undefined, undefined, true, false],
  [false, true, false, true, true],
  [false, false, false, false, true],
  [false, undefined, false, undefined, true],
  [undefined, true, undefined, true, undefined],
  [undefined, false, false, undefined, undefined],
  [undefined, undefined, undefined, undefined, undefined],
];

Deno.test("expression: what is unknown stays so unless the other side decides", () => {
  for (const [a, b, all, any, not] of TABLE) {
    const values: Readonly<Record<string, Truth>> = { a, b };
    const test = (text: string) =>
      compileExpression<undefined>(parseExpression(text), ({ name }) => () => values[name])(
        undefined,
      );
    assertEquals([test("a && b"), test("a || b"), test("!a")], [all, any, not], `${a} ${b}`);
  }
});

/** A target that lost one of four probes, with a median of 20 ms and nothing known of its clock. */
function target(): TargetSummary {
  const counters = Object.assign(new ProbeCounters(), { sent: 4, received: 3, lost: 1 });
  const rttMs = { count: 3, min: 10, median: 20, mean: 20, p95: 90, max: 90, stddev: 1 } as Summary;
  return { counters, rttMs } as unknown as TargetSummary;
}

const CONDITIONS: readonly (readonly [text: string, isMet: boolean, found: string])[] = [
  ["loss>5% && rtt>10ms", true, "loss 25 %, rtt 20 ms"],
  ["loss>50% || rtt>10ms", true, "loss 25 %, rtt 20 ms"],
  ["loss>50% || rtt>30ms", false, "loss 25 %, rtt 20 ms"],
  ["!(loss>50%)", true, "loss 25 %"],
  ["lost=1", true, "1"],
  ["lost!=1", false, "1"],
  ["lost>=1 && lost<=1", true, "lost 1"],
  // What is unknown counts as true, unless the other side decides.
  ["offset>1s && loss>5%", true, "offset: no reply has usable timestamps"],
  ["offset>1s && loss>50%", false, "loss 25 %, offset: no reply has usable timestamps"],
  ["!(offset>1s)", true, "offset: no reply has usable timestamps"],
];

for (const [text, isMet, found] of CONDITIONS) {
  Deno.test(`condition: ${text}`, () => {
    const finding = parseCondition(text).find(target());
    assertEquals(finding.isMet, isMet);
    for (const part of finding.found.split(", ")) assert(found.includes(part), finding.found);
  });
}

Deno.test("condition: a quantity between bounds equals no number", () => {
  assertThrows(() => parseCondition("offset=5ms"), RangeError, "expected > or < for offset");
  assertThrows(() => parseCondition("offset!=5ms"), RangeError, "expected > or < for offset");
  assertThrows(() => parseCondition("loss>5% && rtt>x"), RangeError, "at character 16, found 'x'");
  assertThrows(() => parseCondition("loss>5% && rtt"), RangeError, "found rtt alone");
});

Deno.test("condition: flags of replies, by name or any", () => {
  const names = ["late", "zero"];
  const flagged = { ...target(), flags: new Map([["late", 2]]) };
  const find = (text: string, of = flagged) => parseCondition(text, names).find(of);
  assertEquals(find("flags"), { isMet: true, isKnown: true, found: "late" });
  assertEquals([find("flags=late").isMet, find("flags=zero").isMet], [true, false]);
  assertEquals(find("flags!=zero && loss>5%").found, "flags late, loss 25 %");
  assertEquals(find("flags", { ...target(), flags: new Map() }).isMet, false);
  assertThrows(() => find("flags=lat"), RangeError, "the name of a flag at character 7");
  assertThrows(() => find("flags>late"), RangeError, "expected = or != for flags");
});
