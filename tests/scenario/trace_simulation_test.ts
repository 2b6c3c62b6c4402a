/** Whole traces over simulated paths: what is sent and when, what is found, and who is named. */

import { assert, assertEquals } from "@std/assert";
import type { TraceFindings } from "../../src/run/trace/findings.ts";
import type { FateRule, Network } from "../support/simulated_network.ts";
import { FIRST_HOST } from "../support/simulated_run.ts";
import {
  ECHO,
  FIRST_ROUTER,
  routers,
  type SentRequest,
  type SimulatedTraceOptions,
  TIMESTAMP,
  traceSimulated,
} from "../support/simulated_trace.ts";

const HOPS = routers(3);
const HOST = FIRST_HOST & 0xff;
/** Between a host and the third router lies one more hop: the host itself. */
const DISTANCE = 4;
const PROHIBITED = { type: 3, code: 13 };

async function trace(rules: readonly FateRule[], options: SimulatedTraceOptions = {}) {
  return await withFirst(await traceSimulated({ hops: HOPS, rules }, options));
}

function withFirst<T extends { readonly result: { readonly hosts: readonly TraceFindings[] } }>(
  traced: T,
) {
  const [host] = traced.result.hosts;
  assert(host !== undefined);
  return { ...traced, host };
}

/** Times at which requests were sent, in milliseconds after the first of them. */
function times(sent: readonly SentRequest[], isOne: (request: SentRequest) => boolean): number[] {
  const found = sent.filter(isOne).map(({ atMs }) => atMs);
  return found.map((atMs) => atMs - (found[0] as number));
}

/** Whether times are those expected, but for probes that were held up by the rate. */
function assertTimes(seen: readonly number[], expected: readonly number[]): void {
  assertEquals(seen.length, expected.length, `${seen}`);
  for (const [i, atMs] of seen.entries()) {
    assert(Math.abs(atMs - (expected[i] as number)) <= 12, `${seen} and not ${expected}`);
  }
}

const counts = ({ sent, answered }: { readonly sent: number; readonly answered: number }) => [
  sent,
  answered,
];

Deno.test("trace: a path on which all answer: each hop once, each clock within its bounds, nothing in doubt", async () => {
  const { host, result, sent, closed, witnessed, transport } = await withFirst(
    await traceSimulated({ hops: HOPS, clock: { offsetMs: 700 } }, { seen: 5 }),
  );
  assertEquals(host.verdict, { finding: "answers", text: "answers both" });
  assertEquals(host.evidence, [
    "echo requests: 10 of 10 answered",
    "timestamp requests: 10 of 10 answered",
    "the host is hop 4",
  ]);
  assertEquals([result.reason, result.answered, result.targets], ["complete", 1, 1]);
  assertEquals([closed, transport.closes], [["witness"], 1]);
  const toHost = sent.filter(({ to }) => to === FIRST_HOST);
  assertEquals(new Set(toHost.map(({ numbers }) => numbers >>> 16)), new Set(witnessed));
  const { totals } = result;
  assertEquals(totals.sent, sent.length);
  assertEquals(totals.icmpErrors, 2 * 3 * 3);
  assertEquals(totals.received, sent.length - totals.icmpErrors);
  assertEquals([totals.lost, totals.unsent, totals.duplicates, totals.late], [0, 0, 0, 0]);
  assertEquals(host.time, result.time);
  const { clock } = transport;
  assertEquals(host.time, clock.baseUnixMs / 1000 + clock.now().realtimeNs / 1e9);
  const [path, ...others] = host.paths;
  assertEquals([path?.flows, others], [1, []]);
  assertEquals(
    path?.hops.map((hop) => [hop.hop, hop.address, hop.addresses, hop.isTarget, hop.path]),
    [
      ...HOPS.map((address, i) => [i + 1, address, [address], false, 1]),
      [DISTANCE, FIRST_HOST, [], true, 1],
    ],
  );
  for (const { hop, echo, timestamp, offset, refusal, changes, labels } of path?.hops ?? []) {
    assertEquals([counts(echo), counts(timestamp)], [[3, 3], [3, 3]]);
    assertEquals([echo.rttMs?.median, refusal, changes, labels], [
      hop < DISTANCE ? 4 : 10,
      undefined,
      [],
      [],
    ]);
    const { lowerMs = NaN, upperMs = NaN } = offset ?? {};
    assert(lowerMs <= 700 && upperMs >= 700 && upperMs - lowerMs < 11, `${lowerMs} ${upperMs}`);
  }
  assertEquals(
    host.seen.hops.map(({ askedEcho, askedTimestamp }) => [
      counts(askedEcho),
      counts(askedTimestamp),
    ]),
    HOPS.map(() => [[3, 3], [8, 8]]),
  );
});

