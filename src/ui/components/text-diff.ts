/**
 * Which words of two texts differ: what both begin and end with is kept, and between them a longest common subsequence over words and signs,
 * white space aside. Pure.
 */

/** A stretch of a text, spaces included; joined, the parts give the text back. */
export interface TextPart {
  text: string;
  changed: boolean;
}

/** What is longer between beginning and end is shown without marks. */
const WORDS_MAX = 2000;

export function textDiff(before: string, after: string): { before: TextPart[]; after: TextPart[] } {
  const left = wordsOf(before);
  const right = wordsOf(after);
  const shorter = Math.min(left.length, right.length);
  let first = 0;
  while (first < shorter && same(left[first], right[first])) first++;
  let last = 0;
  while (last < shorter - first && same(left[left.length - 1 - last], right[right.length - 1 - last])) last++;
  const middle = (words: readonly string[]): string[] => words.slice(first, words.length - last);
  const [keptLeft, keptRight] = kept(middle(left), middle(right));
  const whole = (words: readonly string[], inMiddle: ReadonlySet<number>): TextPart[] =>
    partsOf(words, (at) => at < first || at >= words.length - last || inMiddle.has(at - first));
  return { before: whole(left, keptLeft), after: whole(right, keptRight) };
}

/**
 * Places of a longest common subsequence, without stretches of nothing but signs, which say nothing between two changes. For long texts
 * all of both, since the table of the comparison grows with their product.
 */
function kept(left: readonly string[], right: readonly string[]): [Set<number>, Set<number>] {
  if (left.length > WORDS_MAX || right.length > WORDS_MAX) return [new Set(left.keys()), new Set(right.keys())];
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
    let end = i;
    while (end < left.length && same(left[end], right[j + end - i])) end++;
    if (end > i) {
      const speaks = left.slice(i, end).some((word) => /\w/.test(word));
      for (; i < end; i++, j++) {
        if (!speaks) continue;
        keptLeft.add(i);
        keptRight.add(j);
      }
    } else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) i++;
    else j++;
  }
  return [keptLeft, keptRight];
}

/** Words and signs, each with the white space after it. */
function wordsOf(text: string): string[] {
  return text.match(/^\s+|(?:'(?:[^']|'')*'|[\w$.]+|[^\s\w])\s*/g) ?? [];
}

function same(left: string, right: string | undefined): boolean {
  return left.trim().toLowerCase() === right?.trim().toLowerCase();
}

function partsOf(words: readonly string[], isKept: (at: number) => boolean): TextPart[] {
  const parts: TextPart[] = [];
  words.forEach((text, index) => {
    const changed = !isKept(index);
    const last = parts.at(-1);
    if (last?.changed === changed) last.text += text;
    else parts.push({ text, changed });
  });
  return parts;
}
