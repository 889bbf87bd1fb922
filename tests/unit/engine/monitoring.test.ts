import { describe, expect, it } from 'vitest';
import { Monitoring } from '../../../src/engine/monitoring.ts';

const quiet = {
  queueDepth: 0,
  readyWorkers: 1,
  desiredWorkers: 1,
  ejectedWorkers: 0,
  utilization: 0,
  memoryRatio: null,
  unsavedMs: null,
  workers: [],
};

function monitoringOf(codes: readonly string[]): Monitoring {
  let nowMs = 0;
  const monitoring = new Monitoring({ nowMs: () => nowMs, wallMs: () => nowMs, onEvent: () => {} });
  for (const code of codes) monitoring.failed(code);
  nowMs = 1000;
  monitoring.tick(quiet);
  return monitoring;
}

describe('health', () => {
  it('does not suffer from mistakes in a text, and counts them as queries', () => {
    const monitoring = monitoringOf(['sql', 'parameters', 'cancelled', 'sql']);
    expect(monitoring.totals.queries).toBe(4);
    expect(monitoring.health.score).toBe(100);
  });

  it('suffers from what the engine could not do', () => {
    // Two of two failed: all 50 points of Errors.
    const { score, deductions } = monitoringOf(['deadline', 'worker-lost']).health;
    expect([score, deductions.map(({ name }) => name)]).toEqual([50, ['Errors']]);
  });

  it('names what nothing was measured for', () => {
    expect(monitoringOf([]).health.unmeasured).toContain('Slow answers');
  });
});