Deno.test("trace: probes leave in rounds at the rate of the run; clocks are asked at distances without a common divisor", async () => {
  for (const ratePps of [1000, 2000]) {
    const { sent, transport } = await trace([], { ratePps });
    const isDirect = ({ to, ttl, type }: SentRequest) =>
      to === FIRST_HOST && ttl === 64 && type === ECHO;
    const direct = sent.filter(isDirect).filter(({ start }) => start > 20);
    assertTimes(times(direct, () => true), [0, 150, 300]);
    for (const [i, address] of HOPS.entries()) {
      const toHop = (type: number) =>
        times(sent, (each) => each.to === address && each.type === type);
      assertTimes(toHop(ECHO), [0, 150, 300]);
      assertTimes(toHop(TIMESTAMP), [0, 8, 30, 62, 103, 154, 217, 289]);
      assertTimes(times(sent, (each) => each.to === FIRST_HOST && each.ttl === i + 1), [
        ...[0, 0, 150, 150, 300, 300],
      ]);
    }
    const handed = transport.requests.map(({ handedNs }) => handedNs);
    const gaps = handed.slice(1).map((atNs, i) => atNs - (handed[i] as number));
    assert(Math.min(...gaps) >= 0.9 * 1e9 / ratePps, `${Math.min(...gaps)}`);
  }
});

Deno.test("trace: no two probes to one address have the same numbers, whatever part sends them", async () => {
  const { sent } = await trace([{ types: [TIMESTAMP], hosts: [HOST], fate: { leastGapMs: 200 } }]);
  const numbers = sent.map(({ to, numbers }) => `${to} ${numbers}`);
  assertEquals(new Set(numbers).size, numbers.length);
});

Deno.test("trace: the kinds take turns in being first at a hop", async () => {
  const { sent } = await trace([]);
  const types = sent.filter(({ to, ttl }) => to === FIRST_HOST && ttl === 2).map(({ type }) =>
    type
  );
  assertEquals(types, [ECHO, TIMESTAMP, TIMESTAMP, ECHO, ECHO, TIMESTAMP]);
});

Deno.test("trace: a filter of requests is found between two hops, and both are probed again, slowly", async () => {
  const filter = { types: [TIMESTAMP], fromTtl: 3, fate: { isFiltered: true } };
  const { host, sent } = await trace([filter]);
  assertEquals(host.verdict, {
    finding: "requests_dropped",
    text: "timestamp requests are dropped between hop 2 and hop 3; echo passes",
    afterHop: 2,
    beforeHop: 3,
  });
  assertEquals([host.seen.echo.answered, host.seen.timestamp.answered], [10, 0]);
  assertEquals(counts(host.seen.badChecksum), [2, 0]);
  assertEquals(host.seen.hops.map(({ expiredTimestamp }) => counts(expiredTimestamp)), [
    [3, 3],
    [3, 3],
    [5, 0],
  ]);
  const again = sent.filter(({ to, ttl, atMs }) => to === FIRST_HOST && ttl === 3 && atMs > 1000);
  assertTimes(times(again, () => true), [0, 0, 600, 600]);
  assertEquals(again.map(({ type }) => type), [TIMESTAMP, ECHO, TIMESTAMP, ECHO]);
  // Wrong checksums at once and a round later; the hops first after a longer pause.
  const bad = sent.filter(({ to, ttl, type, atMs }) =>
    to === FIRST_HOST && ttl === 64 && type === TIMESTAMP && atMs > 1000
  );
  assertTimes(times(bad, () => true), [0, 150]);
  const firstAgain = (again[0]?.atMs ?? NaN) - (bad[0]?.atMs ?? NaN);
  assert(firstAgain > 560 && firstAgain <= 600, `${firstAgain}`);
});

