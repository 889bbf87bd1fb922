// Finds a Chromium for the browser tests, or gets one. The path found is kept in node_modules/.cache/chromium-path.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { ROOT, run } from './run.mjs';

const KEPT = join(ROOT, 'node_modules/.cache/chromium-path');

const ON_PATH = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ELSEWHERE = {
  darwin: ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
  win32: ['C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'],
};

/** The browser that set-up found: CHROMIUM_PATH, else the kept path, else undefined (Playwright's own). */
export function chromiumPath() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  return existsSync(KEPT) ? readFileSync(KEPT, 'utf8').trim() : undefined;
}

/** Finds or installs a Chromium and keeps its path. Returns undefined when there is none to be had. */
export async function findChromium(say) {
  const path = (await firstThatAnswers()) ?? (await download(say)) ?? (await fromPackageManager(say));
  if (path) {
    mkdirSync(dirname(KEPT), { recursive: true });
    writeFileSync(KEPT, `${path}\n`);
  }
  return path;
}

async function firstThatAnswers() {
  const kept = existsSync(KEPT) ? [readFileSync(KEPT, 'utf8').trim()] : [];
  const candidates = [
    ...(process.env.CHROMIUM_PATH ? [process.env.CHROMIUM_PATH] : kept),
    await playwrightsOwn(),
    ...ON_PATH.map(onPath),
    ...(ELSEWHERE[process.platform] ?? []),
  ];
  for (const candidate of candidates) {
    if (candidate && (await answers(candidate))) return candidate;
  }
  return undefined;
}

/** The whole path of a program by its name, or undefined: Playwright takes no bare name. */
function onPath(name) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

async function answers(path) {
  // Chrome on Windows opens a window instead of printing its version: there, being a file is enough.
  if (process.platform === 'win32') return existsSync(path);
  const { code, output } = await run(path, ['--version', '--no-sandbox']);
  return code === 0 && /\d+\.\d+/.test(output);
}

async function playwrightsOwn() {
  try {
    const { chromium } = await import('@playwright/test');
    return chromium.executablePath();
  } catch {
    return undefined;
  }
}

async function download(say) {
  say('no Chromium found, asking Playwright to download one');
  const { code } = await run('npx', ['--no-install', 'playwright', 'install', 'chromium']);
  const path = code === 0 ? await playwrightsOwn() : undefined;
  return path && (await answers(path)) ? path : undefined;
}

async function fromPackageManager(say) {
  const root = process.getuid?.() === 0;
  if (!root || (await run('apt-get', ['--version'])).code !== 0) return undefined;
  say('no download to be had, installing the package "chromium" with apt-get');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update'], { env });
  await run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { env });
  const path = onPath('chromium');
  return path && (await answers(path)) ? path : undefined;
}
