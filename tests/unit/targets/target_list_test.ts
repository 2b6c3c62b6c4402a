import { assert, assertEquals } from "@std/assert";
import { formatAddress } from "../../../src/packet/address.ts";
import { type Block, parseBlock } from "../../../src/targets/block.ts";
import { UNKNOWN_ADDRESS } from "../../../src/targets/target.ts";
import type { ListedWord } from "../../../src/targets/list_words.ts";
import type { NameResolution } from "../../../src/targets/resolver.ts";
import {
  listTargets,
  MAX_TARGETS,
  type TargetListOptions,
  type TargetProblem,
} from "../../../src/targets/target_list.ts";
import { NO_ICMPV6_TIMESTAMP } from "../../../src/targets/target_word.ts";

const NAMES: Readonly<Record<string, NameResolution>> = {
  "one.example": { ok: true, addresses: [0x0a000001] },
  "many.example": { ok: true, addresses: [0x0a000001, 0x0a000002, 0x0a000003] },
  "six.example": { ok: false, reason: "no-ipv4", message: "no IPv4 address" },
  "group.example": { ok: true, addresses: [0xe0000001] },
};

function list(words: readonly (string | ListedWord)[], options: TargetListOptions = {}) {
  const resolve = (name: string): Promise<NameResolution> =>
    Promise.resolve(NAMES[name] ?? { ok: false, reason: "unresolved", message: "not known" });
  return listTargets(words, { resolve }, options);
}

async function shown(words: readonly string[], options: TargetListOptions = {}): Promise<string[]> {
  const { targets } = await list(words, options);
  assertEquals(targets.map(({ index }) => index), targets.map((_, i) => i));
  return targets.map(({ label, address }) => {
    const text = formatAddress(address);
    return label === text ? text : `${label}=${text}`;
  });
}

function blocks(...words: string[]): Block[] {
  return words.map((word) => parseBlock(word)).filter((block) => typeof block !== "string");
}

const ROWS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["addresses", ["10.0.0.2", "10.0.0.1"], ["10.0.0.2", "10.0.0.1"]],
  ["a name", ["one.example"], ["one.example=10.0.0.1"]],
  ["a name with several addresses: the first", ["many.example"], ["many.example=10.0.0.1"]],
  ["a prefix: its hosts", ["10.0.0.0/29"], [1, 2, 3, 4, 5, 6].map((n) => `10.0.0.${n}`)],
  ["a prefix of two", ["10.0.0.4/31"], ["10.0.0.4", "10.0.0.5"]],
  ["a prefix of one", ["10.0.0.4/32"], ["10.0.0.4"]],
  ["a range", ["10.0.0.254-10.0.1.1"], ["10.0.0.254", "10.0.0.255", "10.0.1.0", "10.0.1.1"]],
  ["words in their order", ["one.example", "10.0.0.9", "10.0.0.4/31"], [
    "one.example=10.0.0.1",
    "10.0.0.9",
    "10.0.0.4",
    "10.0.0.5",
  ]],
  ["an address under each name", ["one.example", "10.0.0.1", "many.example"], [
    "one.example=10.0.0.1",
    "10.0.0.1",
    "many.example=10.0.0.1",
  ]],
  ["a label only once", ["10.0.0.1", "10.0.0.0/30", "10.0.0.1"], ["10.0.0.1", "10.0.0.2"]],
  ["nothing", [], []],
];

for (const [name, words, targets] of ROWS) {
  Deno.test(`targets: ${name}`, async () => assertEquals(await shown(words), targets));
}

Deno.test("targets: all addresses of a name", async () => {
  const targets = await shown(["many.example"], { allAddresses: true });
  assertEquals(targets, [1, 2, 3].map((n) => `many.example=10.0.0.${n}`));
});

Deno.test("targets: excluded addresses are left out", async () => {
  const exclude = blocks("10.0.0.2", "10.0.0.4/30");
  const { targets } = await list(["10.0.0.0/29"], { exclude });
  assertEquals(targets.map(({ label }) => label), ["10.0.0.1", "10.0.0.3"]);
});

