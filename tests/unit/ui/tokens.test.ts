import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const UI = new URL('../../../src/ui/', import.meta.url);
const css = readFileSync(new URL('tokens.css', UI), 'utf8');
const THEMES = ['light', 'dark'] as const;

/** Both values of a colour token. */
function colours(name: string): [string, string] {
  const match = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(css);
  if (!match) throw new Error(`tokens.css has no colour named ${name}`);
  return [match[1], match[2]];
}

/** WCAG 2.2: relative luminance, and contrast of two colours. */
function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const GROUNDS = ['page', 'panel', 'raised', 'sunken'];
const TONES = ['accent', 'good', 'watch', 'bad', 'write'];
const SERIES = [1, 2, 3, 4, 5].map((number) => `series-${number}`);

const textPairs: [string, string][] = [
  ...GROUNDS.flatMap((ground) => ['text', 'muted', ...TONES].map((tone): [string, string] => [tone, ground])),
  ...TONES.flatMap((tone): [string, string][] => [
    [tone, `${tone}-soft`],
    ['text', `${tone}-soft`],
    ['muted', `${tone}-soft`],
  ]),
  ['on-accent', 'accent'],
];
const markPairs: [string, string][] = [
  ...SERIES.flatMap((series): [string, string][] => [
    [series, 'panel'],
    [series, 'page'],
  ]),
  ...GROUNDS.map((ground): [string, string] => ['outline', ground]),
];

describe.each(THEMES)('contrast in the %s theme', (theme) => {
  const value = (name: string): string => colours(name)[THEMES.indexOf(theme)];

  it.each(textPairs)('text %s on %s reads at 4.5:1', (ink, ground) => {
    expect(contrast(value(ink), value(ground))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(markPairs)('mark %s on %s is seen at 3:1', (mark, ground) => {
    expect(contrast(value(mark), value(ground))).toBeGreaterThanOrEqual(3);
  });
});

describe('the reckoning itself', () => {
  it('agrees with the ends of the scale', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 6);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2); // the well-known grey that just fails
  });
});

describe('text', () => {
  const styles = readdirSync(UI, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(css|svelte)$/.test(path))
    .map((path) => ({ path, text: readFileSync(new URL(path, UI), 'utf8') }));
  const findings = (pattern: RegExp): string[] =>
    styles.flatMap(({ path, text }) => (text.match(pattern) ?? []).map((found) => `${path}: ${found}`));

  it.each([12, 13, 15, 18, 24])('has a size of %i px where the browser gives 16', (px) => {
    expect(css).toContain(`--size-${px}: ${px / 16}rem;`);
  });

  it('leaves the root at the size that a person chose: rem counts from it', () => {
    expect(findings(/^(html|:root)\b[^{]*\{[^}]*\bfont(-size)?:[^;]*;/gm)).toEqual([]);
  });

  it('decides by its own size where a layout folds', () => {
    expect(findings(/@media[^{]*\dpx[^{]*|MediaQuery\([^)]*px/g)).toEqual([]);
  });

  it('takes its sizes from the tokens, but in the diagram, whose boxes are reckoned in px', () => {
    const others = findings(/\bfont(-size)?: (\d+ )?[\d.]+(px|r?em)/g);
    expect(others.filter((found) => !found.startsWith('panels/data/DataDiagram.svelte'))).toEqual([]);
  });
});
