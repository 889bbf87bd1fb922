/**
 * Expressions of which equal values are the same value. A key of which this is not so has as many faces as there are spellings: 1 and 1.0, 0.0
 * and -0.0, 'a' and 'A'. Which one is shown depends on the row that came first. A column of numbers writes each number in one way, but what is
 * computed need not: 1 + 1 is an INTEGER, 0.5 + 1.5 a REAL. What types leave open is stated as a precondition on the rows.
 */
import type { Expr, ExprOf } from '../sql/ast.ts';
import { collationOf } from '../sql/collation.ts';
import { originsOf, type Origin } from '../sql/origins.ts';
import { printExpr, printName } from '../sql/print.ts';
import { affinityOf, type Affinity } from '../sql/schema.ts';
import { scopeOf, withCtes, type Resolved, type Scope, type ScopeSource } from '../sql/scope.ts';
import { remembered } from '../sql/remembered.ts';
import { foldCase } from '../sql/tokens.ts';
import { someExpr } from '../sql/walk.ts';
import { isInteger, type Needs } from './exact.ts';
import { tablesRead } from './tables-behind.ts';
import type { Precondition } from './rules/rule.ts';

/** What may be among the values: texts, INTEGERs, REALs that equal an INTEGER. Other values are written in one way only. */
type Face = 'text' | 'integer' | 'real';
type Faces = ReadonlySet<Face>;

const TEXTS =
  /^(lower|upper|substr|substring|trim|ltrim|rtrim|replace|printf|format|hex|quote|char|typeof|concat|concat_ws|group_concat|string_agg|date|time|datetime|strftime|json|json_array|json_object|json_type|json_quote|json_group_array|json_group_object)$/;
const REALS = /^(avg|total|julianday|percent_rank|cume_dist)$/;
/** They give one of their arguments. */
const CHOICES = /^(coalesce|ifnull|iif|if|nullif|min|max|lag|lead|first_value|last_value|nth_value|abs)$/;
/** Of NULLs they make NULL. */
const STRICT_CALLS = /^(abs|round|min|max)$/;

/** Proved, or true if `needs` hold. Small worlds see little of this: it must be right by itself. */
export function isExactKey(expr: Expr, scope: Scope, needs: Needs): boolean {
  return areExactTogether([{ expr, scope }], needs);
}

/** The same of the values of several expressions together, as the arms of a compound show them in one column. */
export function areExactTogether(parts: readonly Origin[], needs: Needs): boolean {
  if (parts.length === 1 && isConstant(parts[0].expr)) return true;
  const own: Needs = new Map();
  const faces = unionOf(parts.map(({ expr, scope }) => facesOf(expr, scope, own)));
  const open = !faces || (faces.has('integer') && faces.has('real'));
  if (open || faces.has('text'))
    if (!parts.every(({ expr, scope }) => collationOf(expr, scope) === 'BINARY')) return false;
  if (open) {
    const [{ expr, scope }] = parts;
    const seen = parts.length === 1 ? facesAsSeen(expr, scope) : null;
    if (!seen) return false;
    needs.set(seen.claim, seen);
    return true;
  }
  for (const [key, need] of own) needs.set(key, need);
  return true;
}

function isConstant(expr: Expr): boolean {
  return !someExpr(
    expr,
    ({ kind, ...part }) =>
      /^(column|star|exists|scalar|in-table)$/.test(kind) ||
      ('over' in part && part.over !== null) ||
      'choices' in part,
  );
}

function unionOf(all: readonly (Faces | null)[]): Faces | null {
  return all.includes(null) ? null : new Set(all.flatMap((one) => [...(one ?? [])]));
}

