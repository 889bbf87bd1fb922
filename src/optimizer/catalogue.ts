/** The rules by name, for menus and for people: what each does, an example, and a text that it leaves alone. In teaching order. */
import type { RuleDescription, RuleFamily, RuleText } from './protocol.ts';
import { PREDICATES } from './rules/predicates/catalogue.ts';
import { SHAPE } from './rules/shape/catalogue.ts';
import { SUBQUERIES } from './rules/subqueries/catalogue.ts';

export type RuleId = keyof typeof PREDICATES | keyof typeof SUBQUERIES | keyof typeof SHAPE;

/** Tables that the examples speak of: those of the sample shop. */
export const EXAMPLE_SCHEMA = `
CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, city TEXT NOT NULL, country TEXT NOT NULL, joined_on TEXT NOT NULL);
CREATE TABLE products(id INTEGER PRIMARY KEY, name TEXT NOT NULL, category TEXT NOT NULL, price_cents INTEGER NOT NULL, stock INTEGER NOT NULL);
CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers(id), status TEXT NOT NULL, ordered_at TEXT NOT NULL, total_cents INTEGER NOT NULL);
CREATE TABLE order_items(id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders(id), product_id INTEGER NOT NULL REFERENCES products(id), quantity INTEGER NOT NULL, price_cents INTEGER NOT NULL);
CREATE TABLE events(id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), type TEXT NOT NULL, at TEXT NOT NULL, product_id INTEGER REFERENCES products(id), details TEXT);
`;

export const RULE_CATALOGUE: readonly (RuleDescription & { id: RuleId })[] = [
  ...family('predicates', PREDICATES),
  ...family('subqueries', SUBQUERIES),
  ...family('shape', SHAPE),
];

function family<Id extends RuleId>(name: RuleFamily, cards: Record<Id, RuleText>): (RuleDescription & { id: Id })[] {
  return (Object.entries(cards) as [Id, RuleText][]).map(([id, card]) => ({ id, family: name, ...card }));
}
