// A scan in trouble: full disks, no route, a cable that is pulled, impatient users. One line each, and the right exit code.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { mustRun } from "../support/command.ts";
import { programTest, SOURCE_PROGRAM } from "../support/program.ts";
import { assertComplaint, readRecords } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";
import { openScanNetwork } from "./scan_network.ts";

const scan = (...words: string[]) => SOURCE_PROGRAM.argv("scan", "--include-reserved", ...words);
const QUICK = ["-q", "--json", "--cooldown", "1s", "--rate", "2k"];
/** 4,096 targets take eight seconds: time for signals on a busy machine. */
const SLOW = ["-q", "--json", "--cooldown", "1s", "--rate", "500"];

/** Starts of the program, at one of which the machine has time for it. */
const MAX_STARTS = 8;

/** Runs with a private full disk at `folder`. */
async function withFullDisk(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-disk-" });
  await mustRun(["mount", "-t", "tmpfs", "-o", "size=8k,mode=777", "tmpfs", folder]);
  try {
    await Deno.writeFile(`${folder}/fill`, new Uint8Array(8192));
    await run(folder);
  } finally {
    await mustRun(["umount", folder]);
    await Deno.remove(folder);
  }
}

for (
  const [option, what, address] of [
    // A checkpoint is written once a second, so the scan lasts two.
    ["--checkpoint", "checkpoint", "198.18.0.0/20"],
    ["--metadata", "metadata", "198.18.0.0/28"],
  ] as const
) {
  programTest({
    name: `${option} on a full disk: the scan goes on, one line, exit 4`,
    tools: ["mount", "umount"],
    namespaces: true,
  }, async (program) => {
    await using pair = await openScanNetwork();
    await withFullDisk(async (folder) => {
      const words = ["scan", "--include-reserved", ...QUICK, option, `${folder}/file`, address];
      const { code, stdout, stderr } = await pair.near.run(program.argv(...words));
      assertComplaint(stderr, new RegExp(`Cannot write the ${what}: No space left on device`));
      const { end, replies } = readRecords(stdout);
      assertEquals([code, end.reason, replies.length], [4, "complete", end.sent]);
    });
  });
}

systemTest(
  {
    name: "no way there, none from there, nowhere to write: one line, nothing sent",
    namespaces: true,
  },
  async () => {
    await using pair = await openScanNetwork();
    await pair.near.ip("route del default");
    const cases: [string[], RegExp][] = [
      [["198.18.0.0/28"], /Cannot look up a route to 198\.18\.0\.0: Network is unreachable/],
      [["-I", "10.9.9.9", "10.77.0.2"], /Cannot send from 10\.9\.9\.9: .*\(EADDRNOTAVAIL\)/],
      [["-I", "nosuch0", "10.77.0.2"], /Cannot use interface nosuch0: No such device/],
    ];
    for (const [words, complaint, expected = 4] of cases) {
      const { code, stdout, stderr } = await pair.near.run(scan("-q", ...words));
      assertEquals([code, stdout], [expected, ""], words.join(" "));
      assertComplaint(stderr, complaint);
    }
  },
);

for (const threads of ["1", "4", "16"]) {
  systemTest({
    name: `a slow link, threads: ${threads}: the cooldown begins when the last probe has left`,
    tools: ["tc"],
    namespaces: true,
  }, async () => {
    await using pair = await openScanNetwork();
    const { near, device } = pair;
    // The queue holds whatever it is given; sixteen send buffers are two seconds of it.
    const shaper = ["tbf", "rate", "2mbit", "burst", "20k", "limit", "500m"];
    await near.mustRun(["tc", "qdisc", "add", "dev", device, "root", ...shaper]);
    // A packet socket passes the queue by; a mark asks for the path that goes through it.
    const words = ["--rate", "max", "-T", threads, "--mark", "1", "--cooldown", "400ms"];
    let backoffs = 0;
    // A machine may be too busy to be faster than the link, not each time.
    for (let tries = 0; tries < MAX_STARTS && backoffs === 0; tries++) {
      const { code, stdout } = await near.run(scan("-q", "--json", ...words, "198.18.0.0/18"));
      const { replies, end } = readRecords(stdout);
      assertEquals([code, end.sent, replies.length], [0, 16_384, 16_384]);
      backoffs = Number(end["backoffs"]);
    }
    assert(backoffs > 0, "the link was fast");
  });
}

