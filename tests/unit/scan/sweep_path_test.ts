// A sweep whose path changes under way, over a network without a kernel.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type PathFinding, type PathGuard, PathKeeper } from "../../../src/scan/path_keeper.ts";
import { answer, type SeenProbe } from "../../support/swept_network.ts";
import { addresses, prepareSweep, type SweepSetup } from "./simulated_sweep.ts";

const ENETDOWN = 100, EACCES = 13;

/** A path that works until `breaksAfter` probes have left, which is found out `noticedAfter` probes later. */
class BreakingPath implements PathGuard {
  confirmedNs = Infinity;
  seen = 0;
  renewals = 0;
  isBroken = false;
  constructor(
    readonly breaksAfter: number,
    readonly noticedAfter: number,
    readonly finding: () => PathFinding,
  ) {}

  /** Answers while the path is whole. */
  readonly behaviour = (probe: SeenProbe) => {
    if (this.seen++ === this.breaksAfter) this.isBroken = true;
    return this.isBroken ? [] : [{ bytes: answer(probe), delayMs: 10.25 }];
  };

  hasNews(): boolean {
    return this.isBroken && this.seen >= this.breaksAfter + this.noticedAfter;
  }

  doubts(errno: number): boolean {
    return errno === ENETDOWN;
  }

  heard(): void {}
  ask(): void {}

  renew(): Promise<PathFinding> {
    this.renewals++;
    const finding = this.finding();
    if (finding.kind !== "lost") this.isBroken = false;
    return Promise.resolve(finding);
  }
}

function prepare(guard: BreakingPath, setup: SweepSetup = {}) {
  return prepareSweep(guard.behaviour, { ...setup, options: { guard, ...setup.options } });
}

for (const threads of [0, 3]) {
  Deno.test(`a path that moves costs no host its probe, threads: ${threads}`, async () => {
    for (const breaksAfter of [0, 3, 100, 250]) {
      const guard = new BreakingPath(breaksAfter, 5, () => ({ kind: "moved" }));
      const { listener, sweep } = prepare(guard, { threads });
      const result = await sweep.run();
      assertEquals(addresses(listener.replies).size, 256, `after ${breaksAfter}`);
      assertEquals([result.replies, result.isComplete, result.trouble], [256, true, undefined]);
      assertEquals([listener.checkpointed.position, result.unsent], [256, 0]);
    }
  });
}

Deno.test("a path that comes back in time is gone on with", async () => {
  let looks = 0;
  const guard = new BreakingPath(
    100,
    5,
    () => ++looks < 50 ? { kind: "lost", message: "gone" } : { kind: "same" },
  );
  const { listener, sweep } = prepare(guard);
  const result = await sweep.run();
  assertEquals([addresses(listener.replies).size, result.isComplete], [256, true]);
});

Deno.test("without a path the sweep ends, and a resumed one finds the rest", async () => {
  for (const breaksAfter of [0, 3, 900, 1020]) {
    const guard = new BreakingPath(breaksAfter, 2, () => ({ kind: "lost", message: "gone" }));
    const block = "10.1.0.0/22";
    const { listener, sweep } = prepare(guard, { block });
    const result = await sweep.run();
    assertEquals([result.isComplete, result.trouble?.reason], [false, "path-lost"]);
    const { position } = listener.checkpointed;
    assertEquals(position, result.position);
    assert(position <= breaksAfter, `${position} of ${breaksAfter}`);
    const whole = new BreakingPath(Infinity, 0, () => ({ kind: "same" }));
    const rest = prepare(whole, { block, options: { startPosition: position } });
    await rest.sweep.run();
    const found = addresses([...listener.replies, ...rest.listener.replies]);
    assertEquals(found.size, 1024, `after ${breaksAfter}`);
  }
});

Deno.test("a path that is lost is waited for ten seconds, and no longer than the sweep is to go on", async () => {
  for (const isStoppedAt of [Infinity, 3]) {
    const guard = new BreakingPath(0, 0, () => ({ kind: "lost", message: "gone" }));
    const passed: number[] = [];
    const keeper = new PathKeeper({
      guard,
      unsent: () => {},
      pass: (timeoutMs) => Promise.resolve(passed.push(timeoutMs) < isStoppedAt),
    });
    assertEquals(await keeper.renew(), true);
    if (isStoppedAt === Infinity) {
      assertEquals(keeper.trouble, { reason: "path-lost", message: "gone" });
      assertEquals(passed.reduce((sum, each) => sum + each, 0), 10_000);
      // Once before the first wait and once after each.
      assertEquals(guard.renewals, passed.length + 1);
    } else assertEquals([keeper.trouble, passed.length, guard.renewals], [undefined, 3, 3]);
  }
});

