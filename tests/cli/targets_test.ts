/** What ping's targets are: words, files, standard input, blocks and ranges, exclusions, names. */

import { assertEquals, assertMatch } from "@std/assert";
import type { CommandOptions, CommandResult } from "../support/command.ts";
import { type Namespace, VethPair } from "../support/namespace.ts";
import { programTest, SOURCE_PROGRAM } from "../support/program.ts";
import { assertComplaint } from "../support/records.ts";
import { systemTest } from "../support/tools.ts";

/** A cable whose far end answers for a whole block; a run in the near end; and the targets that a run had. */
class Place implements AsyncDisposable {
  readonly #pair: VethPair;
  readonly folder: string;

  private constructor(pair: VethPair, folder: string) {
    this.#pair = pair;
    this.folder = folder;
  }

  static async open(): Promise<Place> {
    const pair = await VethPair.open();
    await pair.ownBlock("198.18.0.0/15");
    const folder = await Deno.makeTempDir({ prefix: "icmptime-targets-" });
    await Deno.chmod(folder, 0o755);
    return new Place(pair, folder);
  }

  /** The near end. */
  get near(): Namespace {
    return this.#pair.near;
  }

  /** Writes a file and returns its path. */
  async file(name: string, text: string): Promise<string> {
    await Deno.writeTextFile(`${this.folder}/${name}`, text);
    return `${this.folder}/${name}`;
  }

  /** Asks each target once, quietly. */
  run(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    const argv = SOURCE_PROGRAM.argv("--json", "-q", "-c", "1", "-i", "10ms", ...args);
    return this.#pair.near.run(argv, options);
  }

  /** Runs icmptime with these words. */
  ask(...words: readonly string[]): Promise<CommandResult> {
    return this.#pair.near.run(SOURCE_PROGRAM.argv(...words));
  }

  /** Runs a program with its own resolver: names from this table alone, as /etc/hosts has them. */
  runWithHosts(hosts: string, argv: readonly string[]): Promise<CommandResult> {
    const script =
      'printf "%s" "$0" > "$1/hosts" && mount --bind "$1/hosts" /etc/hosts && shift && exec "$@"';
    return this.#pair.near.run(["unshare", "-m", "sh", "-c", script, hosts, this.folder, ...argv]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pair.close();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** The targets of a run that went well, in order. */
function targetsOf({ code, stdout, stderr }: CommandResult): string[] {
  assertEquals([code, stderr.replace(/^icmptime: probed once.*\n/, "")], [0, ""]);
  return stdout.trimEnd().split("\n").map((line) => JSON.parse(line))
    .filter(({ type }) => type === "summary").map(({ target }) => target);
}

/** Addresses from one to another. */
function range(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => `198.18.0.${first + index}`);
}

/** Words, and the targets that they stand for. */
const WORDS: readonly (readonly [args: readonly string[], targets: readonly string[]])[] = [
  [["198.18.0.7", "198.18.0.5"], ["198.18.0.7", "198.18.0.5"]],
  // A prefix stands for its hosts (RFC 922), but for the two-address and one-address ones (RFC 3021).
  [["198.18.0.0/29"], range(1, 6)],
  [["198.18.0.5/29"], range(1, 6)],
  [["198.18.0.4/31"], range(4, 5)],
  [["198.18.0.4/32"], range(4, 4)],
  [["198.18.0.0-198.18.0.3"], range(0, 3)],
  [["198.18.0.9-198.18.0.9"], range(9, 9)],
  [["198.18.0.3", "198.18.0.0/30", "198.18.0.2-198.18.0.4"], [
    "198.18.0.3",
    "198.18.0.1",
    "198.18.0.2",
    "198.18.0.4",
  ]],
  [["--exclude", "198.18.0.3", "198.18.0.0/29"], ["198.18.0.1", "198.18.0.2", ...range(4, 6)]],
  [["--exclude", "198.18.0.0/30", "198.18.0.0/29"], range(4, 6)],
  [["--exclude", "198.18.0.2-198.18.0.4", "--exclude=198.18.0.6", "198.18.0.0/29"], [
    "198.18.0.1",
    "198.18.0.5",
  ]],
  [["--exclude", "10.0.0.0/8", "198.18.0.1"], ["198.18.0.1"]],
];

systemTest({
  name: "targets: addresses, prefixes, ranges and exclusions stand for these hosts",
  namespaces: true,
}, async () => {
  await using place = await Place.open();
  const queue = [...WORDS];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [args, targets] = next;
      assertEquals([args, targetsOf(await place.run(args))], [args, targets]);
    }
  };
  await Promise.all([work(), work()]);
});

