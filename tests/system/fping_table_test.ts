/** Hundreds of command lines, each run by Debian's fping and by `icmptime fping`: the same lines, streams and exit codes. */

import { assert, assertEquals } from "@std/assert";
import { type CommandResult, RunningCommand } from "../support/command.ts";
import {
  BOTH_READ,
  BOTH_REFUSE,
  BOTH_SAY,
  FPING_HOSTS,
  INTERRUPTED,
  LATER_SAYS,
} from "../support/fping_table.ts";
import { BOTH_SAY_OF_VALUES, LATER_COUNTS, LATER_REFUSES } from "../support/fping_value_rows.ts";
import { Namespace } from "../support/namespace.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { systemTest } from "../support/tools.ts";

/** Command lines that run at one time. */
const AT_ONCE = 4;
/** How often a line may be tried until both programs say the same. */
const TRIES = 5;

const NFT = `table ip odd {
  chain input {
    type filter hook input priority 0;
    ip daddr 127.66.0.0/16 icmp type { echo-request, timestamp-request } drop
    ip daddr 127.77.0.1 icmp type echo-request reject with icmp net-unreachable
    ip daddr 127.77.0.2 icmp type echo-request reject with icmp host-unreachable
    ip daddr 127.77.0.3 icmp type echo-request reject with icmp prot-unreachable
    ip daddr 127.77.0.4 icmp type echo-request reject with icmp port-unreachable
    ip daddr 127.77.0.5 icmp type echo-request reject with icmp net-prohibited
    ip daddr 127.77.0.6 icmp type echo-request reject with icmp host-prohibited
    ip daddr 127.77.0.7 icmp type echo-request reject with icmp admin-prohibited
  }
  chain output {
    type filter hook output priority 0;
    ip saddr 127.88.0.0/16 icmp type { echo-reply, timestamp-reply } ip saddr set 127.99.0.1
  }
}`;

/** The namespace of the table. */
class Place implements AsyncDisposable {
  readonly #namespace: Namespace;

  private constructor(namespace: Namespace) {
    this.#namespace = namespace;
  }

  static async open(): Promise<Place> {
    const place = new Place(await Namespace.open());
    const namespace = place.#namespace;
    // `ip netns exec` puts the files of this folder in the place of those in /etc.
    await Deno.mkdir(place.#folder, { recursive: true });
    await Deno.writeTextFile(`${place.#folder}/hosts`, FPING_HOSTS);
    await Deno.writeTextFile(`${place.#folder}/nsswitch.conf`, "hosts: files\n");
    await namespace.ip(
      "route add blackhole 10.8.0.0/24",
      "route add prohibit 10.8.1.0/24",
      "route add unreachable 10.8.2.0/24",
    );
    await namespace.nft(NFT);
    return place;
  }

  /** Runs fping and ours with the same words, at once. */
  async runBoth(line: string, stdin?: string): Promise<[CommandResult, CommandResult]> {
    return await Promise.all([
      this.#run(["fping", ...wordsOf(line)], stdin),
      this.#run(SOURCE_PROGRAM.argv("fping", ...wordsOf(line)), stdin),
    ]);
  }

  /** Runs ours. */
  async run(line: string): Promise<CommandResult> {
    return await this.#run(SOURCE_PROGRAM.argv("fping", ...wordsOf(line)));
  }

  spawn(argv: readonly string[]): RunningCommand {
    return this.#namespace.spawn(argv);
  }

  async #run(argv: readonly string[], stdin?: string): Promise<CommandResult> {
    return await this.#namespace.run(argv, stdin === undefined ? {} : { stdin });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#namespace.close();
    await Deno.remove(this.#folder, { recursive: true });
  }

  get #folder(): string {
    return `/etc/netns/${this.#namespace.name}`;
  }
}

function wordsOf(line: string): string[] {
  return line.split(" ").filter((word) => word !== "").map((word) => word === "''" ? "" : word);
}

function withEnd(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** What differs from run to run, taken out; lines of a run in which time-outs and replies mix are sorted. */
function shapeOf({ code, stdout, stderr }: Pick<CommandResult, "code" | "stdout" | "stderr">) {
  const mask = (text: string) => text.split("\n").map(maskLine);
  const lines = mask(stdout);
  const isMixed = stdout.includes("timed out");
  return { code, stdout: isMixed ? lines.toSorted() : lines, stderr: mask(stderr) };
}

const NUMBER = String.raw`\d+(?:\.\d+)?(?:e\+\d+)?`;

function maskLine(line: string): string {
  const times = new RegExp(` : (?:-|${NUMBER})(?: (?:-|${NUMBER}))*$`);
  return line
    .replace(/^\[\d{10}\.\d{5}\]/, "[UNIX]")
    .replace(/^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}\]/, "[ISO]")
    .replace(/^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\]/, "[RFC3339]")
    .replace(/^\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\]/, "[CTIME]")
    .replace(/^\[\d\d:\d\d:\d\d\]$/, "[CLOCK]")
    .replace(new RegExp(`${NUMBER} ms`, "g"), "T ms")
    .replace(new RegExp(`\\(${NUMBER} avg`), "(T avg")
    .replace(new RegExp(`= ${NUMBER}/${NUMBER}/${NUMBER}$`), "= T/T/T")
    .replace(/^ +\d+\.\d{3} sec/, " T sec")
    .replace(/^(SET (?:min|avg|max)) = \d+$/, "$1 = T")
    .replace(/(Originate|Receive|Transmit|Localreceive)=\d+/g, "$1=T")
    .replace(/"(rtt\w*|elapsed)": [\d.]+/g, '"$1": T')
    .replace(times, (list) => list.replace(new RegExp(NUMBER, "g"), "T"));
}

