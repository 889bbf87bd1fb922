/**
 * Our pages against plain sql.js, and against each other: random scripts run as units on a primary, whose records go to replicas
 * and into the log, and statement by statement on a database as sql.js opens it. Answers, errors and counts must be equal;
 * the bytes of primary, replicas, log and folded base must be the same at every step, and the same as sql.js's, but for what
 * SQLite itself leaves open: the counters and version in the header, the content of free pages, the unused middle of a page
 * of a b-tree and the unused end of a chain of overflow pages, which hold what their memory held before; and the rowids of
 * sqlite_stat1 after a VACUUM, since it has no key of its own.
 */
import type { Random } from '../src/core/ports.ts';
import { createRandom } from '../src/core/random.ts';
import { rowsOf } from '../src/database/rows/columns.ts';
import type { Connection } from '../src/database/connection.ts';
import { fileShape, readTreePage, viewOf } from '../src/database/file/btree.ts';
import { readHeader } from '../src/database/file/file-header.ts';
import type { PageRecord, Snapshot } from '../src/database/protocol.ts';
import { foldRecords, materialize } from '../src/database/file/records.ts';
import { Session } from '../src/database/session.ts';
import { emptyDatabase } from '../src/database/file/snapshot-file.ts';
import type { SqliteModule } from '../src/database/sqlite/sqlite-module.ts';
import { runUnit } from '../src/database/unit.ts';
import { PAGE_SIZES, randomRead, randomStatements, SCHEMA } from './exact-statements.ts';

export interface ExactnessReport {
  trials: number;
  seed: number;
  scripts: number;
  statements: number;
  /** Statements that failed on both sides, with the same message. */
  failedOnBoth: number;
  records: number;
  differences: number;
  /** The first few: what differed, after which script. */
  examples: string[];
}

const SCRIPTS = 30;
const EXAMPLES_MAX = 5;

/** sql.js as it comes. */
interface Plain {
  exec(sql: string, parameters?: unknown, options?: { useBigInt: boolean }): { values: unknown[][] }[];
  export(): Uint8Array;
  close(): void;
}

export function exactness(
  module: SqliteModule,
  trials: number,
  seed: number,
  progress: (line: string) => void,
): ExactnessReport {
  const report: ExactnessReport = {
    trials,
    seed,
    scripts: 0,
    statements: 0,
    failedOnBoth: 0,
    records: 0,
    differences: 0,
    examples: [],
  };
  for (let trial = 0; trial < trials; trial++) {
    const one = new Trial(module, createRandom(`${seed}/${trial}`), report, `seed ${seed}, trial ${trial}`);
    try {
      one.run();
    } finally {
      one.close();
    }
    if ((trial + 1) % 10 === 0) progress(`${trial + 1} of ${trials}: ${report.differences} differences`);
  }
  return report;
}

class Trial {
  readonly #module: SqliteModule;
  readonly #random: Random;
  readonly #report: ExactnessReport;
  readonly #name: string;
  readonly #plain: Plain;
  #primary: Session;
  /** Takes every record at once. */
  #follower: Session;
  /** Takes records now and then, several together. */
  #straggler: Session;
  #behind: PageRecord[] = [];
  #log: Snapshot;
  #epoch = 1;
  #pragmas: string[] = [];

  constructor(module: SqliteModule, random: Random, report: ExactnessReport, name: string) {
    this.#module = module;
    this.#random = random;
    this.#report = report;
    this.#name = name;
    this.#plain = new module.raw.Database() as unknown as Plain;
    this.#plain.exec('PRAGMA journal_mode = MEMORY');
    this.#log = { historyId: 'h', logNumber: 0, pageSize: 4096, base: emptyDatabase(module), records: [] };
    this.#primary = this.#open('primary');
    this.#follower = this.#open('replica');
    this.#straggler = this.#open('replica');
  }

