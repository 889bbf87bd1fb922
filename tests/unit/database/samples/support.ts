/** What the tests of samples share: making one in Node, and asking it. */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { Connection } from '../../../../src/database/connection.ts';
import type { SampleRequest } from '../../../../src/database/protocol.ts';
import type { SampleControl } from '../../../../src/database/samples/build.ts';
import type { ReadyQuery } from '../../../../src/database/samples/catalogue.ts';
import { makeSample } from '../../../../src/database/samples/make.ts';
import { openOn, sqlite } from '../support.ts';

export const quiet: SampleControl = { progress: () => {}, pause: () => Promise.resolve(), isCancelled: () => false };

export async function made(name: SampleRequest['name'], size: string, seed: number): Promise<Uint8Array> {
  return makeSample(await sqlite(), { name, size, seed }, quiet);
}

export async function opened(bytes: Uint8Array): Promise<Connection> {
  return openOn(await sqlite(), bytes);
}

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The file is whole, its keys are true, and nothing but declared keys is indexed. */
export function expectSound(database: Connection): void {
  expect(database.query('PRAGMA integrity_check')).toEqual([['ok']]);
  expect(database.query('PRAGMA foreign_key_check')).toEqual([]);
  expect(database.query("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")).toEqual([]);
}

/** Each ready query gives rows with the values that it brings, and one of several columns or rows has a value. */
export function expectAnswers(database: Connection, queries: readonly ReadyQuery[]): void {
  expect(new Set(queries.map(({ id }) => id)).size).toBe(queries.length);
  for (const { id, sql, parameters } of queries) {
    const rows = database.query(sql, valuesOf(parameters));
    expect(rows.length, id).toBeGreaterThan(0);
    expect(
      rows.flat().some((value) => value !== null),
      id,
    ).toBe(true);
  }
}

export function valuesOf(parameters: ReadyQuery['parameters'] = {}): Record<string, string | number> {
  const typed = Object.entries(parameters);
  return Object.fromEntries(typed.map(([name, { type, text }]) => [name, type === 'text' ? text : Number(text)]));
}
