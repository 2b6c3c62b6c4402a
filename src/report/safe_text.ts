// deno-lint-ignore-file no-control-regex -- control characters are what it looks for
/** Text that a stranger can influence, made safe for a terminal. */

/** Control characters, the C1 set and the directional overrides, which can rewrite or reorder a line. */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** The text with every control character replaced by U+FFFD. */
export function safeText(text: string): string {
  return text.replace(UNSAFE, "\ufffd");
}
