/** Which statement a cursor means, and where in a text an offset lies. */

export interface Span {
  start: number;
  end: number;
}

/**
 * Index of the statement that the cursor is in. Behind a semicolon on the same line it is still the one before;
 * on blank lines it is the next one, or the last. -1 when there is none.
 */
export function statementAt(spans: readonly Span[], text: string, cursor: number): number {
  for (let index = 0; index < spans.length; index++) {
    const span = spans[index];
    if (cursor < span.start) {
      const before = spans[index - 1];
      return before && !text.slice(before.end, cursor).includes('\n') ? index - 1 : index;
    }
    if (cursor <= span.end) return index;
  }
  return spans.length - 1;
}

/** Line and column from 1, as editors count them. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line++;
  return { line, column: offset - lineStart + 1 };
}
