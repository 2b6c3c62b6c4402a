/** From argv to exit code on a fake machine: what is printed where, and how each trouble ends. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { getColorEnabled, setColorEnabled } from "../../../src/terminal/color.ts";
import { COMMANDS } from "../../../src/cli/registry.ts";
import { dispatch } from "../../../src/cli/dispatch.ts";
import { VERSION } from "../../../src/cli/outcome.ts";
import { FakeSystem, type FakeSystemOptions, systemError } from "../../support/fake_system.ts";
import { MemorySink, ScriptedSink } from "../../support/memory_sink.ts";

interface Row {
  readonly name: string;
  readonly args: readonly string[];
  readonly machine?: FakeSystemOptions;
  readonly code: number;
  /** Part of standard error; "" is an empty one. */
  readonly stderr?: string;
  /** Part of standard output; "" is an empty one. */
  readonly stdout?: string;
}

const names: FakeSystemOptions["names"] = {
  "host.example": { ok: true, addresses: [0xc6120007, 0xc6120008] },
  "six.example": { ok: false, reason: "no-ipv4", message: "no IPv4 address" },
};
const EPERM = systemError("socket", "EPERM", 1);

const ROWS: readonly Row[] = [
  { name: "an answer", args: ["198.18.0.1"], code: 0, stdout: "5 sent, 5 received", stderr: "" },
  { name: "ping by its name", args: ["ping", "-c1", "198.18.0.1"], code: 0, stdout: "1 sent" },
  {
    name: "a name",
    args: ["-c1", "host.example"],
    machine: { names },
    code: 0,
    stdout: "198.18.0.7",
  },
  {
    name: "no answer",
    args: ["-c2", "198.18.0.1"],
    machine: { network: { lossOutRatio: 1 } },
    code: 1,
    stdout: "2 lost",
  },
  {
    name: "one of two answers",
    args: ["-c1", "198.18.0.1", "198.18.0.2"],
    machine: { network: { rules: [{ hosts: [2], fate: { lossOutRatio: 1 } }] } },
    code: 1,
    stdout: "1 of 2 targets answered",
  },
  {
    name: "probes that the kernel refuses",
    args: ["-c2", "198.18.0.1"],
    machine: { network: { refuse: { code: "ENETUNREACH", errno: 101 } } },
    code: 1,
    stdout: "0 sent, 0 received, 100 % loss, 2 not sent\n",
  },
  { name: "nothing at all", args: [], code: 3, stderr: "Usage: icmptime", stdout: "" },
  { name: "no target", args: ["-c1"], code: 3, stderr: "No target given", stdout: "" },
  {
    name: "an unknown option",
    args: ["--cuont", "1", "198.18.0.1"],
    code: 3,
    stderr: "the nearest is --count",
  },
  {
    name: "a value out of range",
    args: ["-c0", "198.18.0.1"],
    code: 3,
    stderr: "Cannot take '0' for --count",
  },
  {
    name: "options that exclude each other",
    args: ["--loop", "-c1", "198.18.0.1"],
    code: 3,
    stderr: "--loop with --count",
  },
  {
    name: "stamps for echo",
    args: ["--echo", "--originate", "0", "198.18.0.1"],
    code: 3,
    stderr: "--originate with --echo: expected one of them",
  },
  {
    name: "more probes out than there are sequence numbers",
    args: ["-i0", "--loop", "198.18.0.1"],
    code: 3,
    stderr: "65536",
  },
  {
    name: "endless probes that would all be out at once",
    args: ["-i0", "--loop", "198.18.0.1"],
    code: 3,
    stderr: "each of endless probes",
  },
  { name: "an empty word", args: [""], code: 3, stderr: "Cannot probe '': an empty word" },
  {
    name: "a line that is no address, in a list",
    args: ["-c1", "-f", "hosts"],
    machine: { files: { hosts: "198.18.0.1\n10.66.1.300\n" } },
    code: 2,
    stderr: "icmptime: hosts:2: Cannot probe 10.66.1.300: not an IPv4 address",
    stdout: "1 sent, 1 received",
  },
  {
    name: "a list without a usable line",
    args: ["-f", "-"],
    machine: { files: { "-": "2001:db8::1\n224.0.0.1\n" } },
    code: 2,
    stderr: "icmptime: standard input:2: Cannot probe 224.0.0.1: a multicast address",
    stdout: "",
  },
  {
    name: "a broadcast address in a list",
    args: ["-c1", "-f", "hosts"],
    machine: { files: { hosts: "198.18.0.1\n198.18.0.255\n" }, broadcasts: [0xc61200ff] },
    code: 2,
    stderr: "hosts:2: Cannot probe 198.18.0.255: a broadcast address",
    stdout: "1 sent, 1 received",
  },
  {
    name: "a list of fping with a comment and a bad line",
    args: ["fping", "-f", "hosts"],
    machine: { files: { hosts: "# the first\n198.18.0.1 first\n::1\n" } },
    code: 2,
    stderr: "::1: Address family for hostname not supported\n",
    stdout: "198.18.0.1 is alive",
  },
  {
    name: "fping's own backoff",
    args: ["fping", "-B", "1.5", "-r1", "198.18.0.1"],
    code: 0,
    stdout: "198.18.0.1 is alive",
  },
  {
    name: "several exclusions in one word",
    args: ["-c1", "--exclude", "198.18.0.1,198.18.0.2 198.18.0.4", "198.18.0.0/29"],
    code: 0,
    stdout: "3 of 3 targets answered",
    stderr: "",
  },
  {
    name: "-w counts from the start of the program",
    args: ["-w", "5", "--loop", "198.18.0.1"],
    machine: { elapsedMs: 2500 },
    code: 0,
    stdout: "3 sent, 3 received",
  },
  {
    name: "a program that started longer ago than -w",
    args: ["-w", "2", "--json", "198.18.0.1"],
    machine: { elapsedMs: 2500 },
    code: 1,
    stdout: '"reason":"deadline"',
  },
  {
    name: "standard output as the file of -o",
    args: ["-c1", "-o", "-", "198.18.0.1"],
    code: 0,
    stdout: "1 sent, 1 received",
  },
  {
    name: "two forms of output",
    args: ["--json", "--format", "csv", "198.18.0.1"],
    code: 3,
    stderr: "Cannot use --json with --format csv: expected one of them",
    stdout: "",
  },
  {
    name: "two forms of output of clock",
    args: ["clock", "--json", "--format", "text", "198.18.0.1"],
    code: 3,
    stderr: "Cannot use --json with --format text",
  },
  {
    name: "a mistyped command",
    args: ["scna", "198.18.0.0/30"],
    code: 3,
    stderr: "icmptime: No host 'scna'; did you mean 'icmptime scan'?\n",
    stdout: "",
  },
  {
    name: "a mistyped command with one of that command's options",
    args: ["scann", "--rate", "5", "198.18.0.0/30"],
    code: 3,
    stderr: "icmptime: No host 'scann'; did you mean 'icmptime scan'?\n",
  },
  {
    name: "a mistyped command after options",
    args: ["-c", "3", "--json", "clok", "198.18.0.1"],
    code: 3,
    stderr: "icmptime: No host 'clok'; did you mean 'icmptime clock'?\n",
    stdout: "",
  },
  {
    name: "a command after options",
    args: ["-q", "decode", "42694656"],
    code: 3,
    stderr: "icmptime: No host 'decode'; did you mean 'icmptime decode'?\n",
  },
  {
    name: "an option of a command before the command",
    args: ["--rate", "50k", "scan", "198.18.0.0/30"],
    code: 3,
    stderr:
      "icmptime: Cannot use --rate: no such option, see --help for all; to run scan, begin with " +
      "'icmptime scan'\n",
    stdout: "",
  },
  {
    name: "a host whose name is like a command",
    args: ["-c1", "scan1", "clok"],
    machine: {
      names: {
        clok: { ok: true, addresses: [0xc6120007] },
        scan1: { ok: true, addresses: [0xc6120008] },
      },
    },
    code: 0,
    stdout: "2 of 2 targets answered",
  },
  {
    name: "a letter that is not one of clock's",
    args: ["clock", "-a", "198.18.0.1"],
    code: 3,
    stderr: "Cannot use -a: no such option, see --help for all\n",
  },
  {
    name: "a file that cannot be made",
    args: ["-o", "/nowhere/x", "198.18.0.1"],
    code: 3,
    stderr: "Cannot write to /nowhere/x: Permission denied\n",
  },
  { name: "a port", args: ["198.18.0.1:80"], code: 3, stderr: "no ports, expected 198.18.0.1" },
  { name: "a word of blanks", args: [" "], code: 3, stderr: "Cannot probe ' ': an empty word" },
  {
    name: "a zero byte in a list of targets",
    args: ["-f", "hosts"],
    machine: { files: { hosts: "198.18.0.1\na\0b\n" } },
    code: 3,
    stderr: "Cannot read hosts: line 2 has a zero byte, expected text",
  },
  {
    name: "root that may not become another user",
    args: ["198.18.0.1"],
    machine: { socketError: systemError("setgroups", "EPERM", 1) },
    code: 4,
    stderr: "--cap-add SETUID",
  },
  {
    name: "root in a user namespace of one user",
    args: ["198.18.0.1"],
    machine: { socketError: systemError("setresuid", "EINVAL", 22) },
    code: 4,
    stderr: "map a range of ids",
  },
  { name: "an IPv6 literal", args: ["::1"], code: 3, stderr: "ICMPv6 has no Timestamp message" },
  { name: "a broken literal", args: ["1.2.3"], code: 3, stderr: "not an IPv4 address" },
  { name: "a multicast address", args: ["224.0.0.1"], code: 3, stderr: "multicast" },
  { name: "the broadcast address", args: ["255.255.255.255"], code: 3, stderr: "broadcast" },
  {
    name: "a broadcast address of a network",
    args: ["198.18.0.255"],
    machine: { broadcasts: [0xc61200ff] },
    code: 3,
    stderr: "a broadcast address, expected a single host",
  },
  {
    name: "a name that is not known",
    args: ["nowhere.example"],
    code: 2,
    stderr: "Cannot resolve nowhere.example: Name or service not known",
    stdout: "",
  },
  {
    name: "a name with IPv6 addresses alone",
    args: ["six.example"],
    machine: { names },
    code: 2,
    stderr: "IPv6 addresses only",
  },
  {
    name: "one name of two is not known: the other is asked",
    args: ["-c1", "nowhere.example", "198.18.0.1"],
    code: 2,
    stderr: "Cannot resolve nowhere.example",
    stdout: "1 sent, 1 received",
  },
  {
    name: "an address given twice",
    args: ["-c1", "198.18.0.1", "198.18.0.1"],
    code: 0,
    stderr: "probed once",
  },
  {
    name: "no privilege",
    args: ["198.18.0.1"],
    machine: { socketError: EPERM },
    code: 4,
    stderr: "CAP_NET_RAW",
    stdout: "",
  },
  {
    name: "an interface that is not there",
    args: ["-I", "eth9", "198.18.0.1"],
    machine: { socketError: systemError("setsockopt", "ENODEV", 19) },
    code: 4,
    stderr: "Cannot setsockopt: ENODEV",
  },
  {
    name: "a permission that Deno was not given",
    args: ["198.18.0.1"],
    machine: { socketError: new Deno.errors.NotCapable("Requires ffi access") },
    code: 4,
    stderr: "Deno was started without that permission",
  },
  {
    name: "a full disk",
    args: ["-c1", "198.18.0.1"],
    machine: { stdout: new ScriptedSink([new Error("No space left on device (os error 28)")]) },
    code: 4,
    stderr:
      "icmptime: Cannot write the output: No space left on device\n\n--- 198.18.0.1 ---\n1 sent, ",
  },
  {
    name: "a full disk, as the system says it",
    args: ["decode", "1"],
    machine: { stdout: new ScriptedSink([systemError("write", "ENOSPC", 28)]) },
    code: 4,
    stderr: `icmptime: ${systemError("write", "ENOSPC", 28).message}\n`,
  },
  {
    name: "a file that cannot be written",
    args: ["-o", "/proc/x", "-c1", "198.18.0.1"],
    code: 3,
    stderr: "Cannot write to /proc/x",
  },
  {
    name: "targets from a file",
    args: ["-c1", "-f", "hosts"],
    machine: { files: { hosts: "# two\n198.18.0.1\n\n198.18.0.2 # second\n" } },
    code: 0,
    stdout: "2 of 2 targets answered",
  },
  {
    name: "targets from standard input",
    args: ["-c1", "-f", "-"],
    machine: { files: { "-": "198.18.0.9" } },
    code: 0,
    stdout: "--- 198.18.0.9 ---",
  },
  {
    name: "a file that is not there",
    args: ["-f", "hosts"],
    code: 3,
    stderr: "icmptime: Cannot read hosts: No such file or directory\n",
  },
  {
    name: "an empty file",
    args: ["-f", "hosts"],
    machine: { files: { hosts: "# none\n" } },
    code: 3,
    stderr: "No target given",
  },
  {
    name: "the version",
    args: ["--version"],
    code: 0,
    stdout: `icmptime ${VERSION}\n`,
    stderr: "",
  },
  { name: "the version by its letter", args: ["-V"], code: 0, stdout: VERSION },
  { name: "help", args: ["--help"], code: 0, stdout: "Commands:", stderr: "" },
  { name: "help of a command", args: ["ping", "-h"], code: 0, stdout: "-c, --count" },
  {
    name: "help as a command",
    args: ["help", "doctor"],
    code: 0,
    stdout: "Usage: icmptime doctor",
  },
  {
    name: "help about nothing known",
    args: ["help", "dcotor"],
    code: 3,
    stderr: "the nearest is doctor",
  },
  {
    name: "completions",
    args: ["completions", "bash"],
    code: 0,
    stdout: "complete -F _icmptime icmptime",
  },
  {
    name: "completions for no shell",
    args: ["completions", "csh"],
    code: 3,
    stderr: "expected bash, zsh, fish or man",
  },
  { name: "the man page", args: ["completions", "man"], code: 0, stdout: ".TH ICMPTIME 1" },
  { name: "doctor in good health", args: ["doctor"], code: 0, stdout: "can be opened" },
  {
    name: "doctor with a target",
    args: ["doctor", "198.18.0.1"],
    code: 0,
    stdout: "198.18.0.1 from 192.0.2.1 through eth0",
  },
  {
    name: "doctor without a socket",
    args: ["doctor"],
    machine: { socketError: EPERM },
    code: 4,
    stdout: "CAP_NET_RAW",
  },
  {
    name: "doctor with a name that is not known",
    args: ["doctor", "nowhere.example"],
    code: 2,
    stdout: "nowhere.example",
  },
  {
    name: "doctor with two targets",
    args: ["doctor", "a", "b"],
    code: 3,
    stderr: "expected one at most",
  },
];

