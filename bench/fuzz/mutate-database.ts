/**
 * Damage to a database file, of the kinds that happen and of the kinds that lead astray: header fields, b-tree pages, pointers
 * between pages, lengths, schema texts, cuts. What was done is told in words.
 */
import type { Random } from '../../src/core/ports.ts';

export interface Mutated {
  bytes: Uint8Array;
  /** Each change in turn. */
  changes: string[];
}

const CHANGES_MAX = 4;

/** One to four changes to a copy of `bytes`; `other` lends pages. */
export function mutate(bytes: Uint8Array, other: Uint8Array, random: Random): Mutated {
  let changed: Uint8Array = bytes.slice();
  const changes: string[] = [];
  for (let count = 1 + random.below(CHANGES_MAX); count > 0; count--) {
    const [name, change] = KINDS[random.below(KINDS.length)];
    changed = change(new File(changed, random), other) ?? changed;
    changes.push(name);
  }
  return { bytes: changed, changes };
}

/** A file as its pages, with the few numbers that damage is aimed by. */
class File {
  readonly view: DataView;
  readonly pageSize: number;

  constructor(
    readonly bytes: Uint8Array,
    readonly random: Random,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const size = bytes.length >= 18 ? this.view.getUint16(16) : 0;
    const sound = size === 1 || (size >= 512 && (size & (size - 1)) === 0);
    this.pageSize = sound ? (size === 1 ? 65536 : size) : 1024;
  }

  get pages(): number {
    return Math.max(1, Math.floor(this.bytes.length / this.pageSize));
  }

  /** Offset of a page chosen at random. */
  page(): number {
    return this.random.below(this.pages) * this.pageSize;
  }

  /** Where the b-tree header of the page at `start` lies: page 1 begins with the file's own header. */
  tree(start: number): number {
    return start === 0 ? 100 : start;
  }

  put8(at: number, value: number): void {
    if (at < this.bytes.length) this.bytes[at] = value;
  }

  put16(at: number, value: number): void {
    if (at + 2 <= this.bytes.length) this.view.setUint16(at, value);
  }

  put32(at: number, value: number): void {
    if (at + 4 <= this.bytes.length) this.view.setUint32(at, value);
  }

  get16(at: number): number {
    return at + 2 <= this.bytes.length ? this.view.getUint16(at) : 0;
  }

  get32(at: number): number {
    return at + 4 <= this.bytes.length ? this.view.getUint32(at) : 0;
  }

  /** A page number: mostly one that is there, sometimes 0 or far beyond. */
  pageNumber(): number {
    const dice = this.random.below(8);
    if (dice === 0) return 0;
    if (dice === 1) return this.pages + 1 + this.random.below(1000);
    if (dice === 2) return 0xffffffff - this.random.below(4);
    return 1 + this.random.below(this.pages);
  }

  /** Numbers that break limits: ends of ranges, signs, small ones. */
  oddNumber(): number {
    const odd = [0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];
    return odd[this.random.below(odd.length)];
  }
}

type Change = (file: File, other: Uint8Array) => Uint8Array | void;

/** Offsets of four bytes in the header: counts, pointers, cookies. */
const HEADER_WORDS = [24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 64, 68, 92, 96];

