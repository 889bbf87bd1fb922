/**
 * Statements that must never be EXPLAINed (`EXPLAIN PRAGMA` executes the PRAGMA), classified by their first words.
 * The tables of PRAGMAs say which only read, which may be set and are replayed to every worker, and which are refused and why.
 */
import type { StatementKind } from '../protocol.ts';
import { isSemicolon, tokensOf } from './tokens.ts';

export interface FirstWords {
  kind: StatementKind;
  refusal: string | null;
}

/** What the first words decide, or null when the statement is to be EXPLAINed. */
export function classifyByFirstWords(sql: string): FirstWords | null {
  const words = firstWords(sql, 6);
  const first = words[0] ?? '';
  if (Object.hasOwn(FIXED, first)) return { kind: FIXED[first as keyof typeof FIXED], refusal: null };
  if (Object.hasOwn(REFUSED, first)) return refused(REFUSED[first as keyof typeof REFUSED]);
  switch (first) {
    case 'PRAGMA':
      return classifyPragma(sql);
    case 'VACUUM':
      return classifyVacuum(sql);
    case 'EXPLAIN': {
      const inner = words.slice(1).find((word) => word !== 'QUERY' && word !== 'PLAN') ?? '';
      if (inner === 'PRAGMA') return refused('EXPLAIN of a PRAGMA would execute it. Run the PRAGMA itself.');
      if (Object.hasOwn(REFUSED, inner)) return refused(REFUSED[inner as keyof typeof REFUSED]);
      return { kind: 'explain', refusal: null };
    }
    default:
      return null;
  }
}

/** Whether SQLite may act on the statement while it compiles it: such a text is never compiled just to look at it. */
export function actsWhenCompiled(sql: string): boolean {
  const [first, ...rest] = firstWords(sql, 4);
  return first === 'PRAGMA' || (first === 'EXPLAIN' && rest.includes('PRAGMA'));
}

/** CREATE or DROP of one table, index, view or trigger of the database: no other object's definition changes with it. */
export function isPlainDdl(sql: string): boolean {
  const [first, second] = firstWords(sql, 2);
  return (
    (first === 'CREATE' || first === 'DROP') && ['TABLE', 'INDEX', 'UNIQUE', 'VIEW', 'TRIGGER'].includes(second ?? '')
  );
}

/** ANALYZE, or a PRAGMA that may run it: planner statistics may have changed without the schema cookie telling. */
export function mayChangeStatistics(sql: string): boolean {
  const words = firstWords(sql, 4);
  return words[0] === 'ANALYZE' || (words[0] === 'PRAGMA' && words.includes('OPTIMIZE'));
}

/** A VACUUM of the file itself, not into another one. */
export function isVacuum(sql: string): boolean {
  const words = firstWords(sql, 4);
  return words[0] === 'VACUUM' && !words.includes('INTO');
}

/** A PRAGMA page_size or auto_vacuum: VACUUM heeds it, and a database without a table does at once. */
export function shapesTheFile(sql: string): 'page size' | 'auto vacuum' | null {
  if (firstWords(sql, 1)[0] !== 'PRAGMA') return null;
  const { name, hasArgument } = pragmaOf(sql);
  if (!hasArgument) return null;
  return name === 'page_size' ? 'page size' : name === 'auto_vacuum' ? 'auto vacuum' : null;
}

const FIXED = {
  BEGIN: 'transaction',
  COMMIT: 'transaction',
  END: 'transaction',
  ROLLBACK: 'transaction',
  SAVEPOINT: 'transaction',
  RELEASE: 'transaction',
  ANALYZE: 'maintenance',
  REINDEX: 'maintenance',
} as const;

const REFUSED = {
  ATTACH: 'ATTACH is not available: each worker holds one database. Open the other file in its own tab.',
  DETACH: 'DETACH is not available: nothing can be attached here.',
} as const;

const NO_SETTING = 'it is the same for every worker and set by the lab';
const BREAKS_REPLICAS = 'workers would no longer see the same data';

/** PRAGMAs that only read, with or without an argument. */
const READ_PRAGMAS = new Set(
  `collation_list compile_options data_version database_list foreign_key_check foreign_key_list freelist_count function_list
  index_info index_list index_xinfo integrity_check module_list page_count pragma_list quick_check table_info table_list
  table_xinfo`.split(/\s+/),
);

