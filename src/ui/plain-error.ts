/** SQLite's messages in plain words: what is wrong, and what to try. The original follows where it says more. */

export interface KnownNames {
  tables: readonly string[];
  columns: readonly string[];
}

/** Order matters: the first pattern that fits speaks. */
const SENTENCES: readonly [RegExp, (match: RegExpExecArray, names: KnownNames) => string][] = [
  [
    /^near "(.*)": syntax error$/s,
    ([, token]) => `SQLite could not read the statement at “${token}”. Look at that word and the one before it.`,
  ],
  [/^incomplete input$/, () => 'The statement ends too early: a part, a quote or a bracket is missing at its end.'],
  [/^unrecognized token: "(.*)"$/s, ([, token]) => `“${token}” is nothing that SQL knows. Is a quote not closed?`],
  [
    /^no such table: (.+)$/,
    ([, name = ''], { tables }) => `There is no table named ${name}.${suggestion(name, tables, 'Tables here')}`,
  ],
  [
    /^no such column: (.+)$/,
    ([, name = ''], { columns }) =>
      `There is no column named ${name} in the tables of this query.${suggestion(name.split('.').at(-1) ?? name, columns, null)}` +
      (/^"/.test(name) ? ' Text stands in single quotes.' : ''),
  ],
  [/^ambiguous column name: (.+)$/, ([, name]) => `Several tables have a column ${name}: write table.${name}.`],
  [/^no such function: (.+)$/, ([, name]) => `SQLite here has no function ${name}().`],
  [
    /^table (.+) already exists$/,
    ([, name]) => `A table named ${name} already exists: choose another name or drop it first.`,
  ],
  [/^index (.+) already exists$/, ([, name]) => `An index named ${name} already exists.`],
  [/^UNIQUE constraint failed: (.+)$/, ([, what]) => `That value is already there, and ${what} must be unique.`],
  [/^NOT NULL constraint failed: (.+)$/, ([, what]) => `${what} must have a value: it may not be NULL.`],
  [
    /^FOREIGN KEY constraint failed$/,
    () => 'The row refers to another row that does not exist, or others still refer to it.',
  ],
  [/^CHECK constraint failed: (.+)$/, ([, what]) => `The table's own rule ${what} does not allow that value.`],
  [
    /^misuse of aggregate(?: function)?:? (.+)$/,
    ([, what]) => `${what} cannot stand here: totals are filtered in HAVING, not in WHERE.`,
  ],
];

/** The plain sentence for a message of SQLite; the message itself where there is none. */
export function plainError(message: string, names: KnownNames): string {
  for (const [pattern, sentence] of SENTENCES) {
    const match = pattern.exec(message);
    if (match) return sentence(match, names);
  }
  return message;
}

/** The nearest known name within a third of its length, or the short list, or nothing. */
function suggestion(name: string, known: readonly string[], listTitle: string | null): string {
  const wanted = name.toLowerCase();
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  if (best !== null) return ` Did you mean ${best}?`;
  return listTitle !== null && known.length > 0 && known.length <= 12 ? ` ${listTitle}: ${known.join(', ')}.` : '';
}

/** Levenshtein's distance; gives up with `limit` as soon as it cannot be less. */
function editDistance(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) >= limit) return limit;
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const swap = from[row - 1] === to[column - 1] ? 0 : 1;
      current.push(Math.min(previous[column] + 1, current[column - 1] + 1, previous[column - 1] + swap));
    }
    previous = current;
  }
  return Math.min(limit, previous[to.length]);
}
