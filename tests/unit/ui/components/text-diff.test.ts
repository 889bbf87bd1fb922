import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textDiff, type TextPart } from '../../../../src/ui/components/text-diff.ts';

const joined = (parts: TextPart[]): string => parts.map((part) => part.text).join('');
const changed = (parts: TextPart[]): string[] => parts.filter((part) => part.changed).map((part) => part.text.trim());

describe('what differs between two texts', () => {
  it('is marked by words, case and spaces aside', () => {
    const { before, after } = textDiff(
      "select id from t  where x IN (SELECT y FROM b) AND z = 'a b'",
      "SELECT id FROM t WHERE EXISTS (SELECT 1 FROM b) AND z = 'a b'",
    );
    expect(changed(before)).toEqual(['x IN', 'y']);
    expect(changed(after)).toEqual(['EXISTS', '1']);
  });

  it('is nowhere in what both begin or end with, whatever else could be matched', () => {
    const { before, after } = textDiff(
      'SELECT (SELECT 1 FROM e WHERE k = 2) FROM c WHERE k = 2',
      'SELECT g FROM c JOIN (SELECT 1 FROM e WHERE k = 2) AS g WHERE k = 2',
    );
    expect(before.at(-1)).toEqual({ text: expect.stringMatching(/WHERE k = 2$/), changed: false });
    expect(after.at(-1)).toEqual({ text: expect.stringMatching(/WHERE k = 2$/), changed: false });
  });

  it('takes signs alone between two changes for changed', () => {
    const { before, after } = textDiff('SELECT f(a) FROM t', 'SELECT coalesce(b, 0) FROM t');
    expect(changed(before)).toEqual(['f(a']);
    expect(changed(after)).toEqual(['coalesce(b, 0']);
  });

  it('gives both texts back, and marks nothing between equal ones', () => {
    const words = fc.array(fc.constantFrom('a', 'b', 'c', '(', ')', "'x y'", '  ', '\n', '=', 'é'), { maxLength: 30 });
    fc.assert(
      fc.property(words, words, (left, right) => {
        const before = left.join(' ');
        const after = right.join(' ');
        const diff = textDiff(before, after);
        expect(joined(diff.before)).toBe(before);
        expect(joined(diff.after)).toBe(after);
        expect(changed(textDiff(before, before).before)).toEqual([]);
      }),
      { seed: 3 },
    );
  });
});