const KINDS: readonly (readonly [string, Change])[] = [
  ['a bit of the header', (file) => file.put8(file.random.below(100), 1 << file.random.below(8))],
  ['page size', (file) => file.put16(16, [0, 1, 3, 256, 512, 1024, 2048, 4096, 32768, 65535][file.random.below(10)])],
  ['versions of reading and writing', (file) => file.put8(18 + file.random.below(2), file.random.below(5))],
  ['reserved bytes', (file) => file.put8(20, file.random.below(256))],
  ['payload fractions', (file) => file.put8(21 + file.random.below(3), file.random.below(256))],
  ['a number of the header', (file) => file.put32(HEADER_WORDS[file.random.below(14)], file.oddNumber())],
  ['a page number in the header', (file) => file.put32([28, 32, 52][file.random.below(3)], file.pageNumber())],
  ['text encoding', (file) => file.put32(56, file.random.below(5))],
  ['schema format', (file) => file.put32(44, file.random.below(7))],
  ['type of a b-tree page', (file) => file.put8(file.tree(file.page()), [0, 2, 5, 10, 13, 255][file.random.below(6)])],
  [
    'a bit of a b-tree header',
    (file) => file.put8(file.tree(file.page()) + file.random.below(12), file.random.below(256)),
  ],
  ['number of cells', (file) => file.put16(file.tree(file.page()) + 3, file.oddNumber() & 0xffff)],
  ['first free block', (file) => file.put16(file.tree(file.page()) + 1, file.random.below(file.pageSize))],
  ['start of the cells', (file) => file.put16(file.tree(file.page()) + 5, file.random.below(file.pageSize + 8))],
  ['right-most child', (file) => file.put32(file.tree(file.page()) + 8, file.pageNumber())],
  ['a cell pointer', (file) => moveCell(file)],
  ['two cell pointers made one', (file) => joinCells(file)],
  ['left child of a cell', (file) => inCell(file, (at) => file.put32(at, file.pageNumber()))],
  ['head of a cell', (file) => inCell(file, (at) => file.put8(at + file.random.below(12), file.random.below(256)))],
  ['a very long length', (file) => inCell(file, (at) => longLength(file, at))],
  ['a pointer between pages', (file) => redirect(file)],
  ['a page that points to itself', (file) => pointToSelf(file)],
  ['free list trunk', (file) => damageFreeList(file)],
  [
    'schema text',
    (file) => damageText(file, ['CREATE', 'TABLE', 'INDEX', 'VIEW', 'TRIGGER', 'table', 'index', 'AS', '(']),
  ],
  ['root page of an object', (file) => damageRoot(file)],
  ['a bit anywhere', (file) => file.put8(file.random.below(file.bytes.length), 1 << file.random.below(8))],
  ['bytes anywhere', (file) => scatter(file, 1 + file.random.below(64))],
  ['a page of zeros', (file) => void file.bytes.fill(0, ...range(file, file.page()))],
  ['a page of noise', (file) => noise(file, file.page())],
  ['two pages swapped', (file) => swapPages(file)],
  ['a page twice', (file) => file.bytes.copyWithin(file.page(), ...range(file, file.page()))],
  ['a page of another database', (file, other) => lendPage(file, other)],
  ['cut at a page', (file) => file.bytes.slice(0, file.page())],
  ['cut anywhere', (file) => file.bytes.slice(0, file.random.below(file.bytes.length + 1))],
  ['cut within the header', (file) => file.bytes.slice(0, file.random.below(130))],
  ['bytes after the end', (file) => longer(file, 1 + file.random.below(3000))],
  ['encrypted first page', (file) => noise(file, 0)],
];

function range(file: File, start: number): [number, number] {
  return [start, Math.min(file.bytes.length, start + file.pageSize)];
}

function cellPointers(file: File, start: number): { first: number; count: number } {
  const tree = file.tree(start);
  const interior = file.bytes[tree] === 2 || file.bytes[tree] === 5;
  const first = tree + (interior ? 12 : 8);
  return { first, count: Math.min(file.get16(tree + 3), (file.pageSize - 12) >> 1) };
}

function moveCell(file: File): void {
  const { first, count } = cellPointers(file, file.page());
  if (count > 0) file.put16(first + 2 * file.random.below(count), file.random.below(file.pageSize + 8));
}

function joinCells(file: File): void {
  const { first, count } = cellPointers(file, file.page());
  if (count > 1) file.put16(first + 2 * file.random.below(count), file.get16(first + 2 * file.random.below(count)));
}

function inCell(file: File, change: (at: number) => void): void {
  const start = file.page();
  const { first, count } = cellPointers(file, start);
  if (count > 0) change(start + file.get16(first + 2 * file.random.below(count)));
}

