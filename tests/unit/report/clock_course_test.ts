/** What bounds of single replies say of a clock, some of which may be wrong. */

import { assertEquals } from "@std/assert";
import { latestOffset, movedBy } from "../../../src/report/log/clock_course.ts";

const around = (middle: number, width = 2) => ({
  lower: middle - width / 2,
  upper: middle + width / 2,
  value: middle,
});
const repeat = (count: number, middle: number, width?: number) =>
  Array.from({ length: count }, () => around(middle, width));

Deno.test("clock course: a clock moved by what lies between the bounds of four replies in a row", () => {
  assertEquals(movedBy([...repeat(4, 0), ...repeat(4, 10)]), 8);
  assertEquals(movedBy([...repeat(4, 10), ...repeat(4, 0)]), 8);
  // Three that agree may be lies.
  assertEquals(movedBy([...repeat(4, 0), ...repeat(3, 10), ...repeat(4, 0)]), 0);
  assertEquals(movedBy([...repeat(4, 10), ...repeat(3, 0), ...repeat(4, 10)]), 0);
  assertEquals(movedBy([...repeat(3, 0), ...repeat(3, 10)]), 0);
  assertEquals(movedBy([...repeat(9, 0), ...repeat(9, 1)]), 0);
  assertEquals(movedBy([]), 0);
});

Deno.test("clock course: the narrowest bounds with which more than half of the latest agree", () => {
  const narrow = around(3, 1);
  assertEquals(latestOffset([...repeat(9, 3), narrow, ...repeat(6, 50)]), narrow);
  // One that is narrower and alone is a lie.
  const lie = around(70, 0.1);
  assertEquals(latestOffset([...repeat(9, 3), lie, narrow, ...repeat(5, 3)]), narrow);
  // Of sixteen, eight are not more than half.
  const half = [...repeat(8, 3, 2), ...repeat(8, 50, 1)];
  assertEquals(latestOffset(half), around(50, 1));
  const wide = around(26, 100);
  assertEquals(latestOffset([...repeat(8, 3, 2), ...repeat(7, 50, 1), wide]), around(3, 2));
  // The seventeenth from the end does not count.
  const sixteen = [...repeat(7, 3, 1), ...repeat(8, 50, 2), wide];
  assertEquals(latestOffset([...repeat(1, 3, 1), ...sixteen]), around(50, 2));
  // Where all contradict each other, the narrowest.
  assertEquals(latestOffset([around(0, 2), around(10, 1), around(20, 3)]), around(10, 1));
  // What came before the sixteen latest is an earlier clock.
  assertEquals(latestOffset([...repeat(40, 3, 0.5), ...repeat(16, 50)]), around(50));
  // Bounds that touch agree.
  const touching = [...repeat(5, 0), around(2, 1.9), ...repeat(4, 2)];
  assertEquals(latestOffset(touching.slice(0, 5)), around(0));
  for (const [one, other] of [[0, 2], [2, 0]] as const) {
    const course = [...repeat(2, one), ...repeat(2, other), lie];
    assertEquals(latestOffset(course), around(one));
  }
  assertEquals(latestOffset([]), undefined);
});
