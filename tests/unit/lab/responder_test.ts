import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { formatHex, parseHex } from "../../support/hex.ts";
import { headerLength } from "../../lab/octets.ts";
import type { ErrorReply, HostBehaviour } from "../../lab/scenario.ts";
import { isSound, many, play } from "./simulated_lab.ts";

const NOON_NS = 43_200_000 * 1e6;

Deno.test("lab: a timestamp reply, octet by octet", () => {
  const { left } = play({ defaults: { out: 2, back: 3, clock: { offsetMs: 0.75 } } }, [
    { atNs: NOON_NS, identifier: 0x1234, sequence: 0x5678, originateMs: 43_200_000 },
  ]);
  assertEquals(left.length, 1);
  assertEquals(left[0]?.dueNs, NOON_NS + 5e6);
  assert(isSound(left[0]?.bytes ?? new Uint8Array(20)));
  const hex = formatHex(left[0]?.bytes ?? new Uint8Array(0));
  // The IPv4 identification and both checksums are left open: isSound judged those.
  const header = "45000028" + "....0000" + "4001...." + "c6120001" + "c0000201";
  // 43 200 000 is 0x02932e00; the remote stamp is 43 200 002.75, without its fraction.
  const message = "0e00...." + "12345678" + "02932e00" + "02932e02" + "02932e02";
  assert(new RegExp(`^${header}${message}$`).test(hex), hex);
});

Deno.test("lab: the stamps are the floor of the remote clock at arrival + out, whatever the delays", () => {
  const scenario = {
    defaults: {
      out: { kind: "exponential", baseMs: 1, meanMs: 5 },
      processing: { kind: "uniform", minMs: 0, maxMs: 3 },
      back: { kind: "exponential", baseMs: 1, meanMs: 5 },
      clock: { offsetMs: 123.456, skewPpm: 50 },
    },
  } as const;
  const { log } = play(scenario, many(500));
  for (const request of log.requests) {
    assertEquals(request.receiveAtNs, request.arrivalNs + request.outNs);
    const receiveNs = (request.receiveAtNs ?? NaN) + (request.receiveOffsetNs ?? NaN);
    assertEquals(request.receiveMs, Math.floor(receiveNs / 1e6));
    assertEquals(request.transmitAtNs, (request.receiveAtNs ?? NaN) + request.processingNs);
    const transmitNs = (request.transmitAtNs ?? NaN) + (request.transmitOffsetNs ?? NaN);
    assertEquals(request.transmitMs, Math.floor(transmitNs / 1e6));
    assertEquals(
      request.departures[0]?.plannedNs,
      request.arrivalNs + request.outNs + request.processingNs + request.backNs,
    );
  }
});

const BUSY: HostBehaviour = {
  out: { kind: "exponential", baseMs: 5, meanMs: 2 },
  back: { kind: "uniform", minMs: 1, maxMs: 9 },
  loss: { kind: "random", outRatio: 0.05, backRatio: 0.05 },
  duplicate: { ratio: 0.1, copies: 2, gap: 1 },
  reorder: { ratio: 0.1, holdMs: 30 },
};

Deno.test("lab: the same seed gives the same run, another seed another", () => {
  const run = (seed: number) => play({ seed, defaults: BUSY }, many(300)).log;
  assertEquals(run(5), run(5));
  assertNotEquals(run(5).requests, run(6).requests);
});

Deno.test("lab: what one host does is not shuffled by another host's requests", () => {
  const alone = many(50, { to: "198.18.0.1" });
  const other = many(50, { to: "198.18.0.2" });
  const mixed = alone.flatMap((asked, i) => [{ ...asked, atNs: i * 1e7 }, {
    ...other[i],
    atNs: i * 1e7 + 5e6,
  }]);
  const delays = (log: ReturnType<typeof play>["log"]) =>
    log.requests.filter(({ host }) => host === "198.18.0.1").map(({ outNs, backNs, fate }) => [
      outNs,
      backNs,
      fate,
    ]);
  assertEquals(
    delays(play({ defaults: BUSY }, mixed).log),
    delays(play({ defaults: BUSY }, alone).log),
  );
});

