/**
 * Which rows a row of the result asks for, read off the query: a row for each table that it reads, on whichever level, with what the conditions
 * ask of their values. Chance decides between the arms of a compound, the sides of an OR, and whether a LEFT JOIN finds its row. What is left
 * open costs evidence and nothing else: databases of such rows are tried like all others.
 */
import type { Random } from '../../core/ports.ts';
import {
  binary,
  isOuterJoin,
  literal,
  mergesColumns,
  type BinaryOperator,
  type Core,
  type Expr,
  type Select,
} from '../../sql/ast.ts';
import { withoutStars } from '../../sql/origins.ts';
import type { Schema } from '../../sql/schema.ts';
import { Scope, withCtes, type CommonTables, type ScopeSource } from '../../sql/scope.ts';
import { foldCase } from '../../sql/tokens.ts';
import { mapParts, someExpr } from '../../sql/walk.ts';
import { isAggregate } from '../determined.ts';
import { tablesBehind } from '../tables-behind.ts';
import type { TouchedTable } from './domains.ts';
import { pick } from './pools.ts';

/** A row of a touched table: a variable for each of its touched columns. */
export interface WantedRow {
  table: number;
  variables: readonly number[];
}

export interface Demands {
  rows: readonly WantedRow[];
  /** Where each variable stands. */
  variables: readonly { table: number; column: number }[];
  equal: readonly (readonly [number, number])[];
  /** All to be true; a variable is a column of the name that `placeholder` gives. */
  conditions: readonly Expr[];
  /** Conditions that were met on the way, those among them of which the opposite may be asked. */
  leaves: number;
}

const ROWS_MAX = 24;
const DEPTH_MAX = 12;
/** Expressions that are written out over variables: one may be made of two others, and those again. */
const EXPANDED_MAX = 1000;

interface Placed {
  expr: Expr;
  scope: Scope;
}

/** What stands for a source: columns by folded name; null for a row of NULLs. */
type Instance = { variables: ReadonlyMap<string, number> } | { shown: ReadonlyMap<string, Placed> } | null;

/** `victim`: of the condition with this number the opposite is asked; null asks for all as they stand. */
export function demandsOf(
  query: Select,
  schema: Schema,
  touched: readonly TouchedTable[],
  victim: number | null,
  random: Random,
): Demands {
  const walk = new Walk(schema, touched, victim, random);
  walk.query(query, new Map(), null);
  return walk;
}

export function placeholder(variable: number): string {
  return `variable ${variable}`;
}

class Walk implements Demands {
  readonly rows: WantedRow[] = [];
  readonly variables: { table: number; column: number }[] = [];
  readonly equal: [number, number][] = [];
  readonly conditions: Expr[] = [];
  leaves = 0;
  readonly #instances = new Map<ScopeSource, Instance>();
  #depth = 0;
  #expanded = 0;

  constructor(
    readonly schema: Schema,
    readonly touched: readonly TouchedTable[],
    private victim: number | null,
    readonly random: Random,
  ) {}

  /** What a row of the query shows, or null when that is not known. */
  query(query: Select, ctes: CommonTables, outer: Scope | null): Placed[] | null {
    if (this.#depth >= DEPTH_MAX || this.rows.length >= ROWS_MAX) return null;
    this.#depth++;
    const inSight = withCtes(query, this.schema, ctes, outer);
    const arms = [query.first, ...query.rest.map((arm) => arm.core)];
    const both = query.rest.some(({ operator }) => operator === 'INTERSECT');
    const [first = null, ...others] = (both ? arms : [pick(arms, this.random)]).map((core) =>
      this.#core(core, inSight, outer),
    );
    for (const other of others) first?.forEach((one, at) => this.#same(one, other?.[at]));
    this.#depth--;
    return first;
  }

  #core(core: Core, ctes: CommonTables, outer: Scope | null): Placed[] | null {
    const scope = this.#from(core, ctes, outer);
    if (core.values) return pick(core.values, this.random).map((expr) => ({ expr, scope }));
    if (core.having) {
      this.#require(core.having, scope, true);
      // It may ask for several rows of a group.
      for (let more = this.random.below(3); more > 0; more--) {
        const again = this.#from(core, ctes, outer);
        for (const expr of core.groupBy) this.#same({ expr, scope }, { expr, scope: again });
      }
    }
    return withoutStars(core, scope)?.map(({ expr }) => ({ expr, scope })) ?? null;
  }

  /** A row for each source, as its joins and the WHERE clause want them. */
  #from(core: Core, ctes: CommonTables, outer: Scope | null): Scope {
    const scope = new Scope(core, this.schema, ctes, outer);
    core.from.forEach(({ join }, at) => {
      const source = scope.sources[at];
      if (isOuterJoin(join) && this.random.below(3) === 0) this.#instances.set(source, null);
      else this.#instance(source, core);
    });
    core.from.forEach((source, at) => {
      if (this.#instances.get(scope.sources[at]) === null) return;
      if (source.on) this.#require(source.on, scope, true);
      if (mergesColumns(source)) this.#merge(scope, at);
    });
    if (core.where) this.#require(core.where, scope, true);
    return scope;
  }

  #instance(source: ScopeSource, core: Core): void {
    const { table, inner } = source;
    if (table) this.#instances.set(source, { variables: this.#row(table.name) });
    else if (inner) {
      const shown = this.query(inner.query, inner.ctes, inner.outer);
      const named = inner.columns?.flatMap((name, at): [string, Placed][] =>
        shown?.[at] ? [[foldCase(name), shown[at]]] : [],
      );
      this.#instances.set(source, { shown: new Map(named) });
    } else {
      const written = core.from[source.index].table;
      const names = written.kind === 'table' ? tablesBehind(written.name, this.schema) : [];
      for (const name of names) if (this.schema.table(name)?.kind === 'table') this.#row(name);
    }
  }

