/**
 * Monitors that call fping: each reads ours by its own rules, and reads Debian's fping to the same effect. The rules are
 * written here from what each program documents or does.
 */

import { assert, assertEquals } from "@std/assert";
import { Lab, labTest } from "../lab/lab.ts";
import { findTool } from "../support/tools.ts";
import { WrappedPath, WRAPPERS } from "../support/wrapped_path.ts";

const [NEAR, LOSSY, SILENT, COPYING] = [
  ...["198.18.0.1", "198.18.0.2", "198.18.0.3", "198.18.0.4"],
] as const;
const CHECK_FPING = "/usr/lib/nagios/plugins/check_fping";
const UNKNOWN = "nosuch.invalid";

const SCENARIO = {
  defaults: { out: 12, back: 8 },
  hosts: {
    [LOSSY]: { loss: { kind: "pattern", out: "x.." } },
    [SILENT]: { silent: true },
    [COPYING]: { duplicate: { ratio: 1, copies: 1, gap: 3 } },
  },
} as const;

/** Round trip that the lab makes at least, and the time-out of all runs: no time that is printed lies outside. */
const [LEAST_MS, TIMEOUT_MS] = [20, 3000];

/** How a monitor sees one host. */
interface Seen {
  readonly sent?: number;
  readonly received: number;
  /**
   * Every round trip, or the least and the greatest, in the order in which they are read: true for one that can be. How long
   * the path and the machine took beyond the lab's delay is different in each run.
   */
  readonly times: readonly boolean[];
}

/** Whether a printed time is one of this lab, in milliseconds: one in another unit is not. */
function isPossible(text: string): boolean {
  return Number(text) >= LEAST_MS && Number(text) <= TIMEOUT_MS;
}

/** Zabbix: the last lines, `HOST : TIME|-...`, after lines of single replies; ` [<- ADDRESS]` may follow a name. */
function readZabbix(text: string): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  for (const line of text.split("\n")) {
    const match = /^(\S+)(?: \[<- \S+\])?\s+: ((?:-|[\d.]+)(?: (?:-|[\d.]+))*)$/.exec(line);
    if (match === null) continue;
    const values = (match[2] ?? "").split(" ");
    const times = values.filter((value) => value !== "-").map(isPossible);
    seen.set(match[1] ?? "", { sent: values.length, received: times.length, times });
  }
  return seen;
}

/** LibreNMS: `xmt/rcv/%loss = SENT/RECEIVED/LOSS%`, and times where there was a reply. */
function readLibrenms(text: string): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  for (const line of text.split("\n")) {
    const match =
      /^(\S+)\s+: xmt\/rcv\/%loss = (\d+)\/(\d+)\/\d+%(?:, min\/avg\/max = ([\d.]+)\/[\d.]+\/([\d.]+))?$/
        .exec(line);
    if (match === null) continue;
    const [, host = "", sent, received, least, most] = match;
    const times = [least, most].flatMap((text) => text === undefined ? [] : isPossible(text));
    seen.set(host, { sent: Number(sent), received: Number(received), times });
  }
  return seen;
}

/** LibreNMS, many hosts: `HOST is alive` or `is unreachable`; a name that fails is a line of its own. */
function readStates(text: string): Map<string, string> {
  return new Map(
    text.split("\n").flatMap((line) => {
      const match = /^(\S+) is (alive|unreachable)/.exec(line) ??
        /^(\S+): (Name or service not known|Temporary failure in name resolution)$/.exec(line);
      return match === null ? [] : [[match[1] ?? "", match[2] ?? ""] as const];
    }),
  );
}

/**
 * Netdata: charts are announced once, then BEGIN, SET lines and END. Returns the last value of each dimension, and what is said of
 * charts and dimensions but for titles, which changed in fping 5.2: kind, unit, place and divisor decide what is drawn.
 */
function readNetdata(
  text: string,
): { charts: string[]; said: string[]; values: Map<string, number> } {
  const charts: string[] = [], said: string[] = [], values = new Map<string, number>();
  let open: string | undefined;
  for (const line of text.trim().split("\n")) {
    const [word, name = ""] = line.split(" ");
    if (word === "CHART" || word === "DIMENSION") {
      said.push(line.replace(/'FPing (\w+)[^']*' (\w+) '[^']*'/, "'$1' $2"));
    }
    if (word === "CHART") charts.push(name);
    else if (word === "BEGIN") {
      assert(open === undefined && charts.includes(name), line);
      open = name;
    } else if (word === "END") open = undefined;
    else if (word === "SET") {
      const match = /^SET (\w+) = (\d+)$/.exec(line);
      assert(match !== null && open !== undefined, line);
      values.set(`${open} ${match[1]}`, Number(match[2]));
    } else assertEquals(word, "DIMENSION");
  }
  return { charts, said, values };
}