for (const { name, args, machine, code, stderr, stdout } of ROWS) {
  Deno.test(`dispatch: ${name}`, async () => {
    const system = new FakeSystem(machine);
    const exitCode = await dispatch(args, system);
    assertEquals(exitCode, code, system.stderr.text + system.stdout.text);
    requirePart(system.stderr.text, stderr);
    requirePart(system.stdout.text, stdout);
    // The summary follows there when standard output has failed.
    const [remarks = ""] = system.stderr.text.split("\n\n--- ");
    for (const line of remarks.trimEnd().split("\n").filter((text) => text !== "")) {
      // A drop-in command has the words of the other program.
      const isOurs = line.startsWith("icmptime: ") || args[0] === "fping";
      if (args.length > 0) assert(isOurs, line);
    }
    assert(!/^ +at /m.test(system.stderr.text), "a stack trace");
    if (system.transport !== undefined) assertEquals(system.transport.closes, 1, "closed once");
  });
}

function requirePart(text: string, part: string | undefined): void {
  if (part === "") assertEquals(text, "");
  else if (part !== undefined) assert(text.includes(part), `"${part}" is not in\n${text}`);
}

Deno.test("dispatch: a reader that has gone is no fault, and ends the run", async () => {
  const gone = new Deno.errors.BrokenPipe("Broken pipe (os error 32)");
  const system = new FakeSystem({ stdout: new ScriptedSink([200, gone]) });
  const code = await dispatch(["--loop", "198.18.0.1"], system);
  assertEquals([code, system.stderr.text], [0, ""]);
});

