/** Damage to the bytes of a text, of the kinds that happen and of those that lead a reader astray. */
import type { Random } from '../../src/core/ports.ts';

const CHANGES_MAX = 5;
const INSERTED = [
  '"',
  '""',
  "'",
  '\0',
  '\ufeff',
  '\r',
  '\n',
  '\r\n',
  ',',
  ';',
  '\t',
  '{',
  '}',
  '[',
  ']',
  ':',
  '\\',
  '--',
  '/*',
  '*/',
  '999999999999999999999',
  '1e999',
  'NaN',
  '\u2028',
  '"\n"',
  '\\ud800',
  ');',
  'BEGIN;',
  'COMMIT;',
  '__proto__',
];

export function mutateText(bytes: Uint8Array, random: Random): { bytes: Uint8Array; changes: string[] } {
  let changed = bytes;
  const changes: string[] = [];
  for (let count = 1 + random.below(CHANGES_MAX); count > 0; count--) {
    const [name, change] = KINDS[random.below(KINDS.length)];
    changed = change(changed, random);
    changes.push(name);
  }
  return { bytes: changed, changes };
}

type Change = (bytes: Uint8Array, random: Random) => Uint8Array;

const encoder = new TextEncoder();

/** Of a stretch, perhaps empty. */
function stretch(bytes: Uint8Array, random: Random): [number, number] {
  const ends = [random.below(bytes.length + 1), random.below(bytes.length + 1)];
  return [Math.min(...ends), Math.max(...ends)];
}

function joined(...parts: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const KINDS: readonly (readonly [string, Change])[] = [
  [
    'flip bits',
    (bytes, random) => {
      const copy = bytes.slice();
      for (let count = 1 + random.below(4); count > 0 && copy.length > 0; count--)
        copy[random.below(copy.length)] ^= 1 << random.below(8);
      return copy;
    },
  ],
  [
    'any byte',
    (bytes, random) => {
      const copy = bytes.slice();
      if (copy.length > 0) copy[random.below(copy.length)] = random.below(256);
      return copy;
    },
  ],
  ['cut the end', (bytes, random) => bytes.slice(0, random.below(bytes.length + 1))],
  ['cut the beginning', (bytes, random) => bytes.slice(random.below(Math.min(bytes.length, 40) + 1))],
  [
    'cut out',
    (bytes, random) => {
      const [start, end] = stretch(bytes, random);
      return joined(bytes.subarray(0, start), bytes.subarray(end));
    },
  ],
  [
    'insert',
    (bytes, random) => {
      const at = random.below(bytes.length + 1);
      return joined(bytes.subarray(0, at), encoder.encode(INSERTED[random.below(INSERTED.length)]), bytes.subarray(at));
    },
  ],
  [
    'insert everywhere',
    (bytes, random) => {
      const mark = encoder.encode(INSERTED[random.below(INSERTED.length)]);
      const every = 3 + random.below(60);
      const parts: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += every) parts.push(bytes.subarray(at, at + every), mark);
      return joined(...parts);
    },
  ],
  [
    'repeat',
    (bytes, random) => {
      const [start, end] = stretch(bytes, random);
      const times = 1 + random.below(random.below(10) === 0 ? 400 : 5);
      const part = bytes.subarray(start, Math.min(end, start + 2000));
      return joined(bytes.subarray(0, end), ...Array<Uint8Array>(times).fill(part), bytes.subarray(end));
    },
  ],
  [
    'swap',
    (bytes, random) => {
      const [start, end] = stretch(bytes, random);
      const middle = start + random.below(end - start + 1);
      return joined(
        bytes.subarray(0, start),
        bytes.subarray(middle, end),
        bytes.subarray(start, middle),
        bytes.subarray(end),
      );
    },
  ],
  [
    'byte order mark',
    (bytes, random) =>
      joined(
        Uint8Array.of(
          ...[
            [0xef, 0xbb, 0xbf],
            [0xff, 0xfe],
            [0xfe, 0xff],
          ][random.below(3)],
        ),
        bytes,
      ),
  ],
  [
    'as UTF-16',
    (bytes) => {
      const text = new TextDecoder().decode(bytes);
      return joined(
        Uint8Array.of(0xff, 0xfe),
        new Uint8Array(Uint16Array.from(text, (char) => char.charCodeAt(0)).buffer),
      );
    },
  ],
];
