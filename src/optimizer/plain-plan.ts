/** Query plans in plain words: what is read in full, what is looked up, what is sorted on the side. */
import type { PlanNode } from '../database/protocol.ts';
import type { PlanLine } from './protocol.ts';

/** Each line with its depth in the tree, its kind, and one plain sentence. */
export function plainPlan(nodes: readonly PlanNode[]): PlanLine[] {
  const depths = new Map<number, number>();
  return nodes.map((node) => {
    const depth = node.parent === 0 ? 0 : (depths.get(node.parent) ?? 0) + 1;
    depths.set(node.id, depth);
    return { ...node, depth, ...explain(node.detail) };
  });
}

type Explained = Pick<PlanLine, 'kind' | 'plain'>;
type Explainer = (match: RegExpMatchArray) => Explained;

/** From the particular to the general; the first that matches speaks. */
const EXPLAINERS: readonly (readonly [RegExp, Explainer])[] = [
  [/^SCAN CONSTANT ROW/, () => other('Gives one row without reading a table.')],
  [/^SCAN (\S+) VIRTUAL TABLE/, ([, table]) => scan(`Asks the virtual table ${table} for rows.`)],
  [
    /^SCAN (.+?) USING COVERING INDEX (\S+)/,
    ([, table, index]) => scan(`Reads all of index ${index}, which holds every column of ${table} that is needed.`),
  ],
  [
    /^SCAN (.+?) USING INDEX (\S+)/,
    ([, table, index]) => scan(`Reads every row of ${table} in the order of index ${index}.`),
  ],
  [/^SCAN (.+?)( EXISTS| LEFT-JOIN)?$/, ([, table]) => scan(`Reads every row of ${table}.`)],
  [
    /^SEARCH (.+?) USING AUTOMATIC (PARTIAL )?(COVERING )?INDEX \((.*)\)/,
    ([, table, , , terms]) =>
      search(
        `Builds an index on ${table} for this run alone, then finds rows by ${by(terms)}: a lasting index would spare that.`,
      ),
  ],
  [
    /^SEARCH (.+?) USING INTEGER PRIMARY KEY \((.*)\)/,
    ([, table, terms]) => search(`Finds rows of ${table} by row id (${by(terms)}).`),
  ],
  [
    /^SEARCH (.+?) USING COVERING INDEX (\S+) \((.*)\)/,
    ([, table, index, terms]) =>
      search(`Finds rows of ${table} in index ${index} by ${by(terms)}; the index holds all that is needed.`),
  ],
  [
    /^SEARCH (.+?) USING (?:PRIMARY KEY|INDEX (\S+)) \((.*)\)/,
    ([, table, index, terms]) =>
      search(`Finds rows of ${table} by ${by(terms)}${index ? ` in index ${index}` : ' in its primary key'}.`),
  ],
  // min() and max(): one end of an index, but without an index every row.
  [
    /^SEARCH (\S+)$/,
    ([, table]) => scan(`Looks for the least or greatest in ${table}: no index orders it, so it may read every row.`),
  ],
  [/^SEARCH (\S+)/, ([, table]) => search(`Finds rows of ${table} without reading all of them.`)],
  [/^USE TEMP B-TREE FOR (.*)$/, ([, purpose]) => sort(`Sorts rows on the side for ${purpose}.`)],
  [/^CORRELATED (SCALAR|LIST) SUBQUERY/, () => other('Runs this subquery again for each row outside.')],
  [/^(SCALAR|LIST) SUBQUERY/, () => other('Runs this subquery once.')],
  [/^MULTI-INDEX OR/, () => other('Takes each side of an OR by its own index.')],
  [/^INDEX (\d+)/, ([, number]) => other(`Side ${number} of the OR.`)],
  [/^CO-ROUTINE (.*)$/, ([, name]) => other(`Makes the rows of ${name} as they are asked for.`)],
  [/^MATERIALIZE (.*)$/, ([, name]) => other(`Writes the rows of ${name} to a table on the side.`)],
  [/^CREATE BLOOM FILTER/, () => other('Builds a filter that tells which values cannot be among them.')],
  [/^BLOOM FILTER ON (\S+)/, ([, table]) => other(`Builds a filter that tells which rows of ${table} cannot match.`)],
  [/^COMPOUND QUERY/, () => other('Joins the rows of several queries.')],
  [/^LEFT-MOST SUBQUERY/, () => other('The first of them.')],
  [/^UNION ALL/, () => other('Then the next, duplicates kept.')],
  [
    /^(UNION|INTERSECT|EXCEPT) USING TEMP B-TREE/,
    ([, operator]) => sort(`Drops duplicates on the side for ${operator}.`),
  ],
  [/^MERGE \((.*)\)/, ([, operator]) => other(`Merges sorted rows for ${operator}.`)],
  [/^(LEFT|RIGHT)$/, ([, side]) => other(`The ${side === 'LEFT' ? 'first' : 'second'} of the two.`)],
  [/^RIGHT-JOIN (.*)$/, ([, table]) => scan(`Adds the rows of ${table} that met none.`)],
  [
    /^(SETUP|RECURSIVE STEP)/,
    ([, step]) =>
      other(step === 'SETUP' ? 'The rows that the recursion begins with.' : 'Each further step of the recursion.'),
  ],
];

function explain(detail: string): Explained {
  for (const [pattern, explainer] of EXPLAINERS) {
    const match = pattern.exec(detail);
    if (match) return explainer(match);
  }
  return other(detail);
}

/** `a=? AND b>?` as words. */
function by(terms: string | undefined): string {
  return (terms ?? '')
    .replace(/(\w+)>\? AND \1<\?/g, '$1>?') // both ends of one range
    .replaceAll(' AND ', ' and ')
    .replace(/ANY\((\w+)\)/g, 'every value of $1')
    .replace(/=\?/g, '')
    .replace(/[<>]\?/g, ' within a range');
}

function scan(plain: string): Explained {
  return { kind: 'scan', plain };
}
function search(plain: string): Explained {
  return { kind: 'search', plain };
}
function sort(plain: string): Explained {
  return { kind: 'sort', plain };
}
function other(plain: string): Explained {
  return { kind: 'other', plain };
}
