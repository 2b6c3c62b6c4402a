/** `--write`: the capture of a run is one that tshark reads, and decodes to what the run printed. */

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { Lab, withLabNeeds } from "../lab/lab.ts";
import type { Scenario } from "../lab/scenario.ts";
import { captureToFile, NOT_A_MARK } from "../support/capture.ts";
import { mustRun } from "../support/command.ts";
import { VethPair } from "../support/namespace.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import type { OutputRecord } from "../support/records.ts";
import { BAD_LINE } from "../support/bad_line.ts";
import { TerminalWindow } from "../support/terminal_window.ts";
import { systemTest } from "../support/tools.ts";

/** Loss, duplicates, late answers, ICMP errors and an odd clock. */
const SCENARIO: Scenario = {
  seed: 41,
  defaults: {
    ...BAD_LINE,
    clock: { offsetMs: 123.4 },
  },
  hosts: {
    "198.18.0.2": { quirk: "little-endian" },
    "198.18.0.3": { silent: true },
  },
} as Scenario;

/** What a capture cannot know: of a run, and of this machine's own queue. */
const UNKNOWN: ReadonlySet<string> = new Set([
  ...["queue_ms", "queue_median_ms", "queue_p95_ms", "queue_max_ms", "foreign"],
]);
/** What only a capture has. */
const OF_CAPTURES: ReadonlySet<string> = new Set(["client", "captured_at", "packets", "copies"]);
/** Both have it, of another moment or process. */
const OWN_OF_EACH: Readonly<Record<string, readonly string[]>> = {
  summary: ["time"],
  end: ["time", "duration_s", "exit_code"],
};

/** Records but `run`, in an order of their own: a timeout is reported when something else happens. */
function recordsOf(stdout: string): string[] {
  const records: OutputRecord[] = stdout.trim().split("\n").map((line) => JSON.parse(line));
  return records.filter(({ type }) => type !== "run").map((record) => {
    const left = Object.entries(record).filter(([name]) =>
      !UNKNOWN.has(name) && !OF_CAPTURES.has(name) &&
      !OWN_OF_EACH[record.type]?.includes(name)
    );
    return JSON.stringify(Object.fromEntries(left));
  }).sort();
}

