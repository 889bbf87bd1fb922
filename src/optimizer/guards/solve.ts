/**
 * Values for the variables of some demands: those that must be equal share one (union-find, with the closure of keys: rows of one key are one
 * row), and each gets a value in turn that SQLite itself says the conditions let through, among those that its column may well hold.
 */
import type { Random } from '../../core/ports.ts';
import type { Parameters } from '../../database/protocol.ts';
import { and, binary, column as columnNamed, literal, type Expr } from '../../sql/ast.ts';
import { printExpr } from '../../sql/print.ts';
import { foldCase } from '../../sql/tokens.ts';
import { mapExpr } from '../../sql/walk.ts';
import type { ColumnInfo } from '../../sql/schema.ts';
import { cellKey, cellSql, rowKey, type Cell, type Sandbox } from '../sandbox.ts';
import { placeholder, variablesIn, type Demands, type WantedRow } from './demands.ts';
import type { Domain, TouchedTable } from './domains.ts';
import { pick } from './pools.ts';
import type { Rows } from './worlds.ts';

const RUN_MS_MAX = 100;
/** Numbers that no literal is likely to be, for rows that must differ. */
const FRESH_FROM = 5000n;
const ODD_MAX = 4;
const TEXTS_MAX = 14;
const [NUMBERS_FROM, NUMBERS_TO] = [-60, 400];

export class Solver {
  readonly #touched: readonly TouchedTable[];
  readonly #sandbox: Sandbox;
  readonly #parameters: Parameters;
  /** Tables of candidates that are there, by name. */
  readonly #offered = new Set<string>();
  /** Answers to what was asked of candidates. */
  readonly #known = new Map<string, readonly Cell[]>();

  constructor(touched: readonly TouchedTable[], sandbox: Sandbox, parameters: Parameters) {
    this.#touched = touched;
    this.#sandbox = sandbox;
    this.#parameters = parameters;
  }

