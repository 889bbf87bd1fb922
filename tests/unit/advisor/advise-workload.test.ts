import { describe, expect, it } from 'vitest';
import { definitionOf } from '../../../src/advisor/existing.ts';
import { findingsOf } from '../../../src/advisor/findings.ts';
import { statementsOf, workloadOf } from '../../../src/advisor/workload.ts';
import { sandboxWith } from '../optimizer/sandbox.ts';
import { advised, SHOP } from './support.ts';

const BY_CITY = "SELECT name FROM customers WHERE city = 'city 5'";
const BY_CUSTOMER = 'SELECT day, paid FROM orders WHERE customer_id = 77';

describe('advice on a workload', () => {
  it('builds, measures and chooses, and leaves the data alone', () => {
    const stages = new Set<string>();
    const { advice, data } = advised(
      SHOP,
      { statements: [{ sql: BY_CITY }, { sql: BY_CUSTOMER, frequency: 3 }] },
      ({ stage }) => stages.add(stage),
    );
    const tables = advice.indexes.map(({ table, parts: [first] }) => `${table} ${first}`).sort();
    expect(tables).toEqual(['customers city', 'orders customer_id']);
    for (const { gain, planAfter, indexes } of advice.statements) {
      expect(planAfter[0]?.kind).toBe('search');
      expect(indexes.length).toBe(1);
      expect(gain?.equalRows).toBe(true);
      expect(gain?.pairs).toBeGreaterThanOrEqual(2);
      // 3,000 or 9,000 rows looked at before, 30 or 3 after.
      expect(gain?.beforeSteps ?? 0).toBeGreaterThan(9 * (gain?.afterSteps ?? Infinity));
    }
    expect(advice.fidelity).toEqual({ plans: 2, equal: 2 });
    expect(advice.totals.indexBytes).toBeLessThanOrEqual(advice.totals.dataBytes);
    expect([...stages]).toEqual(['reading', 'running', 'planning', 'building', 'choosing', 'checking']);
    expect(
      data.run("SELECT 1 FROM sqlite_schema WHERE type = 'index' OR name LIKE 'sqlite_stat%'", [], null).rowCount,
    ).toBe(0);
    data.close();
  });

  it('can be applied, and taken back', () => {
    const { advice, data } = advised(SHOP, { statements: [{ sql: BY_CITY }] });
    const schema = (): unknown => data.run('SELECT type, name, sql FROM sqlite_schema ORDER BY name', [], null).rows();
    const before = schema();
    data.execute(advice.applySql);
    expect(data.plan(BY_CITY)[0]?.detail).toContain(advice.indexes[0]?.name);
    data.execute(advice.undoSql);
    expect(schema()).toEqual(before);
    data.close();
  });

  it('keeps within the bytes it is given', () => {
    const { advice, data } = advised(SHOP, {
      statements: [{ sql: BY_CITY }, { sql: BY_CUSTOMER }],
      budgetBytes: 60_000,
    });
    // 9,000 orders by customer are about 120 kB, 3,000 customers by city about 50.
    expect(advice.indexes.map(({ table }) => table)).toEqual(['customers']);
    expect(advice.totals.indexBytes).toBeLessThanOrEqual(60_000);
    data.close();
  });

  it('counts a statement that never ends at its deadline, and says so', () => {
    const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';
    const { advice, data } = advised(SHOP, { statements: [{ sql: endless }, { sql: BY_CITY }], budgetMs: 10_000 });
    expect(advice.notes.join(' ')).toContain('1 was stopped at its deadline');
    // With what is advised it never ends either: nothing is promised.
    expect(advice.statements.find(({ sql }) => sql === endless)?.note).toContain('what it gains is not known');
    expect(advice.indexes.map(({ table }) => table)).toEqual(['customers']);
    data.close();
  });

  it('judges by the values that it is given', () => {
    const statements = ['city 5', 'city 7'].map((city) => ({
      sql: 'SELECT name FROM customers WHERE city = :city',
      parameters: { ':city': city },
    }));
    const { advice, data } = advised(SHOP, { statements });
    expect(advice.statements.map(({ samples, frequency }) => [samples, frequency])).toEqual([[2, 2]]);
    expect(advice.indexes[0]?.parts[0]).toBe('city');
    expect(advice.indexes[0]?.where).toBeNull();
    expect(advice.checkSql).toContain("INSERT INTO temp.sqlite_parameters(key, value) VALUES (':city', 'city 5');");
    data.close();
  });

  it('takes odd schemas as they are', () => {
    const setup = `${SHOP}
      CREATE VIEW busy AS SELECT c.name, o.day FROM customers c JOIN orders o ON o.customer_id = c.id;
      CREATE VIRTUAL TABLE notes USING fts4(body);
      INSERT INTO notes SELECT note FROM customers;
      CREATE TABLE pairs(a TEXT, b TEXT, n INTEGER, PRIMARY KEY(a, b)) WITHOUT ROWID;
      INSERT INTO pairs SELECT name, city, id FROM customers;
      CREATE TABLE empty(x);`;
    const { advice, data } = advised(setup, {
      statements: [
        { sql: "SELECT day FROM busy WHERE name = 'name 7'" },
        { sql: "SELECT count(*) FROM notes WHERE body MATCH 'longer'" },
        { sql: 'SELECT a FROM pairs WHERE n = 7' },
        { sql: 'SELECT x FROM empty WHERE x = 1' },
        { sql: 'SELECT nothing FROM nowhere' },
      ],
    });
    const on = advice.indexes.map(({ table }) => table);
    expect(on).toContain('pairs');
    expect(on).toContain('orders');
    const unread = advice.statements.filter(({ gain }) => gain === null);
    expect(unread.map(({ sql }) => sql)).toEqual(['SELECT nothing FROM nowhere']);
    data.close();
  });

  it('refuses a workload that reads nothing', () => {
    expect(() => advised(SHOP, { statements: [{ sql: 'DELETE FROM orders' }] })).toThrow('There is no query among');
  });

  it('has something to say about 500 statements in the time it has', () => {
    const statements = Array.from({ length: 500 }, (_, index) => ({
      sql: `SELECT name AS n${index} FROM customers WHERE city = 'city ${index % 100}' AND id > ${index}`,
    }));
    const { advice, data } = advised(SHOP, { statements, budgetMs: 2500 });
    expect(
      advice.statements.length + Number(/\d+/.exec(advice.notes.find((one) => /Time ran out/.test(one)) ?? '0')?.[0]),
    ).toBe(500);
    data.close();
  });
});

