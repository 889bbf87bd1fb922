/**
 * What a cache is for: few of many queries make most of the traffic, each written in several ways, with a write now and
 * then. Every value ever written to a row is larger than the one before, so an answer is stale when it is below what was
 * acknowledged before it was asked for, and from nowhere when it is above what had been sent by the time it came.
 */
import type { Random } from '../src/core/ports.ts';
import { rowsOf } from '../src/database/rows/columns.ts';
import type { Engine } from '../src/engine/engine.ts';
import { ZipfSampler } from '../src/workload/zipf.ts';

export interface SkewedReadReport {
  requests: number;
  distinctQueries: number;
  tables: number;
  spellings: number;
  zipfExponent: number;
  writes: number;
  hits: number;
  /** Hits over reads. */
  hitRatio: number;
  staleRows: number;
  /** Rows that no write had sent yet. */
  futureRows: number;
}

const TABLES = 10;
const QUERIES_PER_TABLE = 100;
const ROWS = 200;
const ZIPF_EXPONENT = 1;
/** Of 1,000 requests, one writes. */
const WRITE_EVERY = 1000;
const IN_FLIGHT = 8;

/** Sums of `v` over the rows `[from, to]` of a table. */
interface Query {
  table: number;
  from: number;
  to: number;
  spellings: readonly string[];
}

/** Makes the tables t0..t9 in the open database, then asks. */
export async function skewedReads(engine: Engine, requests: number, random: Random): Promise<SkewedReadReport> {
  for (let table = 0; table < TABLES; table++) {
    const fill = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS}) SELECT i, 0 FROM n`;
    await engine.executeOptimizedQuery(`CREATE TABLE t${table} (id INTEGER PRIMARY KEY, v INTEGER NOT NULL)`);
    await engine.executeOptimizedQuery(`INSERT INTO t${table} ${fill}`);
  }
  const queries = shuffled(manyQueries(), random.fork('queries'));
  const ranks = new ZipfSampler(queries.length, ZIPF_EXPONENT);
  const sent = Array.from({ length: TABLES }, () => new Int32Array(ROWS + 1));
  const acknowledged = Array.from({ length: TABLES }, () => new Int32Array(ROWS + 1));
  const report = { hits: 0, staleRows: 0, futureRows: 0, writes: 0 };

  const read = async (query: Query, sql: string): Promise<void> => {
    const least = sumOf(acknowledged, query);
    const { result, cacheHit } = await engine.executeOptimizedQuery(sql);
    const seen = Number((result && rowsOf(result)[0]?.[0]) ?? NaN);
    if (cacheHit) report.hits++;
    if (!(seen >= least)) report.staleRows++;
    else if (seen > sumOf(sent, query)) report.futureRows++;
  };
  const write = async (table: number, id: number): Promise<void> => {
    sent[table][id]++;
    await engine.executeOptimizedQuery(`UPDATE t${table} SET v = v + 1 WHERE id = ${id}`);
    acknowledged[table][id]++;
  };

  const inFlight = new Set<Promise<void>>();
  for (let request = 1; request <= requests; request++) {
    const task = request % WRITE_EVERY === 0 ? write(report.writes++ % TABLES, 1 + random.below(ROWS)) : ask();
    inFlight.add(task);
    void task.finally(() => inFlight.delete(task)).catch(() => {});
    if (inFlight.size >= IN_FLIGHT) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);
  return {
    requests,
    distinctQueries: queries.length,
    tables: TABLES,
    spellings: queries[0].spellings.length,
    zipfExponent: ZIPF_EXPONENT,
    ...report,
    hitRatio: report.hits / (requests - report.writes),
  };

  function ask(): Promise<void> {
    const query = queries[ranks.next(random)];
    return read(query, query.spellings[random.below(query.spellings.length)]);
  }
}

/** Seven of ten are point reads, the others sums over a range. */
export function manyQueries(): Query[] {
  return Array.from({ length: TABLES * QUERIES_PER_TABLE }, (_, index) => {
    const [table, number] = [index % TABLES, Math.floor(index / TABLES)];
    const from = 1 + number;
    const to = number % 10 < 7 ? from : from + 10 + (number % 7);
    const [what, where] = from === to ? ['v', `id = ${from}`] : ['sum(v)', `id >= ${from} AND id <= ${to}`];
    return {
      table,
      from,
      to,
      spellings: [
        `SELECT ${what} FROM t${table} WHERE ${where}`,
        `select  ${what}\nfrom T${table}\nwhere ${where.toLowerCase()};`,
        `/* again */ Select ${what.toUpperCase()} From [t${table}] Where ${where} -- by hand`,
      ],
    };
  });
}

function sumOf(values: readonly Int32Array[], { table, from, to }: Query): number {
  let sum = 0;
  for (let id = from; id <= to; id++) sum += values[table][id];
  return sum;
}

/** By Fisher and Yates. */
export function shuffled<Item>(items: Item[], random: Random): Item[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [items[last], items[other]] = [items[other], items[last]];
  }
  return items;
}
