/**
 * Databases made for the query: rows that make a row of its result, and beside them such as miss it by one condition. Where several tables must
 * meet through keys, subqueries and filters, chance alone hardly ever makes one of the first kind.
 */
import type { Random } from '../../core/ports.ts';
import type { Parameters } from '../../database/protocol.ts';
import type { Select } from '../../sql/ast.ts';
import type { Schema } from '../../sql/schema.ts';
import { demandsOf } from './demands.ts';
import { Solver } from './solve.ts';
import type { World, Worlds } from './worlds.ts';

const WORLDS = 100;
/** Draws that some constraint is against are made anew, up to so many in all. */
const DRAWS_MAX = 160;
/** So many are made however long it takes: without any there may be no evidence at all. */
const DRAWS_MIN = 20;

export function likelyWorlds(
  query: Select,
  schema: Schema,
  worlds: Worlds,
  parameters: Parameters,
  random: Random,
  /** By the sandbox's clock. */
  deadlineMs: number,
): World[] {
  const solver = new Solver(worlds.touched, worlds.sandbox, parameters);
  const made = new Map<string, World>();
  let leaves = 1;
  const drawn = (victim: number | null): World | null => {
    const demands = demandsOf(query, schema, worlds.touched, victim, random);
    leaves = Math.max(1, demands.leaves);
    return worlds.staged(solver.rowsFor(demands, random));
  };
  for (let draw = 0; draw < DRAWS_MAX && made.size < WORLDS; draw++) {
    if (draw >= DRAWS_MIN && worlds.sandbox.nowMs() > deadlineMs) break;
    const [whole, missing] = [draw % 4 === 3 ? null : drawn(null), draw % 4 === 0 ? null : drawn(random.below(leaves))];
    if (!whole && !missing) continue;
    const world = worlds.touched.map((_, table) => [
      ...new Set([...(whole?.[table] ?? []), ...(missing?.[table] ?? [])]),
    ]);
    made.set(JSON.stringify(world), world);
  }
  return [...made.values()];
}
