/** Output that somebody else holds up or cuts short: full pipes, stopped readers, limits, broken devices. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { mustRun } from "../support/command.ts";
import { Namespace } from "../support/namespace.ts";
import { BINARY_PROGRAM, binaryTest, SOURCE_PROGRAM } from "../support/program.ts";
import { assertComplaint } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";
import { until } from "../support/until.ts";

const ENDLESS = ["--loop", "-i", "1ms", "127.0.0.1"];

/** Every form that prints lines without an end. */
const FORMS: readonly (readonly string[])[] = [
  ["--json", ...ENDLESS],
  ["--format", "text", ...ENDLESS],
  ["--format", "csv", ...ENDLESS],
  ["--format", "fping", ...ENDLESS],
  ["--format", "tsping", ...ENDLESS],
  ["fping", "--loop", "--period", "1", "127.0.0.1"],
  ["tsping", "--sleep-time", "1", "127.0.0.1"],
  ["clock", "--json", "--loop", "--every", "20ms", "-i", "5ms", "127.0.0.1"],
  ["scan", "--json", "--rate", "1000", "--include-reserved", "127.0.0.0/16"],
];

/** A pipe of one page without a reader until the program has ended. Says its exit code and whether it had to be killed. */
const STOPPED_READER = `
import fcntl, os, signal, struct, subprocess, sys, termios, time
both, name, argv = sys.argv[1] == "both", sys.argv[2], sys.argv[3:]
reader, writer = os.pipe()
fcntl.fcntl(writer, 1031, 4096)
program = subprocess.Popen(argv, stdout=writer, stderr=writer if both else None)
os.close(writer)
held, same = 0, 0
while same < 50 and program.poll() is None:
    now = struct.unpack("i", fcntl.ioctl(reader, termios.FIONREAD, b"0000"))[0]
    same = same + 1 if now == held and now > 0 else 0
    held = now
    time.sleep(0.02)
program.send_signal(getattr(signal, name))
try:
    print("code", program.wait(120))
except subprocess.TimeoutExpired:
    program.kill()
    print("stuck")
`;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  systemTest({
    name: `output: ${signal} ends every form whose reader has stopped reading`,
    namespaces: true,
    tools: ["python3"],
  }, async () => {
    await using namespace = await Namespace.open();
    const script = ["python3", "-c", STOPPED_READER];
    await Promise.all((signal === "SIGINT" ? FORMS : FORMS.slice(0, 1)).map(async (form) => {
      const argv = [...script, "stdout", signal, ...SOURCE_PROGRAM.argv(...form)];
      const { stdout, stderr } = await namespace.run(argv);
      assertEquals([form, stdout], [form, "code 4\n"]);
      assertMatch(
        stderr,
        /^icmptime: Cannot write the output: its reader takes nothing, the last \d+ bytes are lost$/m,
      );
      // The summary goes where somebody still reads.
      if (form[0] === "--json") assertMatch(stderr, /^\{"type":"end",.*"exit_code":0,.*\}$/m);
    }));
    const argv = [...script, "both", signal, ...SOURCE_PROGRAM.argv("--json", ...ENDLESS)];
    const { stdout } = await namespace.run(argv);
    assertEquals(stdout, "code 4\n");
  });
}

/** A pipe that is non-blocking, as another program may have left it, and read after the program has had to wait. */
const NON_BLOCKING = `
import fcntl, os, subprocess, sys, time
reader, writer = os.pipe()
fcntl.fcntl(writer, fcntl.F_SETFL, fcntl.fcntl(writer, fcntl.F_GETFL) | os.O_NONBLOCK)
program = subprocess.Popen(sys.argv[2:], **{sys.argv[1]: writer})
os.close(writer)
time.sleep(1)
while True:
    piece = os.read(reader, 5000)
    if not piece: break
    os.write(1, piece)
    time.sleep(0.001)
sys.exit(program.wait())
`;

