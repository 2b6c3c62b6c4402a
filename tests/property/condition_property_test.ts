/** The language of conditions: random trees come back as they were written, and random text is read or refused. */

import { assert, assertEquals } from "@std/assert";
import { checkFilter, recordFilter } from "../../src/record/record_filter.ts";
import { SCAN_FLAG_NAMES, SCAN_REPLY_FIELDS } from "../../src/record/scan_record.ts";
import { parseCondition } from "../../src/run/condition.ts";
import {
  compileExpression,
  parseExpression,
  type Truth,
} from "../../src/run/condition_expression.ts";
import { Random } from "../lab/random.ts";

const ROUNDS = 3000;
const NAMES = ["a", "b", "c", "d"] as const;

/** Text of a random expression and what it is, worked out beside it. */
interface Sample {
  readonly text: string;
  readonly truth: Truth;
  /** How tightly its outermost sign binds: 0 for ||, 1 for &&, 2 for all else. */
  readonly level: number;
}

/** Kleene's and as the least of false, unknown and true. */
function rank(truth: Truth): number {
  return truth === undefined ? 1 : truth ? 2 : 0;
}

function truthOf(rank: number): Truth {
  return rank === 1 ? undefined : rank === 2;
}

function blank(random: Random): string {
  return random.chance(0.5) ? " ".repeat(random.below(3)) : "";
}

function makeSample(random: Random, depth: number, values: ReadonlyMap<string, Truth>): Sample {
  const kind = depth === 0 ? 0 : random.below(4);
  if (kind === 0) {
    const name = NAMES[random.below(NAMES.length)] ?? "a";
    return { text: name, truth: values.get(name), level: 2 };
  }
  if (kind === 1) {
    const part = makeSample(random, depth - 1, values);
    const text = part.level === 2 ? `!${blank(random)}${part.text}` : `!(${part.text})`;
    return { text, truth: truthOf(2 - rank(part.truth)), level: 2 };
  }
  const level = kind === 2 ? 0 : 1;
  const count = 2 + random.below(3);
  const parts = Array.from({ length: count }, () => makeSample(random, depth - 1, values));
  const texts = parts.map((part) =>
    part.level > level ? part.text : `(${blank(random)}${part.text}${blank(random)})`
  );
  const ranks = parts.map(({ truth }) => rank(truth));
  const sign = `${blank(random)}${level === 0 ? "||" : "&&"}${blank(random)}`;
  return {
    text: texts.join(sign),
    truth: truthOf(level === 0 ? Math.max(...ranks) : Math.min(...ranks)),
    level,
  };
}

Deno.test("conditions: a random expression is what its parts make it", () => {
  for (let seed = 0; seed < ROUNDS; seed++) {
    const random = new Random(seed);
    const values = new Map<string, Truth>(
      NAMES.map((name) => [name, [true, false, undefined][random.below(3)]]),
    );
    const { text, truth } = makeSample(random, 1 + seed % 4, values);
    if (text.length > 1000) continue;
    const test = compileExpression<undefined>(
      parseExpression(text),
      ({ name }) => () => values.get(name),
    );
    assertEquals([seed, text, test(undefined)], [seed, text, truth]);
  }
});

const PIECES = [
  ...["&&", "||", "!", "(", ")", ">", "<", ">=", "<=", "=", "==", "!=", " ", '"', "'", "&", "|"],
  ...["loss", "rtt", "rtt.p95", "offset", "flags", "duplicate", "ttl", "address", "5%", "100ms"],
  ...["5", "-1", ".5", "\u00b5s", "ms", "\u{1f552}", "\n", "\0", "toString", "__proto__", "1e9"],
] as const;

Deno.test("conditions: random text is read, or refused in one line that says what is expected", () => {
  let accepted = 0;
  const names = { fields: SCAN_REPLY_FIELDS, flags: SCAN_FLAG_NAMES, types: ["reply"] };
  for (let seed = 0; seed < ROUNDS * 4; seed++) {
    const random = new Random(seed);
    const length = random.below(12);
    const text = Array.from(
      { length },
      () => PIECES[random.below(PIECES.length)],
    ).join("");
    for (
      const read of [
        parseExpression,
        parseCondition,
        (text: string) => {
          const filter = parseExpression(text);
          checkFilter(filter, names);
          return recordFilter(filter, "reply", SCAN_REPLY_FIELDS);
        },
      ]
    ) {
      try {
        read(text);
        accepted++;
      } catch (error) {
        assert(error instanceof RangeError, `${seed} ${JSON.stringify(text)}: ${error}`);
        assert(error.message.startsWith("expected "), `${JSON.stringify(text)}: ${error.message}`);
      }
    }
  }
  assert(accepted > 200, `${accepted} accepted`);
});

Deno.test("conditions: depth cannot exhaust the stack, nor length the time", () => {
  for (const [open, close] of [["(", ")"], ["!", ""], ["!(", ")"], ["a&&(", ")"], ["a||!", ""]]) {
    const text = `${open?.repeat(1e5)}a${close?.repeat(1e5)}`;
    for (const part of [text, text.slice(0, 999)]) {
      try {
        parseExpression(part);
      } catch (error) {
        assert(error instanceof RangeError && /^expected /.test(error.message), String(error));
      }
    }
  }
});
