/** The page of an audit in a real browser. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { browserTest } from "../support/browser.ts";
import { seriousViolations } from "../support/accessibility.ts";
import { auditedNetwork, auditLines } from "../support/log_lines.ts";
import { makeReport } from "../support/page_probe.ts";

const HOSTS = 10_000;

browserTest(
  { name: "an audit of ten thousand hosts: summary, bars, sorting, filters, evidence" },
  async (
    browser,
  ) => {
    const hosts = auditedNetwork(HOSTS);
    const of = (verdict: string) => hosts.filter((host) => host.verdict === verdict);
    await using report = await makeReport(auditLines(hosts));
    assert((await Deno.stat(report.path)).size < 5e6);
    const { page, requests, complaints } = await browser.openFile(report.path);
    assertMatch(
      (await page.innerText(".found p")).replaceAll(",", ""),
      new RegExp(
        `^${HOSTS - of("silent").length} of ${HOSTS} hosts answer.*CVE-1999-0524.*: ` +
          `${of("wrong").length} wrong ${of("unreadable").length} show no time ${
            of("right").length
          } right`,
      ),
    );
    // Every host with an offset is in one bar.
    const bars = await page.locator(".bars tbody td.number").allInnerTexts();
    const inBars = bars.reduce((sum, text) => sum + Number(text.replaceAll(",", "")), 0);
    assertEquals(inBars, hosts.filter(({ offsetMs }) => offsetMs !== undefined).length);

    const rows = page.locator("#host-table tbody tr");
    const count = () => page.innerText("#host-count");
    assertEquals([await count(), await rows.count()], ["10000 hosts", 200]);
    assertMatch(await rows.first().innerText(), /wrong\s+-[45]:/);
    await page.selectOption("#host-verdict", { label: "unreadable" });
    assertEquals(await count(), `${of("unreadable").length} of 10000 hosts`);
    await page.selectOption("#host-label", "constant-zero");
    const zero = hosts.filter(({ labels }) => labels.includes("constant-zero"));
    assertEquals(await count(), `${zero.length} of 10000 hosts`);
    await page.selectOption("#host-verdict", "");
    await page.selectOption("#host-label", "");
    await page.fill("#host-filter", "10.0.7.22");
    const found = hosts.filter(({ name }) => name.includes("10.0.7.22"));
    assertEquals(await count(), `${found.length} of 10000 hosts`);
    await page.fill("#host-filter", "");

    await page.locator("#host-table th button", { hasText: "Host" }).click();
    const names = (await rows.locator(".opener").allInnerTexts()).slice(0, 12);
    assertEquals(names, Array.from({ length: 12 }, (_, i) => `10.0.0.${i}`));
    await page.locator("#host-table th button", { hasText: "Host" }).click();
    assertEquals(await rows.locator(".opener").first().innerText(), "10.0.39.15");
    await page.locator("#host-table th button", { hasText: "Offset" }).click();
    const offset = await rows.first().locator("td").nth(2).innerText();
    assertMatch(offset, /^-[45]:/);
    await page.click("#host-all");
    assertEquals(await rows.count(), HOSTS);
    // Hosts without an offset come last, whichever way it is sorted.
    assertEquals(await rows.last().locator("td").nth(2).innerText(), "–");

    await page.fill("#host-filter", "stuck");
    await rows.first().locator(".opener").click();
    const evidence = await page.locator("#host-table .evidence dl").innerText();
    assertMatch(evidence, /stuck\s+The timestamps stand still\. \(replies: 19\/19\)/);
    assertMatch(evidence, /breaks updated-15-times-a-second\s+RFC 1122/);
    assertEquals({ requests, complaints }, { requests: [], complaints: [] });
  },
);

browserTest(
  { name: "the page of an audit can be read by all, by day and night and on paper" },
  async (
    browser,
  ) => {
    await using report = await makeReport(auditLines(auditedNetwork(60)));
    for (const colorScheme of ["light", "dark"] as const) {
      const { page } = await browser.openFile(report.path, { colorScheme });
      for (const summary of await page.locator("#advice summary").all()) await summary.click();
      const rules = colorScheme === "light" ? "all" : "colours";
      assertEquals(await seriousViolations(page, rules), [], colorScheme);
    }
    const { page } = await browser.openFile(report.path, { width: 390 });
    const overflow = await page.evaluate(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    );
    assertEquals(overflow, 0);
    const advice = await page.innerText("#advice");
    for (const system of ["Linux", "Windows", "Cisco", "Juniper", "BSD", "macOS"]) {
      assert(advice.includes(system), system);
    }
    assert((await page.pdf()).length > 20_000);
  },
);
