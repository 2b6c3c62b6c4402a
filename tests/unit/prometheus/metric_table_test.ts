import { assert, assertEquals, assertMatch } from "@std/assert";
import { RESERVED_LABELS } from "../../../src/prometheus/metric.ts";
import { familyName, METRIC_CHAPTERS, queryName } from "../../../src/prometheus/registry.ts";

const METRICS = METRIC_CHAPTERS.flatMap(({ metrics }) => metrics);

Deno.test("metrics: names follow the conventions, and none is taken twice", () => {
  const taken = new Set<string>();
  for (const metric of METRICS) {
    const family = familyName(metric);
    assertMatch(family, /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/);
    assert(!/_(?:total|bucket|count|sum|created)$/.test(family), family);
    // Names that a parser derives from a histogram are taken as well.
    const suffixes = metric.type === "histogram" ? ["_bucket", "_sum", "_count"] : [];
    for (const name of [queryName(metric), ...suffixes.map((suffix) => family + suffix)]) {
      assert(!taken.has(name), name);
      taken.add(name);
    }
  }
});

Deno.test("metrics: the unit is the last word of a name, and a base unit", () => {
  for (const metric of METRICS) {
    const family = familyName(metric);
    const unit = /_(seconds|bytes|ratio)$/.exec(family)?.[1];
    assertEquals(unit, metric.unit, family);
    assert(!/_(?:ms|milliseconds|us|ns|ppm|percent|minutes|hours)(?:_|$)/.test(family), family);
  }
});

Deno.test("metrics: help is one sentence without its full stop", () => {
  for (const metric of METRICS) {
    assertMatch(metric.help, /^[A-Z0-9].*[^.\s]$/);
    assert(!metric.help.includes("\n"));
  }
});

Deno.test("metrics: a configuration can set no label that a metric of targets has", () => {
  for (const metric of METRICS) {
    if (!metric.labels.includes("target")) continue;
    for (const label of metric.labels) assert(RESERVED_LABELS.has(label), label);
  }
});
