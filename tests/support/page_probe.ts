/** What a page of icmptime shows, measured from outside: pixels of its charts, places of its moments. */

import type { Page } from "npm:playwright-core@1.65.1";
import { type CommandResult, runCommand } from "./command.ts";
import { writeLines } from "./log_lines.ts";
import { type Program, SOURCE_PROGRAM } from "./program.ts";

/** A report in a folder that goes with it. */
export interface MadeReport extends AsyncDisposable {
  /** Where the page is. */
  readonly path: string;
  /** How the program ended. */
  readonly result: CommandResult;
}

/** Writes a log, and has the program make a page of it. */
export async function makeReport(
  lines: Iterable<string>,
  args: readonly string[] = [],
  program: Program = SOURCE_PROGRAM,
): Promise<MadeReport> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-report-" });
  await writeLines(`${folder}/log.jsonl`, lines);
  const path = `${folder}/page.html`;
  const argv = program.argv("report", `${folder}/log.jsonl`, "-o", path, ...args);
  const result = await runCommand(argv, { timeoutMs: 120_000 });
  if (result.code !== 0) throw new Error(`Cannot make a report: ${result.stderr}`);
  return {
    path,
    result,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Waits until the charts of a target are drawn. */
export async function showCharts(page: Page, id: string = "t0"): Promise<void> {
  await page.locator(`#${id}`).scrollIntoViewIfNeeded();
  await page.locator(`#${id} canvas`).first().waitFor();
  await nextFrame(page);
}

/** Waits until what was asked for is painted. */
export async function nextFrame(page: Page): Promise<void> {
  await page.evaluate(
    "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
  );
}

/** Where ink of one colour lies in the drawing area of a chart: shares of its width and height, from left and top. */
export interface Ink {
  /** Pixels with it. */
  readonly count: number;
  /** Leftmost and rightmost of them, 0 to 1. */
  readonly left: number;
  /** See {@linkcode left}. */
  readonly right: number;
  /** Highest of them, 0 (top) to 1. */
  readonly top: number;
}

/**
 * Finds the ink of a chart in the colour of a variable of the style sheet, at full strength.
 *
 * @param chart id of its element, such as `t0-back`
 */
export async function findInk(page: Page, chart: string, variable: string): Promise<Ink> {
  // Runs in the page, where the types of this program mean nothing.
  const look = `(() => {
    const place = document.getElementById(${JSON.stringify(chart)});
    const canvas = place.querySelector("canvas");
    const over = place.querySelector(".u-over").getBoundingClientRect();
    const home = canvas.getBoundingClientRect();
    const scale = canvas.width / home.width;
    const x = Math.round((over.left - home.left) * scale), y = Math.round((over.top - home.top) * scale);
    const width = Math.round(over.width * scale), height = Math.round(over.height * scale);
    const hex = getComputedStyle(document.documentElement).getPropertyValue(${
    JSON.stringify(variable)
  }).trim();
    const want = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    const { data } = canvas.getContext("2d").getImageData(x, y, width, height);
    let count = 0, left = 1, right = 0, top = 1;
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] < 200 || want.some((value, k) => Math.abs(value - data[i + k]) > 40)) continue;
      count++;
      left = Math.min(left, (i / 4 % width) / width);
      right = Math.max(right, (i / 4 % width) / width);
      top = Math.min(top, Math.floor(i / 4 / width) / height);
    }
    return { count, left, right, top };
  })()`;
  return await page.evaluate(look);
}

/** The picture of a chart, as text that is equal where the picture is. */
export async function pictureOf(page: Page, chart: string): Promise<string> {
  return await page.evaluate(
    `document.getElementById(${JSON.stringify(chart)}).querySelector("canvas").toDataURL()`,
  );
}

/** Moves the pointer to a share of a chart's width. */
export async function pointAt(page: Page, chart: string, share: number): Promise<void> {
  const over = page.locator(`#${chart} .u-over`);
  await over.scrollIntoViewIfNeeded();
  const box = await over.boundingBox();
  if (box === null) throw new Error(`Cannot find ${chart}: it is not shown`);
  await page.mouse.move(box.x + box.width * share, box.y + box.height / 2);
  await nextFrame(page);
}

/** Draws over a chart with the pointer, from one share of its width to another. */
export async function dragOver(page: Page, chart: string, from: number, to: number): Promise<void> {
  await pointAt(page, chart, from);
  const box = await page.locator(`#${chart} .u-over`).boundingBox();
  if (box === null) throw new Error(`Cannot find ${chart}: it is not shown`);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  await nextFrame(page);
}

/** Text of a chart's tooltip, a line each; empty where it is hidden. */
export async function tooltipOf(page: Page, chart: string): Promise<string[]> {
  return await page.locator(`#${chart} .tooltip:not([hidden]) > div`).allInnerTexts();
}