describe('harm', () => {
  it('is found in an index on a value that nearly all rows have', () => {
    // 29,000 of 30,000 rows: looking each up takes longer than reading them all.
    const setup = `CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT, body TEXT);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
        INSERT INTO jobs SELECT i, CASE WHEN i % 30 THEN 'done' ELSE 'open' END, hex(zeroblob(40)) || i FROM n;
      CREATE INDEX jobs_state ON jobs(state);`;
    const { advice, data } = advised(setup, {
      statements: [{ sql: "SELECT max(length(body)) FROM jobs WHERE state = 'done'" }],
    });
    expect(advice.totals.slower).toBe(0);
    for (const { gain } of advice.statements) expect(gain?.ratio).toBeGreaterThan(0.8);
    data.close();
  });

  it('is found in the order of DISTINCT, and avoided', () => {
    // With an index that begins with the customer, SQLite counts different customers in its order: a look-up for each of 60,000 rows.
    const setup = `CREATE TABLE events(id INTEGER PRIMARY KEY, customer_id INTEGER, type TEXT, at INTEGER, body TEXT);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
        INSERT INTO events SELECT i, i * 7919 % 3001, 'type ' || i % 9, i, hex(zeroblob(20)) FROM n;`;
    const visitors = 'SELECT count(DISTINCT customer_id) FROM events WHERE at >= 59000';
    const wishes = "SELECT at, body FROM events WHERE customer_id = 17 AND type = 'type 3'";
    const data = sandboxWith(`${setup} CREATE INDEX trap ON events(customer_id, type); ANALYZE;`);
    expect(data.plan(visitors)[0]?.detail).toContain('trap');
    data.close();
    const { advice } = advised(setup, { statements: [{ sql: visitors }, { sql: wishes }] });
    expect(advice.totals.slower).toBe(0);
    const [one, other] = [visitors, wishes].map((sql) => advice.statements.find((statement) => statement.sql === sql));
    expect(other?.gain?.ratio).toBeGreaterThan(5);
    expect(one?.gain?.ratio).toBeGreaterThan(0.85);
    const told = advice.harms.find(({ sql }) => sql === visitors);
    expect(told?.ratio).toBeLessThan(0.9);
    expect(told?.cause).toMatch(/^events_customer_id/);
  });
});

describe('the script to check with', () => {
  it('runs as it is in SQLite, apart from the commands of its shell', () => {
    const { advice, data } = advised(SHOP, { statements: [{ sql: `${BY_CITY};` }] });
    const lines = advice.checkSql.split('\n');
    expect(lines.filter((line) => /^CREATE INDEX/.test(line)).length).toBe(advice.indexes.length);
    // The plan, then the statement twice: before and after.
    expect(lines.filter((line) => line === `${BY_CITY};`).length).toBe(6);
    expect(() => data.execute(lines.filter((line) => !line.startsWith('.')).join('\n'))).not.toThrow();
    data.close();
  });
});

