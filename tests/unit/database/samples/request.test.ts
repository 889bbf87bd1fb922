import { describe, expect, it } from 'vitest';
import { SAMPLES, type SampleName } from '../../../../src/database/samples/catalogue.ts';
import { SAMPLE_TITLES, sampleTitle } from '../../../../src/database/samples/first-screen/catalogue.ts';
import { checkSample, tpchSize } from '../../../../src/database/samples/settings.ts';

describe('what may be asked for', () => {
  it('is what menus offer, and any scale up to the bound', () => {
    for (const [name, { sizes }] of Object.entries(SAMPLES)) {
      for (const { id } of sizes) expect(checkSample({ name, size: id, seed: 1 })).toEqual({ name, size: id, seed: 1 });
    }
    expect(checkSample({ name: 'tpch', size: '0.000001', seed: 0 }).size).toBe('0.000001');
    expect(checkSample({ name: 'tpch', size: '0.2', seed: 2 ** 32 - 1, more: 'dropped' })).not.toHaveProperty('more');
  });

  it.each([
    [null, 'sample.name must be one of shop, music, flights, tpch, got nothing'],
    [{ name: 'chinook', size: 'S', seed: 1 }, "got 'chinook'"],
    [{ name: 'toString', size: 'S', seed: 1 }, "got 'toString'"],
    [{ name: 'music', size: 'M', seed: 1 }, "sample.size must be one of S, got 'M'"],
    [{ name: 'tpch', size: '0', seed: 1 }, 'sample.size must be a scale above 0 and at most 0.2'],
    [{ name: 'tpch', size: '0.21', seed: 1 }, "got '0.21'"],
    [{ name: 'tpch', size: '0.0', seed: 1 }, "got '0.0'"],
    [{ name: 'tpch', size: '0.1 ', seed: 1 }, "got '0.1 '"],
    [{ name: 'shop', size: 'S', seed: 2 ** 32 }, 'sample.seed must be an integer in [0, 4294967295], got 4294967296'],
    [{ name: 'shop', size: 'S' }, 'sample.seed'],
  ])('is not %o', (asked, says) => {
    expect(() => checkSample(asked)).toThrow(says);
    expect(() => checkSample(asked)).toThrow(expect.objectContaining({ code: 'sample' }));
  });

  it('writes a scale in the one spelling that is taken', () => {
    for (const scale of [0.00001, 0.03, 0.1, 0.123456, 0.2]) {
      const size = tpchSize(scale);
      expect(Number(size)).toBe(scale);
      expect(checkSample({ name: 'tpch', size, seed: 1 }).size).toBe(size);
    }
  });
});

describe('titles', () => {
  it('name the size where there are several', () => {
    expect(sampleTitle({ name: 'shop', size: 'S' })).toBe('shop S');
    expect(sampleTitle({ name: 'music', size: 'S' })).toBe('music');
    expect(sampleTitle({ name: 'tpch', size: '0.05' })).toBe('TPC-H-like 0.05');
    for (const name of Object.keys(SAMPLES) as SampleName[]) {
      expect(SAMPLE_TITLES[name].single).toBe(SAMPLES[name].sizes.length === 1);
    }
    expect(SAMPLE_TITLES.tpch.caution).toBe('TPC-H-like, not dbgen');
  });
});
