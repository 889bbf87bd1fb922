import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { createRandom } from '../../../src/core/random.ts';
import { fromBase64Url, toBase64Url } from '../../../src/share/base64url.ts';
import { crc32 } from '../../../src/share/crc32.ts';
import { inflate } from '../../../src/share/deflate.ts';
import { decodeLink, encodeLink, hasView, LINK_LENGTH_MAX, VIEW_BYTES_MAX } from '../../../src/share/link.ts';
import type { View } from '../../../src/share/view.ts';
import { fullView, smallView } from './view.ts';

async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => null,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

/** A link with a right checksum around any bytes: what a forger can make. */
function forge(bytes: Uint8Array, version = '1'): string {
  const payload = toBase64Url(deflateRawSync(bytes));
  return `#/lab?s=${version}.${crc32(payload)}.${payload}`;
}

function forgeJson(value: unknown): string {
  return forge(new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)));
}

describe('a link', { timeout: 60_000 }, () => {
  it('gives back the same view', async () => {
    for (const view of [fullView, smallView]) {
      const link = await encodeLink(view);
      expect(link).toMatch(/^#\/lab\?s=1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+$/);
      expect(await decodeLink(link)).toEqual(view);
      expect(await decodeLink(link.slice(1))).toEqual(view);
      expect(await decodeLink(link.replace('/lab?', '/cache?x=1&'))).toEqual(view);
    }
  });

  it('keeps any text exactly', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 500 }), async (sql) => {
        const view: View = { ...smallView, sql, parameters: { ':a': { type: 'text', text: sql } } };
        expect(await decodeLink(await encodeLink(view))).toEqual(view);
      }),
      { seed: 21, numRuns: 30 },
    );
  });

  it('is short enough for chats: a query with settings in less than 1,000 characters', async () => {
    expect((await encodeLink(fullView)).length).toBeLessThan(1000);
    expect((await encodeLink(smallView)).length).toBeLessThan(250);
  });

  it('is told from an address without one', async () => {
    expect(hasView('#/lab?s=')).toBe(true);
    expect(hasView('#/lab?a=1&s=2')).toBe(true);
    for (const fragment of ['', '#', '#/lab', '#/lab?', '#/lab?xs=1']) {
      expect(hasView(fragment)).toBe(false);
      expect((await failure(decodeLink(fragment))).code).toBe('link-invalid');
    }
  });

  it('that was cut anywhere says so', async () => {
    const link = await encodeLink(fullView);
    for (let length = '#/lab?s='.length; length < link.length; length += 7) {
      expect((await failure(decodeLink(link.slice(0, length)))).code).toBe('link-cut');
    }
    expect((await failure(decodeLink(`${link}.`))).code).toBe('link-cut');
    expect((await failure(decodeLink(`${link})`))).code).toBe('link-cut');
  });

  it('of another format says so', async () => {
    const later = (await encodeLink(smallView)).replace('s=1.', 's=2.');
    expect((await failure(decodeLink(later))).code).toBe('link-version');
    expect((await failure(decodeLink(forgeJson({ ...smallView, version: 7 })))).message).toContain('another version');
  });

  it('that is too long is refused, both ways', async () => {
    expect((await failure(decodeLink(`#/lab?s=1.${'a'.repeat(LINK_LENGTH_MAX)}`))).code).toBe('link-too-long');
    const random = createRandom(1);
    const sql = Array.from({ length: 60_000 }, () => String.fromCharCode(97 + random.below(26))).join('');
    expect((await failure(encodeLink({ ...smallView, sql }))).code).toBe('link-too-long');
    const wide = { ...smallView, sql: '€'.repeat(100_000) }; // 300,000 bytes of UTF-8, which deflate to next to nothing
    expect((await failure(encodeLink(wide))).code).toBe('link-too-long');
  });

  it('around a view that is none is not made', async () => {
    const bad = { ...smallView, page: 'admin' } as unknown as View;
    expect((await failure(encodeLink(bad))).code).toBe('link-invalid');
  });
});

