import { assertEquals } from "@std/assert";
import { NameWatch } from "../../../src/targets/name_watch.ts";
import type { NameResolution } from "../../../src/targets/resolver.ts";
import { type Target, UNKNOWN_ADDRESS } from "../../../src/targets/target.ts";

const ONE = 0x0a000001;
const TWO = 0x0a000002;
const UNRESOLVED: NameResolution = { ok: false, reason: "unresolved", message: "no such name" };

/** A watch over targets, and what it looked up and reported, with the second at which it did. */
function watch(addresses: Record<string, number>, options: { readonly isRefused?: boolean } = {}) {
  const answers = new Map<string, NameResolution>();
  const lookedUp: string[] = [];
  const moves: string[] = [];
  let second = 0;
  const targets = Object.entries(addresses).map(([label, address], index): Target => ({
    index,
    label,
    address,
  }));
  const names = new NameWatch(
    targets,
    {
      resolve: (name) => {
        lookedUp.push(`${second} ${name}`);
        return Promise.resolve(answers.get(name) ?? UNRESOLVED);
      },
    },
    (target, address) => {
      moves.push(`${second} ${target.label} ${target.address} ${address}`);
      return options.isRefused !== true;
    },
  );
  return {
    names,
    lookedUp,
    moves,
    answer: (name: string, ...found: readonly number[]) =>
      answers.set(name, found.length > 0 ? { ok: true, addresses: found } : UNRESOLVED),
    /** Looks each second up to the given one. */
    async until(last: number): Promise<void> {
      for (; second <= last; second++) {
        names.look(second * 1e9);
        for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      }
    },
  };
}

Deno.test("name watch: a known name is looked up after five minutes, an address never", async () => {
  const { names, lookedUp, moves, answer, until } = watch({ "a.example": ONE, "10.0.0.9": 9 });
  answer("a.example", ONE);
  await until(299);
  assertEquals(lookedUp, []);
  await until(900);
  assertEquals(lookedUp, ["300 a.example", "600 a.example", "900 a.example"]);
  assertEquals([moves, names.unknown], [[], 0]);
});

Deno.test("name watch: an unknown name is retried after 10 s, then after twice as long each time, up to five minutes", async () => {
  const { names, lookedUp, until } = watch({ "a.example": UNKNOWN_ADDRESS });
  assertEquals(names.unknown, 1);
  await until(1300);
  // 10, 20, 40, 80, 160, then 300 at most.
  assertEquals(lookedUp.map((line) => Number(line.split(" ")[0])), [
    10,
    30,
    70,
    150,
    310,
    610,
    910,
    1210,
  ]);
});

Deno.test("name watch: a name that comes to be known is asked there, and looked up each five minutes from then on", async () => {
  const { names, lookedUp, moves, answer, until } = watch({ "a.example": UNKNOWN_ADDRESS });
  await until(15);
  answer("a.example", ONE, TWO);
  await until(400);
  assertEquals(lookedUp, ["10 a.example", "30 a.example", "330 a.example"]);
  assertEquals([moves, names.unknown], [[`30 a.example ${UNKNOWN_ADDRESS} ${ONE}`], 0]);
});

Deno.test("name watch: a move is reported once, neither one address of several nor no answer is one", async () => {
  const { moves, answer, until } = watch({ "a.example": ONE });
  answer("a.example", TWO, ONE);
  await until(350);
  assertEquals(moves, []);
  answer("a.example");
  await until(650);
  assertEquals(moves, []);
  answer("a.example", TWO);
  await until(1300);
  assertEquals(moves, [`900 a.example ${ONE} ${TWO}`]);
});

Deno.test("name watch: an address at which it cannot be asked is reported once", async () => {
  const { moves, answer, until } = watch({ "a.example": ONE }, { isRefused: true });
  answer("a.example", TWO);
  await until(1000);
  assertEquals(moves, [`300 a.example ${ONE} ${TWO}`]);
  answer("a.example", 3);
  await until(1300);
  assertEquals(moves.slice(1), [`1200 a.example ${ONE} 3`]);
});

Deno.test("name watch: names are looked up one at a time, each when it is due", async () => {
  const { lookedUp, answer, until } = watch({ "a.example": ONE, "b.example": UNKNOWN_ADDRESS });
  answer("a.example", ONE);
  await until(310);
  assertEquals(lookedUp, [
    ...[10, 30, 70, 150].map((second) => `${second} b.example`),
    "300 a.example",
    "310 b.example",
  ]);
});
