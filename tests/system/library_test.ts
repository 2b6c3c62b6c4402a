/** icmptime as a library: what a program that imports it sees, and what is left behind when it stops. */

import { assert, assertEquals, assertMatch, assertRejects, assertStrictEquals } from "@std/assert";
import * as library from "icmptime";
import {
  clock,
  decode,
  ping,
  type PingOptions,
  type PingOutcome,
  type PingReply,
  scan,
  type ScanFinding,
  TargetError,
} from "icmptime";
import * as packet from "../../src/packet/mod.ts";
import { Lab, labTest } from "../lab/lab.ts";
import { Namespace, VethPair } from "../support/namespace.ts";
import { withoutNetRaw } from "../support/program.ts";
import { runCommand } from "../support/command.ts";
import { systemTest } from "../support/tools.ts";
import { remarksOf } from "../support/records.ts";
import { PROJECT_FOLDER } from "../../tools/project.ts";
import "../support/open_libc.ts";

const CONFIGURATION = ["--config", `${PROJECT_FOLDER}deno.json`];

/** argv of an example, with these flags of Deno and no others. */
function example(name: string, flags: readonly string[], ...args: readonly string[]): string[] {
  const path = `${PROJECT_FOLDER}examples/${name}`;
  return [
    Deno.execPath(),
    "run",
    "--no-prompt",
    "--quiet",
    ...CONFIGURATION,
    ...flags,
    path,
    ...args,
  ];
}

/** A machine that is busy answers late: what is expected to answer is waited for this long. */
const PATIENT_MS = 60_000;

/** Opens a run's socket inside a network: the first outcome is there when this resolves. */
async function startIn(
  place: Pick<Namespace, "enter">,
  targets: string | readonly string[],
  options: PingOptions,
): Promise<{ first: PingOutcome; rest: AsyncGenerator<PingOutcome, void, void> }> {
  const rest = ping(targets, options);
  using _inside = place.enter();
  const first = await rest.next();
  if (first.done) throw new Error("Cannot start: there was no outcome");
  return { first: first.value, rest };
}

function countDescriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

systemTest({
  name: "library: the time in our own queue is known apart from the round trip, or counted in it",
  namespaces: true,
  tools: ["tc", "ping"],
}, async () => {
  await using pair = await VethPair.open();
  await pair.near.mustRun(["ping", "-c", "1", pair.farAddress]);
  const shaper = ["tbf", "rate", "16kbit", "burst", "1600", "limit", "100000"];
  await pair.near.mustRun(["tc", "qdisc", "add", "dev", pair.device, "root", ...shaper]);
  const queueMs: number[] = [];
  for (const stampAt of [undefined, "queue"] as const) {
    // Five seconds of queue, so that some of it is left when a busy machine gets to the probe.
    const long = ["-c", "8", "-i", "0.002", "-W", "0.01", "-s", "1400"];
    await pair.near.run(["ping", ...long, pair.farAddress]);
    const options = { count: 1, timeoutMs: PATIENT_MS, stampAt };
    const { first } = await startIn(pair.near, pair.farAddress, options);
    assert(first.kind === "reply");
    const { queueMs: queued = NaN, rttMs } = first;
    queueMs.push(queued);
    assert(stampAt === "queue" ? rttMs >= queued : rttMs < queued, `${rttMs} and ${queued} ms`);
  }
  for (const ms of queueMs) assert(ms > 200, `${ms} ms`);
});

systemTest(
  { name: "library: the example of ping runs with --allow-ffi alone", namespaces: true },
  async () => {
    await using pair = await VethPair.open();
    const targets = [pair.farAddress, "10.77.0.9", "192.0.2.1"];
    const { code, stdout, stderr } = await pair.near.run(
      example("delay_directions.ts", ["--allow-ffi"], ...targets),
    );
    assertEquals([code, stderr], [0, ""]);
    const lines = stdout.trimEnd().split("\n");
    const of = (target: string) => lines.filter((line) => line.startsWith(`${target}: `));
    assertEquals(targets.map((target) => of(target).length), [3, 3, 3]);
    for (const line of of(pair.farAddress)) {
      assertMatch(line, / \d+\.\d{3} ms there and back, out \S+ to \S+ ms, back .* ms ahead$/);
    }
    for (const line of of("10.77.0.9")) assertMatch(line, /: no answer$|host unreachable/);
    for (const line of of("192.0.2.1")) assertMatch(line, /Network is unreachable/);
  },
);

