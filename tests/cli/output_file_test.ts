/** `-o FILE` and other places that output can go to: whole lines, whatever happens. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { mustRun, runCommand } from "../support/command.ts";
import { Namespace } from "../support/namespace.ts";
import { type Program, programTest, SOURCE_PROGRAM } from "../support/program.ts";
import { assertComplaint, readRecords } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";
import { until } from "../support/until.ts";

/** A folder for the time of a test. */
async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-output-" });
  try {
    await Deno.chmod(folder, 0o755);
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Size of a file, 0 before it exists. */
function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}

/** Waits until a file has grown to a size. */
async function waitForSize(path: string, bytes: number): Promise<void> {
  await until(`${path} has ${bytes} bytes`, () => sizeOf(path) >= bytes);
}

const ENDLESS = ["--loop", "-i", "1ms", "127.0.0.1"];

/** The lines of a file that end in a line break; fails when one of them is no JSON object. */
function wholeRecords(text: string): { type: string }[] {
  return text.split("\n").slice(0, -1).map((line) => {
    const record = JSON.parse(line);
    assertEquals(typeof record.type, "string");
    return record;
  });
}

programTest(
  { name: "-o: a run is appended to a file, and nothing is printed", namespaces: true },
  async (program) => {
    await using namespace = await Namespace.open();
    await withFolder(async (folder) => {
      const path = `${folder}/results.jsonl`;
      const ask = () =>
        namespace.run(program.argv("--json", "-c", "2", "-i", "10ms", "-o", path, "127.0.0.1"));
      for (const runs of [1, 2]) {
        const { code, stdout, stderr } = await ask();
        assertEquals([code, stdout, stderr], [0, "", ""]);
        const types = wholeRecords(await Deno.readTextFile(path)).map(({ type }) => type);
        const once = ["run", "reply", "reply", "summary", "end"];
        assertEquals(types, Array.from({ length: runs }, () => once).flat());
      }
    });
  },
);

