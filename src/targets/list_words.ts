/**
 * Words of a list of targets or exclusions. One syntax for every command, file and option: words are separated by
 * blanks, commas and line breaks; `#` and `;` begin a comment.
 */

/** A word of a file. */
export interface ListedWord {
  /** The word. */
  readonly text: string;
  /** The file as the user named it, `-` for standard input. */
  readonly file: string;
  /** Line number, from 1. */
  readonly line: number;
}

/** Nearly all lines of a long list are one word. */
const ONE_WORD = /^[0-9./-]+$/;

/** The words of a line. Blanks around the dash of a range are taken out: `192.0.2.1 - 192.0.2.9` is one word. */
export function wordsOf(line: string): string[] {
  if (ONE_WORD.test(line)) return [line];
  const comment = line.search(/[#;]/);
  const words = (comment < 0 ? line : line.slice(0, comment)).match(/[^\s,]+/g) ?? [];
  return words.length < 2 ? words : joinRanges(words);
}

/** Words that end or begin with a dash next to an address are parts of one range. */
function joinRanges(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const previous = joined.at(-1);
    const isRange = previous !== undefined &&
      (/^[0-9.]+-$/.test(previous) || (/^[0-9.]+$/.test(previous) && /^-[0-9.]*$/.test(word)));
    if (isRange) joined[joined.length - 1] += word;
    else joined.push(word);
  }
  return joined;
}