systemTest(
  { name: "a reader that goes ends the scan without a word", namespaces: true },
  async () => {
    await using pair = await openScanNetwork();
    const line = scan(...QUICK, "198.18.0.0/18").map((word) => `'${word}'`).join(" ");
    const { stdout, stderr } = await pair.near.run([
      ...["bash", "-c", `{ ${line}; echo "exit $?" >&2; } | head -1`],
    ]);
    assertMatch(stdout, /^\{"type":"run".*\n$/);
    assertEquals(stderr, "exit 0\n");
  },
);

programTest({
  name: "at any rate an interrupt is heard; the second one ends the cooldown",
  namespaces: true,
}, async (program) => {
  await using pair = await openScanNetwork();
  for (const rate of ["500", "max"]) {
    const words = ["-q", "--json", "--yes", "--rate", rate, "--cooldown", "1h", "11.0.0.0/8"];
    await using running = pair.near.spawn(program.argv("scan", ...words));
    await running.output(/"run"/);
    // Two that come at once count as one, so they are repeated until they are heard.
    const impatience = setInterval(() => running.sendSignal("SIGINT"), 300);
    const { code, stdout, stderr } = await running.result().finally(() =>
      clearInterval(impatience)
    );
    const { end } = readRecords(stdout);
    assertEquals([code, stderr, end.reason], [1, "", "stopped"]);
    assert(end.sent > 0);
  }
});

systemTest(
  { name: "standard error that takes nothing costs no result and no metadata", namespaces: true },
  async () => {
    await using pair = await openScanNetwork();
    const folder = await Deno.makeTempDir({ prefix: "icmptime-scan-" });
    const words = ["--cooldown", "1s", "--metadata", `${folder}/metadata`, "198.18.0.0/30"];
    const line = scan(...words).map((word) => `'${word}'`).join(" ");
    const { code, stdout } = await pair.near.run(["bash", "-c", `${line} 2>/dev/full`]);
    assertEquals([code, stdout.trim().split("\n").length], [0, 4]);
    assertEquals(JSON.parse(await Deno.readTextFile(`${folder}/metadata`)).counts.received, 4);
    await Deno.remove(folder, { recursive: true });
  },
);

programTest({
  name: "metadata goes into a pipe too, and a scan that is refused leaves that of the last one",
  tools: ["mkfifo"],
  namespaces: true,
}, async (program) => {
  await using pair = await openScanNetwork();
  const folder = await Deno.makeTempDir({ prefix: "icmptime-scan-" });
  const path = `${folder}/metadata`;
  const words = ["scan", "--include-reserved", "-q", "--cooldown", "1s", "--metadata"];
  await pair.near.mustRun(["mkfifo", `${folder}/pipe`]);
  await using reader = pair.near.spawn(["cat", `${folder}/pipe`]);
  await pair.near.mustRun(program.argv(...words, `${folder}/pipe`, "198.18.0.0/30"));
  assertEquals(JSON.parse((await reader.result()).stdout).counts.received, 4);
  await Deno.writeTextFile(path, "the last one, longer than the next\n".repeat(200));
  const refused = [...words, path, "--checkpoint", `${folder}/missing/file`, "198.18.0.0/30"];
  assertEquals((await pair.near.run(program.argv(...refused))).code, 3);
  assertMatch(await Deno.readTextFile(path), /^the last one/);
  await pair.near.mustRun(program.argv(...words, path, "198.18.0.0/30"));
  assertEquals(JSON.parse(await Deno.readTextFile(path)).complete, true);
  await Deno.remove(folder, { recursive: true });
});

systemTest(
  { name: "killed in its first moment, a scan can be resumed", namespaces: true },
  async () => {
    await using pair = await openScanNetwork();
    const path = await Deno.makeTempFile({ prefix: "icmptime-place-" });
    await using running = pair.near.spawn(scan(...QUICK, "--checkpoint", path, "198.18.0.0/20"));
    await running.output(/"run"/);
    running.sendSignal("SIGKILL");
    await running.result();
    const { code, stdout } = await pair.near.run(scan(...QUICK, "--resume", path, "198.18.0.0/20"));
    const { end } = readRecords(stdout);
    assertEquals([code, end.reason, end.received], [0, "complete", 4096]);
    await Deno.remove(path);
  },
);

systemTest({
  name: "nohup: a scan outlives its terminal",
  tools: ["nohup"],
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  // The runtime takes all signals over half a second after the start: here, before there are targets and thus sockets.
  const script = `exec "$@" < <(sleep 1.5; echo 198.18.0.0/20)`;
  const hangUp = async (...words: readonly string[]) => {
    const argv = [...words, ...scan(...SLOW, "--file", "-")];
    await using running = pair.near.spawn(["bash", "-c", script, "bash", ...argv]);
    await running.output(/"reply"/);
    running.sendSignal("SIGHUP");
    return readRecords((await running.result()).stdout).end.reason;
  };
  assertEquals(await hangUp(), "stopped");
  // On a busy machine half a second may be over before all modules are loaded, and what SIGHUP was is lost. One of some starts
  // is not of that kind.
  const reasons: unknown[] = [];
  while (reasons.length < MAX_STARTS && reasons.at(-1) !== "complete") {
    reasons.push(await hangUp("nohup"));
  }
  assertEquals(reasons.at(-1), "complete", reasons.join());
});

systemTest({
  name: "scan: SIGQUIT says how far it is, as often as it comes, and the scan goes on",
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  await using running = pair.near.spawn(scan(...SLOW, "198.18.0.0/20"));
  await running.output(/"reply"/);
  for (let times = 1; times <= 3; times++) {
    running.sendSignal("SIGQUIT");
    await running.output(new RegExp(`(\\d+\\.\\d %, [^\\n]* sent[^\\n]*\\n){${times}}`), "stderr");
  }
  const { code, stdout } = await running.result();
  assertEquals([code, readRecords(stdout).end.reason], [0, "complete"]);
});

systemTest({
  name: "scan: a reader that has seen enough ends it with 0, as it ends ping",
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  const words = scan("-q", "--rate", "2k", "--cooldown", "1s", "198.18.0.0/19");
  const line = words.map((word) => `'${word}'`).join(" ");
  const script = `set -o pipefail; ${line} | head -2`;
  const { code, stdout, stderr } = await pair.near.run(["bash", "-c", script]);
  assertEquals([code, stdout.trim().split("\n").length, stderr], [0, 2, ""]);
});

systemTest({
  name: "a name without an address: the others are scanned, code 2",
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  const argv = scan("--cooldown", "1s", "-q", "no-such-host.invalid", "198.18.0.0/30");
  // No name server answers there.
  const env = { RES_OPTIONS: "timeout:1 attempts:1" };
  const { code, stdout, stderr } = await pair.near.run(argv, { env });
  assertEquals([code, stdout.trim().split("\n").length], [2, 4]);
  assertComplaint(stderr, /Cannot resolve no-such-host\.invalid/);
});

systemTest({
  name: "on a terminal the progress gives way to what is found",
  tools: ["script"],
  namespaces: true,
}, async () => {
  await using pair = await openScanNetwork();
  const argv = scan("--rate", "100", "--cooldown", "1s", "198.18.0.0/24");
  const terminal = ["env", "TERM=xterm", "script", "-qec", argv.join(" "), "/dev/null"];
  const { stdout } = await pair.near.mustRun(terminal);
  const shown = stdout.split("\n").map((line) => line.trimEnd().split("\x1b[K").at(-1) ?? "");
  assertEquals(shown.filter((line) => /^198\.18\.0\.\d+$/.test(line)).length, 256);
  const other = shown.filter((line) => line !== "" && !/^198\.18\.0\.\d+$/.test(line));
  assertEquals(other.length, 2, other.join("\n"));
  assertMatch(other[0] as string, /^icmptime: sending through a packet socket/);
  assertMatch(
    other[1] as string,
    /^100\.0 %, [\d.]+ s in all, 256 hosts answered \(100\.00 %\), 256 sent/,
  );
});
