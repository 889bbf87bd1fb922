/**
 * What INSERT statements of literal rows have in common. A script of thousands of them differs in the values alone, and
 * SQLite's program for such a statement depends on its values only through the registers that it loads them into: checks,
 * keys, triggers, generated columns and partial indexes look at registers while it runs. So statements of one shape touch the
 * same tables, and one classification serves them all. Whatever is not surely of this form has no shape.
 */
import type { Token } from '../../sql/tokens.ts';
import { isSemicolon, tokensOf } from './tokens.ts';

export interface ShapedInsert {
  /** All that is not a literal of a row, as written; of a literal its kind. */
  shape: string;
  /** After its last token, and after the semicolon if there is one. */
  bodyEnd: number;
  end: number;
}

/** Longer ones hold many rows, so that looking at each costs little. */
const SHAPE_MAX = 2000;

const LITERALS = new Set<Token['kind']>(['integer', 'real', 'string', 'blob']);
const CONSTANT = /^(?:null|true|false)$/i;
const STARTS_A_QUERY = /^(?:select|with|default)$/i;

/** The statement at `from`, where a token begins, if it is INSERT or REPLACE of literal rows and no more. */
export function shapedInsert(text: string, from: number): ShapedInsert | null {
  const parts: string[] = [];
  let length = 0;
  let inRows = false;
  let bodyEnd = from;
  let end = text.length;
  for (const token of tokensOf(text, from)) {
    if (isSemicolon(text, token)) {
      end = token.end;
      break;
    }
    const written = text.slice(token.start, token.end);
    const isWord = token.kind === 'word';
    if (parts.length === 0 && !(isWord && /^(?:insert|replace)$/i.test(written))) return null;
    let part = written;
    if (!inRows) {
      if (isWord && STARTS_A_QUERY.test(written)) return null;
      inRows = isWord && /^values$/i.test(written);
    } else if (LITERALS.has(token.kind)) {
      if (/^0x/i.test(written)) return null; // one that is too long does not compile
      part = token.kind;
    } else if (isWord ? !CONSTANT.test(written) : !'(),+-'.includes(written)) return null;
    length += part.length + 1;
    if (length > SHAPE_MAX) return null;
    parts.push(part);
    bodyEnd = token.end;
  }
  return inRows ? { shape: parts.join(' '), bodyEnd, end } : null;
}
