/** Libraries that figures are measured beside. They are no part of the product: they are installed when first asked for. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError, type Progress } from './command.ts';

/** The repository's folder: the nearest one above this file (built or not) that holds `bench/package.json`. */
export function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'bench/package.json'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error('bench/package.json is in no folder above this file');
    folder = above;
  }
  return folder;
}

/** Installs the peers by their own lock, unless they are there already, and returns a `require` that finds them. */
export function requirePeers(progress: Progress): NodeJS.Require {
  const bench = join(repositoryRoot(), 'bench');
  const lock = readFileSync(join(bench, 'package-lock.json'), 'utf8');
  const stamp = join(bench, 'node_modules/.setup-stamp');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
    progress('installing the peers (npm ci in bench/)');
    const { status, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
      cwd: bench,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    if (status !== 0) throw new UsageError(`The peers could not be installed: ${stderr.trim()}`);
    writeFileSync(stamp, lock);
  }
  return createRequire(join(bench, 'package.json'));
}
