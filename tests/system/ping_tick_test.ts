/** Coarse and broken remote clocks under `ping`: nothing that is printed without a flag, and no summary, is false. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Lab, labTest } from "../lab/lab.ts";
import type { HostBehaviour } from "../lab/scenario.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { readRecords, type ReplyRecord, type SummaryRecord } from "../support/records.ts";

const PATH = { out: 0.4, back: 0.4 };

/** A summary with the host's offset. */
interface OffsetSummary extends SummaryRecord {
  readonly offset_lower_ms?: number;
  readonly offset_upper_ms?: number;
  readonly tick_ms?: number;
}

/** Asks the hosts of a scenario in JSON; replies and the summary of each, by address. */
async function ask(hosts: Readonly<Record<string, HostBehaviour>>, ...words: readonly string[]) {
  await using lab = await Lab.open({ scenario: { seed: 31, defaults: PATH, hosts } });
  const argv = SOURCE_PROGRAM.argv("ping", "--json", ...words, ...Object.keys(hosts));
  const { stdout } = await lab.run(argv, { timeoutMs: 60_000 });
  const { replies, summaries } = readRecords(stdout);
  return Object.keys(hosts).map((host) => ({
    host,
    replies: replies.filter(({ address }) => address === host),
    summary: summaries.find(({ address }) => address === host) as OffsetSummary,
  }));
}

function holds(bounds: ReplyRecord | OffsetSummary, truthMs: number): boolean {
  const { offset_lower_ms: lowerMs, offset_upper_ms: upperMs } = bounds as OffsetSummary;
  assert(lowerMs !== undefined && upperMs !== undefined, JSON.stringify(bounds));
  return lowerMs <= truthMs && upperMs >= truthMs;
}

const TICKS = [1000, 10, 15.625, 64, 100, 500];

labTest({ name: "ping: clocks in coarse steps have no false bounds" }, async () => {
  const truthMs = 7.3;
  const hosts = Object.fromEntries(
    TICKS.map((tickMs, index) => [
      `198.18.0.${index + 1}`,
      { clock: { tickMs, offsetMs: truthMs } },
    ]),
  );
  for (const interval of ["130ms", "20ms"]) {
    const asked = await ask(hosts, "-c", "40", "-i", interval);
    for (const [index, { replies, summary }] of asked.entries()) {
      const what = `${TICKS[index]} ms each ${interval}`;
      assertEquals([what, replies.length], [what, 40]);
      // A clock of whole seconds may not tick in all of a short run: it then proves no time.
      const hasTicked = new Set(replies.map(({ receive_ms }) => receive_ms)).size > 1;
      const isTrue = hasTicked ? holds(summary, truthMs) : summary.offset_lower_ms === undefined;
      assert(isTrue, `${what}: ${JSON.stringify(summary)}`);
      // No reply can have taken it for a fine clock.
      assert(summary.tick_ms !== 1, what);
      const isAssumed = ({ flags }: ReplyRecord) => flags.includes("tick-assumed");
      for (const reply of replies) {
        if (isAssumed(reply) || reply.offset_lower_ms === undefined) continue;
        assert(holds(reply, truthMs), `${what}: ${JSON.stringify(reply)}`);
      }
      assertCompatible(replies.filter(isAssumed), what);
      assertCompatible(replies.filter((reply) => !isAssumed(reply)), what);
    }
  }
});

/** That no two bounds exclude each other. */
function assertCompatible(replies: readonly ReplyRecord[], what: string): void {
  const bounded = replies.filter(({ offset_lower_ms }) => offset_lower_ms !== undefined);
  const lowerMs = Math.max(...bounded.map(({ offset_lower_ms = NaN }) => offset_lower_ms));
  const upperMs = Math.min(...bounded.map(({ offset_upper_ms = NaN }) => offset_upper_ms));
  // What a clock may drift in the meantime.
  assert(bounded.length === 0 || lowerMs <= upperMs + 3, `${what}: ${lowerMs} to ${upperMs}`);
}

