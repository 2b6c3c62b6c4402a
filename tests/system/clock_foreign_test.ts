/** `icmptime clock` against hosts that another program makes up: what it says of clocks that lie, drift and step. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  type ClockRecord,
  type ClockRun,
  lastClock,
  readClockRun,
} from "../support/clock_records.ts";
import type { RunningCommand } from "../support/command.ts";
import { Namespace } from "../support/namespace.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { systemTest } from "../support/tools.ts";

const HOSTS_PROGRAM = new URL("odd_clocks.py", import.meta.url).pathname;
const LONG_MS = 120_000;

/** Address of a host; its last number says what is odd about it. */
function host(number: number): string {
  return `198.18.9.${number}`;
}

async function openHosts(namespace: Namespace): Promise<RunningCommand> {
  const hosts = namespace.spawn(["python3", HOSTS_PROGRAM, "odd0"]);
  await hosts.output(/ready/);
  await namespace.ip("addr add 198.18.8.1/32 dev odd0", "link set odd0 up");
  await namespace.ip("route add 198.18.9.0/24 dev odd0 src 198.18.8.1");
  return hosts;
}

async function clock(namespace: Namespace, ...words: readonly string[]): Promise<ClockRun> {
  const argv = SOURCE_PROGRAM.argv("clock", "--json", ...words);
  const { stdout } = await namespace.run(argv, { timeoutMs: LONG_MS });
  return readClockRun(stdout);
}

/** Whether an offset of zero ms is within the bounds of a host, and its estimate's interval too. */
function assertRight(
  { offset_ms = NaN, offset_stddev_ms = NaN, offset_lower_ms = NaN, offset_upper_ms = NaN }:
    ClockRecord,
) {
  assert(
    offset_lower_ms <= 0 && 0 <= offset_upper_ms,
    `bounds ${offset_lower_ms} to ${offset_upper_ms} ms`,
  );
  assert(
    offset_ms - offset_stddev_ms >= offset_lower_ms - 0.001 &&
      offset_ms + offset_stddev_ms <= offset_upper_ms + 0.001,
  );
}

systemTest({
  name:
    "clock: foreign hosts that transmit early, gain, step or show TAI: nothing false is said of them",
  namespaces: true,
  tools: ["python3", "ip"],
}, async () => {
  await using namespace = await Namespace.open();
  await using _hosts = await openHosts(namespace);
  const run = await clock(namespace, "-c", "120", ...[1, 2, 3, 4, 6].map(host));

  const early = lastClock(run, host(1));
  assertEquals([early.is_decided, early.undecided_reason], [false, "the stamps do not keep time"]);
  assertEquals([early.offset_ms, early.offset_lower_ms], [undefined, undefined]);
  assert(early.flags.includes("transmit-before-receive"), `${early.flags}`);

  const fast = lastClock(run, host(2));
  assertEquals([fast.is_decided, fast.restarts], [true, []]);
  const { skew_ppm = NaN, skew_lower_ppm = NaN, skew_upper_ppm = NaN } = fast;
  assert(
    skew_lower_ppm <= 2000 && 2000 <= skew_upper_ppm,
    `${skew_lower_ppm} to ${skew_upper_ppm}`,
  );
  assert(Math.abs(skew_ppm - 2000) <= 1000, `${skew_ppm} ppm`);

  const stepped = lastClock(run, host(3));
  assertEquals([stepped.is_decided, stepped.restarts.length], [true, 1]);
  const by = Number(
    stepped.restarts[0]?.match(/^remote clock changed at [\d.]+ by ([\d.]+) ms$/)?.[1],
  );
  assert(Math.abs(by - 10_000) <= 5, `${stepped.restarts}`);
  assertEquals(stepped.flags.filter((flag) => flag === "wrong-rate"), []);
  const { offset_lower_ms = NaN, offset_upper_ms = NaN } = stepped;
  assert(
    offset_lower_ms <= 10_000 && 10_000 <= offset_upper_ms,
    `bounds ${offset_lower_ms} to ${offset_upper_ms} ms`,
  );

  assertRight(lastClock(run, host(6)));
  const text = await namespace.run(
    SOURCE_PROGRAM.argv("clock", "-n", "-c", "40", host(2), host(4)),
    { timeoutMs: LONG_MS },
  );
  assertMatch(
    text.stdout,
    /^198\.18\.9\.4: 37 s ahead of us, as TAI of UTC: may be TAI; NTP would confirm it$/m,
  );
});

systemTest({
  name: "clock: a foreign host half a day off, asked first, does not make our clock a day off",
  namespaces: true,
  tools: ["python3", "ip"],
}, async () => {
  await using namespace = await Namespace.open();
  await using _hosts = await openHosts(namespace);
  // Our own address counts for nothing, nor does a host that is asked a second time.
  const hosts = [host(5), host(6), host(7), host(8), host(9), "198.18.8.1"];
  const run = await clock(namespace, "-c", "30", ...hosts);
  const together = run.consensus.at(-1);
  assertEquals([together?.hosts, together?.agreeing, together?.local_clock], [5, 4, "right"]);
  assertEquals(together?.falsetickers, [host(5)]);
  assertEquals(together?.["not_counted"], ["198.18.8.1"]);
  const { consensus_lower_ms: lower = NaN, consensus_upper_ms: upper = NaN } = together ?? {};
  assert(
    lower <= 0 && 0 <= upper && upper - lower < 60,
    `${lower} to ${upper} ms`,
  );
});
