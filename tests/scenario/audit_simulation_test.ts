/** Whole audits over a simulated network: who is asked what and when, and what is said of each host. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { HostFindings, Verdict } from "../../src/run/audit/host_findings.ts";
import type { HostKind } from "../support/simulated_network.ts";
import { PackedBlocks } from "../../src/targets/packed_blocks.ts";
import {
  auditSimulated,
  type SimulatedAudit,
  type SimulatedAuditOptions,
} from "../support/simulated_audit.ts";
import { readRequest, writeErrorReply } from "../support/simulated_datagram.ts";
import { FIRST_HOST } from "../support/simulated_run.ts";
import { answer, type Behaviour } from "../support/swept_network.ts";

const HOUR_MS = 3_600_000;
const BLOCK = 0x0a010000;
/** Questions of one round. */
const QUESTIONS = 7;

/** When the requests to a host left, milliseconds after the first. */
function timesOf({ transport }: SimulatedAudit, address: number): number[] {
  const sent = transport.requests.filter(({ destination }) => destination === address);
  return sent.map(({ handedNs }) => (handedNs - (sent[0]?.handedNs ?? 0)) / 1e6);
}

/** A sweep of 256 addresses. */
function block(behaviour: Behaviour): NonNullable<SimulatedAuditOptions["blocks"]> {
  const targets = new PackedBlocks();
  targets.push(BLOCK, BLOCK + 255);
  return { options: { targets, rate: 2000, cooldownMs: 500, seed: 5 }, behaviour };
}

const everyFourth: Behaviour = (probe) =>
  probe.destination % 4 === 0 ? [{ bytes: answer(probe), delayMs: 10 }] : [];

Deno.test("audit: each kind of clock gets its verdict, its label and bounds that hold the truth", async () => {
  const cases: readonly (readonly [HostKind, Verdict, string, number?])[] = [
    [{}, "right", "lazy", 0],
    [{ quirk: "high-bit" }, "right", "high-bit", 0],
    [{ quirk: "little-endian" }, "right", "little-endian", 0],
    [{ quirk: "local-time-zone" }, "wrong", "time-zone", HOUR_MS],
    [{ quirk: "seconds-of-day" }, "right", "seconds-of-day", 0],
    [{ quirk: "unix-seconds" }, "right", "unix-seconds", 0],
    [{ quirk: "stuck" }, "unreadable", "stuck"],
    [{ quirk: "zero" }, "unreadable", "constant-zero"],
    [{ quirk: "one" }, "unreadable", "constant-one"],
    [{ quirk: "copy-originate" }, "unreadable", "originate-echo"],
    [{ quirk: "low-16-bits-zero" }, "unreadable", "halves-swapped"],
    [{ quirk: "coarse-tick" }, "right", "coarse-tick", 0],
    [{ quirk: "bad-checksum" }, "unreadable", "wrong-checksum"],
    [{ quirk: "other-originate" }, "right", "originate-tampered", 0],
    [{ clock: { offsetMs: 5000 } }, "wrong", "lazy", 5000],
    [{ clock: { offsetMs: -900 } }, "right", "lazy", -900],
    [{ clock: { offsetMs: -1100 } }, "wrong", "lazy", -1100],
  ];
  const kinds = Object.fromEntries(cases.map(([kind], i) => [i + 1, kind]));
  const audit = await auditSimulated({ kinds }, { hosts: cases.length });
  for (const [i, [kind, verdict, label, offsetMs]] of cases.entries()) {
    const name = JSON.stringify(kind);
    const found = audit.byOctet.get(i + 1);
    assert(found !== undefined, name);
    assertEquals(found.verdict, verdict, name);
    assert(found.behaviour.labels.some((each) => each.label === label), name);
    const { offset } = found;
    assertEquals(offset !== undefined, offsetMs !== undefined, name);
    if (offset === undefined || offsetMs === undefined) continue;
    const { lowerMs, upperMs, valueMs } = offset;
    assert(lowerMs <= offsetMs && offsetMs <= upperMs, `${name}: ${lowerMs} to ${upperMs}`);
    assert(lowerMs <= valueMs && valueMs <= upperMs, name);
    // RFC 1122 allows a lag of 67 ms in place of whole seconds and tampered timestamps.
    assert(
      upperMs - lowerMs < (/seconds|other/.test(String(kind.quirk)) ? 130 : 5),
      `${name} ${upperMs - lowerMs}`,
    );
  }
  assertEquals(audit.byOctet.get(12)?.tickMs, 15.625);
  assertEquals(audit.byOctet.get(4)?.behaviour.utcOffsetMinutes, 60);
  const { result } = audit;
  assertEquals(result.tally.verdicts, {
    right: 8,
    wrong: 3,
    unreadable: 6,
    silent: 0,
    icmp_error: 0,
  });
  assertEquals([result.answered, result.targets, result.reason], [17, 17, "complete"]);
  assertEquals(result.totals.sent, audit.transport.requests.length);
  assertEquals(result.totals.received, result.totals.sent);
  // Local time is not an opinion about UTC.
  assertEquals(result.consensus?.consensus.hosts, 10);
  assertEquals(result.witnesses.length, 10);
  assertEquals(result.consensus?.consensus.falsetickers.includes("host-14"), true);
  assertEquals(audit.transport.closes, 1);
});

