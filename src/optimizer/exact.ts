/**
 * Expressions whose values leave nothing open: integers, of which sums are exact in any order, and columns that an equality leaves one value.
 * What the declared types leave open is stated as a precondition on the rows.
 */
import type { Expr, ExprOf } from '../sql/ast.ts';
import { collationOf } from '../sql/collation.ts';
import { originsOf } from '../sql/origins.ts';
import { printName } from '../sql/print.ts';
import { columnOf, containsKey, type TableInfo } from '../sql/schema.ts';
import { remembered } from '../sql/remembered.ts';
import type { Resolved, Scope } from '../sql/scope.ts';
import type { Precondition } from './rules/rule.ts';

/** Claims about the data on which the answer rests, each once. */
export type Needs = Map<string, Precondition>;

/** An integer below this many bits plus sign stays one. */
const INT64_BITS = 63;
/** Columns of no declared kind are asked to stay below 2^31, so that a product of two is still an integer. */
const ROWS_BITS = 31;
/** No sum has more terms than this many bits count. */
const ROW_COUNT_BITS = 32;

/** Proved, or true if `needs` hold: an integer of 64 bits or NULL, whatever the row. */
export function isInteger(expr: Expr, scope: Scope, needs: Needs): boolean {
  const bySchema = integerBits(expr, scope, null);
  if (bySchema !== null && bySchema <= INT64_BITS) return true;
  const byRows = answerWith((open) => integerBits(expr, scope, open));
  if (byRows.value === null || byRows.value > INT64_BITS) return false;
  withNeeds(byRows, needs);
  return true;
}

/** Bits that the value may take beside its sign; null when it may be no integer. `needs`: null asks the schema alone. */
function integerBits(expr: Expr, scope: Scope, needs: Needs | null): number | null {
  const bits = (part: Expr): number | null => integerBits(part, scope, needs);
  const most = (parts: readonly (Expr | null)[]): number | null =>
    mostBits(parts.map((part) => (part === null ? 0 : bits(part))));
  switch (expr.kind) {
    case 'literal': {
      if (/^(null|true|false)$/i.test(expr.text)) return 1;
      const digits = expr.text.replaceAll('_', '');
      return /^(\d+|0x[\da-f]+)$/i.test(digits) ? BigInt(digits).toString(2).length : null;
    }
    case 'column': {
      const resolved = scope.resolve(expr);
      if (!resolved || !originsOf(resolved)) return columnBits(resolved, needs);
      return needs === null ? shownBits(resolved) : withNeeds(shownBitsByRows(resolved), needs);
    }
    case 'unary': {
      if (expr.operator === 'NOT') return 1;
      const inner = bits(expr.operand);
      return inner === null ? (expr.operator === '~' ? INT64_BITS : null) : inner;
    }
    case 'binary': {
      const { operator, left, right } = expr;
      if (/^(\/|\|\||->|->>)$/.test(operator)) return null;
      if (!/^[+\-*%&|]$|^(<<|>>)$/.test(operator)) return 1; // comparisons
      const [a, b] = [bits(left), bits(right)];
      if (/^([&|]|<<|>>)$/.test(operator)) return INT64_BITS;
      if (a === null || b === null) return null;
      return operator === '*' ? a + b : operator === '%' ? Math.min(a, b) : Math.max(a, b) + 1;
    }
    case 'between':
    case 'in':
    case 'in-table':
    case 'exists':
      return 1;
    case 'case':
      return most([...expr.branches.map((branch) => branch.then), expr.otherwise]);
    case 'cast':
      return /int/i.test(expr.type) ? INT64_BITS : null;
    case 'collate':
      return bits(expr.operand);
    case 'call':
      if (/^(coalesce|ifnull)$/i.test(expr.name)) return most(expr.args);
      if (/^iif$/i.test(expr.name)) return most(expr.args.slice(1));
      if (/^(min|max)$/i.test(expr.name)) return most(expr.args);
      if (/^sum$/i.test(expr.name)) {
        const each = most(expr.args);
        return each === null ? null : each + ROW_COUNT_BITS;
      }
      // No text is longer, no table has more rows.
      return /^(count|length|octet_length|unicode|instr|row_number|rank|dense_rank|ntile)$/i.test(expr.name)
        ? 40
        : null;
    default:
      return null;
  }
}