describe('a forged link', { timeout: 60_000 }, () => {
  it('with a bomb stops early', async () => {
    const bomb = deflateRawSync(new Uint8Array(10_000_000));
    expect(bomb.length).toBeLessThan(12_000); // fits into a link
    expect((await failure(decodeLink(forge(new Uint8Array(10_000_000))))).code).toBe('link-too-long');
    // 512 bytes of deflate hold 528 KB at most, so nothing beyond the first piece need be read.
    expect(await inflate(bomb.subarray(0, 512), VIEW_BYTES_MAX)).toBeNull();
    expect((await inflate(deflateRawSync(new Uint8Array(1000)), 1000))?.length).toBe(1000);
    expect(await inflate(deflateRawSync(new Uint8Array(1001)), 1000)).toBeNull();
  });

  it('around anything but a view is refused in plain words', async () => {
    const contents = ['', 'null', '[]', '{', '"x"', '1e999', '['.repeat(200_000), '{"__proto__":{}}', '\u0000'];
    for (const content of contents) {
      const error = await failure(decodeLink(forgeJson(content)));
      expect(error.code).toBe('link-invalid');
      expect(error.message).toMatch(/^This link cannot be opened: .*\.$/);
    }
    expect((await failure(decodeLink(forge(Uint8Array.of(0xff, 0xfe))))).code).toBe('link-invalid');
  });

  it('around broken deflate data, or no base64 at all, counts as cut', async () => {
    const random = createRandom(3);
    for (let trial = 0; trial < 200; trial++) {
      const payload = toBase64Url(Uint8Array.from({ length: random.below(64) }, () => random.below(256)));
      const error = await decodeLink(`#/lab?s=1.${crc32(payload)}.${payload}`).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(AppError);
    }
    for (const payload of ['====', 'äöü', 'AAAAA', 'a b']) {
      expect((await failure(decodeLink(`#/lab?s=1.${crc32(payload)}.${payload}`))).code).toBe('link-cut');
    }
  });
});

// Streams wait for threads; on a busy machine thousands of them take their time.
describe('mutated links', { timeout: 60_000 }, () => {
  const ALPHABET = 'ABCabc019-_.=&?#/%<"\' \n\u0000ü😀';

  it('give an AppError or an equal view, thousands of times', async () => {
    const random = createRandom(2026);
    const links = [await encodeLink(fullView), await encodeLink(smallView)];
    const seen = new Set<string>();
    for (let trial = 0; trial < 4000; trial++) {
      const which = random.below(2);
      let link = links[which];
      for (let edits = 1 + random.below(3); edits > 0; edits--) link = mutate(link);
      const outcome = await decodeLink(link).catch((error: unknown) => error);
      if (outcome instanceof AppError) seen.add(outcome.code);
      else expect(outcome).toEqual(which === 0 ? fullView : smallView);
    }
    expect(seen).toContain('link-cut');
    expect(seen).toContain('link-invalid');

    function mutate(text: string): string {
      const at = random.below(text.length);
      const character = ALPHABET[random.below(ALPHABET.length)];
      switch (random.below(5)) {
        case 0:
          return text.slice(0, at);
        case 1:
          return text.slice(0, at) + text.slice(at + 1 + random.below(4));
        case 2:
          return text.slice(0, at) + character + text.slice(at);
        case 3:
          return text.slice(0, at) + character + text.slice(at + 1);
        default:
          return text + text.slice(at);
      }
    }
  });

  it('with the checksum made right: an AppError, or a view that would link again to itself', async () => {
    const random = createRandom(2027);
    const json = JSON.stringify(fullView);
    const pieces = [
      '"',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '0',
      '-1',
      '1e9',
      'null',
      'true',
      '\\u0000',
      '"__proto__":',
      'x',
    ];
    let accepted = 0;
    for (let trial = 0; trial < 500; trial++) {
      let text = json;
      for (let edits = 1 + random.below(2); edits > 0; edits--) {
        const at = random.below(text.length);
        const piece = random.below(2) === 0 ? '' : pieces[random.below(pieces.length)];
        text = text.slice(0, at) + piece + text.slice(at + random.below(3));
      }
      const outcome = await decodeLink(forgeJson(text)).catch((error: unknown) => error);
      if (outcome instanceof AppError) continue;
      accepted++;
      expect(await decodeLink(await encodeLink(outcome as View))).toEqual(outcome);
    }
    expect(accepted).toBeGreaterThan(30); // edits within texts and numbers make other, valid views
  });
});

describe('its parts', () => {
  it('crc32 knows its check value', () => {
    expect(crc32('123456789')).toBe('cbf43926');
    expect(crc32('')).toBe('00000000');
  });

  it('base64url gives bytes back', () => {
    expect(toBase64Url(Uint8Array.of(0xfb, 0xff, 0xfe))).toBe('-__-');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
      }),
      { seed: 22, numRuns: 200 },
    );
  });
});