Deno.test("audit: two rounds of seven questions, each at least 230 ms after the one before, and a third only in doubt", async () => {
  const lost = { hosts: [2], probes: [8], fate: { lossBackRatio: 1 } };
  // A host need not answer a wrong checksum.
  const unimportant = { hosts: [3], probes: [9], fate: { lossBackRatio: 1 } };
  const audit = await auditSimulated({ rules: [lost, unimportant] }, { hosts: 3 });
  assertEquals(timesOf(audit, FIRST_HOST + 2).length, 2 * QUESTIONS);
  const calm = timesOf(audit, FIRST_HOST);
  assertEquals(calm.length, 2 * QUESTIONS);
  const gaps = calm.slice(1).map((atMs, i) => atMs - (calm[i] as number));
  assert(Math.min(...gaps) >= 230 && Math.max(...gaps) < 245, `${gaps}`);
  // No tick divides all of them: they differ by whole milliseconds and by parts of one.
  assert(new Set(gaps.map((ms) => Math.round(ms))).size >= 5, `${gaps}`);
  assert(new Set(gaps.map((ms) => Math.round(ms % 1 * 10))).size >= 5, `${gaps}`);
  assertEquals(timesOf(audit, FIRST_HOST + 1).length, 4 * QUESTIONS);
  const fewer = await auditSimulated({ rules: [lost] }, { hosts: 2, rounds: 3 });
  assertEquals(timesOf(fewer, FIRST_HOST + 1).length, 3 * QUESTIONS);
  const once = await auditSimulated({}, { rounds: 1 });
  assertEquals(timesOf(once, FIRST_HOST).length, QUESTIONS);
});

Deno.test("audit: the seven questions differ in the checksum, the code, the length, the service and the numbers", async () => {
  const { transport } = await auditSimulated({}, { rounds: 1 });
  const asked = transport.requests.map(({ request: { bytes, start } }) => ({
    tos: bytes[1],
    code: bytes[start + 1],
    lengthBytes: bytes.length - start,
    isFilled: bytes.subarray(start + 12, start + 20).some((octet) => octet !== 0),
  }));
  const usual = { tos: 0, code: 0, lengthBytes: 20, isFilled: false };
  assertEquals(asked, [
    usual,
    usual,
    usual,
    { ...usual, isFilled: true },
    { ...usual, code: 1 },
    { ...usual, lengthBytes: 76 },
    { ...usual, tos: 0x40 },
  ]);
});

Deno.test("audit: a silent host costs three tries within two seconds; one that answers the last is asked", async () => {
  const audit = await auditSimulated({
    rules: [
      { hosts: [1], fate: { isFiltered: true } },
      { hosts: [2], probes: [0, 1], fate: { isFiltered: true } },
      { hosts: [3], fate: { error: { type: 3, code: 1, reporter: 0x0a000001 } } },
    ],
  }, { hosts: 3 });
  const [silent, late, refused] = [1, 2, 3].map((octet) =>
    audit.byOctet.get(octet) as HostFindings
  );
  assertEquals(timesOf(audit, FIRST_HOST).map((ms) => Math.round(ms / 10) * 10), [0, 500, 1000]);
  assertEquals([silent?.verdict, silent?.offset, silent?.ttl], ["silent", undefined, undefined]);
  assertEquals(silent?.summary.rttMs, undefined);
  assertEquals([late?.verdict, late?.ttl, late?.summary.rttMs?.min], ["right", 61, 0.4]);
  assertEquals(late?.summary.counters.lost, 2);
  assertEquals([refused?.verdict, refused?.icmpError], [
    "icmp_error",
    { name: "destination unreachable: host unreachable", from: "10.0.0.1" },
  ]);
  const { totals, tally } = audit.result;
  assertEquals([totals.lost, totals.icmpErrors], [3 + 2, 3]);
  assertEquals([tally.verdicts.silent, tally.verdicts.icmp_error, tally.isAllRight], [1, 1, false]);
  assertEquals(audit.run.progress().judged, 3);
  // All that is said of a silent host is said within the time of its last try.
  const first = audit.hosts.find(({ verdict }) => verdict === "silent");
  const startS = audit.result.time - audit.result.durationS;
  assert((first?.time ?? NaN) - startS < 2.1, `${(first?.time ?? NaN) - startS}`);
});

