/** The card of an index as a person meets it: what gains most first, harm before it is applied, trial, application and its way back. */
import { cleanup, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import AdviceCard from '../../../../../src/ui/panels/advisor/AdviceCard.svelte';
import { itemsOf } from '../../../../../src/ui/panels/advisor/advice-items.ts';
import { ADVICE, advisorWith, statementOf } from '../../advice.ts';

beforeEach(() => localStorage.clear());
afterEach(cleanup);

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await tick();
};
const shown = (at: number, more: object = {}) => {
  const world = advisorWith();
  const item = itemsOf(ADVICE)[at];
  const props = {
    item,
    advisor: world.advisor,
    readOnly: null,
    oncheck: vi.fn(),
    onignore: vi.fn(),
    onprove: vi.fn(),
    ...more,
  };
  return { ...world, item, props, ...render(AdviceCard, props) };
};
const button = (name: string): HTMLElement => screen.getByRole('button', { name });

it('comes in the order of what is saved, each with its harm', () => {
  expect(itemsOf(ADVICE).map(({ title }) => title)).toEqual(['t (c)', 't (b)']);
  shown(1);
  const card = screen.getByRole('article');
  expect(card.textContent).toMatch(/⚠ slower, 0.5x/);
  expect(card.textContent).toContain('10x');
  expect(card.textContent).toContain('5x to 20x');
});

it('is tried alone on a copy, and nothing changes', async () => {
  const { call, runAside } = shown(0);
  button('Try').click();
  await settled();
  expect(call.tryIndex).toHaveBeenCalledWith({
    sql: 'SELECT b FROM t WHERE c = 1',
    parameters: [],
    ddl: 'CREATE INDEX t_c ON t(c)',
  });
  expect(screen.getByRole('region', { name: 'Tried alone' }).textContent).toMatch(/4x\s*equal rows/);
  expect(runAside).not.toHaveBeenCalled();
});

it('is applied, says whether it is used, and is undone', async () => {
  shown(0);
  button('Apply').click();
  await settled();
  expect(screen.getByText('✓ applied')).toBeTruthy();
  expect(screen.getByRole('article').textContent).toContain('Used now by 1 of 1 plan.');
  button('Undo').click();
  await settled();
  expect(button('Apply')).toBeTruthy();
});

it('cannot be applied where nothing can be written, and says why', () => {
  shown(0, { readOnly: 'Another tab owns the data.' });
  const apply = button('Apply') as HTMLButtonElement;
  expect([apply.disabled, apply.title]).toEqual([true, 'Another tab owns the data.']);
});

it('of a rewrite names its rules and leads to its proof', () => {
  const rewrite = {
    sql: 'SELECT a FROM t WHERE b = 1',
    ruleIds: ['one'],
    ratio: 2,
    interval: [1.5, 3] as [number, number],
  };
  const statement = { ...statementOf('SELECT a FROM t', 4, 1, null), rewrite };
  const [item] = itemsOf({ ...ADVICE, indexes: [], statements: [statement] }, (id) => `Rule ${id}`);
  const { props } = shown(0, { item });
  expect(screen.getByRole('heading', { name: 'rewrite Rule one' })).toBeTruthy();
  button('See its proof').click();
  expect(props.onprove).toHaveBeenCalledWith('SELECT a FROM t');
  expect(screen.queryByRole('button', { name: 'Apply' })).toBeNull();
});
