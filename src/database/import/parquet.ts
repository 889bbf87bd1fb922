/** Parquet as a source of rows, one row group at a time, read from the file where it lies. The library comes when the first such file does. */
import type { AsyncBuffer, Compressors, FileMetaData, SchemaTree } from 'hyparquet';
import { formatBytes } from '../../core/bytes.ts';
import { AppError } from '../../core/errors.ts';
import type { SqlValue } from '../protocol.ts';
import { keptColumns } from './csv-guess.ts';
import { refuse, unreadable } from './file-kind.ts';
import { fitTyped, Misfit } from './fit.ts';
import type { Ledger } from './ledger.ts';
import { columnNames } from './names.ts';
import { takeMeanings, typeOf, valueOf, type Meanings } from './parquet-values.ts';
import type { ImportColumn, ImportReading, ImportType } from './protocol.ts';
import type { RowBatch, RowSource } from './row-source.ts';

/** Unpacked bytes of one row group, which is read as a whole. */
const GROUP_BYTES_MAX = 2 ** 30;
const PREVIEW_ROWS = 1000;

interface Opened {
  buffer: AsyncBuffer;
  metadata: FileMetaData;
  columns: SchemaTree[];
  meanings: Meanings;
  compressors: Compressors;
}

async function open(file: Blob, name: string): Promise<Opened> {
  const [{ parquetMetadataAsync, parquetSchema }, { compressors }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
  ]);
  const tail = new Uint8Array(await file.slice(-4).arrayBuffer());
  if (String.fromCharCode(...tail) === 'PARE') {
    throw refuse(`${name} is encrypted: write it without encryption and import that.`);
  }
  if (String.fromCharCode(...tail) !== 'PAR1') {
    throw refuse(`${name} begins like a Parquet file but does not end like one: it was cut short. Copy it again.`);
  }
  const buffer: AsyncBuffer = {
    byteLength: file.size,
    slice: (start, end = file.size) => {
      // A damaged footer points anywhere.
      const isInside =
        Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= file.size;
      if (!isInside) throw new Error(`it points to bytes ${start} to ${end}, which it does not have`);
      return file
        .slice(start, end)
        .arrayBuffer()
        .catch((error: unknown) => {
          throw unreadable(error);
        });
    },
  };
  return attempt(name, async () => {
    const metadata = await parquetMetadataAsync(buffer, { geoparquet: false });
    checkColumns(metadata, name, compressors);
    const meanings = takeMeanings(metadata.schema);
    return { buffer, metadata, meanings, compressors, columns: parquetSchema(metadata).children };
  });
}

function checkColumns({ row_groups: groups }: FileMetaData, name: string, compressors: Compressors): void {
  for (const { columns } of groups) {
    for (const {
      meta_data: data,
      crypto_metadata: crypto,
      encrypted_column_metadata: hidden,
      file_path: path,
    } of columns) {
      if (crypto || hidden || !data)
        throw refuse(`${name} has encrypted columns: write it without encryption and import that.`);
      if (path) throw refuse(`${name} keeps its columns in other files (${path}): write it as one file.`);
      if (data.codec !== 'UNCOMPRESSED' && !(data.codec in compressors)) {
        throw refuse(
          `${name} is compressed with ${data.codec ?? 'an unknown codec'}, which cannot be unpacked here: write it with Snappy, gzip or Zstandard.`,
        );
      }
    }
  }
}

/** Whatever the library throws becomes a message about the file. */
async function attempt<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) throw error;
    const why = error instanceof Error ? error.message.slice(0, 160) : String(error);
    throw refuse(
      `${name} cannot be read as Parquet (${why}): it is damaged, or uses a part of the format that is not known here. Copy it again, or write it as CSV and import that.`,
    );
  }
}