Deno.test("audit: the rate of the run holds for all hosts together, and asks for no third round by its own beat", async () => {
  const audit = await auditSimulated({}, { hosts: 40, ratePps: 100 });
  const sent = audit.transport.requests.map(({ handedNs }) => handedNs / 1e6);
  for (const [i, atMs] of sent.entries()) {
    const inSecond = sent.slice(i, i + 200).filter((other) => other < atMs + 1000).length;
    assert(inSecond <= 106, `${inSecond} in the second after ${atMs} ms`);
  }
  assertEquals(sent.length, 40 * 2 * QUESTIONS);
  assert((sent.at(-1) as number) >= 10 * (sent.length - 10), "faster than asked");
});

Deno.test("audit: a host that is named and swept is asked once, and who answers the sweep is not looked for", async () => {
  const audit = await auditSimulated({}, { hosts: 1, ratePps: 5000, blocks: block(everyFourth) });
  const { result, hosts, found, settled, run } = audit;
  assertEquals([hosts.length, found.length, settled], [65, 64, 256]);
  assertEquals(new Set(found).size, 64);
  assert(found.every((address) => address % 4 === 0));
  assertEquals(hosts.filter(({ target }) => target.isFromBlock === true).length, 64);
  for (const { target, verdict } of hosts) {
    assertEquals(verdict, "right", target.label);
    assertEquals(timesOf(audit, target.address).length, 2 * QUESTIONS, target.label);
  }
  const indices = hosts.map(({ target }) => target.index).sort((one, other) => one - other);
  assertEquals(indices, [0, ...Array.from({ length: 64 }, (_, i) => 1 + 4 * i)]);
  assertEquals([result.targets, result.answered, audit.failed], [257, 65, []]);
  assertEquals([result.tally.verdicts.silent, result.tally.unusedOfBlocks], [192, 192]);
  assertEquals(result.tally.isAllRight, true);
  assertEquals(result.sweep?.isWhole, true);
  const progress = run.progress();
  assertEquals([progress.targets, progress.found, progress.judged, progress.answered], [
    ...[257, 65, 257, 65],
  ]);
  assertEquals(progress.sweep?.position, 256);
});

Deno.test("audit: ICMP errors to a sweep are counted once for each address, and are no silent hosts", async () => {
  const behaviour: Behaviour = (probe) =>
    probe.destination % 4 === 1
      ? [10, 20].map((delayMs) => ({
        bytes: writeErrorReply(
          readRequest(probe.bytes),
          { type: 3, code: 1, quoteBytes: 20 },
          0x0a0000fe,
        ),
        delayMs,
      }))
      : everyFourth(probe);
  const { result, failed } = await auditSimulated({}, {
    hosts: 0,
    ratePps: 5000,
    blocks: block(behaviour),
  });
  assertEquals([failed.length, failed.every((address) => address % 4 === 1)], [64, true]);
  const { verdicts, unusedOfBlocks } = result.tally;
  assertEquals([verdicts.icmp_error, verdicts.silent, verdicts.right], [64, 128, 64]);
  assertEquals(unusedOfBlocks, 192);
});

Deno.test("audit: an address that answers a sweep beside an ICMP error is counted once, as one that answers", async () => {
  const behaviour: Behaviour = (probe) => {
    const error = writeErrorReply(
      readRequest(probe.bytes),
      { type: 3, code: 1, quoteBytes: 20 },
      0x0a0000fe,
    );
    // Of four, one answers before the error, one after the first of two, and one not at all.
    const errorsAtMs = [[20], [10, 30], [10], []][probe.destination % 4] ?? [];
    const answers = probe.destination % 4 < 2 ? [{ bytes: answer(probe), delayMs: 15 }] : [];
    return [...answers, ...errorsAtMs.map((delayMs) => ({ bytes: error, delayMs }))];
  };
  const { result, failed } = await auditSimulated({}, {
    ...{ hosts: 0, ratePps: 5000, blocks: block(behaviour) },
  });
  const { verdicts, unusedOfBlocks } = result.tally;
  assertEquals([verdicts.right, verdicts.icmp_error, verdicts.silent], [128, 64, 64]);
  assertEquals([result.tally.hosts, unusedOfBlocks, result.tally.isAllRight], [256, 128, true]);
  // What answers after an error was reported as failed before.
  assertEquals([0, 1, 2, 3].map((kind) => failed.filter((each) => each % 4 === kind).length), [
    ...[0, 64, 64, 0],
  ]);
});

