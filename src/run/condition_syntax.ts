/** Conditions for scripts: metrics compared with numbers and their units, such as `loss>5% && rtt<50ms`. */

import {
  compare,
  compileExpression,
  expectedAt,
  type Leaf,
  parseExpression,
} from "./condition_expression.ts";
import type { Metric, Unit } from "./condition_metric.ts";

/** What a condition is for one target. */
export interface ConditionFinding {
  /** The condition is true, or unknown, which counts as true: a host that says nothing must not pass. */
  readonly isMet: boolean;
  /** The value could be measured. */
  readonly isKnown: boolean;
  /** The value with its unit, or why it is unknown. */
  readonly found: string;
}

/** A condition on what is known of a target. */
export interface Condition<S> {
  /** As the user wrote it. */
  readonly text: string;
  /** Looks at a target. An offset or a skew counts only as far as its bounds prove it. */
  readonly find: (source: S) => ConditionFinding;
}

/** A comparison of a condition, made ready for every source. */
interface Comparison<S> {
  /** The metric as the user named it. */
  readonly name: string;
  /** The comparison of one source. */
  readonly find: (source: S) => ConditionFinding;
}

/** What a condition can look at. */
export interface ConditionNames<S> {
  /** Finds a metric by its name; throws a RangeError where there is none, or the unit is not one of the metric's. */
  readonly findMetric: (name: string, unit: Unit) => Metric<S>;
  /** The flags of a source; undefined where sources have none. */
  readonly flags?: (source: S) => readonly string[];
  /** Every flag that a source can have. */
  readonly flagNames?: readonly string[];
}

/**
 * Reads a condition: comparisons of metrics with numbers, such as `loss>5%`, joined by `&&`, `||`, `!` and parentheses.
 *
 * @throws {RangeError} It cannot be read; the message says what is expected.
 */
export function readCondition<S>(text: string, names: ConditionNames<S>): Condition<S> {
  const comparisons: Comparison<S>[] = [];
  const expression = parseExpression(text);
  const test = compileExpression<S>(expression, (leaf) => {
    const find = leaf.name === "flags" && names.flags !== undefined
      ? compareFlags(leaf, names)
      : compareMetric(leaf, names);
    comparisons.push({ name: leaf.name, find });
    return (source) => {
      const { isMet, isKnown } = find(source);
      return isKnown ? isMet : undefined;
    };
  });
  const [only] = comparisons;
  if (comparisons.length === 1 && expression.kind !== "not" && only !== undefined) {
    return { text: text.trim(), find: only.find };
  }
  return {
    text: text.trim(),
    find(source) {
      const truth = test(source);
      const isKnown = truth !== undefined;
      // Where a part is unknown, only that says why.
      const found = comparisons.map(({ name, find }) => ({ name, finding: find(source) }))
        .filter(({ finding }) => isKnown || !finding.isKnown)
        .map(({ name, finding }) => describePart(name, finding));
      return { isMet: truth !== false, isKnown, found: [...new Set(found)].join(", ") };
    },
  };
}

function describePart(name: string, { isKnown, found }: ConditionFinding): string {
  return isKnown ? `${name} ${found}` : `${name}: ${found}`;
}

/** A comparison of a metric with a number and its unit. */
function compareMetric<S>(
  { kind, name, operator, value, valuePlace }: Leaf,
  { findMetric }: ConditionNames<S>,
): (source: S) => ConditionFinding {
  if (kind === "flag") {
    throw new RangeError(`${EXPECTED_COMPARISON}, found ${name} alone at character ${valuePlace}`);
  }
  const match = /^(\d+(?:\.\d*)?|\.\d+)(%|us|µs|ms|s|ppm)?$/.exec(value);
  if (match === null) throw expectedAt("a number such as 5% or 100ms", valuePlace, value);
  const [, number = "", unit] = match;
  const metric = findMetric(name, unit as Unit);
  const limit = Number(number) * scaleOf(unit);
  if (metric.isBounded && (operator === "=" || operator === "!=")) {
    throw new RangeError(`expected > or < for ${name}, which is known between bounds`);
  }
  return (source) => {
    const found = metric.read(source, operator.startsWith(">"));
    if (found === undefined) {
      return { isMet: true, isKnown: false, found: metric.whyUnknown(source) };
    }
    const isMet = compare(found, operator, limit);
    return { isMet, isKnown: true, found: metric.format(found, source) };
  };
}

const EXPECTED_COMPARISON =
  "expected a metric, > or <, and a number, such as loss>5% or offset>100ms";

/** Whether a source has a flag: `flags=NAME`, `flags!=NAME`, or `flags` for any. */
function compareFlags<S>(
  { kind, operator, value, valuePlace }: Leaf,
  { flags = () => [], flagNames = [] }: ConditionNames<S>,
): (source: S) => ConditionFinding {
  if (operator !== "=" && operator !== "!=") {
    throw new RangeError("expected = or != for flags, such as flags=coarse-tick");
  }
  if (kind === "comparison" && !flagNames.includes(value)) {
    throw expectedAt("the name of a flag", valuePlace, value);
  }
  return (source) => {
    const found = flags(source);
    const isMet = kind === "flag" ? found.length > 0 : found.includes(value) === (operator === "=");
    return { isMet, isKnown: true, found: found.length === 0 ? "none" : found.join(" ") };
  };
}

/** Says of a condition that is met what it is: `host: loss>5% is true, it is 25 %`. */
export function formatFinding(
  label: string,
  text: string,
  { isKnown, found }: ConditionFinding,
): string {
  return isKnown
    ? `${label}: ${text} is true, it is ${found}`
    : `${label}: ${text} counts as true, it is unknown: ${found}`;
}

function scaleOf(unit: string | undefined): number {
  if (unit === "s") return 1e3;
  return unit === "us" || unit === "µs" ? 1e-3 : 1;
}
