/**
 * Our own printer. Names stay bare where SQLite would read them as names and are put in backticks otherwise: never in double quotes,
 * because SQLite silently reads an unknown "name" as a string, and a rewrite that lost a name must fail instead.
 */
import type { Core, Cte, Expr, Frame, FrameBound, OrderTerm, ResultColumn, Select, Source, Window } from './ast.ts';
import { binaryLevel, LEVELS, levelOf, prefixLevel } from './precedence.ts';
import { isKeyword, isPlainName } from './tokens.ts';
import { isQuery } from './walk.ts';

/** The text of a query, on one line. */
export function printSelect(query: Select): string {
  const ctes = query.ctes.map(printCte);
  return words(
    ctes.length > 0 && `WITH ${query.recursive ? 'RECURSIVE ' : ''}${ctes.join(', ')}`,
    printCore(query.first),
    ...query.rest.map((arm) => `${arm.operator} ${printCore(arm.core)}`),
    query.orderBy.length > 0 && `ORDER BY ${printOrder(query.orderBy)}`,
    query.limit && `LIMIT ${printExpr(query.limit)}`,
    query.offset && `OFFSET ${printExpr(query.offset)}`,
  );
}

function printCte({ name, columns, query, materialized }: Cte): string {
  const names = columns ? `(${columns.map(printName).join(', ')})` : '';
  const hint = materialized === undefined ? '' : `${negation(!materialized)}MATERIALIZED `;
  return `${printName(name)}${names} AS ${hint}(${printSelect(query)})`;
}

/** A name as SQLite reads it back: bare, or in backticks. */
export function printName(name: string): string {
  return isPlainName(name) && !isKeyword(name) ? name : `\`${name.replaceAll('`', '``')}\``;
}

export function printExpr(expr: Expr): string {
  switch (expr.kind) {
    case 'literal':
    case 'parameter':
      return expr.text;
    case 'column':
      return [expr.schema ?? null, expr.table, expr.name]
        .flatMap((part) => (part === null ? [] : printName(part)))
        .join('.');
    case 'star':
      return expr.table === null ? '*' : `${printName(expr.table)}.*`;
    case 'unary':
      return printUnary(expr.operator, expr.operand);
    case 'binary': {
      const level = binaryLevel(expr.operator);
      const escape = expr.escape ? ` ESCAPE ${within(expr.escape, LEVELS.comparison + 1)}` : '';
      // All operators associate to the left, so an equal level on the right needs parentheses. A chain of comparisons
      // would not (`a = b IS TRUE`), but is misread by people and by some parsers.
      const leftLevel = level === LEVELS.equality || level === LEVELS.comparison ? LEVELS.bits : level;
      return `${within(expr.left, leftLevel)} ${expr.operator} ${within(expr.right, level + 1)}${escape}`;
    }
    case 'between': {
      const [operand, low, high] = [expr.operand, expr.low, expr.high].map((part, index) =>
        within(part, index === 0 ? LEVELS.bits : LEVELS.comparison),
      );
      return `${operand} ${negation(expr.not)}BETWEEN ${low} AND ${high}`;
    }
    case 'in': {
      const choices = isQuery(expr.choices) ? printSelect(expr.choices) : list(expr.choices);
      return `${within(expr.operand, LEVELS.bits)} ${negation(expr.not)}IN (${choices})`;
    }
    case 'in-table':
      return `${within(expr.operand, LEVELS.bits)} ${negation(expr.not)}IN ${printTable(expr.table)}`;
    case 'exists':
      return `EXISTS (${printSelect(expr.query)})`;
    case 'scalar':
      return `(${printSelect(expr.query)})`;
    case 'row':
      return `(${list(expr.items)})`;
    case 'case':
      return words(
        'CASE',
        expr.operand && printExpr(expr.operand),
        ...expr.branches.map(({ when, then }) => `WHEN ${printExpr(when)} THEN ${printExpr(then)}`),
        expr.otherwise && `ELSE ${printExpr(expr.otherwise)}`,
        'END',
      );
    case 'cast':
      return `CAST(${printExpr(expr.operand)} AS ${expr.type})`;
    case 'collate':
      return `${within(expr.operand, LEVELS.collate)} COLLATE ${printName(expr.collation)}`;
    case 'call': {
      const order = expr.orderBy ? ` ORDER BY ${printOrder(expr.orderBy)}` : '';
      const filter = expr.filter ? ` FILTER (WHERE ${printExpr(expr.filter)})` : '';
      const args = `${expr.distinct ? 'DISTINCT ' : ''}${list(expr.args)}${order}`;
      return `${printFunctionName(expr.name)}(${args})${filter}${printOver(expr.over)}`;
    }
  }
}

