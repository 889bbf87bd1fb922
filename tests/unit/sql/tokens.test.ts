import fc from 'fast-check';
import initSqlJs, { type Database } from 'sql.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { foldCase, identifierName, isKeyword, isPlainName, tokenAt, tokenize } from '../../../src/sql/tokens.ts';
import { sqlite } from '../database/support.ts';

const texts = (sql: string): string[] => tokenize(sql).map((token) => sql.slice(token.start, token.end));
const kinds = (sql: string): string[] => tokenize(sql).map((token) => token.kind);

describe('tokenize', () => {
  it('splits a statement at its meaningful tokens', () => {
    expect(texts("SELECT a.b,'it''s' /* c */ FROM t -- end\nWHERE x>=?1")).toEqual(
      ['SELECT', 'a', '.', 'b', ',', "'it''s'", 'FROM', 't', 'WHERE', 'x', '>=', '?1'], // comments and spaces left out
    );
  });

  it.each([
    ['x', 'word'],
    ['straße', 'word'],
    ['a$1', 'word'],
    ['"a""b"', 'quoted'],
    ['[a b]', 'bracket'],
    ['`a``b`', 'backtick'],
    ["''", 'string'],
    ["x'0aFF'", 'blob'],
    ["X''", 'blob'],
    ['0x1F', 'integer'],
    ['1_000', 'integer'],
    ['1.', 'real'],
    ['.5', 'real'],
    ['1e-7', 'real'],
    ['1_0.2_5e1_0', 'real'],
    ['?', 'parameter'],
    ['?12', 'parameter'],
    [':a1', 'parameter'],
    ['@a', 'parameter'],
    ['$ns::x(1)', 'parameter'],
    ['->>', 'operator'],
    ['||', 'operator'],
    ["x'1'", 'illegal'],
    ['12ab', 'illegal'],
    ['0x', 'illegal'],
    ['1e', 'illegal'],
    ["'open", 'illegal'],
    ['[open', 'illegal'],
    ['!', 'illegal'],
    ['#1', 'illegal,integer'],
    ['\v', 'illegal'],
  ])('%s is %s', (sql, kind) => {
    expect(kinds(sql).join()).toBe(kind);
  });

  it('ends comments where SQLite does', () => {
    expect(texts('1 /*/ 2 */ 3')).toEqual(['1', '3']); // the star of the opening does not close it
    expect(texts('1 /* open')).toEqual(['1']);
    expect(texts('1 /*')).toEqual(['1', '/', '*']); // nothing follows: two operators
    expect(texts('1 --2\r3\n4')).toEqual(['1', '4']); // a carriage return does not end a line
  });

  it('covers any text without gaps or empty tokens', () => {
    fc.assert(
      fc.property(sqlSoup(), (sql) => {
        let at = 0;
        while (at < sql.length) {
          const token = tokenAt(sql, at);
          expect(token.start).toBe(at);
          expect(token.end).toBeGreaterThan(at);
          at = token.end;
        }
        expect(at).toBe(sql.length);
      }),
      { seed: 7, numRuns: 2000 },
    );
  });
});

describe('beside SQLite itself', () => {
  let database: Database;
  beforeAll(async () => {
    await sqlite(); // whoever starts SQLite first decides for all tests of the process
    database = new (await initSqlJs()).Database();
  });

  it('finds the first illegal token that SQLite finds', () => {
    let compared = 0;
    fc.assert(
      fc.property(sqlSoup(), (soup) => {
        const sql = `SELECT ${soup}`;
        let message = '';
        try {
          database.prepare(sql).free();
        } catch (error) {
          message = String(error);
        }
        const illegal = tokenize(sql).find((token) => token.kind === 'illegal');
        // A syntax error may come first; misplaced digit separators are refused later, by SQLite's parser.
        const refused = /unrecognized token: "([^]*)"$/.exec(message)?.[1];
        if (refused !== undefined) {
          if (!/^[\d.][^]*_/.test(refused)) expect(illegal && sql.slice(illegal.start, illegal.end)).toBe(refused);
          compared++;
        } else if (message === '') expect(illegal && sql.slice(illegal.start)).toBeUndefined();
      }),
      { seed: 11, numRuns: 4000 },
    );
    expect(compared).toBeGreaterThan(500);
  });
});

describe('names', () => {
  it('unquotes, folds ASCII only, knows keywords and plain names', () => {
    expect(['[a b]', '"a""b"', '`a``b`', 'a'].map(identifierName)).toEqual(['a b', 'a"b', 'a`b', 'a']);
    expect(foldCase('ÄbC')).toBe('Äbc');
    expect(isKeyword('SeLect')).toBe(true);
    expect(isKeyword('customers')).toBe(false);
    expect(['a1', '_x', 'é', '1a', '$a', 'a b', ''].map(isPlainName)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

/** Text made of the characters and pieces that matter to a tokenizer. */
function sqlSoup(): fc.Arbitrary<string> {
  const pieces = [
    "'",
    '"',
    '`',
    '[',
    ']',
    '--',
    '/*',
    '*/',
    '/',
    '*',
    '\n',
    ' ',
    '\t',
    '\v',
    '0x',
    'x',
    "x'",
    'e',
    'E5',
    '1',
    '9_9',
    '.',
    '_',
    '?',
    ':',
    '@',
    '$',
    '(',
    ')',
    '!',
    '=',
    '<',
    '>',
    '|',
    '-',
    '+',
    ',',
    'a',
    'é',
    '\\',
    '^',
    '{',
    '~',
    '&',
    '%',
    '::',
    '\ufeff',
  ];
  return fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join(''));
}
