/** A short seeded slice of `measure exactness`. */
import { beforeAll, expect, it } from 'vitest';
import { exactness } from '../../../bench/exactness.ts';
import { PagedFile } from '../../../src/database/file/paged-file.ts';
import type { SqliteModule } from '../../../src/database/sqlite/sqlite-module.ts';
import { sqlite } from './support.ts';

const TIMEOUT_MS = 60_000;
const silent = (): void => {};
let module: SqliteModule;

beforeAll(async () => {
  module = await sqlite();
});

it(
  'pages are as sql.js has them, on the primary, on replicas and in the log',
  () => {
    const report = exactness(module, 2, 5, silent);
    expect(report).toMatchObject({ differences: 0, examples: [] });
    expect(report.records).toBeGreaterThan(20);
    expect(report.failedOnBoth).toBeGreaterThan(5);
  },
  TIMEOUT_MS,
);

it(
  'one page that a replica does not take is found out',
  () => {
    const { applyPages } = PagedFile.prototype;
    PagedFile.prototype.applyPages = function (record) {
      applyPages.call(this, { ...record, pageNumbers: record.pageNumbers.slice(0, -1) });
    };
    try {
      expect(exactness(module, 1, 5, silent).differences).toBeGreaterThan(0);
    } finally {
      PagedFile.prototype.applyPages = applyPages;
    }
  },
  TIMEOUT_MS,
);