describe('the workload', () => {
  it('puts together what differs in values alone, and counts writes by table', () => {
    const { queries, writes, others } = workloadOf([
      { sql: 'SELECT * FROM t WHERE a = 1', frequency: 2 },
      { sql: 'select *  from t where a = 2' },
      { sql: 'SELECT * FROM t WHERE a = 2' },
      { sql: 'SELECT * FROM t WHERE a = ?', parameters: [3] },
      { sql: 'INSERT OR REPLACE INTO main."T"(a) VALUES (1)', frequency: 5 },
      { sql: 'UPDATE OR IGNORE t SET a = 1' },
      { sql: 'REPLACE INTO u VALUES (1)' },
      { sql: 'DELETE FROM u' },
      { sql: 'PRAGMA table_info(t)' },
      { sql: '' },
    ]);
    expect(queries.map(({ frequency, samples }) => [frequency, samples.length])).toEqual([[5, 3]]);
    expect([...writes]).toEqual([
      ['t', 6],
      ['u', 2],
    ]);
    expect(others).toBe(1);
  });

  it('reads a pasted text', () => {
    const text = "SELECT 1; -- one\nSELECT ';' AS x ;\n;\n/* end */ SELECT 3";
    expect(statementsOf(text).map(({ sql }) => sql)).toEqual(['SELECT 1', "SELECT ';' AS x", 'SELECT 3']);
  });
});

describe('what is there', () => {
  it('is found to be double, a beginning, unused', () => {
    const data = sandboxWith(`${SHOP}
      CREATE INDEX a ON orders(customer_id); CREATE INDEX b ON orders(customer_id, day);
      CREATE INDEX c ON orders("customer_id",  day); CREATE INDEX d ON orders(paid) WHERE day > 'x';`);
    const { advice } = advised(
      `${SHOP} CREATE INDEX a ON orders(customer_id); CREATE INDEX b ON orders(customer_id, day);
      CREATE INDEX c ON orders("customer_id",  day); CREATE INDEX d ON orders(paid) WHERE day > 'x';`,
      { statements: [{ sql: BY_CITY }] },
    );
    expect(advice.findings.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'prefix a',
      'unused b',
      'duplicate c',
      'unused d',
      'no-statistics customers',
    ]);
    data.close();
  });

  it('is read from its statement', () => {
    expect(
      definitionOf('CREATE INDEX i ON t(a, "b c" , lower(d, 1) COLLATE NOCASE, e ASC) WHERE a > 1 AND b IS NULL;'),
    ).toEqual({
      parts: ['a', '`b c`', 'lower(d, 1) COLLATE NOCASE', 'e'],
      where: 'a > 1 AND b IS NULL',
    });
  });

  it('is not called unused where nothing was looked at', () => {
    const one = {
      name: 'i',
      table: 't',
      parts: ['a'],
      where: null,
      ddl: '',
      reason: '',
      unique: false,
      isConstraint: false,
      servesForeignKey: false,
    };
    expect(findingsOf([one], null, [])).toEqual([]);
    expect(findingsOf([one], new Set(), []).map(({ kind }) => kind)).toEqual(['unused']);
  });

  it('is not called unused where a write, a foreign key or a name in quotes stands for it', () => {
    const setup = `${SHOP}
      CREATE TABLE notes(id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders(id), text TEXT);
      CREATE INDEX "by city" ON customers(city);
      CREATE INDEX by_customer ON orders(customer_id);
      CREATE INDEX by_order ON notes(order_id);
      CREATE INDEX idle ON orders(paid);`;
    const { advice, data } = advised(setup, {
      statements: [{ sql: BY_CITY }, { sql: 'UPDATE orders SET paid = 0 WHERE customer_id = 5' }],
    });
    const indexes = advice.findings.filter(({ kind }) => kind !== 'no-statistics');
    expect(indexes.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['unused idle']);
    data.close();
  });

  it('is not to be given up for a larger one that was not measured in its place', () => {
    const { advice, data } = advised(
      `${SHOP} CREATE INDEX few ON orders(day) WHERE paid = 1; CREATE INDEX every ON orders(day);`,
      { statements: [{ sql: "SELECT id FROM orders WHERE day = 'day 3' AND paid = 1" }] },
    );
    expect(advice.findings.filter(({ kind }) => kind === 'prefix')).toEqual([]);
    data.close();
  });
});
