import { assertEquals } from "@std/assert";
import { importersOf, readImports } from "../../../tools/import_graph.ts";
import { applyMutant, findMutants } from "../../../tools/mutant.ts";

/** The changes of a line of code, in order. */
function changesOf(text: string): string[] {
  return findMutants("a.ts", text).map(({ before, after }) => `${before} → ${after}`);
}

const CHANGES: readonly (readonly [code: string, ...changes: string[]])[] = [
  ["if (a === b || !c) d();", "=== → !==", "|| → &&", "! → "],
  ["const isLess = a < b && c >= d;", "< → <=", "&& → ||", ">= → >"],
  ["return x + 2 * y;", "+ → -", "2 → 3", "* → /"],
  ["const bits = (x >>> 16) & 0xff;", ">>> → <<", "16 → 17", "& → |", "0xff → 256"],
  ["for (let i = 0; i < n; i++) sum += i;", "0 → 1", "< → <=", "++ → --", "+= → -="],
  [
    "const all = list.every((x) => Math.floor(x) === 1.5);",
    "every → some",
    "floor → ceil",
    "=== → !==",
    "1.5 → 2.5",
  ],
  ["return 86_400n;", "86_400n → 86401n"],
  ["waitMs(600, 255, 289.5, 1e6, 0x100, 60);", ...[
    ...["600 → 1200", "255 → 256", "289.5 → 579", "1e6 → 2000000", "0x100 → 257", "60 → 61"],
  ]],
  ["const leastMs = 1e-3;", "1e-3 → 1.001"],
  ["const isDone = true;", "true → false"],
];

for (const [code, ...changes] of CHANGES) {
  Deno.test(`mutants of: ${code}`, () => assertEquals(changesOf(code), changes));
}

const NOTHING_RUNS = [
  "interface A { readonly b: 1 | 2 }",
  "type B = Map<string, number & 3>;",
  "// a === b",
  "/** 1 + 1 is 2 */",
  'const text = "a && b is true";',
  "const text = `${1} && 2`;",
  "const pattern = /^[0-9]{1,3} + $/;",
  "let a: Uint8Array<ArrayBuffer> | undefined;",
];

for (const code of NOTHING_RUNS) {
  Deno.test(`no mutants of: ${code}`, () => assertEquals(changesOf(code), []));
}

Deno.test("a mutant knows its line, and changes its own token alone", () => {
  const text = "// One.\nconst a: number = 1;\n  if (a < 1 || a < 2) b();\n";
  const mutant = findMutants("a.ts", text).filter(({ before }) => before === "<")[1];
  if (mutant === undefined) throw new Error("no mutant");
  assertEquals([mutant.line, mutant.code], [3, "if (a < 1 || a < 2) b();"]);
  assertEquals(
    applyMutant(text, mutant),
    "// One.\nconst a: number = 1;\n  if (a < 1 || a <= 2) b();\n",
  );
});

Deno.test("importers of a module come in rings, each module once", () => {
  const graph = readImports(
    new Map([
      ["src/a.ts", ""],
      ["src/deep/b.ts", 'import { a } from "../a.ts";'],
      ["src/mod.ts", 'export { b } from "./deep/b.ts";'],
      ["tests/b_test.ts", 'import { b } from "../src/deep/b.ts";\nimport "../src/a.ts";'],
      ["tests/mod_test.ts", 'import { b } from "icmptime";'],
      ["tests/late_test.ts", 'const { b } = await import("../src/deep/b.ts");'],
      ["tests/other_test.ts", 'import { x } from "@std/assert";'],
    ]),
  );
  assertEquals(importersOf("src/a.ts", graph), [
    ["src/a.ts"],
    ["src/deep/b.ts", "tests/b_test.ts"],
    ["src/mod.ts", "tests/late_test.ts"],
    ["tests/mod_test.ts"],
  ]);
});

Deno.test("a mutant of && or || is run where its left side is: V8 counts the operator with its right side", () => {
  const starts = (text: string) =>
    findMutants("a.ts", text).filter(({ before }) => before === "&&" || before === "||")
      .map(({ from, offset }) => text.slice(from, offset).trim());
  assertEquals(starts("f();\nreturn a || b && c;"), ["return a", "return a || b"]);
  assertEquals(starts("const g = (a) => a && b;"), ["a"]);
  assertEquals(starts("if (list.some((x) => x.y) || b) { f(a && b); }"), ["x.y)", "f(a"]);
  assertEquals(starts("a || b"), ["a"]);
  const [equals] = findMutants("a.ts", "if (a === b) c();");
  assertEquals([equals?.from, equals?.offset], [6, 6]);
});
