import { expect, it } from 'vitest';
import { serve, type Handlers } from '../../../src/core/rpc.ts';
import type { Snapshot } from '../../../src/database/protocol.ts';
import { OptimizerLink, SILENT_MS_MAX } from '../../../src/engine/optimizer-link.ts';
import type { OptimizerApi } from '../../../src/optimizer/protocol.ts';
import { linkedPorts } from '../../../src/platform/inline-fleet.ts';

const SNAPSHOT: Snapshot = { historyId: 'h', logNumber: 0, pageSize: 4096, base: new Uint8Array(4096), records: [] };
const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A link whose workers answer all but `silent`, and the patience that is armed. */
function linkTo(silent: string[]) {
  const ends: string[] = [];
  let patience: (() => void) | null = null;
  const link = new OptimizerLink({
    spawn: () => {
      const { near, far, cut } = linkedPorts();
      const answers = {
        warm: {},
        attach: {},
        optimize: {
          provedSql: null,
          unchangedReason: 'none',
          attempts: [],
          ruleIds: [],
          version: { historyId: 'h', logNumber: 0 },
        },
        plan: [],
      };
      const handlers = Object.entries(answers).map(([name, answer]) => [
        name,
        () => (silent.includes(name) ? new Promise(() => {}) : answer),
      ]);
      serve(far, Object.fromEntries(handlers) as Handlers<OptimizerApi>);
      return { port: near, onFailure: () => {}, terminate: () => (ends.push('ended'), cut()) };
    },
    module: () => Promise.resolve(null),
    wasmUrl: () => '',
    snapshot: () => SNAPSHOT,
    version: () => ({ historyId: 'h', logNumber: 0 }),
    settings: () => ({ enabled: true, disabledRules: [] }),
    pragmas: () => [],
    isolated: false,
    nowMs: () => 0,
    once: (delayMs, action) => {
      expect(delayMs).toBe(SILENT_MS_MAX);
      patience = action;
      return () => (patience = null);
    },
    onVerdict: () => {},
  });
  const runOut = async (): Promise<void> => {
    while (!patience) await soon();
    // Answers that are on their way put it off.
    for (let turn = 0; turn < 20; turn++) await soon();
    patience();
  };
  return { link, ends, runOut, isArmed: () => patience !== null };
}

it.each(['attach', 'optimize'])(
  'an optimizer that never answers %s is ended, and what was asked is told',
  async (call) => {
    const silent = [call];
    const { link, ends, runOut, isArmed } = linkTo(silent);
    const asked = link.optimize('SELECT 1', []);
    const told = expect(asked).rejects.toMatchObject({
      code: 'worker-lost',
      message: expect.stringContaining('gave no answer for 30 seconds'),
    });
    await runOut();
    await told;
    expect(ends).toEqual(['ended']);
    expect(link.verdict('SELECT 1')).toMatchObject({ state: 'unchanged' });
    // Nothing goes in circles again in the background, until there is other data.
    link.begin();
    link.ran('SELECT 2', [], false, 1);
    expect(link.verdict('SELECT 2')).toBeUndefined();
    silent.length = 0;
    // Who asks by hand gets an answer from another one.
    expect(await link.plan('SELECT 1')).toEqual([]);
    expect(isArmed()).toBe(false);
    link.reattach();
    link.ran('SELECT 2', [], false, 1);
    expect(link.verdict('SELECT 2')).toBeDefined();
    link.end('the test is over');
  },
);
