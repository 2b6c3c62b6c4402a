/** What ping prints for people: -v, -q, -D, --explain, and colour where it belongs. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Namespace } from "../support/namespace.ts";
import { type Program, programTest } from "../support/program.ts";

const LOOPBACK = "127.0.0.1";
const REPLY =
  /^127\.0\.0\.1: seq=\d+ ttl=64 rtt=\d+\.\d+ ms {2}clock within \d+(?:\.\d)? ms of ours$/;

/** Asks loopback twice; the lines printed. */
async function ask(program: Program, ...args: readonly string[]): Promise<string[]> {
  await using namespace = await Namespace.open();
  const argv = program.argv("-c", "2", "-i", "10ms", ...args, LOOPBACK);
  const { stdout, stderr } = await namespace.mustRun(argv);
  assertEquals(stderr, "");
  return stdout.split("\n");
}

programTest({
  name: "ping: plain text is a line for each reply, then the summary",
  namespaces: true,
}, async (program) => {
  const lines = await ask(program);
  assertMatch(
    lines[0] ?? "",
    /^icmptime: timestamp requests of 20 bytes to 1 target, kernel stamps$/,
  );
  assertMatch(lines[1] ?? "", REPLY);
  assertMatch(lines[2] ?? "", REPLY);
  assertEquals(lines.slice(3, 5), ["", "--- 127.0.0.1 ---"]);
  assertEquals(lines[5], "2 sent, 2 received, 0 % loss");
  assertMatch(lines[6] ?? "", /^clock {3}within [\d.]+ ms of ours, if it ticks each millisecond$/);
  assertMatch(lines[7] ?? "", /^ms +min +median +mean +p95 +max +stddev$/);
  const rows = ["rtt", "out", "back", "out jitter", "back jitter"];
  for (const [index, row] of rows.entries()) {
    assertMatch(lines[8 + index] ?? "", new RegExp(`^${row}( +-?\\d+\\.\\d+){6}$`));
  }
  assertEquals(lines.slice(13), [""]);
});

programTest({ name: "ping: -q prints the summary only", namespaces: true }, async (program) => {
  const lines = await ask(program, "-q");
  assertEquals(lines.slice(0, 2), ["", "--- 127.0.0.1 ---"]);
  assertEquals(lines.filter((line) => line.includes("seq=")), []);
});

programTest({
  name: "ping: -v adds the four stamps as UTC clock times and raw values",
  namespaces: true,
}, async (program) => {
  const lines = await ask(program, "-v");
  const stamp = (name: string) => `${name} \\d\\d:\\d\\d:\\d\\d\\.\\d{3} \\(\\d{1,8}\\)`;
  for (const names of [["originate", "receive"], ["transmit", "arrival"]]) {
    const pattern = new RegExp(`^ {4}${names.map(stamp).join(" {2}")}$`);
    assertEquals(lines.filter((line) => pattern.test(line)).length, 2);
  }
  const delay = "-?[\\d.]+ ±[\\d.]+ ms";
  const numbers = new RegExp(`^ {4}rtt=[\\d.]+ ms out=${delay} back=${delay} offset=${delay}$`);
  assertEquals(lines.filter((line) => numbers.test(line)).length, 2);
  assertEquals(lines.filter((line) => line === "    flags: tick-assumed").length, 2);
  assertEquals(lines.filter((line) => /^offset {2}between .* ms \(remote/.test(line)).length, 1);
});

programTest({
  name: "ping: -v writes a stamp that is no time of day in hexadecimal",
  namespaces: true,
}, async (program) => {
  const lines = await ask(program, "-v", "--originate", "0xdeadbeef");
  assertEquals(
    lines.filter((line) => line.includes("originate 0xdeadbeef (3735928559)")).length,
    2,
  );
});

programTest(
  { name: "ping: -D puts the UNIX time before each line", namespaces: true },
  async (program) => {
    const before = Date.now() / 1e3;
    const lines = await ask(program, "-D");
    const times = lines.flatMap((line) =>
      line.match(/^\[(\d+\.\d{6})\] 127\.0\.0\.1: seq=/)?.[1] ?? []
    );
    assertEquals(times.length, 2);
    for (const time of times) assert(Number(time) >= before && Number(time) <= Date.now() / 1e3);
  },
);

programTest({
  name: "ping: --explain shows every octet of request and reply, in order",
  namespaces: true,
}, async (program) => {
  const lines = await ask(program, "--explain", "--identifier", "0xabcd", "--sequence", "7");
  const text = lines.join("\n");
  const order = [
    "Request 0 to",
    "Reply 0 from",
    "seq=0 ",
    "Request 1 to",
    "Reply 1 from",
    "seq=1 ",
  ];
  const places = order.map((what) => text.indexOf(what));
  assertEquals(places, places.toSorted((a, b) => a - b));
  assert(places.every((place) => place >= 0), order.join());
  // Each packet's table covers all 40 octets without a gap.
  const octets = lines.flatMap((line) => {
    const row = line.match(/^ +(\d+) {2}((?:[0-9a-f]{2} )*[0-9a-f]{2}) {2,}\S/);
    return row === null
      ? []
      : [{ offset: Number(row[1]), length: (row[2] ?? "").split(" ").length }];
  });
  let covered = 0;
  let packets = 0;
  for (const { offset, length } of octets) {
    if (offset === 0 && covered === 40) covered = 0;
    assert(offset <= covered, `octet ${covered} of packet ${packets} is not shown`);
    covered = Math.max(covered, offset + length);
    if (covered === 40 && offset === 36) packets++;
  }
  assertEquals([packets, covered], [4, 40]);
  assertEquals(text.match(/^The kernel fills in source and identification/gm)?.length, 2);
  assertEquals(text.match(/ab cd +identifier +43981/g)?.length, 4);
});

/** Runs argv with a terminal for its output. */
function onTerminal(argv: readonly string[]): string[] {
  const quoted = argv.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  return ["script", "-qec", quoted, "/dev/null"];
}

programTest({
  name: "ping: colour appears on a terminal, unless NO_COLOR is set, and nowhere else",
  namespaces: true,
  tools: ["script"],
}, async (program) => {
  await using namespace = await Namespace.open();
  const ping = program.argv("-c", "1", LOOPBACK);
  const run = async (argv: readonly string[], noColor: readonly string[]) => {
    const { code, stdout } = await namespace.run(["env", ...noColor, ...argv]);
    assertEquals(code, 0);
    assertMatch(stdout, /seq=0|"probe":0/);
    return stdout.includes("\x1b[");
  };
  const unset = ["-u", "NO_COLOR", "TERM=xterm"];
  assertEquals(await run(onTerminal(ping), unset), true);
  assertEquals(await run(onTerminal(ping), ["-u", "NO_COLOR", "TERM=dumb"]), false);
  assertEquals(await run(onTerminal(ping), ["NO_COLOR=1"]), false);
  assertEquals(await run(onTerminal(program.argv("--json", "-c", "1", LOOPBACK)), unset), false);
  assertEquals(await run(ping, unset), false);
  assertEquals(await run(ping, ["NO_COLOR=1"]), false);
});