  #row(name: string): Map<string, number> {
    const table = this.touched.findIndex((one) => one.table.name === this.schema.table(name)?.name);
    const columns = this.touched[table]?.domains.map((domain) => foldCase(domain.column.name)) ?? [];
    const variables = columns.map((_, column) => this.variables.push({ table, column }) - 1);
    if (table >= 0) this.rows.push({ table, variables });
    return new Map(columns.map((column, at) => [column, variables[at] ?? 0]));
  }

  /** USING and NATURAL: the columns of one name are equal. */
  #merge(scope: Scope, at: number): void {
    const right = scope.sources[at];
    for (const left of scope.sources.slice(0, at)) {
      for (const name of left.columns ?? []) {
        if (!right.columns?.some((one) => foldCase(one) === foldCase(name)) || !scope.merges(at, foldCase(name)))
          continue;
        const of = (source: ScopeSource): Placed => {
          return { expr: { kind: 'column', table: source.label, name }, scope };
        };
        this.#same(of(left), of(right));
      }
    }
  }

  #require(expr: Expr, scope: Scope, truth: boolean): void {
    if (expr.kind === 'unary' && expr.operator === 'NOT') this.#require(expr.operand, scope, !truth);
    else if (expr.kind === 'binary' && /^(AND|OR)$/.test(expr.operator)) {
      const sides = [expr.left, expr.right];
      const wanted = (expr.operator === 'AND') === truth ? sides : [pick(sides, this.random)];
      for (const side of wanted) this.#require(side, scope, truth);
    } else this.#leaf(expr, scope, this.leaves++ === this.victim ? !truth : truth);
  }

  #leaf(expr: Expr, scope: Scope, truth: boolean): void {
    if (expr.kind === 'exists') this.#inside(truth, () => void this.query(expr.query, scope.ctes, scope));
    else if (expr.kind === 'in' && 'kind' in expr.choices) {
      const { operand, choices, not: isNot } = expr;
      const operands = operand.kind === 'row' ? operand.items : [operand];
      this.#inside(truth !== isNot, () => {
        const shown = this.query(choices, scope.ctes, scope);
        operands.forEach((one, at) => this.#same({ expr: one, scope }, shown?.[at]));
      });
    } else if (expr.kind === 'binary' && /^(=|IS)$/.test(expr.operator) && truth) {
      this.#same({ expr: expr.left, scope }, { expr: expr.right, scope }, expr.operator);
    } else this.#ask(this.#expand(expr, scope), truth);
  }

  /** The rows of a subquery, all as it asks for; or, where there should be none, now and then such as miss it by one condition. */
  #inside(wanted: boolean, make: () => void): void {
    if (wanted) return make();
    if (this.random.below(2) === 0) return;
    const kept = this.victim;
    this.victim = this.leaves + this.random.below(3);
    make();
    this.victim = kept;
  }

  #same(one: Placed, other: Placed | undefined, operator: BinaryOperator = '='): void {
    const [a, b] = [one, other].map((placed) => placed && this.#expand(placed.expr, placed.scope));
    if (!a || !b) return;
    const [left, right] = [variableOf(a), variableOf(b)];
    if (left === null || right === null) this.#ask(binary(operator, a, b), true);
    else this.equal.push([left, right]);
  }

  #ask(condition: Expr | null, truth: boolean): void {
    if (condition) this.conditions.push(truth ? condition : binary('IS', condition, literal('FALSE')));
  }

  /** The expression over variables, each group being of one row; null when something in it is not known. */
  #expand(expr: Expr, scope: Scope): Expr | null {
    let known = this.#expanded++ < EXPANDED_MAX;
    if (!known) return null;
    const unknown = (): Expr => {
      known = false;
      return literal('NULL');
    };
    const placed = (one: Placed | undefined): Expr => (one && this.#expand(one.expr, one.scope)) ?? unknown();
    const change = (part: Expr): Expr => {
      if (part.kind === 'column') {
        const resolved = scope.resolve(part);
        const instance = resolved ? this.#instances.get(resolved.source) : undefined;
        if (!resolved || instance === undefined) return unknown();
        if (instance === null) return literal('NULL');
        const name = foldCase(resolved.name);
        if ('shown' in instance) return placed(instance.shown.get(name));
        const variable = instance.variables.get(name);
        return variable === undefined ? unknown() : { kind: 'column', table: null, name: placeholder(variable) };
      }
      if (part.kind === 'scalar') return placed(this.query(part.query, scope.ctes, scope)?.[0]);
      if (part.kind === 'exists' || part.kind === 'in-table') return unknown();
      if (part.kind === 'in' && 'kind' in part.choices) return unknown();
      if (part.kind === 'call' && part.over !== null) return unknown();
      if (part.kind === 'call' && isAggregate(part)) {
        const [argument] = part.args;
        return foldCase(part.name) === 'count' || !argument ? literal('1') : change(argument);
      }
      return mapParts(part, { expr: change, query: (query) => query });
    };
    const changed = change(expr);
    return known ? changed : null;
  }
}

/** Which variable the expression is; null when it is more than one. */
function variableOf(expr: Expr): number | null {
  const [, number] = (expr.kind === 'column' && /^variable (\d+)$/.exec(expr.name)) || [];
  return number === undefined ? null : Number(number);
}

/** All variables in it. */
export function variablesIn(expr: Expr): number[] {
  const found: number[] = [];
  someExpr(expr, (part) => {
    const variable = variableOf(part);
    if (variable !== null) found.push(variable);
    return false;
  });
  return found;
}
