import { assertEquals } from "@std/assert";
import { isRun, partsRun } from "../../../tools/coverage.ts";

const range = (startOffset: number, endOffset: number, count: number) => ({
  ranges: [{ startOffset, endOffset, count }],
});

Deno.test("coverage: the innermost range about a place decides, whatever the order", () => {
  const functions = [range(10, 40, 0), range(0, 100, 1), range(50, 80, 3), range(60, 70, 0)];
  const edges = [0, 10, 40, 60, 70, 100];
  assertEquals(partsRun({ functions }), edges);
  assertEquals(partsRun({ functions: functions.toReversed() }), edges);
  assertEquals(partsRun({ functions: [] }), []);
});

Deno.test("coverage: a place ran from the first offset of a part to before its end", () => {
  const coverage = { "src/a.js": [5, 10, 20, 30] };
  const ran = [0, 5, 9, 10, 20, 29, 30, 99].filter((offset) => isRun(coverage, "src/a.js", offset));
  assertEquals(ran, [5, 9, 20, 29]);
  assertEquals(isRun(coverage, "src/b.js", 5), false);
  const ranAny = [[0, 4], [0, 5], [9, 19], [10, 19], [10, 20], [30, 99], [0, 99]].map(
    ([from = 0, to]) => isRun(coverage, "src/a.js", from, to),
  );
  assertEquals(ranAny, [false, true, true, false, true, false, true]);
});
