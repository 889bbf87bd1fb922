/** Where in a text a mistake lies, where SQLite's own offset is out of reach or says nothing. */
import type { SqlErrorDetail } from '../protocol.ts';
import { tokensOf } from '../statements/tokens.ts';

export function noPosition(message: string): SqlErrorDetail {
  return { message, start: null, end: null };
}

/** SQLite's `near "x": syntax error` names the token; its first appearance after `from` is the best guess at the place. */
export function nearIndex(sql: string, from: number, message: string): number | null {
  const near = /near "(.*)": /s.exec(message)?.[1];
  const name = near ?? /no such (?:column|table|function): (?:.*\.)?(.+)/s.exec(message)?.[1];
  if (!name) return null;
  for (const token of tokensOf(sql, from)) if (sql.slice(token.start, token.end) === name) return token.start;
  return null;
}
