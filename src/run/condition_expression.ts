/**
 * The language of conditions and filters: comparisons and flags, joined by `&&`, `||`, `!` and parentheses.
 *
 * ```text
 * either     = both, { "||", both } ;
 * both       = term, { "&&", term } ;
 * term       = "!", term | "(", either, ")" | name, [ operator, value ] ;
 * operator   = ">" | "<" | ">=" | "<=" | "=" | "==" | "!=" ;
 * value      = a word such as 5%, 100ms, -3, duplicate or 192.0.2.7, or text in quotes ;
 * ```
 *
 * A comparison may be unknown. `!` leaves that unknown; `&&` is false where one side is, `||` true where one side is
 * (Kleene's logic of three values).
 */

/** How a name and a value are compared. */
export type Operator = ">" | "<" | ">=" | "<=" | "=" | "!=";

/** A name with a value, or alone. */
export interface Leaf {
  /** A comparison with a number, or the presence of a flag. */
  readonly kind: "comparison" | "flag";
  /** The name as it was written. */
  readonly name: string;
  /** Where it stands, from 1. */
  readonly place: number;
  /** The comparison; `!=` with an empty value for a flag. */
  readonly operator: Operator;
  /** What the name is compared with, without quotes. */
  readonly value: string;
  /** Where that stands, from 1. */
  readonly valuePlace: number;
}

/** A condition that has been read. */
export type Expression =
  | Leaf
  | { readonly kind: "not"; readonly part: Expression }
  | { readonly kind: "all" | "any"; readonly parts: readonly Expression[] };

/** True, false or unknown. */
export type Truth = boolean | undefined;

