import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import type { SampleRequest } from '../../../src/database/protocol.ts';
import type { SettingsChange } from '../../../src/engine/protocol.ts';
import { VIEW_PAGES, validate, type View } from '../../../src/share/view.ts';
import { fullView, smallView } from './view.ts';

/** The full view with the value at a path replaced; `undefined` removes it. */
function changed(path: string, value: unknown): unknown {
  const copy = structuredClone(fullView) as unknown as Record<string, unknown>;
  const names = path.split('/');
  const last = names.pop() as string;
  const parent = names.reduce((at, name) => at[name] as Record<string, unknown>, copy);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

function problemOf(input: unknown): string {
  try {
    validate(input);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe('link-invalid');
    return (error as AppError).message;
  }
  return 'accepted';
}

describe('validate', () => {
  it('accepts whole views, as fresh equal objects', () => {
    for (const view of [fullView, smallView]) {
      const valid = validate(view);
      expect(valid).toEqual(view);
      expect(valid).not.toBe(view);
      expect(valid.settings).not.toBe(view.settings);
    }
    for (const page of VIEW_PAGES) expect(validate({ ...smallView, page }).page).toBe(page);
  });

  it('takes every sample, and the links of earlier versions', () => {
    const sources = [
      { name: 'shop', size: 'S', seed: 1 },
      { name: 'shop', size: 'M', seed: 4_294_967_295 },
      { name: 'music', size: 'S', seed: 0 },
      { name: 'flights', size: 'S', seed: 7 },
      { name: 'tpch', size: '0.03', seed: 7 },
      { name: 'tpch', size: '0.2', seed: 7 },
    ];
    for (const source of sources) {
      expect(validate(changed('source', { type: 'sample', ...source })).source).toEqual({ type: 'sample', ...source });
    }
  });

  it('gives what the engine takes', () => {
    const change: SettingsChange = validate(fullView).settings;
    expect(change.deadlineMs).toBeNull();
    const { source }: View = validate(fullView);
    const sample: SampleRequest | null = source.type === 'sample' ? source : null;
    expect(sample?.seed).toBe(42);
  });

  const refused: [path: string, value: unknown, says: string][] = [
    ['version', 2, 'another version'],
    ['version', undefined, 'another version'],
    ['page', 'admin', 'view.page must be one of lab, data, optimizer, cache, cluster, monitor'],
    ['page', ['lab'], 'view.page'],
    ['extra', 1, "a part 'extra'"],
    ['sql', undefined, 'view.sql must be text'],
    ['sql', 'x'.repeat(200_001), 'more than the 200000 allowed'],
    ['source', null, 'view.source.type'],
    ['source/type', 'url', 'view.source.type must be one of sample, file'],
    ['source/name', 'https://example.org/evil.sqlite', 'view.source.name must be one of shop, music, flights, tpch'],
    ['source/url', 'https://example.org', "a part 'url'"],
    ['source/seed', -1, 'view.source.seed must be an integer in [0, 4294967295], got -1'],
    ['source/seed', 1.5, 'view.source.seed'],
    ['source/size', 'XL', 'view.source.size must be one of S, M'],
    ['source', { type: 'sample', name: 'tpch', size: '0.3', seed: 1 }, 'view.source.size must be a scale above 0'],
    ['source', { type: 'sample', name: 'tpch', size: '0.050', seed: 1 }, "got '0.050'"],
    ['source', { type: 'sample', name: 'tpch', size: '1e-3', seed: 1 }, "got '1e-3'"],
    ['source', { type: 'sample', name: 'tpch', size: 0.05, seed: 1 }, 'got 0.05'],
    ['source', { type: 'sample', name: '__proto__', size: 'S', seed: 1 }, "got '__proto__'"],
    ['source', { type: 'file', name: 'exe.\u202egpj' }, 'invisible characters'],
    ['source', { type: 'file', name: 'x'.repeat(256) }, 'more than the 255 allowed'],
    ['parameters', [1], 'view.parameters must be an object'],
    ['parameters/city', { type: 'text', text: '' }, 'a parameter such as ?1'],
    ['parameters/:city', { type: 'date', text: '' }, 'view.parameters :city.type must be one of'],
    ['parameters/:city', { type: 'text', text: 5 }, 'view.parameters :city.text must be text'],
    ['parameters/:city', { type: 'text', text: '', run: true }, "a part 'run'"],
    ['settings', null, 'view.settings must be an object'],
    ['settings/cache/strategy', 'random', 'view.settings.cache.strategy must be one of'],
    ['settings/cache/capacityBytes', 0, 'view.settings.cache.capacityBytes must be an integer in'],
    ['settings/cache/capacityBytes', '1', 'view.settings.cache.capacityBytes'],
    ['settings/cache/persist', false, "a part 'persist'"],
    ['settings/cache/ttlMs', { point: 1000 }, 'view.settings.cache.ttlMs.range'],
    ['settings/cache/ttlMs/point', null, 'view.settings.cache.ttlMs.point'],
    ['settings/scaler/maxWorkers', 1000, 'view.settings.scaler.maxWorkers must be an integer in [1, 32], got 1000'],
    ['settings/scaler/minWorkers', 9, 'minWorkers must not be above maxWorkers, got 9 above 8'],
    ['settings/balancer/picker', 'sticky', 'view.settings.balancer.picker'],
    ['settings/optimizer/disabledRules', ['<img>'], 'view.settings.optimizer.disabledRules[0]'],
    ['settings/optimizer/disabledRules', new Array(101).fill('a'), 'more than the 100 allowed'],
    ['settings/simulatedWaitMs', Infinity, 'view.settings.simulatedWaitMs'],
    ['settings/deadlineMs', 0, 'view.settings.deadlineMs must be a number in [10, 3600000] or null'],
    ['settings/engine', {}, "a part 'engine'"],
    ['experiment', '../etc', 'the name of an experiment'],
  ];
  it.each(refused.map(([path, value, says]) => ({ path, value, says })))(
    'refuses $path: $says',
    ({ path, value, says }) => {
      expect(problemOf(changed(path, value))).toContain(says);
    },
  );

  it('refuses what is no object at all', () => {
    for (const input of [null, undefined, 1, 'view', [], [fullView], () => fullView]) {
      expect(problemOf(input)).toContain('view must be an object');
    }
  });

  it('refuses __proto__ at every depth, and stays unpolluted', () => {
    const poison = '"__proto__":{"polluted":true}';
    const plain = JSON.stringify(smallView);
    for (const at of ['{', '"source":{', '"parameters":{', '"settings":{']) {
      const text = plain.replace(at, `${at}${poison},`).replace(',}', '}');
      expect(text).not.toBe(plain);
      expect(problemOf(JSON.parse(text))).not.toBe('accepted');
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