Deno.test("trace: a silent host is asked again, slowly, and five silent hops are shown", async () => {
  const { host, result, sent } = await trace([{ fromTtl: 3, fate: { isFiltered: true } }]);
  assertEquals(result.answered, 0);
  assertEquals(host.verdict, {
    finding: "silent",
    text: "down, or all ICMP is filtered after hop 2",
    afterHop: 2,
  });
  assertEquals([host.seen.distance, host.seen.hops.length], [undefined, 7]);
  assertEquals(host.paths[0]?.hops.map(({ address }) => address), [
    ...HOPS.slice(0, 2),
    ...Array(5).fill(undefined),
  ]);
  const slow = (type: number) =>
    times(
      sent,
      (each) =>
        each.to === FIRST_HOST && each.ttl === 64 && each.type === type && each.start === 20 &&
        each.atMs > 1800,
    );
  assertTimes(slow(ECHO), [0, 1100]);
  assertTimes(slow(TIMESTAMP), [0, 1100]);
});

Deno.test("trace: a host that a router refuses is not asked again, and the refusal is shown at its hop", async () => {
  const error = { ...PROHIBITED, reporter: HOPS[1] as number };
  const { host, sent } = await trace([{ fromTtl: 3, fate: { error } }]);
  const { finding, text, from, afterHop } = host.verdict;
  assertEquals([finding, text, from, afterHop], [
    "refused",
    "refused by 10.0.0.102: communication administratively prohibited",
    "10.0.0.102",
    2,
  ]);
  assertEquals(host.seen.refusals.echo, host.seen.refusals.timestamp);
  assertEquals(host.seen.refusals.echo?.isOwn, false);
  assertEquals(sent.filter(({ to, atMs }) => to === FIRST_HOST && atMs > 1600), []);
});

Deno.test("trace: one kind is refused and the other passes", async () => {
  const error = { ...PROHIBITED, reporter: HOPS[1] as number };
  const { host, sent } = await trace([{ types: [TIMESTAMP], fromTtl: 3, fate: { error } }]);
  assertEquals(host.verdict.finding, "refused");
  assertEquals(host.verdict.text.endsWith("echo passes"), true);
  assertEquals(Object.keys(host.seen.refusals), ["timestamp"]);
  assertEquals(host.seen.distance, DISTANCE);
  // Where every timestamp request is refused, those that were planned farther away are not sent.
  const farther = sent.filter(({ type, ttl, atMs }) =>
    type === TIMESTAMP && ttl === DISTANCE + 1 && atMs > 100
  );
  assertEquals(farther, []);
});

Deno.test("trace: this machine's own refusals are recognised by its address and by the error of the system", async () => {
  const own = { ...PROHIBITED, reporter: 0xc0000201 };
  const byIcmp = await trace([{ types: [TIMESTAMP], fate: { error: own } }]);
  assertEquals([byIcmp.host.verdict.finding, byIcmp.host.seen.refusals.timestamp?.isOwn], [
    "local_firewall",
    true,
  ]);
  const elsewhere = await trace([{ types: [TIMESTAMP], fate: { error: own } }], {
    route: { kind: "unreachable", message: "" },
  });
  assertEquals(elsewhere.host.seen.refusals.timestamp?.isOwn, false);
  const chosen = await trace([{ types: [TIMESTAMP], fate: { error: own } }], {
    route: { kind: "unreachable", message: "" },
    sourceAddress: 0xc0000201,
  });
  assertEquals(chosen.host.seen.refusals.timestamp?.isOwn, true);
  const refused = await trace([
    { types: [TIMESTAMP], fate: { refuse: { code: "EPERM", errno: 1 } } },
  ]);
  assertEquals([refused.host.verdict.finding, refused.host.seen.unsent], [
    "local_firewall",
    { timestamp: "EPERM" },
  ]);
  assertEquals(counts(refused.host.seen.timestamp), [0, 0]);
  // Where nothing was sent, a wrong checksum would be refused as well.
  assertEquals(refused.host.seen.badChecksum.sent, 0);
});

