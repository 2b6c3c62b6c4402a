/** The tables of a page: every cell of a small log, and what is left out of a large one. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { LogReader } from "../../../src/log/log_reader.ts";
import { findAll } from "../../../src/report/log/log_words.ts";
import { eventTable } from "../../../src/report/page/event_table.ts";
import type { Html } from "../../../src/report/page/html.ts";
import { offsetBars } from "../../../src/report/page/offset_bars.ts";
import { formatPage } from "../../../src/report/page/page.ts";
import { sparkline } from "../../../src/report/page/sparkline.ts";
import { targetTable } from "../../../src/report/page/target_table.ts";
import {
  auditLines,
  LOG_START_S,
  pingLines,
  type PingLog,
  type ProbeFate,
} from "../../support/log_lines.ts";

function read(lines: Iterable<string>) {
  const reader = new LogReader();
  for (const line of lines) reader.line(line);
  return reader.finish();
}

function readPing(fate: (index: number, target: number) => ProbeFate, more: Partial<PingLog> = {}) {
  const targets = ["192.0.2.1", "gw.example"];
  const log = read(pingLines({ targets, count: 3, intervalS: 10, fate, ...more }));
  return { log, targets: findAll(log).targets };
}

/** The rows of the body of a table; a cell with a value to sort by has it in front of its text. */
function rowsOf({ text }: Html): string[] {
  const bodies = [...text.matchAll(/<tbody>(.*?)<\/tbody>/gs)].map(([, body = ""]) => body).join(
    "",
  );
  return [...bodies.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = ""]) =>
    [...row.matchAll(/<t[dh]([^>]*)>(.*?)<\/t[dh]>/gs)].map(([, attributes = "", cell = ""]) => {
      const value = /data-value="([^"]*)"/.exec(attributes)?.[1];
      const shown = cell.replace(/<i style="width:([^"]*)"><\/i>/, "$1").replace(/<[^>]*>/g, "");
      return value === undefined || value === shown ? shown : `(${value}) ${shown}`;
    }).join(" | ")
  );
}

Deno.test("page: a row of each target has its probes, losses, delays and offset", () => {
  const { targets } = readPing((index, target) => ({
    isAnswered: target === 0 || index !== 1,
    outMs: index * target * 46,
    queueMs: 0.25,
    clockMs: target * 1500,
  }));
  const table = targetTable(targets, ({ log }) => log.name === "gw.example" ? "t0" : undefined);
  assertEquals(rowsOf(table), [
    "gw.example (192.0.2.200) | 3 | (0.3333333333333333) 33.3 % | 102 | 102 | " +
    "102 | (92) 92.0 | (92) 92.0 | (0) 0.00 | (0) 0.00 | 0.25 | (1500) +1.500 s | ",
    "192.0.2.1 | 3 | (0) 0 % | (10) 10.0 | (10) 10.0 | (10) 10.0 | " +
    "(0) 0.00 | (0) 0.00 | (0) 0.00 | (0) 0.00 | 0.25 | (0) +0 ms | ",
  ]);
  assertStringIncludes(table.text, '<a href="#t0">gw.example (192.0.2.200)</a>');
  assertEquals(table.text.match(/class="bad"/g)?.length, 1);
});

Deno.test("page: a clock has a row without round trips, and a target never answered one without delays", () => {
  const clock = JSON.stringify({
    ...{ type: "clock", time: LOG_START_S, target: "192.0.2.3", address: "192.0.2.3" },
    ...{ received: 9, lost: 1, rtt_min_ms: 2, is_decided: true },
    ...{ offset_ms: 5.25, offset_lower_ms: 5, offset_upper_ms: 5.5 },
  });
  const log = read([
    ...pingLines({
      ...{ targets: ["192.0.2.1"], count: 2, intervalS: 1 },
      fate: () => ({ isAnswered: false }),
    }),
    clock,
  ]);
  const dash = "() –";
  assertEquals(rowsOf(targetTable(findAll(log).targets, () => undefined)).sort(), [
    `192.0.2.1 | 2 | (1) 100 % | ${Array(9).fill(dash).join(" | ")} | `,
    `192.0.2.3 | 10 | (0.1) 10 % | ${Array(8).fill(dash).join(" | ")} | (5.25) +5.25 ms | `,
  ]);
});

Deno.test("page: a delay has two decimals below 10 ms, one below 100 ms, and none from there on", () => {
  const rises = [9.994, 9.996, 10, 90, 89.9];
  const { targets } = readPing((_, target) => ({ outMs: rises[target] ?? 0 }), {
    targets: rises.map((_, i) => `host-${i}.example`),
    count: 1,
  });
  const cells = rowsOf(targetTable(targets, () => undefined)).map((row) => {
    const [name = "", , , rtt, , , out] = row.split(" | ");
    return [name.slice(0, 6), rtt, out];
  });
  assertEquals(cells.toSorted(), [
    ["host-0", "(19.994) 20.0", "(9.994) 9.99"],
    ["host-1", "(19.996) 20.0", "(9.996) 10.00"],
    ["host-2", "(20) 20.0", "(10) 10.0"],
    ["host-3", "100", "(90) 90.0"],
    ["host-4", "99.9", "89.9"],
  ]);
});