Deno.test("library: the example of packets runs without any permission", async () => {
  const request = "45000028000140004001a2f70a4d00010a4d0002" + "0d009b690000000000000001" +
    "0000000000000000";
  const { code, stdout } = await runCommand(example("read_datagram.ts", [], request));
  assertEquals(code, 0);
  assertMatch(stdout, /10\.77\.0\.1 > 10\.77\.0\.2: .*time stamp query/i);
  const cut = await runCommand(example("read_datagram.ts", [], request.slice(0, 60)));
  assertMatch(cut.stdout, /^Cannot read it: /);
});

/** Checking the types of all that the library imports takes seconds of a processor. */
const CHECK_TIMEOUT_MS = 240_000;

/** A project that imports icmptime by its path and has nothing else of ours: no import map, no types, no lock file. */
class ForeignProject implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<ForeignProject> {
    const folder = await Deno.makeTempDir({ prefix: "icmptime-library-" });
    const imports = { icmptime: `${PROJECT_FOLDER}src/mod.ts` };
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ imports }));
    return new ForeignProject(folder);
  }

  /** Writes programs of this project and checks their types, with those of the library. */
  async check(programs: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(programs)) {
      await Deno.writeTextFile(`${this.folder}/${name}`, text);
    }
    const argv = [Deno.execPath(), "check", "--cached-only", "--quiet", ...Object.keys(programs)];
    const options = { cwd: this.folder, timeoutMs: CHECK_TIMEOUT_MS };
    const { code, stderr } = await runCommand(argv, options);
    assertEquals([code, stderr], [0, ""]);
  }

  /** Runs one of them; returns its output. */
  async run(namespace: Namespace, name: string): Promise<string> {
    const argv = [Deno.execPath(), "run", "--cached-only", "--no-prompt", "--quiet"];
    const { code, stdout, stderr } = await namespace.run([...argv, "--allow-ffi", name], {
      cwd: this.folder,
    });
    assertEquals([code, stderr], [0, ""], name);
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

systemTest(
  { name: "library: a project elsewhere imports it by name alone", namespaces: true },
  async () => {
    await using namespace = await Namespace.open();
    await using project = await ForeignProject.create();
    const script = `import { clock, ping, type PingOutcome, scan } from "icmptime";
      const kinds: PingOutcome["kind"][] = [];
      const options = { count: 2, intervalMs: 10, timeoutMs: 60000 };
      for await (const { kind } of ping("127.0.0.1", options)) kinds.push(kind);
      console.log(kinds.join());
      for await (const { clocks } of clock("127.0.0.1", options)) console.log(clocks.length);
      for await (const each of scan("127.0.0.1", { cooldownMs: 500 })) console.log(each.kind);`;
    await project.check({ "use.ts": script });
    assertEquals(await project.run(namespace, "use.ts"), "reply,reply\n1\nreply\nend\n");
  },
);

/** The code of the `@example` blocks of a module. */
function examplesOf(text: string): string[] {
  return [...text.matchAll(/^ \* ```ts\n((?: \*.*\n)*?) \* ```$/gm)].map(([, code = ""]) =>
    code.replaceAll(/^ \* ?/gm, "")
  );
}

systemTest(
  { name: "library: the example of every function runs in a project elsewhere", namespaces: true },
  async () => {
    await using namespace = await Namespace.open();
    await using project = await ForeignProject.create();
    const programs: Record<string, string> = {};
    for (
      const module of ["mod", "library/ping", "library/clock", "library/scan", "library/decode"]
    ) {
      const text = await Deno.readTextFile(`${PROJECT_FOLDER}src/${module}.ts`);
      const [script, ...more] = examplesOf(text);
      assert(script !== undefined && more.length === 0, `examples of ${module}`);
      programs[`${module.replace("/", "_")}.ts`] = script;
    }
    await project.check(programs);
    for (const name of Object.keys(programs)) {
      const stdout = await project.run(namespace, name);
      // The example of decode reads a capture without packets.
      assert(name === "library_decode.ts" || stdout !== "", name);
    }
  },
);

systemTest(
  { name: "library: the examples of clock, scan and decode run", namespaces: true },
  async () => {
    await using pair = await VethPair.open();
    const { farAddress } = pair;
    const clocks = await pair.near.run(example("clock_offsets.ts", ["--allow-ffi"], farAddress));
    assertEquals([clocks.code, clocks.stderr], [0, ""]);
    assertMatch(clocks.stdout, /^10\.77\.0\.2: -?\d+\.\d{3} ms ahead, from -\S+ to \S+ ms\n$/);

    const hosts = await pair.near.run(example("answering_hosts.ts", ["--allow-ffi"], farAddress));
    assertEquals([hosts.code, hosts.stderr], [0, ""]);
    assertMatch(hosts.stdout, /^10\.77\.0\.2 -?\d+\.\d ms\n1 of 1 hosts answered \(complete\)\n$/);

    const path = await Deno.makeTempFile({ suffix: ".pcap" });
    const icmptime = [Deno.execPath(), "run", "--quiet", "-A", `${PROJECT_FOLDER}main.ts`];
    const words = ["scan", "--dry-run", "-q", "--seed", "1", "--pcap", path, farAddress];
    assertEquals((await pair.near.run([...icmptime, ...words])).code, 0);
    const packets = await runCommand(example("read_capture.ts", ["--allow-read"], path));
    assertEquals(packets.stdout, "1: 10.77.0.1 > 10.77.0.2 timestamp-request\n");
    await Deno.remove(path);
  },
);

systemTest(
  { name: "library: one outcome for each probe, then the end", namespaces: true },
  async () => {
    await using pair = await VethPair.open();
    const options = { count: 4, intervalMs: 20, timeoutMs: 1000 };
    const { first, rest } = await startIn(pair.near, [pair.farAddress, "10.77.0.9"], options);
    const outcomes = [first, ...await Array.fromAsync(rest)];
    const told = outcomes.map(({ target, index }) => `${target} ${index}`);
    assertEquals(
      told.toSorted(),
      [pair.farAddress, "10.77.0.9"].flatMap((host) => [0, 1, 2, 3].map((n) => `${host} ${n}`)),
    );
    for (const outcome of outcomes) {
      if (outcome.kind !== "reply") continue;
      const { target, address, flags, rttMs, measurement, sentTime, receivedTime } = outcome;
      assertEquals([target, address, remarksOf(flags)], [pair.farAddress, pair.farAddress, []]);
      assert(rttMs > 0 && measurement?.offset !== undefined);
      // Unix seconds as doubles are exact to a quarter of a microsecond.
      assert(Math.abs(receivedTime - sentTime - rttMs / 1e3) < 1e-6, `${sentTime}`);
    }
    assertEquals((await rest.next()).done, true);
  },
);

systemTest(
  { name: "library: however the iteration ends, everything is closed", namespaces: true },
  async () => {
    await using pair = await VethPair.open();
    const endless = { count: Infinity, intervalMs: 5, timeoutMs: PATIENT_MS };
    const start = (options: PingOptions = endless) => startIn(pair.near, pair.farAddress, options);
    const breakOff = async () => {
      const { rest } = await start();
      for await (const { kind } of rest) {
        assertEquals(kind, "reply");
        break;
      }
    };
    // What the runtime opens for good, it opens in the first run.
    await breakOff();
    const before = countDescriptors();
    await breakOff();
    assertEquals(countDescriptors(), before);

    const thrown = await start();
    await assertRejects(
      async () => {
        for await (const _ of thrown.rest) throw new Error("enough");
      },
      Error,
      "enough",
    );
    assertEquals(countDescriptors(), before);

    const abort = new AbortController();
    const aborted = await start({ ...endless, signal: abort.signal });
    abort.abort();
    for await (const { kind } of aborted.rest) assertEquals(kind, "reply");
    assertEquals(countDescriptors(), before);

    const overdue = await start({ ...endless, deadlineMs: 500 });
    for await (const { kind } of overdue.rest) assertEquals(kind, "reply");
    assertEquals(countDescriptors(), before);

    // Never asked: nothing was opened.
    await ping(pair.farAddress, endless).return();
    assertEquals(await Array.fromAsync(ping("127.0.0.1", { signal: AbortSignal.abort() })), []);
    assertEquals(countDescriptors(), before);
  },
);

systemTest({
  name: "library: clock yields a report at every interval, and a last one",
  namespaces: true,
}, async () => {
  await using pair = await VethPair.open();
  const before = countDescriptors();
  const options = { count: Infinity, intervalMs: 5, everyMs: 50, timeoutMs: PATIENT_MS };
  const reports = clock([pair.farAddress, "10.77.0.9"], options);
  {
    using _inside = pair.near.enter();
    assertEquals((await reports.next()).done, false);
  }
  for await (const { isFinal, clocks, time } of reports) {
    assertEquals([isFinal, clocks.length], [false, 2]);
    assert(time > 1e9);
    const [far, silent] = clocks;
    assert(silent?.kind === "undecided", "no host is there");
    if (far?.kind !== "decided") continue;
    assert(far.offsetLowerMs <= 0 && 0 <= far.offsetUpperMs, "both clocks are this machine's");
    break;
  }
  assertEquals(countDescriptors(), before);
  const last = clock(pair.farAddress, { count: 3, intervalMs: 5, timeoutMs: PATIENT_MS });
  {
    using _inside = pair.near.enter();
    const { value } = await last.next();
    assert(value !== undefined && value.isFinal);
    assertEquals(value.clocks.map(({ sent, received }) => [sent, received]), [[3, 3]]);
  }
  assertEquals((await last.next()).done, true);
});

systemTest({
  name: "library: scan yields every host once and ends with its counts; broken off, it closes all",
  namespaces: true,
}, async () => {
  await using pair = await VethPair.open();
  await pair.far.ip("route add local 10.77.0.128/25 dev lo");
  const start = async (options: Parameters<typeof scan>[1]) => {
    const rest = scan("10.77.0.128/26", options);
    using _inside = pair.near.enter();
    const first = await rest.next();
    assert(!first.done);
    return { first: first.value, rest };
  };
  const { first, rest } = await start({ rate: 2000, cooldownMs: 2000, seed: 1 });
  const found: ScanFinding[] = [first, ...await Array.fromAsync(rest)];
  const end = found.at(-1);
  assert(end?.kind === "end");
  const { reason, isWhole, hosts, hostsAnswered, sent } = end;
  assertEquals([reason, isWhole, hosts, hostsAnswered, sent], ["complete", true, 64, 64, 64]);
  const replies = found.filter((each) => each.kind === "reply");
  assertEquals(new Set(replies.map(({ address }) => address)).size, 64);
  for (const { offset } of replies) assert(offset !== undefined && offset.lowerMs <= 0);

  const before = countDescriptors();
  const slow = { rate: 100, cooldownMs: 3_600_000 };
  const broken = await start(slow);
  for await (const { kind } of broken.rest) {
    assertEquals(kind, "reply");
    break;
  }
  assertEquals(countDescriptors(), before);
  const abort = new AbortController();
  const aborted = await start({ ...slow, signal: abort.signal });
  abort.abort();
  const last = (await Array.fromAsync(aborted.rest)).at(-1);
  assert(last?.kind === "end");
  assertEquals([last.reason, last.isWhole], ["stopped", false]);
  assertEquals(countDescriptors(), before);
});

Deno.test("library: what cannot be scanned is an error before anything is sent", async () => {
  const first = (targets: string | string[], options?: Parameters<typeof scan>[1]) =>
    scan(targets, options).next();
  await assertRejects(() => first("8.8.8.0/24"), RangeError, "allowPublic");
  await assertRejects(() => first("224.0.0.1"), RangeError, "excluded or reserved");
  await assertRejects(() => first(["10.0.0.1", "x y"]), TargetError, "Cannot probe x y");
  await assertRejects(() => first([]), RangeError, "No target given");
  for (
    const options of [{ rate: 0 }, { cooldownMs: -1 }, { probesPerTarget: 0 }, { seed: -1 }, {
      senderThreads: 1.5,
    }, { shard: { index: 3, count: 2 } }]
  ) {
    await assertRejects(() => first("10.0.0.1", options), RangeError);
  }
});

Deno.test("library: a damaged capture is an error that says where", async () => {
  const all = (bytes: Uint8Array) => Array.fromAsync(decode(bytes));
  await assertRejects(() => all(new Uint8Array(0)), SyntaxError, "octet 0: the file is empty");
  await assertRejects(() => all(new Uint8Array(40)), SyntaxError, "neither pcap nor pcapng");
});

systemTest({
  name: "library: a caller slower than the probes gets every outcome in order",
  namespaces: true,
}, async () => {
  await using pair = await VethPair.open();
  const options = { count: 100, intervalMs: 1, timeoutMs: PATIENT_MS };
  const { first, rest } = await startIn(pair.near, pair.farAddress, options);
  assertEquals(first.kind, "reply");
  const numbers: number[] = [];
  for await (const outcome of rest) {
    if (numbers.length % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 30));
    if (outcome.kind === "reply") numbers.push(outcome.index);
  }
  assertEquals(numbers, Array.from({ length: 99 }, (_, i) => i + 1));
});

