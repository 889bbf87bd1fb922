import { describe, expect, it } from 'vitest';
import type { DataPlane } from '../../../../src/engine/data/data-plane.ts';
import { LogFolding } from '../../../../src/engine/data/log-folding.ts';
import type { Vault } from '../../../../src/engine/storage/vault.ts';

describe('a fold that fails', () => {
  it('is told, and tried again when some more has been written, not with every write', async () => {
    let logNumber = 0;
    let asked = 0;
    const told: string[] = [];
    const plane = {
      wantsFold: true,
      content: { lineId: 'line' },
      snapshot: { logNumber: 0 },
      get version() {
        return { historyId: 'history', logNumber };
      },
      *fold() {
        yield;
        if (++asked === 1) throw new RangeError('Array buffer allocation failed');
      },
    };
    const vault = { save: () => Promise.resolve(), storedThrough: () => null, noteChange: () => {} };
    const folding = new LogFolding({
      plane: plane as unknown as DataPlane,
      vault: vault as unknown as Vault,
      delay: () => Promise.resolve(),
      onFailed: (message) => told.push(message),
    });
    const write = async (): Promise<void> => {
      logNumber++;
      folding.consider();
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    };
    await write();
    expect(told).toEqual([expect.stringContaining('Array buffer allocation failed')]);
    for (let count = 0; count < 199; count++) await write();
    expect(asked).toBe(1);
    await write();
    expect(asked).toBe(2);
    expect(told).toHaveLength(1);
  });
});
