/**
 * Our own printer. Names stay bare where SQLite would read them as names and are put in backticks otherwise: never in double quotes,
 * because SQLite silently reads an unknown "name" as a string, and a rewrite that lost a name must fail instead.
 */
import type {
  Core,
  Cte,
  Expr,
  Frame,
  FrameBound,
  NamedWindow,
  OrderTerm,
  ResultColumn,
  Select,
  Source,
  Window,
} from './ast.ts';
import { binaryLevel, LEVELS, levelOf, prefixLevel } from './precedence.ts';
import { isKeyword, isPlainName } from './tokens.ts';
import { isQuery } from './walk.ts';

/** The text of a query, on one line. */
export function printSelect(query: Select): string {
  return PLAIN.select(query);
}

export function printExpr(expr: Expr): string {
  return PLAIN.expr(expr);
}

/** A name as SQLite reads it back: bare, or in backticks. */
export function printName(name: string): string {
  return isPlainName(name) && !isKeyword(name) ? name : `\`${name.replaceAll('`', '``')}\``;
}

/** The level that each operand of a binary operator must have to stand without brackets. */
export function operandLevels(expr: Extract<Expr, { kind: 'binary' }>): { left: number; right: number } {
  const level = binaryLevel(expr.operator);
  // All operators associate to the left, so an equal level on the right needs brackets. A chain of comparisons
  // would not (`a = b IS TRUE`), but is misread by people and by some parsers.
  const left = level === LEVELS.equality || level === LEVELS.comparison ? LEVELS.bits : level;
  return { left, right: level + 1 };
}

/** Prints trees; a node that `typed` knows a text for is that text. */
export class Printer {
  readonly #typed: (node: object) => string | null;

  constructor(typed: (node: object) => string | null) {
    this.#typed = typed;
  }

  select(query: Select): string {
    return (
      this.#typed(query) ??
      words(
        this.with(query),
        this.core(query.first),
        ...query.rest.map((arm) => `${arm.operator} ${this.core(arm.core)}`),
        this.orderBy(query),
        this.limit(query),
      )
    );
  }

  with({ ctes, recursive }: Select): string {
    return ctes.length > 0 ? `WITH ${recursive ? 'RECURSIVE ' : ''}${ctes.map((cte) => this.cte(cte)).join(', ')}` : '';
  }

  orderBy({ orderBy }: Select): string {
    return orderBy.length > 0 ? `ORDER BY ${this.#order(orderBy)}` : '';
  }

  limit({ limit, offset }: Select): string {
    return words(limit && `LIMIT ${this.expr(limit)}`, offset && `OFFSET ${this.expr(offset)}`);
  }

  cte(cte: Cte): string {
    const names = cte.columns ? `(${cte.columns.map(printName).join(', ')})` : '';
    const hint = cte.materialized === undefined ? '' : `${negation(!cte.materialized)}MATERIALIZED `;
    return this.#typed(cte) ?? `${printName(cte.name)}${names} AS ${hint}(${this.select(cte.query)})`;
  }

