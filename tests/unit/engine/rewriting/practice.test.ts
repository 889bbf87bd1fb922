import { describe, expect, it } from 'vitest';
import { Practice, type Slower } from '../../../../src/engine/rewriting/practice.ts';

/** Lets the practice choose the text, each of which takes what it takes, for so many runs. */
function runs(practice: Practice, typedMs: number, rewrittenMs: number, count: number) {
  const order: string[] = [];
  let slower: Slower | null = null;
  for (let run = 0; run < count && !slower; run++) {
    const typed = practice.wantsTyped;
    order.push(typed ? 't' : 'r');
    slower = practice.note(!typed, typed ? typedMs : rewrittenMs);
  }
  return { order: order.join(''), slower };
}

describe('a rewrite in practice', () => {
  it('that is faster is never doubted', () => {
    const practice = new Practice(5, [10, 12, 11]);
    const { order, slower } = runs(practice, 10, 2, 500);
    expect(order).toBe('r'.repeat(500));
    expect(slower).toBeNull();
    expect([practice.typedMs, practice.rewrittenMs]).toEqual([11, 2]);
  });

  it('that looks slower runs by turns with the text as typed, and goes when it is slower then too', () => {
    const practice = new Practice(5, [8]);
    // Five runs raise the doubt; then five of each, the rewritten one first.
    const { order, slower } = runs(practice, 8, 12, 100);
    expect(order).toBe('rrrrr' + 'rt'.repeat(5));
    expect(slower).toEqual({ typedMs: 8, rewrittenMs: 12, runs: 5 });
  });

  it('that only met a busy machine is cleared, and then left in peace for longer each time', () => {
    const practice = new Practice(5, [8]);
    // What was 8 ms once is 40 now: the rewritten text's 20 is half of that.
    expect(runs(practice, 40, 20, 15)).toEqual({ order: 'rrrrr' + 'rt'.repeat(5), slower: null });
    expect(practice.inDoubt).toBe(false);
    // The text as typed gets quicker again, which nobody sees, and its old times say nothing against it: no doubt.
    expect(runs(practice, 8, 20, 100).order).toBe('r'.repeat(100));
  });

  it('waits 16 runs before the next doubt, then 32', () => {
    const practice = new Practice(5, [8]);
    const clear = (): string => {
      let order = '';
      // Slower than what is remembered of the text as typed, and yet no slower than it by turns.
      do order += runs(practice, 20, 20, 1).order;
      while (order.length < 1000 && (practice.inDoubt || !order.includes('t')));
      return order;
    };
    expect(clear()).toBe('rrrrr' + 'rt'.repeat(5));
    for (let run = 0; run < 7; run++) practice.note(false, 8);
    expect(clear().indexOf('t')).toBeGreaterThanOrEqual(16 - 7);
    for (let run = 0; run < 7; run++) practice.note(false, 8);
    expect(clear().indexOf('t')).toBeGreaterThanOrEqual(32 - 7);
  });

  it('stays between 1.1 and 1.25 times: it does not come and go', () => {
    expect(runs(new Practice(5, [10]), 10, 12, 200)).toEqual({ order: 'r'.repeat(200), slower: null });
  });

  it('of a small gain lets the text as typed run every 32nd time, for else a loss would not be seen', () => {
    const { order } = runs(new Practice(1.5, [10]), 10, 9, 96);
    expect([...order].flatMap((one, index) => (one === 't' ? [index] : []))).toEqual([31, 63, 95]);
    // Before: 10 against 12 was thought to be 13 against 12.
    const stale = new Practice(1.2, [13]);
    const { slower } = runs(stale, 8, 12, 500);
    expect(slower).toEqual({ typedMs: 8, rewrittenMs: 12, runs: 5 });
  });
});
