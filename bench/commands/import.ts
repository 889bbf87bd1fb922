/** Rows of CSV and JSON into a table, beside the sqlite3 command line's `.import` of the same file. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createRandom } from '../../src/core/random.ts';
import type { CallContext } from '../../src/core/rpc.ts';
import { quoted } from '../../src/core/sql-name.ts';
import { Connection } from '../../src/database/connection.ts';
import { importFile } from '../../src/database/import/import-file.ts';
import { previewImport } from '../../src/database/import/preview.ts';
import type { ImportPreview } from '../../src/database/import/protocol.ts';
import type { PageRecord, Snapshot } from '../../src/database/protocol.ts';
import { fileFromSnapshot } from '../../src/database/file/snapshot-file.ts';
import type { SqliteModule } from '../../src/database/sqlite/sqlite-module.ts';
import { number, textOrNull, UsageError, type Command, type Progress } from '../command.ts';
import { sqliteModule } from '../sandbox.ts';

export const command: Command = {
  name: 'import',
  summary: 'rows of CSV and JSON imported per second, beside the sqlite3 command line',
  options: [
    { name: 'rows', type: 'number', default: 200_000, help: 'rows of the generated files, 1 to 10,000,000' },
    { name: 'rounds', type: 'number', default: 3, help: 'times that each is run, in turn; the best counts, 1 to 20' },
    { name: 'file', type: 'string', help: 'a file of your own instead; beside sqlite3 if it is CSV' },
  ],
  async run(options, progress) {
    const [rows, rounds] = [number(options, 'rows'), number(options, 'rounds')];
    if (!(Number.isInteger(rows) && rows >= 1 && rows <= 1e7))
      throw new UsageError(`--rows must be 1 to 10,000,000, got ${rows}.`);
    if (!(Number.isInteger(rounds) && rounds >= 1 && rounds <= 20))
      throw new UsageError(`--rounds must be 1 to 20, got ${rounds}.`);
    const folder = mkdtempSync(join(tmpdir(), 'import-'));
    try {
      const own = textOrNull(options, 'file');
      const files = own === null ? generated(folder, rows) : [own];
      const measured: Record<string, ImportFigures> = {};
      for (const path of files) measured[basename(path)] = await measure(path, folder, rounds, progress);
      return own === null ? measured : measured[basename(own)];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

export interface ImportFigures {
  rows: number;
  columns: number;
  megabytes: number;
  rowsPerSecond: number;
  /** Null where there is no such program, or it cannot read the format. */
  sqlite3RowsPerSecond: number | null;
  /** Ours to theirs. */
  ratio: number | null;
  /** Whether both tables hold the same values; null where there is only one. */
  equal: boolean | null;
}

async function measure(path: string, folder: string, rounds: number, progress: Progress): Promise<ImportFigures> {
  const file = new Blob([readFileSync(path)]);
  const name = basename(path);
  const module = await sqliteModule();
  const preview = await previewImport(file, name, {});
  const peer = preview.reading.format === 'csv' && hasSqlite3() ? sqlite3Import(path, folder, preview) : null;
  let ours = Infinity;
  let theirs = Infinity;
  let rows = 0;
  let record: PageRecord | null = null;
  for (let round = 0; round < rounds; round++) {
    const outcome = await once(module, file, name, preview);
    ({ rows, record } = outcome);
    ours = Math.min(ours, outcome.seconds);
    if (peer) theirs = Math.min(theirs, peer.run());
    progress(
      `${name}: ${Math.round(rows / ours)} rows/s${peer ? `, sqlite3 ${Math.round(rows / theirs)} rows/s` : ''}`,
    );
  }
  return {
    rows,
    columns: preview.reading.columns.length,
    megabytes: Number((file.size / 1e6).toFixed(1)),
    rowsPerSecond: Math.round(rows / ours),
    sqlite3RowsPerSecond: peer && Math.round(rows / theirs),
    ratio: peer && Number((theirs / ours).toFixed(3)),
    equal: peer && (await peer.content()) === contentOf(module, record, preview),
  };
}

const QUIET: CallContext = { progress: () => {}, signal: { cancelled: false, onCancel: () => {} } };
const EMPTY: Snapshot = { historyId: 'import', logNumber: 0, pageSize: 4096, base: new Uint8Array(0), records: [] };

