/** What the bench asks of the engine for a preview, and for a run that waits for its proof. */
import { expect, it } from 'vitest';
import type { ExecuteRequest, QueryOutcome, ScriptOutcome } from '../../../../src/engine/protocol.ts';
import type { EngineState } from '../../../../src/ui/state/engine.svelte.ts';
import { InsightState } from '../../../../src/ui/state/insight.svelte.ts';
import { LabState } from '../../../../src/ui/state/lab.svelte.ts';

const outcomeOf = (sql: string, preview: string | null): ScriptOutcome => ({
  outcomes: [
    {
      sql,
      kind: 'read',
      version: { historyId: 'h', logNumber: 0 },
      result: null,
      executionTimeMs: 1,
      cacheHit: false,
      durability: null,
      work: { rows: 3, rowsChanged: 0 },
      reasons: { cache: '', rewrite: 'Runs as typed: the proof is still running', worker: '' },
    } as unknown as QueryOutcome,
  ],
  error: null,
  notes: [],
  undo: null,
  preview:
    preview === null
      ? null
      : { ruleId: preview, sql, label: 'Preview: 1 of 2 columns', shown: 3, total: 3, measurement: null },
});

function bench() {
  const asked: ExecuteRequest[] = [];
  const log: string[] = [];
  const client = {
    call: {
      describe: () => Promise.resolve([]),
      plan: () => Promise.resolve([]),
      advise: () => Promise.resolve([]),
    },
    start: () => ({ done: new Promise(() => {}), cancel: () => log.push('proof stopped') }),
    execute: (request: ExecuteRequest) => {
      asked.push(request);
      log.push('run');
      const applies = request.preview === 'narrow-columns' ? request.preview : null;
      return { done: Promise.resolve(outcomeOf(request.sql, applies)), cancel: () => {} };
    },
  };
  const engine = { client, phase: 'ready', settings: null, schema: null } as unknown as EngineState;
  const lab = new LabState(engine);
  // As typed by a person: one that the page has not taken apart yet.
  lab.describe = () => Promise.resolve();
  lab.sql = 'SELECT a, b FROM t';
  return { lab, asked, log, insight: new InsightState(engine, lab) };
}

it('a preview that is switched on asks the shown query again, and off again', async () => {
  const { lab, asked } = bench();
  await lab.showPreview('narrow-columns');
  expect(asked).toEqual([]);
  await lab.showPreview(null);
  await lab.run('all');
  expect(asked.at(-1)?.preview ?? null).toBeNull();
  expect(lab.previewed).toBeNull();
  await lab.showPreview('narrow-columns');
  expect(asked.at(-1)).toMatchObject({ sql: 'SELECT a, b FROM t', preview: 'narrow-columns' });
  expect(lab.previewed).toBe('shown');
  await lab.showPreview('limit-rows');
  expect(lab.previewed).toBe('not-possible');
  await lab.showPreview(null);
  expect(asked.at(-1)?.preview).toBeNull();
  expect(asked).toHaveLength(4);
});

it('a run that waited for its proof says how it ran', async () => {
  const { lab, asked } = bench();
  await lab.run('all');
  expect(lab.rewriteReason).toBeNull();
  await lab.run('all', { optimized: true, cache: false });
  expect(asked.at(-1)).toMatchObject({ optimized: true, cache: false });
  expect(lab.rewriteReason).toBe('Runs as typed: the proof is still running');
});

it('a run that passed the cache by may find its answer there when it runs again', async () => {
  const { lab, asked } = bench();
  await lab.run('all', { optimized: true, cache: false });
  await lab.runAgain();
  expect(asked.at(-1)).toMatchObject({ sql: 'SELECT a, b FROM t', optimized: true, cache: true });
});

it('a proof makes way for a run that needs the optimizer itself, and for no other', async () => {
  const { lab, log, insight } = bench();
  const prove = async (): Promise<void> => {
    void insight.look(lab.selected, []);
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    expect(insight.proof.busy).toBe(true);
  };
  await lab.run('all');
  await prove();
  await lab.run('all', { optimized: true });
  expect(log).toEqual(['run', 'run']);
  await lab.showPreview('narrow-columns');
  expect(log.slice(2)).toEqual(['proof stopped', 'run']);
  // The same answer is looked at again.
  await prove();
  lab.sql = 'SELECT b FROM t';
  await lab.run('all');
  expect(log.slice(4)).toEqual(['run']);
  lab.sql = 'SELECT c FROM t';
  await lab.run('all', { optimized: true });
  expect(log.slice(5)).toEqual(['proof stopped', 'run']);
});