programTest({
  name: "-o: killed at any moment, every line of the file is whole but at most the last",
  namespaces: true,
}, async (program) => {
  await using namespace = await Namespace.open();
  await withFolder(async (folder) => {
    for (let round = 0; round < 4; round++) {
      const path = `${folder}/${round}.jsonl`;
      const ping = namespace.spawn(program.argv("--json", "-o", path, ...ENDLESS));
      await waitForSize(path, 20_000 + round * 7777);
      ping.sendSignal("SIGKILL");
      const { signal } = await ping.result();
      assertEquals(signal, "SIGKILL");
      assert(wholeRecords(await Deno.readTextFile(path)).length > 30);
    }
  });
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  systemTest(
    { name: `-o: ${signal} leaves the whole run in the file`, namespaces: true },
    async () => {
      await using namespace = await Namespace.open();
      await withFolder(async (folder) => {
        const path = `${folder}/results.jsonl`;
        await using ping = namespace.spawn(SOURCE_PROGRAM.argv("--json", "-o", path, ...ENDLESS));
        await waitForSize(path, 5000);
        ping.sendSignal(signal);
        const { code, stderr } = await ping.result();
        assertEquals([code, stderr], [0, ""]);
        const { replies, end } = readRecords(await Deno.readTextFile(path));
        assertEquals([end.received, end.reason], [replies.length, "stopped"]);
      });
    },
  );
}

/** Runs with a private file system of that many bytes, and shows what is in the file afterwards. */
async function runOnSmallDisk(program: Program, bytes: number, args: readonly string[]) {
  await using namespace = await Namespace.open();
  const folder = await Deno.makeTempDir({ prefix: "icmptime-disk-" });
  // Only root may look there: the file has to be good to a program that has given root up.
  await mustRun(["mount", "-t", "tmpfs", "-o", `size=${bytes},mode=700`, "tmpfs", folder]);
  try {
    const path = `${folder}/results`;
    const argv = program.argv(...args, "-o", path, ...ENDLESS);
    const result = await namespace.run(argv);
    return { ...result, text: await Deno.readTextFile(path) };
  } finally {
    await mustRun(["umount", folder]);
    await Deno.remove(folder);
  }
}

/** What standard output gets when the file has failed. */
const SUMMARIES: Readonly<Record<string, RegExp>> = {
  json: /^\{"type":"summary",.*\}\n\{"type":"end",.*"exit_code":4,.*\}\n$/,
  csv: /^$/,
  text: /^\n--- 127\.0\.0\.1 ---\n\d+ sent, /,
};

for (const format of ["json", "csv", "text"]) {
  programTest({
    name:
      `-o: a disk that fills up ends the run with code 4, one line, and a whole last line (${format})`,
    namespaces: true,
    tools: ["mount", "umount"],
  }, async (program) => {
    const { code, stdout, stderr, text } = await runOnSmallDisk(program, 32768, [
      "--format",
      format,
    ]);
    assertEquals(code, 4);
    // What was measured is not lost with the disk.
    assertMatch(stdout, SUMMARIES[format] ?? /./);
    assertComplaint(stderr, /^icmptime: Cannot write the output: No space left on device/);
    assert(text.length > 16_384 && text.length <= 32_768, `${text.length} bytes`);
    assert(text.endsWith("\n"), `it ends in ${JSON.stringify(text.slice(-60))}`);
    if (format === "json") assert(wholeRecords(text).length > 30);
  });
}

systemTest({
  name: "-o: a file that cannot be opened is refused before anything is sent",
  namespaces: true,
}, async () => {
  await using namespace = await Namespace.open();
  await withFolder(async (folder) => {
    for (const path of [folder, `${folder}/missing/results`, ""]) {
      const { code, stdout, stderr } = await namespace.run(
        SOURCE_PROGRAM.argv("-o", path, "127.0.0.1"),
      );
      assertEquals([path, code, stdout], [path, 3, ""]);
      assertComplaint(stderr, /^icmptime: Cannot (write to \/|take an empty value for --output: )/);
    }
  });
  const { stdout } = await namespace.mustRun(["cat", "/proc/net/snmp"]);
  assertEquals(stdout.includes("OutType13"), false);
});

systemTest({
  name: "-o: a pipe with a name gets the lines, and its end ends the run",
  namespaces: true,
  tools: ["mkfifo"],
}, async () => {
  await using namespace = await Namespace.open();
  await withFolder(async (folder) => {
    const path = `${folder}/pipe`;
    await mustRun(["mkfifo", path]);
    await using reader = namespace.spawn(["head", "-n", "5", path]);
    await using ping = namespace.spawn(SOURCE_PROGRAM.argv("--json", "-o", path, ...ENDLESS));
    const { stdout } = await reader.result();
    assertEquals(wholeRecords(stdout).map(({ type }) => type), ["run", ...Array(4).fill("reply")]);
    const { code, stderr } = await ping.result();
    assertEquals([code, stderr], [0, ""]);
  });
});

systemTest({
  name: "output: every format ends without a word when its reader goes",
  namespaces: true,
  tools: ["bash"],
}, async () => {
  await using namespace = await Namespace.open();
  const commands: readonly (readonly string[])[] = [
    ["--format", "csv", ...ENDLESS],
    ["--format", "fping", ...ENDLESS],
    ["--format", "tsping", ...ENDLESS],
    ["fping", "--loop", "--period", "5", "127.0.0.1"],
    ["tsping", "--sleep-time", "5", "127.0.0.1"],
  ];
  const script = '"$@" 2>/dev/null | head -n 2; echo "code ${PIPESTATUS[0]}" >&2';
  for (const args of commands) {
    const { stdout, stderr } = await namespace.run([
      "bash",
      "-c",
      script,
      "bash",
      ...SOURCE_PROGRAM.argv(...args),
    ]);
    assertEquals([args, stderr], [args, "code 0\n"]);
    assertMatch(stdout, /^[^\n]+\n[^\n]+\n$/);
  }
});

/** Runs to the end with that file for -o; the file must exist or may be made. */
async function appendTo(path: string, args: readonly string[]) {
  await using namespace = await Namespace.open();
  return await namespace.run(SOURCE_PROGRAM.argv(...args, "-o", path));
}

const CSV_FORMS: readonly (readonly string[])[] = [
  ["--format", "csv", "-c", "2", "-i", "10ms", "127.0.0.1"],
  ["--format", "csv", "-q", "-c", "1", "127.0.0.1"],
  ["scan", "--format", "csv", "-q", "--cooldown", "1s", "--include-reserved", "127.0.0.0/31"],
];

systemTest({
  name: "-o: a file of CSV has one header, however many runs are appended",
  namespaces: true,
}, async () => {
  await withFolder(async (folder) => {
    for (const [number, form] of CSV_FORMS.entries()) {
      const path = `${folder}/${number}.csv`;
      for (let run = 0; run < 3; run++) {
        const { code, stdout, stderr } = await appendTo(path, form);
        assertEquals([form, code, stdout, stderr], [form, 0, "", ""]);
      }
      const lines = (await Deno.readTextFile(path)).trimEnd().split("\n");
      assertEquals(lines.filter((line) => line.startsWith("type,")), [lines[0]]);
      assert(lines.length > 3, `${lines.length} lines`);
    }
  });
});

systemTest({
  name: "-o: rows are not appended below the header of other columns, nothing is sent",
  namespaces: true,
}, async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/results.csv`;
    for (const text of ["type,target\n", '{"type":"run"}\n', "type"]) {
      for (const form of CSV_FORMS) {
        await Deno.writeTextFile(path, text);
        const { code, stdout, stderr } = await appendTo(path, form);
        assertEquals([code, stdout], [3, ""]);
        assertComplaint(
          stderr,
          /^icmptime: Cannot append to \S+: its first line is not the header of this output, expected /,
        );
        assertEquals((await Deno.readTextFile(path)).trimEnd(), text.trimEnd());
      }
    }
  });
});

systemTest({
  name: "-o: half a line that a crash left is not glued to the next record",
  namespaces: true,
}, async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/results.jsonl`;
    await Deno.writeTextFile(path, '{"type":"reply","targ');
    const ping = await appendTo(path, ["--json", "-c", "1", "127.0.0.1"]);
    assertEquals([ping.code, ping.stderr], [0, ""]);
    const [cut, ...records] = (await Deno.readTextFile(path)).split("\n").slice(0, -1);
    assertEquals(cut, '{"type":"reply","targ');
    assertEquals(records.map((line) => JSON.parse(line).type), ["run", "reply", "summary", "end"]);

    const csv = `${folder}/results.csv`;
    await appendTo(csv, CSV_FORMS[0] ?? []);
    await Deno.truncate(csv, sizeOf(csv) - 10);
    await appendTo(csv, CSV_FORMS[0] ?? []);
    const lines = (await Deno.readTextFile(csv)).trimEnd().split("\n");
    assertEquals(lines.length, 5);
    assertEquals(lines.filter((line) => line.startsWith("type,")).length, 1);
  });
});

