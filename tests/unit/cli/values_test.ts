import { assertEquals, assertThrows } from "@std/assert";
import type { OptionValue } from "../../../src/cli/options/option.ts";
import {
  blocks,
  choice,
  duration,
  integer,
  number,
  payload,
  separator,
  stamp,
  text,
  unixTime,
  words,
} from "../../../src/cli/options/values.ts";

/** What a parser makes of texts; `undefined` where it refuses. */
interface Table {
  readonly name: string;
  readonly value: OptionValue<unknown>;
  readonly rows: readonly (readonly [string, unknown])[];
  /** What the refusal of the last refused text says is wanted. */
  readonly want: string;
}

const HOUR_MS = 3_600_000;

const TABLES: readonly Table[] = [
  {
    name: "a whole number",
    value: integer("N", 1, 65_535),
    rows: [
      ["1", 1],
      ["65535", 65_535],
      ["007", 7],
      ["0x1F", 31],
      ["0XFFFF", 65_535],
      ["0", undefined],
      ["65536", undefined],
      ["-1", undefined],
      ["+1", undefined],
      ["1.0", undefined],
      ["1e3", undefined],
      ["", undefined],
      [" 1", undefined],
      ["1 ", undefined],
      ["0x", undefined],
      ["0b1", undefined],
      ["ten", undefined],
      ["١", undefined],
      ["99999999999999999999", undefined],
    ],
    want: "expected a whole number from 1 to 65535",
  },
  {
    name: "a whole number without an upper end",
    value: integer("N", 1, Number.MAX_SAFE_INTEGER),
    rows: [["9007199254740991", 9_007_199_254_740_991], ["9007199254740993", undefined]],
    want: "expected a whole number from 1",
  },
  {
    name: "a number",
    value: number("X", 0, 10),
    rows: [
      ["0", 0],
      [".5", 0.5],
      ["2.", 2],
      ["10.0", 10],
      ["10.1", undefined],
      ["-1", undefined],
      [
        "1e1",
        undefined,
      ],
      [".", undefined],
      ["", undefined],
    ],
    want: "expected a number from 0 to 10",
  },
  {
    name: "a duration, bare numbers in seconds",
    value: duration(0.001, 24 * HOUR_MS),
    rows: [
      ["1", 1000],
      ["0.2", 200],
      [".5", 500],
      ["3.", 3000],
      ["200ms", 200],
      ["1.5s", 1500],
      ["2m", 120_000],
      ["2min", 120_000],
      ["1h", HOUR_MS],
      ["1d", 24 * HOUR_MS],
      ["1us", 0.001],
      ["1µs", 0.001],
      ["0", undefined],
      ["25h", undefined],
      ["-1s", undefined],
      ["1 s", undefined],
      ["1S", undefined],
      ["1e3", undefined],
      ["s", undefined],
      [".", undefined],
      ["", undefined],
      ["1m30s", undefined],
      ["Infinity", undefined],
      ["NaN", undefined],
    ],
    want: "expected a time from 0.001ms to 24h, such as 200ms, 1.5s or 2m",
  },
  {
    name: "a duration, bare numbers in milliseconds",
    value: duration(0, HOUR_MS, 1),
    rows: [["60", 60], ["0", 0], ["1s", 1000], ["3600001", undefined]],
    want: "expected a time from 0ms to 1h",
  },
  {
    name: "one of a few words",
    value: choice("do|dont", ["do", "dont"]),
    rows: [["do", "do"], ["dont", "dont"], ["DO", undefined], ["", undefined], ["don", undefined]],
    want: "expected one of do, dont",
  },
  {
    name: "text",
    value: text("NAME"),
    rows: [["x", "x"], [" ", " "], ["", undefined]],
    want: "expected a value that is not empty",
  },
  {
    name: "a separator",
    value: separator(),
    rows: [[",", ","], ["\t", "\t"], ["🙂", "🙂"], ["", undefined], [", ", undefined]],
    want: "expected one character",
  },
  {
    name: "words",
    value: words("FIELDS"),
    rows: [["a", ["a"]], ["a, b,c", ["a", "b", "c"]], ["", undefined], ["a,,b", undefined], [
      "a,",
      undefined,
    ]],
    want: "expected words separated by commas",
  },
  {
    name: "a stamp",
    value: stamp(),
    rows: [
      ["0", 0],
      ["4294967295", 4_294_967_295],
      ["0xffffffff", 4_294_967_295],
      ["11:51:34.656", 42_694_656],
      ["1:02:03", 3_723_000],
      ["23:59:59.999", 86_399_999],
      ["00:00:00.5", 500],
      ["00:00:00.05", 50],
      ["24:00:00", undefined],
      ["12:60:00", undefined],
      ["12:00", undefined],
      ["12:00:00.1234", undefined],
      ["4294967296", undefined],
      ["-1", undefined],
      ["now", undefined],
      ["", undefined],
    ],
    want: "or a UTC time such as 11:51:34.656",
  },
  {
    name: "a payload",
    value: payload(),
    rows: [
      ["0x", new Uint8Array(0)],
      ["0x00fF", Uint8Array.of(0, 255)],
      ["0", new Uint8Array(0)],
      ["3", Uint8Array.of(0, 1, 2)],
      ["text:aµ", Uint8Array.of(97, 0xc2, 0xb5)],
      ["text:", new Uint8Array(0)],
      ["text:0x00", new TextEncoder().encode("0x00")],
      ["0x0", undefined],
      ["0xzz", undefined],
      ["65508", undefined],
      ["-1", undefined],
      ["1.5", undefined],
      ["hello", undefined],
      ["", undefined],
    ],
    want: "or a number of bytes up to 65507",
  },
  {
    name: "blocks",
    value: blocks(),
    rows: [
      ["10.0.0.0/31", [{ first: 0x0a000000, last: 0x0a000001 }]],
      ["10.0.0.1, 10.0.0.3 - 10.0.0.4", [
        { first: 0x0a000001, last: 0x0a000001 },
        { first: 0x0a000003, last: 0x0a000004 },
      ]],
      ["10.0.0.0/33", undefined],
      ["host", undefined],
      ["10.0.0.1,host", undefined],
      ["", undefined],
    ],
    want: "expected a",
  },
];