Deno.test("targets: duplicates are counted, and the first few named", async () => {
  const words = ["10.0.0.0/28", "one.example", "10.0.0.0/28", "one.example"];
  const { duplicates, duplicateCount, targets } = await list(words);
  assertEquals([duplicateCount, targets.length], [15, 15]);
  assertEquals(duplicates, ["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
  const kept = await list(["10.0.0.1", "10.0.0.1"], { keepsDuplicates: true });
  assertEquals([kept.duplicateCount, kept.targets.map(({ label }) => label)], [0, [
    "10.0.0.1",
    "10.0.0.1",
  ]]);
});

const PROBLEMS: readonly (readonly [string, TargetProblem["kind"], string])[] = [
  ["::1", "invalid", NO_ICMPV6_TIMESTAMP],
  ["2001:db8::1", "invalid", NO_ICMPV6_TIMESTAMP],
  ["::ffff:10.0.0.1", "invalid", NO_ICMPV6_TIMESTAMP],
  ["six.example", "unresolved", "IPv6 addresses only"],
  ["nowhere.example", "unresolved", "not known"],
  ["1.2.3", "invalid", "not an IPv4 address"],
  ["1.2.3.256", "invalid", "not an IPv4 address"],
  ["010.0.0.1", "invalid", "not an IPv4 address"],
  ["12345", "invalid", "not an IPv4 address"],
  ["0.0.0.0", "invalid", "the unspecified address, expected a single host"],
  ["255.255.255.255", "invalid", "the broadcast address"],
  ["239.1.2.3", "invalid", "a multicast address"],
  ["group.example", "invalid", "224.0.0.1, a multicast address"],
  ["10.0.0.0/33", "invalid", ""],
  ["10.0.0.9-10.0.0.1", "invalid", ""],
  ["224.0.0.0/30", "invalid", "it holds a multicast address"],
  ["223.255.255.254-224.0.0.1", "invalid", "it holds a multicast address, expected hosts"],
  ["255.255.255.254-255.255.255.255", "invalid", "it holds the broadcast address, expected hosts"],
  ["0.0.0.0/31", "invalid", "it holds the unspecified address"],
  ["0.0.0.0/0", "too-many", ""],
];

for (const [word, kind, message] of PROBLEMS) {
  Deno.test(`targets: ${word} is ${kind}`, async () => {
    const { targets, problems } = await list([word]);
    assertEquals(targets, []);
    assertEquals(problems.map((problem) => [problem.label, problem.kind]), [[word, kind]]);
    assert(problems[0]?.message.includes(message), problems[0]?.message);
  });
}

Deno.test("targets: what does not resolve leaves the others", async () => {
  const { targets, problems } = await list(["nowhere.example", "10.0.0.1", "six.example"]);
  assertEquals(targets.map(({ label }) => label), ["10.0.0.1"]);
  assertEquals(problems.map(({ label }) => label), ["nowhere.example", "six.example"]);
});

Deno.test("targets: a name that is kept without an address has one that no host can be asked at", async () => {
  const { targets, problems } = await list(["nowhere.example"], { keepsUnresolved: true });
  assertEquals([targets.map(({ address }) => address), problems.length], [[UNKNOWN_ADDRESS], 1]);
  assertEquals((await list([formatAddress(UNKNOWN_ADDRESS)])).targets, []);
});

Deno.test("targets: too many are refused before they cost memory, and scan is named", async () => {
  for (const words of [["10.0.0.0/8"], ["10.0.0.0/15", "10.2.0.0-10.2.0.2"]]) {
    const { targets, problems, duplicates, duplicateCount } = await list(words);
    assertEquals([targets.length, duplicates.length, duplicateCount], [0, 0, 0]);
    assertEquals(problems.at(-1)?.kind, "too-many");
    assert(problems.at(-1)?.message.includes("icmptime scan"), problems.at(-1)?.message);
  }
  assertEquals(MAX_TARGETS, 131_072);
  assertEquals((await list(["10.0.0.0-10.1.255.255"])).targets.length, 131_072);
});

Deno.test("targets: a few names are looked up at one time, and keep their order", async () => {
  let now = 0;
  let most = 0;
  const resolve = async (name: string): Promise<NameResolution> => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 0));
    for (let turn = 0; turn < Number(name.slice(1)) % 7; turn++) await Promise.resolve();
    now--;
    return { ok: true, addresses: [0x0a000000 + Number(name.slice(1))] };
  };
  const words = Array.from({ length: 100 }, (_, i) => `n${i + 1}`);
  const { targets } = await listTargets(words, { resolve });
  assertEquals(targets.map(({ label }) => label), words);
  assertEquals(most, 16);
});

Deno.test("targets: a bad line of a file is a problem with its place, and the others are asked", async () => {
  const words = [
    "10.66.1.300",
    "10.0.0.1",
    "2001:db8::1",
    "224.0.0.1",
    "nowhere.example",
    "10.0.0.2",
  ];
  const listed = words.map((text, index) => ({ text, file: "hosts", line: index + 1 }));
  const { targets, problems } = await list(listed);
  assertEquals(targets.map(({ label }) => label), ["10.0.0.1", "10.0.0.2"]);
  assertEquals(problems.map(({ label, kind, from }) => [label, kind, from?.file, from?.line]), [
    ["10.66.1.300", "invalid", "hosts", 1],
    ["2001:db8::1", "invalid", "hosts", 3],
    ["224.0.0.1", "invalid", "hosts", 4],
    ["nowhere.example", "unresolved", "hosts", 5],
  ]);
});

Deno.test("targets: a broadcast address of a network of ours is a problem, unless it is excluded", async () => {
  const isBroadcast = (address: number) => address === 0x0a0000ff;
  const { targets, problems } = await list(["10.0.0.254", "10.0.0.255"], { isBroadcast });
  assertEquals(targets.map(({ label }) => label), ["10.0.0.254"]);
  assertEquals(problems.map(({ label, message }) => `${label}: ${message}`), [
    "10.0.0.255: a broadcast address, expected a single host",
  ]);
  const inRange = await list(["10.0.0.250-10.0.0.255"], { isBroadcast });
  assertEquals(
    inRange.problems[0]?.message,
    "10.0.0.255, a broadcast address, expected a single host",
  );
  const exclude = blocks("10.0.0.255");
  const rest = await list(["10.0.0.250-10.0.0.255"], { isBroadcast, exclude });
  assertEquals([rest.targets.length, rest.problems], [5, []]);
  // Of more than 64 addresses none is looked at: they are many, whatever word they came from.
  const many = await list(["10.0.0.192-10.0.0.255"], { isBroadcast });
  assertEquals(many.problems.length, 1);
  const more = await list(["10.0.0.192-10.0.0.255", "10.1.0.1"], { isBroadcast });
  assertEquals([more.targets.length, more.problems], [65, []]);
});

Deno.test("targets: letters beyond ASCII are looked up as the DNS has them, and shown as written", async () => {
  const asked: string[] = [];
  const resolve = (name: string): Promise<NameResolution> => {
    asked.push(name);
    return Promise.resolve({ ok: true, addresses: [0x0a000001] });
  };
  const { targets } = await listTargets(["bücher.example"], { resolve });
  assertEquals([asked, targets[0]?.label], [["xn--bcher-kva.example"], "bücher.example"]);
});
