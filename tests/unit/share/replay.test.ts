import { describe, expect, it } from 'vitest';
import { readReplay, replayFragment } from '../../../src/share/replay.ts';
import { traceDefaults, type GeneratedTraceRequest } from '../../../src/workload/settings.ts';

const queryOf = (fragment: string): Map<string, string> => new Map(new URLSearchParams(fragment.split('?')[1]));

describe('a replay as an address', () => {
  it('comes back as it was', () => {
    for (const kind of ['zipf', 'scan', 'loop', 'phases'] as const) {
      const made: GeneratedTraceRequest = { kind, requests: 12_345, unique: 678, seed: 4_294_967_295 };
      const fragment = replayFragment(made, [34, 512]);
      expect(fragment).toBe(`#/cache?trace=${kind}&requests=12345&keys=678&seed=4294967295&sizes=34,512`);
      expect(readReplay(queryOf(fragment))).toEqual({ made, sizes: '34,512' });
    }
  });

  it('may be written by hand, with the defaults for what is left out', () => {
    expect(readReplay(queryOf('#/cache?trace=zipf'))).toEqual({ made: { ...traceDefaults, kind: 'zipf' }, sizes: '' });
    expect(readReplay(queryOf('#/cache?trace=zipf&sizes=5+%25,+1+KiB'))?.sizes).toBe('5 %, 1 KiB');
    expect(readReplay(queryOf('#/cache'))).toBeNull();
    expect(readReplay(queryOf('#/cache?requests=5'))).toBeNull();
  });

  it.each([
    ['trace=spiral', "trace must be one of zipf, scan, loop, phases, got 'spiral'"],
    ['trace=', 'trace must be one of'],
    ['trace=constructor', 'trace must be one of'],
    ['trace=loop&requests=many', "requests must be an integer in [1000, 5000000], got 'many'"],
    ['trace=loop&requests=', "got ''"],
    ['trace=loop&requests=1e3', "got '1e3'"],
    ['trace=loop&requests=5000001', 'got 5000001'],
    ['trace=loop&keys=-1', "keys must be an integer in [10, 1000000], got '-1'"],
    ['trace=loop&keys=9', 'got 9'],
    ['trace=loop&seed=99999999999999999999', 'seed must be an integer'],
    [`trace=loop&sizes=${'1,'.repeat(200)}`, 'sizes has 400 characters'],
  ])('%s is refused in words', (query, problem) => {
    expect(() => readReplay(queryOf(`?${query}`))).toThrow(problem);
  });
});
