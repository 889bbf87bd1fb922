/**
 * Which words of two texts differ: a longest common subsequence over words and signs, white space aside. Pure.
 */

/** A stretch of a text, spaces included; joined, the parts give the text back. */
export interface TextPart {
  text: string;
  changed: boolean;
}

/** Longer texts are shown without marks: the table of the comparison grows with the product of both. */
const WORDS_MAX = 2000;

export function textDiff(before: string, after: string): { before: TextPart[]; after: TextPart[] } {
  const left = wordsOf(before);
  const right = wordsOf(after);
  if (left.length > WORDS_MAX || right.length > WORDS_MAX) {
    return { before: [{ text: before, changed: false }], after: [{ text: after, changed: false }] };
  }
  const width = right.length + 1;
  // lengths[i * width + j]: common words of left from i and right from j.
  const lengths = new Uint16Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      lengths[i * width + j] = same(left[i], right[j])
        ? lengths[(i + 1) * width + j + 1] + 1
        : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  const keptLeft = new Set<number>();
  const keptRight = new Set<number>();
  for (let i = 0, j = 0; i < left.length && j < right.length;) {
    if (same(left[i], right[j])) {
      keptLeft.add(i++);
      keptRight.add(j++);
    } else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) i++;
    else j++;
  }
  return { before: partsOf(left, keptLeft), after: partsOf(right, keptRight) };
}

/** Words and signs, each with the white space after it. */
function wordsOf(text: string): string[] {
  return text.match(/^\s+|(?:'(?:[^']|'')*'|[\w$.]+|[^\s\w])\s*/g) ?? [];
}

function same(left: string, right: string): boolean {
  return left.trim().toLowerCase() === right.trim().toLowerCase();
}

function partsOf(words: readonly string[], kept: ReadonlySet<number>): TextPart[] {
  const parts: TextPart[] = [];
  words.forEach((text, index) => {
    const changed = !kept.has(index);
    const last = parts.at(-1);
    if (last?.changed === changed) last.text += text;
    else parts.push({ text, changed });
  });
  return parts;
}
