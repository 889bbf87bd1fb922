/** Pasted text as a file with a name that says what it looks like. Pure but for the File. */

/** Rows of a table, JSON, or a script: worth an import. A word or a sentence is not. */
export function looksLikeData(text: string): boolean {
  const trimmed = text.trim();
  if (/^[[{]/.test(trimmed) || isScript(trimmed)) return true;
  const lines = trimmed.split(/\r\n|\n|\r/, 3);
  return lines.length > 1 && lines.slice(0, 2).every((line) => /[\t,|]|;(?=.)/.test(line));
}

export function pastedFile(text: string): File {
  return new File([text], `pasted.${extensionOf(text.trim())}`, { type: 'text/plain' });
}

function extensionOf(text: string): string {
  if (/^[[{]/.test(text)) return /^\{[^\n]*\}\s*\n\s*\{/.test(text) ? 'ndjson' : 'json';
  if (isScript(text)) return 'sql';
  if (/^\|?[^\n]*\|[^\n]*\n\s*\|?\s*:?-+:?\s*\|[\s:|-]*(\n|$)/.test(text)) return 'md';
  return (text.split('\n', 1)[0] ?? '').includes('\t') ? 'tsv' : 'csv';
}

function isScript(text: string): boolean {
  return /^(--[^\n]*\n\s*)*(create\s+(table|view|index)|insert\s+into|begin\b|pragma\s)/i.test(text);
}
