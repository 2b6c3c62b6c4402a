/** An audit that is killed, ended or starved of disk, and goes on. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Namespace } from "../support/namespace.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { systemTest } from "../support/tools.ts";

interface Line {
  readonly type: string;
  readonly address: string;
  readonly time: number;
  readonly sent: number;
  readonly targets_answered: number;
}

const audit = (...words: string[]) => SOURCE_PROGRAM.argv("audit", "--include-reserved", ...words);
const linesOf = (text: string) => text.trim().split("\n").map((line) => JSON.parse(line) as Line);
/** Addresses of the block that is audited: the kernel answers for all of them. */
const BLOCK = "198.18.0.0/22", ADDRESSES = 1024;
const QUESTIONS = 14;

/** Runs a command until its checkpoint holds some hosts, and then sends it a signal. */
const untilJudged = (signal: string, place: string, command: readonly string[]) => [
  ...["bash", "-c"],
  `"\${@:3}" & p=$!
   until [ "$(grep -c '^{"host"' "$2" 2>/dev/null)" -ge 30 ]; do
     sleep 0.1; kill -0 $p || exit 99
   done
   kill -"$1" $p; wait $p`,
  ...["-", signal, place, ...command],
];

async function openBlock(): Promise<Namespace> {
  const namespace = await Namespace.open();
  await namespace.mustRun(["ip", "route", "add", "local", BLOCK, "dev", "lo"]);
  return namespace;
}

systemTest(
  { name: "audit: one that is killed goes on, and asks no judged host again" },
  async () => {
    await using namespace = await openBlock();
    const folder = await Deno.makeTempDir();
    try {
      const place = `${folder}/place`;
      const words = ["--json", "--rate", "1500", BLOCK, "127.0.0.1"];
      const killed = await namespace.run(
        untilJudged("KILL", place, audit("--checkpoint", place, ...words)),
      );
      assertEquals(killed.code, 137, killed.stderr);
      const before = linesOf(
        await Deno.readTextFile(place).then((text) =>
          text.slice(1024).split("\n").filter((line) => line.startsWith('{"host"'))
            .map((line) => JSON.stringify(JSON.parse(line).host)).join("\n")
        ),
      );
      assert(before.length > 20 && before.length < ADDRESSES, `${before.length}`);

      const begun = await namespace.run(audit("--checkpoint", place, ...words));
      assertEquals(begun.code, 3);
      assertMatch(begun.stderr, /belongs to an unfinished audit/);
      const other = await namespace.run(audit("--resume", place, "--rounds", "4", ...words));
      assertEquals(other.code, 3);
      assertMatch(
        other.stderr,
        /another audit, expected the same targets, --max-offset and --rounds/,
      );

      const resumed = await namespace.run(audit("--resume", place, ...words));
      assertEquals(resumed.code, 0, resumed.stderr);
      const lines = linesOf(resumed.stdout);
      const hosts = lines.filter(({ type }) => type === "host");
      assertEquals(new Set(hosts.map(({ address }) => address)).size, ADDRESSES + 1);
      assertEquals(hosts.length, ADDRESSES + 1);
      const end = lines.at(-1);
      assertEquals(end?.targets_answered, ADDRESSES + 1);
      // Of those that were judged before nothing is asked, and their records are the old ones.
      const left = ADDRESSES + 1 - before.length;
      assert((end?.sent ?? Infinity) <= left * (QUESTIONS + 7), `${end?.sent} for ${left}`);
      const times = new Map(hosts.map(({ address, time }) => [address, time]));
      for (const { time } of before) {
        assert([...times.values()].some((each) => Math.abs(each - time) < 1e-3), `${time}`);
      }
      const again = await namespace.run(audit("--resume", place, ...words));
      assertEquals([again.code, linesOf(again.stdout).at(-1)?.sent], [0, 0], again.stderr);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

systemTest({ name: "audit: a checkpoint that is none is refused in one line" }, async () => {
  await using namespace = await openBlock();
  const folder = await Deno.makeTempDir();
  try {
    const place = `${folder}/place`;
    const made = await namespace.run(audit("--checkpoint", place, "127.0.0.1"));
    assertEquals(made.code, 0, made.stderr);
    const whole = await Deno.readTextFile(place);
    const spoiled = [
      ["", "it is no checkpoint of an audit"],
      ["x".repeat(2000), "it has no whole checkpoint"],
      [`${whole}{"host":{"target":{"address":7}}}\n`, "line 2 of its findings is of no audit"],
      [`${whole}{"found":[-1]}\n`, "line 2 of its findings is of no audit"],
      [whole.replace('"label":"', '"label":"\\u001b[2J'), "line 1 of its findings is of no audit"],
      [`${whole}\xff\n`, "line 2 of its findings is of no audit"],
    ] as const;
    for (const [text, why] of spoiled) {
      await Deno.writeTextFile(place, text);
      const { code, stderr } = await namespace.run(audit("--resume", place, "127.0.0.1"));
      assertEquals([code, stderr], [3, `icmptime: Cannot resume from ${place}: ${why}\n`]);
    }
    // A line that was cut short is the last one, and is written again.
    await Deno.writeTextFile(place, whole.slice(0, -40));
    const cut = await namespace.run(audit("--resume", place, "127.0.0.1"));
    assertEquals([cut.code, (await Deno.readTextFile(place)).slice(1024).split("\n").length], [
      0,
      2,
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

systemTest({ name: "audit: an interrupted one reports what is judged, and says so" }, async () => {
  await using namespace = await openBlock();
  const place = await Deno.makeTempFile();
  const { code, stdout, stderr } = await namespace.run(
    untilJudged("INT", place, audit("--checkpoint", place, "--rate", "1500", BLOCK)),
  );
  await Deno.remove(place);
  assertMatch(stdout, /^Ended early: [\d,]+ of 1,024 targets are judged\.$/m);
  assertMatch(stdout, /hosts answer: \d+ right within 1 s\.$/m);
  assertEquals(code, 1, stderr);
  const closed = await namespace.run(
    [
      "bash",
      "-c",
      '"$@" | head -3 >/dev/null; exit ${PIPESTATUS[0]}',
      "-",
      ...audit("--json", BLOCK),
    ],
  );
  assertEquals([closed.code, closed.stderr], [0, ""]);
  const full = await namespace.run(
    ["bash", "-c", '"$@" >/dev/full', "-", ...audit("--json", "198.18.0.0/28")],
  );
  assertEquals(full.code, 4);
  assertMatch(
    full.stderr,
    /^icmptime: Cannot write the output: No space left on device \(ENOSPC\)$/m,
  );
});
