import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { precacheList, serviceWorker, siteVersion } from '../../../scripts/precache.ts';

const template = readFileSync(new URL('../../../scripts/service-worker.js', import.meta.url), 'utf8');
const site = new Map<string, string | Uint8Array>([
  ['index.html', '<!doctype html>'],
  ['assets/main-1a2b.js', 'start()'],
  ['assets/main-1a2b.js.map', '{}'],
  ['assets/sql-wasm-3c4d.wasm', new Uint8Array([0, 97, 115, 109])],
  ['icon.svg', '<svg/>'],
  ['sw.js', 'old'],
]);

describe('the list of files to keep', () => {
  it('names the page as ./, every other file once, sorted, and neither maps nor the worker itself', () => {
    expect(precacheList(site)).toEqual(['./', './assets/main-1a2b.js', './assets/sql-wasm-3c4d.wasm', './icon.svg']);
  });

  it('escapes names that an address would read otherwise', () => {
    expect(precacheList(new Map([['sample data/50%.csv', '']]))).toEqual(['./', './sample%20data/50%25.csv']);
  });
});

describe('the version', () => {
  it('is twelve hex digits and the same for the same files in another order', () => {
    const version = siteVersion(site, template);
    expect(version).toMatch(/^[0-9a-f]{12}$/);
    expect(siteVersion(new Map([...site].reverse()), template)).toBe(version);
  });

  it('changes with the page, with a file, with a name and with the template', () => {
    const version = siteVersion(site, template);
    const changed = [
      siteVersion(new Map([...site, ['index.html', '<!doctype html><p>']]), template),
      siteVersion(new Map([...site, ['icon.svg', '<svg></svg>']]), template),
      siteVersion(new Map([...site, ['new.txt', '']]), template),
      siteVersion(site, `${template} `),
    ];
    expect(changed).not.toContain(version);
  });

  it('does not change with source maps or the old worker', () => {
    const version = siteVersion(site, template);
    expect(siteVersion(new Map([...site, ['sw.js', 'newer']]), template)).toBe(version);
    expect(siteVersion(new Map([...site, ['x.js.map', 'y']]), template)).toBe(version);
  });

  it('tells any two different sites apart', () => {
    const files = fc.dictionary(fc.stringMatching(/^[a-c]{1,3}\.js$/), fc.string({ maxLength: 4 }), { maxKeys: 4 });
    fc.assert(
      fc.property(files, files, (one, other) => {
        const same = JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());
        const versions = [one, other].map((each) => siteVersion(new Map(Object.entries(each)), template));
        expect(versions[0] === versions[1]).toBe(same);
      }),
      { seed: 7 },
    );
  });
});

describe('the service worker', () => {
  it('has every blank of its template filled in', () => {
    const text = serviceWorker(site, template);
    expect(text).not.toMatch(/__[A-Z]+__/);
    expect(text).toContain(`const VERSION = "${siteVersion(site, template)}";`);
    expect(text).toContain('"./assets/sql-wasm-3c4d.wasm"');
    expect(text).toContain('"Cross-Origin-Embedder-Policy":"require-corp"');
  });
});
