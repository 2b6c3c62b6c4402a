/** The page of `icmptime report` in a real browser. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { browserTest } from "../support/browser.ts";
import { seriousViolations } from "../support/accessibility.ts";
import { LOG_START_S, noise, ordinaryDay, pingLines } from "../support/log_lines.ts";
import {
  dragOver,
  findInk,
  makeReport,
  nextFrame,
  pictureOf,
  pointAt,
  showCharts,
  tooltipOf,
} from "../support/page_probe.ts";

const QUIET = { requests: [], complaints: [] };

/** 600 probes at one a second, of which 300 to 309 took 50 ms more on one way. */
function bumpLog(direction: "outMs" | "backMs") {
  return pingLines({
    targets: ["192.0.2.1"],
    count: 600,
    intervalS: 1,
    fate: (index) => ({
      outMs: noise(index),
      backMs: noise(index + 5000),
      ...(index >= 300 && index < 310 ? { [direction]: 50 } : {}),
    }),
  });
}

for (const direction of ["back", "out"] as const) {
  const other = direction === "back" ? "out" : "back";
  browserTest({ name: `50 ms more ${direction} has ink in that chart alone` }, async (browser) => {
    await using report = await makeReport(bumpLog(`${direction}Ms`));
    const { page, requests, complaints } = await browser.openFile(report.path);
    assertMatch(
      await page.innerText(".found"),
      new RegExp(`The delay ${direction} grew by up to 50`),
    );
    await showCharts(page);
    const bump = await findInk(page, `t0-${direction}`, `--${direction}`);
    const quiet = await findInk(page, `t0-${other}`, `--${other}`);
    // Both charts have the same scale, with 50 ms near the top: the quiet one stays at the bottom.
    assert(bump.count > 100 && quiet.count > 100, JSON.stringify([bump, quiet]));
    assert(bump.top < 0.12, `the bump reaches ${bump.top}`);
    assert(quiet.top > 0.9, `the quiet direction reaches ${quiet.top}`);
    const trip = await findInk(page, "t0-rtt", "--rtt");
    assert(trip.top < 0.12, `the round trip reaches ${trip.top}`);
    assertEquals({ requests, complaints }, QUIET);
  });
}

browserTest({ name: "ink lies where the data lie, and moves with the zoom" }, async (browser) => {
  await using report = await makeReport(bumpLog("backMs"));
  const { page } = await browser.openFile(report.path);
  await showCharts(page);
  const before = {
    back: await pictureOf(page, "t0-back"),
    out: await pictureOf(page, "t0-out"),
    span: await page.innerText("#span"),
  };
  // From 40 % to 50 % of ten minutes: what is before the bump.
  await dragOver(page, "t0-back", 0.4, 0.48);
  assert(await page.innerText("#span") !== before.span);
  assert(await pictureOf(page, "t0-out") !== before.out, "the other chart stays");
  // Without the bump the scale is that of the noise.
  const zoomed = await findInk(page, "t0-back", "--back");
  assert(zoomed.top < 0.3 && zoomed.right > 0.9 && zoomed.left < 0.1, JSON.stringify(zoomed));
  await page.getByRole("button", { name: "Show all of the time" }).click();
  await page.mouse.move(0, 0);
  await nextFrame(page);
  assertEquals(await page.innerText("#span"), before.span);
  assertEquals(await pictureOf(page, "t0-back"), before.back);
});

browserTest({ name: "a tooltip has the values of the log" }, async (browser) => {
  const count = 21;
  const lines = [...pingLines({
    targets: ["192.0.2.1"],
    count,
    intervalS: 1,
    fate: (index) => ({ outMs: noise(index) * 9, backMs: noise(index + 77) * 9, queueMs: 0.5 }),
  })];
  const replies = lines.map((line) => JSON.parse(line)).filter(({ type }) => type === "reply");
  await using report = await makeReport(lines);
  const { page, requests, complaints } = await browser.openFile(report.path);
  await showCharts(page);
  // The log is 21 s long (the end comes a second after the last probe), with 1 % of room on both sides.
  const shareOf = (index: number) => (index + 0.21) / (21 + 2 * 0.21);
  for (const index of [0, 7, 20]) {
    const { rtt_ms, out_change_ms, back_change_ms, queue_ms, offset_ms } = replies[index];
    const time = new Date((LOG_START_S + index) * 1e3).toISOString().replace("T", " ").slice(0, -1);
    const expected = { rtt: rtt_ms, out: out_change_ms, back: back_change_ms, queue: queue_ms };
    for (const [kind, ms] of Object.entries(expected)) {
      await pointAt(page, `t0-${kind}`, shareOf(index));
      const [when = "", value = "", probes = ""] = await tooltipOf(page, `t0-${kind}`);
      assertEquals(
        [when.replace(/^time \(UTC\)\s*/, ""), value.trim(), probes.replace(/\s+/g, " ")],
        [time, `${ms} ms`, "probes 1 answered"],
        `${kind} of probe ${index}`,
      );
    }
    await pointAt(page, "t0-offset", shareOf(index));
    const text = (await tooltipOf(page, "t0-offset")).join("\n");
    const sign = offset_ms < 0 ? "-" : "\\+";
    assertMatch(
      text,
      new RegExp(`estimate\\s*${sign}${Math.abs(offset_ms)} ms`.replace(".", "\\.")),
    );
  }
  assertEquals({ requests, complaints }, QUIET);
});