systemTest({
  name: "targets: files with comments, blank lines, Windows line ends and several words a line",
  namespaces: true,
}, async () => {
  await using place = await Place.open();
  const texts: readonly (readonly [text: string, targets: readonly string[]])[] = [
    ["198.18.0.1\n198.18.0.2\n", range(1, 2)],
    ["198.18.0.1\r\n198.18.0.2\r\n", range(1, 2)],
    ["# all of them\n\n  198.18.0.1  # the first\n#198.18.0.9\n\t198.18.0.2\n\n", range(1, 2)],
    ["198.18.0.1 198.18.0.2\t198.18.0.3", range(1, 3)],
    ["198.18.0.0/30\n198.18.0.3-198.18.0.5", range(1, 5)],
    ["\ufeff198.18.0.1\n", range(1, 1)],
    ["198.18.0.1,198.18.0.2, 198.18.0.3 ; all\n;198.18.0.9\n", range(1, 3)],
    ["198.18.0.1 - 198.18.0.2\n", range(1, 2)],
  ];
  for (const [index, [text, targets]] of texts.entries()) {
    const path = await place.file(`${index}.txt`, text);
    assertEquals([text, targetsOf(await place.run(["-f", path]))], [text, targets]);
  }
  const [first, second] = [
    await place.file("a", "198.18.0.2\n"),
    await place.file("b", "198.18.0.3\n"),
  ];
  assertEquals(
    targetsOf(await place.run(["-f", first, "--file", second, "198.18.0.1"])),
    range(1, 3),
  );
});

programTest(
  { name: "targets: -f - reads standard input to its end", namespaces: true },
  async (program) => {
    await using pair = await VethPair.open();
    const argv = program.argv("--json", "-q", "-c", "1", "-f", "-");
    const result = await pair.near.run(argv, { stdin: `# ours\n${pair.farAddress}\n127.0.0.1\n` });
    assertEquals(targetsOf(result), [pair.farAddress, "127.0.0.1"]);
    const empty = await pair.near.run(argv, { stdin: "# no target\n\n" });
    assertEquals([empty.code, empty.stdout], [3, ""]);
    assertComplaint(empty.stderr, /No target given: expected at least one host/);
  },
);

systemTest(
  { name: "targets: what stands twice is probed once, with a note", namespaces: true },
  async () => {
    await using place = await Place.open();
    const one = await place.run(["198.18.0.1", "198.18.0.2", "198.18.0.1"]);
    assertEquals(targetsOf(one), range(1, 2));
    assertEquals(one.stderr, "icmptime: probed once, although given more than once: 198.18.0.1\n");
    const many = await place.run(["198.18.0.0/29", "198.18.0.0/29"]);
    assertEquals(targetsOf(many), range(1, 6));
    assertEquals(
      many.stderr,
      "icmptime: probed once, although given more than once: 198.18.0.1, 198.18.0.2, 198.18.0.3, …\n",
    );
  },
);

