/**
 * `WITH g AS (…) SELECT … FROM g AS a, g AS b` → `SELECT … FROM (…) AS a, (…) AS b`: what is read several times SQLite makes whole, whatever its readers ask for, and
 * so it does under NOT MATERIALIZED where it cannot take it apart; into a subquery that is read once the conditions of its reader go, and reach
 * the indexes of its tables. Making it twice may cost more than that saves: kept only when measured faster.
 * Left alone: common tables that are read once, that read themselves, or whose names mean something else further in; IN over a table.
 */
import type { Core, Cte, Expr, Select, Source } from '../../../sql/ast.ts';
import { foldCase } from '../../../sql/tokens.ts';
import { mapCore, mapParts, mapSelect, visit } from '../../../sql/walk.ts';
import type { Rule } from '../rule.ts';
import { tableNamesIn } from '../support.ts';

/** Longer texts are no longer what a person wrote. */
const COPIES_MAX = 16;

export const inlineCommonTable: Rule = {
  id: 'inline-common-table',
  apply(query) {
    const choices = query.ctes.filter((cte) => mayBeInlined(cte, query));
    const sets = choices.length > 1 ? [choices, ...choices.map((one) => [one])] : [choices];
    return sets.flatMap((set) => {
      // Of common tables that read each other there may be copies of copies.
      const copies = set.reduce((product, cte) => product * readsOf(cte, query), 1);
      if (set.length === 0 || copies > COPIES_MAX) return [];
      // Last to first: what is put in may itself read those before it.
      const select = set.toReversed().reduce(inlined, query);
      return [{ select, preconditions: [], note: `${set.map(({ name }) => name).join(', ')} made where it is read` }];
    });
  },
};

function mayBeInlined(cte: Cte, query: Select): boolean {
  const [own, inside] = [foldCase(cte.name), tableNamesIn(cte.query)];
  let isPlain = cte.columns === null && !inside.has(own);
  visit(query, {
    // A WITH further in may give one of its names another meaning.
    query: (one) =>
      void (isPlain &&=
        one === query || one.ctes.every(({ name }) => foldCase(name) !== own && !inside.has(foldCase(name)))),
    expr: (expr) => void (isPlain &&= expr.kind !== 'in-table' || foldCase(expr.table.name) !== own),
  });
  return isPlain && readsOf(cte, query) > 1;
}

function readsOf({ name }: Cte, query: Select): number {
  let reads = 0;
  visit(query, { table: (table) => void (reads += table.kind === 'table' && isNamed(table, name) ? 1 : 0) });
  return reads;
}

function inlined(query: Select, { name }: Cte): Select {
  const body = query.ctes.find((cte) => cte.name === name)?.query;
  if (!body) return query;
  const within = (from: readonly Source[]): readonly Source[] =>
    from.map(({ ...source }) => {
      if (source.table.kind === 'joins')
        return { ...source, table: { ...source.table, from: within(source.table.from) } };
      if (source.table.kind !== 'table' || !isNamed(source.table, name)) return source;
      return { ...source, table: body, alias: source.alias ?? source.table.name };
    });
  const parts = {
    expr: (expr: Expr): Expr => mapParts(expr, parts),
    query: (inner: Select): Select => mapSelect(inner, parts),
    core: (core: Core): Core => mapCore(reads(core, name) ? { ...core, from: within(core.from) } : core, parts),
  };
  return mapSelect({ ...query, ctes: query.ctes.filter((cte) => cte.name !== name) }, parts);
}

function isNamed({ schema, name }: { schema: string | null; name: string }, wanted: string): boolean {
  return schema === null && foldCase(name) === foldCase(wanted);
}

function reads({ from }: Core, name: string): boolean {
  return from.some(({ table }) => table.kind === 'joins' || (table.kind === 'table' && isNamed(table, name)));
}
