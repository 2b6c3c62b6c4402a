import { assert, assertEquals } from "@std/assert";
import { chartsOf } from "../../../src/page/chart_spec.ts";
import { formatOffsetUs, formatShare, formatTime, formatUs } from "../../../src/page/format.ts";
import {
  packBounds,
  packDelay,
  packTimes,
  unpackBounds,
  unpackDelay,
  unpackTimes,
} from "../../../src/page/pack.ts";
import { nearestRow, rangeOf, withGaps } from "../../../src/page/scale.ts";
import { View } from "../../../src/page/view.ts";

Deno.test("columns come out of a page as they went in", () => {
  const delay = {
    min: [1, null, 3, 0],
    p5: [1, null, 4, 0],
    mid: [1, null, 5, 0],
    p95: [1, null, 7, 0],
    max: [1, null, 90, 0],
  };
  const packed = packDelay(delay);
  assert(packed !== null);
  assertEquals(unpackDelay(packed), delay);
  const same = packDelay({ min: [4], p5: [4], mid: [4], p95: [4], max: [4] });
  assertEquals(same, { mid: [4], min: [], p5: [], p95: [], max: [] });
  assertEquals(packDelay({ min: [null], p5: [null], mid: [null], p95: [null], max: [null] }), null);
  const bounds = { lower: [-5, null], mid: [1, null], upper: [8, null] };
  const packedBounds = packBounds(bounds);
  assert(packedBounds !== null);
  assertEquals(unpackBounds(packedBounds), bounds);
  assertEquals(unpackTimes(packTimes([5, 7, 100, 100])), [5, 7, 100, 100]);
});

Deno.test("numbers of a page keep the digits of the log", () => {
  assertEquals([formatUs(50_123), formatUs(10_000), formatUs(3)], [
    "50.123 ms",
    "10 ms",
    "0.003 ms",
  ]);
  assertEquals([500, -1_500_000, 3_600_000_000, -18_000_000_123].map(formatOffsetUs), [
    "+0.5 ms",
    "-1.500 s",
    "+1:00:00.000",
    "-5:00:00.000",
  ]);
  assertEquals(formatTime(1_795_774_085_176.776, "millisecond"), "2026-11-27 10:08:05.176");
  assertEquals(formatTime(1e300, "second"), "unknown time");
  assertEquals(
    [[0, 5], [5, 5], [1, 100_000], [99_999, 100_000], [1, 3]].map(([part = 0, of = 0]) =>
      formatShare(part, of)
    ),
    ["0 %", "100 %", "< 0.01 %", "> 99.9 %", "33.3 %"],
  );
});

Deno.test("a view stays inside of the whole, and zooming in and out again shows the same", () => {
  const view = new View({ fromS: 0, toS: 100 });
  const seen: number[][] = [];
  view.onChange(({ fromS, toS }) => seen.push([fromS, toS]));
  view.zoom(0.5);
  view.pan(5);
  view.pan(-0.5);
  view.zoom(2, 50);
  view.zoom(0.1, 0);
  view.reset();
  assertEquals(seen, [[25, 75], [50, 100], [25, 75], [0, 100], [0, 10], [0, 100]]);
  assertEquals(view.isZoomed, false);
});

Deno.test("a scale holds what is seen, and no more", () => {
  const line = { name: "", values: [1, 50, null, 2, 3], format: String, width: 1 };
  const rows = { timesS: [0, 1, 2, 3, 4] };
  assertEquals(rangeOf([line], rows, { fromS: 0, toS: 4 }, true), [0, 50 + 50 * 0.06]);
  const [min, max] = rangeOf([line], rows, { fromS: 2, toS: 4 }, false);
  assert(min < 2 && min > 1.9 && max > 3 && max < 3.1, `${min} ${max}`);
  assertEquals(rangeOf([line], rows, { fromS: 1.5, toS: 2.5 }, true), [0, 1]);
  const flat = { ...line, values: [7, 7, 7, 7, 7] };
  const [low, high] = rangeOf([flat], rows, { fromS: 0, toS: 4 }, false);
  assert(low < 7 && high > 7);
});

Deno.test("lines break in a pause, and the nearest row is the nearest", () => {
  const times = [0, 1, 2, 3, 20, 21];
  assertEquals(withGaps(times), [0, 1, 2, 3, -1, 4, 5]);
  assertEquals([-5, 0.4, 0.6, 11, 12, 99].map((s) => nearestRow(times, s)), [0, 0, 1, 3, 4, 5]);
  assertEquals([nearestRow([], 5), withGaps([]), withGaps([3])], [undefined, [], [0]]);
});

Deno.test("a target has the charts that it has data for", () => {
  const nothing = {
    ...{ name: "a", id: "t0", times: [0], spans: [], events: [], isSummarized: false },
    ...{ rtt: null, out: null, back: null, queue: null, offset: null, skew: null },
  };
  const delay = { mid: [5000], min: [], p5: [], p95: [], max: [] };
  const small = { mid: [3], min: [], p5: [], p95: [], max: [] };
  const kinds = (more: object, unanswered = 0) =>
    chartsOf({ ...nothing, received: [1], unanswered: [unanswered], ...more })
      .map(({ kind }) => kind);
  assertEquals(kinds({}), []);
  assertEquals(kinds({ rtt: delay, queue: small }), ["rtt"]);
  assertEquals(kinds({ rtt: delay, out: delay, back: delay, queue: delay }, 1), [
    ...["rtt", "loss", "out", "back", "queue"],
  ]);
});
