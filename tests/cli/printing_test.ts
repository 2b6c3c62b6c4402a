/** Help, version and the like: where they go, and what happens when they cannot go there. */

import { assertEquals, assertMatch } from "@std/assert";
import { runCommand } from "../support/command.ts";
import { programTest } from "../support/program.ts";
import { assertComplaint } from "../support/records.ts";

/** Everything that prints and ends, without a packet. */
const PRINTERS: readonly (readonly [args: readonly string[], start: RegExp])[] = [
  [["--help"], /^Usage: icmptime \[COMMAND\] \[OPTIONS\] \[OPERANDS\]\n/],
  [["help"], /^Usage: icmptime \[COMMAND\] \[OPTIONS\] \[OPERANDS\]\n/],
  [["ping", "--help"], /^Usage: icmptime \[OPTIONS\] TARGET/],
  [["help", "ping"], /^Usage: icmptime \[OPTIONS\] TARGET/],
  [["192.0.2.7", "-h"], /^Usage: icmptime \[OPTIONS\] TARGET/],
  [["doctor", "-h"], /^Usage: icmptime doctor \[OPTIONS\] \[TARGET\]\n/],
  [["completions", "bash"], /^# bash completion for icmptime\n/],
  [["completions", "man"], /^\.TH ICMPTIME 1 /],
];

programTest(
  { name: "printing: help and scripts go to standard output, exit code 0" },
  async (program) => {
    for (const [args, start] of PRINTERS) {
      const { code, stdout, stderr } = await runCommand(program.argv(...args));
      assertEquals({ args, code, stderr }, { args, code: 0, stderr: "" });
      assertMatch(stdout, start);
      assertMatch(stdout, /[^\n]\n$/);
    }
  },
);

programTest({ name: "printing: -V prints name and version" }, async (program) => {
  for (const option of ["-V", "--version"]) {
    const { code, stdout } = await runCommand(program.argv(option));
    assertEquals(code, 0);
    assertMatch(stdout, /^icmptime \d+\.\d+\.\d+\n$/);
  }
});

programTest(
  { name: "printing: help lists every option in lines of at most 100 characters" },
  async (program) => {
    const { stdout } = await runCommand(program.argv("ping", "--help"));
    for (const line of stdout.split("\n")) assertEquals(line.length <= 100, true, line);
    for (
      const spelling of [
        "-c, --count N",
        "-i, --interval TIME",
        "-W, --timeout TIME",
        "-w, --deadline TIME",
        "-t, --ttl N",
        "-Q, --tos N",
        "-I, --interface NAME|ADDRESS",
        "-m, --mark N",
        "-M, --path-mtu do|dont",
        "-q, --quiet",
        "-n, --numeric",
        "-D, --timestamps",
        "-v, --verbose",
        "-V, --version",
        "-h, --help",
        "-4, --ipv4",
        "--loop",
        "--echo",
        "--originate STAMP",
        "--receive STAMP",
        "--transmit STAMP",
        "--identifier N",
        "--sequence N",
        "--code N",
        "--bad-checksum",
        "--payload BYTES",
        "--explain",
        "--format FORMAT",
      ]
    ) assertEquals(stdout.includes(`  ${spelling}`), true, spelling);
  },
);

programTest(
  { name: "printing: a full disk is reported in one line, exit code 4" },
  async (program) => {
    for (const [args] of PRINTERS) {
      const argv = ["sh", "-c", 'exec "$@" >/dev/full', "sh", ...program.argv(...args)];
      const { code, stderr } = await runCommand(argv);
      assertEquals({ args, code }, { args, code: 4 });
      assertComplaint(stderr, /^icmptime: Cannot write the output: No space left on device/);
    }
  },
);

programTest({ name: "printing: a reader that has gone is no fault" }, async (program) => {
  // The pipe has no reader before the program starts: `true` has ended when the sleep is over.
  const script = '{ sleep 0.05; "$@"; echo "code $?" >&2; } | true';
  for (const [args] of PRINTERS.slice(0, 4)) {
    const { stderr } = await runCommand(["sh", "-c", script, "sh", ...program.argv(...args)]);
    assertEquals({ args, stderr }, { args, stderr: "code 0\n" });
  }
});