browserTest({ name: "joined probes keep their least and greatest value" }, async (browser) => {
  const count = 20_000, peak = 12_345;
  const lines = pingLines({
    targets: ["192.0.2.1"],
    count,
    intervalS: 1,
    fate: (index) => ({ backMs: index === peak ? 321.125 : noise(index) }),
  });
  await using report = await makeReport(lines);
  const { page } = await browser.openFile(report.path);
  await showCharts(page);
  const ink = await findInk(page, "t0-rtt", "--rtt");
  assert(ink.top < 0.12, `one peak of ${count} is gone: ${ink.top}`);
  // From near enough that a probe has some pixels, its value can be read.
  const room = count * 0.01;
  const share = (peak + room) / (count + 2 * room);
  await dragOver(page, "t0-rtt", share - 0.01, share + 0.01);
  const seen = new Set<string>();
  for (let at = 0.3; at < 0.7; at += 0.02) {
    await pointAt(page, "t0-rtt", at);
    for (const line of await tooltipOf(page, "t0-rtt")) seen.add(line.replace(/\s+/g, " "));
  }
  assert(seen.has("greatest 331.125 ms"), [...seen].join("\n"));
});

browserTest({ name: "keys read points, zoom, move and show all again" }, async (browser) => {
  await using report = await makeReport(bumpLog("backMs"));
  const { page, complaints } = await browser.openFile(report.path);
  await showCharts(page);
  const span = () => page.innerText("#span");
  const whole = await span();
  await page.locator("#t0-rtt").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  assertMatch(await page.innerText("#live"), /^time \(UTC\) 2026-11-27 00:05:01\.000, .*6\d/);
  await page.keyboard.press("+");
  const near = await span();
  await page.keyboard.press("Shift+ArrowLeft");
  const moved = await span();
  await page.keyboard.press("0");
  assertEquals(await span(), whole);
  assertEquals(new Set([whole, near, moved]).size, 3);
  assertEquals(complaints, []);
});

