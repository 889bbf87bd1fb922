/**
 * `x IN (SELECT k …)` as EXISTS, which asks for one x at a time, or as a join with the distinct k, which may be read first; NOT IN as
 * NOT EXISTS. All say the same only as a condition, where NULL and false both drop the row, and only if both sides compare by the same rules.
 * Left alone: NOT IN over what may be NULL, differing affinities, collations. A join also stays away from what is under OR.
 */
import type { Core, Expr, ExprOf, Select, Source } from '../../../sql/ast.ts';
import { and, binary, column, conjunctsOf, literal, not, selectOf } from '../../../sql/ast.ts';
import { containsKey } from '../../../sql/schema.ts';
import type { Resolved } from '../../../sql/scope.ts';
import { isQuery, replaceCore } from '../../../sql/walk.ts';
import { rewriteConditions, type Replacement } from '../filters.ts';
import type { Precondition, Rewrite, Rule } from '../rule.ts';
import { freeName, isClosed, placesOf, withoutStars, type Place } from '../support.ts';
import { comparesAlike, isBare, isPlain, neverNull, scopeWithin } from '../correlation.ts';

export const inSubquery: Rule = {
  id: 'in-subquery',
  apply(query, { schema }) {
    const joins = placesOf(query, schema).flatMap((place) => {
      const conjuncts = conjunctsOf(place.core.where);
      return conjuncts.flatMap((conjunct, index) => {
        const question = readQuestion(conjunct, place);
        return question ? toJoin(question, place, conjuncts.toSpliced(index, 1), query) : [];
      });
    });
    const asked = rewriteConditions(query, schema, (condition, _scope, place) => {
      const question = readQuestion(condition, place);
      return question && toExists(question, place);
    });
    return [...asked, ...joins];
  },
};

/** `operand [NOT] IN (SELECT key …)`, both columns of tables. */
interface Question {
  negated: boolean;
  operand: ExprOf<'column'>;
  outer: Resolved;
  choices: Select;
  keyExpr: ExprOf<'column'>;
  key: Resolved;
  alike: Precondition[];
}

function readQuestion(condition: Expr, { scope }: Place): Question | null {
  const inside = condition.kind === 'unary' && condition.operator === 'NOT' ? condition.operand : condition;
  if (inside.kind !== 'in' || !isQuery(inside.choices) || inside.operand.kind !== 'column') return null;
  const { operand, choices } = inside;
  const [only] = choices.first.columns;
  if (!isBare(choices) || choices.first.columns.length !== 1 || only?.expr.kind !== 'column') return null;
  const [outer, key] = [scope.resolve(operand), scopeWithin(choices.first, scope).resolve(only.expr)];
  const alike = comparesAlike(outer, key);
  if (!alike || outer?.level !== 0 || key?.level !== 0) return null;
  return { negated: inside.not !== (inside !== condition), operand, outer, choices, keyExpr: only.expr, key, alike };
}

function toExists(question: Question, { core, scope }: Place): Replacement | null {
  const { choices, outer, key, keyExpr, alike, negated } = question;
  if (!isPlain(choices)) return null;
  // Inside, the name must still mean the outer column.
  const inner = scopeWithin(choices.first, scope);
  if (inner.sources.some((source) => source.name === outer.source.name) || outer.source.label === '') return null;
  const link = binary('=', column(outer.source.label, outer.name), keyExpr);
  const first: Core = {
    ...choices.first,
    distinct: false,
    columns: [{ expr: literal('1'), alias: null }],
    where: and([...conjunctsOf(choices.first.where), link]),
  };
  const query = selectOf(first);
  if (isClosed(query, scope) === null) return null;
  if (!negated) return { expr: { kind: 'exists', query }, preconditions: alike, note: 'EXISTS' };
  const [outside, inside] = [neverNull(outer, core), neverNull(key, choices.first)];
  if (!outside || !inside) return null;
  return {
    expr: not({ kind: 'exists', query }),
    preconditions: [...alike, ...outside, ...inside],
    note: 'NOT EXISTS',
  };
}

function toJoin(question: Question, place: Place, rest: readonly Expr[], query: Select): Rewrite[] {
  const { core, scope } = place;
  const { choices, operand, keyExpr, key, alike, negated } = question;
  if (negated || isClosed({ ...choices, orderBy: [] }, scope) !== true) return [];
  const columns = withoutStars(core, scope);
  if (!columns) return [];
  const name = freeName(query, 'picked', scope.schema);
  const picked: Core = {
    ...choices.first,
    // A key needs no DISTINCT, and without it SQLite can merge the subquery into the join.
    distinct: !isUnique(choices.first, key),
    columns: [{ expr: keyExpr, alias: name }],
  };
  const source: Source = { join: 'JOIN', table: selectOf(picked), alias: name, on: null, using: null };
  const match = binary('=', operand, column(name, name));
  const joined: Core = { ...core, columns, from: [...core.from, source], where: and([...rest, match]) };
  const select = replaceCore(query, core, joined);
  return [{ select, preconditions: alike, note: 'a join with the distinct values' }];
}

/** No value comes twice: a key of the only table, or the only thing that is grouped by. */
function isUnique({ from, groupBy }: Core, { source, name }: Resolved): boolean {
  if (groupBy.length > 0) return groupBy.length === 1 && groupBy[0].kind === 'column' && groupBy[0].name === name;
  return from.length === 1 && source.table !== null && containsKey(source.table, [name]);
}
