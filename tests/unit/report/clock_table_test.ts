import { assertEquals } from "@std/assert";
import { formatClockTable } from "../../../src/report/clock_table.ts";
import type { ClockEvent } from "../../../src/run/clock/event.ts";
import { clockEvent, UNDECIDED, withoutColour } from "./clock_fixture.ts";

const HOUR_MS = 3_600_000;
const EVENTS: readonly ClockEvent[] = [
  clockEvent(),
  clockEvent(
    {
      offsetMs: HOUR_MS + 0.12,
      spreadMs: 0.01,
      lowerMs: HOUR_MS - 0.3,
      upperMs: HOUR_MS + 0.6,
      minRttNs: 300_000,
    },
    ["byte-swapped"],
    { label: "ntp.example.net", address: 0xc0000208 },
  ),
  clockEvent(UNDECIDED, [], { label: "192.0.2.9", address: 0xc0000209 }),
  clockEvent({ tickMs: 1000 }, ["coarse-tick"], { label: "192.0.2.10", address: 0xc000020a }),
];

function table(columns: number, events: readonly ClockEvent[] = EVENTS): string[] {
  return withoutColour(formatClockTable(events, { numeric: false, columns })).split("\n");
}

Deno.test("several clocks: the whole of their table", () => {
  assertEquals(table(80), [
    "host                  offset ms          ±          lower          upper",
    "192.0.2.7               +123.46       0.01        113.123        133.790",
    "ntp.example.net  +1:00:00.00012  0.00001 s  +0:59:59.9997  +1:00:00.0006",
    "192.0.2.9        not decided: replies contradict each other",
    "192.0.2.10              +123.46       0.01        113.123        133.790",
    "ntp.example.net: byte-swapped: The stamps were read with their octets swapped",
    "ntp.example.net: off by +01:00 h: perhaps it shows local time, not UT",
    "192.0.2.10: moves in steps of 1000 ms",
  ]);
});

Deno.test("several clocks: columns that do not fit are left out, the least important first", () => {
  const heads = (columns: number) => table(columns, [clockEvent()])[0]?.trim().split(/ {2,}/);
  assertEquals([120, 72, 66, 56, 44, 30, 10].map(heads), [
    ["host", "offset ms", "±", "lower", "upper", "skew ppm", "min rtt ms", "tick ms", "used"],
    ["host", "offset ms", "±", "lower", "upper", "skew ppm", "min rtt ms"],
    ["host", "offset ms", "±", "lower", "upper", "skew ppm", "min rtt ms"],
    ["host", "offset ms", "±", "lower", "upper", "min rtt ms"],
    ["host", "offset ms", "±", "lower", "upper"],
    ["host", "offset ms", "±"],
    ["host", "offset ms"],
  ]);
});

Deno.test("several clocks: two addresses of one name are told apart", () => {
  const label = "a-rather-long-name.example";
  const events = [1, 2].map((address) => clockEvent({}, [], { label, address }));
  assertEquals(table(80, events).slice(1).map((line) => line.slice(0, 37)), [
    "a-rather-long-name.example (0.0.0.1) ",
    "a-rather-long-name.example (0.0.0.2) ",
  ]);
});
