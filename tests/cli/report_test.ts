/** `icmptime report` as a black box: files in, a page and an exit code out. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { mustRun, runCommand } from "../support/command.ts";
import { pingLines, writeLines } from "../support/log_lines.ts";
import { BINARY_PROGRAM, binaryTest, programTest, SOURCE_PROGRAM } from "../support/program.ts";
import { systemTest } from "../support/tools.ts";

const LOG = { targets: ["192.0.2.1", "192.0.2.2"], count: 50, intervalS: 1 };

/** A folder with `log.jsonl`. */
async function withLog(
  use: (folder: string, log: string) => Promise<void>,
  lines: Iterable<string> = pingLines(LOG),
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-report-" });
  try {
    await writeLines(`${folder}/log.jsonl`, lines);
    await use(folder, `${folder}/log.jsonl`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

programTest(
  { name: "report makes a page that names no other place" },
  (program) =>
    withLog(async (folder, log) => {
      const page = `${folder}/page.html`;
      await Deno.writeTextFile(page, "old".repeat(1e6));
      const { code, stdout, stderr } = await runCommand(program.argv("report", log, "-o", page));
      assertEquals([code, stdout, stderr], [0, "", ""]);
      const text = await Deno.readTextFile(page);
      assertMatch(text, /^<!doctype html>\s+<html lang="en">/);
      assertMatch(text.slice(-40), /<\/body>\s*<\/html>\s*$/, "something old is left at its end");
      assertEquals(text.match(/(?:src|href)="(?!#|data:,")[^"]*"|url\(|@import/g), null);
    }),
);

binaryTest(
  { name: "the compiled report writes the page of the source" },
  () =>
    withLog(async (_, log) => {
      const [source, binary] = await Promise.all(
        [SOURCE_PROGRAM, BINARY_PROGRAM].map((program) => mustRun(program.argv("report", log))),
      );
      assertEquals(binary?.stdout === source?.stdout, true);
      assert((source?.stdout.length ?? 0) > 80_000);
    }),
);

systemTest(
  { name: "report reads standard input, gzip, and several files", tools: ["gzip"] },
  () =>
    withLog(async (folder, log) => {
      const argv = (...args: string[]) =>
        SOURCE_PROGRAM.argv("report", "--format", "markdown", ...args);
      const plain = (await mustRun(argv(log))).stdout;
      const stdin = await Deno.readTextFile(log);
      assertEquals((await mustRun(argv("-"), { stdin })).stdout, plain);
      await mustRun(["gzip", "-k", log]);
      assertEquals((await mustRun(argv(`${log}.gz`))).stdout, plain);
      const lines = stdin.split("\n");
      await Deno.writeTextFile(`${folder}/a`, lines.slice(0, 60).join("\n"));
      await Deno.writeTextFile(`${folder}/b`, lines.slice(60).join("\n"));
      // The second file does not say which command wrote it.
      const parts = (await mustRun(argv(`${folder}/a`, `${folder}/b`))).stdout;
      assertEquals(parts.replace("run ends", "ping ends"), plain);
      assertStringIncludes(plain, "2 targets, 100 probes: all answered.");
    }),
);

systemTest(
  { name: "report leaves out what it cannot read and what was not asked for" },
  () =>
    withLog(async (folder, log) => {
      const broken = `${folder}/broken`;
      const bytes = await Deno.readFile(log);
      // Half a line, as after a crash, then a block of zeros.
      const damaged = new Uint8Array(bytes.length + 4000);
      damaged.set(bytes.subarray(0, bytes.length - 100));
      await Deno.writeFile(broken, damaged);
      const argv = SOURCE_PROGRAM.argv("report", "--format", "markdown", broken);
      const { code, stdout, stderr } = await runCommand(argv);
      assertEquals(code, 0);
      assertMatch(stderr, /^icmptime: Left out 1 line of \d+: no records, expected JSON Lines/);
      assertMatch(stdout, /1 line is no record, of \d+ lines: left out\./);
      const span = ["--from", "2026-11-27T00:00:10Z", "--to", "2026-11-27T00:00:20Z"];
      const part = await mustRun([
        ...SOURCE_PROGRAM.argv("report", "--format", "markdown", log),
        ...span,
      ]);
      assertStringIncludes(part.stdout, "2026-11-27 00:00:10 to 2026-11-27 00:00:19");
      assertStringIncludes(part.stdout, "2 targets, 20 probes");
    }),
);

systemTest(
  { name: "report of nothing is exit code 1, and leaves an old page alone" },
  () =>
    withLog(async (folder, log) => {
      const page = `${folder}/page.html`;
      await Deno.writeTextFile(page, "old");
      const argv = SOURCE_PROGRAM.argv("report", log, "-o", page);
      const { code, stderr } = await runCommand(argv);
      assertEquals(code, 1);
      assertMatch(
        stderr,
        /Left out 2 lines of 2: no records.*\n.*Cannot report on .*: no records\n$/,
      );
      assertEquals(await Deno.readTextFile(page), "old");
    }, ["this is", "no log"]),
);

systemTest(
  { name: "report says in one line what it cannot use" },
  () =>
    withLog(async (folder, log) => {
      const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
        [[], 3, /Nothing to report on: expected JSON Lines files/],
        [[`${folder}/none`], 3, /Cannot read .*none: No such file/],
        [[folder], 3, /Cannot read .*: Is a directory/],
        [["-", "-"], 3, /Cannot read standard input twice/],
        [[log, "-o", log], 3, /Cannot write the report to .*: it is read as a log/],
        [[log, "-o", `${folder}/no/page`], 3, /Cannot write to .*: No such file/],
        [[log, "--from", "2026-11-28", "--to", "2026-11-27"], 3, /--from is not before --to/],
        [[log, "--max-targets", "0"], 3, /max-targets/],
      ];
      for (const [args, code, pattern] of cases) {
        const result = await runCommand(SOURCE_PROGRAM.argv("report", ...args));
        assertEquals([result.code, result.stdout], [code, ""], args.join(" "));
        assertMatch(result.stderr, pattern);
        assertEquals(result.stderr.trim().split("\n").length, 1, result.stderr);
      }
      const report = SOURCE_PROGRAM.argv("report", log).join(" ");
      const full = await runCommand(["sh", "-c", `${report} > /dev/full`]);
      assertEquals(full.code, 4);
      assertMatch(full.stderr, /^icmptime: [^\n]*No space left on device[^\n]*\n$/);
      const gone = await runCommand(["sh", "-c", `${report} | head -c 10`]);
      assertEquals([gone.stdout, gone.stderr], ["<!doctype ", ""]);
      const untouched = (await Deno.readTextFile(log)).length;
      assert(untouched > 10_000);
    }),
);

systemTest(
  { name: "a gzipped log that is cut off gives a report of its start", tools: ["gzip"] },
  () =>
    withLog(async (folder, log) => {
      await mustRun(["gzip", log]);
      const bytes = await Deno.readFile(`${log}.gz`);
      await Deno.writeFile(`${log}.gz`, bytes.subarray(0, bytes.length - 200));
      const argv = SOURCE_PROGRAM.argv("report", "--format", "markdown", `${log}.gz`);
      const { code, stdout, stderr } = await runCommand(argv, { cwd: folder });
      assertEquals(code, 1);
      assertMatch(
        stderr,
        /Cannot read .*log\.jsonl\.gz to its end: the gzipped data are cut off or damaged, at octet \d+ after [\d,]+ lines\n/,
      );
      assertMatch(stdout, /192\.0\.2\.1/);
    }, pingLines({ ...LOG, count: 4000 })),
);
