import { describe, expect, it } from 'vitest';
import { ThresholdScaler } from '../../../src/autoscaler/scaler.ts';
import { scalerDefaults, scalerProblems, type ScalerSettings } from '../../../src/autoscaler/settings.ts';
import type { ScaleSignals } from '../../../src/autoscaler/signals.ts';

const settings: ScalerSettings = {
  ...scalerDefaults,
  minWorkers: 1,
  maxWorkers: 8,
  cooldownUpMs: 3_000,
  cooldownDownMs: 10_000,
};

/** Readings of a quiet pool of `ready` workers, with what differs. */
function signals(ready: number, over: Partial<ScaleSignals> = {}): ScaleSignals {
  return { ready, starting: 0, cpuRatio: 0.1, memoryRatio: null, responseMs: 5, queueDepth: 0, ...over };
}

describe('ThresholdScaler', () => {
  it.each([
    ['cpuRatio', 0.71, 'CPU 71 %, above 70 %: 1 to 2 workers.'],
    ['memoryRatio', 0.9, 'Memory 90 %, above 80 %: 1 to 2 workers.'],
    ['responseMs', 2_500, 'Average response 2.5 s, above 2 s: 1 to 2 workers.'],
    ['queueDepth', 101, 'Queue 101, above 100: 1 to 2 workers.'],
  ] as const)('grows when %s is above its bound', (name, value, reason) => {
    const decision = new ThresholdScaler(settings).decide(signals(1, { [name]: value }), 0);
    expect(decision).toMatchObject({ desired: 2, before: 1, action: 'up', reason });
    expect(decision.inputs[name]).toBe(value);
  });

  it('does not grow at the bound itself', () => {
    expect(new ThresholdScaler(settings).decide(signals(1, { cpuRatio: 0.7 }), 0).action).toBe('hold');
  });

  it('grows in proportion to the worst signal, at most to double, at most to the maximum', () => {
    const scaler = new ThresholdScaler(settings);
    scaler.setTarget(4);
    // 4 * 0.84 / 0.7 = 4.8, rounded up.
    expect(scaler.decide(signals(4, { cpuRatio: 0.84 }), 0).desired).toBe(5);
    expect(scaler.decide(signals(5, { queueDepth: 5_000 }), 10_000).action).toBe('up');
    expect(scaler.target).toBe(8);
    expect(scaler.decide(signals(8, { queueDepth: 5_000 }), 60_000).reason).toBe(
      'Hold at 8: queue 5000, above 100, but 8 is the most.',
    );
  });

  it('counts the cooldown from capacity ready, not from the decision', () => {
    const scaler = new ThresholdScaler(settings);
    const busy = { cpuRatio: 0.95 };
    expect(scaler.decide(signals(1, busy), 0).desired).toBe(2);
    expect(scaler.decide(signals(1, { ...busy, starting: 1 }), 9_000).reason).toMatch(/1 still starting/);
    expect(scaler.decide(signals(2, busy), 10_000).action).toBe('hold'); // ready from here
    expect(scaler.cooldownUntilMs(10_000)).toBe(13_000);
    expect(scaler.decide(signals(2, busy), 12_900).reason).toMatch(/settles for another 100 ms/);
    expect(scaler.decide(signals(2, busy), 13_000).desired).toBe(3); // 2 * 0.95 / 0.7 = 2.7
  });

  it('shrinks only after all signals were low for the whole cooldown', () => {
    const scaler = new ThresholdScaler(settings);
    scaler.setTarget(3);
    expect(scaler.decide(signals(3), 0).action).toBe('hold');
    expect(scaler.decide(signals(3, { cpuRatio: 0.4 }), 9_000).action).toBe('hold'); // above half of 70 %: starts over
    expect(scaler.decide(signals(3), 10_000).action).toBe('hold');
    expect(scaler.decide(signals(3), 19_900).action).toBe('hold');
    const down = scaler.decide(signals(3), 20_000);
    expect(down).toMatchObject({ desired: 2, action: 'down' });
    expect(down.reason).toBe('All readings under half their bounds (highest: CPU 10 %) for 10 s: 3 to 2 workers.');
    expect(scaler.decide(signals(2), 29_000).action).toBe('hold');
    expect(scaler.decide(signals(2), 30_000).desired).toBe(1);
    expect(scaler.decide(signals(1), 90_000).reason).toMatch(/but 1 is the least/);
  });

  it('holds without data, and does not shrink while a needed reading is missing', () => {
    const scaler = new ThresholdScaler(settings);
    scaler.setTarget(3);
    const nothing = { cpuRatio: null, memoryRatio: null, responseMs: null, queueDepth: null };
    expect(scaler.decide(signals(3, nothing), 0).reason).toBe('Hold at 3: no readings yet.');
    expect(scaler.decide(signals(3, { cpuRatio: null }), 50_000).desired).toBe(3);
    expect(scaler.decide(signals(3, { cpuRatio: null }), 100_000).desired).toBe(3);
    expect(scaler.decide(signals(3, { cpuRatio: NaN, queueDepth: 500 }), 150_000).action).toBe('up');
  });

  it('asks for the missing ones when workers were lost, even when it is off', () => {
    const scaler = new ThresholdScaler({ ...settings, enabled: false });
    scaler.setTarget(4);
    expect(scaler.decide(signals(2, { starting: 1 }), 0)).toMatchObject({
      desired: 4,
      action: 'replace',
      reason: '3 of 4 workers are there: 1 to start.',
    });
    expect(scaler.decide(signals(4, { cpuRatio: 1 }), 10_000).reason).toBe('Hold at 4: the auto-scaler is off.');
  });

  it('never leaves min and max, whatever the readings', () => {
    const scaler = new ThresholdScaler({ ...settings, minWorkers: 2, maxWorkers: 3 });
    for (let step = 0; step < 200; step++) {
      const load = step % 40 < 20 ? 1 : 0;
      const { desired } = scaler.decide(
        signals(scaler.target, { cpuRatio: load, queueDepth: load * 1_000 }),
        step * 5_000,
      );
      expect(desired).toBeGreaterThanOrEqual(2);
      expect(desired).toBeLessThanOrEqual(3);
    }
  });
});

describe('settings', () => {
  it('refuse min above max, and values outside their ranges', () => {
    expect(scalerProblems(scalerDefaults)).toEqual([]);
    expect(scalerProblems({ ...scalerDefaults, minWorkers: 5, maxWorkers: 4 })).toEqual([
      'minWorkers must not be above maxWorkers, got 5 above 4',
    ]);
    expect(scalerProblems({ ...scalerDefaults, maxWorkers: 33 })).toEqual([
      'maxWorkers must be an integer in [1, 32], got 33',
    ]);
  });
});
