/** Names in a run that goes on: looked up again, and tried again while they are not known. */

import { assertEquals } from "@std/assert";
import { dispatch } from "../../../src/cli/dispatch.ts";
import type { NameResolution } from "../../../src/targets/resolver.ts";
import { FakeSystem, type FakeSystemOptions } from "../../support/fake_system.ts";

const NOT_KNOWN: NameResolution = { ok: false, reason: "unresolved", message: "not known" };

/** A machine whose resolver gives a name's answers one after the other, the last one for ever. */
class MovingSystem extends FakeSystem {
  readonly lookups: string[] = [];
  override readonly resolver: FakeSystem["resolver"];

  constructor(
    answers: Readonly<Record<string, readonly (number | undefined)[]>>,
    stopAtMs: number,
  ) {
    const signals: FakeSystemOptions["signals"] = [{ atMs: stopAtMs, signal: "SIGINT" }];
    super({ signals });
    const asked = new Map<string, number>();
    this.resolver = {
      resolve: (name) => {
        this.lookups.push(name);
        const turn = asked.get(name) ?? 0;
        asked.set(name, turn + 1);
        const own = answers[name] ?? [];
        const address = own[Math.min(turn, own.length - 1)];
        return Promise.resolve(
          address === undefined ? NOT_KNOWN : { ok: true, addresses: [address] },
        );
      },
    };
  }

  summaries(): (readonly unknown[])[] {
    return this.stdout.lines.map((line) => JSON.parse(line))
      .filter(({ type }) => type === "summary")
      .map(({ target, address, sent, received }) => [target, address, sent, received]);
  }
}

const ARGS = ["--loop", "--json", "-q"];

Deno.test("names: a host that moves in a long run is asked at its new address, results apart", async () => {
  const system = new MovingSystem({ "a.example": [0xc6120001, 0xc6120002] }, 400_500);
  const code = await dispatch([...ARGS, "a.example"], system);
  assertEquals(system.stderr.lines, [
    "icmptime: a.example is at 198.18.0.2 now, not at 198.18.0.1 any more",
  ]);
  const [before, after] = system.summaries();
  assertEquals([before?.slice(0, 2), after?.slice(0, 2)], [
    ["a.example", "198.18.0.1"],
    ["a.example", "198.18.0.2"],
  ]);
  const end = JSON.parse(system.stdout.lines.at(-1) ?? "{}");
  assertEquals([code, end.targets, end.targets_answered, end.sent], [0, 1, 1, 401]);
  assertEquals(Number(before?.[2]) + Number(after?.[2]), 401);
  // Not more often than each five minutes.
  assertEquals(system.lookups.length, 2);
});

Deno.test("names: one that is not known at the start is tried again, and asked once it is", async () => {
  const answers = { "late.example": [undefined, undefined, 0xc6120007], "a.example": [0xc6120001] };
  const system = new MovingSystem(answers, 60_500);
  const code = await dispatch([...ARGS, "late.example", "a.example"], system);
  assertEquals(system.stderr.lines, [
    "icmptime: Cannot resolve late.example: not known",
    "icmptime: late.example is at 198.18.0.7 now",
  ]);
  const [late, other] = system.summaries();
  assertEquals([late?.slice(0, 2), other], [["late.example", "198.18.0.7"], [
    "a.example",
    "198.18.0.1",
    60,
    60,
  ]]);
  assertEquals([code, Number(late?.[2]) > 25 && late?.[2] === late?.[3]], [0, true]);
});

Deno.test("names: one that stays unknown keeps the exit code 2, and sends nothing", async () => {
  const system = new MovingSystem({ "a.example": [0xc6120001] }, 30_500);
  const code = await dispatch([...ARGS, "never.example", "a.example"], system);
  assertEquals([code, system.summaries()], [2, [["a.example", "198.18.0.1", 30, 30]]]);
});

Deno.test("names: a name that moves to another target's address is reported, and stays", async () => {
  const answers = { "a.example": [0xc6120001, 0xc6120002], "b.example": [0xc6120002] };
  const system = new MovingSystem(answers, 1000_500);
  await dispatch([...ARGS, "a.example", "b.example"], system);
  assertEquals(system.stderr.lines, [
    "icmptime: a.example is at 198.18.0.2 now, which shares an address with another target: it is not asked there",
  ]);
  assertEquals(system.summaries().map((each) => each.slice(0, 2)), [
    ["a.example", "198.18.0.1"],
    ["b.example", "198.18.0.2"],
  ]);
});

Deno.test("names: a run with an end looks each name up once", async () => {
  const system = new MovingSystem({ "a.example": [0xc6120001, 0xc6120002] }, 1e9);
  const code = await dispatch(["-q", "-c", "500", "a.example"], system);
  assertEquals([code, system.lookups.length], [0, 1]);
});
