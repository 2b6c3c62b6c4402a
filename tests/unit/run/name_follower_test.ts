import { assertEquals } from "@std/assert";
import { type FollowedRun, NameFollower } from "../../../src/run/name_follower.ts";
import { StrayCounter } from "../../../src/run/stray_counts.ts";
import { UNKNOWN_ADDRESS } from "../../../src/targets/target.ts";

const HERE = 0x0a000001;

/** What is done and said when `a.example`, so far at an address, is found at another one. */
async function found(
  address: number,
  options: { readonly from?: number; readonly isShared?: boolean; readonly broadcast?: number } =
    {},
): Promise<string[]> {
  const { from = HERE, isShared = false, broadcast } = options;
  const said: string[] = [];
  const target = { index: 3, label: "a.example", address: from };
  const run = {
    shared: { movableIndex: () => isShared ? undefined : 3 },
    state: { statistics: [{ target }] },
    recorder: { move: (_: unknown, to: number) => void said.push(`recorder ${to}`) },
    prober: { move: (index: number, to: number) => void said.push(`prober ${index} ${to}`) },
    remark: (text: string) => void said.push(text),
  } as unknown as FollowedRun;
  const follower = new NameFollower(run, {
    resolver: { resolve: () => Promise.resolve({ ok: true, addresses: [address] }) },
    isBroadcast: (one) => one === broadcast,
  });
  assertEquals(follower.unknown, from === UNKNOWN_ADDRESS ? 1 : 0);
  for (const nowNs of [0, 400e9]) {
    follower.look(nowNs);
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  }
  // A name is known once it is asked at its address, and that is found once.
  const isAsked = said.some((line) => line.startsWith("prober"));
  assertEquals(follower.unknown, from === UNKNOWN_ADDRESS && !isAsked ? 1 : 0);
  follower.look(800e9);
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  return said;
}

Deno.test("names: a name that moves is probed at its new address", async () => {
  assertEquals(await found(0x0a000002), [
    "a.example is at 10.0.0.2 now, not at 10.0.0.1 any more",
    "recorder 167772162",
    "prober 3 167772162",
  ]);
  assertEquals(
    (await found(0x0a000002, { from: UNKNOWN_ADDRESS }))[0],
    "a.example is at 10.0.0.2 now",
  );
});

Deno.test("names: what is no single host is not probed: 0.0.0.0, multicast and above, a broadcast", async () => {
  const notes: readonly (readonly [address: number, text: string])[] = [
    [0, "0.0.0.0"],
    [0xe000_0000, "224.0.0.0"],
    [0xffff_ffff, "255.255.255.255"],
    [0x0a0000ff, "10.0.0.255"],
  ];
  for (const [address, text] of notes) {
    assertEquals(await found(address, { broadcast: 0x0a0000ff }), [
      `a.example is at ${text} now, which is no single host: it is not asked there`,
    ]);
  }
  assertEquals((await found(0xdfff_ffff)).length, 3);
  assertEquals((await found(0xe000_0001, { from: UNKNOWN_ADDRESS })).length, 1);
});

Deno.test("names: an address that another target has is not probed twice", async () => {
  assertEquals(await found(0x0a000002, { isShared: true }), [
    "a.example is at 10.0.0.2 now, which shares an address with another target: it is not asked there",
  ]);
});

Deno.test("strays are counted by their kind, a notice as none", () => {
  const counter = new StrayCounter();
  for (
    const kind of [
      "malformed",
      "truncated",
      "foreign",
      "foreign",
      "foreign",
      "unmatched",
      "notice",
    ] as const
  ) counter.add(kind);
  const { malformed, foreign, unmatched, unreported } = counter;
  assertEquals([malformed, foreign, unmatched, unreported], [2, 3, 1, 0]);
});
