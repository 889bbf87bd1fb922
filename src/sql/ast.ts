/**
 * A small immutable tree for the whole of SQLite's SELECT. Names are stored without quotes, literals and parameters as the very text that
 * was typed, so that printing never changes a value. Parentheses are not stored: the printer sets them from precedence.
 * What few queries have is a field that is absent otherwise: a rule that copies a node keeps it, one that builds a node need not name it.
 * Spellings of one meaning have one form here: `==` is `=`, `!=` is `<>`, `x ISNULL` is `x IS NULL`, IS DISTINCT FROM is IS NOT,
 * INNER JOIN is JOIN, LEFT OUTER JOIN is LEFT JOIN.
 */

/** A whole query: common tables, one core or several joined by set operators, and what applies to all of them. */
export interface Select {
  readonly kind: 'select';
  /** RECURSIVE was written. SQLite does not ask for it: any common table may name itself. */
  readonly recursive: boolean;
  readonly ctes: readonly Cte[];
  readonly first: Core;
  /** Further arms, applied from left to right as SQLite does. */
  readonly rest: readonly Arm[];
  readonly orderBy: readonly OrderTerm[];
  readonly limit: Expr | null;
  readonly offset: Expr | null;
}

export interface Arm {
  readonly operator: 'UNION' | 'UNION ALL' | 'INTERSECT' | 'EXCEPT';
  readonly core: Core;
}

export interface Cte {
  readonly name: string;
  /** Null when the query's own names serve. */
  readonly columns: readonly string[] | null;
  readonly query: Select;
  /** The hint: true for MATERIALIZED, false for NOT MATERIALIZED. */
  readonly materialized?: boolean;
}

export interface Core {
  readonly distinct: boolean;
  readonly columns: readonly ResultColumn[];
  /** Joined from left to right; empty when there is no FROM. */
  readonly from: readonly Source[];
  readonly where: Expr | null;
  readonly groupBy: readonly Expr[];
  readonly having: Expr | null;
  /** The WINDOW clause. */
  readonly windows?: readonly NamedWindow[];
  /** The rows of VALUES; everything else of the core is then empty. */
  readonly values?: readonly (readonly Expr[])[];
}

/** A result column; a star is an expression of kind `star`. */
export interface ResultColumn {
  readonly expr: Expr;
  readonly alias: string | null;
}

export type JoinOperator = (typeof JOIN_OPERATORS)[number];

export const JOIN_OPERATORS = [
  'first',
  ',',
  'JOIN',
  'CROSS JOIN',
  'LEFT JOIN',
  'RIGHT JOIN',
  'FULL JOIN',
  'NATURAL JOIN',
  'NATURAL CROSS JOIN',
  'NATURAL LEFT JOIN',
  'NATURAL RIGHT JOIN',
  'NATURAL FULL JOIN',
] as const;

export interface Source {
  /** How it joins what stands before it; `first` for the first. */
  readonly join: JoinOperator;
  readonly table: TableName | TableFunction | JoinTree | Select;
  readonly alias: string | null;
  readonly on: Expr | null;
  readonly using: readonly string[] | null;
  /** INDEXED BY a name; null for NOT INDEXED. */
  readonly indexedBy?: string | null;
}

export interface TableName {
  readonly kind: 'table';
  readonly schema: string | null;
  readonly name: string;
}

/** `json_each(x)`, `main.generate_series(1, 9)`. */
export interface TableFunction {
  readonly kind: 'function';
  readonly schema: string | null;
  readonly name: string;
  readonly args: readonly Expr[];
}

/** Joins in brackets. */
export interface JoinTree {
  readonly kind: 'joins';
  readonly from: readonly Source[];
}

export interface OrderTerm {
  readonly expr: Expr;
  readonly descending: boolean;
  readonly nulls?: 'FIRST' | 'LAST';
}

export type BinaryOperator = (typeof BINARY_OPERATORS)[number];

export const BINARY_OPERATORS = [
  'OR',
  'AND',
  '=',
  '<>',
  'IS',
  'IS NOT',
  'LIKE',
  'NOT LIKE',
  'GLOB',
  'NOT GLOB',
  'REGEXP',
  'NOT REGEXP',
  'MATCH',
  'NOT MATCH',
  '<',
  '<=',
  '>',
  '>=',
  '&',
  '|',
  '<<',
  '>>',
  '+',
  '-',
  '*',
  '/',
  '%',
  '||',
  '->',
  '->>',
] as const;

