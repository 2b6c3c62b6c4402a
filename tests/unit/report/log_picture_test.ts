/** The picture of a log, to the letter: its places were worked out by hand from a width of 960 and lines of 18. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { LogReader } from "../../../src/log/log_reader.ts";
import { formatSvg } from "../../../src/report/log/svg.ts";
import { pingLines, type PingLog, type ProbeFate } from "../../support/log_lines.ts";

function read(fate: (index: number, target: number) => ProbeFate, more: Partial<PingLog> = {}) {
  const reader = new LogReader();
  const targets = ["192.0.2.1", "gw.example"];
  for (const line of pingLines({ targets, count: 3, intervalS: 10, fate, ...more })) {
    reader.line(line);
  }
  return reader.finish();
}

/** The texts of a picture, with their places. */
const texts = (svg: string) =>
  [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)".*?>(.*)<\/text>/g)]
    .map(([, x, y, text]) => `${x} ${y} ${text}`);

const paths = (svg: string) => [...svg.matchAll(/<path d="([^"]*)"/g)].map(([, path]) => path);

Deno.test("picture: words, charts of both delays, losses and the times at both ends", () => {
  const log = read((index, target) => ({
    isAnswered: target === 0 || index !== 1,
    outMs: index * target * 4,
  }));
  // Three sentences above the charts, 18 apart, so that the first chart begins at 20 + 5 · 18.
  const svg = formatSvg(log, { maxTargets: 1, title: "A & B" });
  const word = (y: number, text: string, size = 13, weight = "normal") =>
    `<text x="20" y="${y}" font-size="${size}" fill="#1b1f24" font-weight="${weight}" ` +
    `xml:space="preserve">${text}</text>`;
  const faint = (x: number, y: number, text: string, size: number) =>
    `<text x="${x}" y="${y}" font-size="${size}" fill="#57606a" font-weight="normal" ` +
    `xml:space="preserve">${text}</text>`;
  const line = (path: string, color: string) =>
    `<path d="${path}" fill="none" stroke="${color}" stroke-linecap="round"/>`;
  const period = "2026-11-27 00:00:00 to 2026-11-27 00:00:30 UTC (30 s)";
  const counts = "2 targets, 6 probes: 1 unanswered (16.7 %), at 1 target.";
  const grown = "Targets whose delay grew: out 1.";
  assertEquals(svg.split("\n"), [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 294" width="960" height="294" ' +
    'role="img" font-family="system-ui, sans-serif">',
    `<title>A &amp; B</title><desc>${period} ${counts} ${grown}</desc>`,
    '<rect width="960" height="294" fill="#ffffff"/>',
    word(34.4, "A &amp; B", 18, "bold"),
    ...[word(56, period), word(74, counts), word(92, grown)],
    word(128, "gw.example", 14, "bold"),
    // Probes at 5, 15 and 25 s of 30: a sixth, a half and five sixths of 445 from the left.
    '<path d="M20 142.4v110h445" fill="none" stroke="#d0d7de"/>',
    line("M94.2 191.3h0M390.8 142.4h0", "#4a5568"),
    '<path d="M242.5 142.4v5" stroke="#c4162a"/>',
    faint(20, 138.4, "Round trip, up to 18 ms", 11),
    faint(20, 265.4, "2026-11-27 00:00:00", 10),
    faint(365, 265.4, "2026-11-27 00:00:30", 10),
    '<path d="M495 142.4v110h445" fill="none" stroke="#d0d7de"/>',
    line("M569.2 252.4h0M865.8 142.4h0", "#0b6bcb"),
    line("M569.2 252.4h0M865.8 252.4h0", "#b84d00"),
    '<path d="M717.5 142.4v5" stroke="#c4162a"/>',
    faint(495, 138.4, "Above the minimum: delay out (blue), back (orange), up to 8 ms", 11),
    faint(495, 265.4, "2026-11-27 00:00:00", 10),
    faint(840, 265.4, "2026-11-27 00:00:30", 10),
    "</svg>",
    "",
  ]);
});

Deno.test("picture: a second target stands below the first, and at most twelve are drawn", () => {
  const names = Array.from({ length: 14 }, (_, i) => `host-${i + 1}`);
  const log = () => read(() => ({}), { targets: names });
  const named = (maxTargets: number) => {
    const svg = formatSvg(log(), { maxTargets });
    const places = texts(svg).filter((text) => /host-\d+$/.test(text));
    return { places, height: /height="(\d+)"/.exec(svg)?.[1] };
  };
  // A chart of 110 and three lines of 18 for each, below the words, and 20 at the end.
  assertEquals(named(2), {
    places: ["20 128 host-1", "20 292 host-2"],
    height: String(110 + 2 * 164 + 20),
  });
  assertEquals(named(20).places.length, 12);
  assertEquals(named(0), { places: [], height: "130" });
});

Deno.test("picture: values that follow each other are joined, and delays of nothing lie on the ground", () => {
  const svg = formatSvg(read(() => ({}), { targets: ["192.0.2.1"], count: 4 }), { maxTargets: 1 });
  const heights = (path: string = "") => path.replace(/(?<=[ML])[\d.]+ /g, "");
  const [, trip, , , out] = paths(svg);
  const top = yOf(svg, 0), ground = yOf(svg, 110);
  assertEquals(heights(trip), `M${top}h0L${top}L${top}L${top}`);
  assertEquals(heights(out), `M${ground}h0L${ground}L${ground}L${ground}`);
  assertStringIncludes(svg, "back (orange), up to 0.001 ms");
  assertStringIncludes(svg, "Round trip, up to 10 ms");
});

Deno.test("picture: a log of one moment has a dot at the left of each chart", () => {
  const log = read(() => ({}), { targets: ["192.0.2.1"], count: 1, intervalS: 0 });
  const svg = formatSvg(log, { maxTargets: 1 });
  const [, trip, lost, , out, back] = paths(svg);
  assertEquals([trip, lost], [`M20 ${yOf(svg, 0)}h0`, ""]);
  assertEquals([out, back], Array(2).fill(`M495 ${yOf(svg, 110)}h0`));
});

/** How high a point is that lies so far below the top of the charts. */
function yOf(svg: string, below: number): string {
  const top = Number(/^M20 ([\d.]+)v/.exec(paths(svg)[0] ?? "")?.[1]);
  return String(Number((top + below).toFixed(1)));
}

Deno.test("picture: long words are broken after 120 characters, the most precise delay has three digits", () => {
  const svg = formatSvg(
    read((index) => ({ isAnswered: index > 0, outMs: index * 1.2344 }), {
      targets: ["a-name-of-a-host-that-is-long.and-goes-on-for-a-while.example"],
    }),
    { maxTargets: 1 },
  );
  const words = texts(svg).slice(1).map((text) => text.replace(/^\S+ \S+ /, ""));
  for (const line of words) assertEquals(line.length <= 120, true, line);
  assertStringIncludes(svg, "back (orange), up to 2.47 ms");
  assertStringIncludes(svg, "Round trip, up to 12.5 ms");
});