Deno.test("lab: every request has one fate, and its departures follow from it", () => {
  const { log } = play({ defaults: BUSY }, many(5000));
  const count = (fate: string) => log.requests.filter((request) => request.fate === fate).length;
  assertEquals(log.requests.length, 5000);
  assertEquals(count("replied") + count("lost_out") + count("lost_back"), 5000);
  // Five standard deviations of a binomial (0.05 of 5000) are 77.
  assert(Math.abs(count("lost_out") - 250) < 77);
  assert(Math.abs(count("lost_back") - 237) < 77);
  for (const request of log.requests) {
    const kinds = request.departures.map(({ kind }) => kind);
    if (request.fate === "replied") assert(kinds.includes("reply"));
    else assertEquals(kinds, []);
    assertEquals(request.receiveMs === undefined, request.fate === "lost_out");
  }
  const doubled = log.requests.filter(({ departures }) => departures.length === 3).length;
  assert(doubled > 350 && doubled < 560, `${doubled}`);
  assert(log.requests.every(({ departures }) => [0, 1, 3].includes(departures.length)));
});

Deno.test("lab: keepOrder keeps replies in order, reorder breaks it for those it holds", () => {
  const jitter = { kind: "uniform", minMs: 1, maxMs: 100 } as const;
  const orderOf = (behaviour: HostBehaviour) =>
    play({ defaults: behaviour }, many(100)).log.departures.map(({ request }) => request);
  const sorted = (order: number[]) => order.toSorted((a, b) => a - b);
  const kept = orderOf({ back: jitter, keepOrder: true });
  assertEquals(kept, sorted(kept));
  const free = orderOf({ back: jitter });
  assertNotEquals(free, sorted(free));
  const held = orderOf({ back: 1, keepOrder: true, reorder: { ratio: 0.2, holdMs: 25 } });
  assertNotEquals(held, sorted(held));
});

Deno.test("lab: a silent host, a deaf one, a wrong checksum, an address outside the block", () => {
  const hosts = {
    "198.18.0.2": { silent: true },
    "198.18.0.3": { answers: ["echo"] },
    "198.18.0.4": { requestChecksum: "ignore" },
  } as const;
  const { log } = play({ hosts }, [
    { to: "198.18.0.2" },
    { to: "198.18.0.3" },
    { to: "198.18.0.3", type: 8 },
    { to: "198.18.0.4", spoilChecksum: true },
    { to: "198.18.0.5", spoilChecksum: true },
    { to: "198.18.0.5", type: 17 },
    { to: "203.0.113.1" },
  ]);
  const expected = ["silent", "unanswered", "replied", "replied", "bad_checksum", "unanswered"];
  assertEquals(log.requests.map(({ fate }) => fate), expected);
});

Deno.test("lab: a token bucket passes its burst, then its rate", () => {
  const { log } = play(
    { defaults: { rateLimit: { perSecond: 10, burst: 5 } } },
    many(205),
  );
  const answered = log.requests.filter(({ fate }) => fate === "replied").length;
  // 2.04 s at 10 a second on top of the burst.
  assertEquals(answered, 25);
  assertEquals(log.requests.slice(0, 5).map(({ fate }) => fate), Array(5).fill("replied"));
});

const ERRORS: [ErrorReply, RegExp][] = [
  [{ ratio: 1, type: 3, code: 1 }, /^0301....00000000/],
  [{ ratio: 1, type: 3, code: 4, mtu: 1400 }, /^0304....00000578/],
  [{ ratio: 1, type: 4, code: 0 }, /^0400....00000000/],
  [{ ratio: 1, type: 5, code: 1, gateway: "192.0.2.77" }, /^0501....c000024d/],
  [{ ratio: 1, type: 11, code: 1 }, /^0b01....00000000/],
  [{ ratio: 1, type: 12, code: 0, pointer: 20 }, /^0c00....14000000/],
];

