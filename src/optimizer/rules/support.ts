/** What several rules need: stars written out, names that are free, and the places where a rule may look. */
import type { Core, Expr, Select } from '../../sql/ast.ts';
import type { Schema } from '../../sql/schema.ts';
import { visitScopes, walkExpr, type Scope } from '../../sql/scope.ts';
import { remembered } from '../../sql/remembered.ts';
import { foldCase } from '../../sql/tokens.ts';
import { mapParts, visit } from '../../sql/walk.ts';

export { withoutStars } from '../../sql/origins.ts';

export interface Place {
  core: Core;
  scope: Scope;
  /** The query of which the core is an arm. */
  owner: Select;
}

/** Every core of the query with its scope, from the outside in. */
export const placesOf = remembered((query: Select, schema: Schema): readonly Place[] => {
  const places: Place[] = [];
  visitScopes(query, schema, { core: (core, scope, owner) => void places.push({ core, scope, owner }) });
  return places;
});

/** A name that the query does not use anywhere, beginning with `stem`. */
export function freeName(query: Select, stem: string, schema: Schema): string {
  const used = new Set<string>();
  const use = (name: string | null): void => {
    if (name !== null) used.add(foldCase(name));
  };
  visit(query, {
    query: (one) => one.ctes.forEach((cte) => [cte.name, ...(cte.columns ?? [])].forEach(use)),
    core: (core) => core.columns.forEach(({ alias }) => use(alias)),
    source: (source) => {
      use(source.alias);
    },
    table: (table) => use(table.name),
    expr: (expr) => {
      if (expr.kind !== 'column') return;
      use(expr.table);
      use(expr.name);
    },
  });
  for (const table of schema.tables) [table.name, ...table.columns.map((one) => one.name)].forEach(use);
  let name = stem;
  for (let number = 2; used.has(name); number++) name = `${stem}_${number}`;
  return name;
}

/** Whether the query may be moved elsewhere: every column in it comes from within. Null when not certain. */
export function isClosed(query: Select, outer: Scope): boolean | null {
  let [closed, certain] = [true, true];
  const around = new Set<Scope>();
  for (let scope: Scope | null = outer; scope; scope = scope.outer) around.add(scope);
  walkExpr({ kind: 'exists', query }, outer, {
    column: (_column, resolved) => {
      if (!resolved) certain = false;
      else if (around.has(resolved.scope)) closed = false;
    },
  });
  return certain ? closed : null;
}

/** The expressions that this one is directly made of. */
export function partsOf(expr: Expr): Expr[] {
  const parts: Expr[] = [];
  mapParts(expr, { expr: (part) => (parts.push(part), part), query: (query) => query });
  return parts;
}

/** Whether other names of the unaliased columns of this core would go unnoticed: those of the whole query are kept, others must not be spoken of. */
export function namesMayChange({ core, owner }: Place, query: Select): boolean {
  if (owner === query || core !== owner.first) return true;
  let isTable = false;
  visit(query, {
    source: ({ table }) => void (isTable ||= table === owner),
    query: ({ ctes }) => void (isTable ||= ctes.some((cte) => cte.query === owner)),
  });
  return !isTable || core.columns.every(({ expr, alias }) => alias !== null || expr.kind === 'column');
}

/** Tables and common tables that the query names anywhere, folded. */
export function tableNamesIn(query: Select): Set<string> {
  const names = new Set<string>();
  visit(query, { table: (table) => void names.add(foldCase(table.name)) });
  return names;
}
