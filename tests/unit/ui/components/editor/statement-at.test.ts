import { describe, expect, it } from 'vitest';
import { placeOf, statementAt } from '../../../../../src/ui/components/editor/statement-at.ts';

//            0         1         2         3
//            0123456789012345678901234567890123456
const text = 'SELECT 1; SELECT 2;  \n\n  SELECT 3;\n\n';
const spans = [
  { start: 0, end: 8 },
  { start: 10, end: 18 },
  { start: 25, end: 33 },
];

describe('the statement under the cursor', () => {
  it('is the one around it, edges included', () => {
    expect([0, 4, 8, 10, 18, 25, 33].map((at) => statementAt(spans, text, at))).toEqual([0, 0, 0, 1, 1, 2, 2]);
  });

  it('behind a semicolon is the one before, on a later line the next', () => {
    expect(statementAt(spans, text, 9)).toBe(0);
    expect(statementAt(spans, text, 20)).toBe(1);
    expect(statementAt(spans, text, 22)).toBe(2);
    expect(statementAt(spans, text, text.length)).toBe(2);
  });

  it('is none in an empty text', () => {
    expect(statementAt([], '', 0)).toBe(-1);
  });
});

describe('places', () => {
  it('counts lines and columns from 1', () => {
    expect(placeOf(text, 0)).toEqual({ line: 1, column: 1 });
    expect(placeOf(text, 27)).toEqual({ line: 3, column: 5 });
  });
});
