/** docs/reliability.md names tests: they must exist. */

import { assert, assertEquals } from "@std/assert";
import { PROJECT_FOLDER } from "../../tools/project.ts";

/** A name of a test in its place: after `name:`, or as the first argument of a function that registers tests. */
const NAME =
  /(?:\bname:|[tT]est\(|\breportsError\([^"]*)\s*(?:"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`)/g;

/** The names of the tests that a file registers; what stands in a comment is none. */
function testNames(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/[^\n]*/gm, " ");
  return [...code.matchAll(NAME)].map(([, quoted, template]) => quoted ?? template ?? "");
}

Deno.test("every test that docs/reliability.md names exists", async () => {
  const text = await Deno.readTextFile(`${PROJECT_FOLDER}docs/reliability.md`);
  const rows = [...text.matchAll(/^\|.*\| `([a-z_/]+\.ts)`: (.*?) *\|$/gm)];
  const bodies = text.split("\n").filter((line) =>
    line.startsWith("| ") && !/^\| (-+|fault|load) /.test(line)
  );
  assert(
    rows.length > 30 && rows.length === bodies.length,
    `${rows.length} of ${bodies.length} lines name a test`,
  );
  const missing: string[] = [];
  for (const [, path = "", name = ""] of rows) {
    const names = testNames(await Deno.readTextFile(`${PROJECT_FOLDER}tests/${path}`));
    if (!names.some((whole) => whole.includes(name))) missing.push(`tests/${path}: ${name}`);
  }
  assertEquals(missing, []);
});

Deno.test("a name in a comment, or in another string, is no test", () => {
  const source =
    '// Deno.test("one"\n/* name: "two" */\nconst text = "three";\nDeno.test("four", f);';
  assertEquals(testNames(source), ["four"]);
});
