import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { createMemoryStore } from '../../../src/platform/memory-store.ts';
import { createIndexedDbStore, toStorageError } from '../../../src/platform/store.ts';

describe('the memory store', () => {
  it('gives values in the order asked, undefined where there is none', async () => {
    const store = createMemoryStore();
    await store.setMany([
      ['a', 1],
      ['b', { deep: [2n] }],
    ]);
    expect(await store.getMany(['b', 'missing', 'a'])).toEqual([{ deep: [2n] }, undefined, 1]);
    expect((await store.keys()).sort()).toEqual(['a', 'b']);
  });

  it('deletes and writes in one step, a written key winning over a deleted one', async () => {
    const store = createMemoryStore();
    await store.setMany([
      ['a', 1],
      ['b', 2],
    ]);
    await store.setMany([['b', 3]], ['a', 'b']);
    expect(await store.getMany(['a', 'b'])).toEqual([undefined, 3]);
    await store.delMany(['b']);
    expect(await store.keys()).toEqual([]);
  });

  it('keeps copies, not the objects handed in or out', async () => {
    const store = createMemoryStore();
    const bytes = new Uint8Array([1]);
    await store.setMany([['bytes', bytes]]);
    bytes[0] = 9;
    const [first] = (await store.getMany(['bytes'])) as [Uint8Array];
    expect(first[0]).toBe(1);
    first[0] = 8;
    expect(((await store.getMany(['bytes'])) as [Uint8Array])[0][0]).toBe(1);
  });

  it('writes all or nothing', async () => {
    const store = createMemoryStore();
    await store.setMany([['a', 1]]);
    const unclonable: [string, unknown][] = [
      ['a', 2],
      ['b', () => 0],
    ];
    await expect(store.setMany(unclonable, ['a'])).rejects.toThrow();
    expect(await store.getMany(['a', 'b'])).toEqual([1, undefined]);
  });

  it('refuses shared memory, as IndexedDB does', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(8));
    await expect(createMemoryStore().setMany([['a', shared]])).rejects.toThrow('shared memory');
  });

  it('clears', async () => {
    const store = createMemoryStore();
    await store.setMany([['a', 1]]);
    await store.clear();
    expect(await store.keys()).toEqual([]);
  });
});

describe('refusals of a browser', () => {
  it('without IndexedDB, every call is denied in plain words', async () => {
    const store = createIndexedDbStore();
    const error = await store.getMany(['a']).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe('storage-denied');
    expect((error as AppError).message).toContain('no IndexedDB');
  });

  it('become two codes', () => {
    const codeOf = (name: string): string => (toStorageError(new DOMException('why', name)) as AppError).code;
    expect(codeOf('QuotaExceededError')).toBe('storage-full');
    for (const name of ['SecurityError', 'InvalidStateError', 'UnknownError', 'VersionError', 'AbortError']) {
      expect(codeOf(name)).toBe('storage-denied');
    }
    expect((toStorageError(null) as AppError).code).toBe('storage-denied');
  });

  it('leaves a value that cannot be stored as the bug it is', () => {
    const bug = new DOMException('cannot be cloned', 'DataCloneError');
    expect(toStorageError(bug)).toBe(bug);
  });
});
