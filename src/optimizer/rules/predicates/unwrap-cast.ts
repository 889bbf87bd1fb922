/**
 * `CAST(total AS TEXT) = '5'` → `total = 5`, `total || '' = '5'` alike, and `CAST(code AS INTEGER) = 5` → `code = '5'`: between integers and the texts that SQLite writes for them there
 * is one way only, so the column itself can be compared. It rests on the column holding integers (or texts of that very form) and NULLs only:
 * ' 5', '05' and 5.0 are what it would lose.
 * Left alone: '05' and other constants that no integer is written as, and orders of texts.
 */
import type { Expr } from '../../../sql/ast.ts';
import { printName } from '../../../sql/print.ts';
import type { Scope } from '../../../sql/scope.ts';
import type { Precondition, Rule } from '../rule.ts';
import { comparesByBytes, isInteger, isText, rows, tableColumn, type TableColumn } from './columns.ts';
import { readComparison, writeComparison, type Comparison } from './comparison.ts';
import { INTEGER_MAX, literalOf, type Constant } from './constants.ts';
import { rewriteConditions, type Replacement } from '../filters.ts';

export const unwrapCast: Rule = {
  id: 'unwrap-cast',
  apply(query, { schema }) {
    return rewriteConditions(query, schema, replacement);
  },
};

function replacement(condition: Expr, scope: Scope): Replacement | null {
  const comparison = readComparison(condition);
  const converted = comparison && conversionOf(comparison.operand);
  const column = converted && tableColumn(converted.operand, scope);
  const found = column && UNCAST[converted.to](column, comparison);
  if (!found) return null;
  const expr = writeComparison(comparison.operator, converted.operand, found.constants.map(literalOf));
  return { expr, preconditions: found.preconditions, note: 'the column itself is compared' };
}

const UNCAST: Readonly<Record<Conversion['to'], (column: TableColumn, comparison: Comparison) => Uncast | null>> = {
  text: asText,
  integer: asInteger,
  joined: asJoined,
};

interface Conversion {
  operand: Expr;
  to: 'text' | 'integer' | 'joined';
}

/** `CAST(x AS TEXT)`, `CAST(x AS INTEGER)`, `x || ''`. */
function conversionOf(expr: Expr): Conversion | null {
  if (expr.kind === 'cast') {
    const to = /^text$/i.test(expr.type) ? 'text' : /^int(eger)?$/i.test(expr.type) ? 'integer' : null;
    return to && { operand: expr.operand, to };
  }
  if (expr.kind !== 'binary' || expr.operator !== '||') return null;
  const isEmpty = (one: Expr): boolean => one.kind === 'literal' && one.text === "''";
  const operand = isEmpty(expr.right) ? expr.left : isEmpty(expr.left) ? expr.right : null;
  return operand && { operand, to: 'joined' };
}

interface Uncast {
  constants: (bigint | string)[];
  preconditions: Precondition[];
}

function asText(column: TableColumn, { operator, constants }: Comparison): Uncast | null {
  const integers = isInteger(column);
  const values = constants.flatMap((one) => integerWritten(one) ?? []);
  if (!integers || !isEquality(operator) || values.length !== constants.length) return null;
  // A cast keeps the collation of its column, and digits are one under each of them.
  return { constants: values, preconditions: [integers] };
}

/** What `||` makes has neither affinity nor collation: it is compared with texts as a text, by bytes, and equals no number. */
function asJoined(column: TableColumn, comparison: Comparison): Uncast | null {
  const texts = comparison.constants.flatMap((one) => (typeof one === 'string' ? one : []));
  if (texts.length !== comparison.constants.length) return null;
  if (column.column.affinity !== 'TEXT') return asText(column, comparison);
  return { constants: texts, preconditions: [comparesByBytes(column), isText(column)] };
}

/** The integer of which SQLite writes this text; a number is written the same way before it is compared with a text. */
function integerWritten(constant: Constant): bigint | null {
  if (typeof constant === 'bigint') return constant;
  if (typeof constant === 'number' || !/^(0|-?[1-9]\d{0,18})$/.test(constant)) return null;
  const value = BigInt(constant);
  return value <= INTEGER_MAX && value >= -INTEGER_MAX ? value : null;
}

function asInteger(column: TableColumn, { operator, constants }: Comparison): Uncast | null {
  const values = constants.flatMap((one) => (typeof one === 'bigint' ? one : []));
  if (values.length !== constants.length) return null;
  if (column.column.affinity !== 'TEXT') {
    const integers = isInteger(column);
    return integers && { constants: values, preconditions: [integers] };
  }
  if (!isEquality(operator)) return null;
  const name = printName(column.column.name);
  const written = rows(
    column.table,
    `${column.label} holds integers as SQLite writes them`,
    `${name} IS NULL OR typeof(${name}) = 'text' AND ${name} = CAST(CAST(${name} AS INTEGER) AS TEXT)`,
  );
  return { constants: values.map(String), preconditions: [written] };
}

function isEquality(operator: Comparison['operator']): boolean {
  return operator === '=' || operator === 'IN';
}
