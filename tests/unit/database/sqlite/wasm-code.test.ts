import { describe, expect, it } from 'vitest';
import { op, wasmModule, type Routine } from '../../../../src/database/sqlite/wasm-code.ts';

const memory = new WebAssembly.Memory({ initial: 1 });

function instantiate(routine: Routine, call: (value: number) => number = (value) => value): (a: number) => number {
  const compiled = new WebAssembly.Module(wasmModule(routine));
  const { exports } = new WebAssembly.Instance(compiled, { env: { call, memory } });
  return exports.run as (a: number) => number;
}

describe('a module written by hand', () => {
  // Around each limit of a byte of LEB128, and of its sign.
  const near = [6, 7, 13, 14, 20, 21, 27, 28, 31].flatMap((bits) => [
    2 ** bits - 1,
    2 ** bits,
    -(2 ** bits),
    -(2 ** bits) - 1,
  ]);

  it.each([0, ...near.filter((value) => value === (value | 0))])('returns %i', (value) => {
    expect(instantiate({ parameters: 1, locals32: 0, body: [op.i32(value)] })(7)).toBe(value);
  });

  it.each([0n, 2n ** 62n, 2n ** 53n - 1n, 2n * (2n ** 53n - 1n), -(2n ** 53n)])('holds %d in 64 bits', (value) => {
    const body = [op.i32(0), op.i64(value), op.store64(16), op.i32(0)];
    instantiate({ parameters: 1, locals32: 0, body })(0);
    expect(new DataView(memory.buffer).getBigInt64(16, true)).toBe(value);
  });

  it('reaches places far into memory, whatever their distance', () => {
    const view = new DataView(memory.buffer);
    for (const place of [0, 127, 128, 16383, 16384, 65532]) {
      view.setInt32(place, place + 1, true);
      expect(instantiate({ parameters: 1, locals32: 0, body: [op.i32(0), op.load32(place)] })(0)).toBe(place + 1);
    }
  });

  it('calls what it was given, and has locals after its parameters', () => {
    // x + 1, doubled by the host.
    const [X, SUM] = [0, 1];
    const body = [op.get(X), op.i32(1), op.add, op.tee(SUM), op.callImport, op.get(SUM), op.subtract];
    expect(instantiate({ parameters: 1, locals32: 1, body }, (value) => value * 2)(20)).toBe(21);
  });

  it('may be longer than one byte can say', () => {
    const body = [...Array.from({ length: 500 }, () => [op.i32(1), op.set(0)]).flat(), op.get(0)];
    expect(instantiate({ parameters: 1, locals32: 0, body })(0)).toBe(1);
  });
});
