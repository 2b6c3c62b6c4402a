/** The clocks of a capture as text: what `clock` prints, and what the place of capture allows to say. */

import { formatAddress } from "../packet/address.ts";
import type { ClockEvent } from "../run/clock/event.ts";
import { USUAL_COLUMNS, wrap } from "../terminal/width.ts";

/** Lines that follow the clocks; none where the capture was taken at the client, as a live run is. */
export function captureClockRemarks(events: readonly ClockEvent[]): string[] {
  const places = new Set(events.map(({ capture }) => capture?.capturedAt));
  const lines: string[] = [];
  if (places.has("server")) {
    lines.push(
      "Captured at a target: its timestamps are compared with its own clock, if the capturing machine is that host.",
    );
  }
  if (places.has("path")) {
    lines.push(
      "Captured on the path: offsets are against the clock of the capturing machine, and min rtt counts from there.",
    );
  }
  const clients = new Map<number, number>();
  for (const { target: { client }, capture } of events) {
    if (client === undefined || capture?.clientLowerMs === undefined) continue;
    clients.set(client, capture.clientLowerMs);
  }
  for (const [client, lowerMs] of clients) {
    // Rounded outwards: a bound must stay one.
    const bound = (Math.abs(Math.floor(lowerMs * 1e3)) / 1e3).toFixed(3);
    lines.push(
      `The clock of ${formatAddress(client)} is ` +
        (lowerMs < 0 ? `at most ${bound} ms behind ` : `at least ${bound} ms ahead of `) +
        "the capturing machine's, by its originate timestamps; nothing here bounds it from above.",
    );
  }
  return lines.map((line) => wrap(line, USUAL_COLUMNS));
}