labTest({
  name: "monitors: Zabbix, LibreNMS and Netdata read our fping as they read fping",
  tools: ["fping"],
}, async (context) => {
  await using wrapped = await WrappedPath.open();
  const programs = { theirs: findTool("fping") ?? "fping", ours: `${WRAPPERS}/fping` };
  /** Both programs, each over a lab of its own: a host's losses go on from run to run. */
  const withBoth = async (run: (lab: Lab, program: string) => Promise<string>) => {
    const runOne = async (program: string) => {
      await using lab = await Lab.open({ scenario: SCENARIO });
      return await run(lab, program);
    };
    return await Promise.all([runOne(programs.theirs), runOne(programs.ours)]);
  };
  /** Runs a shell line with each program as $F. */
  const runBoth = (line: string) =>
    withBoth(async (lab, program) =>
      (await lab.run(wrapped.argv("env", `F=${program}`, "sh", "-c", line))).stdout
    );
  const feed = (...hosts: readonly string[]) => hosts.map((host) => `${host}\\n`).join("");

  await context.step("Zabbix", async () => {
    const line = `printf '${
      feed(NEAR, LOSSY, SILENT, COPYING)
    }' | $F -C3 -p200 -b68 -t${TIMEOUT_MS} -i0 2>&1`;
    const [theirs, ours] = (await runBoth(line)).map(readZabbix);
    assertEquals(ours, theirs);
    assertEquals(ours?.get(NEAR), { sent: 3, received: 3, times: [true, true, true] });
    assertEquals([ours?.get(LOSSY)?.received, ours?.get(SILENT)?.received], [2, 0]);
    // It says -t50 itself; a busy machine may need longer.
    const [oneTheirs = "", oneOurs = ""] = await runBoth(
      `printf '${feed(NEAR)}' | $F -c1 -t${TIMEOUT_MS} -i0 2>&1`,
    );
    assertEquals([oneTheirs, oneOurs].map((text) => /\[0\], \d+ bytes/.test(text)), [true, true]);
  });

  await context.step("LibreNMS", async () => {
    for (const host of [NEAR, LOSSY, SILENT]) {
      const [theirs, ours] =
        (await runBoth(`$F -4 -e -q -c 3 -p 200 -t ${TIMEOUT_MS} -O 0 ${host} 2>&1`))
          .map(readLibrenms);
      assertEquals(ours, theirs);
      assertEquals(ours?.get(host)?.sent, 3);
    }
    const [theirs, ours] = (await runBoth(
      `printf '${feed(NEAR, SILENT, UNKNOWN)}' | $F -f - -t ${TIMEOUT_MS} -r 1 -O 0 2>&1`,
    )).map(readStates);
    assertEquals(ours, theirs);
    assertEquals([ours?.get(NEAR), ours?.get(SILENT)], ["alive", "unreachable"]);
    assert(ours?.has(UNKNOWN));
  });

  await context.step("Netdata", async () => {
    const words = ["-N", "-l", "-Q", "1", "-p", "200", "-R", "-b", "56", "-i", "1", "-r", "0"];
    const [theirs, ours] = (await withBoth(async (lab, program) => {
      await using running = lab.spawn(wrapped.argv(program, ...words, "-t", "5000", NEAR));
      // Two rounds of all charts: a round without a reply has no chart of latencies.
      const [rounds] = await running.output(/^(?:[^]*?^BEGIN \S+_latency[^]*?^END$){2}/m);
      running.sendSignal("SIGINT");
      readNetdata((await running.result()).stdout);
      return rounds;
    })).map(readNetdata);
    assertEquals(ours?.charts, theirs?.charts);
    assertEquals(ours?.charts.length, 3);
    assertEquals(ours?.said, theirs?.said);
    assertEquals([...ours?.values.keys() ?? []], [...theirs?.values.keys() ?? []]);
    const value = (name: string) => ours?.values.get(`fping.198_18_0_1_${name}`) ?? NaN;
    assertEquals(value("quality returned"), 100);
    assert(value("packets xmt") > 0 && value("packets rcv") > 0);
    // Nanoseconds, by the divisor of the dimension.
    assert(value("latency min") >= 20e6 && value("latency min") <= value("latency max"));
  });
});

labTest({
  name: "monitors: check_fping says the same of our fping as of fping",
  tools: ["fping", "unshare", "mount"],
  missing: isThere(CHECK_FPING) ? undefined : "check_fping is not installed",
}, async () => {
  await using wrapped = await WrappedPath.open();
  await using lab = await Lab.open({ scenario: SCENARIO });
  // It knows one path alone, and calls fping without PATH: both are ours in a mount namespace of its own.
  const mounts = `mount --bind ${WRAPPERS}/fping ${findTool("fping")} && ` +
    `mount --bind ${wrapped.folder} /usr/local/sbin`;
  const replaced = (line: string) => ["unshare", "-m", "sh", "-c", `${mounts} && ${line}`];
  const limits = `-w ${TIMEOUT_MS},20% -c ${2 * TIMEOUT_MS},60%`;
  const lines = [
    ...[`-H ${NEAR} -n 2 ${limits}`, `-H ${SILENT} -n 2 ${limits}`, `-H ${NEAR} -a`],
    ...[`-H ${NEAR} -n 2 -b 100 -w 10,20% -c 15,60%`, `-H ${SILENT} -a`],
  ].map((words) => `${words} -T ${TIMEOUT_MS}`);
  await Promise.all(lines.map(async (words) => {
    const line = `${CHECK_FPING} ${words}`;
    const theirs = await lab.run(["sh", "-c", line]);
    const ours = await lab.run(wrapped.argv(...replaced(line)));
    const mask = (text: string) =>
      text.replaceAll(/([\d.]+) ms/g, (all, ms) => isPossible(ms) ? "RTT ms" : all)
        .replaceAll(/=([\d.]+)s/g, (all, s) => isPossible(`${Number(s) * 1000}`) ? "=RTTs" : all);
    assertEquals([words, ours.code, mask(ours.stdout)], [words, theirs.code, mask(theirs.stdout)]);
  }));
});

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
