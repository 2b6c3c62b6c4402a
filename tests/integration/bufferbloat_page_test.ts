// Bufferbloat on a real path: a load fills one queue, a log of it becomes a page, and a browser shows where the wait was.

import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { browserTest } from "../support/browser.ts";
import { findInk, makeReport, showCharts } from "../support/page_probe.ts";
import { SOURCE_PROGRAM } from "../support/program.ts";
import { ShapedPath } from "../support/shaped_path.ts";

const PROBES = 250;
/** The load starts when this many have been answered. */
const STEADY_PROBES = 80;

/** The log of a ping through a path whose queue a load fills after a while. */
async function logLoad(slow: "out" | "near"): Promise<string> {
  await using path = await ShapedPath.open(slow);
  const words = ["--json", "-c", String(PROBES), "-i", "20ms", "-W", "3s", path.farAddress];
  await using ping = path.near.spawn(SOURCE_PROGRAM.argv("ping", ...words));
  await ping.output(new RegExp(`"probe":${STEADY_PROBES},`));
  await using _load = path.load();
  const { stdout } = await ping.result();
  return stdout;
}

const NEEDS = { namespaces: true, tools: ["tc", "ping", "python3"] };

browserTest({
  ...NEEDS,
  name: "a load on the way out alone: the page says out, in words and in that chart alone",
}, async (browser) => {
  await using report = await makeReport((await logLoad("out")).trim().split("\n"));
  const { page, requests, complaints } = await browser.openFile(report.path);
  const found = await page.innerText(".found");
  assertMatch(found, /The delay out grew by up to [12]\d\d ms.*; the delay back by at most \d/);
  await showCharts(page);
  const out = await findInk(page, "t0-out", "--out");
  const back = await findInk(page, "t0-back", "--back");
  const shown = JSON.stringify({ out, back });
  // Both have one scale.
  assert(out.top < 0.4 && out.count > 100, shown);
  assert(back.top > 0.6, shown);
  assert(!found.includes("own queue"), found);
  assertEquals({ requests, complaints }, { requests: [], complaints: [] });
});

browserTest({
  ...NEEDS,
  name: "a full queue of this machine: the page says so, and neither direction has ink",
}, async (browser) => {
  await using report = await makeReport((await logLoad("near")).trim().split("\n"));
  const { page } = await browser.openFile(report.path);
  const found = await page.innerText(".found");
  assertMatch(found, /This machine's own queue held probes for up to [12]\d\d ms/);
  // A busy machine may delay a probe by some milliseconds, but not by as much as the queue.
  assertNotMatch(found, /grew[^.]*\d{3}(\.\d)? ms/);
  await showCharts(page);
  const queue = await findInk(page, "t0-queue", "--queue");
  assert(queue.top < 0.4 && queue.count > 100, JSON.stringify(queue));
});
