/** The formats that rows can be saved in, for menus: what each is for, and what it cannot say. */
import type { ExportFormat } from '../protocol.ts';

export interface FormatEntry {
  format: ExportFormat;
  title: string;
  extension: string;
  mime: string;
  /** One line: for whom, and how NULL, blobs and large integers stand in it. */
  why: string;
}

export const EXPORT_FORMATS: readonly FormatEntry[] = [
  {
    format: 'csv',
    title: 'CSV',
    extension: 'csv',
    mime: 'text/csv',
    why: 'For spreadsheets. NULL is an empty cell, empty text is "", a blob is X\'…\' in hex.',
  },
  {
    format: 'json',
    title: 'JSON',
    extension: 'json',
    mime: 'application/json',
    why: 'One array of objects. Integers are exact to 64 bits, a blob is base64 text.',
  },
  {
    format: 'ndjson',
    title: 'NDJSON',
    extension: 'ndjson',
    mime: 'application/x-ndjson',
    why: 'One JSON object a line, for programs that read line by line.',
  },
  {
    format: 'markdown',
    title: 'Markdown',
    extension: 'md',
    mime: 'text/markdown',
    why: 'A table for people, in notes and tickets. Read back, it no longer tells text from numbers.',
  },
  {
    format: 'sql',
    title: 'SQL inserts',
    extension: 'sql',
    mime: 'application/sql',
    why: 'CREATE TABLE and INSERT: every value exact, reals and blobs included.',
  },
];

export function formatEntry(format: ExportFormat): FormatEntry {
  return EXPORT_FORMATS.find((entry) => entry.format === format)!;
}
