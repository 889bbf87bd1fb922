/** What a private, writable copy of a database costs, whatever its size. The same in Node and in a worker. */
import { Connection } from '../src/database/connection.ts';
import { openFork } from '../src/database/file/fork.ts';
import { PagedFile } from '../src/database/file/paged-file.ts';
import type { Snapshot } from '../src/database/protocol.ts';
import { emptyDatabase } from '../src/database/file/snapshot-file.ts';
import type { SqliteModule } from '../src/database/sqlite/sqlite-module.ts';
import { median, rounded } from './figures.ts';
import { mayShare } from './shared-memory.ts';

export interface ForkReport {
  databaseBytes: number;
  /** Whether the base lies in shared memory, as on an isolated page. */
  shared: boolean;
  rounds: number;
  /** Median milliseconds until the fork can be read and written. */
  forkMs: number;
  /** Median milliseconds of its first row read, and of its first row written. */
  firstReadMs: number;
  firstWriteMs: number;
  /** Median milliseconds to throw it away. */
  closeMs: number;
  /** Bytes that a fork holds by itself after one row written. */
  privateBytes: number;
}

const BLOB_BYTES = 3900;

/** Forks a database of about `megabytes` (10^6 bytes). A throwaway base of that size is made first; memory peaks at twice that. */
export function forkTimes(module: SqliteModule, megabytes: number, rounds: number): ForkReport {
  const base = databaseOf(module, megabytes * 1e6);
  const shared = mayShare();
  const snapshot: Snapshot = { historyId: 'h', logNumber: 0, pageSize: 4096, base, records: [] };
  const times: number[][] = [[], [], [], []];
  let privateBytes = 0;
  for (let round = 0; round < rounds; round++) {
    const marks = [performance.now()];
    const fork = openFork(module, snapshot);
    marks.push(performance.now());
    fork.connection.query('SELECT n FROM small WHERE id = 500');
    marks.push(performance.now());
    fork.connection.run('UPDATE small SET n = n + 1 WHERE id = 500');
    marks.push(performance.now());
    privateBytes = fork.connection.file.privateBytes;
    fork.close();
    marks.push(performance.now());
    times.forEach((list, index) => list.push(marks[index + 1] - marks[index]));
  }
  const [forkMs, firstReadMs, firstWriteMs, closeMs] = times.map((list) => rounded(median(list)));
  return { databaseBytes: base.length, shared, rounds, forkMs, firstReadMs, firstWriteMs, closeMs, privateBytes };
}

function databaseOf(module: SqliteModule, byteLength: number): Uint8Array {
  const connection = new Connection(module, new PagedFile(emptyDatabase(module)));
  try {
    const rows = Math.ceil(byteLength / 4096);
    connection.exec(`PRAGMA cache_size = -8000;
      CREATE TABLE small (id INTEGER PRIMARY KEY, n INTEGER);
      INSERT INTO small WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 1000) SELECT i, i FROM r;
      CREATE TABLE large (id INTEGER PRIMARY KEY, bytes BLOB);
      INSERT INTO large WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < ${rows})
        SELECT i, randomblob(${BLOB_BYTES}) FROM r;`);
    const bytes = connection.file.toBytes();
    if (!mayShare()) return bytes;
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    return shared;
  } finally {
    connection.close();
  }
}
