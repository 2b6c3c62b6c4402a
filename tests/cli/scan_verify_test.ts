/** `icmptime scan --verify` on the command line: files in, judgement and exit code out. */

import { assertEquals, assertMatch } from "@std/assert";
import { runCommand } from "../support/command.ts";
import { Namespace } from "../support/namespace.ts";
import { programTest, SOURCE_PROGRAM } from "../support/program.ts";
import { systemTest } from "../support/tools.ts";

programTest({
  name: "scan --verify: shards of a real scan, then one whose run did not end",
  namespaces: true,
}, async (program) => {
  await using namespace = await Namespace.open();
  const folder = await Deno.makeTempDir({ prefix: "icmptime-verify-" });
  try {
    const scan = ["scan", "--seed", "7", "--include-reserved", "--cooldown", "1s", "--quiet"];
    for (const shard of [1, 2, 3]) {
      const words = ["--shard", `${shard}/3`, "--metadata", `${folder}/${shard}.json`];
      const { code } = await namespace.run(program.argv(...scan, ...words, "127.0.0.0/26"));
      assertEquals(code, 0);
    }
    const verify = async (...names: readonly string[]) => {
      const files = names.map((name) => `${folder}/${name}`);
      const { code, stdout, stderr } = await runCommand(program.argv("scan", "--verify", ...files));
      assertEquals(stderr, "");
      return [code, ...stdout.trimEnd().replaceAll(`${folder}/`, "").split("\n")];
    };
    assertEquals(await verify("1.json", "2.json", "3.json"), [
      ...[0, "complete: 3 shards, 64 probes sent, 64 hosts answered"],
    ]);
    assertEquals(await verify("1.json", "2.json", "3.json", "1.json"), [
      ...[0, "complete: 3 shards, 64 probes sent, 64 hosts answered"],
      "1.json: the same as 1.json, counted once",
    ]);
    await Deno.writeTextFile(`${folder}/2.json`, "");
    assertMatch(
      (await verify("1.json", "2.json", "3.json")).join("\n"),
      new RegExp([
        "^1\nincomplete: 1 of 3 shards lacking, \\d+ probes sent, \\d+ hosts answered",
        "shard 2/3: no metadata: not finished, or its file is not among these",
        "2.json: empty, so its run still goes on or was killed$",
      ].join("\n")),
    );
    assertEquals(await verify("2.json"), [
      ...[1, "incomplete: no run has ended"],
      "2.json: empty, so its run still goes on or was killed",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const WRONG: readonly (readonly [words: readonly string[], complaint: RegExp])[] = [
  [[], /No metadata given: expected files of scan --metadata/],
  [["/nonexistent"], /Cannot read \/nonexistent/],
  [["/etc/passwd"], /Cannot verify \/etc\/passwd: it is no JSON/],
  [["--json", "x"], /--verify with --json/],
  [["--output", "x", "x"], /--verify with --output/],
  [["--shard", "1/2", "x"], /--verify with --shard/],
];

systemTest({ name: "scan --verify: what is no metadata is refused" }, async () => {
  for (const [words, complaint] of WRONG) {
    const { code, stderr } = await runCommand(SOURCE_PROGRAM.argv("scan", "--verify", ...words));
    assertEquals(code, 3);
    assertMatch(stderr, complaint);
  }
});
