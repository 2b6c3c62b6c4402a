// `icmptime scan` on the command line, as far as it goes without a socket: wrong input, plans, dry runs.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { digestBlocks, digestText, formatCheckpoint } from "../../src/scan/checkpoint.ts";
import { programTest } from "../support/program.ts";
import { runCommand } from "../support/command.ts";
import { assertComplaint } from "../support/records.ts";

const wrong: readonly (readonly [words: readonly string[], complaint: RegExp, code: number])[] = [
  [[], /No target given: expected at least one/, 3],
  [
    ["--resume", "place"],
    /Cannot resume without targets: place holds only the position, expected the same/,
    3,
  ],
  [["10.0.0.0/33"], /"33" is not a prefix length from 0 to 32/, 3],
  [["10.0.0.9-10.0.0.1"], /runs backwards/, 3],
  [["2001:db8::/32"], /ICMPv6 has no Timestamp message, expected an IPv4 address/, 3],
  [["--shard", "9/8", "10.0.0.1"], /--shard.*such as 1\/8/, 3],
  [["--shard", "0/4", "10.0.0.1"], /Cannot take '0\/4' for --shard/, 3],
  [["--seed", "-1", "10.0.0.1"], /Cannot take '-1' for --seed: expected a whole number from 0/, 3],
  [
    ["-T", "0", "10.0.0.1"],
    /Cannot take '0' for --sender-threads: expected a whole number from 1/,
    3,
  ],
  [["--sender-threads", "17", "10.0.0.1"], /Cannot take '17' for --sender-threads.*to 16/, 3],
  [["--rate", "fast", "10.0.0.1"], /--rate.*or max for no limit/, 3],
  [["--rate", "0", "10.0.0.1"], /Cannot take '0' for --rate/, 3],
  [["--rate", "1k", "--bandwidth", "1M", "10.0.0.1"], /--bandwidth with --rate/, 3],
  [["--exclude", "10.0.0.0/8,oops", "10.0.0.1"], /for --exclude: "oops" is not an IPv4 address/, 3],
  [["--exclude-file", "/nonexistent", "10.0.0.1"], /Cannot read \/nonexistent/, 3],
  [
    ["--resume", "/dev/null", "10.0.0.1"],
    /Cannot resume from \/dev\/null: it has no whole checkpoint/,
    3,
  ],
  [["--checkpoint", "a", "--resume", "b", "10.0.0.1"], /--checkpoint with --resume/, 3],
  [["--pcap", "x.pcap", "10.0.0.1"], /--pcap without --dry-run/, 3],
  [["--json", "--fields", "adress", "10.0.0.1"], /did you mean address\?/, 3],
  [["--gateway-mac", "02:00", "10.0.0.1"], /an Ethernet address such as/, 3],
  [["-q", "--exclude", "10.0.0.0/8", "10.0.0.1"], /every address is excluded/, 3],
  [
    ["8.0.0.0/24"],
    /public Internet without --yes: this scan sends 256 probes to 256 addresses at 10,000 a second, which takes 4 s/,
    3,
  ],
  [["--rats", "10", "10.0.0.1"], /--rate/, 3],
  [["-n", "101%", "10.0.0.1"], /Cannot take '101%' for --max-targets.*or a share such as 1%/, 3],
  [["-N", "0", "10.0.0.1"], /Cannot take '0' for --max-results/, 3],
  [["--min-hitrate", "2x", "10.0.0.1"], /expected a percentage such as 0.5%/, 3],
  [["--notes", "x", "10.0.0.1"], /--notes without --metadata/, 3],
  [["--user-metadata", "{", "10.0.0.1"], /expected JSON such as/, 3],
  [
    ["--output-filter", "rtt_ms << 5", "10.0.0.1"],
    /for --output-filter: expected a value after < at character 9, found '<'/,
    3,
  ],
  [
    ["--output-filter", "rtt < 5", "10.0.0.1"],
    /Cannot use --output-filter: expected a field or flag of --list-fields at character 1, found 'rtt'/,
    3,
  ],
  [["--config", "/nonexistent", "10.0.0.1"], /Cannot read \/nonexistent/, 3],
  [["--json", "--format", "csv", "10.0.0.1"], /--json with --format csv/, 3],
  [
    ["--only", "icmp_error", "10.0.0.1"],
    /only icmp_error records as text: expected --format json or csv/,
    3,
  ],
  [["--fields", "address", "10.0.0.1"], /Cannot choose fields of this format/, 3],
  [
    ["-o", "/tmp/x", "--metadata", "/tmp//x", "10.0.0.1"],
    /\/\/x for --metadata: it is the file of --output, expected two files/,
    3,
  ],
  ...[
    "--metadata x",
    "--checkpoint x",
    "--json",
    "--format csv",
    "--fields address",
    "--only reply",
  ]
    .map((words) =>
      [
        ["--dry-run", ...words.split(" "), "10.0.0.1"],
        new RegExp(`Cannot use ${words.replace(/ .*/, "")} with --dry-run`),
        3,
      ] as const
    ),
  [["-f", "-", "--exclude-file", "-"], /Cannot read standard input twice/, 3],
  [["-G", "02:00:00:00:00:01", "--raw-socket", "10.0.0.1"], /--gateway-mac with --raw-socket/, 3],
  [["-G", "02:00:00:00:00:01", "--mark", "1", "10.0.0.1"], /--gateway-mac with --mark/, 3],
];

