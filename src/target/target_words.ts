/** Words that name targets, out of a file or standard input. */

/** The words of a text: separated by white space, comments from `#` to the end of the line left out. */
export function* targetWords(text: string): Generator<string> {
  for (const line of text.split("\n")) {
    const comment = line.indexOf("#");
    const bare = comment < 0 ? line : line.slice(0, comment);
    for (const word of bare.split(/\s+/)) {
      if (word !== "") yield word;
    }
  }
}
