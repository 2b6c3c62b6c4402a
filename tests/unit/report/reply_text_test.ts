/** The line of a reply, and with -v the lines below it: what is said, and where there is room for it. */

import { assertEquals } from "@std/assert";
import type { BoundedMs } from "../../../src/measurement/interval.ts";
import { formatQueue } from "../../../src/report/queue_text.ts";
import { formatReply, formatReplyDetail } from "../../../src/report/reply_text.ts";
import type { ReplyEvent } from "../../../src/run/event.ts";
import { setColorEnabled } from "../../../src/terminal/color.ts";

setColorEnabled(false);

const around = (valueMs: number, halfMs: number): BoundedMs => ({
  ...{ valueMs, lowerMs: valueMs - halfMs, upperMs: valueMs + halfMs },
});

interface Given {
  readonly rttMs?: number;
  readonly out?: BoundedMs;
  readonly back?: BoundedMs;
  readonly offset?: BoundedMs;
  readonly flags?: readonly string[];
  readonly sentBy?: "kernel" | "user";
  readonly receivedBy?: "kernel" | "user";
  readonly queueMs?: number;
  /** An echo. */
  readonly hasNoStamps?: boolean;
}

/** A reply of a host 1 ms ahead, 10 ms each way. */
function event(given: Given = {}): ReplyEvent {
  const { rttMs = 20, out = around(11, 0.5), back = around(9, 0.5), flags = [] } = given;
  const { offset = around(1, 10), sentBy = "kernel", receivedBy = "kernel", queueMs } = given;
  const stamps = { originateMs: 1000, receiveMs: 1011, transmitMs: 1011 };
  return {
    probe: {
      index: 3,
      sentAt: { source: sentBy },
      queueNs: queueMs === undefined ? undefined : queueMs * 1e6,
    },
    reply: {
      header: { ttl: 57 },
      rttNs: rttMs * 1e6,
      receivedAt: { source: receivedBy, realtimeNs: 1020.4e6 },
      measurement: { out, back, offset, rttNs: rttMs * 1e6 },
      stamps: given.hasNoStamps ? undefined : stamps,
    },
    flags,
  } as unknown as ReplyEvent;
}

const line = (given: Given = {}, columns = 80, name = "h") =>
  formatReply(event(given), name, false, columns);
const HEAD = "h: seq=3 ttl=57 rtt=20.0 ms";

Deno.test("reply: the numbers, where the clock is, and both delays", () => {
  assertEquals(line(), `${HEAD}  clock +1 ±10 ms  out 11.0 back 9.0 ±0.5`);
  assertEquals(line({ hasNoStamps: true }).split("  ")[0], HEAD);
  assertEquals(line({ hasNoStamps: true }).includes("clock"), false);
});

Deno.test("reply: a time that the kernel did not stamp twice has one decimal", () => {
  const rtt = (sentBy: "kernel" | "user", receivedBy: "kernel" | "user") =>
    /rtt=(\S+)/.exec(line({ rttMs: 0.256, sentBy, receivedBy }))?.[1];
  assertEquals(
    [rtt("kernel", "kernel"), rtt("kernel", "user"), rtt("user", "kernel"), rtt("user", "user")],
    ["0.256", "0.3", "0.3", "0.3"],
  );
});

Deno.test("reply: delays are shown from two remote ticks on, and not behind an offset of a second", () => {
  const hasDelays = (given: Given) => line(given, 200).includes("  out ");
  // An interval of ±0.5 ms is one tick of 1 ms wide; one of ±5 ms a tick of 10 ms.
  assertEquals([2, 1.999].map((rttMs) => hasDelays({ rttMs })), [true, false]);
  const coarse = { out: around(11, 5), back: around(9, 5) };
  assertEquals([20, 19.9].map((rttMs) => hasDelays({ ...coarse, rttMs })), [true, false]);
  assertEquals(
    [999.9, 1000, -999.9, -1000].map((ms) => hasDelays({ offset: around(ms, 10) })),
    [true, false, true, false],
  );
});