  run(): void {
    const { below } = { below: (limit: number) => this.#random.below(limit) };
    const encoding = ['UTF-8', 'UTF-8', 'UTF-16le', 'UTF-16be'][below(4)];
    this.#script([
      `PRAGMA page_size = ${PAGE_SIZES[below(PAGE_SIZES.length)]}`,
      `PRAGMA auto_vacuum = ${below(3)}`,
      `PRAGMA encoding = '${encoding}'`,
      ...SCHEMA,
    ]);
    for (let script = 0; script < SCRIPTS && this.#report.examples.length < EXAMPLES_MAX; script++) {
      const statements = Array.from({ length: 1 + below(4) }, () => randomStatements(this.#random)).flat();
      const wrapped = [
        statements,
        ['BEGIN', ...statements, 'COMMIT'],
        ['BEGIN', ...statements, 'ROLLBACK'],
        statements,
      ];
      this.#script(wrapped[below(4)]);
      const read = randomRead(this.#random);
      this.#same(
        `${read} on the replica`,
        () => rowsAt(this.#follower.connection, read),
        () => this.#plainRows(read),
      );
      if (below(4) === 0) this.#catchUp();
      if (below(8) === 0) this.#fold();
      if (below(10) === 0) this.#failOver();
    }
    this.#catchUp();
    for (const { connection } of [this.#primary, this.#follower, this.#straggler]) {
      this.#same(
        'integrity_check',
        () => rowsAt(connection, 'PRAGMA integrity_check'),
        () => [['ok']],
      );
    }
  }

  close(): void {
    for (const { connection } of [this.#primary, this.#follower, this.#straggler]) connection.close();
    this.#plain.close();
  }

  #script(statements: readonly string[]): void {
    const sql = statements.join(';\n');
    this.#report.scripts++;
    this.#report.statements += statements.length;
    const unit = { sql, parameters: [], deadlineMs: null, rowLimit: null, cancelValue: null, epoch: this.#epoch };
    const reply = runUnit(this.#primary, unit, null);
    if (reply.record) this.#append(reply.record);
    this.#pragmas.push(...reply.pragmas);
    for (const replica of [this.#follower, this.#straggler]) {
      if (reply.pragmas.length > 0) replica.setPragmas(reply.pragmas);
      replica.connection.hold();
    }
    const expected = this.#onPlain(statements);
    // What SQLite passes over inside a transaction holds here from the end of the unit at the latest, on all workers alike.
    for (const pragma of reply.pragmas) this.#plain.exec(pragma);
    const got = reply.statements.map(({ result }) => asText(result ? rowsOf(result) : []));
    if (reply.error) {
      got.push(`error: ${reply.error.message}`);
      this.#report.failedOnBoth++;
    }
    this.#same(
      sql,
      () => got,
      () => expected,
    );
    this.#compareBytes(sql);
  }

  /** As the engine promises: up to the first error, and what is open then is rolled back. */
  #onPlain(statements: readonly string[]): string[] {
    const answers: string[] = [];
    try {
      for (const sql of statements) answers.push(asText(this.#plainRows(sql)));
    } catch (error) {
      answers.push(`error: ${(error as Error).message}`);
    }
    try {
      this.#plain.exec('ROLLBACK');
    } catch {
      // No transaction was open.
    }
    return answers;
  }

  #plainRows(sql: string): unknown[][] {
    const values = this.#plain.exec(sql, undefined, { useBigInt: true })[0]?.values ?? [];
    // PRAGMA incremental_vacuum steps through rows without a column.
    return values.filter((row) => row.length > 0);
  }

  #append(record: PageRecord): void {
    const { logNumber, records } = this.#log;
    const numbered = { ...record, logNumber: logNumber + records.length + 1 };
    this.#report.records++;
    this.#log = { ...this.#log, records: [...records, numbered] };
    this.#follower.apply([numbered]);
    this.#behind.push(numbered);
  }

  #catchUp(): void {
    this.#straggler.apply(this.#behind);
    this.#behind = [];
    const [one, other] = [this.#straggler, this.#primary].map(({ connection }) => connection.file.toBytes());
    this.#same(
      'bytes of a replica that took several records',
      () => differingPages(one, other),
      () => [],
    );
  }

  /** New replicas begin with a folded base, old ones go on with theirs. */
  #fold(): void {
    this.#catchUp();
    this.#log = foldRecords(this.#log);
    this.#straggler.connection.close();
    this.#straggler = this.#open('replica');
  }

  /** The follower takes over; what only the old primary had is gone, on the other side too. */
  #failOver(): void {
    this.#primary.connection.close();
    this.#primary = this.#follower;
    this.#primary.promote(++this.#epoch, this.#log.logNumber + this.#log.records.length);
    this.#follower = this.#open('replica');
    for (const [name] of this.#plainRows("SELECT name FROM temp.sqlite_schema WHERE type = 'table'")) {
      this.#plain.exec(`DROP TABLE temp.${String(name)}`);
    }
    // A mode that still waited for its VACUUM was the old primary's alone; asked for anew, the present one stays.
    this.#plain.exec(`PRAGMA auto_vacuum = ${String(this.#plainRows('PRAGMA auto_vacuum')[0][0])}`);
  }

  #open(role: 'primary' | 'replica'): Session {
    return new Session(this.#module, {
      snapshot: this.#log,
      role,
      epoch: this.#epoch,
      pragmas: [...this.#pragmas],
    });
  }

  #compareBytes(after: string): void {
    const bytes = this.#primary.connection.file.toBytes();
    const others = {
      'the replica': this.#follower.connection.file.toBytes(),
      'the log': materialize(this.#log),
    };
    for (const [name, other] of Object.entries(others)) {
      this.#same(
        `bytes of ${name} after ${after}`,
        () => differingPages(bytes, other),
        () => [],
      );
    }
    const open = statisticsPages(bytes, this.#plainRows(STATISTICS_ROOT));
    this.#same(
      `bytes of sql.js after ${after}`,
      () => differingPages(asDetermined(bytes), asDetermined(this.#plain.export())).filter((page) => !open.has(page)),
      () => [],
    );
    if (open.size === 0) return;
    this.#same(
      `statistics after ${after}`,
      () => rowsAt(this.#primary.connection, STATISTICS),
      () => this.#plainRows(STATISTICS),
    );
  }

  #same(what: string, got: () => unknown, expected: () => unknown): void {
    const [one, other] = [got, expected].map((ask) => {
      try {
        return asText(ask());
      } catch (error) {
        return `error: ${(error as Error).message}`;
      }
    });
    if (one === other) return;
    this.#report.differences++;
    if (this.#report.examples.length < EXAMPLES_MAX) {
      this.#report.examples.push(
        `${this.#name}: ${what}\n  got ${one.slice(0, 300)}\n  expected ${other.slice(0, 300)}`,
      );
    }
  }
}