for (const format of ["json", "csv"]) {
  programTest({
    name: `-o: a rotated file is closed at SIGUSR1, and the run goes on in the new one (${format})`,
    namespaces: true,
  }, async (program) => {
    await using namespace = await Namespace.open();
    await withFolder(async (folder) => {
      await Deno.chmod(folder, 0o777);
      const path = `${folder}/results`;
      const argv = program.argv("--format", format, "-o", path, ...ENDLESS);
      await using ping = namespace.spawn(argv);
      for (const old of [`${path}.1`, `${path}.2`]) {
        await waitForSize(path, 5000);
        await Deno.rename(path, old);
        ping.sendSignal("SIGUSR1");
      }
      await waitForSize(path, 5000);
      ping.sendSignal("SIGINT");
      const { code, stdout, stderr } = await ping.result();
      assertEquals([code, stdout, stderr], [0, "", ""]);
      const files = [`${path}.1`, `${path}.2`, path].map((each) => Deno.readTextFileSync(each));
      for (const text of files) {
        assert(text.endsWith("\n"), text.slice(-50));
        if (format === "csv") assertEquals(text.match(/^type,/gm)?.length, 1);
      }
      if (format === "csv") return;
      const { replies, end } = readRecords(files.join(""));
      assertEquals(replies.length, end.received);
      assertEquals(replies.map(({ probe }) => probe), replies.map((_, index) => index));
    });
  });

  programTest({
    name: `-o: a file that is copied and emptied in its place goes on (${format})`,
    namespaces: true,
  }, async (program) => {
    await using namespace = await Namespace.open();
    await withFolder(async (folder) => {
      const path = `${folder}/results`;
      const argv = program.argv("--format", format, "-o", path, ...ENDLESS);
      await using ping = namespace.spawn(argv);
      await waitForSize(path, 20_000);
      await Deno.truncate(path, 0);
      await waitForSize(path, 5000);
      ping.sendSignal("SIGINT");
      const { code, stderr } = await ping.result();
      assertEquals([code, stderr], [0, ""]);
      const text = await Deno.readTextFile(path);
      assertEquals(text.includes("\0"), false);
      if (format === "csv") assertMatch(text, /^type,[^\n]+\n(?:reply,[^\n]+\n)+$/);
      else assertEquals(wholeRecords(text).at(-1)?.type, "end");
    });
  });
}

