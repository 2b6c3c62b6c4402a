/**
 * `deno task pictures`: docs/report.png, the page of `report` from a run through the lab. Needs root, a TUN device and Chromium.
 */

import { Lab } from "../tests/lab/lab.ts";
import { TestBrowser } from "../tests/support/browser.ts";
import { PICTURE_HOSTS } from "../tests/support/picture_hosts.ts";
import { SOURCE_PROGRAM } from "../tests/support/program.ts";
import { capture, say, ToolError } from "./output.ts";
import { PROJECT_FOLDER } from "./project.ts";

const PATH = `${PROJECT_FOLDER}docs/report.png`;
const WIDTH = 1100, HEIGHT = 1340;
const PROBES = 400;

/** Runs `ping` through the lab and makes the page of its log. */
async function makePicture(folder: string): Promise<Uint8Array> {
  const log = `${folder}/log.jsonl`, page = `${folder}/page.html`;
  {
    await using lab = await Lab.open({ scenario: PICTURE_HOSTS, block: "198.51.100.0/24" });
    const hosts = ["198.51.100.1", "198.51.100.2", "198.51.100.3"];
    const words = ["ping", "--json", "-c", String(PROBES), "-i", "100ms", "-o", log, ...hosts];
    await capture(lab.argv(SOURCE_PROGRAM.argv(...words)));
  }
  const title = "Three hosts, forty seconds";
  const made = await capture(
    SOURCE_PROGRAM.argv("report", "--title", title, "--max-targets", "1", "-o", page, log),
  );
  if (!made.success) throw new ToolError(`Cannot make the page: ${made.stderr.trim()}`);
  await using browser = await TestBrowser.open();
  const { page: window } = await browser.openFile(page, { width: WIDTH, height: HEIGHT });
  await window.waitForSelector("canvas");
  return await window.screenshot();
}

if (import.meta.main) {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-picture-" });
  try {
    const picture = await makePicture(folder);
    await Deno.writeFile(PATH, picture);
    say(`${PATH}: ${Math.round(picture.length / 1024)} kB`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
