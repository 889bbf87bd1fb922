/** What may not be written anywhere: ways around the type system, raw HTML, addresses of one machine. */
import ts from 'typescript';
import { finding, findingAt, nodes, type Finding, type Source } from './source.ts';

const WORKER_LINES_MAX = 40;

/** Escapes from types, and raw HTML, in src/ and workers/. */
export function checkEscapes(source: Source): Finding[] {
  if (!/^(src|workers)\//.test(source.path)) return [];
  const found: Finding[] = [];
  for (const node of nodes(source.tree)) {
    if (node.kind === ts.SyntaxKind.AnyKeyword) {
      found.push(finding(source, node, 'any: name the type, or take unknown and look'));
    }
  }
  for (const match of source.text.matchAll(/@ts-(ignore|expect-error|nocheck)/g)) {
    found.push(findingAt(source, match.index, `${match[0]}: mend the types instead`));
  }
  for (const match of source.text.matchAll(/\{@html\b|\.innerHTML\b|\.outerHTML\b|insertAdjacentHTML/g)) {
    found.push(findingAt(source, match.index, `${match[0]}: write text, elements or a snippet`));
  }
  return found;
}

/** Entry points only wire things together. */
export function checkEntryPoint(source: Source): Finding[] {
  if (!/^workers\/[^/]+\.ts$/.test(source.path)) return [];
  const lines = source.text.trimEnd().split('\n').length;
  if (lines <= WORKER_LINES_MAX) return [];
  const message = `${lines} lines: an entry point has at most ${WORKER_LINES_MAX}; move the work into src/`;
  return [{ path: source.path, line: WORKER_LINES_MAX + 1, message }];
}

/** Written in parts, so that this file does not find itself. */
const MACHINE_WORDS: [RegExp, string][] = [
  [/(?<![\w.~-])\/(?:home|root|Users|work|mnt|tmp)\/[\w.-]+/g, 'a path of one machine: make it relative, or an option'],
  [/\b[A-Z]:\\Users\\/g, 'a path of one machine: make it relative, or an option'],
  [new RegExp(['registry', '[a-z]+', '(?:org|com)'].join('\\.'), 'g'), "a registry's host: npm's own settings name it"],
  [
    new RegExp(`"resol${'ved'}":`, 'g'),
    'an address in the lock: npm install with omit-lockfile-registry-resolved=true',
  ],
];

/** Paths and hosts that only one machine knows, in any file of the repository. */
export function checkWords(path: string, text: string): Finding[] {
  return MACHINE_WORDS.flatMap(([pattern, message]) =>
    [...text.matchAll(pattern)].map((match) => ({
      path,
      line: text.slice(0, match.index).split('\n').length,
      message: `${match[0]}: ${message}`,
    })),
  );
}
