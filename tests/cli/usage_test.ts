/** A wrong command line: exit code 3 and one line that names what is wrong and what is wanted. */

import { assertEquals, assertMatch } from "@std/assert";
import { runCommand } from "../support/command.ts";
import { type Program, programTest } from "../support/program.ts";
import { assertComplaint } from "../support/records.ts";

/** Arguments, and what the complaint says. Their host is this machine: a line that is taken after all leaves nothing. */
type WrongLine = readonly [args: readonly string[], complaint: RegExp];

/** Enough to keep two cores busy while programs start. */
const AT_ONCE = 4;

async function assertRefused(program: Program, lines: readonly WrongLine[]): Promise<void> {
  const queue = [...lines];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let line = queue.shift(); line !== undefined; line = queue.shift()) {
      const [args, complaint] = line;
      const { code, stdout, stderr } = await runCommand(program.argv(...args));
      assertEquals({ args, code, stdout }, { args, code: 3, stdout: "" });
      assertComplaint(stderr, complaint);
    }
  }));
}

/** A number option with its least and greatest value. */
const NUMBERS: readonly (readonly [option: string, least: number, greatest: number])[] = [
  ["--count", 1, Number.MAX_SAFE_INTEGER],
  ["--ttl", 1, 255],
  ["--tos", 0, 255],
  ["--mark", 0, 0xffffffff],
  ["--identifier", 0, 65535],
  ["--sequence", 0, 65535],
  ["--code", 0, 255],
];

/** A duration option with a value below and one above its range. */
const DURATIONS: readonly (readonly [option: string, below: string, above: string])[] = [
  ["--interval", "-1", "24.1h"],
  ["--timeout", "0", "86401"],
  ["--deadline", "0ms", "367d"],
];

/** A wrong line for each command, and all that it prints. */
const WHOLE: readonly (readonly [words: string, stderr: string])[] = [
  ["ping --count five 127.0.0.1", "Cannot take 'five' for --count: expected a whole number from 1"],
  ["clock --every 1s 127.0.0.1", "Cannot use --every without --loop: expected both"],
  ["tsping --sleep-time", "Cannot use --sleep-time alone: expected a value (TIME)"],
  [
    "scan --pcap /dev/null 127.0.0.1",
    "Cannot use --pcap without --dry-run: expected both",
  ],
  [
    "decode nothing",
    "Cannot decode nothing: no hexadecimal digits, and no such file; expected a number, hexadecimal digits, a file or -",
  ],
  ["doctor --jsn", "Cannot use --jsn: no such option, the nearest is --json"],
  [
    "completions tcsh",
    "Cannot write completions for tcsh: expected bash, zsh, fish or man",
  ],
  ["help docter", "Cannot explain docter: no such command, the nearest is doctor"],
];

programTest(
  { name: "usage: each command says what is wrong in one line" },
  async (program) => {
    for (const [words, message] of WHOLE) {
      const { code, stdout, stderr } = await runCommand(program.argv(...words.split(" ")));
      assertEquals([words, code, stdout, stderr], [words, 3, "", `icmptime: ${message}\n`]);
    }
  },
);

programTest(
  { name: "usage: a number outside its range is refused, and the range named" },
  (program) =>
    assertRefused(
      program,
      NUMBERS.flatMap(([option, least, greatest]) => {
        const isOpen = greatest === Number.MAX_SAFE_INTEGER;
        const range = isOpen
          ? /: expected a whole number from 1$/m
          : new RegExp(`: expected a whole number from ${least} to ${greatest}$`, "m");
        return [String(least - 1), isOpen ? "1e99" : String(greatest + 1), "1.5", "five"].map(
          (value): WrongLine => [[`${option}=${value}`, "127.0.0.1"], range],
        );
      }),
    ),
);

programTest(
  { name: "usage: a time outside its range is refused, and the range named" },
  (program) =>
    assertRefused(
      program,
      DURATIONS.flatMap(([option, below, above]) =>
        [below, above, "soon", "5 s", "1e3", "NaN"].map((value): WrongLine => [
          [`${option}=${value}`, "127.0.0.1"],
          new RegExp(
            `Cannot take '${value}' for ${option}: expected a time from \\S+ to \\S+, such as`,
          ),
        ])
      ),
    ),
);

programTest(
  { name: "usage: a stamp, a word or a payload that is none is refused" },
  (program) =>
    assertRefused(program, [
      ...["--originate", "--receive", "--transmit"].flatMap((option) =>
        ["4294967296", "-1", "24:00:00", "12:60:00", "noon"].map((value): WrongLine => [
          [`${option}=${value}`, "127.0.0.1"],
          new RegExp(
            `Cannot take '${value}' for ${option}: expected a number from 0 to 4294967295, or`,
          ),
        ])
      ),
      [["-M", "perhaps", "127.0.0.1"], /'perhaps' for --path-mtu: expected one of do, dont$/m],
      [["--format", "xml", "127.0.0.1"], /'xml' for --format: expected one of text, json/],
      [["--payload", "0xabc", "127.0.0.1"], /'0xabc' for --payload: expected 0x and pairs/],
      [["--payload", "65508", "127.0.0.1"], /'65508' for --payload: expected .* up to 65507$/m],
      [
        ["-I", "", "127.0.0.1"],
        /an empty value for --interface: expected a value that is not empty$/m,
      ],
    ]),
);