for (const { name, value, rows, want } of TABLES) {
  for (const [given, expected] of rows) {
    Deno.test(`values: ${name}: ${JSON.stringify(given)}`, () => {
      if (expected !== undefined) assertEquals(value.parse(given), expected);
      else assertThrows(() => value.parse(given), RangeError, want);
    });
  }
}

Deno.test("values: a payload counts up over and over", () => {
  const bytes = payload().parse("300");
  assertEquals([bytes.length, bytes[255], bytes[256], bytes[299]], [300, 255, 0, 43]);
});

Deno.test("values: the bounds of a duration are written in milliseconds, seconds or hours", () => {
  const expected = (minMs: number, maxMs: number) =>
    assertThrows(() => duration(minMs, maxMs).parse("x"), RangeError).message.split(",")[0];
  assertEquals(expected(999, 3_599_000), "expected a time from 999ms to 3599s");
  assertEquals(expected(1000, 3_600_000), "expected a time from 1s to 1h");
  assertEquals(expected(0.001, 86_400_000), "expected a time from 0.001ms to 24h");
});

Deno.test("values: a payload fills a datagram at most, however it is written", () => {
  const { parse } = payload();
  const longest = 65_535 - 20 - 8;
  for (
    const write of [
      (length: number) => "text:" + "x".repeat(length),
      (length: number) => "0x" + "61".repeat(length),
    ]
  ) {
    assertEquals((parse(write(longest)) as Uint8Array).length, longest);
    assertThrows(() => parse(write(longest + 1)), RangeError, "expected at most 65507 bytes");
  }
  assertEquals((parse(`${longest}`) as Uint8Array).length, longest);
});

Deno.test("values: what a shell may offer, and which values are lists", () => {
  const offers = [
    integer("N", 0, 1),
    number("X", 0, 1),
    duration(0, 1),
    stamp(),
    payload(),
    blocks(),
  ];
  assertEquals(offers.map(({ complete }) => complete), Array(offers.length).fill("none"));
  assertEquals(choice("C", ["a", "b"]).complete, ["a", "b"]);
  assertEquals(text("FILE", "file").complete, "file");
  assertEquals([words("F").isList, words("F", "field").complete], [true, "field"]);
  assertEquals(offers.map(({ metavar }) => metavar), [
    "N",
    "X",
    "TIME",
    "STAMP",
    "BYTES",
    "BLOCK,...",
  ]);
});

Deno.test("a moment: Unix seconds, or a day that there is, UTC unless it says", () => {
  const { parse } = unixTime();
  const moments: readonly (readonly [text: string, iso: string])[] = [
    ["1795737600.5", "2026-11-27T00:00:00.500Z"],
    ["2026-11-27", "2026-11-27T00:00:00.000Z"],
    ["2026-11-27 11:51", "2026-11-27T11:51:00.000Z"],
    ["2026-11-27T11:51:34.25", "2026-11-27T11:51:34.250Z"],
    ["2026-11-27T01:30:00+0200", "2026-11-26T23:30:00.000Z"],
    ["2028-02-29T00:00:00-01:00", "2028-02-29T01:00:00.000Z"],
  ];
  for (const [text, iso] of moments) assertEquals(new Date(parse(text)).toISOString(), iso, text);
  const wrong = ["2026-02-29", "2026-02-30T12:00Z", "2026-04-31", "2026-13-01", "2026-11-27T25:00"];
  for (const text of [...wrong, "12:00", "-5", "1e9", " 5", "2026-11-27T11:51:60Z"]) {
    assertThrows(() => parse(text), RangeError, "expected Unix seconds or a time such as");
  }
});
