/** Rows for measurements: 100,000 of six columns with numbers, texts and NULLs. */
export const SAMPLE_ROWS = 100_000;

export const READ_SAMPLE = 'SELECT id, amount, price, name, city, discount FROM sample';

export const MAKE_SAMPLE = `
CREATE TABLE sample (id INTEGER PRIMARY KEY, amount INTEGER, price REAL, name TEXT, city TEXT, discount REAL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${SAMPLE_ROWS})
INSERT INTO sample SELECT i, i * 7919 % 100003, i * 0.37, 'customer ' || i,
  CASE i % 5 WHEN 0 THEN 'Berlin' WHEN 1 THEN 'Paris' WHEN 2 THEN 'Porto' WHEN 3 THEN 'Turku' ELSE 'Vienna' END,
  CASE WHEN i % 3 = 0 THEN NULL ELSE i / 7.0 END FROM n;`;

/** Fifty megabytes of rows with an index over them, and one query that the index answers. */
export const FIFTY_MB_ROWS = 100_000;

export const MAKE_FIFTY_MB = `
CREATE TABLE parcel (id INTEGER PRIMARY KEY, code TEXT NOT NULL, weight INTEGER NOT NULL, note TEXT NOT NULL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${FIFTY_MB_ROWS})
INSERT INTO parcel SELECT i, printf('%08x', i * 7919 % 1000003), i % 977, printf('%.440c', char(97 + i % 26)) FROM n;
CREATE INDEX parcel_code ON parcel (code);`;

export const INDEXED_QUERY =
  "SELECT id, weight, length(note) FROM parcel WHERE code = printf('%08x', 17017 * 7919 % 1000003)";
