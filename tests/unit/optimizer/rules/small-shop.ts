/** A shop of a few rows for the rules' fixtures: NULLs, duplicates, orphans. */
import type { Sandbox } from '../../../../src/optimizer/sandbox.ts';
import { sandboxWith } from '../sandbox.ts';

export function smallShop(): Sandbox {
  return sandboxWith(`
    CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT, email TEXT, city TEXT);
    CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INTEGER, status TEXT);
    CREATE TABLE items(order_id INTEGER NOT NULL, product TEXT NOT NULL, price INTEGER);
    INSERT INTO customers VALUES (1, 'Ada', 'a@b.c', 'Bern'), (2, 'Bo', NULL, NULL), (3, 'Cy', 'c@d.e', 'Basel'), (4, NULL, NULL, 'Bern'), (5, 'Ada', 'a@b.c', 'Bern');
    INSERT INTO orders VALUES (1, 1, 'open'), (2, 1, 'open'), (3, NULL, 'open'), (4, 3, NULL), (5, 9, 'done'), (7, 2, 'done');
    INSERT INTO items VALUES (1, 'pen', 3), (1, 'pen', 3), (4, 'ink', NULL), (8, 'cap', 1);`);
}
