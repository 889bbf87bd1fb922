/**
 * A small immutable tree for SQLite's SELECT. Names are stored without quotes, literals and parameters as the very text that was typed,
 * so that printing never changes a value. Parentheses are not stored: the printer sets them from precedence.
 */

/** A whole query: common tables, one core or several joined by set operators, and what applies to all of them. */
export interface Select {
  readonly kind: 'select';
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
}

export interface Core {
  readonly distinct: boolean;
  readonly columns: readonly ResultColumn[];
  /** Joined from left to right; empty when there is no FROM. */
  readonly from: readonly Source[];
  readonly where: Expr | null;
  readonly groupBy: readonly Expr[];
  readonly having: Expr | null;
}

/** A result column; a star is an expression of kind `star`. */
export interface ResultColumn {
  readonly expr: Expr;
  readonly alias: string | null;
}

export type JoinOperator = 'first' | ',' | 'JOIN' | 'CROSS JOIN' | 'LEFT JOIN';

export interface Source {
  /** How it joins what stands before it; `first` for the first. */
  readonly join: JoinOperator;
  readonly table: TableName | Select;
  readonly alias: string | null;
  readonly on: Expr | null;
  readonly using: readonly string[] | null;
}

export interface TableName {
  readonly kind: 'table';
  readonly schema: string | null;
  readonly name: string;
}

export interface OrderTerm {
  readonly expr: Expr;
  readonly descending: boolean;
}

export type BinaryOperator = (typeof BINARY_OPERATORS)[number];

export const BINARY_OPERATORS = [
  'OR',
  'AND',
  '=',
  '==',
  '<>',
  '!=',
  'IS',
  'IS NOT',
  'LIKE',
  'NOT LIKE',
  'GLOB',
  'NOT GLOB',
  'REGEXP',
  'NOT REGEXP',
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
  | { readonly kind: 'column'; readonly table: string | null; readonly name: string }
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
      readonly over: Window | null;
    };

export interface Window {
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly OrderTerm[];
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

/** Whether the query is a single core: no set operator. */
export function isSimple(query: Select): boolean {
  return query.rest.length === 0;
}