Deno.test("trace: without a route nothing is sent, and no hop is shown", async () => {
  const { host, result } = await trace([{ fate: { refuse: { code: "ENETUNREACH", errno: 101 } } }]);
  assertEquals(host.verdict, {
    finding: "no_route",
    text: "this machine has no route to it (ENETUNREACH)",
  });
  assertEquals([host.paths.flatMap(({ hops }) => hops), result.totals.sent], [[], 0]);
});

Deno.test("trace: a full queue of this machine says nothing about the path", async () => {
  const { host } = await trace([
    { probes: [0, 1, 5], fate: { refuse: { code: "ENOBUFS", errno: 105 } } },
  ]);
  assertEquals([host.verdict.finding, host.seen.unsent], ["answers", {}]);
});

Deno.test("trace: replies that the firewall drops are seen by the witness, and only without any that arrives", async () => {
  const noReplies = { types: [TIMESTAMP], fate: { lossBackRatio: 1 } };
  const find = async (rules: readonly FateRule[], seen?: number) => {
    const { host } = await trace(rules, seen === undefined ? {} : { seen });
    return [host.seen.isBlockedHere, host.verdict.finding];
  };
  assertEquals(await find([noReplies], 1), [true, "local_firewall"]);
  assertEquals((await find([noReplies], 0))[0], false);
  assertEquals((await find([noReplies]))[0], false);
  assertEquals(await find([], 9), [false, "answers"]);
  // A router that answers has nothing to do with the replies of the host.
  assertEquals((await find([{ ...noReplies, hosts: [HOST] }], 1))[0], true);
});

Deno.test("trace: a host that keeps a rate answers the slow probes and few of a burst", async () => {
  const limited = (leastGapMs: number) =>
    trace([{ types: [TIMESTAMP], hosts: [HOST], fate: { leastGapMs } }]);
  const { host, sent } = await limited(200);
  assertEquals(host.seen.rate, { sent: 20, answered: 2, rate: 50 });
  assertEquals(host.verdict.finding, "rate_limited");
  const rate = sent.filter(({ to, atMs }) => to === FIRST_HOST && atMs > 2700);
  assertTimes(times(rate, () => true), [
    ...[0, 1100, 2200],
    ...Array.from({ length: 20 }, (_, i) => 3300 + 20 * i),
  ]);
  // One that answers more than 12 of the 20 is not limited, nor is one that misses slow ones.
  const often = await limited(21);
  assertEquals([often.host.verdict.finding, often.host.seen.rate?.answered], ["rate_limited", 10]);
  assertEquals((await limited(1500)).host.seen.rate, undefined);
  const lucky = await trace([{
    hosts: [HOST],
    types: [TIMESTAMP],
    probes: [1, 2],
    fate: { lossBackRatio: 1 },
  }]);
  assertEquals([lucky.host.seen.rate, lucky.host.verdict.finding], [undefined, "answers"]);
  assertEquals(lucky.sent.filter(({ atMs }) => atMs > 4000).length > 19, true);
});

Deno.test("trace: a host that answers only wrong checksums, and one in whose place another answers", async () => {
  const onlyWrong = await trace([{
    ...{ hosts: [HOST], types: [TIMESTAMP], fromTtl: DISTANCE, isChecksumRight: true },
    fate: { lossBackRatio: 1 },
  }]);
  assertEquals(onlyWrong.host.verdict.finding, "wrong_checksum_only");
  assertEquals(counts(onlyWrong.host.seen.badChecksum), [2, 2]);
  const other = await trace([
    { hosts: [HOST], types: [TIMESTAMP], fate: { mangling: "wrong-source" } },
  ]);
  assertEquals([other.host.verdict.finding, other.host.verdict.from], [
    "other_answers",
    "198.19.0.1",
  ]);
});

Deno.test("trace: a router whose errors are followed by answers is named, and what it said is taken back", async () => {
  const error = { ...PROHIBITED, reporter: HOPS[1] as number, alsoReply: true };
  const { host, result } = await trace([{ hosts: [HOST], fromTtl: DISTANCE, fate: { error } }]);
  assertEquals([host.seen.forgers, host.verdict.finding], [["10.0.0.102"], "answers"]);
  assertEquals([host.seen.refusals, host.seen.distance], [{}, DISTANCE]);
  assertEquals([counts(host.seen.echo), counts(host.seen.timestamp)], [[10, 10], [10, 10]]);
  assertEquals(result.totals.duplicates > 0, true);
  assertEquals(host.paths[0]?.hops.map(({ refusal }) => refusal), Array(4).fill(undefined));
});

