import { assert, assertEquals } from "@std/assert";
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
  // It moved once, as a clock in steps of some seconds does: that is not enough.
  assertEquals(answer(history, NOON_MS + 5000, NOON_MS + 5005).flags, ["stuck"]);
  assertEquals(answer(history, NOON_MS + 7100, NOON_MS + 7105).flags, ["tick-unknown"]);
});

Deno.test("stamps in seconds of the day are found out by their rate", () => {
  const history = new StampHistory();
  const rates = [0, 1000, 2000, 3000, 4000].map((ms) => {
    const measured = answer(history, NOON_MS + ms, (NOON_MS + ms) / 1000);
    return [measured.flags.includes("wrong-rate"), measured.offset === undefined];
  });
  assertEquals(rates, [
    [false, false],
    [false, false],
    [true, true],
    [true, true],
    [true, true],
  ]);
});

Deno.test("a remote clock that is set steps: its rate is not wrong", () => {
  for (const everyMs of [50, 333, 1000, 2000, 5000]) {
    for (const setMs of [10_000, -10_000, 3_600_000, -1800, 2700, 43_200_000]) {
      for (let at = 1; at < 12; at++) {
        const history = new StampHistory();
        for (let index = 0; index < 60; index++) {
          const ms = index * everyMs;
          const shownMs = NOON_MS + ms + 5 + (index < at ? 0 : setMs);
          const { flags, offset } = answer(
            history,
            NOON_MS + ms,
            (shownMs + MS_PER_DAY) % MS_PER_DAY,
          );
          const what = `${setMs} ms before reply ${at} of one each ${everyMs} ms, reply ${index}`;
          assertEquals([flags.includes("wrong-rate"), offset === undefined], [false, false], what);
        }
      }
    }
  }
});

Deno.test("stamps of another unit are found out at any interval", () => {
  for (const everyMs of [20, 100, 700, 1000, 2000, 10_000]) {
    // Seconds, hundredths, and a counter that runs three times as fast.
    for (const rate of [0.001, 0.1, 3]) {
      const history = new StampHistory();
      const flagged: boolean[] = [];
      for (let index = 0; index < 2 + Math.max(8, 8000 / everyMs); index++) {
        const ms = index * everyMs;
        const raw = Math.floor(20_000_000 + ms * rate);
        flagged.push(answer(history, NOON_MS + ms, raw).flags.includes("wrong-rate"));
      }
      const first = flagged.indexOf(true);
      const what = `rate ${rate}, every ${everyMs} ms: ${first}`;
      assert(first > 0 && first * everyMs <= Math.max(3000, 2 * everyMs), what);
      assert(flagged.slice(first).every((flag) => flag), what);
    }
  }
});

Deno.test("a delay that grows by a second is no wrong rate", () => {
  const history = new StampHistory();
  for (const [ms, delayMs] of [[0, 5], [2000, 900], [4000, 5], [6000, 1200]] as const) {
    const sentMs = NOON_MS + ms;
    const flags = history.measure({
      sentAt: instant(sentMs),
      receivedAt: instant(sentMs + delayMs + 5),
      originateMs: sentMs,
      reply: { originateMs: sentMs, receiveMs: sentMs + delayMs, transmitMs: sentMs + delayMs },
      tickMs: 1,
    }).flags;
    assertEquals(flags, ["tick-assumed"]);
  }
});

Deno.test("a coarse tick widens the bounds once it has shown itself, and they hold the truth", () => {
  for (const tickMs of [10, 15.625, 16, 64]) {
    const history = new StampHistory();
    let coarse = 0;
    // The first stamp is not the time at which it was asked for.
    for (let n = 1; n < 200; n++) {
      const sentMs = NOON_MS + n * 1000 + (n * 0.6180339887) % 1 + (n % 7) * 3.1;
      const arrivedMs = sentMs + 5;
      const stamp = Math.floor(arrivedMs - arrivedMs % tickMs);
      const { flags, offset, out, host } = answer(history, sentMs, stamp);
      assert(host.offset === undefined || host.offset.lowerMs <= 0 && host.offset.upperMs >= 0);
      if (flags.includes("tick-assumed")) continue;
      assert(offset !== undefined && offset.lowerMs <= 0 && offset.upperMs >= 0, `${tickMs}`);
      assert(out !== undefined && out.lowerMs <= 5 && out.upperMs >= 5, `${tickMs}`);
      if (flags.includes("coarse-tick")) coarse++;
    }
    assert(coarse > 100, `a tick of ${tickMs} ms was flagged ${coarse} times`);
    assertEquals(history.tick, "coarse");
  }
});