/** PRAGMAs that read without an argument; with one: 'set' is replayed to all, 'file' changes the file, a text is why not. */
const SETTABLE_PRAGMAS: Readonly<Record<string, string>> = {
  analysis_limit: 'set',
  automatic_index: 'set',
  cache_size: 'set',
  cache_spill: 'set',
  case_sensitive_like: 'set',
  cell_size_check: 'set',
  count_changes: 'set',
  defer_foreign_keys: 'set',
  empty_result_callbacks: 'set',
  foreign_keys: 'set',
  full_column_names: 'set',
  ignore_check_constraints: 'set',
  legacy_alter_table: 'set',
  page_size: 'set',
  recursive_triggers: 'set',
  reverse_unordered_selects: 'set',
  secure_delete: 'set',
  short_column_names: 'set',
  temp_store: 'set',
  trusted_schema: 'set',
  application_id: 'file',
  auto_vacuum: 'file',
  encoding: 'file',
  user_version: 'file',
  busy_timeout: NO_SETTING,
  hard_heap_limit: NO_SETTING,
  journal_mode: `${BREAKS_REPLICAS}: the journal stays in memory`,
  journal_size_limit: NO_SETTING,
  locking_mode: `${BREAKS_REPLICAS}: it stays NORMAL`,
  max_page_count: NO_SETTING,
  mmap_size: NO_SETTING,
  query_only: `${BREAKS_REPLICAS}: the primary has to write`,
  read_uncommitted: NO_SETTING,
  schema_version: `${BREAKS_REPLICAS}: the lab relies on it to notice a new schema`,
  soft_heap_limit: NO_SETTING,
  synchronous: NO_SETTING,
  threads: NO_SETTING,
  wal_autocheckpoint: NO_SETTING,
  writable_schema: `${BREAKS_REPLICAS}, and a slip would destroy the schema`,
};

/** PRAGMAs that do something whether or not they have an argument. */
const ACTING_PRAGMAS = new Set(['incremental_vacuum', 'optimize']);

interface Pragma {
  /** Lower case; null when none is named. */
  schema: string | null;
  name: string;
  hasArgument: boolean;
}

function pragmaOf(sql: string): Pragma {
  const tokens = [...tokensOf(sql)].filter((token) => !isSemicolon(sql, token)).slice(1, 6);
  const texts = tokens.map(({ start, end }) => sql.slice(start, end));
  const schema = texts[1] === '.' ? unquote(texts[0]) : null;
  if (schema !== null) texts.splice(0, 2);
  return { schema, name: unquote(texts[0] ?? ''), hasArgument: texts.length > 1 };
}

function classifyPragma(sql: string): FirstWords {
  const { schema, name, hasArgument } = pragmaOf(sql);
  if (schema !== null && schema !== 'main' && schema !== 'temp') {
    return refused(`There is no database named ${schema} here.`);
  }
  if (READ_PRAGMAS.has(name)) return { kind: 'pragma-read', refusal: null };
  if (ACTING_PRAGMAS.has(name)) return { kind: 'maintenance', refusal: null };
  const setting = Object.hasOwn(SETTABLE_PRAGMAS, name) ? SETTABLE_PRAGMAS[name] : null;
  if (setting === null) return refused(`PRAGMA ${name} is not available here.`);
  if (!hasArgument) return { kind: 'pragma-read', refusal: null };
  if (setting === 'set') return { kind: 'pragma-set', refusal: null };
  if (setting === 'file') return { kind: 'maintenance', refusal: null };
  return refused(`PRAGMA ${name} cannot be set: ${setting}.`);
}

function classifyVacuum(sql: string): FirstWords {
  return firstWords(sql, 4).includes('INTO')
    ? refused('VACUUM INTO is not available: there is no file system to write to. Save the database instead.')
    : { kind: 'maintenance', refusal: null };
}

function refused(refusal: string): FirstWords {
  return { kind: 'refused', refusal };
}

function firstWords(sql: string, count: number): string[] {
  const words: string[] = [];
  for (const token of tokensOf(sql)) {
    if (token.kind === 'word') words.push(sql.slice(token.start, token.end).toUpperCase());
    else if (!isSemicolon(sql, token) || words.length > 0) words.push('');
    if (words.length === count) break;
  }
  return words;
}

function unquote(name: string): string {
  const quoted = /^(["'`])(.*)\1$|^\[(.*)\]$/s.exec(name);
  return (quoted ? (quoted[2] ?? quoted[3] ?? '') : name).toLowerCase();
}
