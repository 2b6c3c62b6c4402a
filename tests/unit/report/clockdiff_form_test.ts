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

Deno.test("clockdiff: the mean follows a quarter of each step, its distance a quarter of what is left", () => {
  // 20.5; 20.5 + 40/4 = 30.5, 30 away: 7.5; 30.5 - 9.6/4 = 28.1, 7.2 away: 7.5 - 0.3/4.
  const text = formatClockdiffText(result(reply(20.5, 1), reply(60.5, 1), reply(20.9, 7)), "ctime");
  assertEquals(text.split(" ")[1], "rtt=28(7)ms/20ms");
});

Deno.test("clockdiff: a reply without an offset counts for the mean alone, none has no round trip", () => {
  const bare = { ...reply(1, 0), measurement: undefined };
  const text = (...replies: readonly ReturnType<typeof reply>[]) =>
    formatClockdiffText(result(...replies), "ctime").split(" ").slice(1, 3);
  assertEquals(text(reply(9, -12.4), bare), ["rtt=7(1)ms/9ms", "delta=0ms/-12ms"]);
  assertEquals(text(bare), ["rtt=0(0)ms/0ms", "delta=0ms/0ms"]);
  const gathered = new ClockdiffReplies();
  assertEquals([gathered.rtts, gathered.fastestOffsetMs], [undefined, undefined]);
});

Deno.test("clockdiff: an offset of more than half a day is the shorter way round", () => {
  const gathered = new ClockdiffReplies();
  gathered.add(reply(1, 43_200_001));
  assertEquals(gathered.fastestOffsetMs, -43_199_999);
});

Deno.test("clockdiff: a zone east or west of UTC by less than whole hours", () => {
  const zoneOf = (minutesBehind: number) => {
    const found = result(reply(1, 0));
    found.finishedAt.getTimezoneOffset = () => minutesBehind;
    return formatClockdiffText(found, "iso").slice(-5);
  };
  assertEquals([-345, 210, 0, -60].map(zoneOf), ["+0545", "-0330", "+0000", "+0100"]);
});
