/** The proof as a person meets it: streamed in, with rules left out, refused with a table, forced for study. */
import { cleanup, render, screen, within } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../../../src/core/errors.ts';
import type {
  OptimizeProgress,
  OptimizeReport,
  RewriteAttempt,
  RuleDescription,
} from '../../../../../src/engine/protocol.ts';
import type { GuardId, Measurement, StudyReport, Verdict } from '../../../../../src/optimizer/protocol.ts';
import ProofView from '../../../../../src/ui/panels/proof/ProofView.svelte';
import type { EngineState } from '../../../../../src/ui/state/engine.svelte.ts';
import { Look } from '../../../../../src/ui/state/look.svelte.ts';

const SQL = 'SELECT a FROM t WHERE b + 1 = 2';
const REWRITTEN = 'SELECT a FROM t WHERE b = 1';
const RULES = [
  { id: 'one', title: 'First rule', summary: '', mode: 'proved' },
  { id: 'two', title: 'Second rule', summary: '', mode: 'proved' },
] as unknown as RuleDescription[];

const spread = (ms: number) => ({ lowMs: ms / 2, medianMs: ms, highMs: ms * 2 });
const samples = { count: 7, original: spread(10), rewritten: spread(2) };
const MEASURED: Measurement = {
  originalMs: 10,
  rewrittenMs: 2,
  ratioWarm: 5,
  ratioCold: 4,
  ratioInterval: [4, 6],
  coverage: 0.96,
  confidence: { words: 'high', share: 0.99 },
  pairs: 7,
  runs: 12,
  ratioRange: [4, 6],
  originalSteps: 1000,
  rewrittenSteps: 100,
  samples: { warm: samples, cold: samples },
  originalStopped: true,
};

const passed = (guard: GuardId): Verdict => ({ guard, pass: true, evidence: `${guard} holds.`, counterexample: null });
const attemptOf = (more: Partial<RewriteAttempt> = {}): RewriteAttempt => ({
  ruleId: 'two',
  ruleIds: ['one', 'two'],
  rewrittenSql: REWRITTEN,
  verdicts: [],
  measurement: null,
  trial: null,
  grade: 'worlds',
  preconditions: [],
  restsOn: [],
  expectedGain: 3,
  outcome: 'proposed',
  reason: 'Proposed.',
  ...more,
});
const reportOf = (attempt: RewriteAttempt | null, more: Partial<OptimizeReport> = {}): OptimizeReport => ({
  sql: SQL,
  provedSql: attempt?.outcome === 'proved' ? attempt.rewrittenSql : null,
  ruleIds: attempt?.outcome === 'proved' ? attempt.ruleIds : [],
  restsOn: [],
  chosen: attempt?.outcome === 'proved' ? attempt : null,
  attempts: attempt ? [attempt] : [],
  unchangedReason: attempt?.outcome === 'proved' ? null : 'Runs as typed: no rule applies.',
  schemaCookie: 1,
  version: { historyId: 'h', logNumber: 0 },
  planBefore: [{ id: 1, parent: 0, detail: 'SCAN t', depth: 0, kind: 'scan', plain: 'Reads every row of t.' }],
  planAfter: null,
  analysisMs: 1,
  elapsedMs: 2,
  ...more,
});

interface Proof {
  request: { sql: string; without: string[]; parameters: unknown[] };
  tell(progress: OptimizeProgress): void;
  end(report: OptimizeReport): void;
  cancelled: boolean;
}

