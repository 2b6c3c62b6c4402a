/** Who has the thread while a prober works beside a sweep, and whose a reply is. */

import { assertEquals } from "@std/assert";
import type { ReceivedDatagram, Transport } from "../../../src/probe/transport.ts";
import { shareThread, type ThreadSharer } from "../../../src/run/shared_thread_transport.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const HOST = 0xc6336407;

/** A timestamp reply: identifier 0x0102, sequence 0x0304, originate 0x05060708. */
function reply({ optionBytes = 0, type = 14, cut = 0 } = {}): ReceivedDatagram {
  const start = 20 + optionBytes;
  const bytes = new Uint8Array(start + 20);
  bytes[0] = 0x40 + start / 4;
  bytes.set([type, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8], start);
  const receivedAt = { realtimeNs: 0, monotonicNs: 0, source: "kernel" } as const;
  return {
    ...{ bytes: bytes.subarray(0, bytes.length - cut), source: HOST, receivedAt },
    truncated: false,
  };
}

/** A transport that writes down what it is asked for; `batches` are what its receives give, in order. */
function share(
  other: Partial<ThreadSharer>,
  { batches = [], ...more }: Partial<Transport> & { batches?: ReceivedDatagram[][] } = {},
) {
  const calls: string[] = [];
  const clock = new FakeClock();
  const inner: Transport = {
    ...{ clock, stampSource: "kernel", identifier: 77, receiveBatch: 64 },
    send: () => [],
    receive: () => batches.shift() ?? [],
    receiveTransmitStamps: () => [{ key: 5, moment: "driver", at: clock.now() }],
    wait: (timeoutMs) => Promise.resolve(void calls.push(`wait ${timeoutMs}`)),
    wake: () => void calls.push("wake"),
    droppedDatagrams: () => 9,
    close: () => void calls.push("close"),
    ...more,
  };
  const sharer: ThreadSharer = {
    ...{ isBusy: false, isDone: false },
    isOwnReply: (...asked) => {
      calls.push(asked.map((each) => each.toString(16)).join(" "));
      return true;
    },
    ...other,
  };
  return { transport: shareThread(inner, sharer), calls, clock };
}

/** Runs `act` with timers that end at once; returns how long each was to last, in milliseconds. */
async function recordTimers(act: () => Promise<void>): Promise<number[]> {
  const timers: number[] = [];
  const original = globalThis.setTimeout;
  globalThis.setTimeout = ((done: () => void, ms: number) => {
    timers.push(ms);
    done();
    return 0;
  }) as unknown as typeof setTimeout;
  try {
    await act();
  } finally {
    globalThis.setTimeout = original;
  }
  return timers;
}

Deno.test("shared thread: a wait is the transport's own where the sweep needs no thread, and short while it may", async () => {
  const done = share({ isDone: true, isBusy: true });
  const held = share({});
  const timers = await recordTimers(async () => {
    for (const { transport } of [done, held]) {
      for (const timeoutMs of [300, 3, 0]) await transport.wait(timeoutMs);
    }
  });
  assertEquals(done.calls, ["wait 300", "wait 3", "wait 0"]);
  // The sweep is held up by something else and may go on any moment.
  assertEquals(held.calls, ["wait 5", "wait 3", "wait 0"]);
  assertEquals(timers, []);
});

Deno.test("shared thread: a wait beside a busy sweep is its turn, of 20 ms at most", async () => {
  const { transport, calls } = share({ isBusy: true });
  const timers = await recordTimers(async () => {
    for (const timeoutMs of [300, 20, 7]) await transport.wait(timeoutMs);
  });
  assertEquals([timers, calls], [[20, 20, 7], []]);
});

Deno.test("shared thread: one that would not wait gives the sweep a turn every 20 ms", async () => {
  const { transport, clock, calls } = share({ isBusy: true });
  const turnsAt = async (ms: number, timeoutMs: number) => {
    clock.advanceTo(ms * 1e6);
    return await recordTimers(() => transport.wait(timeoutMs));
  };
  const turns: number[] = [];
  for (const ms of [1000, 1001, 1019.9, 1020, 1039.9, 1040.5]) {
    if ((await turnsAt(ms, 0)).length > 0) turns.push(ms);
  }
  assertEquals(turns, [1000, 1020, 1040.5]);
  // A wait is a turn, too: the next is 20 ms after it.
  assertEquals([await turnsAt(1050, 1), await turnsAt(1065, 0), await turnsAt(1070, 0)], [
    ...[[1], [], [0]],
  ]);
  assertEquals(calls, []);
});

Deno.test("shared thread: a transport that can pause pauses by the same rules, and another has no pause", async () => {
  assertEquals(share({}).transport.pause, undefined);
  const paused: number[] = [];
  const { transport, calls } = share({}, {
    pause(timeoutMs) {
      assertEquals(this.identifier, 77);
      return Promise.resolve(void paused.push(timeoutMs));
    },
  });
  await transport.pause?.(40);
  assertEquals([paused, calls], [[5], []]);
});

Deno.test("shared thread: the sweep is asked about timestamp replies, by source, originate and numbers", () => {
  const { transport, calls } = share({}, { batches: [[reply()], [reply({ optionBytes: 8 })]] });
  // What follows is looked at in the same call: a batch that is the sweep's is not the end.
  assertEquals(transport.receive(), []);
  assertEquals(calls, ["c6336407 5060708 1020304", "c6336407 5060708 1020304"]);
});

Deno.test("shared thread: what can be no reply of the sweep is not asked about", () => {
  const none: ReceivedDatagram = { ...reply(), bytes: new Uint8Array() };
  const others = [reply({ type: 0 }), reply({ cut: 1 }), reply({ optionBytes: 4, cut: 1 }), none];
  const { transport, calls } = share({}, { batches: [others] });
  assertEquals(transport.receive().length, 4);
  assertEquals(calls, []);
});

Deno.test("shared thread: replies of the run stay in their order, the sweep's are taken out", () => {
  const [own, other, last] = [reply(), { ...reply(), source: HOST + 1 }, reply({ type: 3 })];
  const isOwnReply = (source: number) => source === HOST;
  const shared = share({ isOwnReply }, { batches: [[other, own, last], [own], [other]] });
  // One that hands over less than a batch may have more: only when it hands over none is nothing left.
  assertEquals(shared.transport.receiveBatch, 1);
  assertEquals(shared.transport.receive(), [other, last]);
  assertEquals(shared.transport.receive(), [other]);
  assertEquals(shared.transport.receive(), []);
  const done = share({ isOwnReply, isDone: true }, { batches: [[own]] });
  assertEquals(done.transport.receive(), [own]);
});

Deno.test("shared thread: everything else is that of the transport", () => {
  const { transport, calls, clock } = share({});
  assertEquals([transport.clock, transport.identifier, transport.stampSource], [
    ...[clock, 77, "kernel"],
  ]);
  assertEquals(transport.receiveTransmitStamps().map(({ key }) => key), [5]);
  assertEquals([transport.droppedDatagrams(), transport.failedCalls?.()], [9, 0]);
  // Of a batch only the run's own part is handed over, so a short one is not the last.
  assertEquals(transport.receiveBatch, 1);
  assertEquals(share({}, { failedCalls: () => 4 }).transport.failedCalls?.(), 4);
  transport.wake();
  transport.close();
  assertEquals(calls, ["wake", "close"]);
});
