import { describe, expect, it } from 'vitest';
import { Turnstile } from '../../../../src/engine/query/turnstile.ts';

/** Work that ends when it is told to, and says when it began. */
function held(began: string[], name: string): { work: () => Promise<void>; end: () => void } {
  let end = (): void => {};
  const gate = new Promise<void>((resolve) => (end = resolve));
  return {
    work: () => {
      began.push(name);
      return gate;
    },
    end: () => end(),
  };
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

function signal(): { cancel: () => void; cancelled: boolean; onCancel(listener: () => void): void } {
  const listeners: (() => void)[] = [];
  return {
    cancelled: false,
    onCancel: (listener) => listeners.push(listener),
    cancel: () => listeners.forEach((one) => one()),
  };
}

describe('the turnstile', () => {
  it('lets units pass side by side, and one that must be alone waits for all of them', async () => {
    const turnstile = new Turnstile();
    const began: string[] = [];
    const [one, two, alone, later] = ['one', 'two', 'alone', 'later'].map((name) => held(began, name));
    const all = [
      turnstile.pass(one.work),
      turnstile.pass(two.work),
      turnstile.alone(alone.work),
      turnstile.pass(later.work),
    ];
    await settle();
    expect(began).toEqual(['one', 'two']);
    one.end();
    await settle();
    expect(began).toEqual(['one', 'two']);
    two.end();
    await settle();
    expect(began).toEqual(['one', 'two', 'alone']);
    alone.end();
    await settle();
    expect(began).toEqual(['one', 'two', 'alone', 'later']);
    later.end();
    await Promise.all(all);
  });

  it('goes on after work that failed', async () => {
    const turnstile = new Turnstile();
    await expect(turnstile.alone(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(turnstile.alone(() => Promise.resolve('next'))).resolves.toBe('next');
  });

  it('lets go of one that is cancelled while it waits, and of those that waited behind it', async () => {
    const turnstile = new Turnstile();
    const began: string[] = [];
    const [unit, alone, later] = ['unit', 'alone', 'later'].map((name) => held(began, name));
    const first = turnstile.pass(unit.work);
    const cancel = signal();
    const waiting = turnstile.alone(alone.work, cancel);
    const behind = turnstile.pass(later.work);
    cancel.cancel();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await settle();
    expect(began).toEqual(['unit', 'later']);
    unit.end();
    later.end();
    await Promise.all([first, behind]);
  });
});
