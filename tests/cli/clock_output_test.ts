/** `clock` writes, chooses and judges as `ping` does: `-o`, `--fields`, `--format csv`, `-q`, `--fail-if`, `--exclude`. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Namespace } from "../support/namespace.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { assertComplaint, type OutputRecord, readRecords } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";

const BRIEF = ["-c", "30", "-i", "10ms"];
const HOSTS = ["127.0.0.1", "127.0.0.2"];

function clock(namespace: Namespace, ...words: readonly string[]) {
  return namespace.run(SOURCE_PROGRAM.argv("clock", ...words));
}

const ofType = (records: readonly OutputRecord[], type: string) =>
  records.filter((record) => record.type === type);

systemTest(
  { name: "clock output: csv in a file has its header once", namespaces: true },
  async () => {
    await using namespace = await Namespace.open();
    const folder = await Deno.makeTempDir({ prefix: "icmptime-clock-" });
    try {
      const path = `${folder}/clocks.csv`;
      const words = ["--format", "csv", "--fields", "target,is_decided,type,flags", "-o", path];
      for (let run = 0; run < 2; run++) {
        const { code, stdout, stderr } = await clock(namespace, ...BRIEF, ...words, ...HOSTS);
        assertEquals([code, stdout, stderr], [0, "", ""]);
      }
      const rows = (await Deno.readTextFile(path)).trimEnd().split("\n");
      assertEquals(rows, [
        "target,is_decided,type,flags",
        ...Array(2).fill(["127.0.0.1,true,clock,", "127.0.0.2,true,clock,"]).flat(),
      ]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

systemTest(
  { name: "clock output: --fields of json, and --exclude", namespaces: true },
  async () => {
    await using namespace = await Namespace.open();
    const words = ["--json", "--fields", "offset_upper_ms,address,hosts", "--exclude", "127.0.0.2"];
    const { code, stdout } = await clock(namespace, ...BRIEF, ...words, ...HOSTS, "127.0.0.3");
    assertEquals(code, 0);
    const { all } = readRecords(stdout);
    assertEquals(ofType(all, "clock").map((record) => [Object.keys(record), record["address"]]), [
      [["type", "offset_upper_ms", "address"], "127.0.0.1"],
      [["type", "offset_upper_ms", "address"], "127.0.0.3"],
    ]);
  },
);

/** Follows a clock until it enters its condition, as the output says, and then interrupts the run. */
async function follow(namespace: Namespace, ...words: readonly string[]) {
  const options = ["--loop", "--every", "50ms", "-i", "10ms", "--json", "--fail-if", "offset<1s"];
  await using run = namespace.spawn(
    SOURCE_PROGRAM.argv("clock", ...options, ...words, "127.0.0.1"),
  );
  await run.output(/"scope":"interval"/);
  run.sendSignal("SIGINT");
  return await run.result();
}

systemTest({
  name: "clock output: with --loop, entering a condition is reported at once",
  namespaces: true,
}, async () => {
  await using namespace = await Namespace.open();
  const { code, stdout, stderr } = await follow(namespace);
  assertEquals(code, 5);
  const { all } = readRecords(stdout);
  const conditions = ofType(all, "condition");
  assertEquals(conditions.map(({ scope, is_met }) => [scope, is_met]), [
    ["interval", true],
    ["run", true],
  ]);
  assertMatch(stderr, /127\.0\.0\.1: offset<1s became true at /);
  assert(ofType(all, "clock").length >= 2, "one on the way, one at the end");
});

systemTest({
  name: "clock output: -q leaves out what --loop finds on its way",
  namespaces: true,
}, async () => {
  await using namespace = await Namespace.open();
  const { all } = readRecords((await follow(namespace, "-q")).stdout);
  assertEquals(all.map(({ type }) => type), ["run", "condition", "clock", "condition", "end"]);
});

systemTest(
  { name: "clock output: --fail-if sets the exit code, and says why", namespaces: true },
  async () => {
    await using namespace = await Namespace.open();
    const judge = (...conditions: readonly string[]) =>
      clock(
        namespace,
        ...BRIEF,
        "--json",
        ...conditions.flatMap((text) => ["--fail-if", text]),
        ...HOSTS,
      );
    const passed = await judge("offset>1s", "skew>50000ppm", "loss>0%");
    assertEquals([passed.code, passed.stderr], [0, ""]);
    const failed = await judge("offset<1s", "offset>2s");
    assertEquals(failed.code, 5);
    assertMatch(
      failed.stderr,
      /^icmptime: 127\.0\.0\.1: offset<1s is true, it is between -?[\d.]+ and [\d.]+ ms$/m,
    );
    const { all, end } = readRecords(failed.stdout);
    assertEquals(end.exit_code, 5);
    assertEquals(
      ofType(all, "condition").map(({ target, condition, scope }) => [target, condition, scope]),
      HOSTS.map((host) => [host, "offset<1s", "run"]),
    );
    const silent = await clock(
      namespace,
      "-c",
      "2",
      "-W",
      "50ms",
      "--fail-if",
      "offset>1s",
      "198.51.100.1",
    );
    assertEquals(silent.code, 1);
    assertMatch(
      silent.stderr,
      /198\.51\.100\.1: offset>1s counts as true, it is unknown: no reply yet$/m,
    );
  },
);

systemTest({
  name: "clock output: what does not fit is refused before anything is sent",
  namespaces: true,
}, async () => {
  await using namespace = await Namespace.open();
  const wrong: readonly (readonly [words: readonly string[], complaint: RegExp])[] = [
    [
      ["--json", "--fields", "offset_m"],
      /Cannot print field offset_m: no such field, did you mean offset_ms\?$/m,
    ],
    [["--fields", "offset_ms"], /Cannot choose fields of this format: expected json or csv$/m],
    [["--format", "csv", "--fields", "hosts"], /Cannot print field hosts: no such field/],
    [["--fail-if", "rtt>5ms"], /expected one of offset, skew, loss, duplicates/],
    [["--fail-if", "skew>5"], /expected parts per million for skew/],
  ];
  for (const [words, complaint] of wrong) {
    const { code, stdout, stderr } = await clock(namespace, ...words, "192.0.2.7");
    assertEquals([words, code, stdout], [words, 3, ""]);
    assertComplaint(stderr, complaint);
  }
});
