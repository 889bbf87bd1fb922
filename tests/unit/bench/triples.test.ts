/** The long check itself can fail: planted wrong rewrites are found on fresh databases, sound ones are not. */
import { describe, expect, it } from 'vitest';
import { tryTriples, type Pair } from '../../../bench/triples.ts';
import { ingredients } from '../../../bench/generated-rows.ts';
import { createRandom } from '../../../src/core/random.ts';
import { loadReader } from '../../../src/sql/parse/readers.ts';
import { sandboxWith } from '../optimizer/sandbox.ts';

const read = await loadReader();
const SETUP = 'CREATE TABLE a(id INTEGER PRIMARY KEY, x INTEGER); CREATE TABLE b(id INTEGER PRIMARY KEY, k INTEGER);';

function tried(
  sql: string,
  rewritten: string,
  preconditions: Pair['preconditions'] = [],
): ReturnType<typeof tryTriples> {
  const pairs = [{ sql, rewritten, preconditions }];
  return tryTriples(() => sandboxWith(), SETUP, read, pairs, ingredients(null), 60, createRandom(7));
}

describe('triples', () => {
  it('finds a rewrite that gives other rows', () => {
    const { counts, wrong } = tried(
      'SELECT id FROM a WHERE x NOT IN (SELECT k FROM b)',
      'SELECT id FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE k = a.x)',
    );
    expect(counts.wrong).toBeGreaterThan(0);
    expect(wrong[0]).toMatchObject({ by: 'original' });
    expect(wrong[0]?.setup).toContain('INSERT');
  });

  it('finds nothing against a sound one, and asks both oracles', () => {
    const { counts } = tried('SELECT id FROM a WHERE x = 1 OR x = 2', 'SELECT id FROM a WHERE x IN (1, 2)');
    expect(counts).toMatchObject({ triples: 60, wrong: 0, outside: 0, oracleChecks: 120 });
    expect(counts.telling).toBeGreaterThan(20);
  });

  it('leaves out databases that break what the rewrite rests on', () => {
    const holds = [
      { claim: 'k is never NULL', by: 'rows', table: 'b', holds: 'k IS NOT NULL' },
      { claim: 'x is never NULL', by: 'rows', table: 'a', holds: 'x IS NOT NULL' },
    ] as const;
    const { counts } = tried(
      'SELECT id FROM a WHERE x NOT IN (SELECT k FROM b)',
      'SELECT id FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE k = a.x)',
      holds,
    );
    expect(counts.wrong).toBe(0);
    expect(counts.outside).toBeGreaterThan(10);
    expect(counts.triples).toBeGreaterThan(5);
  });
});
