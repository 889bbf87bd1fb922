/** Names as SQL: the page writes statements too (a look at a table, a name put into the editor), and may not import `sql`. */

/** A name in double quotes, safe whatever it holds. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
