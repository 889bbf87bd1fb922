import { describe, expect, it } from 'vitest';
import { timeLeftMs } from '../../../../src/ui/state/time-left.ts';

describe('the time that is left', () => {
  it('is what the rest takes at the pace so far, in whole seconds', () => {
    // A quarter took 2 s, so the whole takes 8.
    expect(timeLeftMs(0.25, 2000)).toBe(6000);
    expect(timeLeftMs(0.25, 2010)).toBe(7000);
    expect(timeLeftMs(0.5, 20)).toBe(1000);
  });

  it('is told neither before a twentieth is done nor at the end', () => {
    expect(timeLeftMs(0, 5000)).toBeNull();
    expect(timeLeftMs(0.04, 5000)).toBeNull();
    expect(timeLeftMs(0.05, 5000)).toBe(95_000);
    expect(timeLeftMs(1, 5000)).toBeNull();
  });
});