Deno.test("trace: an expiry that was none is taken back from its hop", async () => {
  const error = { type: 11, code: 0, reporter: HOPS[0] as number, alsoReply: true };
  const { host } = await trace([{ hosts: [HOST], fromTtl: DISTANCE, toTtl: 9, fate: { error } }]);
  assertEquals([host.seen.forgers, host.seen.distance], [["10.0.0.101"], DISTANCE]);
  const last = host.paths[0]?.hops.at(-1);
  assertEquals([last?.isTarget, last?.addresses, last?.address], [true, [], FIRST_HOST]);
  assertEquals([counts(last?.echo ?? { sent: 0, answered: 0 })], [[3, 3]]);
});

Deno.test("trace: errors that come too late show who is there, and accuse no one", async () => {
  const late = (error: NonNullable<FateRule["fate"]["error"]>, rule: Partial<FateRule> = {}) =>
    trace([{ ...rule, fate: { error } }], { timeoutMs: 300 });
  const expired = await late(
    { type: 11, code: 0, reporter: HOPS[1] as number, afterMs: 400 },
    { hosts: [HOST], fromTtl: 4, toTtl: 4 },
  );
  const hop = expired.host.paths[0]?.hops[3];
  assertEquals([hop?.addresses, hop?.echo.answered], [[HOPS[1]], 0]);
  assertEquals(expired.host.seen.forgers, []);
  const refused = await late(
    { ...PROHIBITED, reporter: HOPS[2] as number, afterMs: 400 },
    { hosts: [HOST], types: [TIMESTAMP], fromTtl: 64 },
  );
  assertEquals(refused.host.seen.forgers, []);
});

Deno.test("trace: late and repeated errors about probes of the second and third part accuse no one", async () => {
  // The host answers at first. Then the last router finds it gone, as after a failed ARP.
  const gone = (times: number, afterMs: number, from: number): FateRule => ({
    ...{ hosts: [HOST], types: [TIMESTAMP], fromTtl: 64 },
    probes: Array.from({ length: 100 }, (_, i) => from + i),
    fate: { error: { type: 3, code: 1, reporter: HOPS[2] as number, times, afterMs } },
  });
  const { sent } = await trace([]);
  const interview = sent.filter(({ to, atMs }) => to === FIRST_HOST && atMs < 315).length;
  for (const [times, afterMs] of [[2, 4], [1, 1500]] as const) {
    const { host } = await trace([gone(times, afterMs, interview)]);
    assertEquals(host.seen.forgers, [], `${times} times after ${afterMs} ms`);
    assertEquals(host.seen.timestamp.answered > 0, true);
  }
});

Deno.test("trace: answers that come too late count, also those that come when the next part has begun", async () => {
  const { host, result } = await trace([{ hosts: [HOST], fate: { back: 400 } }, {
    ...{ hosts: [FIRST_ROUTER & 0xff], fate: { back: 400 } },
  }], { timeoutMs: 300, tries: 4 });
  assertEquals(
    host.evidence,
    [
      ...["echo requests: 12 of 12 answered", "timestamp requests: 12 of 12 answered"],
      "the host is hop 4",
    ].map((line) => line.replaceAll("12", String(host.seen.echo.sent))),
  );
  assertEquals([host.seen.echo.answered, host.seen.timestamp.answered], [
    host.seen.echo.sent,
    host.seen.timestamp.sent,
  ]);
  assertEquals(counts(host.seen.ipTimestamp), [4, 4]);
  assertEquals(counts(host.seen.hops[0]?.askedTimestamp ?? { sent: 0, answered: 0 }), [8, 6]);
  assertEquals([result.totals.lost > 0, result.totals.late > 0], [true, true]);
  assertEquals(host.paths[0]?.hops.at(-1)?.echo.rttMs?.median, 405);
});