systemTest({
  name: "-o: where the new file cannot be opened the run says so and goes on in the old one",
  namespaces: true,
}, async () => {
  await using namespace = await Namespace.open();
  await withFolder(async (folder) => {
    // Root is given up, and the folder is root's.
    const path = `${folder}/results`;
    await using ping = namespace.spawn(SOURCE_PROGRAM.argv("--json", "-o", path, ...ENDLESS));
    await waitForSize(path, 5000);
    await Deno.rename(path, `${path}.1`);
    ping.sendSignal("SIGUSR1");
    await ping.output(/\n/, "stderr");
    ping.sendSignal("SIGINT");
    const { code, stderr } = await ping.result();
    assertEquals(code, 0);
    assertComplaint(
      stderr,
      /^icmptime: Cannot change to another file, going on in the old one: .*Permission denied/,
    );
    assertEquals(wholeRecords(await Deno.readTextFile(`${path}.1`)).at(-1)?.type, "end");
  });
});

programTest({
  name: "no command writes over a file that it reads or writes for something else",
}, async (program) => {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-files-" });
  const hosts = `${folder}/hosts`, twin = `${folder}/twin`, new1 = `${folder}/new`;
  const link = `${folder}/link`;
  await Deno.writeTextFile(hosts, "10.0.0.1\n");
  await Deno.link(hosts, twin);
  await Deno.symlink("new", link);
  const pairs: readonly (readonly [words: readonly string[], first: string, second: string])[] = [
    [["ping", "-f", hosts, "-o", twin], "file", "output"],
    [["ping", "--exclude-file", hosts, "--write", twin, "10.0.0.2"], "exclude-file", "write"],
    [["ping", "-o", new1, "--write", link, "10.0.0.2"], "output", "write"],
    [["clock", "-f", hosts, "-o", twin], "file", "output"],
    [["clock", "-o", new1, "--write", link, "10.0.0.2"], "output", "write"],
    [["trace", "-f", hosts, "-o", twin], "file", "output"],
    [["scan", "-o", new1, "--write", link, "10.0.0.2"], "output", "write"],
    [["audit", "-f", hosts, "--html", twin], "file", "html"],
    [["audit", "--compare", hosts, "--html", twin, "10.0.0.2"], "compare", "html"],
    [["audit", "--compare", hosts, "--checkpoint", twin, "10.0.0.2"], "compare", "checkpoint"],
    [["audit", "--checkpoint", new1, "-o", link, "10.0.0.2"], "(?:output|checkpoint)", "\\S+"],
    [["audit", "--html", new1, "-o", link, "10.0.0.2"], "output", "html"],
    [["respond", "--scenario", hosts, "--log", twin, "--tun", "198.18.0.0/24"], "scenario", "log"],
  ];
  for (const [words, first, second] of pairs) {
    const { code, stdout, stderr } = await runCommand(program.argv(...words));
    assertEquals([code, stdout], [3, ""], words.join(" "));
    const end = `for --${second}: it is the file of --${first}, expected two files`;
    assertComplaint(stderr, new RegExp(end));
    assertEquals(await Deno.readTextFile(hosts), "10.0.0.1\n");
  }
  for (const command of ["ping", "clock", "trace", "audit"]) {
    const { code, stderr } = await runCommand(program.argv(command, "-f", "-", "-f", "-"));
    assertComplaint(stderr, /Cannot read standard input twice/);
    assertEquals(code, 3);
  }
  await Deno.remove(folder, { recursive: true });
});

systemTest({
  name: "audit: what is compared may be the log that is appended to",
  namespaces: true,
}, async () => {
  await using namespace = await Namespace.open();
  const folder = await Deno.makeTempDir({ prefix: "icmptime-files-" });
  const words = ["--json", "-o", `${folder}/log`, "127.0.0.1"];
  await namespace.run(SOURCE_PROGRAM.argv("audit", ...words));
  const again = await namespace.run(
    SOURCE_PROGRAM.argv("audit", "--compare", `${folder}/log`, ...words),
  );
  assertEquals(again.stderr, "");
  const lines = (await Deno.readTextFile(`${folder}/log`)).trimEnd().split("\n");
  assertEquals(lines.filter((line) => JSON.parse(line).type === "run").length, 2);
  await Deno.remove(folder, { recursive: true });
});
