import { assertEquals, assertThrows } from "@std/assert";
import {
  absentOptions,
  checkTogether,
  nearest,
  parseCommandLine,
} from "../../../src/cli/options/command_line.ts";
import { UsageError } from "../../../src/cli/outcome.ts";
import type { CommandSpec, OptionTable } from "../../../src/cli/options/option.ts";
import { choice, integer, text } from "../../../src/cli/options/values.ts";

const TABLE = {
  tries: { value: integer("N", 0, 100), help: "", group: "Probes", default: 3 },
  count: { short: "c", value: integer("N", 0, 100), help: "", group: "Probes" },
  quiet: { short: "q", help: "", group: "Output" },
  numeric: { short: "n", help: "", group: "Output" },
  verbose: { help: "", group: "Output" },
  format: { value: choice("FORMAT", ["text", "json"]), help: "", group: "Output" },
  label: { short: "l", value: text("TEXT"), help: "", group: "Output" },
  file: { short: "f", value: text("FILE"), help: "", group: "Targets", repeatable: true },
  colour: { value: text("WHEN"), help: "", group: "Output", optionalValue: "always" },
} as const satisfies OptionTable;

type Given = ReturnType<typeof parseCommandLine<typeof TABLE>>["options"];

function parse(...words: string[]): { options: Partial<Given>; operands: readonly string[] } {
  const { options, operands, given } = parseCommandLine(words, TABLE);
  const only = Object.fromEntries(Object.entries(options).filter(([name]) => given.has(name)));
  return { options: only as Partial<Given>, operands };
}

interface Row {
  readonly words: readonly string[];
  readonly options: Partial<Record<keyof typeof TABLE, unknown>>;
  readonly operands?: readonly string[];
}

const ROWS: readonly Row[] = [
  { words: [], options: {} },
  { words: ["host"], options: {}, operands: ["host"] },
  { words: ["-c5"], options: { count: 5 } },
  { words: ["-c", "5"], options: { count: 5 } },
  { words: ["--count=5"], options: { count: 5 } },
  { words: ["--count", "5"], options: { count: 5 } },
  { words: ["-c", "0"], options: { count: 0 } },
  { words: ["-qn"], options: { quiet: true, numeric: true } },
  { words: ["-qnc7", "a"], options: { quiet: true, numeric: true, count: 7 }, operands: ["a"] },
  { words: ["-qc", "7"], options: { quiet: true, count: 7 } },
  { words: ["a", "-q", "b"], options: { quiet: true }, operands: ["a", "b"] },
  { words: ["-q", "--", "-n", "--count"], options: { quiet: true }, operands: ["-n", "--count"] },
  { words: ["--", "--"], options: {}, operands: ["--"] },
  { words: ["-"], options: {}, operands: ["-"] },
  { words: ["-f", "-"], options: { file: ["-"] } },
  { words: ["-c1", "-c2", "--count=3"], options: { count: 3 } },
  { words: ["-fa", "--file", "b", "--file=c"], options: { file: ["a", "b", "c"] } },
  { words: ["--label=a=b"], options: { label: "a=b" } },
  { words: ["--label", "--quiet"], options: { label: "--quiet" } },
  { words: ["--label=-5"], options: { label: "-5" } },
  { words: ["-l-5"], options: { label: "-5" } },
  { words: ["--label=two\nlines"], options: { label: "two\nlines" } },
  { words: ["-l", "true"], options: { label: "true" } },
  { words: ["-l", "007"], options: { label: "007" } },
  { words: ["-l", "😀 ünï"], options: { label: "😀 ünï" } },
  { words: ["--colour", "host"], options: { colour: "always" }, operands: ["host"] },
  { words: ["--colour=never"], options: { colour: "never" } },
  { words: ["--quiet", "--quiet"], options: { quiet: true } },
  { words: ["host", "1.2.3.4", "007"], options: {}, operands: ["host", "1.2.3.4", "007"] },
];

for (const { words, options, operands = [] } of ROWS) {
  Deno.test(`command line: ${JSON.stringify(words)}`, () => {
    assertEquals(parse(...words), { options, operands });
  });
}

const REFUSED: readonly (readonly [readonly string[], string])[] = [
  [["--cuont"], "Cannot use --cuont: no such option, the nearest is --count"],
  [["--verb"], "the nearest is --verbose"],
  [["-C", "5"], "Cannot use -C: no such option, the nearest is -c"],
  [["-x"], "Cannot use -x: no such option, see --help for all"],
  [["--xylophone"], "Cannot use --xylophone: no such option, see --help for all"],
  [["-qx"], "Cannot use -x"],
  [["--quiet=yes"], "Cannot give --quiet a value: it is a switch"],
  [["--count"], "Cannot use --count alone: expected a value (N)"],
  [["-c"], "Cannot use -c alone: expected a value (N)"],
  [["-qc"], "Cannot use -c alone"],
  [["--count="], "Cannot take an empty value for --count: expected a whole number"],
  [["--count=", "5"], "Cannot take an empty value for --count"],
  [["--label="], "Cannot take an empty value for --label"],
  [["-c", "-5"], "Cannot take '-5' for --count: expected a whole number from 0 to 100"],
  [["-c", "many"], "Cannot take 'many' for --count"],
  [["--format=xml"], "Cannot take 'xml' for --format: expected one of text, json"],
  [["--=x"], "Cannot use --: no such option"],
  [["--__proto__=1"], "Cannot use --__proto__"],
  [["--constructor"], "Cannot use --constructor"],
  [["--toString=1"], "Cannot use --toString"],
  [["---count=5"], "no such option"],
  [["-5"], "Cannot use -5"],
  [["-é"], "Cannot use -é"],
];