programTest(
  { name: "scan says what is wrong with its words, in one line, with exit code 3" },
  async (program) => {
    for (const [words, complaint, code] of wrong) {
      const result = await runCommand(program.argv("scan", ...words));
      assertEquals([result.code, result.stdout], [code, ""], words.join(" "));
      assertComplaint(result.stderr, complaint);
    }
  },
);

programTest(
  { name: "scan resumes no scan but the one that the checkpoint is of" },
  async (program) => {
    const path = await Deno.makeTempFile();
    const asked = { message: "timestamp" as const, sources: "" };
    const identity = { seed: 7, shard: "1/1", maxTargets: 4, probesPerTarget: 1, ...asked };
    const blocks = [{ first: 0x0a000000, last: 0x0a000003 }];
    await Deno.writeTextFile(
      path,
      formatCheckpoint({
        ...{ ...identity, targets: digestBlocks(blocks), number: 0, position: 2, length: 4 },
        writtenAt: "2026-01-01T00:00:00Z",
      }),
    );
    for (
      const [words, complaint] of [
        [["10.0.0.0/29", "--max-targets", "4"], /its target blocks differ$/m],
        [["10.0.0.0/30", "--seed", "8"], /its --seed differs$/m],
        [["10.0.0.0/30", "--shard", "1/2"], /its --shard differs$/m],
        [["10.0.0.0/30", "--echo"], /another scan, it sends timestamp requests$/m],
        [["10.0.0.0/30", "-S", "127.0.0.1-127.0.0.3"], /another scan, it has no --source-ip$/m],
        [["10.0.0.0/30", "--max-targets", "3"], /its --max-targets differs$/m],
        [["10.0.0.0/30", "--probes-per-target", "2"], /its --probes-per-target differs$/m],
      ] as const
    ) {
      const result = await runCommand(program.argv("scan", "-q", "--resume", path, ...words));
      assertEquals([result.code, result.stdout], [3, ""], words.join(" "));
      assertComplaint(result.stderr, complaint);
    }
    const again = program.argv("scan", "-q", "--checkpoint", path, "10.0.0.0/30");
    const { code, stderr } = await runCommand(again);
    assertEquals(code, 3);
    assertComplaint(stderr, /belongs to an unfinished scan: use --resume/);
    const { stdout } = await runCommand(
      program.argv("scan", "-q", "--resume", path, "--dry-run", "10.0.0.0/30"),
    );
    assertEquals([...stdout.matchAll(/> 10\.0\.0\.\d: ICMP/g)].length, 2, "what is left of it");
    await Deno.remove(path);
  },
);

