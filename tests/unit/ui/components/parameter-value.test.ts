import { describe, expect, it } from 'vitest';
import {
  bindValues,
  formNames,
  guessType,
  isPattern,
  parseParameter,
  type ParameterType,
} from '../../../../src/ui/components/parameter-value.ts';

const parse = (type: ParameterType, text: string, chosen = true): unknown => {
  const result = parseParameter({ type, text, chosen });
  return 'value' in result ? result.value : 'problem';
};

describe('parameter forms', () => {
  it('reads integers exactly, up to 64 bits', () => {
    expect(parse('integer', ' 42 ')).toBe(42);
    expect(parse('integer', '+7')).toBe(7);
    expect(parse('integer', '9007199254740991')).toBe(9007199254740991);
    expect(parse('integer', '9007199254740993')).toBe(9007199254740993n); // 2^53 + 1 has no double
    expect(parse('integer', '-9223372036854775808')).toBe(-9223372036854775808n);
    expect(parse('integer', '9223372036854775808')).toBe('problem'); // 2^63
    expect(parse('integer', '1.0')).toBe('problem');
  });

  it('reads reals and refuses what is none', () => {
    expect(parse('real', '2.5')).toBe(2.5);
    expect(parse('real', '.5e1')).toBe(5);
    expect(parse('real', '1e400')).toBe('problem');
    expect(parse('real', '0x10')).toBe('problem');
    expect(parse('real', 'NaN')).toBe('problem');
  });

  it('reads blobs from hex with or without the literal around them', () => {
    expect(parse('blob', "x'53514C'")).toEqual(new Uint8Array([0x53, 0x51, 0x4c]));
    expect(parse('blob', '53 51 4c')).toEqual(new Uint8Array([0x53, 0x51, 0x4c]));
    expect(parse('blob', '5')).toBe('problem');
    expect(parse('blob', '')).toEqual(new Uint8Array(0));
  });

  it('keeps text as typed, spaces too', () => {
    expect(parse('text', '  a ')).toBe('  a ');
    expect(parse('text', '')).toBe('');
  });

  it('gives NULL only when it was chosen', () => {
    expect(parse('null', 'ignored')).toBe(null);
    for (const type of ['integer', 'real', 'text', 'blob'] as const) expect(parse(type, '', false)).toBe('problem');
  });

  it('follows what is typed until a type is chosen', () => {
    expect(['', '12', '1.5', 'Paris', "x'00'", '1e3'].map(guessType)).toEqual([
      'integer',
      'integer',
      'real',
      'text',
      'blob',
      'real',
    ]);
  });

  it('numbers places as SQLite does', () => {
    // ? takes 1, ?3 is 3, the next ? takes 4, :a takes 5
    expect(formNames(['?', '?3', '?', ':a'])).toEqual(['?1', '?3', '?4', ':a']);
    expect(bindValues(['?', '?3', '?', ':a'], (name) => name)).toEqual(['?1', null, '?3', '?4', ':a']);
    expect(bindValues([':b', '@a'], (name) => name)).toEqual([':b', '@a']);
    expect(bindValues(['?2'], () => 5)).toEqual([null, 5]);
  });

  it('are text where they stand after LIKE or GLOB', () => {
    expect(isPattern('SELECT 1 WHERE a like :word', ':word')).toBe(true);
    expect(isPattern('SELECT 1 WHERE a GLOB ?', '?1')).toBe(true);
    expect(isPattern('SELECT 1 WHERE a LIKE $x AND b = :id', ':id')).toBe(false);
    expect(isPattern('SELECT 1 WHERE a LIKE $x', '$x')).toBe(true);
  });
});
