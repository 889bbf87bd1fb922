// Tells whether something built is older than what it was built from.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run.mjs';

/** What the page is built from. */
export const PAGE_SOURCES = [
  'src',
  'workers',
  'public',
  'scripts',
  'index.html',
  'vite.config.ts',
  'package-lock.json',
];

/** True when `built` (a file) is missing, or any of `sources` (files or folders) changed after it. */
export function isStale(built, sources) {
  const file = join(ROOT, built);
  return !existsSync(file) || newestMs(sources.map((source) => join(ROOT, source))) > statSync(file).mtimeMs;
}

function newestMs(paths) {
  let newest = 0;
  for (const path of paths) {
    if (!existsSync(path)) continue;
    const found = statSync(path);
    // A folder's own time changes when a file in it is removed or renamed.
    newest = Math.max(newest, found.mtimeMs);
    if (!found.isDirectory()) continue;
    const inside = readdirSync(path).filter((name) => name !== 'node_modules');
    newest = Math.max(newest, newestMs(inside.map((name) => join(path, name))));
  }
  return newest;
}
