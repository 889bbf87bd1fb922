/** What a sample is asked, as a workload; loaded when it is wanted. */
import type { DatabaseInfo, SqlValue, WorkloadStatement } from '../../engine/client.ts';
import { parseParameter } from '../components/parameter-value.ts';
import { readyQueries } from './ready-queries.ts';

/** Of the sample that is open; empty for a file. */
export async function sampleWorkload(database: DatabaseInfo | null): Promise<WorkloadStatement[]> {
  if (database?.source.type !== 'sample') return [];
  const { name } = database.source.sample;
  if (name === 'shop') {
    const { shopWorkload } = await import('../../database/samples/shop-workload/catalogue.ts');
    return shopWorkload.map(({ sql, frequency }) => ({ sql, frequency }));
  }
  return (await readyQueries(name)).map(({ sql, parameters = {} }) => {
    const values: [string, SqlValue][] = Object.entries(parameters).map(([name, value]) => {
      const read = parseParameter({ ...value, chosen: true });
      return [name, 'value' in read ? read.value : null];
    });
    return { sql, parameters: Object.fromEntries(values) };
  });
}
