/** The browser of the tests sees what a page must not do: a page of ours that passes was really watched. */

import { assertEquals, assertMatch } from "@std/assert";
import { browserTest, type OpenPage, type TestBrowser } from "../support/browser.ts";

async function openText(browser: TestBrowser, html: string): Promise<OpenPage> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/page.html`, html);
    return await browser.openFile(`${folder}/page.html`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

browserTest(
  { name: "the browser's watch sees requests, errors and exceptions" },
  async (browser) => {
    const { page, requests, complaints } = await openText(
      browser,
      `<!doctype html><link rel="icon" href="data:,"><img src="http://192.0.2.1/x.png">
    <script>console.error("told"); throw new Error("thrown");</script>`,
    );
    await page.waitForLoadState("load");
    assertEquals(requests, ["http://192.0.2.1/x.png"]);
    const all = complaints.join("\n");
    for (const pattern of [/told/, /thrown/, /ERR_/]) assertMatch(all, pattern);
  },
);

browserTest({ name: "the browser's watch has nothing to say of a quiet page" }, async (browser) => {
  const { page, requests, complaints } = await openText(
    browser,
    `<!doctype html><link rel="icon" href="data:,"><title>quiet</title><p>hello`,
  );
  assertEquals(await page.textContent("p"), "hello");
  assertEquals([requests, complaints], [[], []]);
});