labTest(
  { name: "library: duplicates and strangers are reported beside the outcomes" },
  async () => {
    await using lab = await Lab.open({
      scenario: {
        hosts: {
          "198.18.0.1": { duplicate: { ratio: 1, copies: 1, gap: 1 } },
          "198.18.0.2": { forgery: { ratio: 1, kinds: ["other-identifier"], instead: true } },
        },
      },
    });
    const extras: PingReply[] = [];
    const strays: string[] = [];
    const allSeen = Promise.withResolvers<void>();
    const note = () => {
      if (extras.length >= 2 && strays.length >= 2) allSeen.resolve();
    };
    const { first, rest } = await startIn(lab, ["198.18.0.1", "198.18.0.2"], {
      count: 2,
      intervalMs: 50,
      timeoutMs: PATIENT_MS,
      onExtra: (extra) => {
        extras.push(extra);
        note();
      },
      onStray: ({ kind }) => {
        strays.push(kind);
        note();
      },
    });
    const second = await rest.next();
    // The second host never replies: its probes are still pending when everything else has arrived.
    await allSeen.promise;
    await rest.return();
    assertEquals([first.kind, second.value?.kind], ["reply", "reply"]);
    assertEquals(extras.map(({ flags, index }) => [flags[0], index]), [
      ["duplicate", 0],
      ["duplicate", 1],
    ]);
    assertEquals(strays, ["foreign", "foreign"]);
  },
);