async function once(
  module: SqliteModule,
  file: Blob,
  name: string,
  preview: ImportPreview,
): Promise<{ seconds: number; rows: number; record: PageRecord | null }> {
  const plan = { reading: preview.reading, table: 't', mode: 'create', into: 'open' } as const;
  const started = performance.now();
  const { report, record } = await importFile(module, { snapshot: EMPTY, pragmas: [], file, name, plan }, QUIET);
  return { seconds: (performance.now() - started) / 1000, rows: report.rows, record };
}

/** Every value with its type, as SQL literals: the same statement is asked of both. */
function contentSql({ reading }: ImportPreview): string {
  return `SELECT ${reading.columns.map(({ name }) => `quote(${quoted(name)})`).join(" || ',' || ")} FROM t ORDER BY rowid`;
}

function contentOf(module: SqliteModule, record: PageRecord | null, preview: ImportPreview): string {
  const records = record ? [{ ...record, logNumber: 1 }] : [];
  const connection = new Connection(module, fileFromSnapshot(module, { ...EMPTY, records }));
  try {
    return connection.query(contentSql(preview)).join('\n');
  } finally {
    connection.close();
  }
}

function hasSqlite3(): boolean {
  return spawnSync('sqlite3', ['--version']).status === 0;
}

/** Into a table of the same types in memory, as ours is; the header is skipped, not inserted. */
function sqlite3Import(path: string, folder: string, preview: ImportPreview) {
  const { columns, delimiter, header } = preview.reading;
  const table = `CREATE TABLE t (${columns.map(({ name, type }) => `${quoted(name)} ${type}`).join(', ')});`;
  const script = [
    table,
    '.mode csv',
    `.separator ${JSON.stringify(delimiter)} "\\n"`,
    `.import ${header ? '--skip 1 ' : ''}${JSON.stringify(path)} t`,
    '',
  ].join('\n');
  const call = (database: string, input: string): string => {
    const { status, stdout, stderr } = spawnSync('sqlite3', ['-batch', database], {
      input,
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
    });
    if (status !== 0) throw new UsageError(`sqlite3 could not import ${path}: ${stderr.slice(0, 400)}`);
    return stdout;
  };
  return {
    /** Seconds, the start of the process included. */
    run: (): number => {
      const started = performance.now();
      call(':memory:', script);
      return (performance.now() - started) / 1000;
    },
    content: (): Promise<string> => {
      const output = join(folder, 'content.txt');
      call(':memory:', `${script}.mode list\n.output ${JSON.stringify(output)}\n${contentSql(preview)};\n`);
      return Promise.resolve(readFileSync(output, 'utf8').replace(/\n$/, ''));
    },
  };
}

const CITIES = ['Aarau', 'Basel', 'Bern', 'Zürich', 'Genève', 'Lugano'];
const WORDS = ['a quiet morning', 'two cups of tea', 'late, as ever', 'blue "paint"', 'on the way home', 'no hurry'];

/** The same rows plainly, with quotes, and as JSON. Sales: six columns, as many files have. */
function generated(folder: string, count: number): string[] {
  const random = createRandom(1);
  const paths = ['plain.csv', 'quoted.csv', 'rows.json'].map((name) => join(folder, name));
  const names = ['id', 'customer', 'email', 'city', 'amount', 'sold_at'];
  const texts: string[][] = [[names.join(',')], [[...names, 'note'].join(',')], []];
  for (let id = 1; id <= count; id++) {
    const customer = `Customer ${random.below(50_000)}`;
    const email = `c${random.below(50_000)}@example.org`;
    const city = CITIES[random.below(CITIES.length)];
    const amount = random.below(1_000_000) / 100 + 0.001;
    const day = String(1 + random.below(28)).padStart(2, '0');
    const soldAt = `2024-0${1 + random.below(9)}-${day}T12:${day}:00`;
    const note = WORDS[random.below(WORDS.length)];
    texts[0].push(`${id},${customer},${email},${city},${amount.toFixed(3)},${soldAt}`);
    texts[1].push(
      `${id},"${customer}",${email},"${city}",${amount.toFixed(3)},${soldAt},"${note.replaceAll('"', '""')}"`,
    );
    texts[2].push(
      JSON.stringify({ id, customer, email, city, amount: Number(amount.toFixed(3)), sold_at: soldAt, note }),
    );
  }
  writeFileSync(paths[0], `${texts[0].join('\n')}\n`);
  writeFileSync(paths[1], `${texts[1].join('\n')}\n`);
  writeFileSync(paths[2], `[${texts[2].join(',\n')}]\n`);
  return paths;
}