systemTest(
  {
    name:
      "targets: one bad line is reported with file and line, the others are asked, and the code is 2",
    namespaces: true,
  },
  async () => {
    await using place = await Place.open();
    const path = await place.file(
      "hosts",
      "198.18.0.1\n10.66.1.300\n2001:db8::1\n224.0.0.1\n198.18.0.2:80\n198.18.0.2\n",
    );
    const complaints = [
      `${path}:2: Cannot VERB 10.66.1.300: not an IPv4 address, expected four numbers up to 255`,
      `${path}:3: Cannot VERB 2001:db8::1: ICMPv6 has no Timestamp message, expected an IPv4 address`,
      `${path}:4: Cannot VERB 224.0.0.1: a multicast address, expected a single host`,
      `${path}:5: Cannot VERB 198.18.0.2:80: ICMP has no ports, expected 198.18.0.2`,
    ];
    const told = (verb: string, lines = complaints) =>
      lines.map((line) => `icmptime: ${line.replace("VERB", verb)}\n`).join("");
    const ping = await place.run(["-f", path]);
    assertEquals([ping.code, ping.stderr], [2, told("probe")]);
    assertEquals(targetsOf({ ...ping, code: 0, stderr: "" }), range(1, 2));
    const alive = await place.ask("-r0", "--alive", "-f", path);
    assertEquals([alive.code, alive.stdout, alive.stderr], [
      2,
      "198.18.0.1\n198.18.0.2\n",
      told("probe"),
    ]);
    const clock = await place.ask("clock", "-c", "30", "--json", "-f", path);
    assertEquals([clock.code, clock.stderr], [2, told("probe")]);
    assertEquals(clock.stdout.match(/"type":"clock"/g)?.length, 2);
    // Exclusions have the same syntax, and one parser.
    const without = await place.file("without", "198.18.0.1,198.18.0.8 ; both\r\n2001:db8::/32\n");
    for (const command of ["ping", "clock"]) {
      const words = ["-c", "1", "-f", path, "--exclude-file", without, "198.18.0.3"];
      const few = await place.ask(command, "--json", ...words, "--exclude", "198.18.0.2");
      assertEquals([few.code, few.stderr], [2, skippedIpv6(without, 2) + told("probe")]);
      assertMatch(few.stdout, /"target":"198\.18\.0\.3"/);
      assertEquals(/"target":"198\.18\.0\.[128]"/.test(few.stdout), false, few.stdout);
    }
    // The kernel has no route for multicast: scan would say so, too.
    await place.file("hosts", (await Deno.readTextFile(path)).replace("224.0.0.1", "# none"));
    const exclude = await place.file("exclude", "2001:db8::/32\n198.18.0.4/30\n");
    const scan = await place.ask(
      ...[
        "scan",
        "-q",
        "--include-reserved",
        "--yes",
        "--cooldown",
        "1s",
        "--exclude-file",
        exclude,
      ],
      ...["-f", path, "198.18.0.4-198.18.0.8"],
    );
    // IPv6 excludes nothing of IPv4.
    const expected = told("scan", complaints.toSpliced(2, 1)) + skippedIpv6(exclude, 1);
    assertEquals([scan.code, scan.stderr], [2, expected]);
    assertEquals(scan.stdout.trimEnd().split("\n").toSorted(), [
      "198.18.0.1",
      "198.18.0.2",
      "198.18.0.8",
    ]);
  },
);

/** What is said of an IPv6 prefix in a list of exclusions. */
function skippedIpv6(file: string, line: number): string {
  return `icmptime: ${file}:${line}: skipped 2001:db8::/32: only IPv4 addresses are probed\n`;
}

/** Words that are refused before a packet leaves, and what is said. */
const WRONG: readonly (readonly [args: readonly string[], complaint: RegExp])[] = [
  [
    ["10.0.0.0/8"],
    /Cannot probe 10\.0\.0\.0\/8: 16777214 addresses up to here, more than 131072, expected fewer, or `icmptime scan`$/m,
  ],
  [["0.0.0.0/0"], /Cannot probe 0\.0\.0\.0\/0: /],
  [["10.0.0.0/15", "10.2.0.0/15"], /Cannot probe 10\.2\.0\.0\/15: 262140 addresses up to here/],
  [["10.0.0.1-10.255.255.254"], /expected fewer, or `icmptime scan`$/m],
  [["198.18.0.0/33"], /Cannot probe 198\.18\.0\.0\/33: "33" is not a prefix length from 0 to 32$/m],
  [["198.18.0.7:80"], /Cannot probe 198\.18\.0\.7:80: ICMP has no ports, expected 198\.18\.0\.7$/m],
  [["http://198.18.0.7/"], /a URL, expected its host 198\.18\.0\.7$/m],
  [["0xc6.18.0.7"], /in four decimal numbers, expected 198\.18\.0\.7 if that is meant$/m],
  [["198.18.0/24"], /"198\.18\.0" is not an IPv4 address/],
  [["198.18.0.9-198.18.0.1"], /the range runs backwards: 198\.18\.0\.1 is below 198\.18\.0\.9$/m],
  [["198.18.0.1-20"], /"20" is not an IPv4 address/],
  [["224.0.0.0/30"], /it holds a multicast address, expected hosts$/m],
  [["223.255.255.250-224.0.0.5"], /it holds a multicast address, expected hosts$/m],
  [["2001:db8::/64"], /ICMPv6 has no Timestamp message, expected an IPv4 address$/m],
  [
    ["--exclude", "198.18.0.0/29", "198.18.0.0/29"],
    /No target left: every target is excluded, expected at least one host$/m,
  ],
  [
    ["--exclude", "router", "198.18.0.1"],
    /Cannot take 'router' for --exclude: "router" is not an IPv4 address/,
  ],
  [["-f", "/nowhere/hosts"], /Cannot read \/nowhere\/hosts: No such file or directory$/m],
  [["-f", "/"], /Cannot read \/: Is a directory$/m],
];