labTest({ name: "library: echo has outcomes too" }, async () => {
  await using lab = await Lab.open();
  const options = { count: 2, intervalMs: 10, timeoutMs: PATIENT_MS, message: "echo" } as const;
  const { first, rest } = await startIn(lab, "198.18.0.1", options);
  for (const outcome of [first, ...await Array.fromAsync(rest)]) {
    assert(outcome.kind === "reply");
    const { timestamps, lengthBytes, flags } = outcome;
    assertEquals([timestamps, lengthBytes, flags], [undefined, 64, []]);
  }
});

Deno.test("library: what cannot be asked is an error before anything is sent", async () => {
  const first = (targets: string | string[], options?: PingOptions) =>
    ping(targets, options).next();
  const error = await assertRejects(() => first(["::1", "127.0.0.1", "224.0.0.1"]), TargetError);
  assertEquals(error.problems.map(({ target, kind }) => [target, kind]), [
    ["::1", "invalid"],
    ["224.0.0.1", "invalid"],
  ]);
  await assertRejects(() => first("10.0.0.0/8"), TargetError, "expected fewer, or `icmptime scan`");
  for (
    const options of [{ count: 0 }, { count: 1.5 }, { intervalMs: -1 }, { timeoutMs: 0 }, {
      deadlineMs: NaN,
    }]
  ) {
    await assertRejects(() => first("127.0.0.1", options), RangeError, "expected");
  }
  for (
    const options of [{ ttl: 256 }, { tos: -1 }, { sourceAddress: "lo" }, { exclude: ["x/y"] }]
  ) {
    await assertRejects(() => first("127.0.0.1", options), RangeError);
  }
  await assertRejects(() => first([]), RangeError, "No target given");
});

systemTest({
  name: "library: a socket that the system refuses is its SystemError",
  namespaces: true,
  tools: ["setpriv"],
}, async () => {
  await using namespace = await Namespace.open();
  const argv = withoutNetRaw(example("delay_directions.ts", ["--allow-ffi"], "127.0.0.1"));
  const { code, stderr } = await namespace.run(argv);
  assertEquals(code, 1);
  assertMatch(stderr, /SystemError: Cannot open a raw socket: Operation not permitted \(EPERM\)/);
});

Deno.test("library: the functions of packets are the packet layer's own, and pure", () => {
  for (
    const name of ["parseDatagram", "emitDatagram", "ProbeTemplate", "annotateDatagram"] as const
  ) {
    assertStrictEquals(library[name], packet[name]);
  }
});
