/**
 * `SELECT o.id FROM o JOIN u ON u.id = o.u_id` → `SELECT o.id FROM o`: where u.id is a key and every o.u_id is found in it, the join neither
 * drops nor doubles a row, and shows nothing. SQLite does this for LEFT JOIN; for a JOIN the data must bear it out, for it does not enforce foreign
 * keys unless told to. What may be NULL is asked not to be.
 * Left alone: tables that are shown, tested or sorted by, and joins on less than a key.
 */
import type { Expr, Select } from '../../../sql/ast.ts';
import { and, binary, isNullable, literal } from '../../../sql/ast.ts';
import { printName } from '../../../sql/print.ts';
import { containsKey } from '../../../sql/schema.ts';
import { sourcesOf, type Resolved } from '../../../sql/scope.ts';
import { replaceCore } from '../../../sql/walk.ts';
import { bySchema, type Precondition, type Rewrite, type Rule } from '../rule.ts';
import { placesOf, type Place } from '../support.ts';
import { comparesAlike, rejectsNull } from '../correlation.ts';
import { detach, innerConditions } from '../joins.ts';
import { usedElsewhere } from './usage.ts';

export const joinElimination: Rule = {
  id: 'join-elimination',
  apply(query, { schema }) {
    return placesOf(query, schema).flatMap((place) =>
      place.scope.sources.flatMap((_source, index) => rewrite(index, place, query)),
    );
  },
};

/** `parent.k = child.c` */
interface Reference {
  key: Resolved;
  childExpr: Expr;
  child: Resolved;
}

function rewrite(index: number, place: Place, query: Select): Rewrite[] {
  const { core, scope } = place;
  const parent = scope.sources[index].table;
  const rest = parent && detach([index], core, scope);
  if (!parent || !rest) return [];
  const speaking = innerConditions(core).filter((one) => sourcesOf(one, scope)?.has(index) !== false);
  const references = speaking.map((one) => referenceOf(one, index, place));
  const found = references.flatMap((one) => one ?? []);
  const [first] = found;
  if (!first || found.length < references.length) return [];
  if (
    !containsKey(
      parent,
      found.map(({ key }) => key.name),
    )
  )
    return [];
  if (!found.every(({ child }) => child.source === first.child.source)) return [];
  if (usedElsewhere(index, place, { conditions: speaking, ons: core.from.map((_source, at) => at) })) return [];
  const kept = rest.conditions.filter((one) => !speaking.includes(one));
  const present = found.flatMap(({ child, childExpr }) => {
    const sure = child.column?.notNull === true && !isNullable(core.from, child.source.index);
    const asked = sure || kept.some((one) => rejectsNull(one, child, scope));
    return asked ? [] : [binary('IS NOT', childExpr, literal('NULL'))];
  });
  const without = { ...core, from: rest.from, where: and([...kept, ...present]) };
  const preconditions = [bySchema(`${parent.name} has one row for each key`, true), everyChildHasParent(found)];
  return [{ select: replaceCore(query, core, without), preconditions, note: `without ${scope.sources[index].label}` }];
}

function referenceOf(condition: Expr, index: number, { scope }: Place): Reference | null {
  if (condition.kind !== 'binary' || condition.operator !== '=') return null;
  for (const [keyExpr, childExpr] of [
    [condition.left, condition.right],
    [condition.right, condition.left],
  ]) {
    const [key, child] = [keyExpr, childExpr].map((one) => (one.kind === 'column' ? scope.resolve(one) : null));
    if (key?.scope !== scope || key.source.index !== index || child?.scope !== scope) continue;
    if (child.source.index !== index && comparesAlike(key, child)) return { key, childExpr, child };
  }
  return null;
}

function everyChildHasParent(references: readonly Reference[]): Precondition {
  const [{ key, child }] = references;
  const [parent, table] = [key.source.table?.name ?? '', child.source.table?.name ?? ''];
  const present = references.map((one) => `c.${printName(one.child.name)} IS NOT NULL`).join(' AND ');
  const equal = references.map((one) => `p.${printName(one.key.name)} = c.${printName(one.child.name)}`).join(' AND ');
  return {
    claim: `each ${table}.${child.name} is one of ${parent}.${key.name}, or NULL`,
    by: 'query',
    sql:
      `SELECT NOT EXISTS (SELECT 1 FROM ${printName(table)} AS c WHERE ${present} AND ` +
      `NOT EXISTS (SELECT 1 FROM ${printName(parent)} AS p WHERE ${equal}))`,
    tables: [...new Set([table, parent])],
  };
}