systemTest({
  name: "targets: what cannot be asked is refused at once, with what is wanted",
  namespaces: true,
}, async () => {
  await using place = await Place.open();
  for (const [args, complaint] of WRONG) {
    const { code, stdout, stderr } = await place.run(args);
    assertEquals([args, code, stdout], [args, 3, ""]);
    assertComplaint(stderr, complaint);
  }
});

systemTest({
  name: "targets: a file with a /8 and all of IPv4 costs no memory before it is refused",
  namespaces: true,
}, async () => {
  await using place = await Place.open();
  const path = await place.file("all", "10.0.0.0/8\n0.0.0.0/0\n");
  // 16 million hosts would not fit into that heap, and the runtime would abort.
  const env = { DENO_V8_FLAGS: "--max-old-space-size=32" };
  const { code, stderr } = await place.run(["-f", path], { env });
  assertEquals(code, 3);
  assertComplaint(stderr, /expected fewer, or `icmptime scan`/);
  // The same heap is enough for the hosts that are allowed.
  assertEquals(targetsOf(await place.run(["198.18.0.0/26"], { env })).length, 62);
});

const HOSTS = [
  "127.0.0.1 localhost",
  "198.18.0.1 router.example",
  "198.18.0.2 twin.example",
  "198.18.0.3 twin.example",
  "2001:db8::1 six.example",
].join("\n") + "\n";

systemTest({
  name: "targets: names, all their addresses, and names of addresses",
  namespaces: true,
  tools: ["unshare", "mount"],
}, async () => {
  await using place = await Place.open();
  const run = (...args: string[]) =>
    place.runWithHosts(HOSTS, SOURCE_PROGRAM.argv("-c", "1", "-i", "10ms", ...args));
  const summariesOf = ({ stdout }: CommandResult) =>
    stdout.trimEnd().split("\n").map((line) => JSON.parse(line)).filter(({ type }) =>
      type === "summary"
    )
      .map(({ target, address }) => `${target} ${address}`);
  const first = await run("--json", "-q", "twin.example", "router.example");
  assertEquals(summariesOf(first), ["twin.example 198.18.0.2", "router.example 198.18.0.1"]);
  const all = await run("--json", "-q", "--all-addresses", "twin.example", "router.example");
  assertEquals(summariesOf(all).toSorted(), [
    "router.example 198.18.0.1",
    "twin.example 198.18.0.2",
    "twin.example 198.18.0.3",
  ]);
  const excluded = await run(
    "--json",
    "-q",
    "--all-addresses",
    "--exclude",
    "198.18.0.2",
    "twin.example",
  );
  assertEquals(summariesOf(excluded), ["twin.example 198.18.0.3"]);

  const named = await run("--reverse", "-q", "198.18.0.1", "198.18.0.9");
  assertMatch(named.stdout, /^--- router\.example \(198\.18\.0\.1\) ---$/m);
  assertMatch(named.stdout, /^--- 198\.18\.0\.9 ---$/m);
  const numeric = await run("--reverse", "-n", "-q", "198.18.0.1");
  assertMatch(numeric.stdout, /^--- 198\.18\.0\.1 ---$/m);

  const six = await run("-q", "six.example", "router.example");
  assertEquals(six.code, 2);
  assertComplaint(
    six.stderr,
    /Cannot resolve six\.example: the name has IPv6 addresses only, and ICMPv6 has no Timestamp/,
  );
  assertMatch(six.stdout, /^--- router\.example /m);
  const unknown = await run("-q", "nosuch.example");
  assertEquals([unknown.code, unknown.stdout], [2, ""]);
});

