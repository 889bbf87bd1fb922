import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eachPiece, layShelf, placeAt } from '../../../../../src/ui/panels/cache/shelf-layout.ts';
import type { CacheShelfReport } from '../../../../../src/engine/protocol.ts';
import { shelfReport } from './shelf-report.ts';

const BOX = { width: 100, height: 50 };

describe('the shelf', () => {
  it('gives each entry as much of the line as it takes of the room', () => {
    // 1,000 bytes over 100 px: 0.1 px a byte.
    const layout = layShelf(shelfReport({ capacityBytes: 1000, bytes: [200, 100, 300] }), BOX);
    expect([...layout.starts]).toEqual([0, 20, 30, 60]);
    expect([layout.rows, layout.edge, layout.magnified]).toEqual([1, 100, 1]);
  });

  it('leaves room in front for entries that are counted but not drawn', () => {
    const report = { ...shelfReport({ capacityBytes: 1000, bytes: [200, 300] }), entryBytes: 900 };
    expect([...layShelf(report, BOX).starts]).toEqual([40, 60, 90]);
  });

  it('is magnified by a power of two while most of the room is free, and never so that something lies past the edge', () => {
    // 100 of 1,000 bytes: 4 times is the first power of two that brings them to two fifths.
    const layout = layShelf(shelfReport({ capacityBytes: 1000, bytes: [100] }), BOX);
    expect([layout.magnified, layout.starts[1], layout.edge]).toEqual([4, 40, 400]);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 10_000 }), { maxLength: 300 }),
        fc.integer({ min: 0, max: 1_000_000 }),
        (bytes, free) => {
          const used = bytes.reduce((a, b) => a + b, 0);
          const { starts, rows, width } = layShelf(shelfReport({ capacityBytes: used + free + 1, bytes }), BOX);
          expect(starts[bytes.length]).toBeLessThanOrEqual(rows * width * (1 + 1e-9));
        },
      ),
    );
  });

  it('finds every entry at the middle of its first piece, in whatever row that is', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 50, max: 500 }), { minLength: 1, maxLength: 200 }), (bytes) => {
        const layout = layShelf(shelfReport({ capacityBytes: bytes.reduce((a, b) => a + b, 0), bytes }), BOX);
        for (let place = 0; place < bytes.length; place++) {
          let found = -1;
          eachPiece(layout, layout.starts[place], layout.starts[place + 1], (x, row, width) => {
            // A piece of nothing is what rounding leaves at the end of a row.
            if (found < 0 && width > 1e-6) found = placeAt(layout, x + width / 2, row * layout.rowStep + 1);
          });
          expect(found).toBe(place);
        }
      }),
      { numRuns: 50 },
    );
    const layout = layShelf(shelfReport({ capacityBytes: 1000, bytes: [500] }), BOX);
    expect([placeAt(layout, 75, 1), placeAt(layout, -1, 1), placeAt(layout, 10, 51), placeAt(layout, 100, 1)]).toEqual([
      -1, -1, -1, -1,
    ]);
  });

  it('bends a stretch at the end of a row, and loses nothing of it', () => {
    const pieces: number[][] = [];
    eachPiece({ width: 100, rows: 3 }, 80, 230, (x, row, width) => pieces.push([x, row, width]));
    expect(pieces).toEqual([
      [80, 0, 20],
      [0, 1, 100],
      [0, 2, 30],
    ]);
    const cut: number[][] = [];
    eachPiece({ width: 100, rows: 1 }, 80, 230, (x, row, width) => cut.push([x, row, width]));
    expect(cut).toEqual([[80, 0, 20]]);
  });

  it('keeps its rows and its scale while the numbers swing about a bound', () => {
    const shelfOf = (count: number): CacheShelfReport =>
      shelfReport({ capacityBytes: 1000, bytes: Array.from({ length: count }, () => 1) });
    // 60 entries stand in one row, 61 in two; two stay down to 42, seven tenths.
    let before = layShelf(shelfOf(61), BOX);
    const rows = [60, 43, 42, 60].map((count) => (before = layShelf(shelfOf(count), BOX, before)).rows);
    expect(rows).toEqual([2, 2, 1, 1]);
    // From eight rows to none in one step.
    expect(layShelf(shelfOf(0), BOX, { rows: 8, magnified: 1 }).rows).toBe(1);

    // Four times fits while between a quarter and 95 hundredths of the picture are in use.
    const scaleOf = (bytes: number, magnified: number): number =>
      layShelf(shelfReport({ capacityBytes: 1000, bytes: [bytes] }), BOX, { rows: 1, magnified }).magnified;
    expect([99, 100, 63, 237].map((bytes) => scaleOf(bytes, 4))).toEqual([4, 4, 4, 4]);
    expect([62, 238, 900].map((bytes) => scaleOf(bytes, 4))).toEqual([8, 2, 1]);
  });

  it('draws by height what the strategy goes by', () => {
    const lfu = shelfReport({ strategy: 'lfu', capacityBytes: 1000, bytes: [200, 200, 200], hits: [9, 4, 0] });
    // Uses: 10, 5 and 1 of at most 10: one doubling less, and log2(10) = 3.32 of them.
    expect([...layShelf(lfu, BOX).heights].map((height) => Math.round(height * 100))).toEqual([100, 90, 67]);
    // Never lower than can be seen: 9.97 doublings of 10.
    const favourite = shelfReport({ strategy: 'lfu', bytes: [200, 200], hits: [999, 0] });
    expect([...layShelf(favourite, BOX).heights].map((height) => Math.round(height * 100))).toEqual([100, 12]);
    expect([...layShelf({ ...lfu, strategy: 'lru' }, BOX).heights]).toEqual([1, 1, 1]);
    const gdsf = shelfReport({
      strategy: 'gdsf',
      capacityBytes: 1000,
      bytes: [100, 400],
      hits: [0, 1],
      costMs: [1, 1],
    });
    // 1 ms over 100 bytes against 2 ms over 400.
    expect([...layShelf(gdsf, BOX).heights].map((height) => Math.round(height * 100))).toEqual([100, 90]);
  });

  it('takes more rows for more entries, and an empty one as it is', () => {
    const rowsFor = (count: number): number =>
      layShelf(shelfReport({ capacityBytes: count + 1, bytes: Array.from({ length: count }, () => 1) }), BOX).rows;
    expect([0, 60, 61, 1000, 5000].map(rowsFor)).toEqual([1, 1, 2, 4, 8]);
    expect([...layShelf(shelfReport({ capacityBytes: 4096, bytes: [] }), BOX).starts]).toEqual([0]);
  });
});
