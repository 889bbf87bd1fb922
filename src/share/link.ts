/**
 * A view as a link: `#/lab?s=1.<crc32>.<payload>`, the payload being base64url of raw deflate of ASCII JSON. All of it is in the
 * fragment, so no server ever sees it. The checksum tells a cut link from a whole one; a broken link is an error in plain
 * words, never a silent other view.
 */
import { AppError } from '../core/errors.ts';
import { fromBase64Url, toBase64Url } from './base64url.ts';
import { crc32 } from './crc32.ts';
import { deflate, inflate } from './deflate.ts';
import { validate, VIEW_VERSION, type View } from './view.ts';

/** Characters of a fragment; beyond, a link is refused before anything is decoded. */
export const LINK_LENGTH_MAX = 32 * 1024;
/** Bytes of JSON that a link may unfold to. */
export const VIEW_BYTES_MAX = 256 * 1024;

/** The fragment with its `#`. Throws AppError `link-invalid` for a view that is none, `link-too-long` for a long text. */
export async function encodeLink(view: View): Promise<string> {
  const bytes = toAscii(JSON.stringify(validate(view)));
  if (bytes.length > VIEW_BYTES_MAX)
    throw tooLong(`its content has ${bytes.length} bytes of at most ${VIEW_BYTES_MAX}`);
  const payload = toBase64Url(await deflate(bytes));
  const link = `#/lab?s=${VIEW_VERSION}.${crc32(payload)}.${payload}`;
  if (link.length > LINK_LENGTH_MAX) throw tooLong(`it has ${link.length} characters of at most ${LINK_LENGTH_MAX}`);
  return link;
}

/** Whether an address's fragment carries a view, whole or broken. */
export function hasView(fragment: string): boolean {
  return sharedPart(fragment) !== null;
}

/**
 * The view of a fragment, with or without its `#`. Throws AppError: `link-cut` (a part is missing or changed),
 * `link-version`, `link-too-long`, `link-invalid` (a field is not what it may be).
 */
export async function decodeLink(fragment: string): Promise<View> {
  if (fragment.length > LINK_LENGTH_MAX) {
    throw tooLong(`it has ${fragment.length} characters of at most ${LINK_LENGTH_MAX}`);
  }
  const shared = sharedPart(fragment);
  if (shared === null) throw new AppError('link-invalid', 'This address holds no shared view: it has no part “s=”.');

  const [version, checksum, payload, ...rest] = shared.split('.');
  if (version !== String(VIEW_VERSION) && /^\d+$/.test(version ?? '')) {
    throw new AppError(
      'link-version',
      `This link has format ${version?.slice(0, 12)}, and this page reads format ${VIEW_VERSION}. Reload the page to get its newest version, then open the link again.`,
    );
  }
  if (version !== String(VIEW_VERSION) || payload === undefined || rest.length > 0 || checksum !== crc32(payload)) {
    throw cut();
  }
  return validate(parse(await unfold(payload)));
}

function sharedPart(fragment: string): string | null {
  const at = fragment.indexOf('?');
  if (at < 0) return null;
  const found = fragment
    .slice(at + 1)
    .split('&')
    .find((pair) => pair.startsWith('s='));
  return found === undefined ? null : found.slice(2);
}

async function unfold(payload: string): Promise<Uint8Array> {
  const packed = fromBase64Url(payload);
  if (packed === null) throw cut();
  let bytes: Uint8Array | null;
  try {
    bytes = await inflate(packed, VIEW_BYTES_MAX);
  } catch {
    throw cut();
  }
  if (bytes === null) throw tooLong(`its content is more than ${VIEW_BYTES_MAX} bytes`);
  return bytes;
}

/** JSON needs no more than ASCII: everything else is escaped, lone surrogates too, so that any text comes back exactly. */
function toAscii(json: string): Uint8Array {
  const escaped = json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return Uint8Array.from(escaped, (character) => character.charCodeAt(0));
}

function parse(bytes: Uint8Array): unknown {
  let json = '';
  for (const byte of bytes) json += String.fromCharCode(byte);
  try {
    return JSON.parse(json);
  } catch {
    throw new AppError('link-invalid', 'This link cannot be opened: its content is not a view of this page.');
  }
}

function cut(): AppError {
  return new AppError(
    'link-cut',
    'This link was cut off or changed on its way. Ask for it again, and copy it whole: some chats shorten long links.',
  );
}

function tooLong(reason: string): AppError {
  return new AppError(
    'link-too-long',
    `This view is too long for a link: ${reason}. Shorten the query, or send it as text.`,
  );
}
