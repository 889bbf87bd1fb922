/** Advice on a whole workload, beside the data as it is, statistics alone, and what a person would do. */
import { indexAdvisor } from '../../src/advisor/advisor.ts';
import { Connection } from '../../src/database/connection.ts';
import { PagedFile } from '../../src/database/file/paged-file.ts';
import { makeSample } from '../../src/database/samples/make.ts';
import { checkSample } from '../../src/database/samples/settings.ts';
import { shopWorkload } from '../../src/database/samples/shop-workload/catalogue.ts';
import type { SqliteModule } from '../../src/database/sqlite/sqlite-module.ts';
import { ConnectionSandbox } from '../../src/optimizer/connection-sandbox.ts';
import { determinacy } from '../../src/optimizer/determined.ts';
import { orderCheckOf } from '../../src/optimizer/equal.ts';
import { normalise } from '../../src/optimizer/normalise.ts';
import type { WorkloadAdvice } from '../../src/optimizer/protocol.ts';
import { readSchema } from '../../src/optimizer/read-schema.ts';
import type { Sandbox } from '../../src/optimizer/sandbox.ts';
import { loadReader } from '../../src/sql/parse/readers.ts';
import type { Reader } from '../../src/sql/parse/reader.ts';
import { number, text, textOrNull, UsageError, type Command } from '../command.ts';
import { rounded } from '../figures.ts';
import { SHOP_BY_HAND, TPCH_BY_HAND } from '../hand-tuned.ts';
import { sqliteModule } from '../sandbox.ts';
import { corporaOf } from '../sql-corpora.ts';
import { reportVariants, timeVariants, type Timed, type Variant, type VariantReport } from '../variants.ts';

const QUIET = { progress: () => {}, pause: () => Promise.resolve(), isCancelled: () => false };

interface AdviseReport {
  sample: { name: string; size: string; seed: number; bytes: number };
  statements: number;
  clock: 'processor' | 'wall';
  variants: VariantReport[];
  advice: AdviceFigures[];
  /** ms of each variant in the order above. */
  perStatement: (Timed & { rewrite: string | null })[];
}

interface AdviceFigures {
  variant: string;
  seconds: number;
  wallSeconds: number;
  candidates: WorkloadAdvice['candidates'];
  fidelity: WorkloadAdvice['fidelity'];
  own: WorkloadAdvice['totals'];
  ddl: string[];
  harms: string[];
  notes: string[];
}