labTest(
  { name: "ping: eight stamps of whole seconds say so, and tell nothing finer than a second" },
  async () => {
    await using lab = await Lab.open({
      scenario: { seed: 32, defaults: { ...PATH, clock: { tickMs: 1000, offsetMs: 0 } } },
    });
    // Long enough for the second to change.
    const words = ["-v", "-c", "12", "-i", "130ms", "198.18.0.1"];
    const { stdout } = await lab.mustRun(SOURCE_PROGRAM.argv("ping", ...words));
    const [, lower = NaN, upper = NaN] =
      /\noffset {2}between (-?[\d.]+) and (-?[\d.]+) ms /.exec(stdout)?.map(Number) ?? [];
    assert(lower <= 0 && upper >= 0, stdout);
    assertMatch(stdout, /\nclock {3}.*;\s+all\s+12\s+timestamps\s+are\s+whole\s+seconds\n/);
    assertMatch(stdout, /^198.*tick-unknown$/m);
    // Delays that contain a stamp of unknown lag are not summed up.
    assert(!/\nout +-?\d/.test(stdout), stdout);
  },
);

labTest(
  {
    name:
      "ping: a clock of milliseconds is known as one after a few replies, and its bounds hold from the first",
  },
  async () => {
    const [found] = await ask(
      { "198.18.0.1": { clock: { offsetMs: -3.3 } } },
      "-c",
      "40",
      "-i",
      "50ms",
    );
    assert(found !== undefined);
    const { replies, summary } = found;
    assertEquals(replies[0]?.flags, ["tick-assumed"]);
    // The fifth as a rule; each reply after it would do in half of the runs that are left.
    for (const { flags } of replies.slice(35)) assertEquals(flags, []);
    for (const reply of replies) assert(holds(reply, -3.3), JSON.stringify(reply));
    assertEquals(summary.tick_ms, 1);
    assert(holds(summary, -3.3));
    const width = (summary.offset_upper_ms ?? NaN) - (summary.offset_lower_ms ?? NaN);
    assert(width < 3, `${width} ms`);
  },
);

labTest(
  { name: "ping: one reply gives the offset if the clock ticks each millisecond, and says so" },
  async () => {
    await using lab = await Lab.open({
      scenario: { seed: 33, defaults: { ...PATH, clock: { tickMs: 1000, offsetMs: 250 } } },
    });
    const words = ["-c", "1", "--fail-if", "offset>300ms", "198.18.0.1"];
    const { stdout, code } = await lab.run(SOURCE_PROGRAM.argv("ping", ...words));
    assertMatch(stdout, /ms {2}clock [+-].* ms\n/);
    assertMatch(
      stdout,
      /\nclock {3}(?:ahead of|behind) ours by .* ms, if it ticks each millisecond\n/,
    );
    // 250 ms is not above 300, although the stamp alone may look like 750 ms behind.
    assertEquals(code, 0, stdout);
  },
);

/** Each answers for a while what a clock could answer. */
const TURNING: Readonly<Record<string, HostBehaviour>> = {
  "198.18.0.1": { quirk: "stuck", clock: { offsetMs: 90 } },
  "198.18.0.3": { quirk: "seconds-of-day" },
};

labTest(
  { name: "ping: bounds from stamps that turn out to keep no time are withdrawn from the summary" },
  async () => {
    for (const { host, replies, summary } of await ask(TURNING, "-c", "20", "-i", "130ms")) {
      // What was printed before anything was wrong is flagged.
      const early = replies.filter(({ offset_lower_ms }) => offset_lower_ms !== undefined);
      for (const { flags } of early) {
        assert(
          flags.includes("tick-assumed") || flags.includes("tick-unknown"),
          `${host}: ${flags}`,
        );
      }
      assert(early.length > 0 && early.length < replies.length, `${host}: ${early.length}`);
      assertEquals(
        [summary.offset_lower_ms, summary.offset_upper_ms],
        [undefined, undefined],
        host,
      );
      assertEquals([summary["out_ms"], summary["back_ms"]], [undefined, undefined], host);
    }
  },
);

labTest(
  {
    name:
      "ping: a host whose stamps keep no time says so in text, and breaks conditions on its offset",
  },
  async () => {
    await using lab = await Lab.open({ scenario: { seed: 34, defaults: PATH, hosts: TURNING } });
    const words = ["-c", "20", "-i", "130ms", "--fail-if", "offset>40000s", "198.18.0.1"];
    const { stdout, stderr, code } = await lab.run(SOURCE_PROGRAM.argv("ping", ...words));
    assertMatch(
      stdout,
      /\nclock {3}unknown: its timestamps do not keep time, so no offset above counts\n/,
    );
    assertMatch(stderr, /unknown: the timestamps do not keep time/);
    assertEquals(code, 5);
  },
);
