/** What is said of a run that was stopped: by what, after how long, and what became of what it had done. */
import { AppError } from '../../core/errors.ts';
import type { UnitReply } from '../../database/protocol.ts';

/** `250 ms`, `5 s`, `1.5 s`. */
export function inSeconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;
}

const RAISE = 'Allow more time, or make it quicker.';

/** A query that only reads, stopped by itself or with its worker. */
export function readStopped(deadlineMs: number | null): AppError {
  return new AppError('deadline', `Stopped after ${limitOf(deadlineMs)}. It only read: nothing was changed. ${RAISE}`);
}

/** The same, by the person; it may still have been waiting. */
export function readCancelled(): AppError {
  return new AppError('cancelled', 'Cancelled. It only read: nothing was changed.');
}

/** A write that was not begun, or whose worker had to be ended. */
export function unitCancelled(): AppError {
  return new AppError('cancelled', 'Cancelled. Nothing of it was kept.');
}

/** Still waiting for a worker. */
export function waitStopped(deadlineMs: number | null): AppError {
  return new AppError(
    'deadline',
    `Stopped after ${limitOf(deadlineMs)}, before a worker was free: it was not begun. ${RAISE}`,
  );
}

/** A write that waited until an import, another opening or a way back was done. */
export function turnStopped(deadlineMs: number): AppError {
  return new AppError(
    'deadline',
    `Stopped after ${limitOf(deadlineMs)}, while the data as a whole was being changed: it was not begun. Nothing was written. ${RAISE}`,
  );
}

/** A write whose worker had to be ended: what was not in the log by then is nowhere. */
export function unitEnded(deadlineMs: number | null): AppError {
  return new AppError(
    'deadline',
    `Stopped after ${limitOf(deadlineMs)}; its worker did not stop by itself and was replaced. Nothing was written. ${RAISE}`,
  );
}

/** A unit that its worker stopped: what was committed before it stays, and is told. */
export function unitStopped(code: 'deadline' | 'cancelled', deadlineMs: number | null, reply: UnitReply): AppError {
  const committed = reply.record
    ? reply.statements.filter(({ classification: { kind }, rolledBack }) => {
        return !rolledBack && (kind === 'write' || kind === 'schema' || kind === 'maintenance');
      }).length
    : 0;
  const which = reply.error && reply.error.statementIndex > 0 ? `, in statement ${reply.error.statementIndex + 1}` : '';
  const by = code === 'cancelled' ? `Cancelled${which}.` : `Stopped after ${limitOf(deadlineMs)}${which}.`;
  const back = reply.rolledBack ? ' Its transaction was rolled back.' : '';
  const kept =
    committed === 0
      ? 'Nothing of it was kept.'
      : `${committed === 1 ? '1 statement' : `${committed} statements`} before it had been committed and stay.`;
  return new AppError(code, `${by}${back} ${kept}${code === 'deadline' ? ` ${RAISE}` : ''}`);
}

function limitOf(deadlineMs: number | null): string {
  return deadlineMs === null ? 'its limit' : `${inSeconds(deadlineMs)}, the limit that is set`;
}
