/** Which cards of the catalogue are looked for, in which groups, and how the example of each can be run. */
import type { RuleDescription } from '../../../engine/protocol.ts';
import { PREVIEWS, type PreviewRule } from '../../state/lab.svelte.ts';

export const FAMILIES = {
  predicates: 'Conditions',
  subqueries: 'Queries within queries',
  shape: 'Shape of a query',
} as const satisfies Record<RuleDescription['family'], string>;

export const MODES = {
  proved: { label: 'proved', tone: 'good', why: 'Runs only when all six guards passed.' },
  preview: {
    label: 'preview',
    tone: 'write',
    why: 'Changes the result: for those who switch it on, labelled, never in the cache or in a saved file.',
  },
  advice: { label: 'advice', tone: '', why: 'Proposes; you try and apply.' },
  sqlite: { label: 'SQLite does this', tone: '', why: 'Both texts compile to the same program already.' },
  'left-out': { label: 'left out', tone: '', why: 'Measured, and not worth a rule.' },
} as const satisfies Record<RuleDescription['mode'], { label: string; tone: string; why: string }>;

export type RuleMode = keyof typeof MODES;

/** How an example is tried: proved live, both texts side by side, an index or statistics made on a copy, or in the Lab as a preview. */
export type Trial =
  | { kind: 'prove'; sql: string }
  | { kind: 'study'; sql: string; rewrittenSql: string }
  | { kind: 'index'; sql: string; ddl: string }
  | { kind: 'preview'; sql: string; rule: PreviewRule | null };

export function trialOf({ id, mode, before, after }: RuleDescription): Trial {
  if (mode === 'proved') return { kind: 'prove', sql: before };
  if (mode === 'preview') {
    const rule = (Object.keys(PREVIEWS) as PreviewRule[]).find((one) => one === id) ?? null;
    return { kind: 'preview', sql: before, rule };
  }
  if (/^\s*(?:CREATE\s+(?:UNIQUE\s+)?INDEX|ANALYZE)\b/i.test(after)) return { kind: 'index', sql: before, ddl: after };
  return { kind: 'study', sql: before, rewrittenSql: after };
}

/** Cards with all of these words somewhere in them, by family in the catalogue's order; families without any are left out. */
export function searched(
  rules: readonly RuleDescription[],
  words: string,
  mode: RuleMode | null,
): { family: RuleDescription['family']; rules: RuleDescription[] }[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = rules.filter((rule) => {
    const text = [rule.id, rule.title, rule.summary, rule.before, rule.after].join(' ').toLowerCase();
    return (mode === null || rule.mode === mode) && wanted.every((word) => text.includes(word));
  });
  return [...new Set(found.map(({ family }) => family))].map((family) => {
    return { family, rules: found.filter((rule) => rule.family === family) };
  });
}
