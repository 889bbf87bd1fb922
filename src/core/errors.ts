/**
 * Errors as data. Classes do not survive `postMessage`, so what crosses a thread is `{code, message, detail}`.
 * A bug throws through `invariant`; what a person can cause is an `AppError` with a literal code.
 */

/** What crosses a thread boundary. `detail` must be structured-cloneable. */
export interface WireError {
  code: string;
  message: string;
  detail?: unknown;
}

/** An expected failure: `code` is stable for programs, `message` says what, where and what to do. */
export class AppError extends Error {
  readonly code: string;
  readonly detail: unknown;

  constructor(code: string, message: string, detail?: unknown) {
    super(message);
    this.name = 'AppError';
    this.code = code;
    this.detail = detail;
  }
}

/** Any thrown value, made ready for `postMessage`. */
export function toWireError(error: unknown): WireError {
  if (error instanceof AppError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.detail === undefined ? {} : { detail: error.detail }),
    };
  }
  if (error instanceof Error) return { code: 'internal', message: error.message, detail: error.stack };
  return { code: 'internal', message: typeof error === 'string' ? error : (JSON.stringify(error) ?? 'unknown') };
}

export function fromWireError(wire: WireError): AppError {
  return new AppError(wire.code, wire.message, wire.detail);
}

/** Throws when the program, not the person, is at fault. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Broken invariant: ${message}`);
}