Deno.test("a refusal is reported unless the path is to blame for it", async () => {
  const guard = new BreakingPath(Infinity, 0, () => ({ kind: "same" }));
  const { network, listener, sweep } = prepare(guard);
  let calls = 0;
  network.refusals = (_, count) => [-ENETDOWN, -EACCES][calls++] ?? count;
  guard.hasNews = () => calls === 1 && guard.renewals === 0;
  const result = await sweep.run();
  assertEquals(listener.unsentProbes.map(({ errno }) => errno).toSorted((a, b) => a - b), [
    EACCES,
    ENETDOWN,
  ]);
  assertEquals([result.unsent, result.replies], [2, 254]);
});

Deno.test("a path that changes again and again does not keep a sweep from ending", async () => {
  const guard = new BreakingPath(Infinity, 0, () => ({ kind: "moved" }));
  guard.hasNews = () => guard.seen > 50;
  const { sweep } = prepare(guard);
  const result = await sweep.run();
  assertEquals(result.trouble, { reason: "path-lost", message: "it changes again and again" });
  assert(guard.renewals < 30);
});

Deno.test("what left since the gateway was last there is not settled", async () => {
  const guard = new BreakingPath(Infinity, 0, () => ({ kind: "same" }));
  const { listener, sweep, network } = prepare(guard, { block: "10.1.0.0/20" });
  // There for the first second of four, as far as the program can know.
  guard.confirmedNs = network.now().monotonicNs + 1e9;
  const result = await sweep.run();
  assertEquals(result.trouble?.message, "the gateway does not answer");
  const { position } = listener.checkpointed;
  assert(position > 300 && position <= 500, `${position}`);
  assertEquals([result.position, result.isComplete], [position, false]);
  // 4.1 s of sending, the cooldown of half a second, and three in which the gateway is asked.
  assertAlmostEquals(result.elapsedSeconds, 7.6, 0.05);
});

Deno.test("the twenty-first change of a path ends the sweep", async () => {
  const guard = new BreakingPath(Infinity, 0, () => ({ kind: "moved" }));
  const pass = () => Promise.resolve(true);
  const keeper = new PathKeeper({ guard, unsent() {}, pass });
  for (let move = 1; move <= 20; move++) {
    assertEquals([await keeper.renew(), keeper.trouble], [true, undefined]);
  }
  await keeper.renew();
  assertEquals(keeper.trouble?.reason, "path-lost");
  // What ended it first is what is said.
  keeper.lose("the gateway does not answer");
  assertEquals(keeper.trouble?.message, "it changes again and again");
});

Deno.test("a sweep whose path nobody watches reports each refusal, and never looks for another path", async () => {
  const refused: number[][] = [];
  const keeper = new PathKeeper({
    guard: undefined,
    unsent: (address, errno) => void refused.push([address, errno]),
    pass: () => Promise.reject(new Error("there is nothing to wait for")),
  });
  assertEquals([keeper.isInDoubt(0), keeper.confirmedNs], [false, Infinity]);
  keeper.takeUnsent(7, ENETDOWN);
  assertEquals(refused, [[7, ENETDOWN]]);
  assertEquals([await keeper.renew(), keeper.trouble], [false, undefined]);
});

Deno.test("refusals for which the path was to blame are not reported once it has moved", async () => {
  let kind: "same" | "moved" = "same";
  const guard = new BreakingPath(Infinity, 0, () => ({ kind }));
  const refused: number[] = [];
  const keeper = new PathKeeper({
    guard,
    unsent: (address) => void refused.push(address),
    pass: () => Promise.resolve(true),
  });
  keeper.takeUnsent(1, ENETDOWN);
  keeper.takeUnsent(2, EACCES);
  assertEquals(refused, [2]);
  assertEquals([await keeper.renew(), refused], [false, [2, 1]]);
  kind = "moved";
  keeper.takeUnsent(3, ENETDOWN);
  assertEquals([await keeper.renew(), refused], [true, [2, 1]]);
});

for (const finding of ["moved", "lost"] as const) {
  Deno.test(`a path that is ${finding} while the last probes wait for the link`, async () => {
    const guard = new BreakingPath(
      Infinity,
      0,
      () => finding === "moved" ? { kind: "moved" } : { kind: "lost", message: "gone" },
    );
    const { network, listener, sweep } = prepare(guard, { options: { rate: Infinity } });
    // 256 probes take 2.56 s to leave; after the first second something happens.
    network.link = { frameNs: 10e6, roomFrames: 1000 };
    const startNs = network.now().monotonicNs;
    guard.hasNews = () => guard.renewals === 0 && network.now().monotonicNs - startNs > 1e9;
    const result = await sweep.run();
    assertEquals(result.stuck, 0);
    if (finding === "moved") {
      assertEquals([addresses(listener.replies).size, result.isComplete], [256, true]);
    } else {
      assertEquals([result.trouble?.message, result.isComplete], ["gone", false]);
      // Below the place that is kept all had left a cooldown before: at 100 a second.
      assert(result.position <= 50, `${result.position}`);
    }
  });
}
