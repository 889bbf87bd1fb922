/** What a reader of SQL answers: the tree, or in plain words why it has none. */
import type { Select } from '../ast.ts';

export type ReadResult =
  { readonly ok: true; readonly select: Select } | { readonly ok: false; readonly reason: string };

export type Reader = (sql: string) => ReadResult;
