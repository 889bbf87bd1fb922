import { expect, it } from 'vitest';
import { isOlder } from '../../../scripts/lib/node-version.mjs';

it.each([
  ['20.18.3', true],
  ['18.20.8', true],
  ['9.0.0', true],
  ['20.19.0', false],
  ['20.20.2', false],
  ['22.0.0', false],
  ['100.0.0', false],
])('Node %s is too old: %s', (version, tooOld) => {
  expect(isOlder(version, '20.19.0')).toBe(tooOld);
});
