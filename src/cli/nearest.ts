/** What the user may have meant. */

import { levenshteinDistance } from "@std/text/levenshtein-distance";

/** The candidate with the smallest edit distance to `word`; undefined when none is near enough to be meant. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  // A letter has only its other case near it, which is one edit away.
  let bestDistance = word.length <= 2 ? 2 : Math.ceil(word.length / 2);
  for (const candidate of candidates) {
    if (word.length <= 2 && candidate.toLowerCase() !== word.toLowerCase()) continue;
    const distance = candidate.startsWith(word) && word.length > 3
      ? 0.5
      : levenshteinDistance(word, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}
