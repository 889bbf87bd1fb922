import type { View } from '../../../src/share/view.ts';

/** A view that uses every field. */
export const fullView: View = {
  version: 1,
  page: 'cluster',
  source: { type: 'sample', name: 'shop', size: 'M', seed: 42 },
  sql: "SELECT name, 'ü€😀', '\ud800' FROM customers\nWHERE city = :city AND id > ?2",
  parameters: {
    ':city': { type: 'text', text: "O'Brien" },
    '?2': { type: 'integer', text: '9223372036854775807' },
    $blob: { type: 'blob', text: '00 FF' },
    '@nothing': { type: 'null', text: '' },
  },
  settings: {
    cache: {
      enabled: true,
      strategy: 'lfu',
      capacityBytes: 65_536,
      ttlMs: { point: 1000, range: 2000, join: 3000, aggregate: 4000 },
    },
    balancer: { picker: 'p2c', queueMode: 'per-worker', queueDepthMax: 50 },
    scaler: { enabled: true, minWorkers: 2, maxWorkers: 8, cpuRatioMax: 0.5 },
    optimizer: { enabled: false, disabledRules: ['join-order'] },
    simulatedWaitMs: 20,
    deadlineMs: null,
  },
  experiment: 'scale-up',
};

export const smallView: View = {
  version: 1,
  page: 'lab',
  source: { type: 'file', name: 'my shop.sqlite' },
  sql: 'SELECT 1',
  parameters: {},
  settings: {},
  experiment: null,
};