programTest(
  { name: "usage: an unknown option is refused, and the nearest known one named" },
  (program) =>
    assertRefused(program, [
      [["--cuont", "3", "127.0.0.1"], /--cuont: no such option, the nearest is --count$/m],
      [["--intervall=1", "127.0.0.1"], /--intervall: no such option, the nearest is --interval$/m],
      [["--verbos", "127.0.0.1"], /--verbos: no such option, the nearest is --verbose$/m],
      [["-C", "3", "127.0.0.1"], /-C: no such option, the nearest is -c$/m],
      [["-qX", "127.0.0.1"], /-X: no such option, see --help for all$/m],
      [["--xyzzy", "127.0.0.1"], /--xyzzy: no such option, see --help for all$/m],
      [["--constructor", "127.0.0.1"], /--constructor: no such option/],
      [["doctor", "--jsn"], /--jsn: no such option, the nearest is --json$/m],
    ]),
);

programTest(
  { name: "usage: options that lack a value, have one too many or clash are refused" },
  (program) =>
    assertRefused(program, [
      [["127.0.0.1", "-c"], /-c alone: expected a value \(N\)$/m],
      [["127.0.0.1", "--interval"], /--interval alone: expected a value \(TIME\)$/m],
      [["--quiet=yes", "127.0.0.1"], /--quiet a value: it is a switch$/m],
      [["--loop", "-c", "3", "127.0.0.1"], /--loop with --count: expected one of them$/m],
      [
        ["--echo", "--originate", "1", "127.0.0.1"],
        /--originate with --echo: expected one of them$/m,
      ],
      [["-i", "0", "-c", "70000", "127.0.0.1"], /Cannot wait 1000 ms for each of 70000 probes/],
    ]),
);

programTest(
  { name: "usage: what can never be a target is refused" },
  (program) =>
    assertRefused(program, [
      ...["::1", "2001:db8::7", "fe80::1%eth0", "::ffff:127.0.0.1"].map((target): WrongLine => [
        [target],
        new RegExp(
          `Cannot probe ${target}: ICMPv6 has no Timestamp message, expected an IPv4 address$`,
          "m",
        ),
      ]),
      [["255.255.255.255"], /255\.255\.255\.255: the broadcast address, expected a single host$/m],
      [["224.0.0.1"], /224\.0\.0\.1: a multicast address, expected a single host$/m],
      [["239.255.255.255"], /239\.255\.255\.255: a multicast address, expected a single host$/m],
      [["0.0.0.0"], /0\.0\.0\.0: the unspecified address, expected a single host$/m],
      [
        ["192.0.2"],
        /192\.0\.2: not an IPv4 address in four decimal numbers, expected 192\.0\.0\.2 if that is meant$/m,
      ],
      [["127.0.0.256"], /127\.0\.0\.256: not an IPv4 address, expected four numbers up to 255$/m],
      // One wrong target stops the run before any packet: the others are not asked either.
      [["127.0.0.1", "224.0.0.1"], /224\.0\.0\.1: a multicast address, expected a single host$/m],
      [["doctor", "::1"], /Cannot probe ::1: ICMPv6 has no Timestamp message/],
      [
        ["doctor", "127.0.0.1", "127.0.0.1"],
        /Cannot examine several targets: expected one at most$/m,
      ],
    ]),
);

programTest(
  { name: "usage: a target that hides control characters cannot reach the terminal" },
  async (program) => {
    const { code, stderr } = await runCommand(program.argv("\x1b]0;owned\x07:\u202e1"));
    assertEquals(code, 3);
    assertComplaint(
      stderr,
      /Cannot probe \ufffd]0;owned\ufffd:\ufffd1: ICMP has no ports, expected \ufffd]0;owned\ufffd$/m,
    );
  },
);

programTest(
  { name: "usage: ping without a target asks for one" },
  (program) =>
    assertRefused(program, [
      [["ping"], /No target given: expected at least one host, e\.g\. icmptime 192\.0\.2\.7$/m],
      [["-c", "3"], /No target given: expected at least one host/],
      [["--"], /No target given: expected at least one host/],
    ]),
);

programTest(
  { name: "usage: without any words the overview goes to standard error" },
  async (program) => {
    const { code, stdout, stderr } = await runCommand(program.argv());
    assertEquals([code, stdout], [3, ""]);
    assertMatch(stderr, /^Usage: icmptime \[COMMAND\] \[OPTIONS\] \[OPERANDS\]\n/);
    for (const command of ["ping", "doctor", "completions", "help"]) {
      assertMatch(stderr, new RegExp(`^  ${command} +\\S`, "m"));
    }
  },
);

programTest(
  { name: "usage: an unknown command of help names the nearest" },
  (program) =>
    assertRefused(program, [
      [["help", "docter"], /Cannot explain docter: no such command, the nearest is doctor$/m],
      [["completions", "tcsh"], /completions for tcsh: expected bash, zsh, fish or man$/m],
      [["completions"], /completions for no shell: expected bash, zsh, fish or man$/m],
      [["completions", "bash", "zsh"], /completions for several shells: expected one$/m],
      [["help", "ping", "clock"], /Cannot explain several commands: expected one at most$/m],
    ]),
);

programTest(
  { name: "usage: a file that cannot be opened for a dry run is named" },
  (program) =>
    assertRefused(program, [
      [
        ["scan", "--dry-run", "--pcap", "/nonexistent/x", "127.0.0.1"],
        /write to \/nonexistent\/x: No/,
      ],
      [["scan", "--dry-run", "-o", "/nonexistent/x", "127.0.0.1"], /write to \/nonexistent\/x: No/],
    ]),
);