/** Text without end: what it is, who gives it, and what is said of it. */
const ENDLESS: readonly (readonly [name: string, shell: string, complaint: RegExp])[] = [
  [
    "a device of zeros as the file",
    'exec "$@" -f /dev/zero',
    /^icmptime: Cannot read \/dev\/zero: line 1 has a zero byte, expected text$/m,
  ],
  [
    "one word",
    'tr "\\0" x </dev/zero | "$@" -f -',
    /^icmptime: Cannot read standard input: line 1 has more than \d+ characters, expected less$/m,
  ],
];

for (const [name, shell, complaint] of ENDLESS) {
  for (const command of ["ping", "clock", "fping", "scan"]) {
    systemTest({
      name: `targets: text without end is refused in little memory: ${name} (${command})`,
      namespaces: true,
      tools: ["sh", "tr"],
    }, async () => {
      await using pair = await VethPair.open();
      // What is read would fill that heap at once.
      const env = { DENO_V8_FLAGS: "--max-old-space-size=48" };
      const argv = ["sh", "-c", shell, "sh", ...SOURCE_PROGRAM.argv(command)];
      const { code, stdout, stderr } = await pair.near.run(argv, { env });
      const own = command === "fping";
      assertEquals([code, stdout], [own ? 4 : 3, ""]);
      if (!own) assertComplaint(stderr, complaint);
      else assertMatch(stderr, /^fping: .*\n$/);
    });
  }
}

systemTest({
  name: "targets: ping refuses ten million lines as soon as there are too many",
  namespaces: true,
  tools: ["sh", "seq"],
}, async () => {
  await using place = await Place.open();
  const shell = 'seq -f "10.%.0f" 0 10000000 | "$@" -f -';
  const argv = ["sh", "-c", shell, "sh", ...SOURCE_PROGRAM.argv()];
  const { code, stdout, stderr } = await place.near.run(argv, {
    env: { DENO_V8_FLAGS: "--max-old-space-size=64" },
  });
  assertEquals([code, stdout], [3, ""]);
  assertComplaint(stderr, /more than 131072 targets up to line \d{6}, expected fewer/);
});

systemTest({
  name: "targets: a word of five million letters is reported in a short line",
  namespaces: true,
}, async () => {
  await using place = await Place.open();
  const path = await place.file("word", `198.18.0.1/${"9".repeat(4_000_000)}\n`);
  for (const [args, expected] of [[["-f", path], 2], [["--", "1".repeat(100_000)], 3]] as const) {
    const { code, stderr } = await place.run(args);
    assertEquals(code, expected);
    assertComplaint(stderr, /Cannot probe .* … .*(is not a prefix length|, expected )/);
    assertEquals(stderr.length < 1000, true, `${stderr.length} characters`);
  }
});

systemTest({
  name: "targets: a million blanks in a line are read like one",
  namespaces: true,
}, async () => {
  await using place = await Place.open();
  const wide = (last: number) => `198.18.0.1${" ".repeat(1_000_000)}198.18.0.${last}  # the end\n`;
  const targets = await place.file("targets", wide(2));
  assertEquals(targetsOf(await place.run(["-f", targets])), ["198.18.0.1", "198.18.0.2"]);
  const excluded = await place.file("excluded", wide(2));
  const argv = SOURCE_PROGRAM.argv("scan", "--dry-run", "--include-reserved");
  const { code, stdout } = await place.near.run([
    ...argv,
    "--exclude-file",
    excluded,
    "198.18.0.0/30",
  ]);
  assertEquals([code, stdout.match(/(?<=> )198\.18\.0\.\d/g)?.toSorted()], [0, [
    "198.18.0.0",
    "198.18.0.3",
  ]]);
});
