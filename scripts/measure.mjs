// `npm run -s measure -- <what> [options]`: builds bench/ with the product's own sources when they changed, and runs it.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { requireNode } from './lib/node-version.mjs';
import { ROOT } from './lib/run.mjs';
import { isStale } from './lib/stale.mjs';

const FOLDER = 'node_modules/.cache/bench';
const BUILT = `${FOLDER}/measure.js`;
const SOURCES = ['bench', 'src', 'workers', 'scripts/measure.mjs', 'package-lock.json'];

requireNode();
if (!existsSync(join(ROOT, 'node_modules/vite'))) {
  console.error('The packages are not installed yet: run "node scripts/setup.mjs" first.');
  process.exit(1);
}
if (isStale(BUILT, SOURCES)) await build();

const { measure } = await import(pathToFileURL(join(ROOT, BUILT)).href);
const write = (stream) => (text) => stream.write(`${text}\n`);
process.exitCode = await measure(process.argv.slice(2), { out: write(process.stdout), err: write(process.stderr) });

async function build() {
  process.stderr.write('building bench\n');
  const vite = await import('vite');
  rmSync(join(ROOT, BUILT), { force: true });
  await vite.build({
    root: ROOT,
    configFile: false,
    publicDir: false,
    // Standard output is for the JSON document alone.
    logLevel: 'silent',
    build: { ssr: 'bench/measure.ts', outDir: FOLDER, emptyOutDir: true, target: 'node20', sourcemap: 'inline' },
    worker: { format: 'es' },
  });
}