for (const [words, message] of REFUSED) {
  Deno.test(`command line: ${JSON.stringify(words)} is refused`, () => {
    assertThrows(() => parse(...words), UsageError, message);
  });
}

Deno.test("command line: what is not given is absent, false or empty", () => {
  const { options, given } = parseCommandLine([], TABLE);
  assertEquals(given.size, 0);
  assertEquals(options, {
    tries: 3,
    count: undefined,
    quiet: false,
    numeric: false,
    verbose: false,
    format: undefined,
    label: undefined,
    file: [],
    colour: undefined,
  });
  assertEquals(absentOptions(TABLE), options);
});

Deno.test("the nearest word is less than half of the word away, rounded up", () => {
  const near = { abcde: "abcxy", abcdef: "abcdxy", abc: "axc", abcd: "abcdefghijk" };
  for (const [word, candidate] of Object.entries(near)) {
    assertEquals(nearest(word, [candidate]), candidate, word);
  }
  for (
    const [word, candidate] of [
      ...[["abcde", "abxyz"], ["abcdef", "abcxyz"], ["abc", "axy"]],
      // Only from four letters on the beginning of a word is enough.
      ["abc", "abcdefghijk"],
    ] as const
  ) assertEquals(nearest(String(word), [String(candidate)]), undefined, word);
  // The first of those that are equally near.
  assertEquals(nearest("abcde", ["abcdx", "abcdy"]), "abcdx");
  assertEquals(nearest("abcde", ["abcxx", "abcdy"]), "abcdy");
  // The beginning of a word is nearer than a word with a slip.
  assertEquals(nearest("abcd", ["abcx", "abcdefgh"]), "abcdefgh");
  // Of two letters, one may be in the other case.
  assertEquals([nearest("Ab", ["ab"]), nearest("AB", ["ab"])], ["ab", undefined]);
  // Two neighbours that changed places are one slip.
  assertEquals(nearest("htlm", ["ttl", "html"]), "html");
  assertEquals(nearest("abdc", ["abxc", "abcd"]), "abxc");
});

Deno.test("an unknown option: its dashes are no likeness, and a letter behind two of them is meant", () => {
  const hints = [
    ["--cuont", "the nearest is --count"],
    ["--flie", "the nearest is --file"],
    ["--c", "the nearest is -c"],
    ["-C", "the nearest is -c"],
    ["--bogus", "see --help for all"],
    ["--bogus=1", "see --help for all"],
    ["-x", "see --help for all"],
    ["---", "see --help for all"],
  ] as const;
  for (const [word, hint] of hints) {
    const message = `Cannot use ${word.split("=")[0]}: no such option, ${hint}`;
    const table = {
      ...TABLE,
      tos: { value: integer("N", 0, 255), help: "", group: "Packet" },
    } as const;
    assertThrows(() => parseCommandLine([word], table), UsageError, message);
  }
});

Deno.test("the nearest word, or none", () => {
  const words = ["--count", "--code", "--interval", "-c", "-C"];
  assertEquals(nearest("--cuont", words), "--count");
  assertEquals(nearest("--inter", words), "--interval");
  assertEquals(nearest("--zzzzzzzz", words), undefined);
  assertEquals(nearest("-I", ["-i", "-x"]), "-i");
  assertEquals(nearest("-z", words), undefined);
  assertEquals(nearest("", words), undefined);
  assertEquals(nearest("x", []), undefined);
});

const RULES: CommandSpec<typeof TABLE> = {
  name: "rules",
  summary: "",
  operands: "",
  completeOperand: "none",
  description: [],
  options: TABLE,
  conflicts: [["quiet", "verbose"], ["count", "tries"]],
  requires: [["label", "file"]],
  exitCodes: [],
  examples: [],
};

for (
  const [words, message] of [
    ["-q", undefined],
    ["-q --verbose", "Cannot use --quiet with --verbose: expected one of them"],
    ["--tries 3 -c1", "Cannot use --count with --tries: expected one of them"],
    // A default is not given.
    ["-c1", undefined],
    ["-l x", "Cannot use --label without --file: expected both"],
    ["-l x -f y", undefined],
    ["-f y", undefined],
  ] as const
) {
  Deno.test(`rules of options: ${words}`, () => {
    const line = parseCommandLine(words.split(" "), TABLE);
    const check = () => checkTogether(RULES, line);
    if (message === undefined) check();
    else assertEquals(assertThrows(check, UsageError).message, message);
  });
}

Deno.test("rules of options: --json is the format json, and no other that is given", () => {
  const table = {
    json: { help: "", group: "Output" },
    format: {
      value: choice("FORMAT", ["text", "json"]),
      help: "",
      group: "Output",
      default: "text",
    },
  } as const satisfies OptionTable;
  const spec: CommandSpec<typeof table> = { ...RULES, options: table, conflicts: [], requires: [] };
  const check = (words: string) => checkTogether(spec, parseCommandLine(words.split(" "), table));
  for (const words of ["--json", "--format=text", "--json --format=json"]) check(words);
  assertThrows(
    () => check("--json --format=text"),
    UsageError,
    "Cannot use --json with --format text: expected one of them",
  );
});