export const command: Command = {
  name: 'advise',
  summary: 'Indexes, statistics and rewrites advised for a workload, measured beside others.',
  options: [
    { name: 'workload', type: 'string', default: 'shop', help: 'shop, or tpch with --corpus' },
    { name: 'size', type: 'string', help: 'of the sample: S, M or L of the shop (M), a scale of tpch (0.05)' },
    { name: 'corpus', type: 'string', help: 'a JSON file {name, setup, queries} with the queries of tpch' },
    { name: 'only', type: 'string', help: 'one statement alone, by its name' },
    { name: 'seed', type: 'number', default: 1, help: 'of the sample' },
    {
      name: 'budget-ms',
      type: 'number',
      default: 15_000,
      help: 'time for advice on indexes; proofs of rewrites get as much again',
    },
    { name: 'budget-bytes', type: 'number', help: 'for indexes; as many as the data without it' },
    { name: 'deadline-ms', type: 'number', default: 20_000, help: 'at which a statement is stopped, and counted' },
    { name: 'rounds', type: 'number', default: 5, help: 'runs of each statement on each variant' },
    {
      name: 'clock',
      type: 'string',
      default: 'wall',
      help: 'wall, or processor: time of this process alone, for a busy machine',
    },
  ],
  async run(options, progress): Promise<AdviseReport> {
    const clock = text(options, 'clock');
    if (clock !== 'wall' && clock !== 'processor') throw new UsageError('--clock is wall or processor.');
    const wallMs = performance.now.bind(performance);
    if (clock === 'processor') performance.now = processorMs;
    const workload = text(options, 'workload');
    const isShop = workload === 'shop';
    if (!isShop && workload !== 'tpch') throw new UsageError('--workload is shop or tpch.');
    const corpus = textOrNull(options, 'corpus');
    if (!isShop && corpus === null) throw new UsageError('--workload tpch needs --corpus, a file with its queries.');
    const only = textOrNull(options, 'only');
    const all = isShop
      ? shopWorkload.map(({ id, sql }) => ({ name: id, sql }))
      : [...corporaOf(corpus ?? '')].flatMap(({ queries }) => queries);
    const texts = all.filter(({ name }) => only === null || name === only);
    if (texts.length === 0) throw new UsageError(`There is no statement named ${only ?? ''}.`);
    const size = textOrNull(options, 'size') ?? (isShop ? 'M' : '0.05');
    const request = checkSample({ name: workload, size, seed: number(options, 'seed') });

    const module = await sqliteModule();
    const read = await loadReader();
    progress(`making ${workload} ${size}`);
    const bytes = await makeSample(module, request, QUIET);
    const plain = open(module, bytes);
    const schema = readSchema(plain);
    const statements = texts.map(({ name, sql }) => ({ name, sql, ...comparisonOf(sql, plain, read) }));

    const variants: Variant[] = [variantOf('as it is', plain, bytes.length)];
    const build = (name: string, sql: string, rewritten: ReadonlyMap<string, string> = new Map()): void => {
      progress(`setting up: ${name}`);
      const sandbox = open(module, bytes);
      sandbox.execute(sql);
      variants.push({ ...variantOf(name, sandbox, bytes.length), texts: rewritten });
    };
    build('statistics alone', 'ANALYZE');
    build('by hand', `${(isShop ? SHOP_BY_HAND : TPCH_BY_HAND).join('; ')}; ANALYZE`);
    const advice: AdviceFigures[] = [];
    const rewrites = new Map<string, string>();
    for (const withRewrites of [false, true]) {
      const variant = withRewrites ? 'advice and rewrites' : 'advice';
      const fork = open(module, bytes);
      const sinceMs = wallMs();
      const budgetBytes = options['budget-bytes'] === null ? null : number(options, 'budget-bytes');
      const asked = {
        statements: texts.map(({ sql }) => ({ sql })),
        budgetBytes,
        budgetMs: number(options, 'budget-ms') * (withRewrites ? 2 : 1),
      };
      const steps = indexAdvisor.adviseWorkload({ ...asked, withRewrites }, { data: plain, fork, read, schema });
      let stage = '';
      let step = steps.next();
      for (; !step.done; step = steps.next()) {
        if (step.value.stage !== stage) progress(`${variant}: ${step.value.stage}`);
        ({ stage } = step.value);
      }
      fork.close();
      const found = step.value;
      advice.push(figuresOf(variant, found, (wallMs() - sinceMs) / 1000));
      const rewritten = new Map<string, string>();
      for (const one of found.statements) {
        const name = texts.find(({ sql }) => sql === one.sql)?.name;
        if (one.rewrite && name !== undefined) rewritten.set(name, one.rewrite.sql);
      }
      rewritten.forEach((sql, name) => rewrites.set(name, sql));
      build(variant, found.applySql, rewritten);
    }
    const timed = timeVariants(
      statements,
      variants,
      number(options, 'rounds'),
      number(options, 'deadline-ms'),
      progress,
    );
    return {
      sample: { name: workload, size, seed: request.seed, bytes: bytes.length },
      statements: texts.length,
      clock,
      variants: reportVariants(timed, variants),
      advice,
      perStatement: timed.map((one) => ({ ...one, ms: one.ms.map(rounded), rewrite: rewrites.get(one.name) ?? null })),
    };
  },
};

/** Milliseconds that this process has computed for. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function open(module: SqliteModule, bytes: Uint8Array): Sandbox {
  return new ConnectionSandbox(new Connection(module, new PagedFile(bytes)));
}

function variantOf(name: string, sandbox: Sandbox, dataBytes: number): Variant {
  const [[bytes = 0n] = []] = sandbox
    .run('SELECT page_count * page_size FROM pragma_page_count, pragma_page_size', [], null)
    .rows();
  return { name, sandbox, texts: new Map(), indexBytes: Number(bytes) - dataBytes };
}

function comparisonOf(
  sql: string,
  sandbox: Sandbox,
  read: Reader,
): Pick<Parameters<typeof timeVariants>[0][number], 'order' | 'isDetermined'> {
  const schema = readSchema(sandbox);
  const found = read(normalise(sql, schema, sandbox));
  if (!found.ok) return { order: { kind: 'none' }, isDetermined: false };
  const { reason, needs } = determinacy(found.select, schema);
  const isDetermined = reason === null && needs.every(({ by }) => by !== 'query');
  return { order: orderCheckOf(found.select, schema), isDetermined };
}

function figuresOf(variant: string, advice: WorkloadAdvice, wallSeconds: number): AdviceFigures {
  const { candidates, fidelity, totals, indexes, analyze, harms, notes, elapsedMs } = advice;
  return {
    variant,
    seconds: rounded(elapsedMs / 1000),
    wallSeconds: rounded(wallSeconds),
    candidates,
    fidelity,
    own: totals,
    ddl: [...indexes.map(({ ddl }) => ddl), ...(analyze ? [analyze.ddl] : [])],
    harms: harms.map(({ cause, ratio, remedy, sql }) => `${cause}: ${rounded(ratio)}, ${remedy} (${sql.slice(0, 60)})`),
    notes,
  };
}
