/**
 * `deno task page`: bundles what runs in the reader's browser (src/page) and the style of its charts into
 * src/page/script.json, from where `report` puts it into a page. To be run after any change to src/page.
 */

import style from "npm:uplot@1.6.32/dist/uPlot.min.css" with { type: "text" };
import license from "npm:uplot@1.6.32/LICENSE" with { type: "text" };
import { capture, runTool, say, ToolError } from "./output.ts";
import { PROJECT_FOLDER, TEST_LOCK } from "./project.ts";

/** Where the bundle is kept. */
export const SCRIPT_PATH: string = `${PROJECT_FOLDER}src/page/script.json`;

/** The text of that file, as it should be now. */
export async function buildScript(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-page-" });
  try {
    const output = `${folder}/script.js`;
    const ended = await capture([
      ...[Deno.execPath(), "bundle", "--quiet", "--check", "--platform", "browser", "--minify"],
      ...[`--lock=${TEST_LOCK}`, "--output", output, `${PROJECT_FOLDER}src/page/main.ts`],
    ], { cwd: PROJECT_FOLDER });
    if (!ended.success) throw new ToolError(`Cannot bundle src/page:\n${ended.stderr.trim()}`);
    const notice = license.trim().replace(/\s+/g, " ");
    const bundle = (await Deno.readTextFile(output)).trim();
    // The text of an element may hold no end tag, and no comment that begins one.
    if (/<\/script|<!--/i.test(bundle)) throw new ToolError("Cannot put the bundle into a page");
    const script = `/* Charts: uPlot. ${notice} */\n${bundle}`;
    return `${
      JSON.stringify({ script, hash: await hashOf(script), style: style.trim() }, null, 2)
    }\n`;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The hash with which a page's policy allows its script and no other (CSP Level 3, §2.3.1). */
async function hashOf(script: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(script));
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}

if (import.meta.main) {
  await runTool(async () => {
    const text = await buildScript();
    await Deno.writeTextFile(SCRIPT_PATH, text);
    say(`${SCRIPT_PATH}: ${Math.round(text.length / 1e3)} kB`);
  });
}