programTest(
  { name: "scan overwrites no file that it reads or writes for something else, by no name of it" },
  async (program) => {
    const folder = await Deno.makeTempDir({ prefix: "icmptime-files-" });
    const hosts = `${folder}/hosts`, text = "10.0.0.1\n";
    await Deno.writeTextFile(hosts, text);
    await Deno.symlink("hosts", `${folder}/link`);
    await Deno.link(hosts, `${folder}/twin`);
    await Deno.symlink("new", `${folder}/new-link`);
    const cases: [words: string[], first: string][] = [];
    for (const name of ["hosts", "link", "twin", "../" + folder.split("/").at(-1) + "/hosts"]) {
      for (const option of ["--metadata", "--checkpoint", "--resume", "-o"]) {
        cases.push([["-f", hosts, option, `${folder}/${name}`], "--file"]);
      }
      cases.push([["--exclude-file", hosts, "--metadata", `${folder}/${name}`], "--exclude-file"]);
      cases.push([["--dry-run", "-f", hosts, "--pcap", `${folder}/${name}`], "--file"]);
    }
    const pairs = [["-o", "--metadata"], ["-o", "--checkpoint"], ["--metadata", "--checkpoint"]];
    for (const [a = "", b = ""] of pairs) {
      const either = `(?:${a}|${b})`.replace("-o", "--output");
      cases.push([[a, `${folder}/new`, b, `${folder}/new-link`], either]);
    }
    for (const [words, first] of cases) {
      const { code, stdout, stderr } = await runCommand(program.argv("scan", ...words, "10.0.0.2"));
      assertEquals([code, stdout], [3, ""], words.join(" "));
      assertComplaint(stderr, new RegExp(`it is the file of ${first}, expected two files`));
      assertEquals(await Deno.readTextFile(hosts), text);
    }
    await Deno.remove(folder, { recursive: true });
  },
);

programTest(
  { name: "scan begins no checkpoint in a file that holds something else" },
  async (program) => {
    const path = await Deno.makeTempFile();
    for (const text of ["my notes\n", "x".repeat(3_000_000)]) {
      await Deno.writeTextFile(path, text);
      const words = ["scan", "-q", "--checkpoint", path, "10.0.0.0/30"];
      const { code, stdout, stderr } = await runCommand(program.argv(...words));
      assertEquals([code, stdout], [3, ""]);
      assertComplaint(stderr, /it holds something else .*, expected a new file/);
      assertEquals(await Deno.readTextFile(path), text);
    }
    await Deno.remove(path);
  },
);

programTest({ name: "scan refuses a checkpoint whose place is forged" }, async (program) => {
  const path = await Deno.makeTempFile();
  const asked = { message: "timestamp" as const, sources: "" };
  const identity = { seed: 7, shard: "1/1", maxTargets: 4, probesPerTarget: 1, ...asked };
  const targets = digestBlocks([{ first: 0x0a000000, last: 0x0a000003 }]);
  const right = { ...identity, targets, number: 0, position: 2, length: 4 };
  // Written by hand: what JSON can say and the program would not.
  const places = [
    "1.5",
    '"x"',
    "5",
    "-1",
    "-0",
    "1e400",
    "null",
    "[2]",
    "true",
    "9007199254740993",
  ];
  for (const place of places) {
    const whole = formatCheckpoint({ ...right, writtenAt: "2026-01-01T00:00:00Z" });
    const body = whole.trimEnd().slice(17).replace('"position":2', `"position":${place}`);
    await Deno.writeTextFile(path, `${digestText(body)} ${body}\n`);
    for (const option of [["--resume", path], ["--dry-run", "--resume", path]]) {
      const words = ["scan", "-q", ...option, "10.0.0.0/30"];
      const { code, stdout, stderr } = await runCommand(program.argv(...words));
      assertEquals([code, stdout], [3, ""], place);
      assertComplaint(
        stderr,
        /Cannot resume from .*: its position is not a whole number from 0 to 4/,
      );
    }
  }
  await Deno.remove(path);
});

