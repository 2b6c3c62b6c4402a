/** `--format prometheus`: promtool and a real node_exporter read it, and `-o` replaces a file in one step. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Lab, labTest } from "../lab/lab.ts";
import { mustRun, runCommand } from "../support/command.ts";
import { Namespace } from "../support/namespace.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { assertComplaint } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";

const PING = ["ping", "--format", "prometheus", "-c", "1", "-W", "2s"];

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-textfile-" });
  // Root becomes nobody.
  await Deno.chmod(folder, 0o777);
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();

labTest({
  name: "textfile: promtool and node_exporter take what ping and audit found",
  tools: ["promtool", "prometheus-node-exporter", "curl"],
}, async () => {
  await using lab = await Lab.open({
    scenario: {
      hosts: {
        "198.18.0.2": { silent: true },
        "198.18.0.3": { clock: { offsetMs: 5000 } },
        "198.18.0.4": { quirk: "zero" },
      },
    },
  });
  await withFolder(async (folder) => {
    const hosts = [1, 2, 3, 4].map((host) => `198.18.0.${host}`);
    const runs = {
      ping: [...PING, "-c", "5", "-i", "50ms", "203.0.113.1"],
      audit: ["audit", "--format", "prometheus", "-W", "2s"],
    };
    for (const [name, words] of Object.entries(runs)) {
      const file = `${folder}/icmptime-${name}.prom`;
      const { stdout, stderr } = await lab.run(SOURCE_PROGRAM.argv(...words, ...hosts, "-o", file));
      assertEquals(stdout, "", stderr);
      const stdin = await Deno.readTextFile(file);
      assertEquals(
        await mustRun(["promtool", "check", "metrics"], { stdin }).then((r) => r.stderr),
        "",
      );
    }
    assertEquals(names(folder), ["icmptime-audit.prom", "icmptime-ping.prom"]);
    const found = await readByNodeExporter(lab, folder);
    assertEquals(found("node_textfile_scrape_error"), 0);
    assertEquals(
      found('icmptime_run_probes{group="ping",state="received",target="198.18.0.1"}'),
      5,
    );
    const wrong = 'group="audit",target="198.18.0.3"';
    const lower = found(`icmptime_clock_offset_lower_seconds{${wrong}}`);
    const upper = found(`icmptime_clock_offset_upper_seconds{${wrong}}`);
    assert(lower !== undefined && upper !== undefined && lower <= 5 && 5 <= upper && upper < 6);
    assertEquals(found(`icmptime_audit_verdict{${wrong},verdict="wrong"}`), 1);
    assertEquals(found('icmptime_audit_hosts{group="audit",verdict="silent"}'), 1);
  });
});

/** What node_exporter serves of the files of a folder; its labels are sorted. */
async function readByNodeExporter(
  lab: Lab,
  folder: string,
): Promise<(series: string) => number | undefined> {
  await using server = lab.spawn([
    "prometheus-node-exporter",
    ...["--collector.disable-defaults", "--collector.textfile"],
    ...[`--collector.textfile.directory=${folder}`, "--web.listen-address=127.0.0.1:9100"],
  ]);
  await server.output(/Listening on/, "stderr");
  const { stdout } = await lab.mustRun([
    "curl",
    "-sS",
    "-m",
    "20",
    "http://127.0.0.1:9100/metrics",
  ]);
  return (series) => {
    const line = stdout.split("\n").find((line) => line.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.split(" ").at(-1));
  };
}