/** Runs every item, a few at a time, and gathers what is said of those that fail. */
async function runAll<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const failures: string[] = [];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      const failure = await tryOften(() => run(item as T));
      if (failure !== undefined) failures.push(`${JSON.stringify(item)}: ${failure}`);
    }
  }));
  assertEquals(failures.length, 0, failures.join("\n\n"));
}

/**
 * Runs something until it does not fail, a few times at most; returns the last failure. Many of the lines have periods and time-outs
 * of milliseconds: where a busy machine holds up one of the two programs for so long, a time-out says nothing of the programs. What
 * is different in them is so each time.
 */
async function tryOften(run: () => Promise<void>): Promise<unknown> {
  let failure: unknown;
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      await run();
      return undefined;
    } catch (error) {
      failure = error;
    }
  }
  return failure;
}

const NEEDS = { tools: ["fping", "nft"], namespaces: true };

systemTest({
  name: "fping: hundreds of command lines give the lines, streams and codes of Debian's fping",
  ...NEEDS,
}, async () => {
  await using place = await Place.open();
  const lines = [
    ...Object.values({ ...BOTH_SAY, ...BOTH_SAY_OF_VALUES }).flat().map((line) => [line] as const),
    ...BOTH_READ,
  ];
  assert(lines.length >= 300);
  await runAll(lines, async ([line, stdin]) => {
    const [theirs, ours] = await place.runBoth(line, stdin);
    assertEquals(shapeOf(ours), shapeOf(theirs));
  });
});

systemTest({
  name: "fping: a wrong command line is refused as by Debian's fping, and with a reason",
  ...NEEDS,
}, async () => {
  await using place = await Place.open();
  await runAll(BOTH_REFUSE, async (line) => {
    const [theirs, ours] = await place.runBoth(line);
    assertEquals([theirs.code, theirs.stdout], [1, ""]);
    assertEquals([ours.code, ours.stdout], [1, ""]);
    assert(/^fping: .+\n/.test(ours.stderr), ours.stderr);
  });
});

systemTest({
  name: "fping: what fping 5.5 has and Debian's does not is as its documents say",
  ...NEEDS,
}, async () => {
  await using place = await Place.open();
  await runAll([...LATER_SAYS, ...LATER_COUNTS], async ([line, given]) => {
    const { code, stdout = [], stderr = [] } = given;
    const expected = { code, stdout: withEnd(stdout), stderr: withEnd(stderr) };
    assertEquals(shapeOf(await place.run(line)), shapeOf(expected));
  });
});

systemTest({
  name: "fping: a value that fping 5.5 does not read to its end is refused, and named",
  ...NEEDS,
}, async () => {
  await using place = await Place.open();
  await runAll(LATER_REFUSES, async (line) => {
    const { code, stdout, stderr } = await place.run(line);
    assertEquals([code, stdout], [1, ""]);
    assert(/^fping[:,] .+\n/.test(stderr), stderr);
  });
});

systemTest({
  name: "fping: SIGINT ends a run and SIGQUIT shows it as in Debian's fping",
  ...NEEDS,
}, async () => {
  await using place = await Place.open();
  await runAll(INTERRUPTED, async (each) => {
    const words = wordsOf(each.line);
    const [theirs, ours] = await Promise.all([
      interrupt(place, ["fping", ...words], each),
      interrupt(place, SOURCE_PROGRAM.argv("fping", ...words), each),
    ]);
    assertEquals(shapeOf(ours), shapeOf(theirs));
  });
});

/** Runs a program until its output has shown each pattern, and sends it a signal then. */
async function interrupt(
  place: Place,
  argv: readonly string[],
  { steps }: (typeof INTERRUPTED)[number],
): Promise<CommandResult> {
  await using command = place.spawn(argv);
  for (const { stream, pattern, signal } of steps) {
    await command.output(pattern, stream);
    command.sendSignal(signal);
  }
  const result = await command.result();
  // fping may report one more interval, in which nothing happened, before it sees the signal.
  const stderr = result.stderr.replaceAll(/^\[[\d:]+\]\n(?:.* 0\/0\/0%.*\n)+/gm, "");
  // Its charts have other titles from version 5.2 on.
  const stdout = result.stdout
    .replaceAll(/'(FPing \w+)(?: for host \S+)?' (\w+) '\S+'/g, "'$1' $2")
    .replace(/^(BEGIN .*_packets\nSET xmt = 0\n[^]*)/m, "");
  return { ...result, stdout, stderr };
}
