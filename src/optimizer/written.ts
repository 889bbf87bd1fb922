/** A rewrite as text: an edit of what was typed, where its reader tells places, else printed; with the old column names. */
import type { Select } from '../sql/ast.ts';
import { TextEditor } from '../sql/edit/edit.ts';
import type { ReadResult } from '../sql/parse/reader.ts';
import { printSelect } from '../sql/print.ts';
import type { GuardContext, Statement } from './guards/guard.ts';
import { withNames } from './names.ts';

/** Edits of the text that was read; null when its places are not known. */
export function editorOf(read: Extract<ReadResult, { ok: true }>): TextEditor | null {
  return read.spans && new TextEditor(read.spans, read.select);
}

export function written(
  select: Select,
  editor: TextEditor | null,
  { sandbox, names, read }: Pick<GuardContext, 'sandbox' | 'names' | 'read'>,
): Statement {
  const printed = { sql: printSelect(select), select };
  try {
    if (editor) {
      const { sql, select: meant } = editor.edit(select, names, read);
      if (sandbox.columnNames(sql).join('\n') === names.join('\n')) return { sql, select: meant };
    }
    const named = withNames(select, sandbox.columnNames(printed.sql), names);
    return named && named !== select ? { sql: printSelect(named), select: named } : printed;
  } catch {
    // The reparse guard will say what SQLite says.
    return printed;
  }
}
