/** `audit --compare` and `--format markdown`: what changed, and files that are none of an audit. */

import { assertEquals, assertMatch } from "@std/assert";
import { Namespace } from "../support/namespace.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { systemTest } from "../support/tools.ts";

const audit = (...words: string[]) => SOURCE_PROGRAM.argv("audit", ...words);

systemTest(
  { name: "audit --compare: new, gone and changed hosts; bad files end in one line" },
  async () => {
    await using namespace = await Namespace.open();
    const folder = await Deno.makeTempDir();
    await Deno.chmod(folder, 0o755);
    try {
      const old = `${folder}/old.jsonl`;
      await namespace.mustRun(["ip", "route", "add", "local", "198.18.0.0/30", "dev", "lo"]);
      const hosts = ["198.18.0.1", "198.18.0.2", "127.0.0.1"];
      const first = await namespace.run(audit("--json", ...hosts));
      assertEquals(first.code, 0, first.stderr);
      const changed = first.stdout
        .replace(/("address":"198\.18\.0\.1".*?"verdict":)"right"/, '$1"wrong"')
        .replace(/("address":"198\.18\.0\.2".*?"labels":\[)"lazy"/, '$1"stuck"');
      await Deno.writeTextFile(old, changed);
      const text = await namespace.run(audit("--compare", old, ...hosts, "127.0.0.3"));
      assertMatch(
        text.stdout,
        /^Since the earlier audit: 1 became right, 1 new, 1 changed its labels\.$/m,
      );
      assertMatch(text.stdout, /^198\.18\.0\.1 {2}became right {2}wrong → right$/m);
      assertMatch(text.stdout, /^127\.0\.0\.3 {2}new {2}right$/m);
      assertMatch(text.stdout, /^198\.18\.0\.2 {2}changed its labels {2}\+lazy {2}-stuck$/m);
      await namespace.mustRun(["ip", "route", "del", "local", "198.18.0.0/30", "dev", "lo"]);
      await namespace.mustRun(["ip", "route", "add", "blackhole", "198.18.0.0/30"]);
      const json = await namespace.run(audit("--json", "--compare", old, ...hosts));
      const records = json.stdout.trim().split("\n").map((line) => JSON.parse(line));
      assertEquals(
        records.filter(({ type }) => type === "change").map((
          { address, change, verdict_before },
        ) => [
          ...[address, change, verdict_before],
        ]),
        [["198.18.0.1", "gone", "wrong"], ["198.18.0.2", "gone", "right"]],
      );
      const markdown = await namespace.run(audit("--format", "markdown", "--all", "127.0.0.1"));
      assertMatch(
        markdown.stdout,
        /^1 of 1 host answers: 1 right within 1 s\.\n\n\| Host \| Verdict \| Finding \|\n\| --- \| --- \| --- \|\n\| 127\.0\.0\.1 \| right \| within .* of ours \|\n$/,
      );
      const spoiled = [
        ["", "it has no run record, expected the output of icmptime audit --json"],
        ["hello\n", "line 1 is no record of JSON Lines"],
        [
          '{"type":"run","command":"scan"}\n',
          "it is of scan, expected the output of icmptime audit --json",
        ],
        [
          '{"type":"run","command":"audit","schema_version":1}\n',
          "its schema_version is not 2, expected an audit of this version",
        ],
        [
          changed.replace(/"labels":\["/, '"labels":["\\u001b[2J'),
          "line 2 has not the address, verdict and labels of a host",
        ],
      ] as const;
      for (const [content, why] of spoiled) {
        await Deno.writeTextFile(old, content);
        const { code, stderr } = await namespace.run(audit("--compare", old, "127.0.0.1"));
        assertEquals([code, stderr], [3, `icmptime: Cannot compare with ${old}: ${why}\n`]);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