/** Longest condition, in characters: no person writes a longer one. */
const MAX_LENGTH = 1000;
/** Parentheses and negations within each other. */
const MAX_DEPTH = 32;
const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const UNITS: ReadonlySet<string> = new Set(["%", "us", "µs", "ms", "s", "ppm"]);
const TOKEN =
  /\s*(?:(&&|\|\||>=|<=|==|!=|[!()<>=])|([\p{L}\p{N}_.:%+/*-]+)|"([^"]*)"|'([^']*)'|(\S))/uy;

/** One word, sign or text in quotes. */
interface Token {
  readonly kind: "sign" | "word" | "quoted" | "end";
  readonly text: string;
  readonly place: number;
}

/** A refusal that names what is expected and where. */
export function expectedAt(what: string, place: number, found: string): RangeError {
  const shown = found === "" ? "the end" : `'${found}'`;
  return new RangeError(`expected ${what} at character ${place}, found ${shown}`);
}

/**
 * Reads an expression.
 *
 * @throws {RangeError} It cannot be read; the message says what is expected, and where.
 */
export function parseExpression(text: string): Expression {
  if (text.length > MAX_LENGTH) {
    throw new RangeError(`expected at most ${MAX_LENGTH} characters, found ${text.length}`);
  }
  return new Parser(text).parse();
}

/** The comparisons and flags of an expression, in order. */
export function leavesOf(expression: Expression): readonly Leaf[] {
  if (expression.kind === "not") return leavesOf(expression.part);
  if ("parts" in expression) return expression.parts.flatMap(leavesOf);
  return [expression];
}

/** Makes a test of an expression from a test of each comparison and flag. */
export function compileExpression<S>(
  expression: Expression,
  compileLeaf: (leaf: Leaf) => (source: S) => Truth,
): (source: S) => Truth {
  if (expression.kind === "not") {
    const test = compileExpression(expression.part, compileLeaf);
    return (source) => negate(test(source));
  }
  if (!("parts" in expression)) return compileLeaf(expression);
  const tests = expression.parts.map((part) => compileExpression(part, compileLeaf));
  const deciding = expression.kind === "any";
  return (source) => {
    let truth: Truth = !deciding;
    for (const test of tests) {
      const part = test(source);
      if (part === deciding) return deciding;
      if (part === undefined) truth = undefined;
    }
    return truth;
  };
}

/** Compares two values of one kind. */
export function compare<T extends number | string>(left: T, operator: Operator, right: T): boolean {
  switch (operator) {
    case ">":
      return left > right;
    case "<":
      return left < right;
    case ">=":
      return left >= right;
    case "<=":
      return left <= right;
    case "=":
      return left === right;
    case "!=":
      return left !== right;
  }
}

function negate(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  parse(): Expression {
    const expression = this.#either();
    const { kind, text, place } = this.#peek();
    if (kind !== "end") throw expectedAt("&&, || or the end", place, text);
    return expression;
  }

  #either(): Expression {
    return this.#joined("||", "any", () => this.#joined("&&", "all", () => this.#term()));
  }

  #joined(sign: string, kind: "all" | "any", readPart: () => Expression): Expression {
    const first = readPart();
    if (!this.#takes(sign)) return first;
    const parts = [first, readPart()];
    while (this.#takes(sign)) parts.push(readPart());
    return { kind, parts };
  }

  #term(): Expression {
    const { place, text } = this.#peek();
    if (this.#takes("!")) return this.#within(place, () => ({ kind: "not", part: this.#term() }));
    if (!this.#takes("(")) return this.#leaf();
    const inner = this.#within(place, () => this.#either());
    const end = this.#peek();
    if (this.#takes(")")) return inner;
    throw expectedAt(`&&, || or the ) of the ${text} at ${place}`, end.place, end.text);
  }

  /** Counts how deep a part is; the depth of a program's own stack must not decide. */
  #within<T>(place: number, read: () => T): T {
    if (++this.#depth > MAX_DEPTH) {
      throw new RangeError(
        `expected at most ${MAX_DEPTH} parentheses and ! within each other, at character ${place}`,
      );
    }
    const part = read();
    this.#depth--;
    return part;
  }

  #leaf(): Leaf {
    const { kind, text: name, place } = this.#take();
    if (kind !== "word" || !NAME.test(name)) throw expectedAt("a name, ! or (", place, name);
    const sign = this.#peek();
    if (sign.kind !== "sign" || !/^[<>=]|^!=/.test(sign.text)) {
      return { kind: "flag", name, place, operator: "!=", value: "", valuePlace: place };
    }
    this.#take();
    const operator = (sign.text === "==" ? "=" : sign.text) as Operator;
    const value = this.#take();
    if (value.kind !== "word" && value.kind !== "quoted") {
      throw expectedAt(`a value after ${sign.text}`, value.place, value.text);
    }
    const unit = this.#peek();
    const hasUnit = unit.kind === "word" && UNITS.has(unit.text) && /^[\d.+-]+$/.test(value.text);
    if (hasUnit) this.#take();
    return {
      ...{ kind: "comparison", name, place, operator, valuePlace: value.place },
      value: hasUnit ? value.text + unit.text : value.text,
    };
  }

  #peek(): Token {
    return this.#tokens[this.#next] as Token;
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== "end") this.#next++;
    return token;
  }

  #takes(sign: string): boolean {
    const { kind, text } = this.#peek();
    if (kind !== "sign" || text !== sign) return false;
    this.#next++;
    return true;
  }
}

/** Takes a text apart; the last token is its end. */
function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const { length } = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < length) {
    const match = TOKEN.exec(text);
    if (match === null) break;
    const [whole, sign, word, double, single, other] = match;
    const place = match.index + whole.length - whole.trimStart().length + 1;
    if (sign !== undefined) tokens.push({ kind: "sign", text: sign, place });
    else if (word !== undefined) tokens.push({ kind: "word", text: word, place });
    else if (other !== undefined) throw expectedAt("a name, a value or a sign", place, other);
    else tokens.push({ kind: "quoted", text: double ?? single ?? "", place });
  }
  tokens.push({ kind: "end", text: "", place: length + 1 });
  return tokens;
}
