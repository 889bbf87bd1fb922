/** Builds pages, serves them, and opens them in Chromium: the browser's side of measuring, told from Node. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from '@playwright/test';
import type * as Chromium from '../scripts/lib/chromium.mjs';
import type * as StaticServer from '../scripts/static-server.mjs';
import type { Measurements } from './browser/page.ts';
import { UsageError, type Progress } from './command.ts';
import { repositoryRoot, requirePeers } from './peers.ts';

export interface Host {
  browser: Browser;
  /** Opens a page of a folder in a context that has never seen it; `use` gets it before it goes anywhere. */
  visit<Result>(site: Site, use: (page: Page, url: string) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export interface Site {
  folder: string;
  isolated: boolean;
}

const CACHE = 'node_modules/.cache';

/** Scripts of the repository are found from its root: this file is bundled elsewhere when it runs. */
async function script<Module>(path: string): Promise<Module> {
  return (await import(/* @vite-ignore */ pathToFileURL(join(repositoryRoot(), path)).href)) as Module;
}

export async function openHost(progress: Progress, args: readonly string[] = []): Promise<Host> {
  const { chromium } = await import('@playwright/test');
  const { findChromium } = await script<typeof Chromium>('scripts/lib/chromium.mjs');
  const { serveFolder } = await script<typeof StaticServer>('scripts/static-server.mjs');
  const executablePath = await findChromium(progress);
  if (executablePath === undefined) throw new UsageError('No Chromium was found: set CHROMIUM_PATH to one.');
  const browser = await chromium.launch({ executablePath, args: [...args] });
  return {
    browser,
    close: () => browser.close(),
    async visit({ folder, isolated }, use) {
      const server = await serveFolder({ dir: folder, isolated });
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      try {
        return await use(await context.newPage(), server.url);
      } finally {
        await context.close();
        await server.close();
      }
    },
  };
}

/** The product's page, as it is shipped, in a folder of its own. Returns the folder. */
export async function buildProduct(progress: Progress): Promise<string> {
  progress('building the page');
  const { build } = await import('vite');
  const folder = join(repositoryRoot(), CACHE, 'bench-product');
  await build({ root: repositoryRoot(), logLevel: 'silent', build: { outDir: folder, emptyOutDir: true } });
  return folder;
}

/** The page of `bench/browser`. Returns the folder. */
export async function buildBench(progress: Progress): Promise<string> {
  requirePeers(progress);
  progress('building the page of measurements');
  const { build } = await import('vite');
  const folder = join(repositoryRoot(), CACHE, 'bench-page');
  await build({
    root: join(repositoryRoot(), 'bench/browser'),
    base: './',
    configFile: false,
    publicDir: false,
    logLevel: 'silent',
    build: { outDir: folder, emptyOutDir: true, target: 'es2022' },
    worker: { format: 'es' },
  });
  return folder;
}

/** Bytes, packed, of the scripts that a built page names: what is loaded before it shows. */
export function initialScriptBytes(folder: string): number {
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  const named = [...html.matchAll(/<(?:script|link)\b[^>]*?(?:src|href)="\.\/([^"]+\.js)"/g)];
  return named.reduce((sum, [, name]) => sum + gzipSync(readFileSync(join(folder, name)), { level: 9 }).length, 0);
}

/** One measurement of the page of `bench/browser`, in a page of its own. */
export function measureIn<Name extends keyof Measurements>(
  host: Host,
  site: Site,
  name: Name,
  parameters: Parameters<Measurements[Name]>,
): Promise<Report<Name>> {
  return host.visit(site, async (page, url): Promise<Report<Name>> => {
    await page.goto(url);
    return measureOn(page, name, parameters);
  });
}

type Report<Name extends keyof Measurements> = Awaited<ReturnType<Measurements[Name]>>;

/** One measurement in a page that is open already. */
export function measureOn<Name extends keyof Measurements>(
  page: Page,
  name: Name,
  parameters: Parameters<Measurements[Name]>,
): Promise<Report<Name>> {
  type Measure = (...parameters: unknown[]) => Promise<Report<Name>>;
  return page.evaluate<Report<Name>, [string, unknown[]]>(
    ([which, given]) => (window as unknown as { measurements: Record<string, Measure> }).measurements[which](...given),
    [name, parameters],
  );
}
