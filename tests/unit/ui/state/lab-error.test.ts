import { describe, expect, it } from 'vitest';
import { errorWithoutPlace, placeOfError, scriptError, thrownError } from '../../../../src/ui/state/lab-error.ts';

const names = { tables: ['customers'], columns: ['name'] };
const failed = { code: 'sql', statementIndex: 1, span: { start: 10, end: 30 } };

describe('an error in a script', () => {
  it('stands where SQLite says, counted from the beginning of the editor', () => {
    const message = 'no such table: custmers';
    const position = { message, start: 24, end: 32 };
    // The text that was sent begins at 100, so 24 is 124 in the editor.
    expect(scriptError({ ...failed, message, position }, 100, names)).toEqual({
      message: 'There is no table named custmers. Did you mean customers?',
      original: message,
      start: 124,
      end: 132,
      statementIndex: 1,
    });
  });
  it('stands at its statement when SQLite names no place', () => {
    const error = scriptError({ ...failed, message: 'out of memory', position: null }, 0, names);
    expect([error.message, error.original, error.start, error.end]).toEqual(['out of memory', null, 10, 30]);
  });
  it('has no place when the run was ended from outside', () => {
    const error = scriptError({ ...failed, code: 'cancelled', message: 'Cancelled.', position: null }, 0, names);
    expect(error).toEqual(errorWithoutPlace('Cancelled.', 1));
  });
});

describe('a statement that ends too early', () => {
  it('is at fault at its end, wherever SQLite began to read', () => {
    expect(placeOfError('incomplete input', { start: 10, end: 11 }, { start: 10, end: 30 })).toEqual({
      start: 29,
      end: 30,
    });
    expect(placeOfError('incomplete input', { start: 0, end: 0 }, { start: 0, end: 0 })).toEqual({ start: 0, end: 0 });
  });
});

describe('a request that failed as a whole', () => {
  it('keeps the place that the error carries', () => {
    const message = 'near "SELEC": syntax error';
    const error = Object.assign(new Error(message), { code: 'sql', detail: { message, start: 2, end: 7 } });
    const { start, end, original } = thrownError(error, '  SELEC 1', 5, names);
    expect([start, end, original]).toEqual([7, 12, message]);
  });
  it('has none otherwise', () => {
    expect(thrownError(new Error('no worker'), 'SELECT 1', 5, names)).toEqual(errorWithoutPlace('no worker'));
  });
});
