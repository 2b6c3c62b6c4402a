/** The lab, judged by programs of others: what they see must be what its log says and what it was told. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { captureToFile, NOT_A_MARK } from "../support/capture.ts";
import { RunningCommand } from "../support/command.ts";
import { Lab, labTest } from "../lab/lab.ts";
import type { LabRequest } from "../lab/log.ts";
import { parseScenario } from "../lab/scenario_file.ts";
import { type QuirkName, quirkNames } from "../lab/scenario.ts";
import { until } from "../support/until.ts";

const HOST = "198.18.0.1";
const NS_PER_MS = 1e6;

function numberIn(text: string, pattern: RegExp): number {
  const match = text.match(pattern);
  assert(match !== null, `no ${pattern} in ${text}`);
  return Number(match[1]);
}

labTest(
  { name: "lab: ping sees the delays that were told", tools: ["ping"] },
  async () => {
    await using lab = await Lab.open({
      scenario: { defaults: { out: 12, back: 7, ttl: 55 } },
    });
    // With -w it waits for each reply, however late a busy machine sends it, and may ask once more meanwhile.
    const { stdout } = await lab.mustRun(["ping", "-c", "20", "-i", "0.02", "-w", "60", HOST]);
    assertEquals(numberIn(stdout, /(\d+) received/), 20);
    assertEquals(stdout.match(/ttl=55/g)?.length, 20);
    // ping's clock starts before the packet leaves and stops after it came: never less than told.
    // How much more is the machine's affair; twice as much would be a delay counted twice.
    const shortestMs = numberIn(stdout, /min\/avg\/max\/mdev = ([\d.]+)/);
    assert(shortestMs >= 19 && shortestMs < 38, `${shortestMs}`);
    const { requests } = await lab.end();
    assertEquals(numberIn(stdout, /(\d+) packets transmitted/), requests.length);
    for (const { arrivalNs, departures } of requests) {
      assertEquals((departures[0]?.plannedNs ?? NaN) - arrivalNs, 19 * NS_PER_MS);
      assert((departures[0]?.actualNs ?? NaN) >= (departures[0]?.plannedNs ?? NaN));
    }
  },
);

labTest(
  {
    name: "lab: ping counts the losses and duplicates that the log counts",
    tools: ["ping"],
  },
  async () => {
    await using lab = await Lab.open({
      scenario: {
        seed: 42,
        defaults: {
          out: { kind: "exponential", baseMs: 1, meanMs: 0.5 },
          back: { kind: "exponential", baseMs: 1, meanMs: 0.5 },
          loss: { kind: "random", outRatio: 0.04, backRatio: 0.03 },
          duplicate: { ratio: 0.02, gap: 0.5 },
          // ping waits for twice its longest round trip in the end: for a reply that a busy machine sends late.
          reorder: { ratio: 0.05, holdMs: 1000 },
        },
      },
    });
    const { stdout } = await lab.run(["ping", "-q", "-c", "2000", "-i", "0.002", "-W", "1", HOST]);
    const { requests, departures, end } = await lab.end();
    const replied = requests.filter(({ fate }) => fate === "replied").length;
    const duplicates = departures.filter(({ kind }) => kind === "duplicate").length;
    assertEquals(numberIn(stdout, /(\d+) packets transmitted/), requests.length);
    assertEquals(numberIn(stdout, /(\d+) received/), replied);
    assertEquals(numberIn(stdout, /\+(\d+) duplicates/), duplicates);
    assertEquals([end?.requests, end?.fates.replied], [requests.length, replied]);
    assertEquals([end?.departures.reply, end?.departures.duplicate], [replied, duplicates]);
    assert(replied > 1700 && replied < 1950 && duplicates > 10, `${replied} ${duplicates}`);
  },
);

labTest(
  {
    name: "lab: hping3 prints the stamps that the log holds",
    tools: ["hping3"],
  },
  async () => {
    await using lab = await Lab.open({
      scenario: {
        defaults: { out: 3, processing: 5, back: 2, clock: { offsetMs: 123.456, skewPpm: 80 } },
      },
    });
    const { stdout } = await lab.mustRun(
      ["hping3", "-1", "--icmp-ts", "-c", "10", "-i", "u50000", HOST],
    );
    const { requests } = await lab.log();
    const printed = [
      ...stdout.matchAll(/Originate=(\d+) Receive=(\d+) Transmit=(\d+)/g),
    ].map((match) => match.slice(1, 4).map(Number));
    assertEquals(printed.length, 10);
    assertEquals(
      printed,
      requests.map(({ originateMs, receiveMs, transmitMs }) => [
        originateMs,
        receiveMs,
        transmitMs,
      ]),
    );
    for (const request of requests) assertTrueStamp(request);
  },
);

/** The receive stamp is the remote clock's floor at exactly arrival + out. */
function assertTrueStamp(request: LabRequest): void {
  const { arrivalNs, outNs, receiveAtNs = NaN, receiveOffsetNs = NaN, receiveMs } = request;
  assertEquals(receiveAtNs, arrivalNs + outNs);
  assertEquals(receiveMs, Math.floor((receiveAtNs + receiveOffsetNs) / NS_PER_MS) % 86_400_000);
}

