/** Errors of a run as the Lab shows them: plain words, SQLite's own beside them, and the place in the editor's text. */
import type { ScriptOutcome, SqlErrorDetail } from '../../engine/client.ts';
import { plainError, type KnownNames } from '../plain-error.ts';

export interface LabError {
  message: string;
  /** SQLite's own words, where the plain sentence replaces them. */
  original: string | null;
  /** In the editor's text; null when the place is not known. */
  start: number | null;
  end: number | null;
  statementIndex: number | null;
}

interface Range {
  start: number;
  end: number;
}

/** Codes of a run that was ended from outside: its text is not at fault. */
const STOPPED: readonly string[] = ['cancelled', 'deadline', 'engine-lost'];

/** What was stopped, or refused before it ran, has no fault at any place. */
export function errorWithoutPlace(message: string, statementIndex: number | null = null): LabError {
  return { message, original: null, start: null, end: null, statementIndex };
}

/** Of a script's failed statement; `base` is where the text that was sent begins in the editor's. */
export function scriptError(error: NonNullable<ScriptOutcome['error']>, base: number, names: KnownNames): LabError {
  const { statementIndex, span, position } = error;
  if (STOPPED.includes(error.code)) return errorWithoutPlace(error.message, statementIndex);
  return { ...placed(error.message, position, span, base, names), statementIndex };
}

/** Of a request that failed as a whole. */
export function thrownError(error: unknown, text: string, base: number, names: KnownNames): LabError {
  const { message, code, detail } = error as { message: string; code?: string; detail?: unknown };
  if (code && STOPPED.includes(code)) return errorWithoutPlace(message);
  const position = isSqlDetail(detail) ? detail : null;
  return placed(message, position, position && { start: 0, end: text.length }, base, names);
}

/** Where to look: a statement that ends too early is at fault at its end, wherever SQLite began to read it. */
export function placeOfError(
  message: string,
  position: { start: number | null; end: number | null },
  span: Range,
): Range {
  if (message === 'incomplete input') return { start: Math.max(span.start, span.end - 1), end: span.end };
  if (position.start === null) return span;
  return { start: position.start, end: position.end ?? position.start + 1 };
}

function placed(
  message: string,
  position: SqlErrorDetail | null,
  span: Range | null,
  base: number,
  names: KnownNames,
): LabError {
  const original = position?.message ?? message;
  const plain = plainError(original, names);
  const place = span && placeOfError(original, position ?? { start: null, end: null }, span);
  return {
    message: plain,
    original: plain === message ? null : message,
    start: place && place.start + base,
    end: place && place.end + base,
    statementIndex: null,
  };
}

function isSqlDetail(detail: unknown): detail is SqlErrorDetail {
  return typeof detail === 'object' && detail !== null && 'message' in detail && 'start' in detail;
}
