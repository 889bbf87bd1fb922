/** The fuzz of database files through a page, its engine and real workers. */
import { fuzzDatabases, type DatabaseFuzzReport, type FuzzedFile, type FuzzRange } from '../fuzz-databases.ts';
import { DATABASE_SEEDS } from '../fuzz/database-seeds.ts';
import { startEngine, startPeer } from './workers.ts';

export async function fuzzDatabaseFiles(range: FuzzRange): Promise<DatabaseFuzzReport> {
  const bases: FuzzedFile[] = [];
  for (const { name, sql } of DATABASE_SEEDS) {
    const maker = await startPeer();
    await maker.call.run({ sql });
    bases.push({ name, bytes: await maker.call.export({}) });
    maker.end();
  }
  const engine = await startEngine();
  const report = await fuzzDatabases(
    engine.call,
    bases,
    range,
    () => performance.now(),
    () => {},
  );
  engine.end();
  return report;
}
