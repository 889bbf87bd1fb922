/** What a reader of SQL answers: the tree, or in plain words why it has none. */
import type { Select } from '../ast.ts';
import type { Spans } from '../spans.ts';

export type ReaderId = 'nodeSqlParser' | 'sqliteParser';

export type ReadResult =
  | {
      readonly ok: true;
      readonly select: Select;
      /** Where the nodes stand in the text; null when only a reader without spans knew it. */
      readonly spans: Spans | null;
      readonly readers: readonly ReaderId[];
      /** Why the other reader was not of use; left out where both read the text, or only one was asked. */
      readonly alone?: string;
    }
  | {
      readonly ok: false;
      readonly reason: string;
      /** Longer or deeper than any reader may take, whatever it can. */
      readonly tooMuch?: true;
      /** What each made of it, where the readers disagree. */
      readonly readings?: Readonly<Record<ReaderId, string>>;
    };

/** `quick`: by one reader where that will do: to read back what we wrote ourselves, or before anything rests on it. */
export type Reader = (sql: string, effort?: 'quick') => ReadResult;

/** Texts above this length run as typed. */
export const TEXT_MAX = 100_000;