programTest({ name: "scan names the reserved addresses that it leaves out" }, async (program) => {
  const result = await runCommand(program.argv("scan", "224.0.0.0/30", "198.51.100.1"));
  assertEquals(result.code, 3);
  assertMatch(result.stderr, /left out 1 address: Documentation \(TEST-NET-2\) \(RFC 5737\)/);
  assertMatch(result.stderr, /left out 4 addresses: Multicast \(RFC 5771\)/);
  assertMatch(result.stderr, /expected --include-reserved/);
});

programTest({
  name: "a dry run shows each packet in full, in the seed's order, and needs no privilege",
}, async (program) => {
  const words = ["scan", "--dry-run", "--seed", "3", "--include-reserved", "192.0.2.0/29"];
  const first = await runCommand(program.argv(...words)),
    second = await runCommand(program.argv(...words));
  const destinations = (text: string) =>
    [...text.matchAll(/> (192\.0\.2\.\d): ICMP/g)].map(([, address]) => address);
  assertEquals(first.code, 0);
  assertEquals(destinations(first.stdout), destinations(second.stdout));
  assertEquals(new Set(destinations(first.stdout)).size, 8);
  assertEquals([...first.stdout.matchAll(/header checksum .* right$/gm)].length, 8);
  assertEquals([...first.stdout.matchAll(/ checksum {9}0x[0-9a-f]{4} +right$/gm)].length, 8);
});

programTest(
  { name: "targets and exclusions come from files and standard input too" },
  async (program) => {
    const path = await Deno.makeTempFile();
    await Deno.writeTextFile(path, "# not these\n192.0.2.0/30\n192.0.2.8-192.0.2.11\n");
    const words = ["--dry-run", "--include-reserved", "--exclude-file", path, "-f", "-"];
    const { stdout, code } = await runCommand(program.argv("scan", ...words), {
      stdin: "192.0.2.0/28\n",
    });
    const found = [...stdout.matchAll(/> 192\.0\.2\.(\d+): ICMP/g)].map(([, host]) => Number(host));
    assertEquals([code, found.sort((a, b) => a - b)], [0, [4, 5, 6, 7, 12, 13, 14, 15]]);
    await Deno.remove(path);
  },
);

programTest({ name: "files of half a million lines are read" }, async (program) => {
  const path = await Deno.makeTempFile();
  const lines = Array.from(
    { length: 500_000 },
    (_, i) => `11.${i >> 16}.${i >> 8 & 255}.${i & 255}`,
  );
  await Deno.writeTextFile(path, lines.join("\n"));
  const words = ["scan", "--dry-run", "-q", "--max-targets", "3"];
  const targets = await runCommand(program.argv(...words, "-f", path));
  assertEquals([targets.code, targets.stdout.match(/> 11\./g)?.length], [0, 3]);
  const excluded = program.argv(...words, "--exclude-file", path, "11.0.0.0/16", "10.0.0.0/31");
  const { code, stdout } = await runCommand(excluded);
  assertEquals([code, stdout.match(/> 10\.0\.0\.[01]:/g)?.length], [0, 2]);
  await Deno.remove(path);
});

programTest({ name: "a dry run of all of IPv4 ends with its reader" }, async (program) => {
  const scan = program.argv("scan", "--dry-run", "0.0.0.0/0").map((word) => `'${word}'`).join(" ");
  const result = await runCommand(["bash", "-c", `set -o pipefail; ${scan} 2>/dev/null | head -1`]);
  assertEquals(result.code, 0);
  assert(result.stdout.includes("ICMP time stamp query"));
});
