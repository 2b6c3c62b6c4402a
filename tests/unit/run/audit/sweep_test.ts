/** The sweep of an audit: who is handed over, what is counted, and when it is held up. */

import { assert, assertEquals } from "@std/assert";
import type { AuditPace } from "../../../../src/run/audit/pace.ts";
import { AuditSweep, type EarlierFindings } from "../../../../src/run/audit/sweep.ts";
import { planScanRun } from "../../../../src/run/scan/options.ts";
import type { ScanResult, ScanRun, ScanRunListener } from "../../../../src/run/scan/run.ts";
import { PackedBlocks } from "../../../../src/targets/packed_blocks.ts";

/** 10.1.0.0/20, and an address outside of it. */
const BLOCK = 0x0a010000, SIZE = 4096, ELSEWHERE = 0x0a020000;
const RESULT = { position: SIZE } as ScanResult;

/** A scan that does what the test says. */
class ScriptedScan {
  sent = 0;
  readonly calls: string[] = [];
  listener: ScanRunListener | undefined;
  end: (result: ScanResult) => void = () => {};
  fail: (error: Error) => void = () => {};

  run(listener: ScanRunListener): Promise<ScanResult> {
    this.listener = listener;
    return new Promise((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
  }

  stop = () => void this.calls.push("stop");
  abort = () => void this.calls.push("abort");
  close = () => void this.calls.push("close");
}

function open(
  { earlier, own = [] }: {
    readonly earlier?: EarlierFindings;
    readonly own?: readonly number[];
  } = {},
) {
  const targets = new PackedBlocks();
  targets.push(BLOCK, BLOCK + SIZE - 1);
  const plan = planScanRun({ targets, seed: 5 }, {
    ...{ ownAddresses: () => [...own], processors: () => 1 },
  });
  const scan = new ScriptedScan();
  const now = { ns: 0, wantedNs: Infinity, readyNs: -Infinity };
  const taken: number[][] = [];
  const pace = {
    get readyNs() {
      return now.readyNs;
    },
    take: (...numbers: number[]) => void taken.push(numbers),
  } as unknown as AuditPace;
  let wakes = 0;
  const sweep = new AuditSweep({
    ...{ run: scan as unknown as ScanRun, plan, pace, earlier, firstIndex: 3 },
    nowNs: () => now.ns,
    wantedNs: () => now.wantedNs,
    wake: () => void wakes++,
  });
  const found: number[] = [], failed: number[] = [];
  const start = () => sweep.run({ found: (it) => found.push(it), failed: (it) => failed.push(it) });
  const answer = (address: number, isNew = true) =>
    scan.listener?.reply({ address } as never, isNew);
  const error = (address: number) => scan.listener?.icmpError({ address } as never);
  /** Whether the sweep may go on now. */
  const goesOn = () => scan.listener?.room?.() === undefined;
  const counted = () => [sweep.found, sweep.icmpErrors, sweep.waiting];
  return {
    sweep,
    scan,
    now,
    taken,
    found,
    failed,
    start,
    answer,
    error,
    goesOn,
    counted,
    wakes: () => wakes,
  };
}

Deno.test("audit sweep: each host that answers is handed over once, in that order, with its place behind those named", async () => {
  const { sweep, scan, start, answer, found, counted, wakes } = open();
  const whole = start();
  assertEquals([sweep.hasNext, sweep.isDone, sweep.isBusy], [false, false, true]);
  answer(BLOCK + 9);
  answer(BLOCK + 9);
  answer(BLOCK);
  answer(BLOCK + 7, false);
  answer(ELSEWHERE);
  assertEquals([found, counted()], [[BLOCK + 9, BLOCK], [2, 0, 2]]);
  assertEquals(sweep.next(), {
    target: { index: 3 + 9, label: "10.1.0.9", address: BLOCK + 9, isFromBlock: true },
    isFound: true,
  });
  assertEquals(sweep.next().target.index, 3);
  assertEquals([sweep.hasNext, sweep.waiting, wakes()], [false, 0, 0]);
  scan.end(RESULT);
  assertEquals(await whole, RESULT);
  assertEquals([sweep.isDone, sweep.isBusy, wakes()], [true, false, 1]);
});

Deno.test("audit sweep: thousands that wait keep their order", async () => {
  const { sweep, scan, start, answer } = open();
  const whole = start();
  const taken: number[] = [];
  for (let i = 0; i < 3000; i++) {
    answer(BLOCK + i);
    if (i % 3 !== 0) taken.push(sweep.next().target.address);
  }
  assertEquals(sweep.waiting, 1000);
  while (sweep.hasNext) taken.push(sweep.next().target.address);
  assertEquals(taken, Array.from({ length: 3000 }, (_, i) => BLOCK + i));
  assertEquals(sweep.waiting, 0);
  scan.end(RESULT);
  await whole;
});

Deno.test("audit sweep: an ICMP error counts once, and not beside an answer", async () => {
  const { scan, start, answer, error, failed, counted } = open();
  const whole = start();
  error(BLOCK);
  error(BLOCK);
  error(BLOCK + 2);
  error(ELSEWHERE);
  answer(BLOCK + 3);
  error(BLOCK + 3);
  assertEquals([failed, counted()], [[BLOCK, BLOCK + 2], [1, 2, 1]]);
  answer(BLOCK);
  assertEquals(counted(), [2, 1, 2]);
  scan.end(RESULT);
  await whole;
});

Deno.test("audit sweep: one that is resumed hands over what was found and is not final, and nothing twice", async () => {
  const { sweep, scan, start, answer, error, found, failed, counted } = open({
    earlier: {
      pending: [BLOCK + 5, ELSEWHERE, BLOCK + 6],
      final: new Set([BLOCK + 7, ELSEWHERE + 1]),
      icmpErrors: [BLOCK + 6, BLOCK + 8, ELSEWHERE + 2],
    },
  });
  assertEquals(counted(), [3, 1, 2]);
  const whole = start();
  answer(BLOCK + 7);
  answer(BLOCK + 5);
  error(BLOCK + 8);
  assertEquals([found, failed], [[], []]);
  answer(BLOCK + 8);
  assertEquals([found, counted()], [[BLOCK + 8], [4, 0, 3]]);
  const addresses = [sweep.next(), sweep.next(), sweep.next()].map(({ target }) => target.address);
  assertEquals(addresses, [BLOCK + 5, BLOCK + 6, BLOCK + 8]);
  scan.end(RESULT);
  await whole;
});

Deno.test("audit sweep: addresses of this machine are not counted among those of the blocks", () => {
  assertEquals(open().sweep.addresses, SIZE);
  assertEquals(open({ own: [BLOCK + 1, BLOCK + 2] }).sweep.addresses, SIZE - 2);
});

Deno.test("audit sweep: it is held up while a question is late, and goes on when that has left", async () => {
  const { sweep, scan, now, start, goesOn } = open();
  const whole = start();
  now.ns = 1000e6;
  now.wantedNs = 1000e6 - 20e6;
  assertEquals(goesOn(), true);
  now.wantedNs = 1000e6 - 40e6;
  assertEquals([goesOn(), sweep.isBusy], [false, false]);
  sweep.serve(now.ns);
  assertEquals(sweep.isBusy, false);
  now.wantedNs = 1000e6 + 40e6;
  sweep.serve(now.ns);
  assertEquals(sweep.isBusy, true);
  scan.end(RESULT);
  await whole;
});

Deno.test("audit sweep: it is held up while the rate is used up, and while 1024 hosts wait", async () => {
  const { sweep, scan, now, start, answer, goesOn } = open();
  const whole = start();
  now.ns = 1000e6;
  now.readyNs = 1004e6;
  assertEquals(goesOn(), true);
  now.readyNs = 1008e6;
  assertEquals(goesOn(), false);
  now.ns = 1006e6;
  sweep.serve(now.ns);
  assertEquals(sweep.isBusy, true);
  for (let i = 0; i < 1023; i++) answer(BLOCK + i);
  assertEquals(goesOn(), true);
  answer(BLOCK + 1023);
  assertEquals(goesOn(), false);
  sweep.next();
  sweep.serve(now.ns);
  assertEquals(sweep.isBusy, true);
  scan.end(RESULT);
  await whole;
});

Deno.test("audit sweep: the rate is charged with what left since the last turn, over the time of that turn", async () => {
  const { sweep, scan, now, taken, start, goesOn } = open();
  now.ns = 10e6;
  const whole = start();
  scan.sent = 64;
  now.ns = 14e6;
  assert(goesOn());
  scan.sent = 100;
  now.ns = 20e6;
  now.readyNs = 40e6;
  assertEquals(goesOn(), false);
  now.readyNs = 0;
  // It was held up until then: the next turn begins here.
  sweep.serve(50e6);
  scan.sent = 101;
  now.ns = 51e6;
  assert(goesOn());
  assertEquals(taken, [[14e6, 64, 10e6], [20e6, 36, 14e6], [51e6, 1, 50e6]]);
  scan.end(RESULT);
  await whole;
});

Deno.test("audit sweep: to stop or abort lets go of a sweep that is held up", async () => {
  for (const method of ["stop", "abort"] as const) {
    const { sweep, scan, now, start } = open();
    const whole = start();
    now.wantedNs = -1e9;
    const held = scan.listener?.room?.();
    assert(held !== undefined);
    sweep[method]();
    await held;
    assertEquals(sweep.isBusy, true);
    assertEquals(scan.calls, method === "stop" ? ["stop"] : ["abort", "stop"]);
    scan.end(RESULT);
    await whole;
    sweep.close();
    assertEquals(scan.calls.at(-1), "close");
  }
});

Deno.test("audit sweep: a scan that fails ends it, and wakes who waits for hosts", async () => {
  const { sweep, scan, start, wakes } = open();
  const whole = start().catch((error: Error) => error.message);
  scan.fail(new Error("no route"));
  assertEquals([await whole, sweep.isDone, wakes()], ["no route", true, 1]);
});
