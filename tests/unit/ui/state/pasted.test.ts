import { describe, expect, test } from 'vitest';
import { looksLikeData, pastedFile } from '../../../../src/ui/state/pasted.ts';

describe('pasted text', () => {
  test.each([
    ['a\tb\n1\t2', 'pasted.tsv'],
    ['a,b\r\n1,2\r\n', 'pasted.csv'],
    ['a;b\n1;2', 'pasted.csv'],
    ['[{"a": 1}]', 'pasted.json'],
    ['{"a": 1}\n{"a": 2}\n', 'pasted.ndjson'],
    ['{\n "rows": [1]\n}', 'pasted.json'],
    ['-- mine\nCREATE TABLE t (a);', 'pasted.sql'],
    ['INSERT INTO t VALUES (1);', 'pasted.sql'],
  ])('%j is data', async (text, name) => {
    expect(looksLikeData(text)).toBe(true);
    const file = pastedFile(text);
    expect(file.name).toBe(name);
    expect(await file.text()).toBe(text);
  });

  test.each(['', ' ', 'hello', 'one, two', 'a line\nand another', 'SELECT 1;\nSELECT 2;'])('%j is none', (text) => {
    expect(looksLikeData(text)).toBe(false);
  });
});
