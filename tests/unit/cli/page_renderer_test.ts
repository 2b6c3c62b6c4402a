/** Requests share answers of /metrics. */

import { assertEquals } from "@std/assert";
import {
  PageRenderer,
  type RenderedPage,
} from "../../../src/cli/commands/exporter/page_renderer.ts";
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
  const second = renderer.render("text");
  assertEquals((await first).pieces === (await second).pieces, true, "two renderings at one time");
  assertEquals(renderings, 1);
  await renderer.render("text");
  assertEquals(renderings, 2);
  nowMs = 70_000;
  renderer.forget();
  await renderer.render("text");
  nowMs = 70_500;
  await renderer.render("text");
  assertEquals(renderings, 3);
  await renderer.render("openmetrics");
  assertEquals(renderings, 4);
});

Deno.test("page renderer: buffers are used again once each request is answered, and not before", async () => {
  let nowMs = 0;
  const decoder = new TextDecoder();
  const textOf = ({ pieces }: RenderedPage) => pieces.map((each) => decoder.decode(each)).join("");
  const buffersOf = ({ pieces }: RenderedPage) => pieces.map(({ buffer }) => buffer);
  const requests = new RequestCounts();
  const sources = () => {
    requests.connections++;
    return { ...emptySources(), program: { ...emptySources().program, requests } };
  };
  const renderer = new PageRenderer(sources, () => {}, () => nowMs);
  const later = () => {
    nowMs += 2000;
    return renderer.render("text");
  };
  const slow = await later();
  const other = await renderer.render("text");
  other.release();
  other.release();
  const before = textOf(slow);
  const pages = [await later(), await later()];
  for (const page of pages) {
    assertEquals(buffersOf(page).includes(buffersOf(slow)[0] as never), false);
  }
  assertEquals(textOf(slow), before);
  assertEquals(before.includes("icmptime_http_connections 1\n"), true);
  slow.release();
  for (const page of pages) page.release();
  await later();
  const last = await later();
  assertEquals(textOf(last).includes("icmptime_http_connections 5\n"), true);
  const used = [slow, ...pages].flatMap(buffersOf);
  assertEquals(used.includes(buffersOf(last)[0] as never), true, "no buffer was used again");
});

Deno.test("groups: a name that stands twice is one target, whatever its addresses", () => {
  const targets = [["a", 1], ["b", 2], ["a", 3]] as const;
  assertEquals(
    distinctTargets(targets.map(([label, address], index) => ({ index, label, address }))),
    [{ index: 0, label: "a", address: 1 }, { index: 1, label: "b", address: 2 }],
  );
});
