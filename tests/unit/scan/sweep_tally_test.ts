/** What is counted while a sweep runs, and how fast it is. */

import { assertEquals } from "@std/assert";
import type { ReplySource } from "../../../src/scan/reply_collector.ts";
import type { SweepReceiver } from "../../../src/scan/sweep_receiver.ts";
import type { SweepSender } from "../../../src/scan/sweep_sender.ts";
import { SweepTally } from "../../../src/scan/sweep_tally.ts";
import { YieldTimer } from "../../../src/scan/yield_timer.ts";

const SECOND = 1e9;

/** A sweep of 1000 probes whose counters the test sets. */
function open(failedCalls?: () => number) {
  const sender = { sent: 0, backoffs: 0 };
  const collector = {
    ...{ replies: 0, duplicates: 0, icmpErrors: 0, notices: 0, unproven: 0, malformed: 0 },
  };
  const receiver = { collector, blocked: 0 };
  const source = { droppedDatagrams: () => 3, ...failedCalls && { failedCalls } };
  const tally = new SweepTally(
    sender as SweepSender,
    receiver as unknown as SweepReceiver,
    source as unknown as ReplySource,
    1000,
  );
  return { sender, collector, receiver, tally };
}

Deno.test("tally: speeds are those since the last report, the time left that at this speed", () => {
  const { sender, collector, tally } = open();
  tally.start(5 * SECOND);
  Object.assign(sender, { sent: 250 });
  Object.assign(collector, { replies: 50 });
  const first = tally.progress(5.5 * SECOND, 200, "sending");
  assertEquals([first.sendRate, first.replyRate, first.remainingSeconds], [500, 100, 1.6]);
  assertEquals([first.elapsedSeconds, first.position, first.length], [0.5, 200, 1000]);
  Object.assign(sender, { sent: 350 });
  Object.assign(collector, { replies: 54 });
  const second = tally.progress(7.5 * SECOND, 350, "sending");
  assertEquals([second.sendRate, second.replyRate, second.remainingSeconds], [50, 2, 13]);
  assertEquals([second.elapsedSeconds, second.phase], [2.5, "sending"]);
});

Deno.test("tally: nothing is left to send once all is, at no speed too", () => {
  const { tally } = open();
  tally.start(0);
  assertEquals(tally.progress(SECOND, 1000, "sending").remainingSeconds, 0);
  assertEquals(tally.progress(2 * SECOND, 999, "sending").remainingSeconds, Infinity);
});

Deno.test("tally: while answers are awaited the time left is that to the end of the wait", () => {
  const { tally } = open();
  tally.start(0);
  tally.listenEndNs = 10 * SECOND;
  const left = [7, 10, 11].map((seconds) =>
    tally.progress(seconds * SECOND, 1000, "cooldown").remainingSeconds
  );
  assertEquals(left, [3, 0, 0]);
});

Deno.test("tally: a report is due a second after the start or the last one", () => {
  const { tally } = open();
  tally.start(5 * SECOND);
  assertEquals([tally.isReportDue(6 * SECOND - 1), tally.isReportDue(6 * SECOND)], [false, true]);
  tally.progress(6.5 * SECOND, 0, "sending");
  assertEquals([7.4, 7.5].map((at) => tally.isReportDue(at * SECOND)), [false, true]);
});

Deno.test("tally: every counter is that of its side", () => {
  const { sender, collector, receiver, tally } = open(() => 12);
  Object.assign(sender, { sent: 1, backoffs: 2 });
  Object.assign(collector, { replies: 4, duplicates: 5, icmpErrors: 6, notices: 7 });
  Object.assign(collector, { unproven: 8, malformed: 9 });
  receiver.blocked = 10;
  tally.unsent = 11;
  assertEquals(tally.counts(), {
    ...{ sent: 1, backoffs: 2, dropped: 3, replies: 4, duplicates: 5, icmpErrors: 6, notices: 7 },
    ...{ unproven: 8, malformed: 9, blocked: 10, unsent: 11, failedCalls: 12 },
  });
  assertEquals(open().tally.counts().failedCalls, 0);
});

Deno.test("yield timer: a paced scan serves signals each 20 ms, one without a limit each 100 ms", () => {
  for (const [ratePps, everyMs] of [[1e6, 20], [Infinity, 100]] as const) {
    const timer = new YieldTimer(ratePps);
    timer.start(3e9);
    const turns = Array.from({ length: 500 }, (_, ms) => ms)
      .filter((ms) => timer.takeTurn(3e9 + ms * 1e6));
    assertEquals(turns, Array.from({ length: turns.length }, (_, i) => (i + 1) * everyMs));
    assertEquals(turns.length, Math.ceil(500 / everyMs) - 1);
  }
});
