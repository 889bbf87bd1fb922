/** The reader for a reading: which format, and what of the file it has to see first. */
import { newlineOf } from './csv-guess.ts';
import { csvSource } from './csv.ts';
import { jsonSource } from './json.ts';
import { MARKDOWN_LINES_DROPPED, markdownChunks } from './markdown.ts';
import type { ImportReading } from './protocol.ts';
import type { RowSource } from './row-source.ts';
import { textChunks } from './text-chunks.ts';

/** `file` is unpacked already. */
export async function sourceOf(file: Blob, name: string, reading: ImportReading): Promise<RowSource> {
  if (reading.format === 'parquet') {
    const { parquetSource } = await import('./parquet.ts');
    return parquetSource(file, name, reading);
  }
  const chunks = () => textChunks(file, reading.encoding);
  if (reading.format === 'markdown')
    return csvSource(reading, '\n', () => markdownChunks(chunks()), true, MARKDOWN_LINES_DROPPED);
  if (reading.format !== 'csv') return jsonSource(reading, chunks);
  const { text } = await sampleText(file, reading.encoding);
  return csvSource(reading, newlineOf(text), chunks);
}

const SAMPLE_BYTES = 1 << 20;

/** The first megabyte as text, and whether that is all. */
export async function sampleText(
  file: Blob,
  encoding: ImportReading['encoding'],
): Promise<{ text: string; isWhole: boolean }> {
  for await (const { text, bytesRead } of textChunks(file, encoding, SAMPLE_BYTES))
    return { text, isWhole: bytesRead >= file.size };
  return { text: '', isWhole: true };
}
