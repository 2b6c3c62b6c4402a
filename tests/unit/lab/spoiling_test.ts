import { assert, assertEquals } from "@std/assert";
import { formatHex } from "../../support/hex.ts";
import { checksum, headerLength, read16, read32 } from "../../lab/octets.ts";
import {
  type Corruption,
  type CorruptionKind,
  corruptionKinds,
  type ForgeryKind,
} from "../../lab/scenario.ts";
import { type Asked, isSound, type Left, many, play } from "./simulated_lab.ts";

const ASKED: Asked = { atNs: 0, identifier: 0x1234, sequence: 5000, originateMs: 777 };
const WHOLE = play({}, [ASKED]).left[0]?.bytes ?? new Uint8Array(0);

function corrupted(kind: CorruptionKind, more: Partial<Corruption> = {}): Left[] {
  return play({ defaults: { corruption: { ratio: 1, kinds: [kind], ...more } } }, [ASKED]).left;
}

function only(left: Left[]): Uint8Array {
  assertEquals(left.length, 1);
  return left[0]?.bytes ?? new Uint8Array(0);
}

function differingBits(left: Uint8Array, right: Uint8Array): number {
  assertEquals(left.length, right.length);
  return left.reduce((sum, byte, i) => {
    const difference = (byte ^ (right[i] ?? 0)).toString(2);
    return sum + difference.replaceAll("0", "").length;
  }, 0);
}

Deno.test("lab corruption: one bit flipped, anywhere or in the message", () => {
  assertEquals(differingBits(only(corrupted("flip-bit")), WHOLE), 1);
  const flipped = only(corrupted("flip-icmp-bit"));
  assertEquals(differingBits(flipped, WHOLE), 1);
  assertEquals(formatHex(flipped.subarray(0, 20)), formatHex(WHOLE.subarray(0, 20)));
});

Deno.test("lab corruption: truncated honestly, with a right checksum, and with a lying length", () => {
  const cut = only(corrupted("truncate", { bytes: 10 }));
  assertEquals([cut.length, read16(cut, 2), checksum(cut, 0, 20)], [30, 30, 0]);
  const sealed = only(corrupted("truncate-checksummed", { bytes: 10 }));
  assertEquals(sealed.length, 30);
  assert(isSound(sealed));
  const lying = only(corrupted("truncate-lying", { bytes: 10 }));
  assertEquals([lying.length, read16(lying, 2)], [30, 40]);
});

Deno.test("lab corruption: extended, padded, with options", () => {
  const extended = only(corrupted("extend", { bytes: 5 }));
  assertEquals([extended.length, read16(extended, 2)], [45, 45]);
  const sealed = only(corrupted("extend-checksummed", { bytes: 5 }));
  assertEquals(sealed.length, 45);
  assert(isSound(sealed));
  const padded = only(corrupted("pad", { bytes: 6 }));
  assertEquals([padded.length, read16(padded, 2)], [46, 40]);
  const optioned = only(corrupted("ip-options", { bytes: 7 }));
  assert(isSound(optioned));
  assertEquals([headerLength(optioned), optioned.length], [28, 48]);
  assertEquals(formatHex(optioned.subarray(28)), formatHex(WHOLE.subarray(20)));
});

Deno.test("lab corruption: two fragments join to the whole message", () => {
  const [first, second] = corrupted("fragment").map(({ bytes }) => bytes);
  assert(first !== undefined && second !== undefined);
  assertEquals([read16(first, 6), read16(second, 6)], [0x2000, 1]);
  assertEquals([checksum(first, 0, 20), checksum(second, 0, 20)], [0, 0]);
  assertEquals([read16(first, 4), read16(first, 2), read16(second, 2)], [
    read16(second, 4),
    28,
    32,
  ]);
  const joined = formatHex(first.subarray(20)) + formatHex(second.subarray(20));
  assertEquals(joined, formatHex(WHOLE.subarray(20)));
  assertEquals(formatHex(only(corrupted("fragment-first-only"))), formatHex(first));
});

Deno.test("lab corruption: a wrong ICMP checksum in an otherwise right reply", () => {
  const spoiled = only(corrupted("bad-checksum"));
  assertEquals(checksum(spoiled, 0, 20), 0);
  assert(checksum(spoiled, 20, 40) !== 0);
  spoiled.set(WHOLE.subarray(22, 24), 22);
  assertEquals(formatHex(spoiled), formatHex(WHOLE));
});

