/**
 * Equal keys, equal results: texts for which the cache would keep one entry are run one by one on the same database, and must give the
 * same rows, each under the names that SQLite gives to its own columns.
 */
import { cacheKey } from '../src/cache/keys/key.ts';
import { toWireError } from '../src/core/errors.ts';
import type { Connection } from '../src/database/connection.ts';
import type { Classification, ResultColumns } from '../src/database/protocol.ts';
import { rowsOf } from '../src/database/rows/columns.ts';
import { Classifier } from '../src/database/statements/classifier.ts';

export interface KeyReport {
  /** Texts that may be stored, the same one on other content counted again; different keys among them. */
  texts: number;
  keys: number;
  /** Texts that met another text of their key, and were compared with it. */
  compared: number;
  /** Of these, with other rows; with the same rows in another order, though it asks for an order; under wrong names. */
  otherRows: number;
  otherOrder: number;
  otherNames: number;
  /** Not compared: one of the two failed, took too long, or asked for the time. */
  notRun: number;
  examples: { one: string; other: string; what: string }[];
}

export function emptyKeyReport(): KeyReport {
  const zeros = { compared: 0, otherRows: 0, otherOrder: 0, otherNames: 0, notRun: 0 };
  return { texts: 0, keys: 0, ...zeros, examples: [] };
}

const EXAMPLES_MAX = 10;
const DEADLINE_MS = 500;

/** What a text gave: rows as texts, in order; null where that cannot be told. */
interface Group {
  sql: string;
  rows: readonly string[] | null | undefined;
}

export class EqualKeys {
  readonly #connection: Connection;
  readonly #classifier: Classifier;
  readonly #report: KeyReport;
  readonly #keyFrom: typeof cacheKey;
  #groups = new Map<string, Group>();

  /** `keyFrom` is the cache's own, unless the check itself is to be checked. */
  constructor(connection: Connection, report: KeyReport, keyFrom = cacheKey) {
    this.#connection = connection;
    this.#classifier = new Classifier(connection);
    this.#report = report;
    this.#keyFrom = keyFrom;
  }

  get classifier(): Classifier {
    return this.#classifier;
  }

  /** The content has changed: what was asked before is no measure any more. */
  moved(): void {
    this.#groups = new Map();
  }

  /** The key of a query; null for what is never stored, or does not compile. */
  keyOf(sql: string): string | null {
    const classification = this.#classified(sql);
    if (!classification || !isStored(classification)) return null;
    const { program, parameters } = classification;
    return this.#keyFrom(
      program,
      parameters.map((_, at) => at),
      [],
    );
  }

  /** Compares the text with the first of its key on this content; returns its key. */
  ask(sql: string): string | null {
    const key = this.keyOf(sql);
    if (key === null) return null;
    const report = this.#report;
    report.texts++;
    const group = this.#groups.get(key);
    if (!group) {
      report.keys++;
      this.#groups.set(key, { sql, rows: undefined });
    } else if (group.sql !== sql) this.#compare(group, sql);
    return key;
  }

  #compare(group: Group, sql: string): void {
    const report = this.#report;
    group.rows ??= this.#rowsOf(group.sql);
    const rows = this.#rowsOf(sql);
    if (!group.rows || !rows) {
      report.notRun++;
      return;
    }
    report.compared++;
    const told = (what: 'otherRows' | 'otherOrder'): void => {
      report[what]++;
      if (report.examples.length < EXAMPLES_MAX) report.examples.push({ one: group.sql, other: sql, what });
    };
    if (!equal(group.rows, rows)) {
      if (!equal([...group.rows].sort(), [...rows].sort())) told('otherRows');
      else if (/\border\s+by\b/i.test(sql)) told('otherOrder');
    }
  }

  /** Null where it fails, or is not to be compared. */
  #rowsOf(sql: string): string[] | null {
    const classification = this.#classified(sql);
    try {
      const parameters = (classification?.parameters ?? []).map((_, at) => at);
      const { result, readClock } = this.#connection.run(sql, parameters, { deadlineMs: DEADLINE_MS });
      // A text stands for its own names when it is answered from another's rows.
      if (classification && !equal(classification.columnNames, result.names)) {
        this.#report.otherNames++;
        const what = `${result.names.join()} instead of ${classification.columnNames.join()}`;
        if (this.#report.examples.length < EXAMPLES_MAX) this.#report.examples.push({ one: sql, other: '', what });
      }
      return readClock === true ? null : textsOf(result);
    } catch {
      return null;
    }
  }

  #classified(sql: string): Classification | null {
    try {
      return this.#classifier.classify(sql);
    } catch (error) {
      if (toWireError(error).code === 'sql') return null;
      throw error;
    }
  }
}

function isStored({ kind, volatile, connectionState }: Classification): boolean {
  return kind === 'read' && volatile === null && !connectionState;
}

/** With the storage class of each cell. */
function textsOf(result: ResultColumns): string[] {
  return rowsOf(result).map((row, at) =>
    row.map((cell, column) => `${result.columns[column].classes[at]} ${String(cell)}`).join('\n'),
  );
}

function equal(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one, at) => one === others[at]);
}
