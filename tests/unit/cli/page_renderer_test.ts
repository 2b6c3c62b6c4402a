/** Requests share answers of /metrics. */

import { assertEquals } from "@std/assert";
import { PageRenderer } from "../../../src/cli/commands/exporter/page_renderer.ts";
import { distinctTargets } from "../../../src/cli/commands/exporter/probing.ts";
import { RequestCounts } from "../../../src/exporter/request_counts.ts";
import type { ScrapeSources } from "../../../src/exporter/scrape.ts";

function emptySources(): ScrapeSources {
  return {
    groups: [],
    isOwnAddress: () => false,
    program: {
      ...{ version: "1", runtime: "test", reload: { isSuccessful: true, loadedAtS: 1 } },
      ...{ requests: new RequestCounts(), localClock: undefined },
      process: {
        ...{ cpuS: 1, residentBytes: 2, openFiles: undefined, maxFiles: undefined },
        startTimeS: undefined,
      },
    },
  };
}

Deno.test("page renderer: requests share an answer for a second, and while it is made", async () => {
  let nowMs = 0;
  let renderings = 0;
  const sources = () => {
    renderings++;
    return emptySources();
  };
  // Each look at the clock takes longer than a step may: the answer is made with pauses.
  const clock = () => nowMs += 10;
  const renderer = new PageRenderer(sources, () => {}, clock);
  const first = renderer.render("text");
  nowMs += 60_000;
  assertEquals(renderer.render("text") === first, true, "a second rendering beside the first");
  await first;
  assertEquals(renderings, 1);
  assertEquals(renderer.render("text") === first, false, "an old answer");
  assertEquals(renderings, 2);
  await renderer.render("text");
  nowMs = 70_000;
  renderer.forget();
  const last = renderer.render("text");
  await last;
  nowMs = 70_500;
  assertEquals(renderer.render("text") === last, true);
  assertEquals(renderer.render("openmetrics") === last, false);
  assertEquals(renderings, 4);
});

Deno.test("groups: a name that stands twice is one target, whatever its addresses", () => {
  const targets = [["a", 1], ["b", 2], ["a", 3]] as const;
  assertEquals(
    distinctTargets(targets.map(([label, address], index) => ({ index, label, address }))),
    [{ index: 0, label: "a", address: 1 }, { index: 1, label: "b", address: 2 }],
  );
});
