/** Which encoding the bytes of a text are in. */
import type { TextEncodingName } from './protocol.ts';

export const ENCODING_NAMES: Record<TextEncodingName, string> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 (as Windows writes it)',
  'utf-16be': 'UTF-16 (big-endian)',
  'windows-1252': 'Windows-1252 (Western European)',
};

/** By byte order mark, by zeros where UTF-16 has them, by validity; with the sentence that tells the person. */
export function guessEncoding(head: Uint8Array, isWhole: boolean): { encoding: TextEncodingName; because: string } {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf)
    return { encoding: 'utf-8', because: 'The letters are UTF-8: the file begins with its mark.' };
  if (head[0] === 0xff && head[1] === 0xfe)
    return {
      encoding: 'utf-16le',
      because: 'The letters are UTF-16, as Windows writes it: the file begins with its mark.',
    };
  if (head[0] === 0xfe && head[1] === 0xff)
    return { encoding: 'utf-16be', because: 'The letters are UTF-16 (big-endian): the file begins with its mark.' };
  const zeros = [0, 0];
  const pairs = Math.min(head.length, 4096) >> 1;
  for (let at = 0; at < pairs * 2; at++) if (head[at] === 0) zeros[at & 1]++;
  if (pairs > 1 && zeros[1] > pairs * 0.6 && zeros[0] < pairs * 0.1)
    return {
      encoding: 'utf-16le',
      because: 'The letters are UTF-16, as Windows writes it: every second byte is zero.',
    };
  if (pairs > 1 && zeros[0] > pairs * 0.6 && zeros[1] < pairs * 0.1)
    return { encoding: 'utf-16be', because: 'The letters are UTF-16 (big-endian): every second byte is zero.' };
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: !isWhole });
    return { encoding: 'utf-8', because: 'The letters are UTF-8, the usual way to write them: all fit.' };
  } catch {
    return {
      encoding: 'windows-1252',
      because:
        'The letters are Windows-1252 (Western European), because they are not UTF-8. Choose another encoding if ä or é look wrong.',
    };
  }
}
