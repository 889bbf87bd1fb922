/** Names of tables and columns from what a file offers: never empty, unique without regard to case, never SQLite's own. */

const NAME_MAX = 120;

/** `Sales 2024 (final).csv` gives `sales_2024_final`: easy to type, no quotes needed. */
export function tableName(fileName: string, taken: ReadonlySet<string> = new Set()): string {
  const bare = (fileName.split(/[\\/]/).at(-1) ?? '')
    .replace(/\.(gz|csv|tsv|tab|txt|md|json|jsonl|ndjson|geojson|parquet|sql)(?=\.|$)/gi, '')
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase()
    .slice(0, NAME_MAX);
  const named = bare === '' ? 'imported' : /^\d/.test(bare) || bare.startsWith('sqlite_') ? `t_${bare}` : bare;
  return unique(named, taken);
}

/** Names of columns as the file has them, but for white space around; an empty one is named by its place. */
export function columnNames(sources: readonly string[]): string[] {
  const taken = new Set<string>();
  return sources.map((source, index) => {
    const name = unique(source.replaceAll('\0', '').trim().slice(0, NAME_MAX) || `column ${index + 1}`, taken);
    taken.add(name.toLowerCase());
    return name;
  });
}

function unique(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let count = 2; taken.has(free.toLowerCase()); count++) free = `${name}_${count}`;
  return free;
}