Deno.test("dispatch: root is given up after the socket is open and before anything is sent", async () => {
  const system = new FakeSystem();
  await dispatch(["-c1", "198.18.0.1"], system);
  assertEquals(system.calls, ["openTransport", "dropPrivileges"]);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test(`dispatch: ${signal} ends the run with its summary`, async () => {
    const system = new FakeSystem({ signals: [{ atMs: 2500, signal }] });
    const code = await dispatch(["--loop", "--json", "198.18.0.1"], system);
    const records = system.stdout.lines.map((line) => JSON.parse(line));
    assertEquals(code, 0);
    assertEquals(records.map(({ type }) => type), [
      "run",
      "reply",
      "reply",
      "reply",
      "summary",
      "end",
    ]);
    assertEquals(records.at(-1).reason, "stopped");
  });
}

Deno.test("dispatch: SIGQUIT prints the summary and the run goes on", async () => {
  const system = new FakeSystem({ signals: [{ atMs: 1500, signal: "SIGQUIT" }] });
  const code = await dispatch(["-c3", "--json", "198.18.0.1"], system);
  const records = system.stdout.lines.map((line) => JSON.parse(line));
  assertEquals(code, 0);
  assertEquals(records.filter(({ type }) => type === "summary").map(({ received }) => received), [
    2,
    3,
  ]);
  assertEquals(records.at(-1).reason, "complete");
});

Deno.test("dispatch: a host that has not answered by SIGQUIT is no lost one yet", async () => {
  const system = new FakeSystem({
    network: { back: 300 },
    signals: [{ atMs: 100, signal: "SIGQUIT" }],
  });
  const code = await dispatch(["-r0", "198.18.0.1"], system);
  assertEquals([code, system.stdout.lines], [0, ["198.18.0.1 is alive"]]);
});

Deno.test("dispatch: a socket that breaks in mid-run costs no result", async () => {
  class BreakingSystem extends FakeSystem {
    override openTransport(): ReturnType<FakeSystem["openTransport"]> {
      const transport = super.openTransport();
      transport.at(1500, () => {
        throw systemError("recvmmsg", "ENOTSOCK", 88);
      });
      return transport;
    }
  }
  const system = new BreakingSystem();
  const code = await dispatch(["--json", "198.18.0.1"], system);
  const records = system.stdout.lines.map((line) => JSON.parse(line));
  assertEquals(code, 4);
  assertEquals(records.map(({ type }) => type), ["run", "reply", "reply", "summary"]);
  assertEquals(system.stderr.lines, ["icmptime: Cannot recvmmsg: ENOTSOCK"]);
});

Deno.test("dispatch: a file gets no colours, whatever standard output is", async () => {
  setColorEnabled(true);
  try {
    const file = new MemorySink();
    const system = new FakeSystem({ outputFile: file });
    const code = await dispatch(["-o", "results", "-c1", "198.18.0.1"], system);
    assertEquals(code, 0);
    assert(file.text.includes("1 sent, 1 received"), file.text);
    assert(!file.text.includes("\x1b"), JSON.stringify(file.text));
  } finally {
    setColorEnabled(false);
  }
});

Deno.test("dispatch: a probe that is out at an interrupt is counted as such", async () => {
  const system = new FakeSystem({
    network: { back: 400 },
    signals: [{ atMs: 2100, signal: "SIGINT" }],
  });
  const code = await dispatch(["--loop", "--json", "198.18.0.1"], system);
  const end = JSON.parse(system.stdout.lines.at(-1) ?? "{}");
  assertEquals([code, end.sent, end.received, end.pending], [0, 3, 2, 1]);
});

Deno.test("dispatch: decode waits for a reader that takes a little at a time", async () => {
  const words = ["decode", "--at", "2026-11-27T11:51:34Z", "42694656"];
  const whole = new FakeSystem();
  await dispatch(words, whole);
  // No room at first, then for one byte, then for all.
  const slow = new FakeSystem({ stdout: new ScriptedSink([0, 0, 1, 0]) });
  assertEquals(await dispatch(words, slow), 0);
  assertEquals(slow.stdout.text, whole.stdout.text);
});

Deno.test("dispatch: a mistake of our own is not hidden", async () => {
  const system = new FakeSystem({ socketError: new TypeError("a bug") });
  await assertRejects(() => dispatch(["198.18.0.1"], system), TypeError, "a bug");
});

for (const name of COMMANDS.map((command) => command.name)) {
  // The first two letters changed over, one too many, one too few, another one, a held shift key.
  const slips = [
    `${name[1]}${name[0]}${name.slice(2)}`,
    `${name}${name.at(-1)}`,
    name.slice(0, -1),
    `${name.slice(0, -1)}x`,
    `${name[0]?.toUpperCase()}${name.slice(1)}`,
  ];
  Deno.test(`dispatch: ${slips.join(", ")} are ${name} mistyped, and nothing is sent`, async () => {
    for (const slip of slips) {
      const system = new FakeSystem();
      const code = await dispatch([slip, "198.18.0.0/30"], system);
      assertEquals([code, system.stdout.text, system.calls], [3, "", []]);
      assertEquals(
        system.stderr.text,
        `icmptime: No host '${slip}'; did you mean 'icmptime ${name}'?\n`,
      );
    }
  });
}

Deno.test("dispatch: the beginning of a command, of four letters or more, is taken for it", async () => {
  for (
    const [word, name] of [["expo", "exporter"], ["export", "exporter"], ["comp", "completions"]]
  ) {
    const system = new FakeSystem();
    assertEquals([await dispatch([word ?? "", "198.18.0.1"], system), system.calls], [3, []]);
    assertEquals(
      system.stderr.text,
      `icmptime: No host '${word}'; did you mean 'icmptime ${name}'?\n`,
    );
  }
  const system = new FakeSystem();
  await dispatch(["exp", "198.18.0.1"], system);
  assertEquals(system.stderr.text.includes("did you mean"), false);
});

Deno.test("dispatch: a mistyped command does not wait for a name server that is out of reach", async () => {
  class SlowSystem extends FakeSystem {
    override readonly resolver = { resolve: () => new Promise<never>(() => {}) };
  }
  const system = new SlowSystem();
  const { setTimeout } = globalThis;
  const waits: unknown[] = [];
  const fireAtOnce = (fire: () => void, waitMs: number) => {
    waits.push(waitMs);
    queueMicrotask(fire);
    return 0;
  };
  Object.assign(globalThis, { setTimeout: fireAtOnce });
  try {
    const code = await dispatch(["scna", "198.18.0.0/30"], system);
    assertEquals([code, waits], [3, [1000]]);
    assertEquals(system.stderr.lines, ["icmptime: No host 'scna'; did you mean 'icmptime scan'?"]);
  } finally {
    Object.assign(globalThis, { setTimeout });
  }
});

for (
  const [words, standard, enabled] of [
    [["--color", "always"], false, true],
    [["--color=never"], true, false],
    [["--color", "auto"], true, true],
    [["--color", "auto"], false, false],
    [["-o", "results"], true, false],
    [["-o", "results", "--color", "always"], false, true],
    [["-o", "-"], true, true],
  ] as const
) {
  Deno.test(`dispatch: ${words.join(" ")} where standard output has ${standard ? "" : "no "}colours`, async () => {
    setColorEnabled(standard);
    try {
      const system = new FakeSystem({ outputFile: new MemorySink() });
      assertEquals(await dispatch(["-c1", ...words, "198.18.0.1"], system), 0);
      assertEquals(getColorEnabled(), enabled);
    } finally {
      setColorEnabled(false);
    }
  });
}

Deno.test("dispatch: what a name does to a terminal is taken out", async () => {
  const system = new FakeSystem();
  const code = await dispatch(["evil\x1b[2J.example"], system);
  assertEquals(code, 2);
  assert(!system.stderr.text.includes("\x1b"), JSON.stringify(system.stderr.text));
});
