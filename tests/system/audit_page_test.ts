/** `icmptime audit --html`: the page beside the report. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Namespace } from "../support/namespace.ts";
import { programTest, SOURCE_PROGRAM } from "../support/program.ts";
import { systemTest } from "../support/tools.ts";
import { mustRun } from "../support/command.ts";

/** Sentences and numbers that only the machine knows, and no record has. */
function withoutRemarks(page: string): string {
  return page.replace(/\s*<p>No program keeps our own clock right[^<]*<\/p>/, "")
    .replace(/\s+/g, " ");
}

programTest(
  { name: "the page of an audit is the page of its log", namespaces: true },
  async (program) => {
    await using namespace = await Namespace.open();
    const folder = await Deno.makeTempDir({ prefix: "icmptime-audit-" });
    try {
      const [log, page, again] = ["log.jsonl", "page.html", "again.html"].map((name) =>
        `${folder}/${name}`
      ) as [string, string, string];
      await Deno.writeTextFile(page, "old".repeat(1e5));
      const targets = ["127.0.0.1", "127.0.0.2", "127.0.0.3"];
      const { code, stdout } = await namespace.run(
        program.argv("audit", "--json", "-o", log, "--html", page, ...targets),
      );
      assertEquals([code, stdout], [0, ""]);
      const text = await Deno.readTextFile(page);
      assertMatch(text, /3 of 3 hosts answer timestamp requests \(CVE-1999-0524\)[^<]*3 right/);
      assertMatch(text, /<\/html>\s*$/);
      await mustRun(program.argv("report", log, "-o", again, "--max-targets", "1"));
      assert(
        withoutRemarks(text) === withoutRemarks(await Deno.readTextFile(again)),
        "the pages differ",
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

systemTest(
  { name: "a page that cannot be written costs no report", namespaces: true },
  async () => {
    await using namespace = await Namespace.open();
    const argv = SOURCE_PROGRAM.argv("audit", "127.0.0.1", "--html");
    const nowhere = await namespace.run([...argv, "/no/such/folder/page"]);
    assertEquals([nowhere.code, nowhere.stdout], [3, ""]);
    assertMatch(nowhere.stderr, /^icmptime: Cannot write to [^\n]*: No such file[^\n]*\n$/);
    const standard = await namespace.run([...argv, "-"]);
    assertEquals([standard.code, standard.stdout], [3, ""]);
    assertMatch(standard.stderr, /Cannot write a page to standard output/);
    // A file system of one page is full before the page is written.
    const full = await namespace.run([
      ...["unshare", "-m", "sh", "-c"],
      `mount -t tmpfs -o size=4k none /mnt && ${argv.join(" ")} /mnt/page`,
    ]);
    assertEquals(full.code, 4);
    assertMatch(full.stdout, /1 of 1 host answers: 1 right/);
    assertMatch(full.stderr, /Cannot write to \/mnt\/page: No space left on device/);
  },
);