Deno.test("audit: sweep and questions share one rate, and questions are not held up", async () => {
  const audit = await auditSimulated({}, { hosts: 1, ratePps: 1000, blocks: block(everyFourth) });
  const asked = audit.transport.requests.map(({ handedNs }) => handedNs);
  const base = audit.transport.clock.trueRealtimeNs(0);
  const all = [...asked, ...audit.swept.sentNs.map((ns) => ns - base)].sort((a, b) => a - b);
  assertEquals(all.length, 65 * 2 * QUESTIONS + 256);
  for (const [i, atNs] of all.entries()) {
    const inSecond = all.slice(i, i + 1500).filter((other) => other < atNs + 1e9).length;
    assert(inSecond <= 1000 * 1.05 + 64, `${inSecond}`);
  }
});

Deno.test("audit: one that is resumed asks nobody twice, and ends with the same", async () => {
  const whole = await auditSimulated({}, { hosts: 2, ratePps: 5000, blocks: block(everyFourth) });
  const done = whole.hosts.slice(0, 20);
  const pending = whole.hosts.slice(20, 40).filter(({ target }) => target.isFromBlock === true)
    .map(({ target }) => target.address);
  const resumed = await auditSimulated({}, {
    ...{ hosts: 2, ratePps: 5000, blocks: block(everyFourth) },
    earlier: {
      ...{ pending, final: new Set(done.map(({ target }) => target.address)), icmpErrors: [] },
      async *hosts() {
        for (const each of done) yield await Promise.resolve(each);
      },
    },
  });
  assertEquals(resumed.earlier, done);
  const key = ({ hosts }: SimulatedAudit) =>
    hosts.map(({ target }) => target.address).sort((a, b) => a - b);
  assertEquals(key(resumed), key(whole));
  for (const { target } of done) assertEquals(timesOf(resumed, target.address), []);
  assertEquals(resumed.result.tally.answering, whole.result.tally.answering);
  assertEquals(resumed.result.tally.verdicts, whole.result.tally.verdicts);
  for (const address of pending) assertEquals(resumed.found.includes(address), false);
});

Deno.test("audit: an address with an ICMP error is counted once, however often the audit is resumed", async () => {
  // Of four, one answers, and an ICMP error comes for one.
  const behaviour: Behaviour = (probe) => {
    if (probe.destination % 4 !== 1) return everyFourth(probe);
    const error = { type: 3, code: 1, quoteBytes: 20 };
    return [{ bytes: writeErrorReply(readRequest(probe.bytes), error, 0x0a0000fe), delayMs: 10 }];
  };
  const options = { hosts: 0, ratePps: 5000, blocks: block(behaviour) };
  const whole = await auditSimulated({}, options);
  // Errors came before for one that answers now, one with an error again, and one that is silent now.
  const resumed = await auditSimulated({}, {
    ...options,
    earlier: {
      ...{ pending: [], final: new Set<number>() },
      icmpErrors: [0, 1, 2].map((each) => BLOCK + 64 + each),
      async *hosts() {},
    },
  });
  const { verdicts } = whole.result.tally;
  assertEquals([verdicts.icmp_error, verdicts.silent], [64, 128]);
  assertEquals(resumed.result.tally.verdicts, { ...verdicts, icmp_error: 65, silent: 127 });
  assertEquals(resumed.failed.length, 63);
});

Deno.test("audit: one that ends early reports the hosts of which enough is known", async () => {
  const ends = [["stopped", { stopAtMs: 2700 }], ["deadline", { deadlineMs: 2700 }]] as const;
  for (const [reason, options] of ends) {
    const kinds: Readonly<Record<number, HostKind>> = { 2: { quirk: "bad-checksum" } };
    const { result, hosts } = await auditSimulated({ kinds }, { hosts: 3, ...options });
    assertEquals<string>(result.reason, reason);
    // Of the second nothing is certain.
    assertEquals(hosts.map(({ target }) => target.index).sort(), [0, 2]);
    assert(result.durationS < 2.9);
  }
  const never = await auditSimulated({}, { hosts: 1, stopAtMs: 0, blocks: block(everyFourth) });
  assertEquals([never.result.reason, never.transport.requests, never.hosts], ["stopped", [], []]);
  const swept = await auditSimulated({}, {
    ...{ hosts: 1, ratePps: 200, blocks: block(everyFourth), stopAtMs: 800 },
  });
  assertEquals(swept.result.reason, "stopped");
  assertEquals(swept.result.sweep?.isWhole, false);
  assert((swept.result.sweep?.position ?? 256) < 200);
});

