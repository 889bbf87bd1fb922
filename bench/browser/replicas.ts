/** Another worker with the large sample shop, a warm spare waiting: from the request to its first row by key. */
import { rowsOf } from '../../src/database/columns.ts';
import type { Snapshot } from '../../src/database/protocol.ts';
import { median } from '../figures.ts';
import { plainRun } from './rows-to-page.ts';
import { startDatabase, startPeer } from './workers.ts';

export interface ReplicaReport {
  megabytes: number;
  /** The base in shared memory; null where the page is not isolated. */
  sharedMs: number | null;
  /** The base copied to the worker. */
  copiedMs: number;
  /** The peer's: export, transfer, open again. */
  peerMs: number;
  differences: number;
}

const SQL = 'SELECT name, email FROM customers WHERE id = 17017';

export async function replicas(rounds: number): Promise<ReplicaReport> {
  const maker = await startDatabase();
  const { bytes } = await maker.call.makeSample({ name: 'shop', size: 'M', seed: 1 });
  maker.end();
  const owner = await startPeer();
  await owner.call.open({ bytes });
  const [expected] = await owner.call.exec({ sql: SQL });
  const answer = JSON.stringify(expected?.values);
  let differences = 0;

  const ours = async (base: Uint8Array): Promise<number> => {
    const spare = await startDatabase();
    const snapshot: Snapshot = { historyId: 'shop', logNumber: 0, pageSize: pageSizeOf(base), base, records: [] };
    const start = performance.now();
    await spare.call.attach({ snapshot, role: 'replica', epoch: 1, pragmas: [] });
    const reply = await spare.call.run(plainRun(SQL));
    const ms = performance.now() - start;
    if (reply.kind !== 'rows' || JSON.stringify(rowsOf(reply.result)) !== answer) differences++;
    spare.end();
    return ms;
  };
  const theirs = async (): Promise<number> => {
    const spare = await startPeer();
    const start = performance.now();
    const exported = await owner.call.export({});
    await spare.call.open({ bytes: exported }, { transfer: [exported.buffer as ArrayBuffer] });
    const [reply] = await spare.call.exec({ sql: SQL });
    const ms = performance.now() - start;
    if (JSON.stringify(reply?.values) !== answer) differences++;
    spare.end();
    return ms;
  };

  const shared = crossOriginIsolated ? new Uint8Array(new SharedArrayBuffer(bytes.byteLength)) : null;
  shared?.set(bytes);
  const times = { shared: [] as number[], copied: [] as number[], peer: [] as number[] };
  for (let round = -1; round < rounds; round++) {
    const sharedMs = shared ? await ours(shared) : NaN;
    const copiedMs = await ours(bytes);
    const peerMs = await theirs();
    if (round < 0) continue;
    times.shared.push(sharedMs);
    times.copied.push(copiedMs);
    times.peer.push(peerMs);
  }
  owner.end();
  return {
    megabytes: bytes.byteLength / 1e6,
    sharedMs: shared ? median(times.shared) : null,
    copiedMs: median(times.copied),
    peerMs: median(times.peer),
    differences,
  };
}

/** Bytes 16 and 17 of the header, big-endian; 1 stands for 65536. */
function pageSizeOf(file: Uint8Array): number {
  const size = (file[16] << 8) | file[17];
  return size === 1 ? 65536 : size;
}