labTest(
  {
    name: "lab: clockdiff measures the told offset, by timestamp message and by IP option",
    tools: ["clockdiff"],
  },
  async () => {
    await using lab = await Lab.open({
      scenario: { defaults: { out: 4, back: 4, clock: { offsetMs: -2500.25 } } },
    });
    await Promise.all([[], ["-o"], ["-o1"]].map(async (flags) => {
      const { stdout } = await lab.mustRun(["clockdiff", ...flags, HOST]);
      const [, least, most] = stdout.trim().split(/\s+/).map(Number);
      // Whole milliseconds, one or two off on a quiet machine, more on a busy one; a wrong sign or unit is thousands off.
      for (const ms of [least, most]) {
        assert(Math.abs((ms ?? NaN) + 2500) <= 50, `clockdiff ${flags}: ${stdout}`);
      }
    }));
  },
);

/** The last number of each address, the type and code, and what nping calls it. */
const ERRORS: [number, 3 | 4 | 5 | 11 | 12, number, RegExp][] = [
  [10, 3, 1, /203\.0\.113\.9 > 192\.0\.2\.1 Host 198\.18\.0\.10 unreachable \(type=3\/code=1\)/],
  [11, 3, 13, /type=3\/code=13/],
  [12, 4, 0, /Source quench \(type=4\/code=0\)/],
  [13, 5, 1, /Host redirect \(type=5\/code=1\) addr=192\.0\.2\.254/],
  [14, 11, 0, /TTL=0 during transit \(type=11\/code=0\)/],
  [15, 12, 0, /Parameter problem .*\(type=12\/code=0\) pointer=20/],
];

labTest(
  { name: "lab: nping names each ICMP error", tools: ["nping"] },
  async () => {
    const hosts = Object.fromEntries(ERRORS.map(([last, type, code]) =>
      [
        `198.18.0.${last}`,
        { error: { ratio: 1, type, code, from: "203.0.113.9", pointer: 20, quoteOptionBytes: 4 } },
      ] as const
    ));
    await using lab = await Lab.open({ scenario: { hosts } });
    for (const [last, , , expected] of ERRORS) {
      const argv = ["nping", "--icmp", "--icmp-type", "13", "-c", "1", `198.18.0.${last}`];
      const { stdout } = await lab.run(argv);
      assertMatch(stdout, expected);
      assertMatch(stdout, /Rcvd: 1/);
    }
    const { end } = await lab.end();
    assertEquals([end?.fates.refused, end?.departures.error], [ERRORS.length, ERRORS.length]);
  },
);