  core(core: Core): string {
    const typed = this.#typed(core);
    if (typed !== null) return typed;
    if (core.values) return `VALUES ${core.values.map((row) => `(${this.#list(row)})`).join(', ')}`;
    return words(
      core.distinct ? 'SELECT DISTINCT' : 'SELECT',
      core.columns.map((column) => this.column(column)).join(', '),
      core.from.length > 0 && `FROM ${this.from(core.from)}`,
      core.where && `WHERE ${this.expr(core.where)}`,
      core.groupBy.length > 0 && `GROUP BY ${this.#list(core.groupBy)}`,
      core.having && `HAVING ${this.expr(core.having)}`,
      core.windows && `WINDOW ${core.windows.map((one) => this.#namedWindow(one)).join(', ')}`,
    );
  }

  column(column: ResultColumn): string {
    const alias = column.alias === null ? '' : ` AS ${printName(column.alias)}`;
    return this.#typed(column) ?? this.expr(column.expr) + alias;
  }

  /** Sources with the operators that join them: `, a`, ` JOIN b ON c`. */
  from(from: readonly Source[]): string {
    return from.map((source) => this.#source(source)).join('');
  }

  orderTerm(term: OrderTerm): string {
    const { expr, descending, nulls } = term;
    return this.#typed(term) ?? words(this.expr(expr), descending && 'DESC', nulls !== undefined && `NULLS ${nulls}`);
  }

  expr(expr: Expr): string {
    return this.#typed(expr) ?? this.#bare(expr);
  }

  /** In brackets where its own operator binds less tightly than `level`. */
  within(expr: Expr, level: number): string {
    return levelOf(expr) < level ? `(${this.expr(expr)})` : this.expr(expr);
  }

  #bare(expr: Expr): string {
    switch (expr.kind) {
      case 'literal':
      case 'parameter':
        return expr.text;
      case 'column': {
        const parts = [expr.schema ?? null, expr.table, expr.name];
        return parts.flatMap((part) => (part === null ? [] : printName(part))).join('.');
      }
      case 'star':
        return expr.table === null ? '*' : `${printName(expr.table)}.*`;
      case 'unary':
        return this.#unary(expr.operator, expr.operand);
      case 'binary': {
        const { left, right } = operandLevels(expr);
        const escape = expr.escape ? ` ESCAPE ${this.within(expr.escape, LEVELS.comparison + 1)}` : '';
        return `${this.within(expr.left, left)} ${expr.operator} ${this.within(expr.right, right)}${escape}`;
      }
      case 'between': {
        const [low, high] = [expr.low, expr.high].map((part) => this.within(part, LEVELS.comparison));
        return `${this.within(expr.operand, LEVELS.bits)} ${negation(expr.not)}BETWEEN ${low} AND ${high}`;
      }
      case 'in': {
        const choices = isQuery(expr.choices) ? this.select(expr.choices) : this.#list(expr.choices);
        return `${this.within(expr.operand, LEVELS.bits)} ${negation(expr.not)}IN (${choices})`;
      }
      case 'in-table':
        return `${this.within(expr.operand, LEVELS.bits)} ${negation(expr.not)}IN ${this.#table(expr.table)}`;
      case 'exists':
        return `EXISTS (${this.select(expr.query)})`;
      case 'scalar':
        return `(${this.select(expr.query)})`;
      case 'row':
        return `(${this.#list(expr.items)})`;
      case 'case':
        return words(
          'CASE',
          expr.operand && this.expr(expr.operand),
          ...expr.branches.map(({ when, then }) => `WHEN ${this.expr(when)} THEN ${this.expr(then)}`),
          expr.otherwise && `ELSE ${this.expr(expr.otherwise)}`,
          'END',
        );
      case 'cast':
        return `CAST(${this.expr(expr.operand)} AS ${expr.type})`;
      case 'collate':
        return `${this.within(expr.operand, LEVELS.collate)} COLLATE ${printName(expr.collation)}`;
      case 'call': {
        const order = expr.orderBy ? ` ORDER BY ${this.#order(expr.orderBy)}` : '';
        const filter = expr.filter ? ` FILTER (WHERE ${this.expr(expr.filter)})` : '';
        const args = `${expr.distinct ? 'DISTINCT ' : ''}${this.#list(expr.args)}${order}`;
        return `${printFunctionName(expr.name)}(${args})${filter}${this.#over(expr.over)}`;
      }
    }
  }

  #unary(operator: 'NOT' | '-' | '+' | '~', operand: Expr): string {
    if (operator === 'NOT') return `NOT ${this.within(operand, prefixLevel(operator))}`;
    // Two minus signs would begin a comment; and a sign before a sign reads badly anyway.
    return operand.kind === 'unary'
      ? `${operator}(${this.expr(operand)})`
      : `${operator}${this.within(operand, prefixLevel(operator))}`;
  }

  #over(over: Window | string | null): string {
    if (over === null) return '';
    return ` OVER ${typeof over === 'string' ? printName(over) : this.#window(over)}`;
  }

  #namedWindow({ name, window }: NamedWindow): string {
    return `${printName(name)} AS ${this.#window(window)}`;
  }

  #window({ base, partitionBy, orderBy, frame }: Window): string {
    const parts = words(
      base !== undefined && printName(base),
      partitionBy.length > 0 && `PARTITION BY ${this.#list(partitionBy)}`,
      orderBy.length > 0 && `ORDER BY ${this.#order(orderBy)}`,
      frame !== undefined && this.#frame(frame),
    );
    return `(${parts})`;
  }

  #frame({ unit, start, end, exclude }: Frame): string {
    const bound = ({ at, distance }: FrameBound): string =>
      at === 'CURRENT ROW' ? at : `${distance ? this.expr(distance) : 'UNBOUNDED'} ${at}`;
    const reach = end ? `BETWEEN ${bound(start)} AND ${bound(end)}` : bound(start);
    return words(unit, reach, exclude && `EXCLUDE ${exclude}`);
  }

  #source(source: Source): string {
    const joined = source.join === 'first' ? '' : source.join === ',' ? ', ' : ` ${source.join} `;
    return words(
      joined + (this.#typed(source) ?? this.#named(source)),
      source.on && `ON ${this.expr(source.on)}`,
      source.using && `USING (${source.using.map(printName).join(', ')})`,
    );
  }

  #named({ table, alias, indexedBy }: Source): string {
    return words(
      this.#table(table) + (alias === null ? '' : ` AS ${printName(alias)}`),
      indexedBy !== undefined && (indexedBy === null ? 'NOT INDEXED' : `INDEXED BY ${printName(indexedBy)}`),
    );
  }

  #table(table: Source['table']): string {
    if (table.kind === 'select') return `(${this.select(table)})`;
    if (table.kind === 'joins') return `(${this.from(table.from)})`;
    const name = `${table.schema === null ? '' : `${printName(table.schema)}.`}${printName(table.name)}`;
    return table.kind === 'function' ? `${name}(${this.#list(table.args)})` : name;
  }

  #order(terms: readonly OrderTerm[]): string {
    return terms.map((term) => this.orderTerm(term)).join(', ');
  }

  #list(exprs: readonly Expr[]): string {
    return exprs.map((expr) => this.expr(expr)).join(', ');
  }
}

const PLAIN = new Printer(() => null);

/** Keywords such as `replace` serve bare as functions; `left` and kin do not, and are not functions in SQLite. */
function printFunctionName(name: string): string {
  return isPlainName(name) ? name : printName(name);
}

function negation(not: boolean): string {
  return not ? 'NOT ' : '';
}

function words(...parts: readonly (string | false | null | undefined)[]): string {
  return parts.filter((part) => part !== false && part !== null && part !== undefined && part !== '').join(' ');
}
