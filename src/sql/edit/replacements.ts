/** Changes of a text as ranges and what stands there instead: what lies outside of them stays byte for byte. */
import { tokenAt } from '../tokens.ts';

/** `text` instead of what stands from `start` to `end`; the ranges of a list neither overlap nor go back. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export function applied(source: string, replacements: readonly Replacement[]): string {
  let [result, at] = ['', 0];
  for (const { start, end, text } of replacements) {
    result += source.slice(at, start) + text;
    at = end;
  }
  return result + source.slice(at);
}

/** In order, without what begins or ends alike, and with a space where two tokens would grow together. */
export function tidied(source: string, replacements: readonly Replacement[]): Replacement[] {
  // Two at one place keep their order: the sort is stable.
  return [...replacements]
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .map((one) => trimmed(source, apart(source, one)))
    .filter(({ start, end, text }) => text !== source.slice(start, end));
}

function apart(source: string, { start, end, text }: Replacement): Replacement {
  if (text === '')
    return {
      start,
      end,
      text: growTogether(source.slice(Math.max(0, start - 1), start), source.slice(end, end + 1)) ? ' ' : '',
    };
  const before = growTogether(source.slice(Math.max(0, start - 1), start), text) ? ' ' : '';
  const after = growTogether(text, source.slice(end, end + 1)) ? ' ' : '';
  return { start, end, text: before + text + after };
}

/** Whether the last character of one and the first of the other would be read as one token, or as the beginning of a comment. */
function growTogether(before: string, after: string): boolean {
  const [last, first] = [before.at(-1) ?? ' ', after[0] ?? ' '];
  if (last === first && /["'`\-|<>=]/.test(last)) return true;
  return isWord(last) && (isWord(first) || first === "'");
}

function isWord(character: string): boolean {
  return /[\w$?.:@\u0080-\uffff]/.test(character);
}

function trimmed(source: string, { start, end, text }: Replacement): Replacement {
  const [before, after] = [piecesOf(source.slice(start, end)), piecesOf(text)];
  let front = 0;
  while (front < before.length && front < after.length && before[front] === after[front]) front++;
  let back = 0;
  while (
    back < before.length - front &&
    back < after.length - front &&
    before[before.length - 1 - back] === after[after.length - 1 - back]
  ) {
    back++;
  }
  const lengthOf = (pieces: readonly string[]): number => pieces.reduce((sum, piece) => sum + piece.length, 0);
  return {
    start: start + lengthOf(before.slice(0, front)),
    end: end - lengthOf(before.slice(before.length - back)),
    text: after.slice(front, after.length - back).join(''),
  };
}

/** Tokens, white space and comments included. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const { end } = tokenAt(text, at);
    pieces.push(text.slice(at, end));
    at = end;
  }
  return pieces;
}
