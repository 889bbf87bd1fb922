/**
 * One more replica of 50 MB in a worker that runs already: from handing over the data to the answer of a query by an index.
 * Ours over shared pages and over a copy; the official sqlite-wasm by deserialize; sql.js by opening again.
 */
import { rowsOf } from '../../src/database/rows/columns.ts';
import type { RunRequest, Snapshot } from '../../src/database/protocol.ts';
import { median } from '../figures.ts';
import { plainRun } from './rows-to-page.ts';
import { INDEXED_QUERY, MAKE_FIFTY_MB } from './sample-rows.ts';
import { startDatabase, startInside, startOfficial, startPeer } from './workers.ts';

/** Databases that a running worker has opened and read from before the one that is measured, ours and the peer's alike. */
const SERVED_BEFORE = 3;

export interface ReplicaReport {
  megabytes: number;
  /**
   * Medians. The base in shared memory; null where the page is not isolated. In a worker that has served before; what the
   * query is has been found by another replica, as the engine tells each that it attaches.
   */
  sharedMs: number | null;
  /** The same with a query that no replica has met. */
  sharedUnmetMs: number | null;
  /** For comparison: a message to a worker in the same state and its answer, nothing done. */
  emptyMs: number;
  /** And bare sql.js, its C functions alone, on a database that is open: the schema read anew, the query compiled and run. */
  bareMs: number;
  /** The same in a spare, which has not. */
  sharedSpareMs: number | null;
  /** The base copied to the worker. */
  copiedMs: number;
  /** Official, in a worker that has served before: the owner exports its present database, transfer, deserialize, first query. */
  officialMs: number;
  /** Of that the export, up to the bytes on the page. */
  officialExportMs: number;
  /** Official: bytes of an unchanged database kept aside, cloned to the worker, deserialize, first query. */
  officialKeptMs: number;
  /** sql.js: export, transfer, open again. */
  peerMs: number;
  differences: number;
}

/** Long enough for a spare to have got ready, and for what others left behind to be collected. */
const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 200));

/** The database file of the measurement, made by sql.js. */
export async function fiftyMegabytes(): Promise<Uint8Array> {
  const maker = await startPeer();
  await maker.call.run({ sql: MAKE_FIFTY_MB });
  const bytes = await maker.call.export({});
  maker.end();
  return bytes;
}

export function sharedCopy(bytes: Uint8Array): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
  shared.set(bytes);
  return shared;
}

export function snapshotOf(base: Uint8Array): Snapshot {
  return { historyId: 'parcels', logNumber: 0, pageSize: 4096, base, records: [] };
}

/** What an earlier replica found the query to be. */
async function foundBy(base: Uint8Array): Promise<RunRequest['known']> {
  const worker = await startDatabase();
  const snapshot = snapshotOf(base);
  await worker.call.attach({ snapshot, role: 'replica', epoch: 1, pragmas: [] });
  const reply = await worker.call.run(plainRun(INDEXED_QUERY));
  worker.end();
  if (reply.kind !== 'rows') throw new Error('the query was not run as one that reads');
  return { classification: reply.classification, historyId: snapshot.historyId };
}

async function schemaAndRead(bytes: Uint8Array, rounds: number): Promise<number> {
  const inside = await startInside();
  await inside.call.openPlain({ bytes });
  const times: number[] = [];
  for (let round = 0; round < SERVED_BEFORE + rounds; round++) {
    await quiet();
    times.push((await inside.call.schemaAndRead({ sql: INDEXED_QUERY })).ms);
  }
  inside.end();
  return median(times.slice(SERVED_BEFORE));
}

