import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertReport } from '../../../src/engine/protocol.ts';
import { ALERT_RULES, Alerts, ruleInWords, type AlertRule, type AlertTransition } from '../../../src/monitor/alerts.ts';
import { countInWords } from '../../../src/monitor/readings.ts';
import { quiet } from './readings.ts';

const rule: AlertRule = {
  title: 'Queue',
  reading: 'queueDepth',
  subject: 'The queue',
  above: 100,
  clearAt: 50,
  holdMs: 3000,
  words: countInWords,
};

/** Feeds one reading a second from 0 on; answers the states after each. */
function story(values: (number | null)[]): { states: string[]; transitions: AlertTransition[] } {
  const alerts = new Alerts({ queue: rule });
  const transitions: AlertTransition[] = [];
  const states = values.map((queueDepth, second) => {
    transitions.push(...alerts.evaluate({ ...quiet, queueDepth }, second * 1000));
    return alerts.report()[0]?.state ?? '';
  });
  return { states, transitions };
}

describe('Alerts', () => {
  it('fires after the hold time, and is over after as long below the lower bound', () => {
    // Above from 1 s: pending, fires at 4 s. At or below 50 from 6 s: over at 9 s.
    const { states, transitions } = story([0, 101, 200, 200, 200, 200, 50, 10, 10, 10]);
    expect(states).toEqual([
      'ok',
      'pending',
      'pending',
      'pending',
      'firing',
      'firing',
      'firing',
      'firing',
      'firing',
      'ok',
    ]);
    expect(transitions.map(({ to }) => to)).toEqual(['firing', 'resolved']);
    expect(transitions[0]?.message).toBe(
      'Queue: The queue above 100 for 3 s; over when at 50 or less for 3 s. It is now 200.',
    );
    expect(transitions[1]?.message).toBe('Queue: over, now 10.');
  });

  it('a short spike stays pending and passes without a word', () => {
    const { states, transitions } = story([500, 500, 500, 100, 500, 500, 500, 0]);
    expect(states).toEqual(['pending', 'pending', 'pending', 'ok', 'pending', 'pending', 'pending', 'ok']);
    expect(transitions).toEqual([]);
  });

  it('between the bounds, a firing alert keeps firing', () => {
    const { states } = story([500, 500, 500, 500, 60, 60, 40, 40, 60, 40, 40, 40, 40]);
    expect(states[3]).toBe('firing');
    expect(states.slice(4, 12)).toEqual(new Array<string>(8).fill('firing'));
    expect(states[12]).toBe('ok');
  });

  it('nothing measured is calm: it ends an alert and starts none', () => {
    const { states, transitions } = story([null, 500, 500, 500, 500, null, null, null, null]);
    expect(states[0]).toBe('ok');
    expect(states[4]).toBe('firing');
    expect(states[8]).toBe('ok');
    expect(transitions[1]?.message).toContain('nothing is measured any more');
  });

  it('time that slept does not count as holding', () => {
    const alerts = new Alerts({ queue: rule });
    alerts.evaluate({ ...quiet, queueDepth: 500 }, 0);
    expect(alerts.evaluate({ ...quiet, queueDepth: 500 }, 60_000)).toEqual([]);
    expect(alerts.report()[0]).toMatchObject({ state: 'pending', sinceMs: 60_000 });
    expect(alerts.evaluate({ ...quiet, queueDepth: 500 }, 63_000).length).toBe(1);
  });

  it('says since when, and the last value', () => {
    const alerts = new Alerts({ queue: rule });
    const reports: AlertReport[] = alerts.report();
    expect(reports[0]).toMatchObject({ id: 'queue', state: 'ok', value: null, sinceMs: null });
    alerts.evaluate({ ...quiet, queueDepth: 200 }, 1000);
    alerts.evaluate({ ...quiet, queueDepth: 300 }, 4000);
    expect(alerts.report()[0]).toMatchObject({ state: 'firing', value: 300, sinceMs: 4000 });
  });

  it('never fires and resolves out of turn, whatever the readings', () => {
    const value = fc.option(fc.integer({ min: 0, max: 200 }), { nil: null });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 100, size: 'max' }), (values) => {
        const turns = story(values).transitions.map(({ to }) => to);
        turns.forEach((turn, index) => expect(turn).toBe(index % 2 === 0 ? 'firing' : 'resolved'));
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});

describe('the default rules', () => {
  it('are calm on a quiet system', () => {
    const alerts = new Alerts();
    for (let second = 0; second < 60; second++) expect(alerts.evaluate(quiet, second * 1000)).toEqual([]);
    expect(alerts.report().every((alert) => alert.state === 'ok')).toBe(true);
  });

  it('have a lower bound to be over, and say their numbers', () => {
    for (const one of Object.values(ALERT_RULES)) {
      expect(one.clearAt).toBeLessThanOrEqual(one.above);
      expect(ruleInWords(one)).toContain(one.words(one.above));
    }
    expect(ruleInWords(ALERT_RULES['slow-answers'])).toBe('p95 above 2 s for 5 s; over when at 1.6 s or less for 5 s.');
  });

  it('a lost worker and an unsaved change fire at once', () => {
    const alerts = new Alerts();
    const fired = alerts.evaluate({ ...quiet, workersLost: 1, unsavedMs: 10_001 }, 0);
    expect(fired.map(({ id, to }) => `${id} ${to}`)).toEqual(['worker-lost firing', 'not-saved firing']);
  });
});