Deno.test("audit: one that ends early counts the probes whose answers it did not wait for", async () => {
  // The answers take 400 ms: when it stops, some questions are on their way.
  const { hosts, transport, result } = await auditSimulated({ back: 400 }, {
    ...{ hosts: 1, stopAtMs: 3000 },
  });
  const settled = transport.requests.filter(({ handedNs }) => handedNs <= 3e9 - 405e6).length;
  const pending = transport.requests.length - settled;
  assert(pending > 0);
  assertEquals([result.totals.sent, result.totals.received], [settled + pending, settled]);
  // No host has to answer a wrong checksum, an odd code and a long request: those count only where they were not settled.
  const isCounted = (number: number) => ![2, 4, 5].includes(number % QUESTIONS);
  const counted = transport.requests.slice(0, settled).filter((_, i) => isCounted(i)).length;
  const { counters } = hosts[0]?.summary ?? {};
  assertEquals([counters?.sent, counters?.received], [counted + pending, counted]);
});

Deno.test("audit: an address of this machine is no witness of its clock", async () => {
  const { result } = await auditSimulated({}, { hosts: 3, own: [FIRST_HOST + 1] });
  assertEquals(result.consensus?.notCounted, ["198.18.0.2"]);
  assertEquals(result.witnesses.map(({ host }) => host), ["host-0", "host-2"]);
  assertEquals(result.tally.answering, 3);
});

Deno.test("audit: a sweep that fails ends the questions too, and its error is that of the run", async () => {
  const failing: Behaviour = () => {
    throw new Error("the network is down");
  };
  await assertRejects(
    () => auditSimulated({}, { hosts: 1, blocks: block(failing) }),
    Error,
    "the network is down",
  );
});

Deno.test("audit: a narrow limit is judged by the clock that is followed afterwards", async () => {
  const kinds = { 1: { clock: { offsetMs: 0.2 } }, 2: { clock: { offsetMs: -3 } } };
  const { result, byOctet, transport } = await auditSimulated({ kinds }, {
    hosts: 2,
    maxOffsetMs: 0.7,
  });
  assertEquals([byOctet.get(1)?.verdict, byOctet.get(2)?.verdict], ["right", "wrong"]);
  assertEquals([result.open, result.aliases, result.reason], [0, undefined, "complete"]);
  // The second is known to be wrong by its answers alone.
  const more = transport.requests.filter(({ destination }) => destination === FIRST_HOST);
  assert(more.length > 100, `${more.length}`);
  assertEquals(timesOf({ transport } as SimulatedAudit, FIRST_HOST + 1).length, 2 * QUESTIONS);
});

Deno.test("audit: addresses with one clock are found by its rate, others are not", async () => {
  const clock = (offsetMs: number, skewPpm: number): HostKind => ({ clock: { offsetMs, skewPpm } });
  const kinds = {
    ...{ 1: clock(40, 45), 2: clock(-300, -60), 3: clock(40, 45), 4: clock(700, 80) },
    5: { quirk: "stuck" } as HostKind,
  };
  const { result, hosts, transport } = await auditSimulated({ kinds, back: 0.3 }, {
    ...{ hosts: 5, aliasesMs: 60_000, isOwnRateKept: true },
  });
  assertEquals(hosts.length, 5);
  const { aliases } = result;
  assert(aliases !== undefined);
  const groups = aliases.groups.map(({ members }) =>
    members.map((member) => aliases.targets[member]?.label)
  );
  assertEquals(groups, [["host-0", "host-2"]]);
  assertEquals([aliases.undecided, aliases.unfollowed, aliases.targets.length], [0, 0, 4]);
  assertEquals(aliases.time, result.time);
  const times = timesOf({ transport } as SimulatedAudit, FIRST_HOST).slice(2 * QUESTIONS);
  assertEquals(times.length, 600);
  assert(((times.at(-1) as number) - (times[0] as number)) / 600 - 100 < 1);
});
