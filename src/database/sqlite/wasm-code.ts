/**
 * A few hundred bytes of WebAssembly, written where they are used: numbers as LEB128, the instructions that are needed, and a
 * module of one function beside SQLite's (https://webassembly.github.io/spec/core/binary/). No more of an assembler than that.
 */

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value >>> 0; ;) {
    const low = rest & 0x7f;
    rest >>>= 7;
    if (rest === 0) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/** Signed LEB128. */
function signed(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    if (rest === (low & 0x40 ? -1n : 0n)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

const EMPTY = 0x40;
const END = 0x0b;
const I32 = 0x7f;
const I64 = 0x7e;

const access =
  (code: number) =>
  (offset: number): number[] => [code, 0, ...unsigned(offset)];

/** Instructions in use; those with operands are functions. Loads and stores make no promise of alignment. */
export const op = {
  block: (...body: number[][]): number[] => [0x02, EMPTY, ...body.flat(), END],
  loop: (...body: number[][]): number[] => [0x03, EMPTY, ...body.flat(), END],
  when: (...body: number[][]): number[] => [0x04, EMPTY, ...body.flat(), END],
  branch: (depth: number): number[] => [0x0c, depth],
  branchIf: (depth: number): number[] => [0x0d, depth],
  unreachable: [0x00],
  giveBack: [0x0f],
  callImport: [0x10, 0],
  get: (local: number): number[] => [0x20, local],
  set: (local: number): number[] => [0x21, local],
  tee: (local: number): number[] => [0x22, local],
  load32: access(0x28),
  load64: access(0x29),
  load8: access(0x2d),
  load16: access(0x2f),
  store32: access(0x36),
  store64: access(0x37),
  storeReal: access(0x39),
  store8: access(0x3a),
  memoryPages: [0x3f, 0],
  i32: (value: number): number[] => [0x41, ...signed(BigInt(value))],
  i64: (value: bigint): number[] => [0x42, ...signed(value)],
  isZero: [0x45],
  notEqual: [0x47],
  above: [0x4b],
  atLeast: [0x4f],
  above64: [0x56],
  add: [0x6a],
  subtract: [0x6b],
  multiply: [0x6c],
  and: [0x71],
  or: [0x72],
  shiftLeft: [0x74],
  shiftRight: [0x76],
  add64: [0x7c],
  realOf64: [0xb9],
};

export interface Routine {
  /** 32-bit each, as is what it returns. */
  parameters: number;
  /** Numbered after the parameters: first the 32-bit ones, then one of 64 bits. */
  locals32: number;
  body: number[][];
}

/** A module that imports `env.call` (a number in, a number out) and `env.memory`, and exports the routine as `run`. */
export function wasmModule({ parameters, locals32, body }: Routine): Uint8Array<ArrayBuffer> {
  const section = (id: number, content: number[]): number[] => [id, ...unsigned(content.length), ...content];
  const name = (text: string): number[] => [text.length, ...[...text].map((char) => char.charCodeAt(0))];
  const type = (count: number): number[] => [0x60, count, ...new Array<number>(count).fill(I32), 1, I32];
  const code = [2, locals32, I32, 1, I64, ...body.flat(), END];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [2, ...type(1), ...type(parameters)]),
    ...section(2, [2, ...name('env'), ...name('call'), 0, 0, ...name('env'), ...name('memory'), 2, 0, 0]),
    ...section(3, [1, 1]),
    ...section(7, [1, ...name('run'), 0, 1]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}
