import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choose, pricer, type Problem } from '../../../src/advisor/choose.ts';

/** Costs by `statement`, and for each a table from the set (as text) to ms; what is not there takes what it took before. */
function problem(given: {
  before: number[];
  costs: Record<string, number>[];
  bytes: number[];
  budgetBytes?: number;
  writeMs?: number[];
}): Problem {
  const { before, costs, bytes, budgetBytes = 1000, writeMs = [] } = given;
  return {
    statements: before.map((beforeMs) => ({ weight: 1, beforeMs, touched: bytes.map((_, index) => index) })),
    candidates: bytes.map((size, index) => ({ bytes: size, writeMs: writeMs[index] ?? 0, price: 0.002 })),
    budgetBytes,
    restsOn: (_, set) => set,
    costOf: (statement, set) => costs[statement]?.[set.join(',')] ?? before[statement] ?? 0,
    isLate: () => false,
    starts: [],
  };
}

describe('the choice', () => {
  it('takes what helps and leaves what does not', () => {
    // 0 makes the first ten times faster, 1 does nothing for either.
    const { set, isExact } = choose(
      problem({ before: [100, 100], costs: [{ '0': 10, '0,1': 10 }, {}], bytes: [100, 100] }),
    );
    expect({ set, isExact }).toEqual({ set: [0], isExact: true });
  });

  it('keeps within the bytes, and takes the two small ones rather than the large one that is a little better', () => {
    // 0 (900 bytes): both from 100 to 8. 1 and 2 (400 each): one each, to 10. 0 with another is beyond 1,000 bytes.
    // 2 ln(16/200) + ln(0.08) = -7.58 against 2 ln(20/200) + ln(0.1) = -6.91: the large one by time, if it has room.
    const costs: Record<string, number>[] = [
      { '0': 8, '1': 10, '1,2': 10 },
      { '0': 8, '2': 10, '1,2': 10 },
    ];
    expect(choose(problem({ before: [100, 100], costs, bytes: [900, 400, 400] })).set).toEqual([0]);
    expect(choose(problem({ before: [100, 100], costs, bytes: [900, 400, 400], budgetBytes: 850 })).set).toEqual([
      1, 2,
    ]);
  });

  it('takes nothing that makes a statement slower, however much another gains', () => {
    const costs = [{ '0': 0.1 }, { '0': 120 }];
    expect(choose(problem({ before: [1000, 100], costs, bytes: [10] })).set).toEqual([]);
    // 105 is within 0.9 of before.
    expect(choose(problem({ before: [1000, 100], costs: [{ '0': 0.1 }, { '0': 105 }], bytes: [10] })).set).toEqual([0]);
  });

  it('takes out two that do still more harm alone, however late, and keeps the rest', () => {
    // Either of 0 and 1 does more harm alone than both do; 2 is worth a hundred times as much to the other statement.
    const harmful = { '0': 300, '1': 300, '0,1': 300, '0,2': 400, '1,2': 400, '0,1,2': 300 };
    const useful = { '2': 1, '0,2': 1, '1,2': 1, '0,1,2': 1 };
    const given = problem({ before: [100, 100], costs: [harmful, useful], bytes: Array<number>(9).fill(10) });
    const late = { ...given, isLate: () => true, starts: [[0, 1, 2], []] };
    const restsOn = (statement: number, set: readonly number[]): number[] =>
      set.filter((item) => (statement === 0 ? item < 2 : item === 2));
    expect(choose({ ...late, restsOn }).set).toEqual([2]);
  });

  it('leaves out the statistics of one table where they do harm, and keeps the others', () => {
    // 0 is an index, 1 and 2 the statistics of two tables: with 1 the second statement takes twice as long.
    const given = problem({ before: [100, 100], costs: [], bytes: [10, 0, 0] });
    const price = (item: number): number => (item === 0 ? 0.002 : -0.0005);
    const candidates = given.candidates.map((one, item) => ({ ...one, price: price(item) }));
    const costOf = (statement: number, set: readonly number[]): number =>
      statement === 0 ? (set.includes(0) ? 10 : 100) : set.includes(1) ? 200 : 100;
    expect(choose({ ...given, candidates, costOf, starts: [[0, 1, 2], [1, 2], []] }).set).toEqual([0, 2]);
    // Late, too.
    expect(choose({ ...given, candidates, costOf, starts: [[0, 1, 2]], isLate: () => true }).set).toEqual([0, 2]);
  });

  it('takes two that help only together', () => {
    const costs = [{ '0': 100, '1': 100, '0,1': 1 }];
    expect(choose(problem({ before: [100], costs, bytes: [10, 10] })).set).toEqual([0, 1]);
  });

  it('weighs what writes cost', () => {
    const costs = [{ '0': 50 }];
    const free = problem({ before: [100], costs, bytes: [10] });
    expect(choose(free).set).toEqual([0]);
    // 50 + 300 ms instead of 100: 2 ln(3.5) + ln(0.5) > 0.
    expect(choose({ ...free, candidates: [{ bytes: 10, writeMs: 300, price: 0 }] }).set).toEqual([]);
  });

  it('of many candidates finds a set that no single change betters', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 9, maxLength: 12 });
    fc.assert(
      fc.property(
        sizes,
        fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 12, maxLength: 12 }),
        (bytes, gains) => {
          // Each helps a statement of its own; some pairs spoil each other.
          const spoils = (set: readonly number[], index: number): boolean => set.includes(index ^ 1) && index % 3 === 0;
          const given: Problem = {
            ...problem({ before: bytes.map(() => 100), costs: [], bytes }),
            restsOn: (_, set) => set,
            costOf: (statement, set) =>
              set.includes(statement) && !spoils(set, statement) ? 100 / (gains[statement] ?? 1) : 100,
          };
          const price = pricer(given);
          const { set } = choose(given);
          for (const number of bytes.keys()) {
            const other = set.includes(number) ? set.filter((one) => one !== number) : [...set, number];
            expect(price(other)).toBeGreaterThanOrEqual(price(set) - 1e-9);
          }
          expect(set.reduce((sum, number) => sum + (bytes[number] ?? 0), 0)).toBeLessThanOrEqual(1000);
        },
      ),
      { numRuns: 30, seed: 1 },
    );
  });

  it('agrees with every set where it looks at all of them', () => {
    const table = fc.array(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 16, maxLength: 16 }), {
      minLength: 2,
      maxLength: 3,
    });
    fc.assert(
      fc.property(table, (costs) => {
        const bits = (set: readonly number[]): number => set.reduce((sum, number) => sum | (1 << number), 0);
        const given: Problem = {
          ...problem({ before: costs.map((row) => row[0] ?? 1), costs: [], bytes: [200, 300, 400, 500] }),
          restsOn: (_, set) => set,
          costOf: (statement, set) => costs[statement]?.[bits(set)] ?? 1,
        };
        const price = pricer(given);
        const all = Array.from({ length: 16 }, (_, mask) => [0, 1, 2, 3].filter((number) => (mask >> number) & 1));
        expect(choose(given).price).toBe(Math.min(...all.map(price)));
      }),
      { numRuns: 50, seed: 2 },
    );
  });

  it('stops when it is late, with what it has', () => {
    const late = {
      ...problem({ before: [100], costs: [{ '0': 1 }], bytes: Array(12).fill(10) as number[] }),
      isLate: () => true,
    };
    expect(choose(late).set).toEqual([]);
  });
});
