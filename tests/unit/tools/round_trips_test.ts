import { assertEquals } from "@std/assert";
import { countRoundTrips, formatRoundTrips } from "../../../tools/kernels/round_trips.ts";

Deno.test("round trips of a virtual machine are added up over its runs", () => {
  const console = [
    "6.1.0-56-cloud-amd64",
    "------- output -------",
    "delay 150ms limit 3, run 1: 3 exact, 2 flagged, 0 wrong, 55 dropped",
    "rate 8kbit limit 3, run 2: 4 exact, 0 flagged, 1 wrong, 56 dropped",
    "----- output end -----",
  ].join("\r\n");
  const counted = countRoundTrips(console);
  assertEquals(counted, { runs: 2, exact: 7, flagged: 2, wrong: 1 });
  assertEquals(formatRoundTrips(counted), "7 exact, 2 flagged, 1 wrong");
});

Deno.test("a console without runs says so", () => {
  assertEquals(countRoundTrips("panic"), { runs: 0, exact: 0, flagged: 0, wrong: 0 });
  assertEquals(formatRoundTrips(countRoundTrips("")), "not run");
});