function rowsAt(connection: Connection, sql: string): unknown[][] {
  return connection.query(sql);
}

function asText(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return String(item);
    if (typeof item === 'number') return String(item);
    if (item instanceof Uint8Array) return `x${[...item.subarray(0, 40)].join()}/${item.length}`;
    return item;
  });
}

/** 1-based numbers of pages that differ, or the two lengths. */
function differingPages(one: Uint8Array, other: Uint8Array): unknown[] {
  if (one.length !== other.length) return [`${one.length} and ${other.length} bytes`];
  const { pageSize } = readHeader(one);
  const differing: number[] = [];
  for (let start = 0; start < one.length; start += pageSize) {
    const end = start + pageSize;
    const same = Buffer.compare(one.subarray(start, end), other.subarray(start, end)) === 0;
    if (!same) differing.push(start / pageSize + 1);
  }
  return differing;
}

const STATISTICS = 'SELECT tbl, idx, stat FROM sqlite_stat1';
const STATISTICS_ROOT = "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_stat1'";

/** The pages of sqlite_stat1's tree, which is given by its root; none where there are no statistics. */
function statisticsPages(file: Uint8Array, roots: unknown[][]): Set<unknown> {
  const shape = fileShape((offset, length) => file.subarray(offset, offset + length));
  const found = new Set<unknown>();
  const waiting = roots.map(([root]) => Number(root));
  for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
    const page = file.subarray((number - 1) * shape.pageSize, number * shape.pageSize);
    if (!found.has(number)) waiting.push(...(readTreePage(page, number, shape)?.children ?? []));
    found.add(number);
  }
  return found;
}

/** Page types of b-trees, and the bytes of their headers (https://sqlite.org/fileformat2.html, section 1.6). */
const HEADER_BYTES_OF: Readonly<Record<number, number>> = { 2: 12, 5: 12, 10: 8, 13: 8 };

/** The file without what SQLite does not determine. */
function asDetermined(file: Uint8Array): Uint8Array {
  const bytes = file.slice();
  const view = new DataView(bytes.buffer);
  const { pageSize } = readHeader(bytes);
  for (let trunk = view.getUint32(32); trunk !== 0;) {
    const start = (trunk - 1) * pageSize;
    const leaves = view.getUint32(start + 4);
    for (let leaf = 0; leaf < leaves; leaf++) {
      const at = (view.getUint32(start + 8 + leaf * 4) - 1) * pageSize;
      bytes.fill(0, at, at + pageSize);
    }
    trunk = view.getUint32(start);
    bytes.fill(0, start + 8 + leaves * 4, start + pageSize);
  }
  for (const [start, end] of chainEnds(bytes)) bytes.fill(0, start, end);
  for (let start = 0; start < bytes.length; start += pageSize) {
    const header = start === 0 ? 100 : start;
    const headerBytes = HEADER_BYTES_OF[bytes[header]];
    // An overflow page may look like one: then the same bytes are left out on both sides.
    if (headerBytes === undefined) continue;
    const cellsEnd = header + headerBytes + 2 * view.getUint16(header + 3);
    const contentStart = start + (view.getUint16(header + 5) || 65536);
    if (cellsEnd < contentStart && contentStart <= start + pageSize) bytes.fill(0, cellsEnd, contentStart);
  }
  // Read and write version, change counter, schema cookie, version-valid-for and the library's version.
  return bytes.fill(0, 18, 20).fill(0, 24, 28).fill(0, 40, 44).fill(0, 92, 100);
}

/** Where the last page of each overflow chain is not in use: [start, end) in the file. */
function chainEnds(file: Uint8Array): [number, number][] {
  const shape = fileShape((offset, length) => file.subarray(offset, offset + length));
  const { pageSize, usableBytes, pageCount } = shape;
  const view = viewOf(file);
  const ends: [number, number][] = [];
  for (let number = 1; number <= pageCount; number++) {
    const tree = readTreePage(file.subarray((number - 1) * pageSize, number * pageSize), number, shape);
    for (const { page, bytes } of tree?.overflows ?? []) {
      const [pages, last] = [Math.ceil(bytes / (usableBytes - 4)), bytes % (usableBytes - 4)];
      let at = page;
      for (let link = 1; link < pages && at > 0 && at <= pageCount; link++) at = view.getUint32((at - 1) * pageSize);
      const start = (at - 1) * pageSize;
      // What only looks like a page of a tree leads nowhere.
      if (last === 0 || at < 1 || at > pageCount || view.getUint32(start) !== 0) continue;
      ends.push([start + 4 + last, start + usableBytes]);
    }
  }
  return ends;
}
