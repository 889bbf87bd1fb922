/**
 * Point reads by primary key inside one worker: ours, and the official sqlite-wasm through its object API and its C API, in
 * turns over the same keys, all with a kept statement in a held read transaction. Every row read is added up and compared.
 */
import { createRandom } from '../../src/core/random.ts';
import { Connection } from '../../src/database/connection.ts';
import { fileFromSnapshot } from '../../src/database/file/snapshot-file.ts';
import type { SqliteModule } from '../../src/database/sqlite/sqlite-module.ts';
import { median } from '../figures.ts';
import { holdRead, official, openOfficial } from './official.ts';
import { SAMPLE_ROWS } from './sample-rows.ts';

export interface InsideReadsReport {
  reads: number;
  /** Medians over the rounds, microseconds of one read. */
  oursUs: number;
  objectUs: number;
  capiUs: number;
  /** Rounds in which the three did not read the same. */
  differences: number;
}

const SQL = 'SELECT amount, name FROM sample WHERE id = ?';
const WARM_UP_ROUNDS = 2;

type Reader = (keys: Int32Array) => number;

/** `bytes` are the database of `sample-rows`. */
export async function pointReadsInside(
  module: SqliteModule,
  bytes: Uint8Array,
  reads: number,
  rounds: number,
): Promise<InsideReadsReport> {
  const readers = { ours: ours(module, bytes), ...(await theirs(bytes)) };
  const names = Object.keys(readers) as (keyof typeof readers)[];
  const times = { ours: [] as number[], object: [] as number[], capi: [] as number[] };
  const random = createRandom(1);
  let differences = 0;
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    const keys = Int32Array.from({ length: reads }, () => 1 + random.below(SAMPLE_ROWS));
    const sums = new Set<number>();
    // There and back: what one leaves to be collected must not always meet the same next one.
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const start = performance.now();
      sums.add(readers[name](keys));
      if (round >= WARM_UP_ROUNDS) times[name].push(((performance.now() - start) / reads) * 1000);
    }
    if (sums.size !== 1) differences++;
  }
  return {
    reads,
    oursUs: median(times.ours),
    objectUs: median(times.object),
    capiUs: median(times.capi),
    differences,
  };
}

function ours(module: SqliteModule, bytes: Uint8Array): Reader {
  const snapshot = { historyId: 'reads', logNumber: 0, pageSize: 4096, base: bytes, records: [] };
  const connection = new Connection(module, fileFromSnapshot(module, snapshot));
  connection.hold();
  return (keys) => {
    let sum = 0;
    for (const key of keys) {
      const [amount, name] = connection.first(SQL, [key])!;
      sum += Number(amount) + String(name).length;
    }
    return sum;
  };
}

async function theirs(bytes: Uint8Array): Promise<{ object: Reader; capi: Reader }> {
  const { capi } = await official();
  const database = await openOfficial(bytes);
  holdRead(database);
  const statement = database.prepare(SQL);
  const { pointer } = statement;
  return {
    object: (keys) => {
      let sum = 0;
      for (const key of keys) {
        statement.bind(1, key).step();
        const [amount, name] = statement.get([]);
        statement.reset();
        sum += Number(amount) + String(name).length;
      }
      return sum;
    },
    capi: (keys) => {
      let sum = 0;
      for (const key of keys) {
        capi.sqlite3_bind_int(pointer, 1, key);
        capi.sqlite3_step(pointer);
        const amount = capi.sqlite3_column_int(pointer, 0);
        const name = capi.sqlite3_column_text(pointer, 1);
        capi.sqlite3_reset(pointer);
        sum += amount + String(name).length;
      }
      return sum;
    },
  };
}
