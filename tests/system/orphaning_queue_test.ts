/**
 * A queue that takes datagrams off the account of their socket and then drops what it has no room for (netem, tc-netem(8)): the socket
 * never seems full. Every round-trip time is the wire's, or is said to rest on a stamp of the program.
 *
 * Debian's kernels have netem; `deno task test:kernels` runs this where the machine's own kernel has not.
 */

import { assert, assertEquals } from "@std/assert";
import { type CapturedTimestamp, startCapture } from "../support/capture.ts";
import { runCommand } from "../support/command.ts";
import { Namespace, VethPair } from "../support/namespace.ts";
import { readBinaryAge } from "../../tools/binary_age.ts";
import { BINARY_PROGRAM, SOURCE_PROGRAM } from "../support/program.ts";
import { readRecords } from "../support/records.ts";
import { whatIsMissing } from "../support/tools.ts";

const PROGRAM = readBinaryAge() !== "missing" ? BINARY_PROGRAM : SOURCE_PROGRAM;
const RUNS = 3, PROBES = 60;
/** Within this a round-trip time must be the wire's, in milliseconds. */
const TOLERANCE_MS = 1;
/** A few probes fill each of them; `slowness` is for a machine that takes longer to send these. */
const QUEUES: readonly ((slowness: number) => string)[] = [
  (slowness) => `delay ${150 * slowness}ms limit 3`,
  (slowness) => `rate ${8000 / slowness}bit limit 3`,
  (slowness) => `delay ${120 * slowness}ms ${60 * slowness}ms limit 3`,
];
const SLOWNESS = [1, 5, 25];

/** Why the test cannot run here; undefined where it can. */
async function whyNot(): Promise<string | undefined> {
  const missing = whatIsMissing({ namespaces: true, tools: ["tc", "tcpdump", "ping"] });
  if (missing !== undefined) return missing;
  await using namespace = await Namespace.open();
  const { code } = await runCommand([
    ...["ip", "netns", "exec", namespace.name],
    ..."tc qdisc add dev lo root netem limit 3".split(" "),
  ]);
  return code === 0
    ? undefined
    : "this kernel has no netem, 'deno task test:kernels' boots some that do";
}

const ms = ({ unixSeconds, nanoseconds }: CapturedTimestamp) =>
  unixSeconds * 1e3 + nanoseconds / 1e6;

/** What became of the replies of a run, and how many datagrams the queue dropped. */
interface Split {
  /** Within {@linkcode TOLERANCE_MS} of the wire. */
  exact: number;
  /** Said to rest on a stamp of the program. */
  flagged: number;
  /** Neither: a sentence for each. */
  readonly wrong: string[];
  dropped: number;
}

/** Measures with the first of the queues that overflows. */
async function measureOverflow(queueOf: (slowness: number) => string): Promise<Split> {
  for (const slowness of SLOWNESS) {
    const split = await measure(queueOf(slowness), 3 * slowness);
    if (split.dropped > 0) return split;
  }
  throw new Error(`Cannot test ${queueOf(1)}: it did not overflow, however slow it was`);
}

async function measure(queue: string, waitSeconds: number): Promise<Split> {
  await using pair = await VethPair.open();
  // Until the neighbour's address is known, datagrams wait in another queue.
  await pair.near.mustRun(["ping", "-c", "1", pair.farAddress], { timeoutMs: 120_000 });
  const qdisc = `tc qdisc add dev ${pair.device} root netem ${queue}`;
  await pair.near.mustRun(qdisc.split(" "));
  await using near = await startCapture(pair.near, pair.device);
  await using far = await startCapture(pair.far, pair.device);
  const words = [
    "--json",
    "--sequence",
    "0",
    "-c",
    `${PROBES}`,
    "-i",
    "5ms",
    "-W",
    `${waitSeconds}s`,
  ];
  const { stdout, stderr } = await pair.near.run(PROGRAM.argv(...words, pair.farAddress), {
    timeoutMs: 300_000,
  });
  const { stdout: queueState } = await pair.near.mustRun(
    `tc -s qdisc show dev ${pair.device}`.split(" "),
  );
  const dropped = Number(queueState.match(/netem[^]*?dropped (\d+)/)?.[1]);
  const { replies, end } = readRecords(stdout);
  assert(replies.length > 0, stdout + stderr);
  const last = Math.max(...replies.map(({ sequence }) => Number(sequence)));
  const atNear = await near.until(last), atFar = await far.until(last);
  const split: Split = { exact: 0, flagged: 0, wrong: [], dropped };
  for (const reply of replies as readonly Record<string, unknown>[]) {
    if (reply["stamp_source"] === "user") {
      split.flagged++;
      continue;
    }
    const find = (where: readonly CapturedTimestamp[], kind: string) =>
      where.find((each) => each.kind === kind && each.sequence === reply["sequence"]);
    const answer = find(atNear, "reply"), left = find(atNear, "query"), came = find(atFar, "query");
    assert(answer !== undefined && left !== undefined && came !== undefined, JSON.stringify(reply));
    // The driver had it after tcpdump at the near end and before the one at the far end, however long a busy machine took.
    const rttMs = Number(reply["rtt_ms"]);
    const shortest = ms(answer) - ms(came), longest = ms(answer) - ms(left);
    if (rttMs >= shortest - TOLERANCE_MS && rttMs <= longest + TOLERANCE_MS) split.exact++;
    else split.wrong.push(`${JSON.stringify(reply)}, on the wire ${shortest} to ${longest} ms`);
  }
  assertEquals(split.exact + split.flagged + split.wrong.length, end.received);
  return split;
}

const missing = await whyNot();

const isLeftOut = missing !== undefined && !Deno.env.has("TEST_KERNEL");

Deno.test({
  name:
    `ping: a queue that orphans datagrams and overflows: each round trip is the wire's, or flagged${
      isLeftOut ? ` (skipped: ${missing})` : ""
    }`,
  ignore: isLeftOut,
  fn: async () => {
    assertEquals(missing, undefined);
    const wrong: string[] = [];
    for (const queueOf of QUEUES) {
      const queue = queueOf(1);
      for (let run = 1; run <= RUNS; run++) {
        const split = await measureOverflow(queueOf);
        // tools/kernels/round_trips.ts reads this line.
        const counts =
          `${split.exact} exact, ${split.flagged} flagged, ${split.wrong.length} wrong`;
        // deno-lint-ignore no-console
        console.log(`${queue}, run ${run}: ${counts}, ${split.dropped} dropped`);
        wrong.push(...split.wrong.map((each) => `${queue}, run ${run}: ${each}`));
      }
    }
    assertEquals(wrong, []);
  },
});