labTest(
  {
    name: "lab: tshark dissects every packet clean, and reads each quirk's stamps as logged",
    tools: ["tshark", "hping3", "tcpdump", "ping"],
  },
  async () => {
    const directory = await Deno.makeTempDir({ prefix: "icmptime-lab-test-" });
    try {
      const capture = `${directory}/lab.pcap`;
      await using lab = await Lab.open({
        block: "198.18.0.0/24",
        scenario: { defaults: { quirk: { byAddress: quirkNames } } },
      });
      await captureQuirks(lab, capture);
      const { requests } = await lab.log();
      const stamps = requests.filter(({ message }) => message === "timestamp");
      assertEquals(stamps.length, quirkNames.length);
      const frames = await dissect(lab, capture);
      const replies = frames.filter(({ type }) => type === "14");
      assertEquals(
        replies.map(({ receive, transmit }) => [receive, transmit]),
        stamps.map(({ receiveMs, transmitMs }) => [receiveMs, transmitMs]),
      );
      for (const frame of frames) {
        const quirk = quirkNames[Number(frame.host.split(".")[3])] as QuirkName;
        const isSpoiled = quirk === "bad-checksum" && frame.type !== "13" && frame.type !== "8";
        assertEquals([frame.host, frame.checksumStatus], [frame.host, isSpoiled ? "0" : "1"]);
        assertEquals(frame.malformed, "");
      }
      assertEquals(frames.length, 4 * quirkNames.length);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

/** Asks the host of each quirk once by timestamp and once by echo, while tcpdump listens. */
async function captureQuirks(lab: Lab, path: string): Promise<void> {
  const mark = { from: lab, to: "198.18.0.0" };
  const run = async () => {
    for (const [index] of quirkNames.entries()) {
      await lab.run(["hping3", "-1", "--icmp-ts", "-c", "1", `198.18.0.${index}`]);
      await lab.run(["ping", "-c", "1", "-W", "1", `198.18.0.${index}`]);
    }
  };
  await captureToFile({ at: lab, device: "lab0", path, mark, run });
}

interface Dissected {
  readonly host: string;
  readonly type: string;
  readonly checksumStatus: string;
  readonly receive: number;
  readonly transmit: number;
  readonly malformed: string;
}

async function dissect(lab: Lab, capture: string): Promise<Dissected[]> {
  const fields = [
    "ip.src",
    "ip.dst",
    "icmp.type",
    "icmp.checksum.status",
    "icmp.receive_timestamp",
    "icmp.transmit_timestamp",
    "_ws.malformed",
  ];
  const argv = [
    "tshark",
    "-n",
    "-r",
    capture,
    "-Y",
    NOT_A_MARK,
    "-T",
    "fields",
    "-E",
    "separator=,",
  ];
  const { stdout } = await lab.mustRun([...argv, ...fields.flatMap((field) => ["-e", field])]);
  return stdout.trimEnd().split("\n").map((line) => {
    const [source = "", destination = "", type = "", checksumStatus = "", ...rest] = line.split(
      ",",
    );
    const [receive, transmit, malformed = ""] = rest;
    const host = source === lab.address ? destination : source;
    return {
      host,
      type,
      checksumStatus,
      receive: Number(receive),
      transmit: Number(transmit),
      malformed,
    };
  });
}

labTest(
  {
    name: "lab: fping finds exactly the hosts of a /22 that are not silent",
    tools: ["fping"],
  },
  async () => {
    const rules = [{ every: { modulus: 4, remainder: 3 }, behaviour: { silent: true } }];
    await using lab = await Lab.open({ block: "198.18.0.0/22", scenario: { rules } });
    const argv = ["fping", "-a", "-r", "0", "-i", "1", "-t", "5000", "-g"];
    const { stdout } = await lab.run([...argv, "198.18.0.0", "198.18.3.255"]);
    const alive = stdout.trim().split("\n");
    assertEquals(alive.length, 768);
    assert(alive.every((address) => Number(address.split(".")[3]) % 4 !== 3));
    const { end } = await lab.end();
    assertEquals([end?.requests, end?.fates.replied, end?.fates.silent], [1024, 768, 256]);
  },
);

labTest(
  {
    name: "lab: a flood of mutated replies leaves as logged, and the true ones arrive",
    tools: ["ping"],
  },
  async () => {
    const mutation = { ratio: 1, copies: 100, alsoTrue: true };
    await using lab = await Lab.open({ scenario: { logBytes: true, defaults: { mutation } } });
    await lab.run(["ping", "-q", "-c", "100", "-i", "0.002", HOST]);
    // ping leaves when it has counted enough; the last request's copies may still be on their way.
    await until("all copies have left", async () => {
      const { requests, departures } = await lab.log();
      const asked = requests.filter(({ message }) => message === "echo").length;
      return departures.filter(({ kind }) => kind === "mutated").length === 100 * asked;
    });
    const { requests, departures, end } = await lab.end();
    const asked = requests.filter(({ message }) => message === "echo").length;
    assertEquals(end?.departures.mutated, 100 * asked);
    assertEquals(end?.departures.reply, asked);
    const mutated = departures.filter(({ kind }) => kind === "mutated");
    assertEquals(mutated.length, 100 * asked);
    assert(mutated.every(({ bytes, lengthBytes }) => bytes?.length === 2 * lengthBytes));
    assert(asked > 0 && new Set(mutated.map(({ bytes }) => bytes)).size > 80 * asked);
  },
);

labTest(
  { name: "lab: ping meets the routers on the way", tools: ["ping"] },
  async () => {
    const scenario = { defaults: { hops: ["203.0.113.1", "203.0.113.2"] } };
    await using lab = await Lab.open({ scenario });
    const ping = async (ttl: string) => (await lab.run(["ping", "-c1", "-t", ttl, HOST])).stdout;
    assertMatch(await ping("1"), /From 203\.0\.113\.1 icmp_seq=1 Time to live exceeded/);
    assertMatch(await ping("2"), /From 203\.0\.113\.2 icmp_seq=1 Time to live exceeded/);
    assertMatch(await ping("3"), /64 bytes from 198\.18\.0\.1: icmp_seq=1 ttl=62/);
  },
);

labTest(
  {
    name: "lab: the kernel joins a fragmented reply, and drops a lying one",
    tools: ["ping"],
  },
  async () => {
    const spoiled = (kind: "fragment" | "truncate-lying") => ({
      corruption: { ratio: 1, kinds: [kind] },
    });
    await using lab = await Lab.open({
      scenario: {
        hosts: { [HOST]: spoiled("fragment"), "198.18.0.2": spoiled("truncate-lying") },
      },
    });
    const joined = await lab.run(["ping", "-c", "3", "-i", "0.05", "-w", "60", HOST]);
    assertMatch(joined.stdout, /3 received/);
    const dropped = await lab.run(["ping", "-c", "3", "-i", "0.05", "-W", "0.2", "198.18.0.2"]);
    assertMatch(dropped.stdout, /, 0 received/);
  },
);

labTest(
  { name: "lab: SIGTERM leaves a whole log", tools: ["ping"] },
  async () => {
    await using lab = await Lab.open({ scenario: { defaults: { out: 1, back: 1 } } });
    const { stdout } = await lab.mustRun(["ping", "-c", "3", "-i", "0.05", "-w", "60", HOST]);
    const sent = numberIn(stdout, /(\d+) packets transmitted/);
    await until("all replies have left", async () => (await lab.log()).departures.length === sent);
    await lab.signal("SIGTERM");
    const { requests, departures, end } = await lab.log();
    assertEquals([requests.length, departures.length, end?.requests], [sent, sent, sent]);
  },
);

labTest({
  name: "lab: a killed test leaves nothing behind",
  tools: ["pgrep"],
}, async () => {
  const lab = new URL("../lab/lab.ts", import.meta.url).href;
  const configuration = new URL("../../deno.json", import.meta.url).pathname;
  const script = `const { Lab } = await import("${lab}"); const lab = await Lab.open({});
    console.log("open " + lab.namespace + ";"); await new Promise(() => setInterval(() => {}, 1e6));`;
  const program = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(program, script);
    await using test = RunningCommand.spawn(
      [Deno.execPath(), "run", "--quiet", "-A", "--no-check", "--config", configuration, program],
    );
    const [, namespace = ""] = await test.output(/open (\S+);/);
    const reflector = await processOf(namespace);
    const directory = reflector.match(/--orphan-directory (\S+)/)?.[1] ?? "";
    assert((await namespaces()).includes(namespace));
    assert(await exists(`${directory}/scenario.json`));
    test.sendSignal("SIGKILL");
    await test.result();
    const isGone = async () =>
      !(await namespaces()).includes(namespace) && !(await exists(directory)) &&
      (await processOf(namespace)) === "";
    await until("namespace, folder and reflector are gone", isGone);
  } finally {
    await Deno.remove(program);
  }
});

/** The command line of the reflector in a namespace; empty when there is none. */
async function processOf(namespace: string): Promise<string> {
  const argv = ["-f", "-a", `reflector.ts.*${namespace}`];
  const { stdout } = await new Deno.Command("pgrep", { args: argv }).output();
  return new TextDecoder().decode(stdout);
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}

async function namespaces(): Promise<string> {
  const { stdout } = await new Deno.Command("ip", { args: ["netns", "list"] }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("lab: every scenario in the README is one", async () => {
  const path = new URL("../lab/README.md", import.meta.url);
  const text = await Deno.readTextFile(path);
  const examples = [...text.matchAll(/```json\n([^`]*)```/g)].map(([, json]) => json ?? "");
  assert(examples.length >= 15, `${examples.length}`);
  for (const example of examples) parseScenario(example);
});