Deno.test("trace: flows that a router sends over different paths are shown as such, like ones once", async () => {
  const twin = 0x0a000088;
  const network = { hops: [HOPS[0] as number, [HOPS[1] as number, twin], HOPS[2] as number] };
  const { host } = await withFirst(await traceSimulated(network, { flows: 8 }));
  assertEquals(host.verdict.finding, "answers");
  assertEquals(host.paths.map(({ hops }) => hops.map(({ address }) => address)).sort(), [
    [HOPS[0], HOPS[1], HOPS[2], FIRST_HOST],
    [HOPS[0], twin, HOPS[2], FIRST_HOST],
  ]);
  assertEquals(host.paths.reduce((sum, { flows }) => sum + flows, 0), 8);
  assertEquals(host.paths.map(({ hops }) => hops[0]?.path), [1, 2]);
  // Probes of both kinds of one flow go one way.
  for (const { hops } of host.paths) assertEquals(hops.flatMap(({ changes }) => changes), []);
  assertEquals([host.seen.echo.answered, host.seen.timestamp.answered], [
    host.seen.echo.sent,
    host.seen.timestamp.sent,
  ]);
});

Deno.test("trace: routers that may not be asked are not, nor are addresses of broadcasts", async () => {
  for (
    const options of [
      { mayAsk: (address: number) => address !== HOPS[1] },
      { broadcasts: [HOPS[1] as number] },
    ]
  ) {
    const { sent, host } = await trace([], options);
    const asked = new Set(sent.map(({ to }) => to));
    assertEquals(asked, new Set([FIRST_HOST, HOPS[0], HOPS[2]]));
    assertEquals(host.seen.hops.map(({ askedEcho }) => askedEcho.sent), [3, 0, 3]);
  }
});

Deno.test("trace: a router that reports probes to one host and not to another limits its errors", async () => {
  const rule = { hosts: [HOST + 1], fromTtl: 2, toTtl: 2, fate: { isFiltered: true } };
  const { result, sent } = await trace([rule], { targets: 2 });
  const [first, second] = result.hosts;
  assertEquals([first?.seen.limitedHops, second?.seen.limitedHops], [[], [2]]);
  assertEquals([first?.seen.distance, second?.seen.distance], [DISTANCE, DISTANCE]);
  assertEquals([result.answered, result.targets], [2, 2]);
  // A router on both paths is asked once.
  const asked = sent.filter(({ to, type }) => to === FIRST_ROUTER && type === ECHO);
  assertEquals(asked.length, 3);
});

Deno.test("trace: one that is stopped or out of time says so, and judges by what has come", async () => {
  const silent: FateRule = { types: [TIMESTAMP], fate: { lossBackRatio: 1 } };
  const ends = [["stopped", { stopAtMs: 500 }], ["deadline", { deadlineMs: 500 }]] as const;
  for (const [reason, options] of ends) {
    const { host, result, sent } = await trace([silent], options);
    assertEquals<string>(result.reason, reason);
    assertEquals([host.verdict.finding, host.seen.isComplete], ["undecided", false]);
    assertEquals([result.totals.sent, result.durationS < 0.6], [sent.length, true]);
  }
  const never = await trace([], { stopAtMs: 0 });
  assertEquals([never.result.reason, never.sent.length], ["stopped", 0]);
  const early = await trace([], { stopAtMs: 100 });
  assertEquals([early.host.verdict.finding, early.result.reason], ["answers", "stopped"]);
});

Deno.test("trace: a loop is told by what stands on the path twice", async () => {
  const [a, b] = HOPS as [number, number];
  const hops = Array.from({ length: 64 }, (_, i) => i === 0 ? 0x0a0000fe : i % 2 === 0 ? a : b);
  const { host } = await withFirst(await traceSimulated({ hops }, { maxTtl: 10 }));
  assertEquals(host.verdict.finding, "loop");
  assertEquals(host.verdict.text, "caught in a routing loop between 10.0.0.102 and 10.0.0.101");
  assertEquals(host.paths[0]?.hops.length, 10);
});

const COUNTED: Network = { hops: HOPS, rules: [{ hosts: [HOST], fate: { duplicateRatio: 1 } }] };

Deno.test("trace: copies are counted and change nothing", async () => {
  const { result, host } = await withFirst(await traceSimulated(COUNTED));
  const plain = await trace([]);
  assertEquals(result.totals.duplicates > 0, true);
  assertEquals(host.evidence, plain.host.evidence);
});
