import { assert, assertEquals } from "@std/assert";
import { classify } from "../../../src/behaviour/classify.ts";
import { findLikelySystem, SIGNATURES } from "../../../src/behaviour/signature.ts";
import { Random } from "../../lab/random.ts";
import { lazy, NOON } from "./kinds.ts";
import { dayMs, interview, type OddHost, swapped } from "./odd_host.ts";

/** Hosts that answer as these stacks do. */
const LINUX: Partial<OddHost> = {
  answersOddCode: true,
  copiesTos: true,
  replyBytes: () => 20,
};
const BSD: Partial<OddHost> = {
  answersOddCode: true,
  copiesTos: true,
  copiesCode: true,
  replyBytes: (length) => length,
};

function guess(host: Partial<OddHost>, seed = 1, rounds = 3): string | undefined {
  const odd = { write: lazy(dayMs), rttMs: 5, jitterMs: 1, loss: 0.05, startUnixMs: NOON };
  return classify(interview({ ...odd, ...host }, new Random(seed), rounds)).likelySystem;
}

Deno.test("likely system: hosts that answer as a known stack does, behind up to 30 routers", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const hops = seed % 30;
    assertEquals(guess({ ...LINUX, ttl: 64 - hops }, seed), "Linux");
    assertEquals(guess({ ...BSD, ttl: 64 - hops }, seed), "FreeBSD or macOS");
    assertEquals(guess({ ...BSD, ttl: 255 - hops }, seed), "NetBSD or Solaris or illumos");
    const random = (before: number) => (before * 40_503 + 12_829) & 0xffff;
    const openBsd = { ...BSD, ttl: 255 - hops, nextIdentification: random };
    assertEquals(guess(openBsd, seed), "NetBSD, OpenBSD or Solaris or illumos");
    const windows = { ttl: 128 - hops, write: lazy((ms) => swapped(dayMs(ms))) };
    assertEquals(guess(windows, seed), "Windows");
  }
});

Deno.test("likely system: one trait that contradicts is enough, and nothing is said of little", () => {
  assertEquals(guess({ ...LINUX, ttl: 255 }), undefined);
  assertEquals(guess({ ...LINUX, ttl: 64, answersBadChecksum: true }), undefined);
  assertEquals(guess({ ...LINUX, ttl: 64, copiesTos: false }), undefined);
  assertEquals(guess({ ...LINUX, ttl: 64, nextIdentification: () => 0 }), undefined);
  assertEquals(guess({ ...BSD, ttl: 64, replyBytes: () => 20 }), undefined);
  assertEquals(guess({ ttl: 128 }), undefined);
  // What Linux never writes, whatever its manners are.
  const odd: readonly OddHost["write"][] = [
    () => [4711, 4711],
    ({ request }) => [request.originate, request.originate],
    lazy((ms) => Math.floor(ms / 1000)),
    lazy((ms) => dayMs(ms) + 0x8000_0000),
    lazy((ms) => dayMs(ms) - dayMs(ms) % 10),
  ];
  for (const write of odd) assertEquals(guess({ ...LINUX, ttl: 64, write }), undefined);
  assertEquals(
    findLikelySystem({ initialTtl: 64, isLazy: true, counting: "standard" }),
    undefined,
  );
  assertEquals(findLikelySystem({}), undefined);
});

Deno.test("likely system: five traits are enough, or all where a signature has fewer", () => {
  const four = { initialTtl: 64, isLazy: true, counting: "standard", isCoarse: false } as const;
  assertEquals(findLikelySystem(four), undefined);
  assertEquals(findLikelySystem({ ...four, oddCode: "zero" }), "Linux");
  assertEquals(findLikelySystem({ ...four, oddCode: "none" }), undefined);
  assertEquals(findLikelySystem({ counting: "little-endian" }), undefined);
  assertEquals(findLikelySystem({ counting: "little-endian", initialTtl: 128 }), "Windows");
});

Deno.test("likely system: each signature finds its own system, and says where it is from", () => {
  for (const { system, source, traits } of SIGNATURES) {
    const found = findLikelySystem(traits) ?? "";
    assert(found.includes(system), `${system}: ${found}`);
    assert(source.length > 20, source);
  }
});
