import { expect, it, vi } from 'vitest';
import { sqlite } from '../support.ts';

it('reads from a database of its own, leaves one connection open to go on from, and does it once', async () => {
  // Its own copy of the code: another test in this process may have let a spare rehearse.
  vi.resetModules();
  const { rehearse } = await import('../../../../src/database/statements/rehearsal.ts');
  const module = await sqlite();
  const compiling = vi.spyOn(module.raw, '_sqlite3_prepare_v2');
  const { size } = module.files;
  const session = rehearse(module);
  const statements = compiling.mock.calls.length;
  expect(module.files.size).toBe(size + 1);
  session?.connection.close();
  expect(module.files.size).toBe(size);
  expect(statements).toBeGreaterThan(20);
  expect(rehearse(module)).toBeNull();
  expect(compiling.mock.calls.length).toBe(statements);
  compiling.mockRestore();
});
