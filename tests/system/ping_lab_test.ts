/** Ping through the lab, counted against the lab's own log: loss, duplicates, reordering, forgery and noise. */

import { assert, assertEquals } from "@std/assert";
import { Lab, withLabNeeds } from "../lab/lab.ts";
import type { LabRequest } from "../lab/log.ts";
import type { HostBehaviour, Scenario } from "../lab/scenario.ts";
import { programTest } from "../support/program.ts";
import {
  readRecords,
  remarksOf,
  type ReplyRecord,
  type SummaryRecord,
} from "../support/records.ts";

const NS_PER_MS = 1e6;
/** The lab sees a request some µs before the driver stamps it. */
const TAP_NS = 5e6;
/** The processor may be called away between, for as long as its host likes: of ten thousand probes that meets a few at most. */
const MAX_HELD_UP = 10;
/** Where no answer is late, the lab may be: a busy machine gives it the processor some time. */
const PATIENCE = ["-W", "30s"];

/** Requests of the log by host and sequence. */
function byProbe(requests: readonly LabRequest[]): Map<string, LabRequest> {
  return new Map(requests.map((request) => [`${request.host} ${request.sequence}`, request]));
}

/** Replies by the probe that they were matched to, in the order of arrival. */
function groupReplies(replies: readonly ReplyRecord[]): Map<string, ReplyRecord[]> {
  return Map.groupBy(replies, ({ address, sequence }) => `${address} ${sequence}`);
}

/** What the log says that a run must have counted for one host. */
function trueCounts(requests: readonly LabRequest[], timeoutMs: number) {
  const counts = { sent: 0, received: 0, lost: 0, icmp_errors: 0, duplicates: 0, late: 0 };
  for (const { arrivalNs, departures } of requests) {
    counts.sent++;
    const [first, ...others] = departures.toSorted((a, b) => a.actualNs - b.actualNs);
    if (first === undefined) {
      counts.lost++;
      continue;
    }
    const isLate = first.actualNs - arrivalNs > timeoutMs * NS_PER_MS;
    counts[isLate ? "lost" : "received"]++;
    if (isLate) counts.late++;
    counts.duplicates += others.length;
  }
  return counts;
}

function countsOf({ sent, received, lost, icmp_errors, duplicates, late }: SummaryRecord) {
  return { sent, received, lost, icmp_errors, duplicates, late };
}

/** Far above the delays of replies in time, far below those of late ones: a busy machine changes no count. */
const TIMEOUT_MS = 1500;
const LATE_MS = 3000;
const INTERVAL_MS = 5;
const PROBES = 1000;

const BAD_LINE: HostBehaviour = {
  out: { kind: "exponential", baseMs: 2, meanMs: 10 },
  back: { kind: "exponential", baseMs: 2, meanMs: 10 },
  loss: { kind: "random", outRatio: 0.025, backRatio: 0.025 },
  duplicate: { ratio: 0.02, gap: { kind: "uniform", minMs: 0, maxMs: 20 } },
  reorder: { ratio: 0.05, holdMs: 30 },
};

/** Every 20th answer is late, but none of the last ones, so that all have come before the run ends. */
const LATE_LINE: HostBehaviour = {
  back: {
    kind: "series",
    valuesMs: Array.from({ length: PROBES }, (_, probe) => {
      const isEarly = probe < PROBES - 1.3 * LATE_MS / INTERVAL_MS;
      return isEarly && probe % 20 === 7 ? LATE_MS : 4;
    }),
  },
  duplicate: { ratio: 0.02, gap: 1 },
  loss: { kind: "random", outRatio: 0.05 },
};

