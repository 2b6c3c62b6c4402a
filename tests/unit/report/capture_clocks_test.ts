import { assertEquals } from "@std/assert";
import type { CapturePoint } from "../../../src/probe/observed/capture_point.ts";
import { captureClockRemarks } from "../../../src/report/capture_clocks.ts";
import type { ClockEvent } from "../../../src/run/clock/event.ts";

const CLIENT = 0xc0000201;

function event(capturedAt: CapturePoint | undefined, clientLowerMs?: number): ClockEvent {
  return {
    target: { index: 0, label: "h", address: 1, client: CLIENT },
    capture: { capturedAt, clientLowerMs },
  } as unknown as ClockEvent;
}

const remarks = (...events: readonly ClockEvent[]) =>
  captureClockRemarks(events).map((line) => line.replaceAll("\n", " "));

Deno.test("capture clocks: at the client, and where the place is not known, nothing is to be said", () => {
  assertEquals(remarks(event("client"), event(undefined)), []);
});

Deno.test("capture clocks: elsewhere it is said whose clock is compared", () => {
  assertEquals(remarks(event("server")), [
    "Captured at a target: its timestamps are compared with its own clock, if the capturing machine is that host.",
  ]);
  assertEquals(remarks(event("path"), event("path")), [
    "Captured on the path: offsets are against the clock of the capturing machine, and min rtt counts from there.",
  ]);
});

Deno.test("capture clocks: a client's clock is bounded on one side, ahead or behind, rounded outwards", () => {
  const bound = (lowerMs: number) => remarks(event("server", lowerMs))[1];
  const rest =
    "the capturing machine's, by its originate timestamps; nothing here bounds it from above.";
  assertEquals(bound(12.3456), `The clock of 192.0.2.1 is at least 12.345 ms ahead of ${rest}`);
  assertEquals(bound(-12.3456), `The clock of 192.0.2.1 is at most 12.346 ms behind ${rest}`);
  assertEquals(bound(0), `The clock of 192.0.2.1 is at least 0.000 ms ahead of ${rest}`);
  assertEquals(bound(-0.0001), `The clock of 192.0.2.1 is at most 0.001 ms behind ${rest}`);
  assertEquals(bound(0.0009), `The clock of 192.0.2.1 is at least 0.000 ms ahead of ${rest}`);
});

Deno.test("capture clocks: each client has one line, with its last bound; none without a client or a bound", () => {
  const other = { ...event("client", 7), target: { client: 0xc0000202 } } as unknown as ClockEvent;
  const none = { ...event("client", 7), target: {} } as unknown as ClockEvent;
  const lines = remarks(event("client", 1), other, event("client", 2), event("client"), none);
  assertEquals(lines.map((line) => line.split(" ").slice(3, 8).join(" ")), [
    ...["192.0.2.1 is at least 2.000", "192.0.2.2 is at least 7.000"],
  ]);
});
