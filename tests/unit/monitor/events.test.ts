import { describe, expect, it } from 'vitest';
import { EventLog } from '../../../src/monitor/events.ts';

describe('EventLog', () => {
  it('gives the newest first, and forgets the oldest', () => {
    const log = new EventLog<number>(3);
    expect(log.latest()).toEqual([]);
    for (let event = 1; event <= 5; event++) log.push(event);
    expect(log.latest()).toEqual([5, 4, 3]);
    expect(log.latest(2)).toEqual([5, 4]);
    expect(log.latest(0)).toEqual([]);
    expect(log.total).toBe(5);
    log.clear();
    expect(log.latest()).toEqual([]);
  });
});
