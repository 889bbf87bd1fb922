/** Cards of the rules about queries within queries. Plain data. */
import type { RuleText } from '../../protocol.ts';

export const SUBQUERIES = {
  'count-to-exists': {
    title: 'Count to EXISTS',
    summary: 'Asking whether a count is above zero counts every row; EXISTS stops at the first.',
    before:
      'SELECT name FROM customers AS c WHERE c.id <= 40 AND (SELECT count(*) FROM orders AS o WHERE o.customer_id = c.id) > 0',
    after:
      'SELECT name FROM customers AS c WHERE c.id <= 40 AND EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id)',
    refuses: {
      sql: 'SELECT name FROM customers AS c WHERE c.id <= 40 AND (SELECT count(*) FROM orders AS o WHERE o.customer_id = c.id) > 1',
      why: 'More than one is not the same question as any.',
    },
    mode: 'proved',
  },
  'in-subquery': {
    title: 'IN subquery to join or EXISTS, and back',
    summary:
      'IN, EXISTS and a join ask the same question; which is quickest depends on indexes and sizes, so all are measured.',
    before: "SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE status = 'returned')",
    after:
      "SELECT name FROM customers JOIN (SELECT DISTINCT customer_id AS picked FROM orders WHERE status = 'returned') AS picked WHERE id = picked.picked",
    refuses: {
      sql: 'SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM events)',
      why: 'If customer_id may be NULL, NOT IN gives no row at all and NOT EXISTS does.',
    },
    mode: 'proved',
  },
} as const satisfies Record<string, RuleText>;
