/**
 * How cells of a screen look, as parameters of SGR (ECMA-48 §8.3.117).
 *
 * Colours show directions and losses, and never alone: a word or a mark says the same. They are those of the sixteen usual
 * ones that read on black and on white: magenta, bright blue and red.
 */

/** Parameters of SGR; empty for text as it is. */
export type Style = string;

/** Each style that the screen uses, by its purpose. */
export const STYLE = {
  plain: "",
  /** Heads, hints, axes. */
  dim: "2",
  /** What the eye should find first. */
  strong: "1",
  /** The line that keys act on. */
  selected: "7",
  /** The direction out. */
  out: "35",
  /** The direction back. */
  back: "94",
  /** Lost probes, and what failed. */
  lost: "31",
} as const satisfies Record<string, Style>;

/** The style without its colour, for NO_COLOR and `--color never`: bold, dim and inverse stay. */
export function withoutColor(style: Style): Style {
  return style.split(";").filter((each) => each.length === 1).join(";");
}