programTest(
  withLabNeeds({
    name:
      "ping: of 10,000 probes over a bad line every count is the lab's, and every reply its probe's",
  }),
  async (program) => {
    const targets = Array.from({ length: 10 }, (_, index) => `198.18.2.${index + 1}`);
    const late = targets.slice(8);
    const scenario: Scenario = {
      seed: 20,
      defaults: BAD_LINE,
      hosts: Object.fromEntries(
        late.map((host) => [host, { ...LATE_LINE, reorder: BAD_LINE.reorder }]),
      ),
    } as Scenario;
    await using lab = await Lab.open({ scenario });
    const pace = ["-c", String(PROBES), "-i", `${INTERVAL_MS}ms`, "-W", `${TIMEOUT_MS}ms`];
    const result = await lab.run(program.argv("--json", ...pace, ...targets));
    assertEquals([result.code, result.stderr], [0, ""]);
    const { replies, summaries, timeouts, end } = readRecords(result.stdout);
    const { requests } = await lab.end();
    assertEquals([requests.length, end.kernel_drops], [targets.length * PROBES, 0]);

    for (const summary of summaries) {
      const own = requests.filter(({ host }) => host === summary.address);
      assertEquals(
        { host: summary.address, ...countsOf(summary) },
        { host: summary.address, ...trueCounts(own, TIMEOUT_MS) },
      );
    }
    // The lab did what it was told to, or this test would show nothing.
    assert(end.lost > 300 && end.duplicates > 100 && end.late > 10, JSON.stringify(end));
    assertEquals([end.foreign, end.unmatched, end.malformed], [0, 0, 0]);
    assertEquals(timeouts.length, end.lost);

    const truth = byProbe(requests);
    let overtaken = 0;
    const tooShort: string[] = [];
    for (const [key, found] of groupReplies(replies)) {
      const request = truth.get(key);
      assert(request !== undefined, `no request ${key}`);
      const departures = request.departures.toSorted((a, b) => a.actualNs - b.actualNs);
      assertEquals(found.length, departures.length, key);
      for (const [index, reply] of found.entries()) {
        assertEquals(
          [reply.originate_ms, reply.receive_ms, reply.transmit_ms],
          [request.originateMs, request.receiveMs, request.transmitMs],
          key,
        );
        // Nothing arrives before it left: the time measured holds the whole stay in the lab.
        const stayNs = (departures[index]?.actualNs ?? NaN) - request.arrivalNs;
        if (!(reply.rtt_ms * NS_PER_MS + TAP_NS >= stayNs)) tooShort.push(key);
      }
    }
    assert(tooShort.length <= MAX_HELD_UP, `shorter than the stay in the lab: ${tooShort}`);
    for (const target of targets) {
      const order = replies.filter(({ address }) => address === target).map(({ probe }) => probe);
      overtaken += order.filter((probe, index) => probe < (order[index - 1] ?? 0)).length;
    }
    assert(overtaken > 100, `only ${overtaken} replies were overtaken`);
  },
);

programTest(
  withLabNeeds({
    name: "ping: a forged reply that comes first never counts as an answer",
  }),
  async (program) => {
    const count = 300;
    const forged = ["other-address", "other-identifier", "stale-sequence"] as const;
    const scenario: Scenario = {
      defaults: {
        out: 3,
        back: 20,
        forgery: { ratio: 1, kinds: forged, from: "198.18.99.99", staleBy: 1000 },
      },
    };
    await using lab = await Lab.open({ scenario });
    const argv = program.argv(
      "-v",
      "--json",
      "-c",
      String(count),
      "-i",
      "5ms",
      ...PATIENCE,
      "198.18.1.1",
    );
    const { code, stdout, stderr } = await lab.run(argv);
    assertEquals([code, stderr], [0, ""]);
    const { replies, end } = readRecords(stdout);
    const { requests, departures } = await lab.end();
    const sentOf = (kind: string) => departures.filter(({ detail }) => detail === kind).length;
    for (const kind of forged) assert(sentOf(kind) > 50, kind);
    assertEquals(
      { received: end.received, lost: end.lost, duplicates: end.duplicates, late: end.late },
      { received: count, lost: 0, duplicates: 0, late: 0 },
    );
    assertEquals(end.foreign, sentOf("other-identifier"));
    assertEquals(end.unmatched, sentOf("other-address") + sentOf("stale-sequence"));
    const truth = byProbe(requests);
    let tooShort = 0;
    for (const reply of replies) {
      const request = truth.get(`${reply.address} ${reply.sequence}`);
      const answer = request?.departures.find(({ kind }) => kind === "reply");
      const stayNs = (answer?.actualNs ?? NaN) - (request?.arrivalNs ?? NaN);
      if (!(reply.rtt_ms * NS_PER_MS + TAP_NS >= stayNs)) tooShort++;
      assertEquals(remarksOf(reply.flags), []);
    }
    assert(tooShort <= MAX_HELD_UP, `${tooShort} shorter than the stay in the lab`);
  },
);