Deno.test("lab corruption: the log names the kind, and a duplicate is clean", () => {
  const { log, left } = play({
    defaults: {
      corruption: { ratio: 1, kinds: corruptionKinds },
      duplicate: { ratio: 1, gap: 1 },
    },
  }, many(200));
  const details = new Set(log.departures.flatMap(({ detail }) => detail ?? []));
  assertEquals([...details].toSorted(), corruptionKinds.toSorted());
  log.departures.forEach((departure, i) => {
    if (departure.kind !== "duplicate") return;
    assert(isSound(left[i]?.bytes ?? WHOLE.subarray(1)));
    assertEquals(departure.lengthBytes, 40);
  });
});

interface Identity {
  readonly source: string;
  readonly identifier: number;
  readonly sequence: number;
  readonly originateMs: number;
}

function identityOf(bytes: Uint8Array): Identity {
  return {
    source: [...bytes.subarray(12, 16)].join("."),
    identifier: read16(bytes, 24),
    sequence: read16(bytes, 26),
    originateMs: read32(bytes, 28),
  };
}

Deno.test("lab forgery: each kind is a sound packet that lies about what it is named for", () => {
  const truth = identityOf(WHOLE);
  const forged = (kind: ForgeryKind) => {
    const { left, log } = play({ defaults: { out: 5, forgery: { ratio: 1, kinds: [kind] } } }, [
      ASKED,
    ]);
    assertEquals(log.departures.map(({ kind }) => kind), ["forged", "reply"]);
    assertEquals(log.departures[0]?.detail, kind);
    assertEquals(left.map(({ dueNs }) => dueNs), [0, 5e6]);
    assertEquals(identityOf(left[1]?.bytes ?? WHOLE), truth);
    assert(isSound(left[0]?.bytes ?? WHOLE.subarray(1)));
    return identityOf(left[0]?.bytes ?? WHOLE);
  };
  assertEquals(forged("other-address"), { ...truth, source: "198.18.0.2" });
  assertEquals(forged("stale-sequence"), { ...truth, sequence: 4000 });
  const { identifier } = forged("other-identifier");
  assert(identifier !== truth.identifier);
  assertEquals(forged("other-identifier"), { ...truth, identifier });
  const { originateMs } = forged("other-originate");
  assert(originateMs !== truth.originateMs);
  const keyless = forged("without-key");
  assertEquals(keyless.source, truth.source);
  assert(keyless.identifier !== truth.identifier && keyless.originateMs !== truth.originateMs);
});

Deno.test("lab forgery: instead of the reply, and for a host that is silent", () => {
  const forgery = { ratio: 1, kinds: ["other-address"], from: "203.0.113.5" } as const;
  const instead = play({ defaults: { forgery: { ...forgery, instead: true } } }, [ASKED]).log;
  assertEquals(instead.departures.map(({ kind }) => kind), ["forged"]);
  const { log, left } = play({ defaults: { silent: true, forgery } }, [ASKED]);
  assertEquals([log.requests[0]?.fate, log.requests[0]?.receiveMs], ["silent", undefined]);
  assertEquals(identityOf(only(left)).source, "203.0.113.5");
});

Deno.test("lab mutation: as many as told, nearly all deliverable, half of those with a right checksum", () => {
  const { left, log } = play({ defaults: { mutation: { ratio: 1, copies: 20 } } }, many(200));
  assertEquals([left.length, log.departures.every(({ kind }) => kind === "mutated")], [4000, true]);
  let deliverable = 0;
  let checksummed = 0;
  let short = 0;
  for (const { bytes } of left) {
    if (bytes.length < 20 || bytes[0] === undefined) continue;
    const start = headerLength(bytes);
    const isDeliverable = bytes[0] >>> 4 === 4 && start >= 20 && start <= bytes.length &&
      read16(bytes, 2) === bytes.length && checksum(bytes, 0, start) === 0 && bytes[9] === 1 &&
      read32(bytes, 16) === 0xc0000201;
    if (!isDeliverable) continue;
    deliverable++;
    if (bytes.length < start + 20) short++;
    if (bytes.length > start && checksum(bytes, start, bytes.length) === 0) checksummed++;
  }
  assert(deliverable > 3700, `${deliverable}`);
  assert(checksummed > 1500 && checksummed < 2900, `${checksummed}`);
  assert(short > 400, `${short}`);
  // One change in four is alone, and a cut or an edge value is often the same as another one.
  const distinct = new Set(left.map(({ bytes }) => formatHex(bytes))).size;
  assert(distinct > 3000, `${distinct}`);
});

Deno.test("lab mutation: the true reply may follow, and is untouched", () => {
  const { left, log } = play({
    defaults: { mutation: { ratio: 1, copies: 3, alsoTrue: true } },
  }, [ASKED]);
  const kinds = log.departures.map(({ kind }) => kind);
  assertEquals(kinds, ["mutated", "mutated", "mutated", "reply"]);
  assertEquals(formatHex(left[3]?.bytes ?? new Uint8Array(0)), formatHex(WHOLE));
});
