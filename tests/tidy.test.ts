/**
 * Holds the layers, the purity and the manners of the sources. Each check is first shown to find a planted fault:
 * a check that finds nothing anywhere proves nothing.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkImports } from './tidy/layers.ts';
import { checkPurity } from './tidy/purity.ts';
import { parse, type Finding, type Source } from './tidy/source.ts';
import { checkEntryPoint, checkEscapes, checkWords } from './tidy/words.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CODE = ['src', 'workers', 'bench', 'tests', 'scripts'];
const LEFT_OUT = /(^|\/)(node_modules|dist|shots|coverage|test-results|playwright-report|\.git|\.cache)(\/|$)/;
const BINARY = /\.(png|ico|wasm|sqlite|gz|woff2)$/;

const files = readdirSync(ROOT, { recursive: false, encoding: 'utf8' })
  .filter((name) => !LEFT_OUT.test(name))
  .flatMap((name) => filesIn(name));
const sources = files
  .filter((path) => CODE.includes(path.split('/')[0] ?? '') && /\.(ts|svelte)$/.test(path))
  .map((path) => parse(path, read(path)));

describe('the sources', () => {
  it('are found', () => {
    expect(sources.length).toBeGreaterThan(10);
  });

  it('import only what their folder may', () => {
    expect(told(sources.flatMap(checkImports))).toEqual([]);
  });

  it('take time and chance as arguments where they are pure', () => {
    expect(told(sources.flatMap(checkPurity))).toEqual([]);
  });

  it('escape neither the type system nor the text', () => {
    expect(told(sources.flatMap(checkEscapes))).toEqual([]);
  });

  it('have thin entry points', () => {
    expect(told(sources.flatMap(checkEntryPoint))).toEqual([]);
  });

  it('name no machine', () => {
    const texts = files.filter((path) => !BINARY.test(path) && !path.startsWith('.ci/'));
    expect(told(texts.flatMap((path) => checkWords(path, read(path))))).toEqual([]);
  });
});

describe('a planted fault is found', () => {
  const faults: [string, (source: Source) => Finding[], string, string, number][] = [
    ['an upward import', checkImports, 'src/core/a.ts', "\nimport { x } from '../engine/engine.ts';", 2],
    ['a sideways import', checkImports, 'src/pool/a.ts', "export { x } from '../monitor/series.ts';", 1],
    ['a lazy import', checkImports, 'src/sql/a.ts', "const x = () => import('../database/schema/catalog.ts');", 1],
    ['a type import', checkImports, 'src/sql/a.ts', "type X = import('../database/schema/catalog.ts').Catalog;", 1],
    [
      'ui past the client',
      checkImports,
      'src/ui/App.svelte',
      '<p>x</p>\n<script lang="ts">\nimport \'../cache/keys/key.ts\';\n</script>',
      3,
    ],
    ['values of a types module', checkImports, 'src/ui/a.ts', "import { x } from '../optimizer/protocol.ts';", 1],
    ['settings for a pure folder', checkImports, 'src/sql/a.ts', "import { x } from '../cache/settings.ts';", 1],
    ['the platform from the engine', checkImports, 'src/engine/a.ts', "import { x } from '../platform/store.ts';", 1],
    ['a package in core', checkImports, 'src/core/a.ts', "import initSqlJs from 'sql.js';", 1],
    ['a folder without a row', checkImports, 'src/misc/a.ts', 'export const x = 1;', 1],
    [
      'a worker started elsewhere',
      checkImports,
      'src/engine/a.ts',
      "new URL('../../workers/x.worker.ts', import.meta.url);",
      1,
    ],
    ['a clock', checkPurity, 'src/cache/freshness/ttl.ts', 'export const now = () => Date.now();', 1],
    ['a monotonic clock', checkPurity, 'src/simulator/a.ts', 'const t = performance.now();', 1],
    ['a date of now', checkPurity, 'src/sql/a.ts', 'const t = new Date();', 1],
    ['chance', checkPurity, 'src/optimizer/rules/a.ts', '\n\nconst x = Math.random();', 3],
    ['a timer', checkPurity, 'src/pool/a.ts', 'const wait = (f: () => void) => setTimeout(f, 5);', 1],
    ['the page', checkPurity, 'src/share/link.ts', 'const here = window.location.href;', 1],
    ['an inexact function', checkPurity, 'src/workload/a.ts', 'const x = -Math.log(0.5);', 1],
    ['an inexact power', checkPurity, 'src/monitor/a.ts', 'const x = 1.5 ** 2.5;', 1],
    ['a promise in pool', checkPurity, 'src/pool/a.ts', 'export async function run() {}', 1],
    ['a promised type in pool', checkPurity, 'src/pool/a.ts', 'export type Later = Promise<number>;', 1],
    ['any', checkEscapes, 'src/engine/a.ts', 'const x = (y as any).z;', 1],
    ['a silenced error', checkEscapes, 'src/engine/a.ts', '// @ts-ignore\nf();', 1],
    ['raw HTML', checkEscapes, 'src/ui/A.svelte', '<p>\n{@html text}</p>', 2],
    ['a fat entry point', checkEntryPoint, 'workers/x.worker.ts', 'run();\n'.repeat(41), 41],
  ];
  it.each(faults)('%s', (_name, check, path, text, line) => {
    expect(check(parse(path, text)).map((each) => each.line)).toEqual([line]);
  });

  it.each([
    ['a home folder', ['see ', 'home', 'me/data.csv'].join('/')],
    ['a registry', `https://${['registry', 'example', 'org'].join('.')}/x`],
    ['an address in the lock', `"resol${'ved'}": "x"`],
  ])('%s', (_name, text) => {
    expect(checkWords('README.md', text)).toHaveLength(1);
  });
});

describe('what is allowed passes', () => {
  const allowed: [string, (source: Source) => Finding[], string, string][] = [
    ['core from anywhere', checkImports, 'src/balancer/a.ts', "import { x } from '../core/math.ts';"],
    ['its own folder', checkImports, 'src/cache/strategies/lru.ts', "import { x } from '../sketch.ts';"],
    ['settings in the page', checkImports, 'src/ui/a.ts', "import { x } from '../cache/settings.ts';"],
    ['catalogues in the page', checkImports, 'src/ui/a.ts', "import { x } from '../balancer/catalogue.ts';"],
    [
      'strategies in the simulator',
      checkImports,
      'src/simulator/a.ts',
      "import { x } from '../cache/strategies/lru.ts';",
    ],
    ['a protocol by its types', checkImports, 'src/ui/a.ts', "import type { X } from '../optimizer/protocol.ts';"],
    [
      'names in comments and texts',
      checkPurity,
      'src/pool/a.ts',
      "// Date.now, async\nconst x = 'setTimeout(Promise)';",
    ],
    [
      'a property of that name',
      checkPurity,
      'src/core/a.ts',
      'const x = { window: 1 }; x.window; interface Y { document: 1 }',
    ],
    ['a parameter of that name', checkPurity, 'src/sql/a.ts', 'const f = (window: number) => window + 1;'],
    ['the browser in compression', checkPurity, 'src/cache/compression/compression.ts', 'const t = performance.now();'],
    ['exact mathematics', checkPurity, 'src/pool/a.ts', 'const x = Math.sqrt(Math.abs(2));'],
    ['a relative path', (source) => checkWords(source.path, source.text), 'README.md', 'see ../data and src/root/x'],
  ];
  it.each(allowed)('%s', (_name, check, path, text) => {
    expect(check(parse(path, text))).toEqual([]);
  });
});

function filesIn(path: string): string[] {
  if (LEFT_OUT.test(path)) return [];
  if (statSync(join(ROOT, path)).isFile()) return [path];
  return readdirSync(join(ROOT, path)).flatMap((name) => filesIn(`${path}/${name}`));
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

function told(findings: Finding[]): string[] {
  return findings.map(({ path, line, message }) => `${path}:${line} ${message}`);
}