/** An engine whose proofs go on as the test says. */
function engine(parameters: string[] = [], study: () => Promise<StudyReport> = () => Promise.reject(new Error('no'))) {
  const proofs: Proof[] = [];
  const client = {
    call: {
      describe: () => Promise.resolve([{ classification: { parameters } }]),
      plan: () => Promise.resolve([]),
      study,
    },
    start: (_method: string, request: Proof['request'], options: { onProgress(told: OptimizeProgress): void }) => {
      let end = (_report: OptimizeReport): void => {};
      let fail = (_error: unknown): void => {};
      const done = new Promise<OptimizeReport>((resolve, reject) => ([end, fail] = [resolve, reject]));
      const proof: Proof = {
        request,
        tell: (told) => options.onProgress(told),
        end: (report) => end(report),
        cancelled: false,
      };
      proofs.push(proof);
      const cancel = (): void => {
        proof.cancelled = true;
        fail(new AppError('cancelled', 'The proof was stopped.'));
      };
      return { done, cancel };
    },
  };
  return { proofs, state: { client } as unknown as EngineState };
}

/** After the promises of what was asked. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await Promise.resolve();
  await tick();
}

async function open(made: ReturnType<typeof engine>): Promise<Look> {
  const look = new Look(made.state);
  render(ProofView, { look, rules: RULES, empty: 'Nothing yet.' });
  expect(screen.getByText('Nothing yet.')).toBeTruthy();
  void look.at(SQL);
  await settled();
  return look;
}

const guardRow = (name: string): HTMLElement => screen.getByRole('button', { name }).closest('li')!;
const press = async (name: string | RegExp): Promise<void> => {
  screen.getByRole('button', { name }).click();
  await settled();
};

beforeEach(() => {
  // Not in this DOM; a bubble that never opens is enough here.
  HTMLElement.prototype.showPopover ??= () => {};
  HTMLElement.prototype.hidePopover ??= () => {};
});
afterEach(cleanup);

describe('a proof', () => {
  it('streams in: the suggestion at once, then guard by guard, with room kept for the others', async () => {
    const made = engine();
    await open(made);
    const [proof] = made.proofs;
    proof.tell({ stage: 'proposed', analysisMs: 1, attempts: [attemptOf()] });
    await settled();
    expect(screen.getByText('proof still running')).toBeTruthy();
    expect(within(screen.getByRole('list', { name: 'The six guards' })).getAllByText('waiting')).toHaveLength(6);
    proof.tell({ stage: 'guard', ruleIds: ['one', 'two'], rewrittenSql: REWRITTEN, verdict: passed('round-trip') });
    await settled();
    expect(guardRow('Round trip').textContent).toContain('passed');
    expect(guardRow('Reparse').textContent).toContain('asked now');
    expect(guardRow('Faster').textContent).toContain('waiting');

    const verdicts = (['round-trip', 'reparse', 'preconditions', 'small-worlds', 'this-data', 'faster'] as const).map(
      passed,
    );
    proof.end(reportOf(attemptOf({ outcome: 'proved', verdicts, measurement: MEASURED, reason: 'Proved: so.' })));
    await settled();
    expect(screen.getByText('rewritten', { selector: '.tag' })).toBeTruthy();
    expect(guardRow('Faster').textContent).toContain('passed');
    const warm = screen.getByRole('group', { name: 'Warm' }).textContent;
    expect(warm).toContain('n 7 each');
    // The original was stopped: it takes at least so long.
    expect(warm).toMatch(/≥ 10 ms\s+5 ms to 20 ms/);
    expect(screen.getByText('Reads every row of t.')).toBeTruthy();
  });

  it('is made again without a rule whose chip is pressed, and of the former nothing is heard any more', async () => {
    const made = engine();
    await open(made);
    made.proofs[0].end(reportOf(attemptOf({ outcome: 'proved', measurement: MEASURED })));
    await settled();
    // As typed it was stopped before its end: each figure of the gain is a least one.
    for (const shown of ['≥ 5x', '≥ 4x', '≥ 10 ms']) expect(screen.getAllByText(shown)).not.toHaveLength(0);
    expect(screen.queryByText('5x')).toBeNull();
    await press('2 Second rule');
    expect(made.proofs[1].request.without).toEqual(['two']);
    await press('Second rule alone');
    expect(made.proofs[1].cancelled).toBe(true);
    expect(made.proofs[2].request.without).toEqual(['one']);
    made.proofs[1].tell({ stage: 'proposed', analysisMs: 1, attempts: [attemptOf()] });
    await settled();
    expect(screen.queryByRole('list', { name: 'The six guards' })).toBeNull();
    made.proofs[2].end(reportOf(null));
    await settled();
    expect(screen.getByText('No rule applies.')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'First rule off', pressed: false })).toBeTruthy();
    await press('All on');
    expect(made.proofs[3].request.without).toEqual([]);
  });

  it('can be cancelled, keeps what it has found, and is no failure', async () => {
    const made = engine();
    await open(made);
    made.proofs[0].tell({ stage: 'proposed', analysisMs: 1, attempts: [attemptOf()] });
    await settled();
    await press('Cancel');
    expect(screen.getByText('cancelled')).toBeTruthy();
    expect(screen.getByRole('list', { name: 'The six guards' })).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('waits for values, and binds nothing unasked', async () => {
    const made = engine(['?1']);
    const look = await open(made);
    expect(made.proofs).toEqual([]);
    expect(screen.getByRole('button', { name: 'Prove with these values' })).toHaveProperty('disabled', true);
    look.setEntry('?1', { type: 'integer', text: '7', chosen: true });
    await settled();
    await press('Prove with these values');
    expect(made.proofs[0].request.parameters).toEqual([7]);
  });
});

describe('a refusal', () => {
  const refused = attemptOf({
    outcome: 'refused',
    reason: 'They differ.',
    preconditions: [{ claim: 't.b is never NULL', by: 'rows', table: 't', holds: 'b IS NOT NULL' }],
    verdicts: [
      passed('round-trip'),
      passed('reparse'),
      passed('preconditions'),
      {
        guard: 'small-worlds',
        pass: false,
        evidence: 'They differ on a small database.',
        counterexample: {
          tables: [{ name: 't', columns: ['a', 'b'], rows: [["'x'", 'NULL']] }],
          parameters: [],
          original: { name: 'original', columns: ['a'], rows: [] },
          rewritten: { name: 'rewritten', columns: ['a'], rows: [["'x'"]] },
          sql: 'CREATE TABLE t(a, b);',
        },
      },
    ],
  });

  it('shows the smallest database as a table, with what both give, and what the rest rests on', async () => {
    const made = engine();
    await open(made);
    made.proofs[0].end(reportOf(refused));
    await settled();
    const row = guardRow('Small worlds');
    expect(row.textContent).toContain('refused');
    const tables = within(row).getAllByRole('table');
    const cells = (table: HTMLElement): string[] =>
      [...table.querySelectorAll('caption, th, td')].map((cell) => cell.textContent.trim());
    expect(tables.map(cells)).toEqual([
      ['t', 'a', 'b', "'x'", 'NULL'],
      ['As typed it gives', 'a', 'no rows'],
      ['Rewritten it would give', 'a', "'x'"],
    ]);
    expect(guardRow('Preconditions').textContent).toMatch(/verified on the data now\s+t\.b is never NULL/);
    expect(guardRow('Faster').textContent).toContain('not asked');
  });

  it('can be forced for study, which is labelled and says how the results differ', async () => {
    const side = {
      names: ['a'],
      rowCount: 1,
      rows: [["'x'"]],
      ms: 1,
      steps: 5,
      plan: [],
      program: ['Halt'],
      failure: null,
    };
    const made = engine([], () =>
      Promise.resolve({
        label: 'For study only: never used.',
        original: { ...side, sql: SQL },
        rewritten: { ...side, sql: REWRITTEN, rowCount: 2 },
        difference: '1 rows became 2',
        measurement: null,
        sameProgram: false,
        version: { historyId: 'h', logNumber: 0 },
      }),
    );
    await open(made);
    made.proofs[0].end(reportOf(refused));
    await settled();
    await press('Force it for study');
    const study = screen.getByRole('group', { name: 'For study only' });
    expect(study.textContent).toMatch(/for study only\s+Never used\./);
    expect(study.textContent).toContain('The results differ: 1 rows became 2.');
  });
});
