/** Queries that are ready to run on what is open, loaded when asked for: most visits need none of them. */
import type { ReadyQuery, SampleName } from '../../database/samples/catalogue.ts';

/** Of a sample, or of a person's own file (null). */
export async function readyQueries(name: SampleName | null): Promise<readonly ReadyQuery[]> {
  switch (name) {
    case null:
      return (await import('./file-queries.ts')).fileQueries;
    case 'shop':
      return (await import('../../database/samples/shop/catalogue.ts')).shopQueries;
    case 'music':
      return (await import('../../database/samples/music/catalogue.ts')).musicQueries;
    case 'flights':
      return (await import('../../database/samples/flights/catalogue.ts')).flightsQueries;
    case 'tpch':
      return (await import('../../database/samples/tpch/catalogue.ts')).tpchQueries;
  }
}