export async function previewParquet(
  file: Blob,
  name: string,
  given: ImportColumn[] | undefined,
): Promise<{ columns: ImportColumn[]; totalRows: number; source: RowSource; notes: string[] }> {
  const opened = await open(file, name);
  return attempt(name, async () => {
    const sources = opened.columns.map(({ element }) => element.name);
    const names = columnNames(sources);
    const columns =
      keptColumns(given, sources) ??
      opened.columns.map((column, index) => ({
        source: sources[index],
        name: names[index],
        type: typeOf(column, opened.meanings),
        included: true,
      }));
    const nested = opened.columns.filter(({ children }) => children.length > 0).map(({ element }) => element.name);
    const notes = ['Types are the file’s own; dates and times become ISO text, decimals exact text.'];
    if (nested.length > 0) notes.push(`Nested values become JSON text: ${nested.join(', ')}.`);
    return {
      columns,
      totalRows: Number(opened.metadata.num_rows),
      source: sourceFrom(opened, name, columns, PREVIEW_ROWS),
      notes,
    };
  });
}

export async function parquetSource(file: Blob, name: string, { columns }: ImportReading): Promise<RowSource> {
  return sourceFrom(await open(file, name), name, columns, Infinity);
}

function sourceFrom(
  { buffer, metadata, columns, meanings, compressors }: Opened,
  name: string,
  reading: readonly ImportColumn[],
  rowsMax: number,
): RowSource {
  const found = reading.map(({ source }) => columns.find(({ element }) => element.name === source));
  return async function* (types, ledger) {
    const { parquetRead } = await import('hyparquet');
    const wanted = found.map((column, index) => (types[index] === null ? undefined : column));
    const read = [...new Set(wanted.filter((column) => column !== undefined))];
    const missing = reading.find((_, index) => types[index] !== null && !found[index]);
    if (missing) throw refuse(`${name} has no column named ${missing.source}.`);
    let start = 0;
    for (const group of metadata.row_groups) {
      const end = Math.min(start + Number(group.num_rows), rowsMax);
      if (start >= end) continue;
      if (group.total_byte_size > GROUP_BYTES_MAX && rowsMax === Infinity) {
        throw refuse(
          `${name} has a row group of more than ${formatBytes(GROUP_BYTES_MAX)}: write it with smaller row groups.`,
        );
      }
      const rowStart = start;
      const rows = await attempt(
        name,
        () =>
          new Promise<unknown[][]>((resolve, reject) => {
            parquetRead({
              file: buffer,
              metadata,
              compressors,
              columns: read.map(({ element }) => element.name),
              rowStart,
              rowEnd: end,
              utf8: false,
              geoparquet: false,
              parsers: { timestampFromNanoseconds: (nanos: bigint) => nanos },
              rowFormat: 'array',
              onComplete: (complete) => resolve(complete as unknown[][]),
            }).catch(reject);
          }),
      );
      if (rows.length !== end - start)
        throw refuse(`${name}: a row group holds ${rows.length} rows where ${end - start} were announced.`);
      const places = wanted.map((column) => (column ? read.indexOf(column) : -1));
      yield await attempt(name, async () =>
        shape(
          rows,
          rowStart,
          { places, columns: wanted, types, meanings, ledger },
          Number(buffer.byteLength) * (end / Number(metadata.num_rows)),
        ),
      );
      start = end;
    }
  };
}

interface Shape {
  places: number[];
  columns: (SchemaTree | undefined)[];
  types: readonly (ImportType | null)[];
  meanings: Meanings;
  ledger: Ledger;
}

function shape(rows: readonly unknown[][], first: number, shape: Shape, bytesRead: number): RowBatch {
  const { places, columns, types, meanings, ledger } = shape;
  const kept: SqlValue[][] = [];
  const numbers: number[] = [];
  reading: for (let row = 0; row < rows.length; row++) {
    const values: SqlValue[] = [];
    for (let column = 0; column < columns.length; column++) {
      const node = columns[column];
      const type = types[column];
      const value = node && type ? valueOf(rows[row][places[column]], node, meanings) : null;
      if (typeof value === 'number' && Number.isNaN(value)) {
        ledger.count('# {value is|values are} NaN, which SQLite cannot hold: stored as NULL.');
        values.push(null);
        continue;
      }
      const fitted = type ? fitTyped(type, value, ledger.odd[column]) : null;
      if (fitted instanceof Misfit) {
        ledger.misfit(first + row + 1, () => String(value), column, String(value), fitted);
        continue reading;
      }
      values.push(fitted);
    }
    kept.push(values);
    numbers.push(first + row + 1);
  }
  return { rows: kept, lineOf: (row) => numbers[row], bytesRead };
}
