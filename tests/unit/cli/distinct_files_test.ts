/** Which files of one run may be the same. */

import { assertEquals } from "@std/assert";
import { checkDistinctFiles } from "../../../src/cli/options/distinct_files.ts";
import type { CommandLine, OptionTable } from "../../../src/cli/options/option.ts";
import { text } from "../../../src/cli/options/values.ts";
import { UsageError } from "../../../src/cli/outcome.ts";
import type { System } from "../../../src/cli/system.ts";

const file = text("FILE", "file");
const OPTIONS = {
  output: { value: file, fileUse: "append", help: "", group: "Output" },
  html: { value: file, fileUse: "write", help: "", group: "Output" },
  compare: { value: file, fileUse: "read-log", help: "", group: "Output" },
  file: { value: file, fileUse: "read", repeatable: true, help: "", group: "Output" },
  title: { value: text("TEXT"), help: "", group: "Output" },
} as const satisfies OptionTable;

/** Files that are there, by path; two paths with one number are links of each other. */
const IDS: Readonly<Record<string, string>> = { a: "1", "./a": "1", b: "2" };

/** What is asked of the system, and the refusal if there is one. */
function check(options: Readonly<Record<string, unknown>>): { asked: string[]; refused: string } {
  const asked: string[] = [];
  const system = {
    files: {
      identifyFile(path: string) {
        asked.push(path);
        const id = IDS[path];
        return id === undefined ? undefined : { id, sizeBytes: 0 };
      },
    },
  } as unknown as System;
  const line = { options, operands: [] } as unknown as CommandLine<OptionTable>;
  try {
    checkDistinctFiles(OPTIONS, line, system);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { asked, refused: error.message };
  }
  return { asked, refused: "" };
}

Deno.test("files of one run: what is written is the file of no other option, by any name", () => {
  const refused = "Cannot write to a for --html: it is the file of --file, expected two files";
  assertEquals(check({ html: "a", file: ["./a"] }).refused, refused);
  assertEquals(check({ html: "a", file: ["b", "./a"] }).refused, refused);
  assertEquals(
    check({ html: "./a", output: "a" }).refused,
    "Cannot write to ./a for --html: it is the file of --output, expected two files",
  );
  assertEquals(
    check({ html: "a", compare: "a" }).refused,
    "Cannot write to a for --html: it is the file of --compare, expected two files",
  );
  assertEquals(
    check({ output: "a", file: ["a"] }).refused,
    "Cannot write to a for --output: it is the file of --file, expected two files",
  );
});

Deno.test("files of one run: two readers may share, and a log that is appended to may be compared with", () => {
  for (
    const shared of [
      { file: ["a", "./a"], html: "b" },
      { file: ["a"], compare: "a", html: "b" },
      { output: "a", compare: "./a" },
      { output: "a", html: "b", title: "a" },
      { output: "new", html: "new" },
      {},
    ]
  ) assertEquals(check(shared).refused, "", JSON.stringify(shared));
});

Deno.test("files of one run: standard input is read once, and standard output is no file", () => {
  assertEquals(
    check({ file: ["-", "a", "-"] }).refused,
    "Cannot read standard input twice: expected one - among the files",
  );
  assertEquals(check({ file: ["-"] }).refused, "");
  assertEquals(check({ output: "-", html: "-", file: ["-"] }), { asked: [], refused: "" });
  // Where nothing is written, no file is looked at.
  assertEquals(check({ file: ["a", "b"], compare: "a" }), { asked: [], refused: "" });
});
