/**
 * Where the pages of a database are: every tree is walked through the file's own pages, overflow chains and the free list
 * included, and every page is counted once. This SQLite has no dbstat, and an estimate would not add up.
 *
 * The walk is bounded whatever the bytes say: a page belongs to one owner, and no tree is deeper than SQLite allows.
 */
import { AppError } from '../../core/errors.ts';
import { fileShape, readTreePage, servicePages, viewOf, type FileShape, type ReadBytes } from './btree.ts';
import type { Connection } from '../connection.ts';
import type { StorageCensus, StorageObject } from '../protocol.ts';

/** SQLite's own limit (BTCURSOR_MAX_DEPTH). */
const DEPTH_MAX = 20;
/** One bit a page: 32 MiB of marks. A header that claims more is damaged, or a file that no tab can hold. */
const PAGE_COUNT_MAX = 2 ** 28;

/** A tree of the file, by the row of sqlite_schema that names its root page. */
export interface TreeRoot {
  name: string;
  kind: StorageObject['kind'];
  table: string;
  rootPage: number;
}

/** Counts the file under a connection as it was last committed. Error `census` where its pages are damaged. */
export function censusOf(connection: Connection): StorageCensus {
  const roots = connection
    .query("SELECT name, type, tbl_name, rootpage FROM sqlite_schema WHERE type IN ('table', 'index') AND rootpage > 0")
    .map(([name, type, table, rootPage]): TreeRoot => ({
      name: String(name),
      kind: type === 'index' ? 'index' : 'table',
      table: String(table),
      rootPage: Number(rootPage),
    }));
  return census((offset, length) => connection.file.read(offset, length), roots);
}

/** Counts every page. `roots` are the trees beside sqlite_schema itself. Error `census`, which names the object and page. */
export function census(read: ReadBytes, roots: readonly TreeRoot[]): StorageCensus {
  const shape = fileShape(read);
  if (shape.pageCount > PAGE_COUNT_MAX) {
    throw damaged('the header', `it claims ${shape.pageCount} pages`);
  }
  const pages = new Pages(read, shape);
  const service = servicePages(shape);
  for (const number of service) pages.take(number, 'a pointer map');
  const freePages = countFree(pages, shape);
  const schema: TreeRoot = { name: 'sqlite_schema', kind: 'schema', table: 'sqlite_schema', rootPage: 1 };
  const objects = [schema, ...roots].map((root) => countTree(pages, shape, root));
  const owned = objects.reduce((sum, object) => sum + object.pages, 0);
  const { pageSize, pageCount } = shape;
  return { pageSize, pageCount, freePages, objects, otherPages: pageCount - owned - freePages };
}

/** Reads pages and sees to it that each has one owner. */
class Pages {
  readonly #read: ReadBytes;
  readonly #shape: FileShape;
  readonly #taken: Uint8Array;

  constructor(read: ReadBytes, shape: FileShape) {
    this.#read = read;
    this.#shape = shape;
    this.#taken = new Uint8Array((shape.pageCount >> 3) + 1);
  }

  /** Marks a page as belonging to `owner`; false sense in its number, or a second owner, is damage. */
  take(number: number, owner: string): void {
    const { pageCount } = this.#shape;
    if (number < 1 || number > pageCount) {
      throw damaged(owner, `it leads to page ${number}, and the file has ${pageCount}`);
    }
    const bit = 1 << (number & 7);
    if (this.#taken[number >> 3] & bit) throw damaged(owner, `it leads to page ${number}, which is in use already`);
    this.#taken[number >> 3] |= bit;
  }

  /** Takes a page and gives its first `length` bytes; the whole page without one. */
  open(number: number, owner: string, length = this.#shape.pageSize): Uint8Array {
    this.take(number, owner);
    return this.#read((number - 1) * this.#shape.pageSize, length);
  }
}

function countFree(pages: Pages, { usableBytes, firstTrunk, freeCount }: FileShape): number {
  const owner = 'the list of free pages';
  let count = 0;
  for (let trunk = firstTrunk; trunk !== 0;) {
    const view = viewOf(pages.open(trunk, owner));
    const leaves = view.getUint32(4);
    if (leaves > usableBytes / 4 - 2) throw damaged(owner, `page ${trunk} claims ${leaves} entries`);
    for (let index = 0; index < leaves; index++) pages.take(view.getUint32(8 + 4 * index), owner);
    count += 1 + leaves;
    trunk = view.getUint32(0);
  }
  if (count !== freeCount) throw damaged(owner, `it has ${count} pages, and the header says ${freeCount}`);
  return count;
}

function countTree(pages: Pages, shape: FileShape, root: TreeRoot): StorageObject {
  const owner = `the ${root.kind === 'index' ? 'index' : 'table'} ${root.name}`;
  const found: StorageObject = {
    name: root.name,
    kind: root.kind,
    table: root.table,
    pages: 0,
    bytes: 0,
    usedBytes: 0,
    entries: 0,
    depth: 0,
  };
  const walk = (number: number, depth: number): void => {
    if (depth > DEPTH_MAX) throw damaged(owner, `it is deeper than the ${DEPTH_MAX} levels that SQLite allows`);
    const page = readTreePage(pages.open(number, owner), number, shape);
    if (!page) throw damaged(owner, `page ${number} is no page of a tree`);
    found.depth = Math.max(found.depth, depth);
    found.pages++;
    found.usedBytes += page.usedBytes;
    found.entries += page.entries;
    for (const { page: first, bytes } of page.overflows) {
      found.pages += followChain(pages, shape, first, bytes, owner);
      // Each page of a chain begins with the number of the next.
      found.usedBytes += bytes + 4 * chainLength(bytes, shape);
    }
    for (const child of page.children) walk(child, depth + 1);
  };
  walk(root.rootPage, 1);
  found.bytes = found.pages * shape.pageSize;
  return found;
}

const chainLength = (bytes: number, { usableBytes }: FileShape): number => Math.ceil(bytes / (usableBytes - 4));

/** Takes the overflow pages of one payload; how many there are. */
function followChain(pages: Pages, shape: FileShape, first: number, bytes: number, owner: string): number {
  const length = chainLength(bytes, shape);
  let number = first;
  for (let index = 0; index < length; index++) number = viewOf(pages.open(number, owner, 4)).getUint32(0);
  if (number !== 0) throw damaged(owner, `a long value goes on at page ${number}, past its end`);
  return length;
}

function damaged(owner: string, what: string): AppError {
  return new AppError(
    'census',
    `The file is damaged in ${owner}: ${what}. PRAGMA integrity_check lists what is wrong; save a copy, and recover it with the sqlite3 command line's .recover.`,
  );
}
