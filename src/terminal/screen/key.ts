/** Keys, out of the bytes that a terminal sends for them. */

/** A character, or the name of another key. */
export type Key = string;

/** Keys that send more than a character: CSI and SS3 sequences of xterm, which other terminals send too. */
const NAMED: Readonly<Record<string, Key>> = {
  "[A": "up",
  "[B": "down",
  "[C": "right",
  "[D": "left",
  "[H": "home",
  "[F": "end",
  "[1~": "home",
  "[4~": "end",
  "[5~": "page-up",
  "[6~": "page-down",
};

// deno-lint-ignore no-control-regex -- escapes are what it looks for
const ONE_KEY = /\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O[@-~])|[^]/gu;

/**
 * Takes keys apart. Sequences of keys without a name are left out; an escape that no sequence follows is `escape`.
 *
 * @param bytes what one read gave: terminals write a sequence at once
 */
export function readKeys(bytes: Uint8Array): Key[] {
  const text = new TextDecoder().decode(bytes);
  return (text.match(ONE_KEY) ?? []).flatMap((each) => {
    if (each === "\x1b") return ["escape"];
    if (!each.startsWith("\x1b")) return [each];
    const key = NAMED[each.slice(1).replace(/^O/, "[")];
    return key === undefined ? [] : [key];
  });
}