systemTest({
  name: "output: a non-blocking pipe that is full gets every record, and each once",
  namespaces: true,
  tools: ["python3"],
}, async () => {
  await using namespace = await Namespace.open();
  const run = (stream: string, ...args: string[]) =>
    namespace.run(["python3", "-c", NON_BLOCKING, stream, ...SOURCE_PROGRAM.argv(...args)]);
  const ping = await run("stdout", "--json", "-c", "1000", "-i", "0.2ms", "127.0.0.1");
  assertEquals([ping.code, ping.stderr], [0, ""]);
  const records = ping.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const probes = records.filter(({ type }) => type === "reply").map(({ probe }) => probe);
  assertEquals(probes, Array.from({ length: 1000 }, (_, probe) => probe));
  assertEquals(records.slice(-2).map(({ type }) => type), ["summary", "end"]);

  const args = ["--rate", "50k", "--cooldown", "2s", "-q", "127.0.0.0/19"];
  const scan = await run("stdout", "scan", "--include-reserved", ...args);
  assertEquals([scan.code, scan.stderr], [0, ""]);
  const addresses = scan.stdout.trimEnd().split("\n");
  assertEquals([addresses.length, new Set(addresses).size], [8192, 8192]);

  // The summaries of fping are data, on standard error.
  const targets = Array.from({ length: 2000 }, (_, n) => `127.0.${1 + (n >> 7)}.${n & 127}`);
  const fping = await run("stderr", "fping", "-q", "-c", "1", "-i", "0.1", ...targets);
  const lines = fping.stdout.trimEnd().split("\n");
  assertEquals([fping.code, lines.length, new Set(lines.map((line) => line.split(" ")[0])).size], [
    0,
    2000,
    2000,
  ]);
});

/** Runs a shell script in a new folder with the program's argv as "$@"; returns what it says and the file there. */
async function runInFolder(
  script: string,
  args: readonly string[],
  file: string,
  program = SOURCE_PROGRAM,
) {
  await using namespace = await Namespace.open();
  const folder = await Deno.makeTempDir({ prefix: "icmptime-trouble-" });
  try {
    await Deno.chmod(folder, 0o777);
    const argv = ["sh", "-c", `cd "$0"; ${script}`, folder, ...program.argv(...args)];
    const result = await namespace.run(argv);
    return { ...result, text: await Deno.readTextFile(`${folder}/${file}`) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * The limit comes when the runtime has started, and before root is given up. Of the compiled program: run from its
 * source, the runtime writes caches that a limit on files ends, too.
 */
const LIMIT = "pid=$!; exec 3>targets; prlimit --pid $pid --fsize=65536 || kill $pid; " +
  "echo 127.0.0.1 >&3; exec 3>&-; wait $pid";

const LIMITED: readonly (readonly [name: string, script: string])[] = [
  ["standard output", `mkfifo targets; "$@" -f targets >results & ${LIMIT}`],
  ["-o", `mkfifo targets; "$@" -f targets -o results & ${LIMIT}`],
];

for (const [name, script] of LIMITED) {
  binaryTest({
    name: `output: a file that may not grow further ends in a whole line, code 4 (${name})`,
    namespaces: true,
    tools: ["prlimit", "mkfifo"],
  }, async () => {
    const { code, stdout, stderr, text } = await runInFolder(
      script,
      ["--json", "-c", "1000", "-i", "1ms"],
      "results",
      BINARY_PROGRAM,
    );
    assertEquals(code, 4);
    const [complaint = "", ...others] = stderr.split(/(?<=\n)/);
    assertComplaint(complaint, /^icmptime: Cannot write the output: File too large \(EFBIG\)$/m);
    assert(text.length > 64_000 && text.length <= 65_536, `${text.length} bytes`);
    assert(text.endsWith("}\n"), text.slice(-50));
    const rest = (stdout + others.join("")).trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(rest.map(({ type }) => type), ["summary", "end"]);
    const end = rest[1];
    assert(
      end.received > text.split("\n").length - 2,
      "what was measured after the last line counts",
    );
  });
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  systemTest({
    name: `output: ${signal} ends the wait for somebody who reads the pipe of -o`,
    namespaces: true,
    tools: ["mkfifo"],
  }, async () => {
    await using namespace = await Namespace.open();
    const folder = await Deno.makeTempDir({ prefix: "icmptime-fifo-" });
    try {
      await mustRun(["mkfifo", `${folder}/pipe`]);
      for (const command of [["ping"], ["scan", "--include-reserved"]]) {
        const args = [...command, "-o", `${folder}/pipe`, "127.0.0.1"];
        await using ping = namespace.spawn(SOURCE_PROGRAM.argv(...args));
        // It waits with its socket open.
        await until("its socket is open", async () => {
          const sockets = await namespace.run(["cat", "/proc/net/raw", "/proc/net/packet"]);
          return /\n *\S+: |\n[0-9a-f]{8}/.test(sockets.stdout);
        });
        ping.sendSignal(signal);
        assertEquals((await ping.result()).signal, signal);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

systemTest({
  name: "output: neither standard output nor standard error takes anything: code 4, and an end",
  namespaces: true,
}, async () => {
  await using namespace = await Namespace.open();
  for (const form of [...FORMS.slice(0, 8), ["help"], ["doctor"], ["ping", "--list-fields"]]) {
    const argv = [
      "sh",
      "-c",
      'exec "$@" >/dev/full 2>/dev/full',
      "sh",
      ...SOURCE_PROGRAM.argv(...form),
    ];
    assertEquals([form, (await namespace.run(argv)).code], [form, 4]);
  }
});
