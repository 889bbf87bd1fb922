/** What the import tests share: a file from a text, a look at it, an import of it, and the rows that came of it. */
import type { CallContext } from '../../../../src/core/rpc.ts';
import { Connection } from '../../../../src/database/connection.ts';
import { importFile } from '../../../../src/database/import/import-file.ts';
import { previewImport } from '../../../../src/database/import/preview.ts';
import type {
  ImportPlan,
  ImportPreview,
  ImportReading,
  ImportReport,
} from '../../../../src/database/import/protocol.ts';
import type { Snapshot, SqlValue } from '../../../../src/database/protocol.ts';
import { fileFromSnapshot } from '../../../../src/database/file/snapshot-file.ts';
import { databaseWith, snapshotOf, sqlite } from '../support.ts';

export const quiet: CallContext = { progress: () => {}, signal: { cancelled: false, onCancel: () => {} } };

export type Content = string | BlobPart[] | Blob;

export function fileOf(content: Content): Blob {
  return content instanceof Blob ? content : new Blob(typeof content === 'string' ? [content] : content);
}

export function look(content: Content, name = 'file.csv', given: Partial<ImportReading> = {}): Promise<ImportPreview> {
  return previewImport(fileOf(content), name, given);
}

export interface Outcome {
  preview: ImportPreview;
  report: ImportReport;
  /** After the import. */
  query(sql: string): SqlValue[][];
}

export interface Options {
  given?: Partial<ImportReading>;
  plan?: Partial<ImportPlan>;
  /** What the database holds before. */
  setup?: string;
  pragmas?: string[];
  context?: CallContext;
}

/** Looks at a file and imports it as it was guessed, with changes. */
export async function bring(content: Content, name = 'file.csv', options: Options = {}): Promise<Outcome> {
  const file = fileOf(content);
  const module = await sqlite();
  const preview = await look(file, name, options.given);
  const plan: ImportPlan = {
    reading: preview.reading,
    table: preview.table,
    mode: 'create',
    into: 'open',
    ...options.plan,
  };
  const snapshot: Snapshot = snapshotOf(options.setup ? databaseWith(module, options.setup) : new Uint8Array(0));
  const request = { snapshot, pragmas: options.pragmas ?? [], file, name, plan };
  const { report, record } = await importFile(module, request, options.context ?? quiet);
  const after = { ...snapshot, records: record ? [{ ...record, logNumber: 1 }] : [] };
  const query = (sql: string): SqlValue[][] => {
    const connection = new Connection(module, fileFromSnapshot(module, after));
    try {
      return connection.query(sql);
    } finally {
      connection.close();
    }
  };
  if (String(query('PRAGMA integrity_check')) !== 'ok') throw new Error('the database is damaged by the import');
  return { preview, report, query };
}
