/** Whether LIMIT cuts through a tie, as asked of the data, beside what ties turned round give. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/core/random.ts';
import { determinacy } from '../../../src/optimizer/determined.ts';
import { Facts } from '../../../src/optimizer/guards/facts.ts';
import { Optimizer } from '../../../src/optimizer/optimize.ts';
import { readSchema } from '../../../src/optimizer/read-schema.ts';
import { rowKey } from '../../../src/optimizer/sandbox.ts';
import { loadReader } from '../../../src/sql/parse/readers.ts';
import { sandboxWith } from './sandbox.ts';

const read = await loadReader();

describe('a cut is clear', () => {
  it('just where the same rows come however ties are turned', () => {
    const sandbox = sandboxWith('CREATE TABLE t(id INTEGER PRIMARY KEY, v, n TEXT COLLATE NOCASE)');
    const schema = readSchema(sandbox);
    const random = createRandom(7);
    const values = ['NULL', '1', '1.0', '2', "'a'", "'A'", "'b'"];
    const some = (): string => values[random.below(values.length)] ?? 'NULL';
    const seen = { clear: 0, tied: 0 };
    for (let round = 0; round < 150; round++) {
      const rows = Array.from({ length: random.below(7) }, (_, id) => `(${id}, ${some()}, ${some()})`);
      sandbox.execute(`DELETE FROM t; ${rows.length > 0 ? `INSERT INTO t VALUES ${rows.join(', ')}` : ''}`);
      const key = ['v', 'n', 'v COLLATE NOCASE DESC', 'n COLLATE BINARY', '2'][round % 5] ?? 'v';
      const cut = `LIMIT ${random.below(4)} OFFSET ${random.below(3)}`;
      const asked = read(`SELECT id, v FROM t ORDER BY ${key} ${cut}`);
      if (!asked.ok) throw new Error(asked.reason);
      const [need] = determinacy(asked.select, schema).needs;
      if (!need) throw new Error('nothing is asked of the data');
      const turned = ['id', 'id DESC', '-id % 3, id'].map((last) =>
        sandbox.run(`SELECT id, v FROM t ORDER BY ${key}, ${last} ${cut}`, [], null).rows().map(rowKey).sort().join(),
      );
      const { holds, evidence } = new Facts(sandbox, schema).check(need, Infinity);
      // What is turned round three ways only may happen to be the same; what is not the same is no chance.
      if (holds) expect(new Set(turned).size, evidence).toBe(1);
      seen[holds ? 'clear' : 'tied']++;
    }
    expect(Math.min(seen.clear, seen.tied)).toBeGreaterThan(30);
  });

  it('or the text stays as typed', () => {
    const outcomes = (values: string): string[] => {
      const sandbox = sandboxWith(`
        CREATE TABLE c(id INTEGER PRIMARY KEY, total INT); CREATE TABLE o(id INTEGER PRIMARY KEY, c INT NOT NULL);
        INSERT INTO c VALUES ${values}; INSERT INTO o VALUES (1, 1), (2, 2), (3, 3);`);
      const sql =
        'SELECT id, total FROM c WHERE (SELECT count(*) FROM o WHERE o.c = c.id) > 0 ORDER BY total DESC LIMIT 2';
      const { attempts } = new Optimizer(sandbox, read).optimize(sql, [], { budgetMs: 60_000, mustBeFaster: false });
      return attempts
        .filter(({ ruleIds, rewrittenSql }) => rewrittenSql !== null && ruleIds.join() === 'count-to-exists')
        .map(({ outcome, grade, reason }) => `${outcome} by ${grade}: ${reason}`);
    };
    expect(outcomes('(1, 5), (2, 5), (3, 4)').join()).toMatch(/^proved by data/);
    expect(outcomes('(1, 5), (2, 4), (3, 4)').join()).toMatch(
      /^refused by data: It does not hold that rows on both sides of LIMIT 2/,
    );
  });
});
