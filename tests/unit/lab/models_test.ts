import { assert, assertEquals } from "@std/assert";
import { openDelay, resolveQuantity } from "../../lab/delay.ts";
import { DepartureQueue } from "../../lab/departure_queue.ts";
import { HostTable } from "../../lab/host.ts";
import { openLoss } from "../../lab/loss.ts";
import { parseHex } from "../../support/hex.ts";
import { checksum } from "../../lab/octets.ts";
import { parseBlock, parseDotted, toDotted } from "../../lab/address.ts";
import { Random } from "../../lab/random.ts";
import type { Delay, Rule } from "../../lab/scenario.ts";
import { BASE_UNIX_MS } from "./simulated_lab.ts";

const DRAWS = 20_000;

function draw(delay: Delay, index = 0): number[] {
  const random = new Random(1, 2);
  const source = openDelay(delay, index);
  return Array.from({ length: DRAWS }, () => source.nextNs(random));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

Deno.test("lab random: streams differ, restart repeats, the mean is a half", () => {
  const sample = (random: Random) => Array.from({ length: 8 }, () => random.u32());
  const random = new Random(3, 4);
  const first = sample(random);
  random.restart(3, 4);
  assertEquals(sample(random), first);
  assert(sample(new Random(3, 5))[0] !== first[0] && sample(new Random(4, 4))[0] !== first[0]);
  // 0.289 / sqrt(20 000) is 0.002; five of those.
  assert(Math.abs(mean(Array.from({ length: DRAWS }, () => random.unit())) - 0.5) < 0.0102);
});

Deno.test("lab delays: constant, uniform, exponential, series, none", () => {
  assertEquals(new Set(draw(1.5)), new Set([1_500_000]));
  assertEquals(new Set(draw({ kind: "constant", ms: 2 })), new Set([2_000_000]));
  const uniform = draw({ kind: "uniform", minMs: 5, maxMs: 15 });
  assert(uniform.every((ns) => ns >= 5e6 && ns <= 15e6 && Number.isInteger(ns)));
  assert(Math.abs(mean(uniform) - 10e6) < 0.11e6);
  const exponential = draw({ kind: "exponential", baseMs: 10, meanMs: 0.2 });
  assert(exponential.every((ns) => ns >= 10e6));
  assert(Math.abs(mean(exponential) - 10.2e6) < 0.0075e6);
  assert(Math.max(...exponential) > 11e6);
  const series = draw({ kind: "series", valuesMs: [1, 2, 0.5] });
  assertEquals(series.slice(0, 4), [1e6, 2e6, 0.5e6, 1e6]);
  assertEquals(openDelay(undefined, 0).nextNs(new Random(1, 1)), 0);
});

Deno.test("lab quantities: one for all, by the address, a ramp", () => {
  assertEquals(resolveQuantity(7, 99), 7);
  assertEquals([0, 1, 2, 3].map((i) => resolveQuantity({ byAddress: [4, 5, 6] }, i)), [4, 5, 6, 4]);
  const ramp = { base: 1, step: 0.5, modulus: 3 };
  assertEquals([0, 1, 2, 3].map((i) => resolveQuantity(ramp, i)), [1, 1.5, 2, 1]);
});

Deno.test("lab loss: random per direction", () => {
  const random = new Random(8, 8);
  const loss = openLoss({ kind: "random", outRatio: 0.05, backRatio: 0 });
  const lost = Array.from({ length: DRAWS }, () => loss.nextOut(random)).filter(Boolean).length;
  assert(Math.abs(lost - 1000) < 155, `${lost}`);
  assert(!Array.from({ length: DRAWS }, () => loss.nextBack(random)).includes(true));
});

Deno.test("lab loss: bursts of the told length and share", () => {
  const random = new Random(9, 9);
  const loss = openLoss({ kind: "burst", direction: "back", enterRatio: 0.01, leaveRatio: 0.25 });
  let lost = 0;
  let bursts = 0;
  let wasLost = false;
  for (let i = 0; i < 10 * DRAWS; i++) {
    const isLost = loss.nextBack(random);
    if (isLost) lost++;
    if (isLost && !wasLost) bursts++;
    wasLost = isLost;
  }
  // Gilbert's model: share 0.01 / 0.26, mean length 1 / 0.25.
  assert(Math.abs(lost / (10 * DRAWS) - 0.0385) < 0.006, `${lost}`);
  assert(Math.abs(lost / bursts - 4) < 0.5, `${lost / bursts}`);
});

Deno.test("lab loss: a pattern, to the packet", () => {
  const random = new Random(1, 1);
  const loss = openLoss({ kind: "pattern", out: "..x", back: "x." });
  const outs = Array.from({ length: 6 }, () => loss.nextOut(random));
  const backs = Array.from({ length: 4 }, () => loss.nextBack(random));
  assertEquals(outs, [false, false, true, false, false, true]);
  assertEquals(backs, [true, false, true, false]);
});

Deno.test("lab queue: leaves by due time, equal ones in the order of coming, buffers come back", () => {
  const queue = new DepartureQueue();
  const random = new Random(6, 6);
  const expected: [number, number][] = [];
  for (let i = 0; i < 5000; i++) {
    const dueNs = random.below(500);
    const departure = queue.reserve(20);
    departure.request = i;
    queue.push(departure, dueNs);
    expected.push([dueNs, i]);
  }
  expected.sort(([dueA, a], [dueB, b]) => dueA - dueB || a - b);
  for (const [dueNs, request] of expected) {
    assertEquals(queue.nextDueNs, dueNs);
    const departure = queue.pop();
    assertEquals([departure?.dueNs, departure?.request], [dueNs, request]);
  }
  assertEquals([queue.size, queue.nextDueNs, queue.pop()], [0, Infinity, undefined]);
  const spare = queue.reserve(20);
  queue.release(spare);
  assert(queue.reserve(2000) === spare && spare.bytes.length >= 2000);
});

Deno.test("lab rules: defaults, then rules in order, then the host's own", () => {
  const rules: Rule[] = [
    { block: "198.18.1.0/24", behaviour: { ttl: 50, out: 1 } },
    { every: { modulus: 4, remainder: 1 }, behaviour: { silent: true } },
    { block: "198.18.1.128/25", behaviour: { ttl: 51 } },
  ];
  const hosts = { "198.18.1.200": { ttl: 99 } };
  const scenario = { defaults: { ttl: 40, back: 2 }, rules, hosts };
  const table = new HostTable(scenario, "198.18.0.0/15", BASE_UNIX_MS);
  const of = (address: string) => table.behaviourOf(parseDotted(address));
  assertEquals(of("198.18.0.2"), { ttl: 40, back: 2 });
  assertEquals(of("198.18.0.5"), { ttl: 40, back: 2, silent: true });
  assertEquals(of("198.18.1.4"), { ttl: 50, back: 2, out: 1 });
  assertEquals(of("198.18.1.132"), { ttl: 51, back: 2, out: 1 });
  assertEquals(of("198.18.1.200"), { ttl: 99, back: 2, out: 1 });
  assertEquals(table.find(parseDotted("198.20.0.0"), 0), undefined);
  assertEquals(table.find(parseDotted("198.19.255.255"), 0)?.index, 131_071);
});

Deno.test("lab rules: a share of the block, the same one each time", () => {
  const scenario = { rules: [{ share: 0.1, behaviour: { silent: true } }] };
  const pick = () => {
    const table = new HostTable(scenario, "198.18.0.0/16", BASE_UNIX_MS);
    const first = parseDotted("198.18.0.0");
    return Array.from({ length: 65536 }, (_, i) => table.behaviourOf(first + i).silent === true);
  };
  const picked = pick();
  const count = picked.filter(Boolean).length;
  assert(Math.abs(count - 6554) < 385, `${count}`);
  assertEquals(pick(), picked);
});

Deno.test("lab octets: checksums known from elsewhere, and of an odd length", () => {
  const bare = parseHex("0d000000 9b690001 00000001 00000000 00000000");
  assertEquals(checksum(bare, 0, bare.length), 0x5794);
  const stamped = parseHex("0d000000 9b690001 00f0b0e0 00000000 00000000");
  assertEquals(checksum(stamped, 0, stamped.length), 0xa5c4);
  assertEquals(checksum(parseHex("010203"), 0, 3), ~(0x0102 + 0x0300) & 0xffff);
});

Deno.test("lab addresses: text to number and back, and nothing else", () => {
  assertEquals(parseDotted("198.18.0.1"), 0xc6120001);
  assertEquals(toDotted(0xc6120001), "198.18.0.1");
  assertEquals(parseBlock("198.19.7.9/15"), { first: 0xc6120000, size: 131_072 });
  assertEquals(parseBlock("0.0.0.0/0"), { first: 0, size: 2 ** 32 });
  for (const text of ["", "1.2.3", "1.2.3.256", "a.b.c.d", "1.2.3.4/33", "1.2.3.4/x"]) {
    assertEquals(parseBlock(text), undefined, text);
  }
});
