import { describe, expect, it } from 'vitest';
import { plainError } from '../../../src/ui/plain-error.ts';

const names = { tables: ['customers', 'orders', 'products'], columns: ['id', 'city', 'total'] };

describe('errors in plain words', () => {
  it('names the place that SQLite stumbled over', () => {
    expect(plainError('near "FORM": syntax error', names)).toContain('at “FORM”');
    expect(plainError('incomplete input', names)).toContain('ends too early');
  });

  it('offers the name that was meant, or the short list', () => {
    expect(plainError('no such table: custommers', names)).toBe(
      'There is no table named custommers. Did you mean customers?',
    );
    expect(plainError('no such table: zzz', names)).toContain('Tables here: customers, orders, products.');
    expect(plainError('no such column: c.citty', names)).toContain('Did you mean city?');
    expect(plainError('no such column: x', names)).not.toContain('Did you mean');
  });

  it('explains constraints', () => {
    expect(plainError('UNIQUE constraint failed: customers.id', names)).toContain('customers.id must be unique');
  });

  it('hands on what it does not know', () => {
    expect(plainError('database disk image is malformed', names)).toBe('database disk image is malformed');
  });
});
