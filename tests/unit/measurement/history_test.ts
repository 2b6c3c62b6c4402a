import { assertEquals } from "@std/assert";
import { StampHistory } from "../../../src/measurement/mod.ts";
import { byteSwap32, type Instant, MS_PER_DAY } from "../../../src/time/mod.ts";

const NOON_MS = 43_200_000;

function instant(ms: number): Instant {
  return { realtimeNs: ms * 1e6, monotonicNs: ms * 1e6, source: "kernel" };
}

function answer(history: StampHistory, sentMs: number, raw: number) {
  const originateMs = sentMs % MS_PER_DAY;
  return history.measure({
    sentAt: instant(sentMs),
    receivedAt: instant(sentMs + 10),
    originateMs,
    reply: { originateMs, receiveMs: raw, transmitMs: raw },
    tickMs: 1,
  });
}

Deno.test("an ambiguous stamp is read as the host's other stamps were", () => {
  const history = new StampHistory();
  const doubtful = (NOON_MS & ~0xff) | 0x03;
  assertEquals(answer(history, doubtful - 5, byteSwap32(doubtful)).reading, "ambiguous");
  assertEquals(history.reading, undefined);
  const clear = doubtful + 0x40;
  assertEquals(answer(history, clear - 5, byteSwap32(clear)).reading, "little-endian");
  assertEquals(history.reading, "little-endian");
  const next = doubtful + 0x100;
  assertEquals(answer(history, next - 5, byteSwap32(next)).reading, "little-endian");
});

Deno.test("a stamp that does not move for longer than a second's tick is stuck", () => {
  const history = new StampHistory();
  const flags = [0, 500, 1000, 1500, 1600, 3000].map((ms) =>
    answer(history, NOON_MS + ms, NOON_MS).flags.includes("stuck")
  );
  assertEquals(flags, [false, false, false, false, true, true]);
  const measured = answer(history, NOON_MS + 4000, NOON_MS);
  assertEquals([measured.out, measured.back, measured.offset], [undefined, undefined, undefined]);
  assertEquals(answer(history, NOON_MS + 5000, NOON_MS + 5005).flags, []);
});
