import { assert, assertEquals } from "@std/assert";
import { firstNumbers, ProbeNumbers } from "../../../src/probe/probe_numbers.ts";
import type { Target } from "../../../src/targets/target.ts";

/** The key of the authors' vectors: octets 00 … 07. */
const KEY = { k0: 0x03020100, k1: 0x07060504 };
const OTHER_KEY = { k0: 0x03020101, k1: 0x07060504 };

function targets(count: number): Target[] {
  return Array.from({ length: count }, (_, index) => {
    const address = 0xc0000200 + index;
    return { index, label: `${address}`, address };
  });
}

Deno.test("every target has its own identifier and first sequence, and the next ones follow", () => {
  const hosts = targets(1000);
  const numbers = new ProbeNumbers(hosts, { numberKey: KEY });
  const first = hosts.map((host) =>
    numbers.identifierOf(host) * 65_536 + numbers.sequenceOf(host, 0)
  );
  assertEquals(first, hosts.map(({ address }) => firstNumbers(KEY, address)));
  assertEquals(new Set(first).size, hosts.length);
  for (const host of hosts) {
    const start = numbers.sequenceOf(host, 0);
    const next = [1, 65_535, 65_536, 65_537].map((number) => numbers.sequenceOf(host, number));
    assertEquals(next, [1, -1, 0, 1].map((by) => (start + by + 65_536) % 65_536));
    assert(numbers.isOurs(numbers.identifierOf(host)));
  }
});

Deno.test("each bit of identifier and sequence is set for about half of the targets", () => {
  const counts = new Array<number>(32).fill(0);
  for (const { address } of targets(4096)) {
    const numbers = firstNumbers(KEY, address);
    for (let bit = 0; bit < 32; bit++) counts[bit] = (counts[bit] ?? 0) + (numbers >>> bit & 1);
  }
  // 4096 fair coins: 2048 ± 32. The input is fixed, so this cannot flicker.
  for (const count of counts) assert(Math.abs(count - 2048) < 160, counts.join());
});

Deno.test("another key gives other numbers and other cookies", () => {
  const hosts = targets(100);
  const one = new ProbeNumbers(hosts, { numberKey: KEY });
  const other = new ProbeNumbers(hosts, { numberKey: OTHER_KEY });
  for (const host of hosts) {
    assert(firstNumbers(KEY, host.address) !== firstNumbers(OTHER_KEY, host.address));
    assert(one.cookieOf(host, 0) !== other.cookieOf(host, 0));
  }
});

Deno.test("no two echoes of a run have the same cookie, nor one that is a target's numbers", () => {
  const hosts = targets(30);
  const numbers = new ProbeNumbers(hosts, { numberKey: KEY });
  const seen = new Set(hosts.map(({ address }) => firstNumbers(KEY, address)));
  for (const host of hosts) {
    for (let number = 0; number < 30; number++) seen.add(numbers.cookieOf(host, number));
  }
  assertEquals(seen.size, 30 + 30 * 30);
});

Deno.test("a number that the user sets is every target's, the other one stays secret", () => {
  const hosts = targets(50);
  const ownSequences = new ProbeNumbers(hosts, { numberKey: KEY, identifier: 7 });
  const ownIdentifiers = new ProbeNumbers(hosts, { numberKey: KEY, firstSequence: 65_535 });
  assertEquals(new Set(hosts.map((host) => ownSequences.identifierOf(host))), new Set([7]));
  assert(new Set(hosts.map((host) => ownSequences.sequenceOf(host, 0))).size > 45);
  assert(new Set(hosts.map((host) => ownIdentifiers.identifierOf(host))).size > 45);
  assertEquals(hosts.map((host) => ownIdentifiers.sequenceOf(host, 1)), hosts.map(() => 0));
  const ours = Array.from({ length: 65_536 }, (_, identifier) => identifier)
    .filter((identifier) => ownSequences.isOurs(identifier));
  assertEquals(ours, [7]);
});

Deno.test("the identifiers of a run are those of its targets, in their order", () => {
  const hosts = targets(40);
  const numbers = new ProbeNumbers(hosts, { numberKey: KEY });
  const identifiers = hosts.map((host) => numbers.identifierOf(host));
  assertEquals([...numbers.identifiers()], identifiers);
  const known = new Set(identifiers);
  for (let identifier = 0; identifier < 65_536; identifier++) {
    if (numbers.isOurs(identifier) !== known.has(identifier)) throw new Error(`${identifier}`);
  }
});

Deno.test("targets at one address take their numbers from one sequence where they share them", () => {
  const hosts: Target[] = [
    { index: 0, label: "a", address: 0xc0000201 },
    { index: 1, label: "b", address: 0xc0000202 },
    { index: 2, label: "a.example", address: 0xc0000201 },
    { index: 3, label: "unknown", address: 0 },
    { index: 4, label: "unknown too", address: 0 },
  ];
  const ordinals = (sharesNumbers: boolean) => {
    const numbers = new ProbeNumbers(hosts, { numberKey: KEY, sharesNumbers });
    const taken = [...hosts, ...hosts].map((host) => numbers.allocate(host));
    return [taken, hosts.map((host) => numbers.allocated(host))];
  };
  assertEquals(ordinals(true), [[0, 0, 1, 0, 0, 2, 1, 3, 1, 1], [4, 2, 4, 2, 2]]);
  assertEquals(ordinals(false), [[0, 0, 0, 0, 0, 1, 1, 1, 1, 1], [2, 2, 2, 2, 2]]);
});

Deno.test("targets whose addresses are not known yet have numbers of their own", () => {
  const hosts = [0, 1, 2].map((index) => ({ index, label: "", address: 0 }));
  const numbers = new ProbeNumbers(hosts, { numberKey: KEY });
  const first = hosts.map((host) =>
    numbers.identifierOf(host) * 65_536 + numbers.sequenceOf(host, 0)
  );
  assertEquals(first, [1, 2, 3].map((address) => firstNumbers(KEY, address)));
});

Deno.test("another host in the place of a target is numbered from the start, with its own numbers", () => {
  const [host] = targets(1) as [Target];
  const numbers = new ProbeNumbers([host], { numberKey: KEY, firstOrdinal: 7 });
  assertEquals([numbers.allocate(host), numbers.allocate(host)], [7, 8]);
  const other = { ...host, address: 0xc0000299 };
  numbers.renew(other);
  assertEquals(numbers.allocate(other), 7);
  assertEquals(numbers.identifierOf(other), firstNumbers(KEY, other.address) >>> 16);
  assert(numbers.isOurs(numbers.identifierOf(other)));
});
