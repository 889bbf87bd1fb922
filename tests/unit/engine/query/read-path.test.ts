/** Equal reads in orders made by hand: a pool that answers when told to, a clock that is moved, writes that are said to be there. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_CACHE_SETTINGS } from '../../../../src/cache/settings.ts';
import { AppError } from '../../../../src/core/errors.ts';
import { createRandom } from '../../../../src/core/random.ts';
import type { Classification, Parameters, RunReply, Version, Work } from '../../../../src/database/protocol.ts';
import { emptyResult } from '../../../../src/database/rows/columns.ts';
import { NOBODY, type Asker } from '../../../../src/engine/query/asker.ts';
import { Classifications } from '../../../../src/engine/query/classifications.ts';
import { Flights } from '../../../../src/engine/query/flights.ts';
import type { PoolAnswer, PoolCall } from '../../../../src/engine/query/pool-runner.ts';
import { QueryCache } from '../../../../src/engine/query/query-cache.ts';
import type { Elsewhere, Ran } from '../../../../src/engine/query/ran.ts';
import { ReadPath } from '../../../../src/engine/query/read-path.ts';
import { StepsTaken } from '../../../../src/engine/query/steps-taken.ts';
import type { ExecuteRequest } from '../../../../src/engine/protocol.ts';

const SQL = 'SELECT a FROM mine';
const WORK: Work = { vmSteps: 1, prepareMs: 0, executeMs: 1, simulatedWaitMs: 0, rows: 0 };

const READING: Classification = {
  kind: 'read',
  queryClass: 'range',
  tablesRead: ['mine'],
  tablesWritten: [],
  touchesEverything: false,
  volatile: null,
  mayReadClock: false,
  connectionState: false,
  parameters: [],
  columnNames: ['a'],
  schemaCookie: 1,
  program: 'reads a of mine',
  scan: '',
  reach: [],
  touched: null,
  refusal: null,
};

function byHand() {
  let nowMs = 0;
  const version: Version = { historyId: 'h', logNumber: 0 };
  const settings = { cacheEnabled: true, simulatedWaitMs: 0, deadlineMs: null };
  const calls: {
    call: PoolCall<RunReply>;
    land(classification?: Partial<Classification>): void;
    elsewhere(): void;
    crash(code: string): void;
  }[] = [];
  const cache = new QueryCache({
    settings: DEFAULT_CACHE_SETTINGS,
    random: createRandom(1),
    nowMs: () => nowMs,
    onStored: () => {},
  });
  cache.store.reset(version);
  const classifications = new Classifications();
  const path = new ReadPath({
    nowMs: () => nowMs,
    delay: () => new Promise(() => {}),
    cache,
    classifications: () => classifications.at(1, version.historyId),
    flights: new Flights({ nowMs: () => nowMs, once: () => () => {} }),
    version: () => version,
    settings: () => settings,
    steps: new StepsTaken(),
    onRan: () => {},
    optimizer: {
      verdict: () => undefined,
      optimize: () => Promise.reject(new Error('not here')),
      textFor: () => null,
      whyTyped: () => 'as typed',
      ran: () => {},
    },
    pool: {
      run: <Reply>(given: PoolCall<Reply>) =>
        new Promise<PoolAnswer<Reply>>((resolve, reject) => {
          const call = given as unknown as PoolCall<RunReply>;
          call.signal?.onCancel(() => reject(new AppError('cancelled', 'nobody waits')));
          const at = { ...version };
          const answer = (reply: RunReply): void => {
            const worker = { name: 'w0' };
            resolve({
              reply,
              worker,
              attempts: 1,
              queueMs: 0,
              serviceMs: 0,
              pickReason: '',
            } as unknown as PoolAnswer<Reply>);
          };
          calls.push({
            call,
            land: (changes = {}) => {
              const classification = { ...READING, ...changes };
              const result = emptyResult(classification.columnNames);
              answer({
                kind: 'rows',
                classification,
                result,
                version: at,
                work: WORK,
                readClock: false,
                rewritten: false,
              });
            },
            elsewhere: () => answer({ kind: 'elsewhere', statements: [] }),
            crash: (code) => reject(new AppError(code, `${code}, by hand`)),
          });
        }),
    },
  });
  const ask = (request: Partial<ExecuteRequest> = {}, asker: Asker = NOBODY): Promise<string> => {
    const statement = {
      sql: SQL,
      span: { start: 0, end: SQL.length },
      parameters: (request.parameters ?? []) as Parameters,
    };
    const answer: Promise<Ran | Elsewhere> = Promise.resolve(path.read(statement, { sql: SQL, ...request }, asker));
    return answer.then(
      (outcome) => (outcome.kind === 'ran' ? outcome.cache.state : outcome.kind),
      (error: AppError) => error.code,
    );
  };
  return { ask, calls, cache, version, settings, pass: (ms: number) => void (nowMs += ms) };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function person(): Asker & { cancel(): void } {
  const listeners: (() => void)[] = [];
  const signal = { cancelled: false, onCancel: (listener: () => void) => void listeners.push(listener) };
  const cancel = (): void => {
    signal.cancelled = true;
    for (const listener of listeners) listener();
  };
  return { signal, progress: () => {}, cancel };
}

describe('equal reads of a text that nobody knows', () => {
  it('are one run, of which each but the first says that it has joined it', async () => {
    const { ask, calls, cache } = byHand();
    const answers = [ask(), ask(), ask()];
    expect(calls).toHaveLength(1);
    calls[0].land();
    expect(await Promise.all(answers)).toEqual(['miss', 'joined', 'joined']);
    expect(await ask()).toBe('hit');
    expect(cache.statistics()).toMatchObject({ joined: 2, misses: 3, hits: 1 });
  });

  it('join only what set out after the last write that was acknowledged', async () => {
    const { ask, calls, version } = byHand();
    const before = ask();
    version.logNumber++;
    const after = [ask(), ask()];
    expect(calls).toHaveLength(2);
    calls[1].land();
    expect(await Promise.all(after)).toEqual(['miss', 'joined']);
    calls[0].land();
    expect(await before).toBe('miss');
  });

  it('are not equal with other parameters, PRAGMAs, rows wanted or patience', async () => {
    const { ask, calls, cache } = byHand();
    const parameters = [[1], [1.5], ['1'], [null], [':a', 1], { ':a': 1 }, { ':a': null }, { ':b': 1 }] as Parameters[];
    for (const given of parameters) void ask({ parameters: given });
    for (const request of [{ rowLimit: 5 }, { deadlineMs: 5 }, { optimized: true }]) void ask(request);
    cache.setPragmas(['PRAGMA case_sensitive_like = 1']);
    void ask();
    // Alike: 1n is bound as 1 is.
    void ask();
    cache.setPragmas([]);
    void ask({ parameters: [1n] });
    await settled();
    expect(calls).toHaveLength(parameters.length + 4);
  });

  it('each go by themselves when it turns out to be volatile, or the state of a connection', async () => {
    for (const changes of [{ volatile: 'random() gives another number each time' }, { connectionState: true }]) {
      const { ask, calls, cache } = byHand();
      const answers = [ask(), ask(), ask()];
      calls[0].land(changes);
      await settled();
      expect(calls).toHaveLength(3);
      calls[1].land(changes);
      calls[2].land(changes);
      expect(await Promise.all(answers)).toEqual(['off', 'off', 'off']);
      expect(cache.statistics().joined).toBe(0);
    }
  });

  it('are all told that it is no read, in the order in which they asked', async () => {
    const { ask, calls } = byHand();
    const told: number[] = [];
    const answers = [0, 1, 2].map((number) => ask().then((state) => (told.push(number), state)));
    calls[0].elsewhere();
    expect([await Promise.all(answers), told, calls.length]).toEqual([
      ['elsewhere', 'elsewhere', 'elsewhere'],
      [0, 1, 2],
      1,
    ]);
  });

  it('go on when the first leaves, and stop when all have left', async () => {
    const { ask, calls } = byHand();
    const [first, second] = [person(), person()];
    const answers = [ask({}, first), ask({}, second)];
    first.cancel();
    await settled();
    const third = ask();
    calls[0].land();
    expect([...(await Promise.all(answers)), await third, calls.length]).toEqual(['cancelled', 'joined', 'joined', 1]);

    const other = byHand();
    const leaving = [person(), person()];
    const left = leaving.map((asker) => other.ask({}, asker));
    for (const { cancel } of leaving) cancel();
    expect([await Promise.all(left), other.calls[0].call.signal?.cancelled]).toEqual([
      ['cancelled', 'cancelled'],
      true,
    ]);
    void other.ask();
    expect(other.calls).toHaveLength(2);
  });

  it('share an error, and the next is asked afresh', async () => {
    const { ask, calls } = byHand();
    const answers = [ask(), ask()];
    calls[0].crash('sql');
    expect(await Promise.all(answers)).toEqual(['sql', 'sql']);
    const next = ask();
    calls[1].land();
    expect(await next).toBe('miss');
  });

  it('that have time left when the first has none go on, together, with what is left', async () => {
    const { ask, calls, pass } = byHand();
    const early = ask({ deadlineMs: 1000 });
    pass(400);
    const late = [ask({ deadlineMs: 1000 }), ask({ deadlineMs: 1000 })];
    pass(600);
    calls[0].crash('deadline');
    expect(await early).toBe('deadline');
    await settled();
    expect([calls.length, calls[1].call.deadlineMs, calls[1].call.waitedMs]).toEqual([2, 1000, 600]);
    pass(400);
    calls[1].crash('deadline');
    expect([await Promise.all(late), calls.length]).toEqual([['deadline', 'deadline'], 2]);
  });
});

describe('equal reads of a known text', () => {
  it('go on with what is left when the first has no time, as those of an unknown one', async () => {
    const { ask, calls, pass, version, cache } = byHand();
    const met = ask({ deadlineMs: 1000 });
    calls[0].land();
    await met;
    version.logNumber++;
    cache.store.clear(0);
    const early = ask({ deadlineMs: 1000 });
    pass(400);
    const late = ask({ deadlineMs: 1000 });
    pass(600);
    calls[1].crash('deadline');
    await settled();
    calls[2].land();
    expect([await early, await late, calls[2].call.waitedMs]).toEqual(['deadline', 'miss', 600]);
  });
});
