/** Rows for any schema: few distinct values, those of the query at hand among them, NULLs, and values of another storage class. */
import type { Random } from '../src/core/ports.ts';
import { printName } from '../src/sql/print.ts';
import type { ColumnInfo, Schema } from '../src/sql/schema.ts';
import { tokenize } from '../src/sql/tokens.ts';
import type { Sandbox } from '../src/optimizer/sandbox.ts';
import { BREAKING } from './generated-predicates.ts';
import { chance, oneOf, type GeneratedSchema } from './generated-parts.ts';

const ROWS_MAX = 8;
const ODD = ['-0.0', '1.0', "'1'", "'1.0'", "x'31'", '9007199254740993', '0.5', "''", "'1x'", '-1'];

/** What rows are made of. */
export interface Ingredients {
  /** Of the queries at hand. */
  literals: string[];
  /** What a column mostly holds, by `table.column`. */
  usual: ReadonlyMap<string, readonly string[]>;
}

export function ingredients(schema: GeneratedSchema | null): Ingredients {
  const columns = schema?.tables.flatMap(({ name, columns: all }) =>
    all.flatMap((column): [string, readonly string[]][] =>
      column.values && column.values.length > 0 ? [[`${name}.${column.name}`, column.values]] : [],
    ),
  );
  return { literals: [], usual: new Map(columns) };
}

/** Literals of a text, as they stand there. */
export function literalsOf(sql: string): string[] {
  return tokenize(sql)
    .filter((token) => /^(string|integer|real|blob)$/.test(token.kind))
    .map((token) => sql.slice(token.start, token.end));
}

/** Empties all tables and fills them anew. Answers the INSERT statements. */
export function fillTables(sandbox: Sandbox, schema: Schema, from: Ingredients, random: Random): string[] {
  for (const { kind, name } of schema.tables) if (kind === 'table') sandbox.execute(`DELETE FROM ${printName(name)}`);
  return addRows(sandbox, schema, from, random);
}

/** A few rows more in all tables; what breaks a constraint is left out. Answers the INSERT statements. */
export function addRows(sandbox: Sandbox, schema: Schema, from: Ingredients, random: Random): string[] {
  const statements: string[] = [];
  for (const table of schema.tables) {
    if (table.kind !== 'table') continue;
    const name = printName(table.name);
    const columns = table.columns.filter((column) => !column.generated);
    const rows = Array.from({ length: random.below(ROWS_MAX + 1) }, () => rowOf(table.name, columns, from, random));
    const into = `INSERT OR IGNORE INTO ${name}(${columns.map((column) => printName(column.name)).join(', ')}) VALUES `;
    // Some constraints are not ignored, they fail: then each row stands for itself.
    const tried = rows.length === 0 || succeeds(sandbox, into + rows.join(', '));
    if (tried) statements.push(...(rows.length === 0 ? [] : [into + rows.join(', ')]));
    else for (const row of rows) if (succeeds(sandbox, into + row)) statements.push(into + row);
  }
  return statements;
}

function succeeds(sandbox: Sandbox, sql: string): boolean {
  try {
    sandbox.execute(sql);
    return true;
  } catch {
    return false;
  }
}

function rowOf(
  table: string,
  columns: readonly ColumnInfo[],
  { literals, usual }: Ingredients,
  random: Random,
): string {
  const values = columns.map((column) => {
    const known = usual.get(`${table}.${column.name}`);
    if (!known) return valueOf(column, literals, random);
    if (!column.notNull && chance(6, random)) return 'NULL';
    // Few, for else nothing that rests on the data would be proved.
    return oneOf(chance(40, random) ? BREAKING : known, random);
  });
  return `(${values.join(', ')})`;
}

function valueOf(column: ColumnInfo, literals: readonly string[], random: Random): string {
  if (column.isRowid)
    return chance(4, random) ? oneOf([...literals.filter(isInteger), '1'], random) : String(random.below(8));
  if (!column.notNull && chance(5, random)) return 'NULL';
  if (chance(14, random)) return oneOf(ODD, random);
  const text = column.affinity === 'TEXT';
  const fitting = literals.filter((one) => column.affinity === 'BLOB' || one.startsWith("'") === text);
  if (fitting.length > 0 && chance(2, random)) return near(oneOf(fitting, random), random);
  if (text) return oneOf(["'a'", "'A'", "'b'", "'ab'", "'1'"], random);
  return String(random.below(4));
}

/** The literal, or what lies beside it. */
function near(literal: string, random: Random): string {
  if (!chance(3, random)) return literal.replace(/[%_]/g, 'x');
  if (isInteger(literal)) return `${literal} + ${1 - 2 * random.below(2)}`;
  if (!literal.startsWith("'")) return literal;
  const inner = literal.slice(1, -1);
  const date = /^\d{4}(-\d\d)?$/.test(inner) ? `${inner}${'-06-15'.slice(inner.length === 4 ? 0 : 3)}` : inner;
  const around = [date, `${inner} 10:00:00`, `${inner}z`, inner.toUpperCase(), inner.slice(0, -1), withoutLatin(inner)];
  return `'${oneOf(around, random)}'`;
}

/** The same with its last character beyond ASCII: in UTF-16 it lies between two that are not. */
function withoutLatin(text: string): string {
  const last = text.codePointAt(text.length - 1) ?? 0;
  return last > 0x20 && last < 0x7f ? text.slice(0, -1) + String.fromCodePoint(last + 0x100) : text;
}

function isInteger(literal: string): boolean {
  return /^\d+$/.test(literal);
}
