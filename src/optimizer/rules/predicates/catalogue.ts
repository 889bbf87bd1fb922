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
} as const satisfies Record<string, RuleText>;
