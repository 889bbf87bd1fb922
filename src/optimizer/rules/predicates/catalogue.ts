/** Cards of the rules about conditions. Plain data. */
import type { RuleText } from '../../protocol.ts';

export const PREDICATES = {
  'where-index': {
    title: 'Index for WHERE and joins',
    summary:
      'Without an index a filter reads the whole table; an index on the compared columns finds the rows at once.',
    before: "SELECT id FROM customers WHERE city = 'Galway'",
    after: 'CREATE INDEX customers_city ON customers(city)',
    refuses: {
      sql: "SELECT id FROM customers WHERE upper(city) = 'GALWAY'",
      why: 'A plain index is not ordered by what upper() gives.',
    },
    mode: 'advice',
  },
  'covering-index': {
    title: 'Index that answers alone',
    summary:
      'An index that holds every column a query speaks of spares the look into the table for each row: 36 times as fast for 10,000 of 100,000 orders.',
    before: "SELECT total_cents FROM orders WHERE ordered_at >= '2024-01-01' AND ordered_at < '2024-07-01'",
    after: 'CREATE INDEX orders_ordered_at_total ON orders(ordered_at, total_cents)',
    refuses: {
      sql: "SELECT * FROM orders WHERE ordered_at >= '2024-01-01' AND ordered_at < '2024-07-01'",
      why: 'It would hold all columns: a second table, to be written at each change.',
    },
    mode: 'advice',
  },
  'fresh-statistics': {
    title: 'ANALYZE',
    summary:
      'Without statistics every index looks equally good; with them SQLite knows which finds fewer rows. It may go either way, so both are measured.',
    before:
      "SELECT count(*) FROM orders AS o JOIN customers AS c ON c.id = o.customer_id WHERE o.status = 'paid' AND c.city = 'Galway'",
    after: 'ANALYZE',
    refuses: {
      sql: 'SELECT status FROM orders WHERE id = 77',
      why: 'There is one way only: statistics choose nothing.',
    },
    mode: 'advice',
  },
  'push-not': {
    title: 'NOT pushed inwards',
    summary: 'An index finds what a comparison asks for, not what NOT takes away; the opposite comparison can use it.',
    setup: 'CREATE INDEX IF NOT EXISTS orders_total ON orders(total_cents)',
    before: 'SELECT status FROM orders WHERE NOT (total_cents < 900 OR total_cents > 1000)',
    after: 'SELECT status FROM orders WHERE total_cents >= 900 AND total_cents <= 1000',
    refuses: {
      sql: 'SELECT status FROM orders WHERE NOT total_cents = 900',
      why: 'All values but one are no range: nothing would be gained.',
    },
    mode: 'proved',
  },
  'move-constants': {
    title: 'Constants to the other side',
    summary: 'Arithmetic on a column hides it from its index; the sum can be taken on the constant instead, once.',
    setup: 'CREATE INDEX IF NOT EXISTS orders_total ON orders(total_cents)',
    before: 'SELECT status FROM orders WHERE total_cents + 100 = 1990',
    after: 'SELECT status FROM orders WHERE total_cents = 1890',
    refuses: {
      sql: 'SELECT status FROM orders WHERE total_cents / 100 = 19',
      why: 'Division of integers drops the rest: many values give 19.',
    },
    mode: 'proved',
  },
  'date-range': {
    title: 'Dates as ranges',
    summary:
      'A date function on a column has to be called for each row; a range of the dates themselves is one step in an index.',
    setup: 'CREATE INDEX IF NOT EXISTS orders_time ON orders(ordered_at)',
    before: "SELECT total_cents FROM orders WHERE strftime('%Y-%m', ordered_at) = '2024-12'",
    after: "SELECT total_cents FROM orders WHERE ordered_at >= '2024-12-01' AND ordered_at < '2025-01-01'",
    refuses: {
      sql: "SELECT total_cents FROM orders WHERE strftime('%m', ordered_at) = '12'",
      why: 'The month of December comes back every year: no range holds it.',
    },
    mode: 'proved',
  },
  'prefix-range': {
    title: 'Prefixes as ranges',
    summary:
      'All texts with one beginning stand next to each other in an index: a range finds them, substr() and LIKE look at each.',
    setup: 'CREATE INDEX IF NOT EXISTS customers_name ON customers(name)',
    before: "SELECT email FROM customers WHERE substr(name, 1, 3) = 'Ada'",
    after: "SELECT email FROM customers WHERE name >= 'Ada' AND name < 'Adb'",
    refuses: {
      sql: "SELECT email FROM customers WHERE name LIKE 'Ada%'",
      why: 'LIKE takes ADA and ada too, and those stand elsewhere.',
    },
    mode: 'proved',
  },
  'unwrap-default': {
    title: 'COALESCE taken off',
    summary:
      'A default that does not satisfy the comparison changes nothing in it, but hides the column from its index.',
    setup: 'CREATE INDEX IF NOT EXISTS events_product ON events(product_id)',
    before: 'SELECT type FROM events WHERE coalesce(product_id, 0) = 77',
    after: 'SELECT type FROM events WHERE product_id = 77',
    refuses: {
      sql: "SELECT type FROM events WHERE coalesce(product_id, 0) = '77'",
      why: 'A function compares a number with a text as they are, a column turns the text into a number first.',
    },
    mode: 'proved',
  },
  'unwrap-case': {
    title: 'CASE taken off',
    summary:
      'Where the branches are constants, the comparison with each is known beforehand; only the conditions remain.',
    setup: 'CREATE INDEX IF NOT EXISTS orders_total ON orders(total_cents)',
    before: 'SELECT status FROM orders WHERE CASE WHEN total_cents = 1890 THEN 1 ELSE 0 END = 1',
    after: 'SELECT status FROM orders WHERE total_cents = 1890',
    refuses: {
      sql: 'SELECT status FROM orders WHERE CASE WHEN total_cents = 1890 THEN 1 ELSE 0 END = 0',
      why: 'ELSE takes all other rows, those with NULL too: that is no range.',
    },
    mode: 'proved',
  },
  'unwrap-cast': {
    title: 'CAST taken off',
    summary:
      'SQLite writes each integer as one text and reads it back, so the column itself can be compared, with its index.',
    before: "SELECT status FROM orders WHERE CAST(id AS TEXT) = '777'",
    after: 'SELECT status FROM orders WHERE id = 777',
    refuses: {
      sql: "SELECT status FROM orders WHERE CAST(id AS TEXT) = '0777'",
      why: 'No integer is written so: the text matches nothing, the number would.',
    },
    mode: 'proved',
  },
  'fold-case': {
    title: 'Case folded by the comparison',
    summary:
      'lower() builds a new text for each row; NOCASE folds the same letters while comparing, and may have an index.',
    setup: 'CREATE INDEX IF NOT EXISTS customers_city_folded ON customers(city COLLATE NOCASE)',
    before: "SELECT email FROM customers WHERE lower(city) = 'galway'",
    after: "SELECT email FROM customers WHERE city = 'galway' COLLATE NOCASE",
    refuses: {
      sql: "SELECT email FROM customers WHERE lower(city) = 'Galway'",
      why: 'lower() never gives a capital: the condition is never true, the comparison would be.',
    },
    mode: 'proved',
  },
  contradiction: {
    title: 'Contradictions',
    summary:
      'Where no value can satisfy all conditions, no row need be read; of two bounds on one side only the tighter counts.',
    before: 'SELECT count(*) AS n FROM order_items WHERE quantity > 5 AND quantity < 3',
    after: 'SELECT count(*) AS n FROM order_items WHERE 0',
    refuses: {
      sql: "SELECT count(*) AS n FROM order_items WHERE quantity > 5 AND quantity < '30'",
      why: 'The column turns the text into a number before it compares: as texts they would be in another order.',
    },
    mode: 'proved',
  },
  'common-conjunct': {
    title: 'What all sides of an OR share',
    summary:
      'An index is looked for, or made for a join, only by what AND joins; what stands on every side of an OR can stand before it.',
    before:
      'SELECT count(*) AS n FROM products AS p JOIN products AS q ON ' +
      '(q.price_cents = p.price_cents AND q.stock < p.stock) OR (q.price_cents = p.price_cents AND q.category < p.category)',
    after:
      'SELECT count(*) AS n FROM products AS p JOIN products AS q ON ' +
      'q.price_cents = p.price_cents AND (q.stock < p.stock OR q.category < p.category)',
    refuses: {
      sql: 'SELECT count(*) AS n FROM products AS p JOIN products AS q ON (q.price_cents = p.price_cents AND q.stock < p.stock) OR q.category < p.category',
      why: 'One side asks for nothing that the other asks for.',
    },
    mode: 'proved',
  },
  'closed-domain': {
    title: 'What is left of a closed list',
    summary: 'Where a CHECK lists all values, those not excluded can be asked for by name, which an index can do.',
    setup:
      "CREATE TABLE returns(id INTEGER PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('asked', 'sent', 'done', 'refused'))); " +
      'CREATE INDEX returns_state ON returns(state); ' +
      "INSERT INTO returns SELECT id, CASE id % 50 WHEN 0 THEN 'asked' WHEN 1 THEN 'sent' WHEN 2 THEN 'refused' ELSE 'done' END FROM orders",
    before: "SELECT id FROM returns WHERE state <> 'done' AND state <> 'refused'",
    after: "SELECT id FROM returns WHERE state IN ('asked', 'sent')",
    refuses: {
      sql: "SELECT id FROM orders WHERE status <> 'paid' AND status <> 'open'",
      why: 'No CHECK says which other values there may be.',
    },
    mode: 'proved',
  },
  'planner-hint': {
    title: 'Columns hidden on purpose',
    summary:
      "total || '' and +total keep SQLite from using an index. If that was not the purpose, the bare column is quicker.",
    before: "SELECT status FROM orders WHERE total_cents || '' = '1890'",
    after: 'SELECT status FROM orders WHERE total_cents = 1890',
    refuses: {
      sql: 'SELECT status FROM orders WHERE +total_cents = 1890',
      why: 'A plus sign is the documented way to steer the planner: it is left as the writer meant it.',
    },
    mode: 'advice',
  },
  'or-to-in': {
    title: 'OR over one column to IN',
    summary: 'A chain of equalities on one column is a list of values.',
    before: 'SELECT status FROM orders WHERE id = 5 OR id = 77 OR id = 900',
    after: 'SELECT status FROM orders WHERE id IN (5, 77, 900)',
    mode: 'sqlite',
    evidence: 'Both compile to the same program: one search in the key for each value.',
  },
  'having-to-where': {
    title: 'HAVING on a group key to WHERE',
    summary: 'What a condition on the key drops need not be grouped first.',
    before: 'SELECT customer_id, count(*) FROM orders GROUP BY customer_id HAVING customer_id < 100',
    after: 'SELECT customer_id, count(*) FROM orders WHERE customer_id < 100 GROUP BY customer_id',
    mode: 'sqlite',
    evidence: 'Both compile to the same program: SQLite moves the condition before the grouping.',
  },
  'constant-condition': {
    title: 'Conditions that are constants',
    summary: 'AND 1 says nothing, and AND 0 says everything.',
    before: 'SELECT status FROM orders WHERE total_cents = 1890 AND 0',
    after: 'SELECT status FROM orders WHERE 0',
    mode: 'sqlite',
    evidence: 'Both compile to the same program, which ends before the first row.',
  },
  'transitive-range': {
    title: 'A range carried over a join',
    summary: 'Where two columns are equal, a range of one is a range of the other.',
    before:
      'SELECT count(*) FROM order_items AS i JOIN orders AS o ON o.id = i.order_id WHERE i.order_id BETWEEN 100 AND 200',
    after:
      'SELECT count(*) FROM order_items AS i JOIN orders AS o ON o.id = i.order_id WHERE i.order_id BETWEEN 100 AND 200 AND o.id BETWEEN 100 AND 200',
    mode: 'left-out',
    evidence: 'Measured 1.0 and 0.9 times as fast on 200,000 items: the join finds the other side by its key anyway.',
  },
  'constant-folding': {
    title: 'Sums of constants',
    summary: '2 + 3 need not be added for each row.',
    before: 'SELECT status FROM orders WHERE total_cents = 1800 + 90',
    after: 'SELECT status FROM orders WHERE total_cents = 1890',
    mode: 'left-out',
    evidence: 'Measured 0.9 times as fast: SQLite adds constants once, before the first row.',
  },
  'redundant-not-null': {
    title: 'IS NOT NULL beside a comparison',
    summary: 'A comparison is never true of NULL, so IS NOT NULL beside it adds nothing.',
    before: 'SELECT count(*) FROM events WHERE product_id IS NOT NULL AND product_id > 77',
    after: 'SELECT count(*) FROM events WHERE product_id > 77',
    mode: 'left-out',
    evidence: 'Measured 1.1 times as fast: one test a row, and no other plan.',
  },
  'like-prefix': {
    title: 'A range beside LIKE with letters',
    summary: "LIKE 'Ada%' could be narrowed by the widest range that holds every spelling of its prefix.",
    before: "SELECT count(*) FROM customers WHERE name LIKE 'Ada%'",
    after: "SELECT count(*) FROM customers WHERE name LIKE 'Ada%' AND name >= 'ADA' AND name < 'adb'",
    mode: 'left-out',
    evidence:
      'Measured 0.8 times as fast on 10,000 names: capitals and small letters lie too far apart. An index under COLLATE NOCASE makes LIKE itself quick.',
  },
} as const satisfies Record<string, RuleText>;