/** What a subquery shows under a name is looked at once: it may be made of other such columns, and those again. */
const shownBits = remembered((resolved: Resolved) => bitsOfOrigins(resolved, null));
const shownBitsByRows = remembered((resolved: Resolved) => answerWith((needs) => bitsOfOrigins(resolved, needs)));

function bitsOfOrigins(resolved: Resolved, needs: Needs | null): number | null {
  return mostBits((originsOf(resolved) ?? []).map((one) => integerBits(one.expr, one.scope, needs)));
}

/** An answer, and what it rests on. */
interface Answer<Value> {
  value: Value;
  needs: Needs;
}

function answerWith<Value>(ask: (needs: Needs) => Value): Answer<Value> {
  const needs: Needs = new Map();
  return { value: ask(needs), needs };
}

function withNeeds<Value>({ value, needs }: Answer<Value>, all: Needs): Value {
  for (const [key, need] of needs) all.set(key, need);
  return value;
}

function mostBits(all: readonly (number | null)[]): number | null {
  return all.includes(null) ? null : Math.max(0, ...all.map((one) => one ?? 0));
}

function columnBits(resolved: Resolved | null, needs: Needs | null): number | null {
  const table = resolved?.source.table;
  if (!resolved?.column || !table) return null;
  const { column } = resolved;
  if (needs === null) return column.isRowid || (table.strict && column.affinity === 'INTEGER') ? INT64_BITS : null;
  if (column.affinity === 'TEXT' || column.affinity === 'REAL') return null;
  const name = printName(resolved.name);
  add(needs, {
    claim: `${table.name}.${resolved.name} is an integer below 2^${ROWS_BITS} or NULL`,
    by: 'rows',
    table: table.name,
    holds: `${name} IS NULL OR (typeof(${name}) = 'integer' AND ${name} BETWEEN -2147483647 AND 2147483647)`,
  });
  return ROWS_BITS;
}

/** That no two rows share all these columns, by a key or as seen on the rows; null where there are no columns. */
export function uniqueTogether(table: TableInfo, names: readonly string[]): Precondition | null {
  const columns = [...new Set(names)].sort();
  if (columns.length === 0) return null;
  const claim = `no two rows of ${table.name} share ${columns.join(', ')}`;
  const isRowid = columns.some((name) => columnOf(table, name)?.isRowid ?? true);
  // A unique index may have another collation than its column.
  const byBytes = columns.every((name) => columnOf(table, name)?.collation === 'BINARY');
  if (isRowid || (byBytes && containsKey(table, columns))) return { claim, by: 'schema' };
  const twice = `SELECT 1 FROM ${printName(table.name)} GROUP BY ${columns.map(printName).join(', ')} HAVING count(*) > 1`;
  return { claim, by: 'query', sql: `SELECT NOT EXISTS (${twice})`, tables: [table.name] };
}

function add(needs: Needs, need: Extract<Precondition, { by: 'rows' }>): void {
  needs.set(`${need.table} ${need.holds}`, need);
}

/** Whether `left = right` leaves the column one value at most: a number equals more than one text, 1 equals 1.0 where both may stand. */
export function fixesKey(left: ExprOf<'column'>, right: Expr, scope: Scope): boolean {
  const resolved = scope.resolve(left);
  const table = resolved?.source.table;
  if (!resolved?.column || !table) return false;
  const { affinity, collation, isRowid } = resolved.column;
  if (collation !== 'BINARY' || affinity === 'BLOB') return false;
  // Of two columns the one at the left decides how texts compare, and a column of numbers may hold texts. A subquery never does.
  if (affinity !== 'TEXT') return isRowid || right.kind === 'scalar' || collationOf(right, scope) === 'BINARY';
  if (right.kind === 'literal' || right.kind === 'parameter') return true;
  const other = right.kind === 'column' ? scope.resolve(right) : null;
  return other?.column?.affinity === affinity && other.column.collation === 'BINARY';
}
