/** A built-in sample as a file, exactly as the page makes it. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { AppError } from '../../src/core/errors.ts';
import { Connection } from '../../src/database/connection.ts';
import { PagedFile } from '../../src/database/file/paged-file.ts';
import { SAMPLES, type SampleName } from '../../src/database/samples/catalogue.ts';
import { makeSample } from '../../src/database/samples/make.ts';
import { checkSample } from '../../src/database/samples/settings.ts';
import type { SampleRequest } from '../../src/database/protocol.ts';
import type { SqliteModule } from '../../src/database/sqlite/sqlite-module.ts';
import { number, text, textOrNull, UsageError, type Command } from '../command.ts';
import { sqliteModule } from '../sandbox.ts';

export interface SampleReport extends SampleRequest {
  file: string | null;
  bytes: number;
  /** Rows by table, and of all tables. */
  tables: Record<string, number>;
  rows: number;
  seconds: number;
  sha256: string;
}

export const command: Command = {
  name: 'sample',
  summary: 'Makes a built-in sample, writes it as a file where asked, and tells its bytes, rows and seconds.',
  options: [
    { name: 'name', type: 'string', required: true, help: `one of ${Object.keys(SAMPLES).join(', ')}` },
    { name: 'size', type: 'string', help: "one of the sample's sizes; of tpch a scale such as 0.05 (the smallest)" },
    { name: 'seed', type: 'number', default: 1, help: 'an unsigned 32-bit integer' },
    { name: 'out', type: 'string', help: 'the file to write; nothing is written without it' },
  ],
  async run(options, progress): Promise<SampleReport> {
    const name = text(options, 'name') as SampleName;
    const size = textOrNull(options, 'size') ?? (Object.hasOwn(SAMPLES, name) ? SAMPLES[name].sizes[0].id : '');
    const request = asked({ name, size, seed: number(options, 'seed') });
    const out = textOrNull(options, 'out');
    const module = await sqliteModule();
    const started = performance.now();
    let shown = 0;
    const bytes = await makeSample(module, request, {
      progress: ({ fraction, stage }) => {
        if (fraction < shown + 0.1) return;
        shown = fraction;
        progress(`${Math.round(fraction * 100)} %: ${stage}`);
      },
      pause: () => Promise.resolve(),
      isCancelled: () => false,
    });
    const seconds = (performance.now() - started) / 1000;
    if (out !== null) write(out, bytes);
    const tables = rowsOf(module, bytes);
    const rows = Object.values(tables).reduce((sum, count) => sum + count, 0);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { ...request, file: out, bytes: bytes.length, tables, rows, seconds, sha256 };
  },
};

function asked(value: SampleRequest): SampleRequest {
  try {
    return checkSample(value);
  } catch (error) {
    throw error instanceof AppError ? new UsageError(error.message) : error;
  }
}

function write(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes);
  } catch (error) {
    throw new UsageError(`Cannot write ${path}: ${String(error)}.`);
  }
}

function rowsOf(module: SqliteModule, bytes: Uint8Array): Record<string, number> {
  const connection = new Connection(module, new PagedFile(bytes));
  try {
    const names = connection.query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid").map(String);
    return Object.fromEntries(names.map((name) => [name, connection.number(`SELECT count(*) FROM "${name}"`)]));
  } finally {
    connection.close();
  }
}
