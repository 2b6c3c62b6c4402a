/**
 * `deno run -A bench/report_log.ts [REPLIES]`: `icmptime report` of a day with a million probes, for one target and for fifty,
 * as a compiled program: time, processor time, memory, size of the page.
 *
 * With Chromium installed it also says how long the page takes to open, and to show another span of time.
 */

import { runTool, say } from "../tools/output.ts";
import { findTool } from "../tests/support/tools.ts";
import { ordinaryDay, pingLines, writeLines } from "../tests/support/log_lines.ts";
import { BINARY_PROGRAM } from "../tests/support/program.ts";
import { TestBrowser } from "../tests/support/browser.ts";
import { showCharts } from "../tests/support/page_probe.ts";
import { sampleProcess } from "./process_sample.ts";

const DAY_S = 86_400;
const SAMPLE_MS = 20;

async function main(): Promise<void> {
  const [total = 1_000_000] = Deno.args.map(Number);
  const folder = await Deno.makeTempDir({ prefix: "icmptime-report-" });
  try {
    for (const targetCount of [1, 50]) {
      const count = Math.round(total / targetCount);
      const targets = Array.from({ length: targetCount }, (_, i) => `192.0.2.${i + 1}`);
      const log = `${folder}/log.jsonl`, page = `${folder}/page.html`;
      await writeLines(
        log,
        pingLines({
          targets,
          count,
          intervalS: DAY_S / count,
          fate: (index, target) => ordinaryDay(index, count, target),
        }),
      );
      const megabytes = (await Deno.stat(log)).size / 1e6;
      say(`${targetCount} targets, ${count * targetCount} probes, log ${megabytes.toFixed(0)} MB:`);
      say(`  ${await measure(BINARY_PROGRAM.argv("report", log, "-o", page))}`);
      say(`  page ${((await Deno.stat(page)).size / 1e6).toFixed(2)} MB`);
      if (findTool("chromium") !== undefined) say(`  ${await openPage(page)}`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function measure([program = "", ...args]: readonly string[]): Promise<string> {
  const startMs = performance.now();
  const child = new Deno.Command(program, { args }).spawn();
  let peakBytes = 0, processorSeconds = 0;
  const timer = setInterval(() => {
    const sample = sampleProcess(child.pid, 0);
    peakBytes = Math.max(peakBytes, sample?.peakBytes || 0);
    processorSeconds = Math.max(processorSeconds, sample?.processorSeconds || 0);
  }, SAMPLE_MS);
  const { code } = await child.status;
  clearInterval(timer);
  const seconds = (performance.now() - startMs) / 1e3;
  return `exit ${code}, ${seconds.toFixed(1)} s, processor ${processorSeconds.toFixed(1)} s, ` +
    `at most ${(peakBytes / 2 ** 20).toFixed(0)} MiB`;
}

async function openPage(path: string): Promise<string> {
  await using browser = await TestBrowser.open();
  const startMs = performance.now();
  const { page } = await browser.openFile(path);
  await showCharts(page);
  const openMs = performance.now() - startMs;
  const zoomMs = await page.evaluate<number>(`new Promise((done) => {
    const start = performance.now();
    for (let i = 0; i < 20; i++) document.querySelector(i % 2 ? "[aria-label='Zoom out']" : "[aria-label='Zoom in']").click();
    requestAnimationFrame(() => setTimeout(() => done((performance.now() - start) / 20)));
  })`);
  return `browser: opened with charts in ${openMs.toFixed(0)} ms, another span in ${
    zoomMs.toFixed(1)
  } ms`;
}

await runTool(main);
