/** docs/reliability.md names tests: they have to be there. */

import { assert } from "@std/assert";
import { PROJECT_FOLDER } from "../../tools/project.ts";

Deno.test("every test that docs/reliability.md names is there", async () => {
  const text = await Deno.readTextFile(`${PROJECT_FOLDER}docs/reliability.md`);
  const rows = [...text.matchAll(/^\|.*\| `([a-z_/]+\.(?:ts|json))`: (.*?) *\|$/gm)];
  const bodies = text.split("\n").filter((line) =>
    line.startsWith("| ") && !/^\| (-+|fault|load) /.test(line)
  );
  assert(
    rows.length > 30 && rows.length === bodies.length,
    `${rows.length} of ${bodies.length} lines name a test`,
  );
  for (const [, path = "", name = ""] of rows) {
    const file = await Deno.readTextFile(`${PROJECT_FOLDER}tests/${path}`);
    assert(file.includes(name), `tests/${path} has no test "${name}"`);
  }
});
