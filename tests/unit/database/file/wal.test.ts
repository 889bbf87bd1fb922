import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SqliteModule } from '../../../../src/database/sqlite/sqlite-module.ts';
import { applyWal } from '../../../../src/database/file/wal.ts';
import { openOn, sqlite, startServer } from '../support.ts';

// Written by SQLite itself: one row checkpointed; in the log another, one of several pages, and a change of the first.
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(`tests/fixtures/wal/${name}`));
const FRAME = 24 + 512;

let module: SqliteModule;
beforeAll(async () => {
  module = await sqlite();
});

function bodies(bytes: Uint8Array): unknown[] {
  const connection = openOn(module, bytes);
  try {
    expect(connection.query('PRAGMA integrity_check')).toEqual([['ok']]);
    return connection.query('SELECT id, substr(body, 1, 18), length(body) FROM notes ORDER BY id');
  } finally {
    connection.close();
  }
}

describe('a write-ahead log', () => {
  it('makes its database whole', () => {
    const base = fixture('notes.sqlite');
    expect(bodies(base)).toEqual([[1, 'checkpointed', 12]]);
    const { bytes, commits } = applyWal(base, fixture('notes.sqlite-wal'));
    expect(commits).toBe(3);
    expect(bodies(bytes)).toEqual([
      [1, 'changed in the log', 18],
      [2, 'in the log', 10],
      [3, 'x'.repeat(18), 700],
    ]);
    expect(base).toEqual(fixture('notes.sqlite'));
  });

  it.each([
    ['torn within its last frame', (log: Uint8Array) => log.slice(0, log.length - 1), 2],
    ['with a bit of its second frame changed', (log: Uint8Array) => flip(log, 32 + FRAME + 24 + 100), 1],
    ['cut after a frame that commits nothing', (log: Uint8Array) => log.slice(0, 32 + 2 * FRAME), 1],
    ['with other salts', (log: Uint8Array) => flip(log, 32 + 8), 0],
    ['with a damaged header', (log: Uint8Array) => flip(log, 17), 0],
    ['of no bytes', () => new Uint8Array(0), 0],
  ])('%s gives the transactions before', (_name, damage, commits) => {
    const { bytes, commits: found } = applyWal(fixture('notes.sqlite'), damage(fixture('notes.sqlite-wal')));
    expect(found).toBe(commits);
    expect(bodies(bytes)).toHaveLength([1, 2, 3][commits]);
  });

  it('of something else is refused', () => {
    const base = fixture('notes.sqlite');
    const refused = (log: Uint8Array, why: string): void =>
      expect(() => applyWal(base, log)).toThrow(
        expect.objectContaining({ code: 'not-a-database', message: expect.stringContaining(why) }),
      );
    refused(new TextEncoder().encode('no log at all, but longer than its header would be'), 'does not begin like one');
    refused(fixture('notes.sqlite-wal').slice(0, 20), 'ends after 20 bytes');
    const other = fixture('notes.sqlite-wal');
    other.set([0, 0, 16, 0], 8);
    refused(other, 'its pages have 4096 bytes, those of the database 512');
  });

  it('comes with its file to the worker that opens it', async () => {
    const server = await startServer();
    const alone = await server.inspect({ bytes: fixture('notes.sqlite') });
    expect(alone.report).toMatchObject({ walMode: true, warnings: [] });
    const both = await server.inspect({ bytes: fixture('notes.sqlite'), wal: fixture('notes.sqlite-wal') });
    expect(both.report).toMatchObject({ walMode: false, warnings: [expect.stringContaining('3 transactions')] });
    expect(bodies(both.bytes)).toHaveLength(3);
  });
});

function flip(bytes: Uint8Array, at: number): Uint8Array {
  bytes[at] ^= 1;
  return bytes;
}
