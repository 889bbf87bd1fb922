/** What the page keeps of itself between visits: the text, the parameters' values, the history. Never data, never answers. */
import { PARAMETER_TYPES, type ParameterEntry } from '../components/parameter-value.ts';
import type { HistoryEntry } from './lab.svelte.ts';

export interface PageState {
  version: 1;
  sql: string;
  entries: Record<string, ParameterEntry>;
  history: HistoryEntry[];
  /** The text is the page's own, such as an example; absent in what an older version kept. */
  isOffered?: boolean;
}

/** What an older version of the page kept may have any shape. */
export function isPageState(state: unknown): state is PageState {
  if (typeof state !== 'object' || state === null) return false;
  const { version, sql, entries, history } = state as Record<string, unknown>;
  return (
    version === 1 &&
    typeof sql === 'string' &&
    typeof entries === 'object' &&
    entries !== null &&
    Object.values(entries).every((entry) => isEntry(entry)) &&
    Array.isArray(history)
  );
}

function isEntry(entry: unknown): boolean {
  if (typeof entry !== 'object' || entry === null) return false;
  const { type, text } = entry as Record<string, unknown>;
  return typeof text === 'string' && typeof type === 'string' && type in PARAMETER_TYPES;
}
