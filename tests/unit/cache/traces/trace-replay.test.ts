import { describe, expect, it } from 'vitest';
import { Replay } from '../../../../src/cache/traces/replay.ts';
import { readTrace } from '../../../../src/cache/traces/trace.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a trace', () => {
  it('is a key a line, or a key and its bytes', () => {
    expect(readTrace(bytes('7\n8\r\n\n# a remark\n7'))).toEqual({ keys: Uint32Array.of(7, 8, 7), sizes: null });
    expect(readTrace(bytes('1 100\n2\t50\n 1 100 \n'))).toEqual({
      keys: Uint32Array.of(1, 2, 1),
      sizes: Float64Array.of(100, 50, 100),
    });
    const many = readTrace(bytes('3\n'.repeat(5000)));
    expect([many.keys.length, many.keys[4999]]).toEqual([5000, 3]);
  });

  it.each([
    ['', 'holds no requests'],
    ['# nothing\n\n', 'holds no requests'],
    ['1\nx\n', 'Line 2 of the trace: expected whole numbers with spaces between, found “x”.'],
    ['1 2\n3\n', 'Line 2 of the trace: expected 2 whole numbers, found 1.'],
    ['\n1 2 3', 'Line 2 of the trace: expected a key, or a key and its bytes, found 3 numbers.'],
    ['-1', 'found “-”'],
    ['1.5', 'found “.”'],
    ['1\n4294967296', 'Line 2 of the trace: expected a key up to 4294967295, found 4294967296.'],
  ])('that is %j is refused with the line', (text, message) => {
    expect(() => readTrace(bytes(text))).toThrow(message);
  });
});

describe('a replay', () => {
  const names = ['fifo', 'lru'] as const;

  it('counts what each strategy hits, as reckoned by hand', () => {
    // Room for 2. FIFO: 1 2 in; 1 hit; 3 puts 1 out; 1 puts 2 out; 2 puts 3 out: one hit. LRU: 3 puts 2 out; 1 hit; 2: two hits.
    const trace = { keys: Uint32Array.of(1, 2, 1, 3, 1, 2), sizes: null };
    const replay = new Replay(trace, 2, names);
    expect([replay.fraction, replay.advance(4), replay.fraction]).toEqual([0, true, 4 / 6]);
    expect(replay.advance(4)).toBe(false);
    const { strategies, ...rest } = replay.report();
    expect(rest).toEqual({ requests: 6, unique: 3, capacity: 2, unit: 'entries' });
    expect(strategies.map(({ strategy, hits, byteHitRatio }) => [strategy, hits, byteHitRatio])).toEqual([
      ['fifo', 1, null],
      ['lru', 2, null],
    ]);
    expect(strategies[1].curve).toEqual([0, 0, 1, 0, 1, 0]);
  });

  it('counts bytes where the trace has them, and leaves out what is larger than the cache', () => {
    const trace = { keys: Uint32Array.of(1, 1, 2, 2), sizes: Float64Array.of(10, 10, 500, 500) };
    const replay = new Replay(trace, 100, ['lru']);
    replay.advance(9);
    expect(replay.report()).toMatchObject({ unit: 'bytes', strategies: [{ hits: 1, byteHitRatio: 10 / 1020 }] });
  });

  it('says the same in slices of any length', () => {
    const keys = Uint32Array.from({ length: 5003 }, (_, at) => (at * at) % 97);
    const whole = new Replay({ keys, sizes: null }, 20);
    whole.advance(Infinity);
    const sliced = new Replay({ keys, sizes: null }, 20);
    while (sliced.advance(7));
    expect(sliced.report()).toEqual(whole.report());
    const [first] = whole.report().strategies;
    expect(first.curve).toHaveLength(99); // of 51 requests each, the last of 5
  });

  it.each([0, -1, 1.5, NaN, Infinity])('with room for %s is refused', (capacity) => {
    expect(() => new Replay({ keys: Uint32Array.of(1), sizes: null }, capacity)).toThrow('whole number of 1 or more');
  });
});
