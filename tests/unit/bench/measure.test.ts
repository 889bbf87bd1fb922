import { describe, expect, it } from 'vitest';
import { median } from '../../../bench/figures.ts';
import { measure } from '../../../bench/measure.ts';

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await measure(args, { out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
}

describe('the runner', () => {
  it('prints one JSON document, and progress elsewhere', async () => {
    const { code, out, err } = await run('spin', '--seconds', '0.05', '--rounds', '1');
    expect(code).toBe(0);
    expect(err).toContain('round 1 of 1');
    const result = JSON.parse(out) as { ratio: number; oneThreadPerS: number; twoThreadsPerS: number };
    expect(result.oneThreadPerS).toBeGreaterThan(0);
    expect(result.ratio).toBeCloseTo(result.twoThreadsPerS / result.oneThreadPerS, 12);
  });

  it.each([
    [['nothing'], 'There is nothing named nothing to measure'],
    [['spin', '--x', '1'], 'spin has no option --x'],
    [['spin', '--seconds', '0'], '--seconds must be in [0.05, 60], got 0'],
    [['browser', '--only', 'rows,nothing'], 'got nothing'],
    [['browser', '--rounds', '0'], '--rounds must be an integer in [1, 99], got 0'],
    [['engine-cache', '--requests', '1'], '--requests must be an integer in [1000, 10000000], got 1'],
    [[], '<what>'],
  ])('refuses %j with code 2 and an empty standard output', async (args, message) => {
    const { code, out, err } = await run(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });

  it('lists its commands and their options', async () => {
    expect((await run('--help')).err).toMatch(/spin +parallel capacity/);
    const help = await run('spin', '--help');
    expect(help.code).toBe(0);
    expect(help.err).toContain('--rounds');
  });
});

describe('the median', () => {
  it.each([
    [[3], 3],
    [[5, 1, 9], 5],
    [[4, 1, 2, 9], 3],
  ])('of %j is %d', (values, middle) => {
    expect(median(values)).toBe(middle);
  });
});
