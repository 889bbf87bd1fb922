import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IntrusiveLists, NONE } from '../../../src/core/intrusive-list.ts';
import { rangeProblem, shown } from '../../../src/core/range.ts';
import { RingBuffer } from '../../../src/core/ring-buffer.ts';

describe('IntrusiveLists', () => {
  it('behaves like plain arrays', () => {
    const step = fc.record({ list: fc.nat(2), node: fc.nat(9), kind: fc.constantFrom('back', 'front', 'remove') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const lists = new IntrusiveLists(3, 4);
        lists.grow(10);
        const model: number[][] = [[], [], []];
        for (const { list, node, kind } of steps) {
          const holder = model.findIndex((nodes) => nodes.includes(node));
          expect(lists.listOf(node)).toBe(holder);
          if (kind === 'remove' && holder !== -1) {
            lists.remove(node);
            model[holder] = model[holder].filter((other) => other !== node);
          } else if (kind !== 'remove' && holder === -1) {
            if (kind === 'back') lists.pushBack(list, node);
            else lists.pushFront(list, node);
            if (kind === 'back') model[list].push(node);
            else model[list].unshift(node);
          }
          model.forEach((nodes, index) => {
            expect(lists.nodes(index)).toEqual(nodes);
            expect(lists.length(index)).toBe(nodes.length);
            expect(lists.head(index)).toBe(nodes[0] ?? NONE);
          });
        }
      }),
      { seed: 11 },
    );
  });

  it('throws when a node is linked twice or removed while free', () => {
    const lists = new IntrusiveLists(2, 2);
    lists.pushBack(0, 1);
    expect(() => lists.pushBack(1, 1)).toThrow('one list');
    expect(() => lists.remove(0)).toThrow('linked');
  });
});

describe('RingBuffer', () => {
  it('keeps the newest items in order', () => {
    const ring = new RingBuffer<number>(3);
    for (const item of [1, 2, 3, 4, 5]) ring.push(item);
    expect(ring.latest()).toEqual([3, 4, 5]);
    expect(ring.latest(2)).toEqual([4, 5]);
    expect([ring.fromEnd(0), ring.fromEnd(2), ring.fromEnd(3)]).toEqual([5, 3, undefined]);
    ring.clear();
    expect(ring.length).toBe(0);
  });
});

describe('ranges', () => {
  it('name field, rule and value seen', () => {
    const range = { min: 1, max: 32, integer: true };
    expect(rangeProblem('maxWorkers', 0, range)).toBe('maxWorkers must be an integer in [1, 32], got 0');
    expect(rangeProblem('maxWorkers', 2.5, range)).toBe('maxWorkers must be an integer in [1, 32], got 2.5');
    expect(rangeProblem('maxWorkers', NaN, range)).toBe('maxWorkers must be an integer in [1, 32], got NaN');
    expect(rangeProblem('maxWorkers', '4', range)).toBe("maxWorkers must be an integer in [1, 32], got '4'");
    expect(rangeProblem('timeoutMs', null, { min: 1, max: 2, nullable: true })).toBeNull();
    expect(rangeProblem('maxWorkers', 32, range)).toBeNull();
    expect([shown(undefined), shown({ a: 1 }), shown('x'.repeat(90)).length]).toEqual(['nothing', '{"a":1}', 40]);
  });
});
