import { describe, expect, it } from 'vitest';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { CallContext } from '../../../src/core/rpc.ts';
import type { ReplayedTrace, ReplayProgress, ReplayRequest } from '../../../src/simulator/protocol.ts';
import { replayTrace } from '../../../src/simulator/replay-server.ts';

const text = (lines: string): ReplayRequest['trace'] => ({ type: 'file', bytes: new TextEncoder().encode(lines) });
const loop = { type: 'generated', kind: 'loop', requests: 30_000, unique: 100, seed: 1 } as const;

/** Replays, and keeps what was told; `cancelAt` cancels after so many reports. */
function start(request: ReplayRequest, cancelAt = Infinity) {
  const told: ReplayProgress[] = [];
  const context = {
    progress: (report: unknown) => void told.push(report as ReplayProgress),
    signal: {
      get cancelled() {
        return told.length >= cancelAt;
      },
      onCancel: () => {},
    },
  } satisfies CallContext;
  const gunzip = (bytes: Uint8Array, most: number): Promise<Uint8Array | null> => {
    const unpacked = gunzipSync(bytes);
    return Promise.resolve(unpacked.length > most ? null : unpacked);
  };
  return { told, done: replayTrace(request, { pause: () => Promise.resolve(), gunzip }, context) };
}
const ratios = ({ sizes }: ReplayedTrace, at: number): Record<string, number> =>
  Object.fromEntries(sizes[at].strategies.map(({ strategy, hitRatio }) => [strategy, hitRatio]));

describe('a replay on request', () => {
  it('runs every size, the smallest first, with the optimum beside it', async () => {
    const { told, done } = start({ trace: loop, sizes: [{ share: 0.5 }, { capacity: 10 }, { share: 0.1 }] });
    const answer = await done;
    expect(answer).toMatchObject({ requests: 30_000, unique: 100, unit: 'entries', footprint: 100 });
    expect(answer.unboundedHitRatio).toBeCloseTo(29_900 / 30_000, 12);
    // Ten entries are a tenth of 100 keys: one replay.
    expect(answer.sizes.map(({ capacity }) => capacity)).toEqual([10, 50]);
    expect(ratios(answer, 1)).toMatchObject({ lru: 0, fifo: 0 });
    expect(ratios(answer, 1).lirs).toBeGreaterThan(0.4);
    for (const { optimalHitRatio, strategies } of answer.sizes)
      for (const { hitRatio } of strategies) expect(hitRatio).toBeLessThanOrEqual(optimalHitRatio ?? 0);
    const fractions = told.map(({ fraction }) => fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(new Set(told.map(({ stage }) => stage))).toEqual(new Set(['making', 'replaying', 'optimum']));
  });

  it('takes keys up to 2^32 - 1, packed or plain, and counts bytes where there are sizes', async () => {
    const lines = '4294967295\n7\n4294967295\n';
    const { told, done } = start({ trace: text(lines), sizes: [{ capacity: 2 }] });
    const plain = await done;
    expect(told[0].stage).toBe('reading');
    expect(plain.sizes[0].optimalHitRatio).toBeCloseTo(1 / 3, 12);
    const packed = { type: 'file', bytes: new Uint8Array(gzipSync(lines)) } as const;
    expect(await start({ trace: packed, sizes: [{ capacity: 2 }] }).done).toEqual(plain);
    const sized = await start({ trace: text('1 100\n2 50\n1 100\n'), sizes: [{ bytes: 150 }, { share: 0.5 }] }).done;
    expect(sized).toMatchObject({ unit: 'bytes', footprint: 150 });
    expect(sized.sizes.map(({ capacity, optimalHitRatio }) => [capacity, optimalHitRatio])).toEqual([
      [75, null],
      [150, null],
    ]);
  });

  it('stops when it is told to', async () => {
    const { done } = start({ trace: loop, sizes: [{ share: 0.1 }] }, 3);
    await expect(done).rejects.toMatchObject({ code: 'cancelled' });
  });

  it.each<[ReplayRequest, string]>([
    [{ trace: text('1\n2\nx\n'), sizes: [{ share: 0.1 }] }, 'Line 3 of the trace'],
    [{ trace: text('1\n'), sizes: [] }, 'A replay needs 1 to 8 sizes, got 0.'],
    [{ trace: text('1\n'), sizes: [{ share: 1.5 }] }, 'must lie above 0 % and be at most 100 %, got 150 %'],
    [{ trace: text('1\n'), sizes: [{ capacity: 0 }] }, 'whole number of 1 or more, got 0'],
    [{ trace: text('1\n'), sizes: [{ bytes: 2 ** 20 }] }, 'has no sizes, so that room is counted in entries'],
    [
      { trace: { ...loop, requests: 1 }, sizes: [{ share: 1 }] },
      'requests must be an integer in [1000, 5000000], got 1',
    ],
    [{ trace: { type: 'file', bytes: Uint8Array.of(0x1f, 0x8b, 8) }, sizes: [{ share: 1 }] }, 'cut off or damaged'],
  ])('refuses %j', async (request, message) => {
    await expect(start(request).done).rejects.toThrow(message);
  });
});
