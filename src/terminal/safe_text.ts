// deno-lint-ignore-file no-control-regex -- control characters are what it looks for
/** Text that a stranger can influence, made safe for a terminal. */

/** Control characters, the C1 set and the directional overrides, which can rewrite or reorder a line. */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** The text with every control character replaced by U+FFFD. */
export function safeText(text: string): string {
  return text.replace(UNSAFE, "\ufffd");
}

/** Characters of a longer text that are shown from its start and from its end. */
const SHOWN_START = 250, SHOWN_END = 150;

/** {@linkcode safeText} of which the middle is left out when it is too long for a message: `aaa … zzz`. */
export function shortText(text: string): string {
  if (text.length <= SHOWN_START + SHOWN_END) return safeText(text);
  return safeText(`${text.slice(0, SHOWN_START)} … ${text.slice(-SHOWN_END)}`);
}
