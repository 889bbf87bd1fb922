import { describe, expect, it, vi } from 'vitest';
import { SingleFlight, type Launched } from '../../../src/cache/single-flight.ts';

/** A flight that lands when told to. */
function flight(): Launched<string> & { land(value: string): void; crash(error: Error): void } {
  let land: (value: string) => void = () => {};
  let crash: (error: Error) => void = () => {};
  const result = new Promise<string>((resolve, reject) => {
    land = resolve;
    crash = reject;
  });
  return { result, cancel: vi.fn(), land, crash };
}

describe('SingleFlight', () => {
  it('executes once for a hundred equal reads', async () => {
    const flights = new SingleFlight<string>();
    const one = flight();
    const launch = vi.fn(() => one);
    const seats = Array.from({ length: 100 }, () => flights.join('k', 3, launch));
    expect(launch).toHaveBeenCalledTimes(1);
    expect(seats.map((seat) => seat.first)).toEqual([true, ...Array<boolean>(99).fill(false)]);
    one.land('rows');
    expect(new Set(await Promise.all(seats.map((seat) => seat.result)))).toEqual(new Set(['rows']));
    expect(flights.size).toBe(0);
  });

  it('lets a read join only what set out after the last write it must see', async () => {
    const flights = new SingleFlight<string>();
    const [old, recent] = [flight(), flight()];
    const before = flights.join('k', 3, () => old);
    const after = flights.join('k', 4, () => recent); // a write came between: a flight of its own
    const third = flights.join('k', 4, () => flight());
    expect([after.first, third.first]).toEqual([true, false]);
    old.land('old rows'); // landing, it does not unlist the newer flight
    expect(await before.result).toBe('old rows');
    expect(flights.join('k', 4, () => flight()).first).toBe(false);
    recent.land('new rows');
    expect(await third.result).toBe('new rows');
    expect(flights.join('other', 4, () => flight()).first).toBe(true);
  });

  it('lets one waiter leave without disturbing the others, and cancels when the last has left', async () => {
    const flights = new SingleFlight<string>();
    const one = flight();
    const [first, second] = [flights.join('k', 0, () => one), flights.join('k', 0, () => one)];
    first.leave(new Error('cancelled'));
    first.leave(new Error('twice is once'));
    await expect(first.result).rejects.toThrow('cancelled');
    expect(one.cancel).not.toHaveBeenCalled();
    const third = flights.join('k', 0, () => flight());
    expect(third.first).toBe(false);
    third.leave(new Error('cancelled too'));
    second.leave(new Error('and the last'));
    expect(one.cancel).toHaveBeenCalledTimes(1);
    await expect(second.result).rejects.toThrow('and the last');
    await expect(third.result).rejects.toThrow('cancelled too');
    expect(flights.join('k', 0, () => flight()).first).toBe(true); // nobody joins what was cancelled
  });

  it('hands an error to all, and starts afresh after it', async () => {
    const flights = new SingleFlight<string>();
    const one = flight();
    const seats = [flights.join('k', 0, () => one), flights.join('k', 0, () => one)];
    one.crash(new Error('no such table'));
    for (const seat of seats) await expect(seat.result).rejects.toThrow('no such table');
    seats[0].leave(new Error('too late'));
    expect(one.cancel).not.toHaveBeenCalled();
    expect(flights.join('k', 0, () => flight()).first).toBe(true);
  });
});