export async function replicas(rounds: number): Promise<ReplicaReport> {
  const bytes = await fiftyMegabytes();
  const shared = crossOriginIsolated ? sharedCopy(bytes) : null;
  const [owner, officialOwner] = [await startPeer(), await startOfficial()];
  await owner.call.open({ bytes });
  await officialOwner.call.open({ bytes });
  const answers = new Set<string>();

  const known = await foundBy(bytes);
  const emptyMs: number[] = [];
  const ours =
    (base: Uint8Array, served: boolean, met = true) =>
    async (): Promise<number> => {
      // As the product has it: a later replica comes from a spare.
      const worker = await startDatabase(true);
      await quiet();
      const attachAndRead = async (): Promise<unknown> => {
        const attached = worker.call.attach({ snapshot: snapshotOf(base), role: 'replica', epoch: 1, pragmas: [] });
        const reply = await worker.call.run({ ...plainRun(INDEXED_QUERY), known: met ? known : null });
        await attached;
        return reply.kind === 'rows' && rowsOf(reply.result);
      };
      if (served) for (let time = 0; time < SERVED_BEFORE; time++) await attachAndRead();
      if (served) await quiet();
      const start = performance.now();
      const rows = await attachAndRead();
      const ms = performance.now() - start;
      answers.add(JSON.stringify(rows));
      if (served) {
        await quiet();
        const since = performance.now();
        // It is warm: there is nothing to do but to answer.
        await worker.call.warm({ module: null, wasmUrl: '', cancelCell: null });
        emptyMs.push(performance.now() - since);
      }
      worker.end();
      return ms;
    };
  const exportMs: number[] = [];
  const officially = (exported: boolean) => async (): Promise<number> => {
    const worker = await startOfficial();
    const openAndRead = async (given: Uint8Array, transfer: ArrayBuffer[]): Promise<unknown> => {
      const opened = worker.call.open({ bytes: given }, { transfer });
      const rows = await worker.call.exec({ sql: INDEXED_QUERY });
      await opened;
      return rows;
    };
    for (let time = 0; time < SERVED_BEFORE; time++) await openAndRead(bytes, []);
    await quiet();
    const start = performance.now();
    const given = exported ? await officialOwner.call.export({}) : bytes;
    if (exported) exportMs.push(performance.now() - start);
    const rows = await openAndRead(given, exported ? [given.buffer as ArrayBuffer] : []);
    const ms = performance.now() - start;
    answers.add(JSON.stringify(rows));
    worker.end();
    return ms;
  };
  const bySqlJs = async (): Promise<number> => {
    const spare = await startPeer();
    const start = performance.now();
    const exported = await owner.call.export({});
    await spare.call.open({ bytes: exported }, { transfer: [exported.buffer as ArrayBuffer] });
    const [reply] = await spare.call.exec({ sql: INDEXED_QUERY });
    const ms = performance.now() - start;
    answers.add(JSON.stringify(reply?.values));
    spare.end();
    return ms;
  };

  const ways = {
    ...(shared
      ? { shared: ours(shared, true), sharedUnmet: ours(shared, true, false), sharedSpare: ours(shared, false) }
      : {}),
    copied: ours(bytes, true),
    official: officially(true),
    officialKept: officially(false),
    peer: bySqlJs,
  };
  const times = new Map<string, number[]>();
  for (let round = -1; round < rounds; round++) {
    for (const [name, way] of Object.entries(ways)) {
      const ms = await way();
      if (round >= 0) times.set(name, [...(times.get(name) ?? []), ms]);
    }
  }
  owner.end();
  officialOwner.end();
  const bareMs = await schemaAndRead(bytes, rounds);
  const of = (name: string): number => median(times.get(name) ?? []);
  return {
    megabytes: bytes.byteLength / 1e6,
    sharedMs: shared ? of('shared') : null,
    sharedUnmetMs: shared ? of('sharedUnmet') : null,
    emptyMs: median(emptyMs),
    bareMs,
    sharedSpareMs: shared ? of('sharedSpare') : null,
    copiedMs: of('copied'),
    officialMs: of('official'),
    officialExportMs: median(exportMs.slice(1)),
    officialKeptMs: of('officialKept'),
    peerMs: of('peer'),
    differences: answers.size - 1,
  };
}
