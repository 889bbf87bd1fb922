import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextIndex } from '../../../../src/cache/keys/text-index.ts';

/** Adds and removes by turns, and looks for everything after each step as a Map does. */
function agreesWithMap(steps: readonly { text: string; adds: boolean }[]): void {
  const index = new TextIndex();
  const model = new Map<string, number>();
  const free: number[] = [];
  let issued = 0;
  for (const { text, adds } of steps) {
    const id = model.get(text);
    if (adds && id === undefined) {
      const next = free.pop() ?? issued++;
      index.add(text, next);
      model.set(text, next);
    } else if (!adds && id !== undefined) {
      index.remove(id);
      model.delete(text);
      free.push(id);
    }
  }
  expect(index.size).toBe(model.size);
  const wrong = steps.filter(({ text }) => index.find(text) !== (model.get(text) ?? -1));
  expect(wrong).toEqual([]);
  for (const [text, id] of model) expect(index.textOf(id)).toBe(text);
}

describe('TextIndex', () => {
  it('agrees with a Map over texts of any length, many of which differ in one character', () => {
    const like = fc
      .tuple(fc.nat(40), fc.nat(40), fc.constantFrom('a', 'b', '\u0100', '\ud83d'))
      .map(([length, at, code]) => `${'a'.repeat(at)}${code}${'a'.repeat(length)}`);
    const text = fc.oneof(like, fc.string({ maxLength: 5 }), fc.constant(''));
    fc.assert(
      fc.property(fc.array(fc.record({ text, adds: fc.boolean() }), { maxLength: 600, size: 'max' }), agreesWithMap),
      { seed: 17, numRuns: 60 },
    );
  });

  it('finds each of a thousand texts that a few places cannot tell apart', () => {
    // Each differs from the first at one place of its own: far more places than are looked at.
    const texts = Array.from({ length: 1000 }, (_, at) => `${'x'.repeat(at)}y${'x'.repeat(999 - at)}`);
    agreesWithMap(
      texts.flatMap((text, at) =>
        at % 3 === 2
          ? [
              { text, adds: true },
              { text: texts[at - 1], adds: false },
            ]
          : [{ text, adds: true }],
      ),
    );
  });

  it('does not take a text for another that it has not met, though they look alike', () => {
    const index = new TextIndex();
    index.add('select 1 from a', 0);
    index.add('select 2 from a', 1);
    expect([index.find('select 1 from b'), index.find('select 3 from a'), index.find('select 2 from a')]).toEqual([
      -1, -1, 1,
    ]);
  });
});
