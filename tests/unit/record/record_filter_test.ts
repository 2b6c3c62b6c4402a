import { assertEquals, assertThrows } from "@std/assert";
import type { Field } from "../../../src/record/field.ts";
import { checkFilter, recordFilter } from "../../../src/record/record_filter.ts";
import { parseExpression } from "../../../src/run/condition_expression.ts";

/** A record in memory. */
interface Row {
  readonly address: string;
  readonly rtt_ms?: number | undefined;
  readonly is_known?: boolean;
  readonly labels?: readonly string[];
  readonly flags: readonly string[];
}

const field = <K extends keyof Row>(name: K, type: Field<Row>["type"]): Field<Row> => ({
  ...{ name, type, description: "A field" },
  value: (row) => row[name],
});
const FIELDS = [
  field("address", "string"),
  field("rtt_ms", "number"),
  field("is_known", "boolean"),
  field("labels", "strings"),
  field("flags", "strings"),
];
const NAMES = {
  fields: FIELDS,
  flags: ["duplicate", "odd-code", "tick-assumed"],
  types: ["reply", "unsent"],
};

const PLAIN: Row = {
  ...{
    address: "192.0.2.1",
    rtt_ms: 20,
    is_known: true,
    labels: ["lazy"],
    flags: ["tick-assumed"],
  },
};
const FLAGGED: Row = {
  ...{ address: "192.0.2.2", rtt_ms: -0.5, is_known: false, labels: [], flags: ["duplicate"] },
};
const BARE: Row = { address: "192.0.2.3", flags: ["odd-code", "duplicate"] };

/** A filter, and which of the three rows pass it. */
const CASES: readonly (readonly [text: string, passes: readonly [boolean, boolean, boolean]])[] = [
  ["rtt_ms < 50 && !flags", [true, false, false]],
  ["rtt_ms<0", [false, true, false]],
  // What a record does not have is unknown, and so is its contrary.
  ["!(rtt_ms < 0)", [true, false, false]],
  ["rtt_ms", [true, true, false]],
  ["!rtt_ms", [false, false, true]],
  ["flags", [false, true, true]],
  ["flags = odd-code", [false, false, true]],
  ["flags != odd-code", [true, true, false]],
  // An ordinary flag counts where it is named.
  ["flags = tick-assumed", [true, false, false]],
  ["tick-assumed", [true, false, false]],
  ["!duplicate", [true, false, false]],
  ["odd-code || rtt_ms >= 20", [true, false, true]],
  ["address = 192.0.2.2", [false, true, false]],
  ["address != '192.0.2.2'", [true, false, true]],
  ["is_known", [true, false, false]],
  ["is_known = false", [false, true, false]],
  ["is_known != true", [false, true, false]],
  // A list that is empty is as good as none.
  ["labels", [true, false, false]],
  ["labels != lazy", [false, true, false]],
  ["rtt_ms = 20", [true, false, false]],
  ["rtt_ms != 20", [false, true, false]],
  ["type", [true, true, true]],
  ["is_known = 1", [true, false, false]],
  ["type = reply", [true, true, true]],
  ["type != reply", [false, false, false]],
];

for (const [text, passes] of CASES) {
  Deno.test(`filter: ${text}`, () => {
    const expression = parseExpression(text);
    checkFilter(expression, NAMES);
    const test = recordFilter(expression, "reply", FIELDS);
    assertEquals([PLAIN, FLAGGED, BARE].map(test), [...passes]);
  });
}

const REFUSED: readonly (readonly [text: string, message: string])[] = [
  ["rtt < 5", "expected a field or flag of --list-fields at character 1, found 'rtt'"],
  ["!flags && late", "expected a field or flag of --list-fields at character 11, found 'late'"],
  ["rtt_ms < soon", "expected a number for rtt_ms at character 10, found 'soon'"],
  ["rtt_ms < 5ms", "expected a number for rtt_ms at character 10, found '5ms'"],
  ["address > 5", "expected = or != for address at character 11, found '>5'"],
  ["flags = dup", "expected the name of a flag at character 9, found 'dup'"],
  ["is_known = yes", "expected true or false for is_known at character 12, found 'yes'"],
  ["address = 192.0.2", "expected one IPv4 address at character 11, found '192.0.2'"],
  ["address != 192.0.2.0/24", "expected one IPv4 address at character 12, found '192.0.2.0/24'"],
  ["type = replies", "expected one of reply, unsent at character 8, found 'replies'"],
  ["rtt_ms = ''", "expected a number for rtt_ms at character 10, found the end"],
];

for (const [text, message] of REFUSED) {
  Deno.test(`filter: ${text} is refused, and where is said`, () => {
    const error = assertThrows(() => checkFilter(parseExpression(text), NAMES), RangeError);
    assertEquals(error.message, message);
  });
}

Deno.test("filter: a name that is like another is answered with it, flags where a flag may stand", () => {
  const asked: (readonly [name: string, names: readonly string[]])[] = [];
  const nearest = (name: string, names: readonly string[]) => {
    asked.push([name, names]);
    return names.includes("rtt_ms") ? "rtt_ms" : undefined;
  };
  for (const text of ["rt_ms < 5", "rt_ms"]) {
    const names = { ...NAMES, nearest };
    const error = assertThrows(() => checkFilter(parseExpression(text), names), RangeError);
    assertEquals(
      error.message,
      "expected a field or flag of --list-fields such as rtt_ms at character 1, found 'rt_ms'",
    );
  }
  const fields = ["type", "address", "rtt_ms", "is_known", "labels", "flags"];
  assertEquals(asked, [["rt_ms", fields], ["rt_ms", [...fields, ...NAMES.flags]]]);
});
