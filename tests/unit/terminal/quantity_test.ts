import { assertEquals } from "@std/assert";
import { countOf, formatCount, formatDuration } from "../../../src/terminal/quantity.ts";

Deno.test("counts have a comma between thousands", () => {
  assertEquals([0, 999, 1000, 4294967296].map(formatCount), ["0", "999", "1,000", "4,294,967,296"]);
  assertEquals([countOf(1, "host"), countOf(2000, "host"), countOf(2, "reply", "replies")], [
    "1 host",
    "2,000 hosts",
    "2 replies",
  ]);
});

Deno.test("durations have two or three digits", () => {
  assertEquals(
    [0, 0.25, 3, 9.96, 42, 99, 429, 5999, 43_200, 1e6, Infinity].map(formatDuration),
    [
      ...["0 s", "0.3 s", "3 s", "10 s", "42 s", "99 s", "7 min", "100 min", "12.0 h"],
      ...["11.6 days", "unknown time"],
    ],
  );
});
