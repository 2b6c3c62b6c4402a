/**
 * One-token mutants of a module: the smallest mistakes that a programmer can make, each of which some test should notice.
 *
 * Only tokens that run are changed. Types are blanked before the search, with comments, strings and templates, so that
 * every place found in the rest is the same place in the source.
 */

import { stripTypeScriptTypes } from "node:module";

/** One changed token of one module. */
export interface Mutant {
  /** Path relative to the project's folder. */
  readonly path: string;
  /** Where the token starts, UTF-16 units from the start of the file. */
  readonly offset: number;
  /**
   * Where that starts to run which its change alters, on the scale of `offset`. For `&&` and `||` it is the left side: where that
   * decides, the token itself does not run, and its change is noticed all the same.
   */
  readonly from: number;
  /** The token. */
  readonly before: string;
  /** What stands there instead. */
  readonly after: string;
  /** Line of the token, from 1. */
  readonly line: number;
  /** The line as it is in the source, without indentation. */
  readonly code: string;
}

/** What each token becomes. Operators are found by the blanks that the formatter puts around them. */
const CHANGES: Readonly<Record<string, string>> = {
  "===": "!==",
  "!==": "===",
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "&&": "||",
  "||": "&&",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "%": "*",
  "&": "|",
  "|": "&",
  "^": "&",
  "<<": ">>",
  ">>>": "<<",
  ">>": "<<",
  "+=": "-=",
  "-=": "+=",
  "*=": "/=",
  "|=": "&=",
  "^=": "|=",
  "++": "--",
  "--": "++",
  "true": "false",
  "false": "true",
  "!": "",
  "min": "max",
  "max": "min",
  "floor": "ceil",
  "ceil": "floor",
  "some": "every",
  "every": "some",
};

const TOKEN = new RegExp(
  [
    /(?<= )(?:===|!==|<=|>=|&&|\|\||<<|>>>|>>|\+=|-=|\*=|\|=|\^=|[-<>+*/%&|^])(?=\s)/,
    /\+\+|--/,
    /\b(?:true|false)\b/,
    /!(?=[\w#(])/,
    /(?<=\bMath\.)(?:min|max|floor|ceil)\b/,
    /(?<=\.)(?:some|every)(?=\()/,
    /(?<![\w$.#])(?:0x[\da-f_]+|\d[\d_]*(?:\.\d+)?(?:e-?\d+)?)n?(?![\w$.])/,
  ].map(({ source }) => source).join("|"),
  "g",
);

const HIDDEN = new RegExp(
  [
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*/,
    /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/,
    /(?<=(?:[!(=,[:]|\breturn) ?)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\/[a-z]*/,
  ].map(({ source }) => source).join("|"),
  "g",
);

/** All mutants of a module, in textual order. */
export function findMutants(path: string, text: string): Mutant[] {
  const running = stripTypeScriptTypes(text).replace(HIDDEN, blank);
  const lines = text.split("\n");
  const mutants: Mutant[] = [];
  let line = 0;
  let lineEnd = (lines[0] ?? "").length;
  for (const { 0: before, index: offset } of running.matchAll(TOKEN)) {
    while (offset > lineEnd) lineEnd += 1 + (lines[++line] ?? "").length;
    const after = CHANGES[before] ?? changeNumber(before);
    const from = before === "&&" || before === "||" ? leftSideOf(running, offset) : offset;
    const code = (lines[line] ?? "").trim();
    mutants.push({ path, offset, from, before, after, line: line + 1, code });
  }
  return mutants;
}

/** Start of the expression, statement or function body that the token at an offset is in, or of a part of its left side. */
function leftSideOf(running: string, offset: number): number {
  const before = running.slice(0, offset);
  const [border = ""] = /^.*(?:[;{}]|=>)/s.exec(before) ?? [];
  return border.length;
}

/** The module's text with the mutant in it. */
export function applyMutant(text: string, { offset, before, after }: Mutant): string {
  return text.slice(0, offset) + after + text.slice(offset + before.length);
}

/** From here on a number that ends in 0 or has decimals is an amount. */
const LEAST_AMOUNT = 100;

/**
 * One more than the number was: bounds, offsets and masks are missed by one. An amount is doubled, such as a time or a factor
 * between units: a slip there is one of size, and a test that notices 600 ms becoming 601 ms would only repeat the code.
 */
function changeNumber(text: string): string {
  const digits = text.replaceAll("_", "");
  if (digits.endsWith("n")) return `${BigInt(digits.slice(0, -1)) + 1n}n`;
  const number = Number(digits);
  const isAmount = number >= LEAST_AMOUNT && !digits.startsWith("0x") &&
    (number % 10 === 0 || !Number.isInteger(number));
  return String(isAmount ? 2 * number : number + 1);
}

/** Blanks of the same length, lines kept. */
function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}
