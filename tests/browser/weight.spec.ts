/** The page opens quickly because little is loaded before it shows: the editor, the other pages and SQLite come later. */
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';

const INITIAL_KB_MAX = 60;

test(`the scripts of the first load are at most ${INITIAL_KB_MAX} KB, packed`, () => {
  const html = readFileSync('dist/index.html', 'utf8');
  const first = [...html.matchAll(/<(?:script|link)\b[^>]*?(?:src|href)="\.\/([^"]+\.js)"/g)].map((match) => match[1]);
  expect(first.length).toBeGreaterThan(0);
  const bytes = first.map((name) => gzipSync(readFileSync(`dist/${name}`), { level: 9 }).length);
  expect(bytes.reduce((sum, each) => sum + each, 0) / 1000).toBeLessThanOrEqual(INITIAL_KB_MAX);
});

const PARSER_KB_MAX = 60;

test(`each parser is a chunk of its own of at most ${PARSER_KB_MAX} KB, packed`, () => {
  const chunks = readdirSync('dist/assets').filter((name) => name.endsWith('.js') && !name.includes('worker'));
  // A word of each parser's tree that the page has nowhere else.
  for (const word of ['binary_expr', 'TypedJoinJoinOperator']) {
    const [chunk, ...more] = chunks
      .map((name) => readFileSync(`dist/assets/${name}`))
      .filter((one) => one.includes(word));
    expect(more).toEqual([]);
    expect(gzipSync(chunk, { level: 9 }).length / 1000).toBeLessThanOrEqual(PARSER_KB_MAX);
  }
});