Deno.test("page: a log without a record that it shows says so", () => {
  const says = (lines: Iterable<string>) =>
    formatPage(read(lines), { maxTargets: 1, version: "9" }).includes(
      "has no record that a report",
    );
  assertEquals(says([]), true);
  assertEquals(says(pingLines({ targets: ["192.0.2.1"], count: 1, intervalS: 1 })), false);
});

Deno.test("page: a target of which no probe is settled has no share of unanswered ones", () => {
  const clock = { type: "clock", time: LOG_START_S, target: "c", address: "" };
  const [row = ""] = rowsOf(
    targetTable(findAll(read([JSON.stringify(clock)])).targets, () => undefined),
  );
  assertEquals(row.split(" | ").slice(0, 4), ["c", "0", "() –", "() –"]);
});

Deno.test("page: tables of targets, oddities and events say how much they leave out", () => {
  const { log, targets } = readPing(() => ({ flags: ["zero", "no-such-flag"] }));
  const [target] = targets;
  const [event] = log.events;
  if (target === undefined || event === undefined) throw new Error("no target");
  const of = <T>(item: T, length: number) => Array.from({ length }, () => item);
  const table = (length: number) => targetTable(of(target, length), () => undefined).text;
  assertEquals(table(2000).includes("left out"), false);
  assertStringIncludes(table(2001), "1 targets with less to report are left out.");
  assertEquals(table(2001).match(/<tr><td>/g)?.length, 2000);
  assertEquals(table(401).match(/class="spark"/g)?.length, 400);
  // Two oddities of each target.
  const odd = (length: number) => eventTable({ ...log, events: [] }, of(target, length)).text;
  assertEquals(odd(250).includes("left out"), false);
  assertStringIncludes(odd(251), ">2 more are left out.<");
  const events = (length: number, eventsOmitted: number) =>
    eventTable({ ...log, events: of(event, length), eventsOmitted }, []).text;
  assertEquals(events(1000, 0).includes("left out"), false);
  assertStringIncludes(events(1001, 0), ">1 more are left out.<");
  assertStringIncludes(events(3, 1), ">1 more are left out.<");
  assertEquals(events(0, 0), "");
});

Deno.test("page: oddities with their meaning, the commonest first, and events with their times", () => {
  const { log, targets } = readPing((index, target) => ({
    flags: target === 1 ? ["zero"] : index === 2 ? ["no-such-flag"] : [],
    ttl: index === 0 ? 57 : 60,
  }), { count: 3 });
  assertEquals(rowsOf(eventTable(log, targets)), [
    "gw.example | zero: Both stamps are 0, and it is not midnight | 3 | 2026-11-27 00:00:05 | 2026-11-27 00:00:25",
    "192.0.2.1 | no-such-flag | 1 | 2026-11-27 00:00:20 | 2026-11-27 00:00:20",
    "2026-11-27 00:00:00 | – | start | ping starts, targets: 2",
    "2026-11-27 00:00:10 | 192.0.2.1 | path | time to live of replies 57, now 60",
    "2026-11-27 00:00:15 | gw.example | path | time to live of replies 57, now 60",
    "2026-11-27 00:00:30 | – | end | ping ends: complete",
  ]);
});

Deno.test("page: bars of offsets count hosts by how far they are off, on either side", () => {
  const bars = (...offsets: readonly number[]) =>
    rowsOf(offsetBars(
      read(auditLines(offsets.map((offsetMs, i) => ({
        ...{ name: `192.0.2.${i}`, verdict: "wrong", labels: [], offsetMs },
      })))).hosts.rows,
    ));
  assertEquals(bars(1, -1, 0.5, 10, -11, 10), [
    "10 to 100 ms behind | 33.3% | 1",
    "1 to 10 ms behind |  | 0",
    "up to 1 ms | 100.0% | 3",
    "1 to 10 ms ahead | 66.7% | 2",
  ]);
  const edges = [10, 100, 1000, 10_000, 60_000, 900_000, 3_600_000, 3_600_001];
  const words = ["1 to 10 ms", "10 to 100 ms", "0.1 to 1 s", "1 to 10 s", "10 to 60 s"]
    .concat(["1 to 15 min", "15 to 60 min", "an hour and more"]);
  assertEquals(bars(...edges), words.map((word) => `${word} ahead | 100.0% | 1`));
  assertEquals(
    bars(...edges.slice(0, -1).map((ms) => ms + 0.25)),
    words.slice(1).map((word) => `${word} ahead | 100.0% | 1`),
  );
  assertEquals(offsetBars([]).text, "");
});