function longLength(file: File, at: number): void {
  for (let byte = 0; byte < 1 + file.random.below(9); byte++) file.put8(at + byte, 0x80 | file.random.below(128));
}

/** Any word of a page that looks like the number of another page, which is what chains and trees are made of. */
function redirect(file: File): void {
  const start = file.page();
  const found: number[] = [];
  for (let at = start; at + 4 <= Math.min(file.bytes.length, start + file.pageSize); at++) {
    const word = file.get32(at);
    if (word > 1 && word <= file.pages) found.push(at);
  }
  if (found.length > 0) file.put32(found[file.random.below(found.length)], file.pageNumber());
}

function pointToSelf(file: File): void {
  const start = file.page();
  const own = start / file.pageSize + 1;
  const { first, count } = cellPointers(file, start);
  const tree = file.tree(start);
  file.put8(tree, file.random.below(2) === 0 ? 5 : 2);
  file.put32(tree + 8, own);
  for (let cell = 0; cell < count; cell++) file.put32(start + file.get16(first + 2 * cell), own);
}

function damageFreeList(file: File): void {
  const trunk = file.get32(32);
  const start = trunk > 0 && trunk <= file.pages ? (trunk - 1) * file.pageSize : file.page();
  const dice = file.random.below(4);
  if (dice === 0) file.put32(start, file.pageNumber());
  else if (dice === 1) file.put32(start + 4, file.oddNumber());
  else if (dice === 2) file.put32(start + 8 + 4 * file.random.below(20), file.pageNumber());
  else file.put32(32, file.pageNumber());
}

function damageText(file: File, words: readonly string[]): void {
  const word = words[file.random.below(words.length)];
  const found: number[] = [];
  for (let at = 100; at + word.length <= Math.min(file.bytes.length, 2 * file.pageSize); at++) {
    if ([...word].every((char, index) => file.bytes[at + index] === char.charCodeAt(0))) found.push(at);
  }
  if (found.length === 0) return;
  const at = found[file.random.below(found.length)] + file.random.below(word.length + 8);
  file.put8(at, [0, 32, 34, 39, 40, 41, 59, 65 + file.random.below(26), 255][file.random.below(9)]);
}

/** In a row of the schema the root page stands before the text: one byte, or two, ahead of CREATE. */
function damageRoot(file: File): void {
  for (let at = 110; at + 6 <= Math.min(file.bytes.length, file.pageSize); at++) {
    const isCreate = [...'CREATE'].every((char, index) => file.bytes[at + index] === char.charCodeAt(0));
    if (isCreate && file.random.below(3) === 0) {
      file.put8(at - 1, file.random.below(Math.min(256, file.pages + 3)));
      return;
    }
  }
}

function scatter(file: File, count: number): void {
  const start = file.page();
  for (let done = 0; done < count; done++) file.put8(start + file.random.below(file.pageSize), file.random.below(256));
}

function noise(file: File, start: number): void {
  const [from, to] = range(file, start);
  for (let at = from; at < to; at++) file.put8(at, file.random.below(256));
}

function swapPages(file: File): void {
  const [one, other] = [file.page(), file.page()];
  const kept = file.bytes.slice(...range(file, one));
  file.bytes.copyWithin(one, ...range(file, other));
  file.bytes.set(kept.subarray(0, Math.min(kept.length, file.bytes.length - other)), other);
}

function lendPage(file: File, other: Uint8Array): void {
  const from = file.random.below(Math.max(1, Math.floor(other.length / file.pageSize))) * file.pageSize;
  const lent = other.subarray(from, from + file.pageSize);
  const to = file.page();
  file.bytes.set(lent.subarray(0, Math.min(lent.length, file.bytes.length - to)), to);
}

function longer(file: File, count: number): Uint8Array {
  const bytes = new Uint8Array(file.bytes.length + count);
  bytes.set(file.bytes);
  for (let at = file.bytes.length; at < bytes.length; at++) bytes[at] = file.random.below(256);
  return bytes;
}