Deno.test("reply: the bound of the delays holds what each interval holds", () => {
  // Printed as 11.2 and 9.0: what is farthest from there is 11.75, by 0.55.
  const given = { out: around(11.2499, 0.5), back: around(9, 0.5) };
  assertEquals(line(given).split("  ").at(-1), "out 11.2 back 9.0 ±0.6");
  const other = { out: around(11, 0.5), back: around(9.2499, 0.5) };
  assertEquals(line(other).split("  ").at(-1), "out 11.0 back 9.2 ±0.6");
});

Deno.test("reply: an offset that a zone or a timescale may explain is a question", () => {
  assertEquals(
    [3_600_000, -900_000, 37_000, -37_000].map((ms) =>
      line({ offset: around(ms, 0.4) }).split("  ").at(-1)
    ),
    ["local time?", "local time?", "TAI time?", "our clock on TAI time?"],
  );
});

Deno.test("reply: what is odd stands behind, or below where it does not fit; ordinary flags do not", () => {
  const odd = { flags: ["tick-assumed", "ip-options", "odd-code"] };
  const whole = `${HEAD}  clock +1 ±10 ms  ip-options, odd-code`;
  assertEquals(line(odd, whole.length), whole);
  assertEquals(line(odd, whole.length - 1), `${HEAD}  clock +1 ±10 ms\n    ip-options, odd-code`);
  assertEquals(line({ flags: ["tick-assumed"] }), line());
});

Deno.test("reply: delays that do not fit are left out", () => {
  const whole = line();
  assertEquals(line({}, whole.length), whole);
  assertEquals(line({}, whole.length - 1), `${HEAD}  clock +1 ±10 ms`);
});

Deno.test("reply: where the line is too wide, the clock goes below, and under a long name all of it", () => {
  const clock = "clock +1 ±10 ms";
  assertEquals(line({}, HEAD.length), `${HEAD}\n    ${clock}`);
  assertEquals(line({}, HEAD.length - 1), `h:\n    ${HEAD.slice(3)}  ${clock}`);
  assertEquals(line({ flags: ["odd-code"] }, HEAD.length), `${HEAD}\n    ${clock}  odd-code`);
  const echo = `h: seq=3 ttl=57 rtt=20.0 ms`;
  const bare = { hasNoStamps: true, flags: ["odd-code"] };
  assertEquals(line(bare, echo.length - 1), `${echo}\n    odd-code`);
});

Deno.test("reply: a wait in our own queue is shown from 0.1 ms on, in three digits", () => {
  assertEquals(
    [0.09999, 0.1, 0.5345, 9.994, 53.44, 534.4, 1534].map((ms) => formatQueue(ms * 1e6, false)),
    ["", " queue=0.100 ms", " queue=0.534 ms", " queue=9.99 ms", " queue=53.4 ms"]
      .concat([" queue=534 ms", " queue=1534 ms"]),
  );
  assertEquals(formatQueue(undefined, false), "");
  assertEquals(formatQueue(2e6, true), " (queue=2.00 ms)");
  assertEquals(line({ queueMs: 2 }).startsWith(`${HEAD} queue=2.00 ms  clock`), true);
});

Deno.test("reply: with -v every number, and every flag", () => {
  assertEquals(
    formatReplyDetail(event({ flags: ["tick-assumed", "odd-code"] })),
    [
      "    rtt=20.000 ms out=11.0 ±0.5 ms back=9.0 ±0.5 ms offset=1 ±10 ms",
      "    originate 00:00:01.000 (1000)  receive 00:00:01.011 (1011)",
      "    transmit 00:00:01.011 (1011)  arrival 00:00:01.020 (1020)",
      "    flags: tick-assumed, odd-code",
    ].map((text) => text.replaceAll(/(?<==[-\d.?]+( ±[\d.]+)?) /g, (blank) => blank)),
  );
  assertEquals(formatReplyDetail(event()).length, 3);
  assertEquals(formatReplyDetail(event({ hasNoStamps: true })), []);
  // From the value as printed: 11.2 to 11.7499 is 0.55, and the bound is rounded up.
  const [numbers = ""] = formatReplyDetail(event({ out: around(11.2499, 0.5) }));
  assertEquals(numbers.replaceAll("\u00a0", " ").includes("out=11.2 ±0.6 ms"), true, numbers);
});