  /** For each table the wanted rows. Where nothing satisfies all conditions, some value is taken all the same. */
  rowsFor(demands: Demands, random: Random): Rows {
    const { rows, variables, equal, conditions } = demands;
    const classOf = this.#classes(demands);
    const joined = new Set(equal.flatMap(([one]) => classOf(one)));
    const asked = conditions.map((condition) => ({ condition, over: new Set(variablesIn(condition).map(classOf)) }));
    // What is asked for by itself comes before what depends on others.
    const alone = (one: number): number => asked.filter(({ over }) => over.size === 1 && over.has(one)).length;
    const classes = new Map<number, number[]>();
    variables.forEach((_, variable) => {
      const one = classOf(variable);
      classes.set(one, [...(classes.get(one) ?? []), variable]);
    });
    const order = [...classes].map(([one, members]) => ({ one, members, weight: alone(one) }));
    const chosen = new Map<number, Cell>();
    for (const { one, members } of order.sort((a, b) => b.weight - a.weight)) {
      const filters = asked
        .filter(({ over }) => over.has(one) && [...over].every((other) => other === one || chosen.has(other)))
        .map(({ condition }) => withValues(condition, classOf, one, chosen));
      if (joined.has(one)) filters.push(binary('IS NOT', columnNamed(null, 'value'), literal('NULL')));
      const taken = this.#taken(members, demands, (variable) => chosen.get(classOf(variable)));
      chosen.set(one, this.#choose(this.#strictest(members, demands), filters, taken, random));
    }
    return this.#touched.map((_, index) => {
      const made = rows
        .filter(({ table }) => table === index)
        .map((row) => row.variables.map((variable) => chosen.get(classOf(variable)) ?? null));
      return [...new Map(made.map((row) => [rowKey(row), row])).values()];
    });
  }

  /** Which variables are one. */
  #classes({ rows, variables, equal }: Demands): (variable: number) => number {
    const parent = variables.map((_, variable) => variable);
    const find = (one: number): number => (parent[one] === one ? one : (parent[one] = find(parent[one])));
    const unite = (a: number, b: number): boolean => {
      const [one, other] = [find(a), find(b)];
      parent[other] = one;
      return one !== other;
    };
    for (const [a, b] of equal) unite(a, b);
    const sameKey = (a: WantedRow, b: WantedRow): boolean =>
      a.table === b.table &&
      this.#keysOf(a.table).some((key) => key.every((at) => find(a.variables[at]) === find(b.variables[at])));
    for (let more = true; more;) {
      more = false;
      for (const [at, a] of rows.entries())
        for (const b of rows.slice(at + 1))
          if (sameKey(a, b))
            for (const [column, variable] of a.variables.entries()) more = unite(variable, b.variables[column]) || more;
    }
    return find;
  }

  /** The unique keys of a table as positions of touched columns. */
  #keysOf(table: number): number[][] {
    const { domains, table: info } = this.#touched[table];
    return info.uniqueKeys
      .map((key) => key.map((name) => domains.findIndex(({ column }) => foldCase(column.name) === foldCase(name))))
      .filter((key) => !key.includes(-1));
  }

  /** The one of them whose column takes the fewest values. */
  #strictest(members: readonly number[], { variables }: Demands): Place {
    const places = members.map((member) => variables[member]);
    const columnAt = ({ table, column }: Place): ColumnInfo => this.#touched[table].domains[column].column;
    return places.find((one) => columnAt(one).isRowid) ?? places.find((one) => columnAt(one).notNull) ?? places[0];
  }

  /** Values that other rows have in a column that is a key by itself. */
  #taken(
    members: readonly number[],
    { rows, variables }: Demands,
    valueOf: (variable: number) => Cell | undefined,
  ): Set<string> {
    const cells = members.flatMap((member) => {
      const { table, column } = variables[member];
      if (!this.#keysOf(table).some((key) => key.length === 1 && key[0] === column)) return [];
      return rows.filter((row) => row.table === table).map((row) => valueOf(row.variables[column]));
    });
    return new Set(cells.flatMap((cell) => (cell === undefined ? [] : [cellKey(cell)])));
  }

  #choose(place: Place, filters: readonly Expr[], taken: ReadonlySet<string>, random: Random): Cell {
    const free = (cells: readonly Cell[]): Cell[] => cells.filter((cell) => !taken.has(cellKey(cell)));
    const domain = this.#touched[place.table].domains[place.column];
    const fitting = free(this.#fitting(place, 'likely', filters));
    if (fitting.length > 0) return pick(fitting, random);
    if (filters.length > 0) {
      const others = free(this.#fitting(place, 'other', filters));
      if (others.length > 0) return pick(others, random);
    }
    if (taken.size > 0 && domain.column.affinity !== 'TEXT') return FRESH_FROM + BigInt(random.below(5000));
    const any = free(this.#fitting(place, 'likely', []));
    return any.length > 0 ? pick(any, random) : null;
  }

  /** Those of the candidates that all filters let through. */
  #fitting(place: Place, kind: keyof typeof CANDIDATES, filters: readonly Expr[]): readonly Cell[] {
    const where = and(filters);
    const sql = `SELECT value FROM ${this.#offer(place, kind)}${where ? ` WHERE ${printExpr(where)}` : ''}`;
    const known = this.#known.get(sql);
    if (known) return known;
    let cells: readonly Cell[] = [];
    try {
      cells = this.#sandbox
        .run(sql, this.#parameters, RUN_MS_MAX)
        .rows()
        .map(([cell]) => cell ?? null);
    } catch {
      // A condition that fails on some value lets none through.
    }
    this.#known.set(sql, cells);
    return cells;
  }

  /** The table of candidates, whose column compares as the one that they are for. */
  #offer({ table, column }: Place, kind: keyof typeof CANDIDATES): string {
    const name = `${kind}_${table}_${column}`;
    if (this.#offered.has(name)) return name;
    this.#offered.add(name);
    const { domains, table: info } = this.#touched[table];
    const domain = domains[column];
    const { affinity, collation } = domain.column;
    const rows = CANDIDATES[kind](domain).filter((cell) => isAllowed(cell, domain.column, info.strict));
    this.#sandbox.execute(
      `CREATE TEMP TABLE ${name}(value ${affinity}${collation === null ? '' : ` COLLATE ${collation}`})`,
    );
    if (rows.length > 0)
      this.#sandbox.execute(`INSERT INTO ${name} VALUES ${rows.map((cell) => `(${cellSql(cell)})`).join(', ')}`);
    return name;
  }
}

type Place = Demands['variables'][number];

const CANDIDATES = {
  /** What the query names is there twice, to be taken more often. */
  likely: ({ column, group, likely, odd }: Domain): Cell[] => {
    const plain: Cell[] = column.affinity === 'TEXT' ? ['a', 'b', 'A'] : [0n, 1n, 2n, 3n];
    return [...likely, ...likely, ...(group ? [group.favourite] : []), ...odd.slice(0, ODD_MAX), ...plain, null];
  },
  /** Where no likely one will do: numbers of many kinds, and texts with the beginning of one and the end of another. */
  other: ({ likely }: Domain): Cell[] => {
    const texts = [...new Set(likely.filter((cell) => typeof cell === 'string'))].slice(0, TEXTS_MAX);
    const numbers = Array.from({ length: NUMBERS_TO - NUMBERS_FROM }, (_, at) => BigInt(NUMBERS_FROM + at));
    return [...numbers, ...texts.flatMap((one) => texts.map((other) => one + other))];
  },
};

function isAllowed(cell: Cell, { notNull, isRowid, affinity }: ColumnInfo, strict: boolean): boolean {
  if (cell === null) return !notNull;
  if (isRowid || (strict && affinity === 'INTEGER')) return typeof cell === 'bigint';
  return !strict || affinity !== 'TEXT' || typeof cell === 'string';
}

/** The condition with the values that are chosen already, and with the column `value` for this one. */
function withValues(
  condition: Expr,
  classOf: (variable: number) => number,
  one: number,
  chosen: ReadonlyMap<number, Cell>,
): Expr {
  const standIns = new Map(variablesIn(condition).map((variable) => [placeholder(variable), classOf(variable)]));
  return mapExpr(condition, (part) => {
    const of = part.kind === 'column' ? standIns.get(part.name) : undefined;
    if (of === undefined) return part;
    return of === one ? columnNamed(null, 'value') : literal(cellSql(chosen.get(of) ?? null));
  });
}
