/** icmptime as a library: what a program that imports it sees, and what is left behind when it stops. */

import { assert, assertEquals, assertMatch, assertRejects, assertStrictEquals } from "@std/assert";
import * as library from "icmptime";
import { type ExtraReply, ping, type PingOptions, type ProbeOutcome, TargetError } from "icmptime";
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
const PATIENT_MS = 20_000;

/** Opens a run's socket inside a network: the first outcome is there when this resolves. */
async function startIn(
  place: Pick<Namespace, "enter">,
  targets: string | readonly string[],
  options: PingOptions,
): Promise<{ first: ProbeOutcome; rest: AsyncGenerator<ProbeOutcome, void, void> }> {
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
    for (let turn = 0; turn < 3; turn++) {
      await pair.near.run(["ping", "-c", "1", "-W", "0.01", "-s", "1400", pair.farAddress]);
    }
    const options = { count: 1, timeoutMs: PATIENT_MS, stampAt };
    const { first } = await startIn(pair.near, pair.farAddress, options);
    assert(first.kind === "reply");
    const { probe: { queueNs = NaN }, reply: { rttNs } } = first;
    queueMs.push(queueNs / 1e6);
    assert(stampAt === "queue" ? rttNs >= queueNs : rttNs < queueNs, `${rttNs} and ${queueNs} ns`);
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

systemTest(
  { name: "library: a project elsewhere imports it by name alone", namespaces: true },
  async () => {
    await using namespace = await Namespace.open();
    const folder = await Deno.makeTempDir({ prefix: "icmptime-library-" });
    try {
      const imports = { icmptime: `${PROJECT_FOLDER}src/mod.ts` };
      await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ imports }));
      const script = `import { ping, type ProbeOutcome } from "icmptime";
      const kinds: ProbeOutcome["kind"][] = [];
      for await (const { kind } of ping("127.0.0.1", { count: 2, intervalMs: 10, timeoutMs: 20000 })) kinds.push(kind);
      console.log(kinds.join());`;
      await Deno.writeTextFile(`${folder}/use.ts`, script);
      const argv = [
        Deno.execPath(),
        "run",
        "--check",
        "--no-prompt",
        "--quiet",
        "--allow-ffi",
        "use.ts",
      ];
      const { stdout, stderr } = await namespace.run(argv, { cwd: folder });
      assertEquals([stdout, stderr], ["reply,reply\n", ""]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

systemTest(
  { name: "library: one outcome for each probe, then the end", namespaces: true },
  async () => {
    await using pair = await VethPair.open();
    const options = { count: 4, intervalMs: 20, timeoutMs: 1000 };
    const { first, rest } = await startIn(pair.near, [pair.farAddress, "10.77.0.9"], options);
    const outcomes = [first, ...await Array.fromAsync(rest)];
    const told = outcomes.map((outcome) => {
      if (outcome.kind === "unsent") return `${outcome.target.label} ${outcome.index}`;
      return `${outcome.probe.target.label} ${outcome.probe.index}`;
    });
    assertEquals(
      told.toSorted(),
      [pair.farAddress, "10.77.0.9"].flatMap((host) => [0, 1, 2, 3].map((n) => `${host} ${n}`)),
    );
    for (const outcome of outcomes) {
      if (outcome.kind !== "reply") continue;
      const { probe, reply } = outcome;
      assertEquals([probe.target.label, remarksOf(reply.flags)], [pair.farAddress, []]);
      assert(reply.rttNs > 0 && reply.measurement?.offset !== undefined);
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
    if (outcome.kind === "reply") numbers.push(outcome.probe.index);
  }
  assertEquals(numbers, Array.from({ length: 99 }, (_, i) => i + 1));
});

labTest({ name: "library: duplicates and strangers are told beside the outcomes" }, async () => {
  await using lab = await Lab.open({
    scenario: {
      hosts: {
        "198.18.0.1": { duplicate: { ratio: 1, copies: 1, gap: 1 } },
        "198.18.0.2": { forgery: { ratio: 1, kinds: ["other-identifier"], instead: true } },
      },
    },
  });
  const extras: ExtraReply[] = [];
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
  assertEquals(extras.map(({ kind, probe }) => [kind, probe.index]), [["duplicate", 0], [
    "duplicate",
    1,
  ]]);
  assertEquals(strays, ["foreign", "foreign"]);
});

labTest({ name: "library: echo has outcomes too" }, async () => {
  await using lab = await Lab.open();
  const options = { count: 2, intervalMs: 10, timeoutMs: PATIENT_MS, message: "echo" } as const;
  const { first, rest } = await startIn(lab, "198.18.0.1", options);
  for (const outcome of [first, ...await Array.fromAsync(rest)]) {
    assert(outcome.kind === "reply");
    const { stamps, lengthBytes, flags } = outcome.reply;
    assertEquals([stamps, lengthBytes, flags], [undefined, 64, []]);
  }
});

Deno.test("library: what cannot be asked is an error before anything is sent", async () => {
  const first = (targets: string | string[], options?: PingOptions) =>
    ping(targets, options).next();
  const error = await assertRejects(() => first(["::1", "127.0.0.1", "224.0.0.1"]), TargetError);
  assertEquals(error.problems.map(({ label, kind }) => [label, kind]), [
    ["::1", "invalid"],
    ["224.0.0.1", "invalid"],
  ]);
  await assertRejects(() => first("10.0.0.0/8"), TargetError, "expected fewer, or `icmptime scan`");
  for (
    const options of [{ count: 0 }, { count: 1.5 }, { intervalMs: -1 }, { timeoutMs: 0 }, {
      deadlineMs: NaN,
    }]
  ) {
    await assertRejects(() => first("127.0.0.1", options), RangeError, "want");
  }
  for (
    const options of [{ ttl: 256 }, { tos: -1 }, { sourceAddress: "lo" }, { exclude: ["x/y"] }]
  ) {
    await assertRejects(() => first("127.0.0.1", options), RangeError);
  }
  await assertRejects(() => first([]), RangeError, "at least one target");
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
