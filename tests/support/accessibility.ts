/** What axe-core, the checker of browsers' own tools, has to say against a page. */

import axe from "npm:axe-core@4.14.1";
import type { Page } from "npm:playwright-core@1.65.1";

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
}

/**
 * Violations that axe-core calls serious or critical, each with where it is.
 *
 * @param rules all of them, or those alone that depend on the colours
 */
export async function seriousViolations(
  page: Page,
  rules: "all" | "colours" = "all",
): Promise<string[]> {
  await page.evaluate(axe.source);
  const options = rules === "all" ? "" : "document, { runOnly: ['color-contrast'] }";
  const { violations } = await page.evaluate<AxeResult>(`axe.run(${options})`);
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, impact, nodes }) =>
      `${impact} ${id}: ${nodes.slice(0, 3).map((node) => `${node.html} ${node.failureSummary}`)}`
    );
}
