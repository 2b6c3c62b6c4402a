import { assert, assertEquals } from "@std/assert";
import { emitDatagram, parseQuotedDatagram, type QuotedDatagram } from "../../../src/packet/mod.ts";
import { halfSipHash } from "../../../src/packet/half_sip_hash.ts";
import { ProofChecker } from "../../../src/scan/proof.ts";
import { Random } from "../../lab/random.ts";

const key = { k0: 0x13579bdf, k1: 0x2468ace0 };
const checker = new ProofChecker(key);
const HOST = 0x0a4d0002, NOW_MS = 43_200_123;

function quoteOf(originateMs: number, quotedBytes: number, changes = {}): QuotedDatagram {
  const proof = halfSipHash(key.k0, key.k1, HOST, originateMs);
  const probe = emitDatagram({
    header: { source: 0x0a4d0001, destination: HOST, dontFragment: true },
    message: {
      kind: "timestamp-request",
      identifier: proof >>> 16,
      sequence: proof & 0xffff,
      originateMs,
      ...changes,
    },
  });
  const parsed = parseQuotedDatagram(probe.subarray(0, quotedBytes));
  if (!parsed.ok) throw new Error(parsed.malformed.reason);
  return parsed.value;
}

Deno.test("a reply proves itself; another source, originate or proof does not", () => {
  const proof = halfSipHash(key.k0, key.k1, HOST, NOW_MS);
  assert(checker.isProven(HOST, NOW_MS, proof));
  assert(!checker.isProven(HOST + 1, NOW_MS, proof));
  assert(!checker.isProven(HOST, NOW_MS + 1, proof));
  assert(!checker.isProven(HOST, NOW_MS, proof ^ 1));
  assert(!new ProofChecker({ ...key, k1: key.k1 ^ 1 }).isProven(HOST, NOW_MS, proof));
});

Deno.test("a full quote gives its originate", () => {
  assertEquals(checker.originateOfQuote(quoteOf(NOW_MS, 40), NOW_MS + 80, 600_000), NOW_MS);
});

Deno.test("a quote of eight octets gives it by its checksum, at any distance within the window", () => {
  for (const ageMs of [0, 1, 65_534, 65_535, 65_536, 300_000, 599_999]) {
    const quote = quoteOf(NOW_MS - ageMs, 28);
    assertEquals(quote.icmp?.originateMs, undefined);
    assertEquals(checker.originateOfQuote(quote, NOW_MS, 600_000), NOW_MS - ageMs, `age ${ageMs}`);
  }
  for (const [ageMs, found] of [[600_000, NOW_MS - 600_000], [600_001, undefined]] as const) {
    assertEquals(checker.originateOfQuote(quoteOf(NOW_MS - ageMs, 28), NOW_MS, 600_000), found);
  }
});

Deno.test("a quote of eight octets is traced over midnight and for every residue", () => {
  const justBefore = 86_399_990;
  assertEquals(checker.originateOfQuote(quoteOf(justBefore, 28), 5, 600_000), justBefore);
  // The last millisecond of the day, the first one, and the ends of the window around midnight.
  for (const [originate, latest] of [[86_399_999, 5], [0, 5], [0, 0], [86_400_000 - 599_995, 5]]) {
    const quote = quoteOf(originate as number, 28);
    assertEquals(checker.originateOfQuote(quote, latest as number, 600_000), originate);
  }
  assertEquals(checker.originateOfQuote(quoteOf(86_400_000 - 599_996, 28), 5, 600_000), undefined);
  const random = new Random(3);
  for (let round = 0; round < 2000; round++) {
    const latest = random.u32() % 86_400_000;
    const originate = (latest + 86_400_000 - random.u32() % 600_000) % 86_400_000;
    assertEquals(checker.originateOfQuote(quoteOf(originate, 28), latest, 600_000), originate);
  }
});

Deno.test("a quote with one field changed matches no probe", () => {
  for (const bytes of [28, 40]) {
    for (const changes of [{ identifier: 1 }, { sequence: 1 }]) {
      assertEquals(
        checker.originateOfQuote(quoteOf(NOW_MS, bytes, changes), NOW_MS, 600_000),
        undefined,
      );
    }
    const other = quoteOf(NOW_MS, bytes);
    const moved = { ...other, header: { ...other.header, destination: HOST + 1 } };
    assertEquals(checker.originateOfQuote(moved, NOW_MS, 600_000), undefined);
  }
});

Deno.test("of a hundred thousand forgeries by random guess none is proven", () => {
  const random = new Random(11);
  let proven = 0;
  for (let forgery = 0; forgery < 100_000; forgery++) {
    if (checker.isProven(random.u32(), random.u32() % 86_400_000, random.u32())) proven++;
  }
  assertEquals(proven, 0);
});
