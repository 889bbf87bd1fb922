/** Tables of queueing theory against the simulator: M/M/1, M/M/c and the power of d choices, through the lab's own dispatcher. */
import { createRandom } from '../../src/core/random.ts';
import { compare, type Comparison, type QueueingModel } from '../../src/simulator/checks.ts';
import { number, text, UsageError, type Command } from '../command.ts';
import { readJson } from '../files.ts';

/** The power-of-d table is for infinitely many workers; this many come near. */
const FINITE_TOLERANCE = 0.01;

interface Row {
  name: string;
  model: QueueingModel;
  expected: number;
  tolerance: number;
}

export const command: Command = {
  name: 'queueing',
  summary: 'queueing theory against the simulator, row by row',
  options: [
    { name: 'table', type: 'string', required: true, help: 'JSON with rows of M/M/1, M/M/c or the power of d' },
    { name: 'seeds', type: 'number', default: 10, help: 'runs per row, 2 to 1000' },
    { name: 'seed', type: 'number', default: 1, help: 'seed that the seeds of all runs are drawn from' },
    { name: 'requests', type: 'number', default: 200_000, help: 'requests per run, after the warm-up' },
    { name: 'workers', type: 'number', default: 1000, help: 'workers for the power of d, 2 to 1000' },
  ],
  run(options, progress) {
    const seedCount = whole('seeds', number(options, 'seeds'), 2, 1000);
    const seed = whole('seed', number(options, 'seed'), 0, 4_294_967_295);
    const requests = whole('requests', number(options, 'requests'), 100, 1_000_000_000);
    const workers = whole('workers', number(options, 'workers'), 2, 1000);
    const path = text(options, 'table');
    const rows = readRows(readJson(path), path, workers);
    const random = createRandom(seed);
    const results = rows.map((row, index) => {
      // Every row has seeds of its own: shared ones would make all rows lucky or unlucky together.
      const rowRandom = random.fork(row.name);
      const seeds = Array.from({ length: seedCount }, () => rowRandom.below(4_294_967_296));
      const result = { row: row.name, ...compare(row.model, row.expected, seeds, requests, row.tolerance) };
      progress(`${index + 1} of ${rows.length}: ${describe(result)}`);
      return result;
    });
    const failures = results.filter((result) => !result.inside);
    const inside = results.length - failures.length;
    return Promise.resolve({
      table: path,
      rows: results.length,
      inside,
      share: inside / results.length,
      failures,
      seed,
      seeds: seedCount,
      requests,
      results,
    });
  },
};

function describe(result: Comparison & { row: string }): string {
  const verdict = result.inside ? 'inside' : 'OUTSIDE';
  return `${result.row}: expected ${result.expected}, got ${result.got.toFixed(5)} ± ${result.standardError.toFixed(5)}, ${verdict}`;
}

/** Rows told apart by their fields: `d` and `lambda`, `c` and `rho`, or `rho` alone. */
function readRows(document: unknown, path: string, workers: number): Row[] {
  const rows = (document as { rows?: unknown } | null)?.rows;
  if (!Array.isArray(rows) || rows.length === 0) throw new UsageError(`${path} has no list named rows.`);
  return rows.map((value: unknown, index) => {
    const row = value as Record<string, unknown>;
    const field = (name: string): number | null => (typeof row[name] === 'number' ? row[name] : null);
    const [d, lambda, c, rho, W, T] = [field('d'), field('lambda'), field('c'), field('rho'), field('W'), field('T')];
    if (d !== null && lambda !== null && T !== null) {
      const model: QueueingModel = { workers, load: lambda, queue: d };
      return { name: `d ${d}, lambda ${lambda}`, model, expected: T, tolerance: FINITE_TOLERANCE };
    }
    if (rho !== null && W !== null) {
      const model: QueueingModel = { workers: c ?? 1, load: rho, queue: 'shared' };
      return { name: `c ${c ?? 1}, rho ${rho}`, model, expected: W, tolerance: 0 };
    }
    throw new UsageError(`${path}, row ${index + 1}: expected d, lambda and T, or rho and W (and c).`);
  });
}

function whole(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new UsageError(`--${name} must be an integer in [${min}, ${max}], got ${value}.`);
}
