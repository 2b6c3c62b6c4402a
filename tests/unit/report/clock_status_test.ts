import { assertEquals } from "@std/assert";
import { ClockStatus } from "../../../src/report/clock_status.ts";
import { MemorySink } from "../../support/memory_sink.ts";
import { clockEvent, UNDECIDED } from "./clock_fixture.ts";

/** What is shown after two seconds, in `columns` columns. */
function show(probes: number, columns: number, ...states: readonly object[]): string {
  const terminal = new MemorySink();
  const status = new ClockStatus(terminal, probes, { columns: () => columns });
  const events = states.map((state) => clockEvent(state));
  for (const event of events) event.counters.sent = 0;
  status.show(0, () => events);
  for (const event of events) event.counters.sent = 101;
  status.show(2e9, () => events);
  return terminal.text.split("\r\x1b[K").at(-1) ?? "";
}

Deno.test("clock status: probes, the offset of one clock, and time left", () => {
  assertEquals(
    show(202, 80, {}),
    "101 of 202 probes, offset +123.46 ms ± 0.01, 2 s left      ██████████··········",
  );
  assertEquals(show(202, 40, {}), "101 of 202 probes  ██████████··········");
  assertEquals(show(Infinity, 80, UNDECIDED), "101 probes");
});

Deno.test("clock status: several clocks are counted", () => {
  assertEquals(show(Infinity, 80, {}, UNDECIDED), "202 probes, 1 of 2 clocks decided");
});