async function withFile(use: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-write-" });
  try {
    await use(`${folder}/run.pcapng`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The time-out is nearly what late replies take: a busy machine may hold up the others for a second before they are late, too. */
const WORDS = ["-c", "100", "-i", "30ms", "-W", "1400ms"];
/** Where no reply is late: the lab answers when a busy machine gives it the processor. */
const PATIENCE = ["-W", "30s"];
const TARGETS = ["198.18.0.1", "198.18.0.2", "198.18.0.3"];

systemTest(
  withLabNeeds({
    name: "--write: the capture of a ping decodes to the records that the ping printed",
    tools: ["tshark"],
  }),
  () =>
    withFile(async (path) => {
      await using lab = await Lab.open({ scenario: SCENARIO });
      for (const kind of [[], ["--echo"]]) {
        const live = await lab.run(
          SOURCE_PROGRAM.argv("ping", "--json", ...kind, ...WORDS, "--write", path, ...TARGETS),
        );
        assertEquals([live.code, live.stderr], [1, ""]);
        const decoded = await mustRun(SOURCE_PROGRAM.argv("decode", "--json", path));
        assertEquals(recordsOf(decoded.stdout), recordsOf(live.stdout));
        for (const counter of ["late", "duplicates", "lost"]) {
          assertMatch(live.stdout, new RegExp(`"type":"end".*"${counter}":[1-9]`));
        }
        const fields = [
          "frame.comment",
          "frame.packet_flags_direction",
          "ip.src",
          "icmp.checksum.status",
        ];
        const { stdout, stderr } = await mustRun([
          ...["tshark", "-n", "-r", path, "-o", "ip.check_checksum:TRUE", "-T", "fields"],
          ...[...fields, "ip.checksum.status"].flatMap((name) => ["-e", name]),
        ]);
        assertEquals(stderr.replace(/Running as user.*\n/, ""), "");
        for (const line of stdout.trim().split("\n")) {
          assertMatch(
            line,
            /^198\.18\.0\.[123] probe \d+\t(0x0*2\t192\.0\.2\.1|0x0*1\t198\.18\.0\.[123])\t1\t1$/,
          );
        }
        const { stdout: experts } = await mustRun([
          "tshark",
          "-n",
          "-r",
          path,
          "-q",
          "-z",
          "expert,warn",
        ]);
        assertEquals(experts.trim(), "");
      }
    }),
);

systemTest(
  withLabNeeds({
    name: "--write: clock, scan and audit record every packet that tcpdump sees",
    tools: ["tshark", "tcpdump", "capinfos"],
  }),
  () =>
    withFile(async (path) => {
      await using lab = await Lab.open({ scenario: { seed: 1, defaults: { out: 1, back: 1 } } });
      const runs: string[][] = [
        ["clock", "-c", "10", "-i", "20ms", ...PATIENCE, ...TARGETS],
        ["audit", "--rounds", "2", ...TARGETS],
        ["scan", "--include-reserved", "-r", "1000", "--cooldown", "2", "198.18.0.0/26"],
      ];
      for (const words of runs) {
        const seen = `${path}.tcpdump`;
        const mark = { from: lab, to: "198.18.1.1" };
        await captureToFile({
          ...{ at: lab, device: "lab0", path: seen, mark },
          async run() {
            const run = await lab.run(SOURCE_PROGRAM.argv(...words, "--write", path));
            assertEquals(run.code, 0, run.stderr);
          },
        });
        const identify = async (file: string) => {
          const fields = ["ip.src", "ip.dst", "icmp.type", "icmp.ident", "icmp.seq", "data"];
          const { stdout } = await mustRun([
            ...["tshark", "-n", "-r", file, "-Y", NOT_A_MARK, "-T", "fields"],
            ...fields.flatMap((name) => ["-e", name]),
          ]);
          return stdout.split("\n").slice(0, -1).sort();
        };
        const [ours, theirs] = [await identify(path), await identify(seen)];
        assert(ours.length >= 20, words.join(" "));
        assertEquals(ours, theirs, words.join(" "));
        const { stdout } = await mustRun(["capinfos", "-o", path]);
        assertStringIncludes(stdout, "Strict time order:   True", words.join(" "));
      }
    }),
);

systemTest(
  withLabNeeds({
    name: "--write: an interrupted run, a full disk and a pipe leave a file that can be read",
    tools: ["tshark", "mount", "umount"],
  }),
  () =>
    withFile(async (path) => {
      await using lab = await Lab.open({ scenario: { seed: 1, defaults: { out: 1, back: 1 } } });
      const count = async (file: string) => {
        const { stdout, stderr } = await mustRun(["tshark", "-n", "-r", file]);
        assertEquals(stderr.replace(/Running as user.*\n/, ""), "");
        return stdout.split("\n").length - 1;
      };
      await using running = lab.spawn(
        SOURCE_PROGRAM.argv("ping", "--loop", "-i", "20ms", "--write", path, "198.18.0.1"),
      );
      await running.output(/seq=20/);
      running.sendSignal("SIGINT");
      const stopped = await running.result();
      const [, sent, received] = stopped.stdout.match(/(\d+) sent, (\d+) received/) ?? [];
      assertEquals(await count(path), Number(sent) + Number(received));

      // A capture is replaced, and nothing else is.
      await lab.mustRun(
        SOURCE_PROGRAM.argv("ping", "-c", "1", ...PATIENCE, "--write", path, "198.18.0.1"),
      );
      assertEquals(await count(path), 2);
      const text = `${path}.txt`;
      await Deno.writeTextFile(text, "notes");
      const refused = await lab.run(SOURCE_PROGRAM.argv("ping", "--write", text, "198.18.0.1"));
      assertEquals([refused.code, refused.stdout], [3, ""]);
      assertMatch(
        refused.stderr,
        /it holds something else, expected a new file or a pcapng capture\n$/,
      );
      assertEquals(await Deno.readTextFile(text), "notes");

      const disk = `${path}.disk`;
      await Deno.mkdir(disk);
      await mustRun(["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", disk]);
      try {
        const words = [
          "-c",
          "100",
          "-i",
          "5ms",
          ...PATIENCE,
          "--json",
          "--write",
          `${disk}/full.pcapng`,
        ];
        const full = await lab.run(SOURCE_PROGRAM.argv("ping", ...words, "198.18.0.1"));
        assertEquals(full.code, 4);
        assertMatch(
          full.stderr,
          /^icmptime: Cannot write packets to .*full\.pcapng: No space left on device \(ENOSPC\); the run goes on without\n$/,
        );
        assertEquals(full.stdout.match(/"type":"reply"/g)?.length, 100);
        const kept = await count(`${disk}/full.pcapng`);
        assert(kept > 20 && kept < 200, `${kept} packets`);
      } finally {
        await mustRun(["umount", disk]);
      }

      const pipe = `${path}.pipe`;
      await mustRun(["mkfifo", pipe]);
      const ping = SOURCE_PROGRAM.argv(
        "ping",
        "-c",
        "3",
        "-i",
        "0.1",
        ...PATIENCE,
        "--write",
        pipe,
        "198.18.0.1",
      );
      const [, reader] = await Promise.all([
        lab.mustRun(ping),
        mustRun(["tshark", "-n", "-l", "-r", pipe]),
      ]);
      assertEquals(reader.stdout.split("\n").length - 1, 6);
    }),
);

systemTest(
  withLabNeeds({
    name: "--write: fping, tsping and watch keep each probe and its reply, and say who kept them",
    tools: ["tmux"],
  }),
  () =>
    withFile(async (path) => {
      await using lab = await Lab.open({ scenario: { seed: 1, defaults: { out: 1, back: 1 } } });
      const target = "198.18.0.1";
      /** Decodes the file of a run that probed every 20 ms; returns what was sent and received. */
      const count = async (command: string) => {
        const head = new TextDecoder("latin1").decode(await Deno.readFile(path)).slice(0, 200);
        assertMatch(head, new RegExp(`icmptime ${command}, timeout \\d+ ms`));
        const decoded = await mustRun(SOURCE_PROGRAM.argv("decode", path));
        const [, sent, received] = decoded.stdout.match(/(\d+) sent, (\d+) received/) ?? [];
        return [Number(sent), Number(received)] as const;
      };

      const words = ["--write", path, "-q", "-c", "4", "-p", "20", "-t", "30000", target];
      await lab.mustRun(SOURCE_PROGRAM.argv("fping", ...words));
      assertEquals(await count("fping"), [4, 4]);

      await using tsping = lab.spawn(
        SOURCE_PROGRAM.argv("tsping", "--write", path, "-s20", target),
      );
      await tsping.output(/^(?:.*\n){5}/);
      tsping.sendSignal("SIGTERM");
      await tsping.result();
      const [asked, answered] = await count("tsping");
      assert(asked >= 5 && asked - answered <= 1, `${asked} ${answered}`);

      await using screen = await TerminalWindow.open();
      const watch = SOURCE_PROGRAM.argv("watch", ...[
        "-i",
        "20ms",
        "-c",
        "10",
        ...PATIENCE,
        "--write",
        path,
        target,
      ]);
      await screen.run(lab.argv(watch));
      await screen.until(/^10 sent, 10 received/m);
      await screen.until(/^\$$/m);
      assertEquals(await count("watch"), [10, 10]);
    }),
);

/** Records of one kind. */
function pick(stdout: string, type: string): OutputRecord[] {
  return stdout.trim().split("\n").map((line) => JSON.parse(line)).filter((record) =>
    record.type === type
  );
}

systemTest(
  withLabNeeds({
    name: "--write: the capture of a clock run gives the clock that the run gave, and the lab's",
  }),
  () =>
    withFile(async (path) => {
      const offsetMs = 123.4;
      const scenario = { seed: 1, defaults: { out: 2, back: 3, clock: { offsetMs } } };
      await using lab = await Lab.open({ scenario });
      const words = ["--json", "-c", "60", "-i", "20ms", ...PATIENCE, "--write", path];
      const live = await lab.mustRun(SOURCE_PROGRAM.argv("clock", ...words, ...TARGETS));
      const { stdout } = await mustRun(SOURCE_PROGRAM.argv("decode", "--clock", "--json", path));
      const [run, decoded] = [pick(live.stdout, "clock"), pick(stdout, "clock")];
      assertEquals(decoded.length, TARGETS.length);
      for (const [index, record] of decoded.entries()) {
        const { client, captured_at, time: _, remote_time: __, ...same } = record;
        assertEquals([client, captured_at], ["192.0.2.1", "client"]);
        // The run reads the clock some time after its last packet, and the bounds grow by half a microsecond in a millisecond.
        const laterMs = Math.abs(Number(run[index]?.["time"]) - Number(record["time"])) * 1e3;
        const toleranceMs = 0.0021 + laterMs / 1e3;
        for (const [name, value] of Object.entries(same)) {
          const printed = run[index]?.[name];
          if (typeof value !== "number") assertEquals(value, printed, name);
          else assertAlmostEquals(value, printed as number, toleranceMs, name);
        }
        const { offset_lower_ms: lower, offset_upper_ms: upper } = record;
        assert(Number(lower) <= offsetMs && offsetMs <= Number(upper), `${lower} ${upper}`);
      }
    }),
);

systemTest(
  {
    name: "decode: a capture at the target is recognised, and bounds the client's clock from below",
    tools: ["tcpdump"],
  },
  () =>
    withFile(async (path) => {
      await using pair = await VethPair.open();
      await captureToFile({
        ...{ at: pair.far, device: "any", path },
        mark: { from: pair.near, to: pair.farAddress },
        async run() {
          const words = ["ping", "-c", "5", "-i", "20ms", pair.farAddress];
          await pair.near.mustRun(SOURCE_PROGRAM.argv(...words));
        },
      });
      const { stdout } = await mustRun(SOURCE_PROGRAM.argv("decode", "--clock", "--json", path));
      const [clock] = pick(stdout, "clock");
      assertEquals([clock?.["captured_at"], clock?.["client"]], ["server", pair.nearAddress]);
      // All are one machine here.
      for (const name of ["offset_lower_ms", "client_offset_lower_ms"]) {
        assert(
          Number(clock?.[name]) <= 0 && Number(clock?.[name]) > -1000,
          `${name} ${clock?.[name]}`,
        );
      }
      const text = await mustRun(SOURCE_PROGRAM.argv("decode", path));
      assertStringIncludes(
        text.stdout,
        "captured at the target: rtt is the time that it took to answer",
      );
    }),
);