/** Null where nothing is known. */
function facesOf(expr: Expr, scope: Scope, needs: Needs): Faces | null {
  const of = (part: Expr): Faces | null => facesOf(part, scope, needs);
  const only = (...faces: Face[]): Faces => new Set(faces);
  const computed = (): Faces | null => (isInteger(expr, scope, needs) ? only('integer') : null);
  switch (expr.kind) {
    case 'literal':
      if (/^(x?'|null$)/i.test(expr.text)) return only('text');
      return /[.e]/i.test(expr.text) && !/^0x/i.test(expr.text) ? only('real') : computed();
    case 'column': {
      const resolved = scope.resolve(expr);
      return resolved && originsOf(resolved) ? withNeeds(shownFaces(resolved), needs) : facesOfColumn(resolved, needs);
    }
    case 'collate':
      return of(expr.operand);
    case 'unary':
      return expr.operator === '+' ? of(expr.operand) : computed();
    case 'binary':
      return /^(\|\||->)$/.test(expr.operator) ? only('text') : computed();
    case 'cast': {
      const affinity = affinityOf(expr.type);
      if (affinity === 'TEXT' || affinity === 'BLOB') return only('text');
      if (affinity === 'INTEGER') return only('integer');
      const inner = of(expr.operand);
      // '-0.0' is a REAL of its own.
      return inner?.has('text') ? null : affinity === 'REAL' && inner ? only('real') : inner;
    }
    case 'case':
      return unionOf([...expr.branches.map(({ then }) => then), ...(expr.otherwise ? [expr.otherwise] : [])].map(of));
    case 'call':
      return facesOfCall(expr, of) ?? computed();
    case 'scalar': {
      const { first, rest } = expr.query;
      const inner = scopeOf(first, scope.schema, withCtes(expr.query, scope.schema, scope.ctes, scope), scope);
      return rest.length > 0 || first.values || first.columns.length !== 1
        ? null
        : facesOf(first.columns[0].expr, inner, needs);
    }
    case 'exists':
    case 'in':
    case 'in-table':
    case 'between':
      return only('integer');
    default:
      return null;
  }
}

function facesOfCall({ name, args }: ExprOf<'call'>, of: (part: Expr) => Faces | null): Faces | null {
  const folded = foldCase(name);
  if (TEXTS.test(folded)) return new Set(['text']);
  if (REALS.test(folded)) return new Set(['real']);
  if (!CHOICES.test(folded)) return null;
  if (folded === 'iif' || folded === 'if') return unionOf(args.slice(1).map(of));
  if (folded === 'lag' || folded === 'lead') return unionOf(args.filter((_one, at) => at !== 1).map(of));
  return unionOf((/^(coalesce|ifnull|min|max)$/.test(folded) ? args : args.slice(0, 1)).map(of));
}

const OF_AFFINITY: Readonly<Record<Affinity, readonly Face[]>> = {
  // Numbers that are whole are stored as INTEGERs there.
  INTEGER: ['integer', 'text'],
  NUMERIC: ['integer', 'text'],
  // As REALs, and never as -0.0.
  REAL: ['real', 'text'],
  TEXT: ['text'],
  BLOB: ['integer', 'text'],
};

function facesOfColumn(resolved: Resolved | null, needs: Needs): Faces | null {
  const table = resolved?.source.table;
  if (!resolved?.column || !table) return null;
  const { affinity, isRowid } = resolved.column;
  if (isRowid) return new Set(['integer']);
  if (affinity === 'BLOB') {
    const holds = `typeof(${printName(resolved.name)}) <> 'real'`;
    const claim = `${table.name}.${resolved.name} is never REAL`;
    needs.set(`${table.name} ${holds}`, { claim, by: 'rows', table: table.name, holds });
  }
  return new Set(OF_AFFINITY[affinity]);
}

/** What a subquery shows under a name is looked at once. */
const shownFaces = remembered((resolved: Resolved) => {
  const needs: Needs = new Map();
  const faces = unionOf((originsOf(resolved) ?? []).map((one) => facesOf(one.expr, one.scope, needs)));
  return { faces, needs };
});

function withNeeds({ faces, needs: own }: { faces: Faces | null; needs: Needs }, needs: Needs): Faces | null {
  for (const [key, need] of own) needs.set(key, need);
  return faces;
}

/** What has to be seen of arithmetic over one table, or of a view; null where that is no question about its rows alone. */
function facesAsSeen(expr: Expr, scope: Scope): Precondition | null {
  const sources = new Set<ScopeSource | null>();
  const isStrict = (one: Expr): boolean =>
    /^(literal|column|unary)$/.test(one.kind) ||
    (one.kind === 'binary' && /^[-+*/%]$/.test(one.operator)) ||
    (one.kind === 'call' && one.over === null && STRICT_CALLS.test(foldCase(one.name)) && !isAggregateOf(one));
  const isOther = (one: Expr): boolean => {
    const resolved = one.kind === 'column' ? scope.resolve(one) : null;
    if (one.kind === 'column') sources.add(resolved?.scope === scope ? resolved.source : null);
    return !isStrict(one);
  };
  if (someExpr(expr, isOther)) return null;
  const [source] = sources;
  const table = source?.table ?? source?.view;
  if (sources.size !== 1 || !source || !table) return null;
  const [value, from] = [printExpr(expr), `${printName(table.name)} AS ${printName(source.label)}`];
  const none = (condition: string): string => `NOT EXISTS (SELECT 1 FROM ${from} WHERE ${condition})`;
  const mixed = `typeof(${value}) = 'integer' OR (${value}) = 0`;
  return {
    claim: `${value} is never REAL, or always and never zero`,
    by: 'query',
    sql: `SELECT ${none(`typeof(${value}) = 'real'`)} OR ${none(mixed)}`,
    tables: tablesRead([table.name], scope.schema),
  };
}

function isAggregateOf({ name, args }: ExprOf<'call'>): boolean {
  return /^(min|max)$/i.test(name) && args.length < 2;
}
