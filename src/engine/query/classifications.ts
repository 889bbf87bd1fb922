/**
 * What is known of statement texts: their classification, or how a script splits. Keyed by text, schema cookie and
 * history, so that nothing outlives the schema it was taken from. Bounded; the oldest go first.
 */
import type { Classification, StatementSpan } from '../../database/protocol.ts';
import { canonicalText } from '../../sql/fingerprint.ts';
import { plainColumns, type PlainColumns } from '../../sql/part-of.ts';

export const KNOWN_TEXTS_MAX = 5000;
/** Texts that differ in their columns alone; the latest are looked at. */
const SIBLINGS_MAX = 8;

/** A single statement, or a text that must be split first. */
export type KnownText =
  { type: 'statement'; classification: Classification } | { type: 'script'; spans: StatementSpan[] };

/** What a query's key in the cache is made of. */
export type QueryMeaning = Pick<Classification, 'program' | 'parameters'>;

/** A query that is known, and which plain columns it has, if these are all. */
export interface KnownQuery {
  classification: Classification;
  columns: PlainColumns | null;
}

export class Classifications {
  #known = new Map<string, KnownText>();
  /** Queries by canonical text: spellings of one meaning are alike but for the names of their columns. */
  #queries = new Map<string, KnownQuery>();
  /**
   * The same under former schemas, and of the page that was here before. What such a text means now, a worker must say: it is a
   * guess, and saves work if it was right.
   */
  #former = new Map<string, QueryMeaning>();
  /** Queries of plain columns, by what stands behind FROM. */
  #siblings = new Map<string, Set<KnownQuery>>();
  #schemaCookie = -1;
  #historyId = '';
  /** Moves whenever everything is forgotten. */
  #stamp = 0;

  /** Forgets everything when the schema or the history has moved. */
  at(schemaCookie: number, historyId: string): this {
    if (schemaCookie !== this.#schemaCookie || historyId !== this.#historyId) {
      this.forget();
      this.#schemaCookie = schemaCookie;
      this.#historyId = historyId;
    }
    return this;
  }

  forget(): void {
    for (const [text, { classification }] of this.#queries) keep(this.#former, text, classification);
    this.#known.clear();
    this.#queries.clear();
    this.#siblings.clear();
    this.#stamp++;
  }

  /** What was learnt from a worker holds only if this is still what it was when the worker was asked. */
  get stamp(): number {
    return this.#stamp;
  }

  get(sql: string): KnownText | undefined {
    return this.#known.get(sql);
  }

  set(sql: string, known: KnownText): void {
    keep(this.#known, sql, known);
    if (known.type !== 'statement' || known.classification.kind !== 'read') return;
    const query = { classification: known.classification, columns: plainColumns(sql) };
    keep(this.#queries, canonicalText(sql), query);
    if (query.columns) this.#addSibling(query.columns.rest, query);
  }

  /** What a text means that is one statement; null when it is not known, or is not one. */
  statement(sql: string): Classification | null {
    const known = this.#known.get(sql);
    return known?.type === 'statement' ? known.classification : null;
  }

  /**
   * What a worker said that was asked under `stamp`. Not when schema, history or settings have moved since: it would be
   * believed of the new ones.
   */
  learn(sql: string, known: KnownText, stamp: number): void {
    if (stamp === this.#stamp) this.set(sql, known);
  }

  /** A query of this text in any spelling. */
  alike(sql: string): KnownQuery | undefined {
    return this.#queries.get(canonicalText(sql));
  }

  /** What a text that is not known probably means, by what it meant before, or by another spelling. */
  guess(sql: string): QueryMeaning | undefined {
    const text = canonicalText(sql);
    return this.#queries.get(text)?.classification ?? this.#former.get(text);
  }

  /** What a text meant before the page was loaded anew. */
  expect(sql: string, meaning: QueryMeaning): void {
    keep(this.#former, canonicalText(sql), meaning);
  }

  /** Queries that differ from one with such a rest in their columns alone, the latest first. */
  siblings(rest: string): KnownQuery[] {
    return [...(this.#siblings.get(rest) ?? [])].reverse();
  }

  #addSibling(rest: string, query: KnownQuery): void {
    const siblings = this.#siblings.get(rest) ?? new Set();
    keep(this.#siblings, rest, siblings);
    siblings.add(query);
    const [oldest] = siblings;
    if (oldest && siblings.size > SIBLINGS_MAX) siblings.delete(oldest);
  }
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  if (map.size >= KNOWN_TEXTS_MAX && !map.has(key)) {
    const oldest = map.keys().next();
    if (!oldest.done) map.delete(oldest.value);
  }
  map.set(key, value);
}