Deno.test("page: the line beside a target goes from left to right, with ticks for losses and dots between", () => {
  const line = (fate: (index: number) => ProbeFate, count: number) => {
    const { targets } = readPing(fate, { targets: ["192.0.2.1"], count, intervalS: 10 });
    return [...sparkline(targets[0]?.buckets ?? []).text.matchAll(/ d="([^"]*)"/g)]
      .map(([, path]) => path);
  };
  // Sixty columns of two units: the first is at 1, the one in the middle at 61, the last at 119. Heights: 20 to 6.
  assertEquals(line((index) => ({ isAnswered: index !== 1, outMs: index * 4 }), 3), [
    "M1 20h0M119 6h0",
    "M61 0v4",
  ]);
  assertEquals(line((index) => ({ outMs: index }), 3), ["M1 20h0L61 13L119 6"]);
  assertEquals(line(() => ({}), 2), ["M1 20h0L119 20"]);
  assertEquals(line(() => ({ isAnswered: false }), 2), ["", "M1 0v4M119 0v4"]);
  assertEquals(line(() => ({}), 1), []);
  // Points of 51 probes: a slow one among them is within 5 %.
  const { log, targets: [target] } = readPing(
    (index) => ({ outMs: index % 80 === 39 ? 50 : 0 }),
    { targets: ["192.0.2.1"], count: 2400 },
  );
  log.targets[0]?.series.shrink(60);
  const { text } = sparkline(target?.log.series.sorted() ?? []);
  const [, path = ""] = / d="([^"]*)"/.exec(text) ?? [];
  assertEquals(path.replace(/(?<=[ML])[\d.]+ /g, ""), `M20h0${"L20".repeat(46)}`);
});

Deno.test("page: the words above name eight targets, and link those with charts", () => {
  const page = (targets: number, maxTargets: number) => {
    const names = Array.from({ length: targets }, (_, i) => `host-${i + 1}`);
    const { log } = readPing(() => ({}), { targets: names });
    return formatPage(log, { maxTargets, version: "9", remarks: ["A remark."] });
  };
  const ten = page(10, 2);
  assertStringIncludes(ten, "<title>10 targets</title>");
  assertEquals(ten.match(/<li><b>/g)?.length, 8);
  assertEquals(ten.match(/<li><b><a href="#t\d">/g)?.length, 2);
  assertStringIncludes(ten, ">2 more in the table below.<");
  assertStringIncludes(ten, "<p>A remark.</p>");
  assertStringIncludes(ten, "Charts of 8 more targets are left out (--max-targets).");
  assertStringIncludes(ten, "Made by icmptime 9 from 32 records.");
  assertEquals(ten.includes("one point of a chart"), false);
  assertEquals(ten.includes("What answers give away"), false);
  assertStringIncludes(page(3, 2), "Charts of 1 more target are left out (--max-targets).");
  const eight = page(8, 8);
  assertEquals(eight.match(/<li><b>/g)?.length, 8);
  assertEquals(/more in the table|are left out \(/.test(eight), false);
  assertStringIncludes(page(9, 9), ">1 more in the table below.<");
  assertEquals(page(2, 2).match(/<li><b>/g)?.length, 2);
  const one = page(1, 8);
  assertStringIncludes(one, "<title>host-1</title>");
  assertEquals(/<li>|more in the table/.test(one), false);
});

Deno.test("page: a log of an audit, of a scan and of nothing has its heading", () => {
  const titleOf = (lines: Iterable<string>) =>
    /<title>(.*)<\/title>/.exec(formatPage(read(lines), { maxTargets: 1, version: "9" }))?.[1];
  const audit = [...auditLines([{ name: "192.0.2.1", verdict: "silent", labels: [] }])];
  assertEquals(titleOf(audit), "Audit of clocks");
  assertEquals(titleOf(audit.slice(1)), "Hosts");
  const scan = JSON.stringify({ type: "run", time: LOG_START_S, command: "scan" });
  assertEquals(titleOf([scan]), "Scan for timestamp replies");
  assertEquals(titleOf([]), "Nothing to report");
  const page = formatPage(read(audit), { maxTargets: 1, version: "9" });
  assertStringIncludes(page, "What answers give away");
  assertStringIncludes(page, '<pre tabindex="0">sysctl net.inet.icmp.tstamprepl=0</pre>');
  assertEquals(page.match(/<pre /g)?.length, 8);
  assertEquals(page.includes("more hosts are only counted"), false);
});

Deno.test("page: where points are joined, their width is said", () => {
  const { log } = readPing(() => ({}), { targets: ["192.0.2.1"], count: 4, intervalS: 2 });
  log.targets[0]?.series.shrink(2);
  const page = formatPage(log, { maxTargets: 1, version: "9" });
  assertStringIncludes(page, " Up to 4 s are one point of a chart, ");
});