function printOver(over: Window | string | null): string {
  if (over === null) return '';
  return ` OVER ${typeof over === 'string' ? printName(over) : printWindow(over)}`;
}

function printWindow({ base, partitionBy, orderBy, frame }: Window): string {
  const parts = words(
    base !== undefined && printName(base),
    partitionBy.length > 0 && `PARTITION BY ${list(partitionBy)}`,
    orderBy.length > 0 && `ORDER BY ${printOrder(orderBy)}`,
    frame !== undefined && printFrame(frame),
  );
  return `(${parts})`;
}

function printFrame({ unit, start, end, exclude }: Frame): string {
  const bound = ({ at, distance }: FrameBound): string =>
    at === 'CURRENT ROW' ? at : `${distance ? printExpr(distance) : 'UNBOUNDED'} ${at}`;
  const reach = end ? `BETWEEN ${bound(start)} AND ${bound(end)}` : bound(start);
  return words(unit, reach, exclude && `EXCLUDE ${exclude}`);
}

/** Keywords such as `replace` serve bare as functions; `left` and kin do not, and are not functions in SQLite. */
function printFunctionName(name: string): string {
  return isPlainName(name) ? name : printName(name);
}

function printUnary(operator: 'NOT' | '-' | '+' | '~', operand: Expr): string {
  if (operator === 'NOT') return `NOT ${within(operand, prefixLevel(operator))}`;
  // Two minus signs would begin a comment; and a sign before a sign reads badly anyway.
  return operand.kind === 'unary'
    ? `${operator}(${printExpr(operand)})`
    : `${operator}${within(operand, prefixLevel(operator))}`;
}

/** In parentheses where its own operator binds less tightly than `level`. */
function within(expr: Expr, level: number): string {
  return levelOf(expr) < level ? `(${printExpr(expr)})` : printExpr(expr);
}

function printCore(core: Core): string {
  if (core.values) return `VALUES ${core.values.map((row) => `(${list(row)})`).join(', ')}`;
  const windows = core.windows?.map(({ name, window }) => `${printName(name)} AS ${printWindow(window)}`) ?? [];
  return words(
    core.distinct ? 'SELECT DISTINCT' : 'SELECT',
    core.columns.map(printColumn).join(', '),
    core.from.length > 0 && `FROM ${printFrom(core.from)}`,
    core.where && `WHERE ${printExpr(core.where)}`,
    core.groupBy.length > 0 && `GROUP BY ${list(core.groupBy)}`,
    core.having && `HAVING ${printExpr(core.having)}`,
    windows.length > 0 && `WINDOW ${windows.join(', ')}`,
  );
}

function printColumn(column: ResultColumn): string {
  return printExpr(column.expr) + (column.alias === null ? '' : ` AS ${printName(column.alias)}`);
}

function printFrom(from: readonly Source[]): string {
  return from.map(printSource).join('');
}

function printSource(source: Source): string {
  const joined = source.join === 'first' ? '' : source.join === ',' ? ', ' : ` ${source.join} `;
  return words(
    joined + printTable(source.table) + (source.alias === null ? '' : ` AS ${printName(source.alias)}`),
    source.indexedBy !== undefined &&
      (source.indexedBy === null ? 'NOT INDEXED' : `INDEXED BY ${printName(source.indexedBy)}`),
    source.on && `ON ${printExpr(source.on)}`,
    source.using && `USING (${source.using.map(printName).join(', ')})`,
  );
}

function printTable(table: Source['table']): string {
  if (table.kind === 'select') return `(${printSelect(table)})`;
  if (table.kind === 'joins') return `(${printFrom(table.from)})`;
  const name = `${table.schema === null ? '' : `${printName(table.schema)}.`}${printName(table.name)}`;
  return table.kind === 'function' ? `${name}(${list(table.args)})` : name;
}

function printOrder(terms: readonly OrderTerm[]): string {
  return terms
    .map(({ expr, descending, nulls }) =>
      words(printExpr(expr), descending && 'DESC', nulls !== undefined && `NULLS ${nulls}`),
    )
    .join(', ');
}

function list(exprs: readonly Expr[]): string {
  return exprs.map(printExpr).join(', ');
}

function negation(not: boolean): string {
  return not ? 'NOT ' : '';
}

function words(...parts: readonly (string | false | null)[]): string {
  return parts.filter((part) => part !== false && part !== null && part !== '').join(' ');
}
