/** The page opens quickly because little is loaded before it shows: the editor, the other pages and SQLite come later. */
import { readFileSync } from 'node:fs';
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
