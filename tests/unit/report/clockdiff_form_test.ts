import { assertEquals } from "@std/assert";
import {
  ClockdiffReplies,
  formatClockdiffLine,
  formatClockdiffText,
} from "../../../src/report/clockdiff_form.ts";

/** A reply with that round trip, whose own middle of the offset is that. */
function reply(rttMs: number, offsetMs: number) {
  const offset = { valueMs: offsetMs, lowerMs: offsetMs - 1, upperMs: offsetMs + 1 };
  const measurement = { ...{ rttNs: rttMs * 1e6, out: undefined, back: undefined, offset } };
  const rest = { receiveMs: 0, transmitMs: 0, reading: "standard", flags: [] } as const;
  return { rttNs: rttMs * 1e6, measurement: { ...measurement, ...rest } } as unknown as Parameters<
    ClockdiffReplies["add"]
  >[0];
}

function result(...replies: readonly ReturnType<typeof reply>[]) {
  const gathered = new ClockdiffReplies();
  for (const each of replies) gathered.add(each);
  const finishedAt = new Date(2026, 10, 7, 9, 5, 3);
  return { host: "192.0.2.7", offsetMs: -0.3, replies: gathered, finishedAt };
}

Deno.test("clockdiff: the line for programs has the second and two whole offsets", () => {
  const found = result(reply(9.9, 400), reply(2.7, 12.5), reply(5, -3));
  const seconds = found.finishedAt.getTime() / 1000;
  assertEquals(formatClockdiffLine(found), `${seconds} 0 13`);
  assertEquals(formatClockdiffLine({ ...found, offsetMs: -5000.6 }), `${seconds} -5001 13`);
});

Deno.test("clockdiff: the line for people has the mean, its distance and the shortest round trip", () => {
  const text = formatClockdiffText(result(reply(20, 1), reply(24, 1), reply(20, 7)), "ctime");
  assertEquals(
    text,
    "host=192.0.2.7 rtt=20(0)ms/20ms delta=0ms/1ms Sat Nov  7 09:05:03 2026",
  );
});

Deno.test("clockdiff: ISO 8601 has the distance from UTC", () => {
  const found = result(reply(1, 0));
  const zone = found.finishedAt.getTimezoneOffset();
  const sign = zone > 0 ? "-" : "+";
  const minutes = Math.abs(zone);
  const two = (value: number) => String(Math.trunc(value)).padStart(2, "0");
  assertEquals(
    formatClockdiffText(found, "iso").split(" ").at(-1),
    `2026-11-07T09:05:03${sign}${two(minutes / 60)}${two(minutes % 60)}`,
  );
});
