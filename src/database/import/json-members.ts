/**
 * The members of one JSON object or array as they are written. `JSON.parse` would round integers beyond 2^53 and the digits of
 * nested numbers; here every value keeps its own text.
 */
import { stringEnd } from './json-scanner.ts';

export type JsonKind = 'text' | 'number' | 'boolean' | 'null' | 'nested';

export interface JsonMember {
  /** Null in an array. */
  key: string | null;
  kind: JsonKind;
  /** The text itself for `text`; otherwise as written, a nested value without white space. */
  value: string;
}

/** `text` is valid JSON, an object or an array. A key that is there twice counts twice; the last one wins for whoever stores them. */
export function* membersOf(text: string): Generator<JsonMember> {
  const isObject = text[skipSpace(text, 0)] === '{';
  let at = skipSpace(text, 0) + 1;
  for (;;) {
    at = skipSpace(text, at);
    if (at >= text.length || text[at] === '}' || text[at] === ']') return;
    if (text[at] === ',') {
      at++;
      continue;
    }
    let key: string | null = null;
    if (isObject) {
      const end = stringEnd(text, at);
      key = unescaped(text.slice(at, end));
      at = skipSpace(text, skipSpace(text, end) + 1);
    }
    const end = valueEnd(text, at);
    yield { key, ...shaped(text.slice(at, end)) };
    at = end;
  }
}

function shaped(written: string): Pick<JsonMember, 'kind' | 'value'> {
  switch (written[0]) {
    case '"':
      return { kind: 'text', value: unescaped(written) };
    case '{':
    case '[':
      return { kind: 'nested', value: withoutSpace(written) };
    case 't':
    case 'f':
      return { kind: 'boolean', value: written };
    case 'n':
      return { kind: 'null', value: written };
    default:
      return { kind: 'number', value: written };
  }
}

function unescaped(written: string): string {
  return written.includes('\\') ? (JSON.parse(written) as string) : written.slice(1, -1);
}

function withoutSpace(written: string): string {
  return /\s/.test(written) ? written.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1') : written;
}

function valueEnd(text: string, start: number): number {
  if (text[start] === '"') return stringEnd(text, start);
  let depth = 0;
  for (let at = start; at < text.length;) {
    const code = text[at];
    if (code === '"') {
      at = stringEnd(text, at);
      continue;
    }
    if (code === '{' || code === '[') depth++;
    else if (code === '}' || code === ']') {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (code === ',' || code <= ' ')) return at;
    at++;
  }
  return text.length;
}

function skipSpace(text: string, at: number): number {
  while (at < text.length && text.charCodeAt(at) <= 32) at++;
  return at;
}