Deno.test("lab: ICMP errors quote the request's header and as much of it as told", () => {
  for (const [error, start] of ERRORS) {
    const { left, log } = play({ defaults: { error, out: 1, back: 1 } }, [{ atNs: 0 }]);
    const bytes = left[0]?.bytes ?? new Uint8Array(20);
    assert(isSound(bytes));
    assertEquals([log.requests[0]?.fate, left.length, left[0]?.dueNs], ["refused", 1, 2e6]);
    const hex = formatHex(bytes.subarray(20));
    assert(start.test(hex), hex);
    // The quote: the whole header and eight octets of type 13, identifier 7, sequence 1.
    assert(/^.{16}45000028006300004001....c0000201c61200010d00....00070001$/.test(hex), hex);
  }
});

Deno.test("lab: a longer quote, and one with options in the quoted header", () => {
  const error = { ratio: 1, type: 11, code: 0, from: "203.0.113.9" } as const;
  const quoteOf = (more: Partial<ErrorReply>) => {
    const { left } = play({ defaults: { error: { ...error, ...more } } }, [{}]);
    const bytes = left[0]?.bytes ?? new Uint8Array(0);
    assert(isSound(bytes));
    assertEquals([...bytes.subarray(12, 16)], [203, 0, 113, 9]);
    return bytes.subarray(28);
  };
  assertEquals(quoteOf({ quoteBytes: 20 }).length, 40);
  assertEquals(quoteOf({ quoteBytes: 1000 }).length, 40);
  assertEquals(quoteOf({ quoteBytes: 0 }).length, 20);
  const optioned = quoteOf({ quoteOptionBytes: 8 });
  assertEquals([optioned.length, headerLength(optioned), optioned[3]], [36, 28, 48]);
});

Deno.test("lab: a TTL that runs out at a router on the way", () => {
  const scenario = {
    defaults: { out: 3, back: 3, hops: ["203.0.113.1", "203.0.113.2"] },
  };
  const { left, log } = play(scenario, [1, 2, 3].map((ttl) => ({ ttl, atNs: 0 })));
  assertEquals(log.requests.map(({ fate }) => fate), ["expired", "expired", "replied"]);
  assertEquals(left.map(({ bytes }) => [...bytes.subarray(12, 16)].join(".")), [
    "203.0.113.1",
    "203.0.113.2",
    "198.18.0.1",
  ]);
  assertEquals(left.map(({ bytes }) => [bytes[8], bytes[20]]), [[64, 11], [63, 11], [62, 14]]);
  assertEquals(left.map(({ dueNs }) => dueNs), [2e6, 4e6, 6e6]);
});

/** Type 68, four prespecified entries: us (stamped 5), the host twice, us. */
const PRESPECIFIED = parseHex(
  "44 24 0d 03  c0 00 02 01 00 00 00 05  c6 12 00 01 00 00 00 00  " +
    "c6 12 00 01 00 00 00 00  c0 00 02 01 00 00 00 00",
);

Deno.test("lab: the IP timestamp option is stamped on the way in and on the way out", () => {
  const scenario = { defaults: { processing: 4, out: 1 } };
  const { left } = play(scenario, [{ atNs: NOON_NS, type: 8, options: [...PRESPECIFIED] }]);
  const bytes = left[0]?.bytes ?? new Uint8Array(0);
  assert(isSound(bytes));
  assertEquals(headerLength(bytes), 56);
  const option = formatHex(bytes.subarray(20, 56));
  const expected = "44241d03" + "c000020100000005" + "c612000102932e01" + "c612000102932e05" +
    "c000020100000000";
  assertEquals(option, expected);
});

Deno.test("lab: the other flags of the timestamp option, and its overflow count", () => {
  const optionOf = (hex: string) => {
    const { left } = play({}, [{ atNs: NOON_NS, type: 8, options: [...parseHex(hex)] }]);
    const bytes = left[0]?.bytes ?? new Uint8Array(0);
    return formatHex(bytes.subarray(20, headerLength(bytes)));
  };
  assertEquals(optionOf("440c0500 00000000 00000000"), "440c0d0002932e0002932e00");
  assertEquals(optionOf("44080500 00000000"), "4408091002932e00");
  assertEquals(optionOf("440c0501 00000000 00000000"), "440c0d11c612000102932e00");
  assertEquals(optionOf("440c0503 01020304 00000000"), "440c05030102030400000000");
  assertEquals(optionOf("01010100"), "");
});
