import { afterEach, expect, it } from 'vitest';
import { loadSqlite } from '../../../../src/database/sqlite/sqlite-module.ts';

const realm = globalThis as { headroomSqlite?: Promise<unknown> | null };
const before = realm.headroomSqlite;
afterEach(() => (realm.headroomSqlite = before));

it('a start that failed is tried again by the next call; until then all calls share it', async () => {
  realm.headroomSqlite = null;
  const start = () => loadSqlite({ module: null, wasmUrl: 'http://127.0.0.1:1/none.wasm', cancelCell: null });
  const calls = [start(), start()];
  const failing = realm.headroomSqlite;
  for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'wasm-load' });
  expect(realm.headroomSqlite).toBeNull();
  const again = start();
  expect(realm.headroomSqlite).not.toBe(failing);
  await expect(again).rejects.toMatchObject({ code: 'wasm-load' });
});