Deno.test("a fine clock loses the tick flag within a few replies, and keeps its bounds", () => {
  const history = new StampHistory();
  const flags: (readonly string[])[] = [];
  for (let n = 0; n < 500; n++) {
    const sentMs = NOON_MS + n * 1000 + (n * 0.6180339887) % 1 +
      (n % 4) * (n % 4 === 3 ? 1 / 3 : 1.5);
    const measured = answer(history, sentMs, Math.floor(sentMs + 5));
    const { offset } = measured;
    assert(offset !== undefined && offset.upperMs - offset.lowerMs <= 11.0001);
    flags.push(measured.flags);
  }
  assertEquals(flags.slice(0, 4), Array(4).fill(["tick-assumed"]));
  assertEquals(flags.slice(4), Array(496).fill([]));
});

Deno.test("a host that has shown its own time is not taken for a copier by chance", () => {
  const history = new StampHistory();
  assertEquals(answer(history, NOON_MS, NOON_MS).flags, ["originate-copied"]);
  assertEquals(answer(history, NOON_MS + 1000, NOON_MS + 1001).flags, ["tick-assumed"]);
  assertEquals(answer(history, NOON_MS + 2000, NOON_MS + 2000).flags, ["tick-assumed"]);
});

Deno.test("a host so near that its time is our own is no copier from the first reply on", () => {
  const history = new StampHistory();
  for (const ms of [0, 1000, 2000]) {
    const originateMs = NOON_MS + ms;
    const { flags } = history.measure({
      sentAt: instant(originateMs),
      receivedAt: instant(originateMs + 0.5),
      originateMs,
      reply: { originateMs, receiveMs: originateMs, transmitMs: originateMs },
      tickMs: 1,
    });
    assertEquals(flags, ["tick-assumed"], `${ms} ms`);
  }
});

Deno.test("stamps without a time are not called stuck as well", () => {
  const history = new StampHistory();
  for (const ms of [0, 2000, 4000]) {
    assertEquals(answer(history, NOON_MS + ms, 0).flags, ["zero"]);
  }
});

for (const raw of [0, 1, 0x00050000, 0xffff_ffff]) {
  Deno.test(`bounds are withdrawn when the stamps turn into ${raw}, and come back with a clock`, () => {
    const history = new StampHistory();
    const at = (ms: number) => answer(history, NOON_MS + ms, NOON_MS + ms + 5).host;
    for (const ms of [0, 1002, 2003, 3001]) at(ms);
    assert(at(4000).offset !== undefined);
    const { host, offset } = answer(history, NOON_MS + 5000, raw);
    assertEquals([host.offset, host.isWithdrawn, offset], [undefined, true, undefined]);
    // A good stamp or two are no clock yet.
    assertEquals(at(6000).offset, undefined);
    assertEquals(at(7000).offset, undefined);
    const late = at(8001);
    assert(late.offset !== undefined && late.offset.lowerMs <= 0 && late.offset.upperMs >= 0);
  });
}

Deno.test("two clocks behind one address give no offset", () => {
  const history = new StampHistory();
  let withoutOffset = 0;
  for (let n = 0; n < 40; n++) {
    const ms = NOON_MS + n * 1000;
    const { host, flags } = answer(history, ms, ms + 5 + (n % 2) * 10_000);
    if (host.offset === undefined && flags.includes("wrong-rate")) withoutOffset++;
  }
  assert(withoutOffset > 20, `${withoutOffset}`);
});

Deno.test("a fine clock that is set keeps its tick, and its bounds are those since then", () => {
  const history = new StampHistory();
  for (let n = 0; n < 12; n++) {
    const ms = NOON_MS + n * 100 + (n % 4) * (n % 4 === 3 ? 1 / 3 : 1.5);
    answer(history, ms, ms + 5);
  }
  assertEquals(history.tick, "fine");
  const { host, flags } = answer(history, NOON_MS + 1300, NOON_MS + 6305);
  assertEquals([host.tick, flags], ["fine", []]);
  assert(host.offset !== undefined && host.offset.lowerMs <= 5000 && host.offset.upperMs >= 5000);
});
