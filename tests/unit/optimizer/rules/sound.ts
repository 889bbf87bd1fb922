/** Rules alone, without guards: where all that a rewrite rests on holds, it gives the same rows, on thousands of generated queries and data. */
import { describe, expect, it } from 'vitest';
import { generateQuery, generateSchema } from '../../../../bench/generated-queries.ts';
import { addRows, ingredients } from '../../../../bench/generated-rows.ts';
import { createRandom } from '../../../../src/core/random.ts';
import { determinacy } from '../../../../src/optimizer/determined.ts';
import { difference, orderCheckOf } from '../../../../src/optimizer/equal.ts';
import { Facts } from '../../../../src/optimizer/guards/facts.ts';
import { withNames } from '../../../../src/optimizer/names.ts';
import { readSchema } from '../../../../src/optimizer/read-schema.ts';
import type { Precondition, Rule } from '../../../../src/optimizer/rules/rule.ts';
import { printSelect } from '../../../../src/sql/print.ts';
import { sandboxWith } from '../sandbox.ts';
import { read } from './family.ts';

const DATABASES = 4;

export function describeSound(rules: readonly Rule[], seed: number, queries: number): void {
  describe('without guards', () => {
    it.each(rules)('$id gives the same rows', (rule) => {
      const random = createRandom(seed).fork(rule.id);
      let compared = 0;
      for (let database = 0; database < DATABASES; database++) {
        const generated = generateSchema(random, rule.id);
        const sandbox = sandboxWith(generated.sql);
        const schema = readSchema(sandbox);
        // Several fillings: there must be rows that tell.
        for (let filling = 0; filling < 6; filling++) addRows(sandbox, schema, ingredients(generated), random);
        const facts = new Facts(sandbox, schema);
        const holds = (needed: readonly Precondition[]): boolean =>
          needed.every((one) => facts.check(one, Infinity).holds);
        for (let query = 0; query < queries; query++) {
          const sql = generateQuery(rule.id, generated, random);
          // By one reader: that both agree is asked elsewhere.
          const found = read(sql, 'quick');
          if (!found.ok) continue;
          const names = sandbox.columnNames(sql);
          const rewrites = rule.apply(found.select, { schema, names });
          if (rewrites.length === 0) continue;
          // What SQLite itself leaves open cannot be compared.
          const { reason, needs } = determinacy(found.select, schema);
          if (reason !== null || !holds(needs)) continue;
          const order = orderCheckOf(found.select, schema);
          const before = sandbox.run(sql, [], null);
          for (const { select, preconditions } of rewrites) {
            if (!holds(preconditions)) continue;
            compared++;
            const named = withNames(select, sandbox.columnNames(printSelect(select)), names);
            const rewritten = printSelect(named ?? select);
            const different = difference(before, sandbox.run(rewritten, [], null), order);
            if (different !== null) expect.fail(`${different}\n${sql}\n${rewritten}`);
          }
        }
        sandbox.close();
      }
      expect(compared).toBeGreaterThan(5);
    });
  });
}