export type Expr =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly text: string }
  | { readonly kind: 'column'; readonly table: string | null; readonly name: string; readonly schema?: string }
  | { readonly kind: 'star'; readonly table: string | null }
  | { readonly kind: 'unary'; readonly operator: 'NOT' | '-' | '+' | '~'; readonly operand: Expr }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expr;
      readonly right: Expr;
      /** Only for LIKE and its kin. */
      readonly escape?: Expr;
    }
  | { readonly kind: 'between'; readonly not: boolean; readonly operand: Expr; readonly low: Expr; readonly high: Expr }
  | { readonly kind: 'in'; readonly not: boolean; readonly operand: Expr; readonly choices: readonly Expr[] | Select }
  /** `x IN t`, `x IN json_each(y)`: the first column of a table. */
  | {
      readonly kind: 'in-table';
      readonly not: boolean;
      readonly operand: Expr;
      readonly table: TableName | TableFunction;
    }
  | { readonly kind: 'exists'; readonly query: Select }
  | { readonly kind: 'scalar'; readonly query: Select }
  | { readonly kind: 'row'; readonly items: readonly Expr[] }
  | {
      readonly kind: 'case';
      readonly operand: Expr | null;
      readonly branches: readonly { readonly when: Expr; readonly then: Expr }[];
      readonly otherwise: Expr | null;
    }
  | { readonly kind: 'cast'; readonly operand: Expr; readonly type: string }
  | { readonly kind: 'collate'; readonly operand: Expr; readonly collation: string }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly distinct: boolean;
      /** `count(*)` has the one argument `*`. */
      readonly args: readonly Expr[];
      /** ORDER BY within the brackets: the order in which an aggregate is fed. */
      readonly orderBy?: readonly OrderTerm[];
      /** FILTER (WHERE ...). */
      readonly filter?: Expr;
      /** OVER: a window of its own, or the name of one of the WINDOW clause. */
      readonly over: Window | string | null;
    };

export interface Window {
  /** The named window that this one builds on. */
  readonly base?: string;
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly OrderTerm[];
  readonly frame?: Frame;
}

export interface NamedWindow {
  readonly name: string;
  readonly window: Window;
}

export interface Frame {
  readonly unit: 'ROWS' | 'RANGE' | 'GROUPS';
  readonly start: FrameBound;
  /** Null when only the start was written: the frame then ends at the current row. */
  readonly end: FrameBound | null;
  readonly exclude: 'NO OTHERS' | 'CURRENT ROW' | 'GROUP' | 'TIES' | null;
}

export interface FrameBound {
  readonly at: 'PRECEDING' | 'CURRENT ROW' | 'FOLLOWING';
  /** Null for UNBOUNDED, and for the current row. */
  readonly distance: Expr | null;
}

export type ExprOf<Kind extends Expr['kind']> = Extract<Expr, { kind: Kind }>;

export function literal(text: string): Expr {
  return { kind: 'literal', text };
}

export function column(table: string | null, name: string): ExprOf<'column'> {
  return { kind: 'column', table, name };
}

export function binary(operator: BinaryOperator, left: Expr, right: Expr): Expr {
  return { kind: 'binary', operator, left, right };
}

export function not(operand: Expr): Expr {
  return { kind: 'unary', operator: 'NOT', operand };
}

/** All of them, or null for none. */
export function and(conjuncts: readonly Expr[]): Expr | null {
  return conjuncts.length === 0 ? null : conjuncts.reduce((left, right) => binary('AND', left, right));
}

/** The parts that AND joins, in order; none for null. */
export function conjunctsOf(expr: Expr | null): Expr[] {
  return operandsOf('AND', expr);
}

/** The parts that OR joins, in order. */
export function disjunctsOf(expr: Expr): Expr[] {
  return operandsOf('OR', expr);
}

function operandsOf(operator: 'AND' | 'OR', expr: Expr | null): Expr[] {
  if (!expr) return [];
  if (expr.kind !== 'binary' || expr.operator !== operator) return [expr];
  return [...operandsOf(operator, expr.left), ...operandsOf(operator, expr.right)];
}

/** A query of one core, without common tables, order or limit. */
export function selectOf(core: Core): Select {
  return { kind: 'select', recursive: false, ctes: [], first: core, rest: [], orderBy: [], limit: null, offset: null };
}

/** Whether the query is a single SELECT: no set operator, no VALUES. */
export function isSimple(query: Select): boolean {
  return query.rest.length === 0 && !query.first.values;
}

/** Whether the join can fill a side with NULLs: LEFT the new table, RIGHT all before it, FULL both. */
export function isOuterJoin(join: JoinOperator): boolean {
  return /LEFT|RIGHT|FULL/.test(join);
}

/** Whether the sources at `index` can be all NULL where the row has no match: by a join of its own, or by one after it. */
export function isNullable(from: readonly Source[], index: number): boolean {
  return from.some(
    ({ join }, at) => (at === index && /LEFT|FULL/.test(join)) || (at > index && /RIGHT|FULL/.test(join)),
  );
}

/** Whether the join makes one column of two that share a name. */
export function mergesColumns(source: Source): boolean {
  return source.using !== null || source.join.startsWith('NATURAL');
}