programTest(
  withLabNeeds({
    name:
      "ping: a forged reply to an earlier probe is at most its duplicate, and its stamps are not used",
  }),
  async (program) => {
    const count = 200;
    const staleBy = 20;
    const scenario: Scenario = {
      defaults: { out: 3, back: 5, forgery: { ratio: 1, kinds: ["stale-sequence"], staleBy } },
    };
    await using lab = await Lab.open({ scenario });
    const argv = program.argv(
      "--json",
      "-c",
      String(count),
      "-i",
      "20ms",
      ...PATIENCE,
      "198.18.1.1",
    );
    const { code, stdout } = await lab.run(argv);
    const { replies, end } = readRecords(stdout);
    assertEquals([code, end.received, end.lost, end.late], [0, count, 0, 0]);
    assertEquals([end.unmatched, end.duplicates], [staleBy, count - staleBy]);
    for (const reply of replies) {
      const isForged = reply.flags.includes("duplicate");
      assertEquals(remarksOf(reply.flags), isForged ? ["duplicate", "originate-changed"] : []);
      assertEquals(reply.offset_lower_ms === undefined, isForged);
    }
  },
);

programTest(
  withLabNeeds({
    name: "ping: 100,000 mutated replies change neither the counts nor the exit code",
  }),
  async (program) => {
    const count = 2500;
    const copies = 40;
    const scenario: Scenario = {
      seed: 7,
      defaults: { mutation: { ratio: 1, copies, alsoTrue: true } },
    };
    await using lab = await Lab.open({ scenario });
    const argv = program.argv(
      "-v",
      "--json",
      "-c",
      String(count),
      "-i",
      "2ms",
      ...PATIENCE,
      "198.18.1.1",
    );
    const { code, stdout, stderr } = await lab.run(argv);
    assertEquals([code, stderr], [0, ""]);
    const { replies, icmpErrors, end } = readRecords(stdout);
    const { departures } = await lab.end();
    assertEquals(departures.filter(({ kind }) => kind === "mutated").length, count * copies);
    assertEquals([end.exit_code, end.sent, end.unsent, end.pending], [0, count, 0, 0]);
    assertEquals(end.received + end.icmp_errors + end.lost, count);
    // Every probe had its true answer too; only a full receive buffer could have cost one.
    if (end.kernel_drops === 0) assertEquals(end.lost, 0);
    assertEquals([replies.length, icmpErrors.length], [
      end.received + end.duplicates + end.late,
      end.icmp_errors,
    ]);
    assert(end.malformed > 1000 && end.foreign > 1000 && end.unmatched > 100, JSON.stringify(end));
  },
);

programTest(
  withLabNeeds({
    name: "ping: mutated replies are explained without a byte that a terminal would obey",
  }),
  async (program) => {
    const scenario: Scenario = {
      seed: 8,
      defaults: { mutation: { ratio: 1, copies: 20, alsoTrue: true } },
    };
    await using lab = await Lab.open({ scenario });
    for (const kind of [[], ["--echo"]]) {
      const argv = program.argv("-v", "--explain", ...kind, "-c", "20", "-i", "20ms", "198.18.1.1");
      const { code, stdout, stderr } = await lab.run(argv);
      assertEquals([code, stderr], [0, ""]);
      assert(stdout.length > 10_000);
      const unsafe = stdout.replaceAll("\n", "").match(/\p{Cc}/u);
      assertEquals(unsafe, null);
    }
  },
);
