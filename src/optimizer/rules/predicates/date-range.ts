/**
 * `strftime('%Y', created) = '2023'` → `created >= '2023-01-01' AND created < '2024-01-01'`; so for months, days (also `date(created)`), hours,
 * minutes, seconds (also `datetime(created)`), for `CAST(strftime('%Y', created) AS INTEGER)`, and for <, <=, >, >=, BETWEEN and IN.
 * It rests on every value being NULL or a text that begins with its own date as SQLite writes it: the order of texts is then the order of
 * time. That leaves out day numbers, 'now', time zones that move the date, 30 February, years beyond four digits, and the hour
 * 24 of the day before. Periods finer than a day ask for the clock too, so a 'T' between the two is then refused.
 * Left alone: modifiers, constants that are no such period, and collations.
 */
import { binary, type Expr, type ExprOf } from '../../../sql/ast.ts';
import { printName } from '../../../sql/print.ts';
import type { Scope } from '../../../sql/scope.ts';
import { foldCase } from '../../../sql/tokens.ts';
import type { Precondition, Rule } from '../rule.ts';
import { spanOfPeriod, type Grain } from './calendar.ts';
import { comparesByBytes, rows, tableColumn, type TableColumn } from './columns.ts';
import { asRanges, readComparison } from './comparison.ts';
import { constantOf, literalOf, type Constant } from './constants.ts';
import { rewriteConditions, type Replacement } from '../filters.ts';

export const dateRange: Rule = {
  id: 'date-range',
  apply(query, { schema }) {
    return rewriteConditions(query, schema, replacement);
  },
};

function replacement(condition: Expr, scope: Scope): Replacement | null {
  const comparison = readComparison(condition);
  const part = comparison && partOf(comparison.operand);
  const column = part && tableColumn(part.moment, scope);
  if (!comparison || !part || !column) return null;
  const spanOf = (constant: Constant) => {
    const text = part.asNumber ? yearText(constant) : constant;
    return typeof text === 'string' ? spanOfPeriod(text, part.grain) : null;
  };
  const expr = asRanges(comparison, spanOf, (operator, bound) => binary(operator, part.moment, literalOf(bound)));
  if (!expr) return null;
  const preconditions = [comparesByBytes(column), beginsWithItsDate(column, part.grain)];
  return { expr, preconditions, note: 'a range of dates instead of a function of each' };
}

function beginsWithItsDate(column: TableColumn, grain: Grain): Precondition {
  const name = printName(column.column.name);
  const [call, length, claim] = /year|month|day/.test(grain)
    ? [`date(${name})`, 10, `${column.label} begins with its date, written YYYY-MM-DD`]
    : [`datetime(${name})`, 19, `${column.label} begins with its moment, written YYYY-MM-DD HH:MM:SS`];
  return rows(
    column.table,
    claim,
    `${name} IS NULL OR typeof(${name}) = 'text' AND ${call} IS substr(${name}, 1, ${length})`,
  );
}

/** What of a moment an expression gives. */
interface Part {
  moment: Expr;
  grain: Grain;
  /** The year as an integer. */
  asNumber: boolean;
}

function partOf(expr: Expr): Part | null {
  if (expr.kind === 'cast') {
    const part = /^int(eger)?$/i.test(expr.type) ? partOf(expr.operand) : null;
    return part?.grain === 'year' && !part.asNumber ? { ...part, asNumber: true } : null;
  }
  if (expr.kind !== 'call' || expr.over || expr.filter || expr.distinct) return null;
  const [moment, grain] = called(expr);
  return moment && grain ? { moment, grain, asNumber: false } : null;
}

const FORMATS: ReadonlyMap<Constant | null, Grain> = new Map([
  ['%Y', 'year'],
  ['%Y-%m', 'month'],
  ['%Y-%m-%d', 'day'],
  ['%F', 'day'],
  ['%Y-%m-%d %H', 'hour'],
  ['%Y-%m-%d %H:%M', 'minute'],
  ['%Y-%m-%d %H:%M:%S', 'second'],
]);

function called({ name, args }: ExprOf<'call'>): [moment?: Expr, grain?: Grain] {
  const [first, second] = args;
  switch (foldCase(name)) {
    case 'strftime':
      return args.length === 2 && first ? [second, FORMATS.get(constantOf(first))] : [];
    case 'date':
      return args.length === 1 ? [first, 'day'] : [];
    case 'datetime':
      return args.length === 1 ? [first, 'second'] : [];
    default:
      return [];
  }
}

function yearText(constant: Constant): string | null {
  if (typeof constant !== 'bigint' || constant < 0n || constant > 9999n) return null;
  return String(constant).padStart(4, '0');
}
