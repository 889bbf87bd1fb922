/** A table of Markdown as delimited text: outer bars and the line of dashes go, cells are trimmed and quoted where they must be. */
import type { TextChunk } from './text-chunks.ts';

/** The sign between the cells that come out. */
export const MARKDOWN_DELIMITER = '|';
/** The line of dashes, which is no row. */
export const MARKDOWN_LINES_DROPPED = 1;

const RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/** A row with bars, and under it a line of dashes with bars. */
export function looksLikeMarkdownTable(text: string): boolean {
  const [first = '', second = ''] = text.trimStart().split(/\r\n|\n|\r/, 2);
  return first.includes('|') && second.includes('|') && RULE.test(second);
}

export async function* markdownChunks(chunks: AsyncIterable<TextChunk>, isWhole = true): AsyncGenerator<TextChunk> {
  let pending = '';
  let ruleDue = true;
  let bytesRead = 0;
  const written = (line: string): string => {
    if (ruleDue && line.includes('-') && RULE.test(line)) {
      ruleDue = false;
      return '';
    }
    return line.trim() === '' ? '\n' : `${cellsOf(line).map(asCell).join(MARKDOWN_DELIMITER)}\n`;
  };
  for await (const chunk of chunks) {
    bytesRead = chunk.bytesRead;
    const lines = (pending + chunk.text).split('\n');
    pending = lines.pop() ?? '';
    yield { text: lines.map(written).join(''), bytesRead };
  }
  if (isWhole && pending !== '') yield { text: written(pending), bytesRead };
}

/** A bar behind a backslash belongs to its cell. */
function cellsOf(line: string): string[] {
  const bare = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  return bare.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function asCell(text: string): string {
  return /["|]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
