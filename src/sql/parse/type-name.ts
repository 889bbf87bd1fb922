/** The type of a CAST from the typed text: its tokens alone, for a comment within it could end the line. */
import type { Token } from '../tokens.ts';

export function typeName(sql: string, tokens: readonly Token[]): string {
  const words = tokens.map((token) => sql.slice(token.start, token.end)).join(' ');
  return words.replace(/ ([(),])/g, '$1').replaceAll('( ', '(');
}