systemTest({
  name: "textfile: -o replaces a file in one step, keeps a link, and writes in a folder of root",
  namespaces: true,
}, async () => {
  await using namespace = await Namespace.open();
  const write = async (path: string, ...more: string[]) => {
    const argv = SOURCE_PROGRAM.argv(...PING, "127.0.0.1", "-o", path, ...more);
    return await namespace.run(argv);
  };
  await withFolder(async (folder) => {
    const path = `${folder}/a.prom`;
    assertEquals((await write(path)).code, 0);
    const first = await Deno.lstat(path);
    // A reader that has the old file open reads the old one to its end.
    using old = await Deno.open(path);
    assertEquals((await write(path)).code, 0);
    const second = await Deno.lstat(path);
    assert(first.ino !== second.ino, "it was written in place");
    assertEquals((await old.stat()).size, first.size);
    assertEquals([(second.mode ?? 0) & 0o777, names(folder)], [0o644, ["a.prom"]]);
    assertMatch(await Deno.readTextFile(path), /^# HELP icmptime_.*\n[^]*\d\n$/);

    // A link stays one, and the file behind it is written.
    await Deno.symlink(path, `${folder}/link.prom`);
    assertEquals((await write(`${folder}/link.prom`)).code, 0);
    assert((await Deno.lstat(`${folder}/link.prom`)).isSymlink);
    assertEquals(second.ino, (await Deno.stat(path)).ino);

    // Root's own folder, in which nobody may make no file: the file was opened before root was given up.
    const closed = `${folder}/closed`;
    await Deno.mkdir(closed, { mode: 0o755 });
    for (let run = 0; run < 2; run++) assertEquals((await write(`${closed}/b.prom`)).code, 0);
    assertMatch(await Deno.readTextFile(`${closed}/b.prom`), /^# HELP icmptime_[^]*\d\n$/);
    assertEquals(names(closed), ["b.prom"]);
  });
});

systemTest({
  name: "textfile: on a full disk the old metrics stay; a pipe receives the new ones",
  namespaces: true,
  tools: ["mount", "mkfifo"],
}, async () => {
  await using namespace = await Namespace.open();
  const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(" ");
  await withFolder(async (folder) => {
    const path = `${folder}/a.prom`;
    const ping = quoted(SOURCE_PROGRAM.argv(...PING, "127.0.0.1", "-o", path));
    // `ip netns exec` has mounts that go with it.
    const script =
      `mount -t tmpfs -o size=8k,mode=777 none ${folder} && printf '# HELP icmptime_up old\n' > ${path} &&
      dd if=/dev/zero of=${folder}/full bs=4k 2>/dev/null; ${ping}; echo "exit $?"; ls -A ${folder}; cat ${path}`;
    const { stdout, stderr } = await namespace.run(["sh", "-c", script]);
    assertEquals(stdout, "exit 4\na.prom\nfull\n# HELP icmptime_up old\n");
    assertComplaint(stderr, /Cannot write to .*a\.prom: No space left on device$/m);

    const pipe = `${folder}/pipe`;
    await mustRun(["mkfifo", pipe]);
    const toPipe = quoted(SOURCE_PROGRAM.argv(...PING, "127.0.0.1", "-o", pipe));
    const read = await namespace.run(["sh", "-c", `cat ${pipe} & ${toPipe}; wait`]);
    assertMatch(read.stdout, /^# HELP icmptime_.*\n[^]*\d\n$/);
  });
});

systemTest({
  name: "textfile: what is no metrics is not written over, and a run without end has no metrics",
  namespaces: true,
}, async () => {
  await using namespace = await Namespace.open();
  await withFolder(async (folder) => {
    const path = `${folder}/hosts.txt`;
    await Deno.writeTextFile(path, "127.0.0.1\n");
    const refused = await namespace.run(SOURCE_PROGRAM.argv(...PING, "127.0.0.1", "-o", path));
    assertEquals([refused.code, await Deno.readTextFile(path)], [3, "127.0.0.1\n"]);
    assertComplaint(
      refused.stderr,
      /Cannot write metrics of icmptime to .*: it holds something else/,
    );
    // A run that fails leaves the file as it was.
    const kept = `${folder}/kept.prom`;
    await Deno.writeTextFile(kept, "# HELP icmptime_up old\n");
    const unknown = SOURCE_PROGRAM.argv(...PING, "nowhere.invalid", "-o", kept);
    assertEquals((await namespace.run(unknown)).code, 2);
    assertEquals(await Deno.readTextFile(kept), "# HELP icmptime_up old\n");
  });
  const { code, stderr } = await runCommand(
    SOURCE_PROGRAM.argv("ping", "--format", "prometheus", "--loop", "127.0.0.1"),
  );
  assertEquals(code, 3);
  assertComplaint(stderr, /Cannot write metrics at the end of a run without end/);
});
