/**
 * Four replicas of 50 MB, each in a worker of its own, brought up step by step so that the memory of the process can be read
 * from outside in between. What is counted per replica is everything that it brings: worker, SQLite, pages.
 */
import { fiftyMegabytes, sharedCopy, snapshotOf } from './replicas.ts';
import { plainRun } from './rows-to-page.ts';
import { INDEXED_QUERY } from './sample-rows.ts';
import { startDatabase, startOfficial } from './workers.ts';

export type ReplicaKind = 'shared' | 'copied' | 'official';

const SCAN = 'SELECT sum(length(note)) FROM parcel';

interface Replica {
  ask(sql: string): Promise<unknown>;
  end(): void;
}

let base: Uint8Array | null = null;
let replicas: Replica[] = [];

/** Makes the data, in shared memory where `kind` says so, and runs one replica to its first answer and away again. */
export async function prepareReplicas(kind: ReplicaKind): Promise<void> {
  const bytes = await fiftyMegabytes();
  base = kind === 'shared' ? sharedCopy(bytes) : bytes;
  await addReplicas(kind, 1);
  endReplicas();
}

/** Brings up `count` replicas; each has answered its first query. */
export async function addReplicas(kind: ReplicaKind, count: number): Promise<void> {
  for (let made = 0; made < count; made++) {
    const replica = await (kind === 'official' ? officialReplica() : ourReplica());
    replicas.push(replica);
    await replica.ask(INDEXED_QUERY);
  }
}

/** Each replica reads all of its rows: what its page cache then holds is memory too. */
export async function scanReplicas(): Promise<void> {
  for (const replica of replicas) await replica.ask(SCAN);
}

export function endReplicas(): void {
  for (const replica of replicas) replica.end();
  replicas = [];
}

function data(): Uint8Array {
  if (!base) throw new Error('prepareReplicas comes first');
  return base;
}

async function ourReplica(): Promise<Replica> {
  const { call, end } = await startDatabase();
  await call.attach({ snapshot: snapshotOf(data()), role: 'replica', epoch: 1, pragmas: [] });
  return { ask: (sql) => call.run(plainRun(sql)), end };
}

async function officialReplica(): Promise<Replica> {
  const { call, end } = await startOfficial();
  const given = data().slice();
  await call.open({ bytes: given }, { transfer: [given.buffer] });
  return { ask: (sql) => call.exec({ sql }), end };
}
