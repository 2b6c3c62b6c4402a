import { assertEquals } from "@std/assert";
import { ByteText, encodeText, formatNumber } from "../../../src/prometheus/byte_text.ts";
import { BucketHistogram } from "../../../src/prometheus/bucket_histogram.ts";
import { Exposition, histogramForm, sampleForm } from "../../../src/prometheus/exposition.ts";

const NUMBERS: readonly (readonly [value: number, text: string])[] = [
  [0, "0"],
  [-0, "0"],
  [7, "7"],
  [10, "10"],
  [99, "99"],
  [100, "100"],
  [2147483647, "2147483647"],
  [2147483648, "2147483648"],
  [9007199254740991, "9007199254740991"],
  [-12, "-12"],
  [0.000025123, "0.000025123"],
  [1e-9, "1e-9"],
  [-1.5, "-1.5"],
  [1764272592.123456, "1764272592.123456"],
  [NaN, "NaN"],
  [Infinity, "+Inf"],
  [-Infinity, "-Inf"],
];

Deno.test("byte text: numbers as both formats have them", () => {
  const [start, middle, end] = ["a{", 'b="ä"', "} "].map(encodeText) as [
    ...[Uint8Array, Uint8Array, Uint8Array],
  ];
  const text = new ByteText();
  for (const [value] of NUMBERS) text.line(start, middle, end, value);
  assertEquals(text.takeText(), NUMBERS.map(([, number]) => `a{b="ä"} ${number}\n`).join(""));
  for (const [value, number] of NUMBERS.slice(2)) assertEquals(formatNumber(value), number);
});

Deno.test("byte text: pieces joined are what was written, once", () => {
  const text = new ByteText();
  let expected = "";
  const long = "x".repeat(300_000);
  const start = encodeText("ö{");
  for (let number = 0; number < 20_000; number++) {
    const labels = `label="${number}"`;
    text.line(start, encodeText(labels), encodeText("} "), number * 1.5);
    expected += `ö{${labels}} ${number * 1.5}\n`;
    if (number % 5000 !== 0) continue;
    text.text(long);
    expected += long;
  }
  const pieces = text.take();
  assertEquals(pieces.length > 3, true);
  const decoder = new TextDecoder();
  const joined = pieces.map((piece) => decoder.decode(piece, { stream: true })).join("");
  assertEquals(joined === expected, true, "the pieces are other text");
  assertEquals([text.take(), text.takeText()], [[], ""]);
  text.text("again");
  assertEquals(text.takeText(), "again");
});

Deno.test("exposition: a histogram of a series, with and without further labels", () => {
  const histogram = new BucketHistogram([0.5, 1]);
  for (const value of [0.25, 0.5, 0.75, 8]) histogram.add(value);
  const out = new Exposition("text");
  out.seriesHistogram(histogramForm("h", [0.5, 1]), encodeText('a="b"'), histogram);
  out.seriesHistogram(histogramForm("h", [0.5, 1], 'c="d"'), encodeText('a="b"'), histogram);
  out.seriesSample(sampleForm("s"), encodeText('a="b"'), 1);
  assertEquals(
    out.takeText(),
    'h_bucket{a="b",le="0.5"} 2\nh_bucket{a="b",le="1.0"} 3\nh_bucket{a="b",le="+Inf"} 4\n' +
      'h_sum{a="b"} 9.5\nh_count{a="b"} 4\n' +
      'h_bucket{a="b",c="d",le="0.5"} 2\nh_bucket{a="b",c="d",le="1.0"} 3\n' +
      'h_bucket{a="b",c="d",le="+Inf"} 4\nh_sum{a="b",c="d"} 9.5\nh_count{a="b",c="d"} 4\n' +
      's{a="b"} 1\n',
  );
});
