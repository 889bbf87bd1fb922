/**
 * Writes `sw.js`: the service worker's template with the list of all built and public files, and a version that
 * changes exactly when one of them (or the template) does.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { ISOLATION_HEADERS } from './lib/isolation.mjs';

/** Content by path relative to the site's root, with forward slashes. */
export type SiteFiles = ReadonlyMap<string, string | Uint8Array>;

/** Files that a browser never asks for once the page is built. */
const LEFT_OUT = /\.map$|^sw\.js$/;

/** What the service worker keeps: the page itself as './', then every other file, sorted. */
export function precacheList(files: SiteFiles): string[] {
  const kept = [...files.keys()].filter((name) => name !== 'index.html' && !LEFT_OUT.test(name));
  return ['./', ...kept.sort().map((name) => `./${name.split('/').map(encodeURIComponent).join('/')}`)];
}

/** Twelve hex digits over the names and contents of `files`, whatever their order, and the template. */
export function siteVersion(files: SiteFiles, template: string): string {
  const hash = createHash('sha256').update(template);
  for (const name of [...files.keys()].filter((file) => !LEFT_OUT.test(file)).sort()) {
    const content = files.get(name) ?? '';
    // The length keeps "ab" + "c" apart from "a" + "bc".
    hash.update(`\0${name}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 12);
}

/** The service worker's text. */
export function serviceWorker(files: SiteFiles, template: string): string {
  const values: Record<string, unknown> = {
    __VERSION__: siteVersion(files, template),
    __FILES__: precacheList(files),
    __HEADERS__: ISOLATION_HEADERS,
  };
  return template.replace(/__[A-Z]+__/g, (name) => JSON.stringify(values[name]));
}

/** The Vite plugin. Files of `public/` are not in the bundle, so they are read from their folder. */
export function precache(publicFolder: string, templateFile: string): Plugin {
  return {
    name: 'headroom-precache',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const files = new Map<string, string | Uint8Array>(readFolder(publicFolder));
        for (const [name, file] of Object.entries(bundle)) {
          files.set(name, file.type === 'chunk' ? file.code : file.source);
        }
        const source = serviceWorker(files, readFileSync(templateFile, 'utf8'));
        this.emitFile({ type: 'asset', fileName: 'sw.js', source });
      },
    },
  };
}

function readFolder(folder: string): [string, Uint8Array][] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => [name.replaceAll('\\', '/'), readFileSync(join(folder, name))]);
}