browserTest({ name: "a day of many targets: table, heat map, charts, both themes, paper" }, async (
  browser,
) => {
  const targets = Array.from({ length: 8 }, (_, i) => `198.51.100.${i + 1}`);
  const count = 288;
  await using report = await makeReport(pingLines({
    targets,
    count,
    intervalS: 300,
    fate: (index, target) =>
      target === 4 && index > 100 && index < 150
        ? { isAnswered: false }
        : ordinaryDay(index, count, target),
  }));
  const light = await browser.openFile(report.path);
  const { page } = light;
  // The target that was away for hours is named first, and its row in the table leads.
  assertMatch(
    await page.innerText(".found li"),
    /^198\.51\.100\.5: 49 of 288|^198\.51\.100\.5: 5\d/,
  );
  const names = () => page.locator("#target-table tbody tr td:first-child").allInnerTexts();
  assertEquals((await names())[0], "198.51.100.5");
  await page.locator("#target-table th button", { hasText: "Target" }).click();
  assertEquals(await names(), targets);
  await page.locator("#target-table th button", { hasText: "Unanswered" }).click();
  assertEquals((await names())[0], "198.51.100.5");
  // 24 hours fit into 48 columns of 30 minutes and one for the end of the log.
  const cells = page.locator(".heat tbody tr").first().locator("td");
  assert(await cells.count() >= 24);
  assertEquals(await page.locator(".heat tbody tr").first().locator("td.h7").count() >= 3, true);
  await page.selectOption("#heat-measure", "back");
  assertMatch(await cells.first().innerText(), /^[\d.]+$/);
  assertEquals(await seriousViolations(page), []);
  const [paper, background] = [await page.pdf(), () =>
    page.evaluate(
      "getComputedStyle(document.body).backgroundColor",
    )];
  assert(paper.length > 50_000, `paper has ${paper.length} bytes`);
  // For paper all charts are drawn, also those that were never in view.
  assert(await page.locator("canvas").count() >= 8 * 4);
  const dark = await browser.openFile(report.path, { colorScheme: "dark" });
  const narrow = await browser.openFile(report.path, { width: 390, colorScheme: "dark" });
  const darkColor = await dark.page.evaluate("getComputedStyle(document.body).backgroundColor");
  assert(darkColor !== await background(), "dark is as light");
  assertEquals(await seriousViolations(dark.page, "colours"), []);
  const overflow = await narrow.page.evaluate(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
  assertEquals(overflow, 0, "a narrow page scrolls sideways");
  await dark.page.getByRole("button", { name: "Light or dark" }).click();
  assertEquals(
    await dark.page.evaluate("getComputedStyle(document.body).backgroundColor"),
    await background(),
  );
  for (const { requests, complaints } of [light, dark, narrow]) {
    assertEquals({ requests, complaints }, QUIET);
  }
});

browserTest({ name: "without scripts the page still has words and tables" }, async (browser) => {
  await using report = await makeReport(bumpLog("backMs"));
  const { page } = await browser.openFile(report.path, { javaScript: false });
  assertMatch(
    await page.innerText("main"),
    /The delay back grew by up to 50[^]*Back max[^]*Charts need/,
  );
});

browserTest({ name: "a hostile log does nothing but look odd" }, async (browser) => {
  const name = `</script><img src=x onerror="document.title='taken'">`;
  const hostile = [
    ...pingLines({ targets: [name, "192.0.2.2"], count: 30, intervalS: 60 }),
    JSON.stringify({
      ...{ type: "host", target: name, address: name, time: LOG_START_S, verdict: "wrong" },
      ...{ labels: [name], evidence: [name], nonconforming: [name], offset_ms: 1 },
    }),
  ];
  await using report = await makeReport(hostile, ["--title", `<b onclick="x">day</b>`]);
  const { page, requests, complaints } = await browser.openFile(report.path);
  await showCharts(page);
  await pointAt(page, "t0-rtt", 0.5);
  for (const opener of await page.locator("#host-table .opener").all()) await opener.click();
  assertEquals(await page.title(), `<b onclick="x">day</b>`);
  assertEquals(await page.locator("img, b[onclick]").count(), 0);
  assertMatch(await page.innerText("#host-table"), /<\/script><img src=x onerror/);
  assertEquals({ requests, complaints }, QUIET);
});

browserTest(
  { name: "a clock over time: offset and rate with bounds, restarts" },
  async (browser) => {
    const restart = `step at ${LOG_START_S + 3000}.000 by 40.000 ms`;
    const lines = Array.from({ length: 100 }, (_, i) => {
      const offset = 5 + i * 0.01 + (i >= 50 ? 40 : 0);
      return JSON.stringify({
        ...{ type: "clock", target: "192.0.2.9", address: "192.0.2.9", time: LOG_START_S + i * 60 },
        ...{ is_decided: true, offset_ms: offset, offset_lower_ms: offset - 0.25 },
        ...{ offset_upper_ms: offset + 0.25, skew_ppm: 12.5, skew_lower_ppm: 10 },
        ...{
          skew_upper_ppm: 15,
          sent: i,
          received: i,
          restarts: i >= 50 ? [restart] : [],
          flags: [],
        },
      });
    });
    await using report = await makeReport(lines);
    const { page, requests, complaints } = await browser.openFile(report.path);
    assertMatch(
      await page.innerText(".found"),
      /ahead of ours by 46\.0 ±0\.3 ms, and gains 12\.5 ppm\. It moved by at least 40/,
    );
    assertMatch(
      await page.innerText("#event-table"),
      /2026-11-27 00:50:00\s+192\.0\.2\.9\s+restart/,
    );
    await showCharts(page);
    await pointAt(page, "t0-offset", 1 / 102);
    assertMatch(
      (await tooltipOf(page, "t0-offset")).join("\n"),
      /not more than\s*\+5\.25 ms[^]*not less than\s*\+4\.75 ms[^]*estimate\s*\+5 ms/,
    );
    await pointAt(page, "t0-skew", 0.5);
    assertMatch((await tooltipOf(page, "t0-skew")).join("\n"), /15 ppm[^]*10 ppm[^]*12\.5 ppm/);
    assertEquals({ requests, complaints }, QUIET);
  },
);
