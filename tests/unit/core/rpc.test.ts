import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { connect, serve, Transfer, type Port } from '../../../src/core/rpc.ts';

/** Two ends of a wire that clones, as threads do, and counts what it carries. `together` off: one message at a time. */
class Wire {
  readonly sent: unknown[] = [];
  readonly #tasks: (() => void)[] = [];
  readonly near: Port;
  readonly far: Port;

  constructor(together = true) {
    const listeners: ((message: unknown) => void)[] = [];
    const end = (from: number): Port => ({
      postMessage: (message, transfer) => {
        const copy: unknown = structuredClone(message, { transfer: transfer ?? [] });
        this.sent.push(copy);
        const arriving = together || !Array.isArray(copy) ? [copy] : (copy as unknown[]);
        for (const one of arriving) this.#tasks.push(() => listeners[1 - from](one));
      },
      listen: (onMessage) => {
        listeners[from] = onMessage;
      },
    });
    this.near = end(0);
    this.far = end(1);
  }

  /** Lets every message arrive, each in a task of its own, until the wire is silent. */
  async settle(): Promise<void> {
    for (;;) {
      // All microtasks, however long their chains are.
      await new Promise((resolve) => setImmediate(resolve));
      const next = this.#tasks.shift();
      if (!next) return;
      next();
    }
  }
}

interface SampleApi {
  double(value: number): number;
  later(value: number): number;
  fails(value: number): number;
  untellable(value: number): () => void;
  buffer(bytes: number): Uint8Array;
  swallow(bytes: Uint8Array): number;
  waits(value: number): string;
  note(value: number): void;
}

function sample(wire: Wire, noted: string[] = []) {
  const emitted = { emit: (_event: string, _payload: unknown): void => {} };
  const server = serve<SampleApi>(wire.far, {
    double: (value) => {
      noted.push(`double ${value}`);
      return value * 2;
    },
    later: async (value) => {
      noted.push(`later ${value}`);
      for (let turn = 0; turn < value % 3; turn++) await Promise.resolve();
      return value + 1;
    },
    fails: (value) => {
      throw new AppError('bad', `no ${value}`, { value });
    },
    untellable: () => () => {},
    buffer: (bytes) => {
      const made = new Uint8Array(bytes).fill(7);
      return new Transfer(made, [made.buffer]);
    },
    swallow: (bytes) => bytes.length,
    waits: (value, { signal, progress }) =>
      new Promise((_resolve, reject) => {
        progress(`waiting ${value}`);
        signal.onCancel(() => reject(new AppError('cancelled', `stopped ${value}`)));
      }),
    note: (value) => {
      noted.push(`note ${value}`);
      emitted.emit('noted', value);
    },
  });
  emitted.emit = server.emit;
  return { connection: connect<SampleApi>(wire.near), server };
}

describe('calls', () => {
  it('of one microtask travel as one message, and so do their replies', async () => {
    const wire = new Wire();
    const { call } = sample(wire).connection;
    const lengths = (): number[] => wire.sent.splice(0).map((message) => (Array.isArray(message) ? message.length : 1));
    const answers = Promise.all([call.double(1), call.double(2), call.double(3)]);
    await wire.settle();
    expect(await answers).toEqual([2, 4, 6]);
    expect(lengths()).toEqual([3, 3]);
    const later = Promise.all([call.later(3), call.later(6)]);
    await wire.settle();
    expect(await later).toEqual([4, 7]);
    expect(lengths()).toEqual([2, 2]);
  });

  it('alone stay plain messages', async () => {
    const wire = new Wire();
    const { call } = sample(wire).connection;
    const answer = call.double(21);
    await wire.settle();
    expect(await answer).toBe(42);
    expect(wire.sent).toEqual([
      { call: 1, method: 'double', argument: 21 },
      { reply: 1, value: 42 },
    ]);
  });

  it('that cannot be cloned fail alone', async () => {
    const wire = new Wire();
    const { call } = sample(wire).connection;
    const bad = call.double((() => 1) as unknown as number);
    const [before, after] = [call.double(1), call.untellable(0)];
    const good = call.double(2);
    const settled = Promise.allSettled([before, bad, after, good]);
    await wire.settle();
    expect(await settled).toEqual([
      { status: 'fulfilled', value: 2 },
      { status: 'rejected', reason: expect.objectContaining({ name: 'DataCloneError' }) },
      { status: 'rejected', reason: expect.objectContaining({ code: 'internal' }) },
      { status: 'fulfilled', value: 4 },
    ]);
  });

  it('that fail with a detail which cannot be cloned still say why', async () => {
    const wire = new Wire();
    serve<{ fails(value: number): number }>(wire.far, {
      fails: () => {
        throw new AppError('odd', 'it cannot be told whole', () => 1);
      },
    });
    const answer = connect<{ fails(value: number): number }>(wire.near).call.fails(1);
    const failed = expect(answer).rejects.toMatchObject({ code: 'odd', message: 'it cannot be told whole' });
    await wire.settle();
    await failed;
  });

  it('join their buffers; of two that want the same one, the first has it', async () => {
    const wire = new Wire();
    const { call } = sample(wire).connection;
    const [one, other, none] = [new Uint8Array(3), new Uint8Array(5), new Uint8Array(0)];
    const all = Promise.all([
      call.swallow(one, { transfer: [one.buffer] }),
      call.swallow(other, { transfer: [other.buffer] }),
    ]);
    await wire.settle();
    expect(await all).toEqual([3, 5]);
    expect([one.length, other.length]).toEqual([0, 0]);
    expect(wire.sent[0]).toHaveLength(2);

    const shared = new Uint8Array(4);
    const settled = Promise.allSettled([
      call.swallow(shared, { transfer: [shared.buffer] }),
      call.swallow(shared, { transfer: [shared.buffer] }),
      call.swallow(none, { transfer: [none.buffer] }),
    ]);
    await wire.settle();
    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('are told of progress by a server that makes no pause, with the replies before it', async () => {
    const wire = new Wire();
    const seen: string[] = [];
    let sentInside = 0;
    serve<{ quick(value: number): number; busy(value: number): number }>(wire.far, {
      quick: (value) => value,
      busy: (value, { progress }) => {
        progress('half');
        sentInside = wire.sent.length;
        return value;
      },
    });
    const { call } = connect<{ quick(value: number): number; busy(value: number): number }>(wire.near);
    const both = Promise.all([
      call.quick(1).then(() => seen.push('quick')),
      call.busy(2, { onProgress: (report) => seen.push(String(report)) }).then(() => seen.push('busy')),
    ]);
    await wire.settle();
    await both;
    expect(sentInside).toBe(2); // the calls, and then the first reply with the progress
    expect(seen).toEqual(['half', 'quick', 'busy']);
  });

  it('are cancelled in the same message as they are made, or later', async () => {
    const wire = new Wire();
    const { call } = sample(wire).connection;
    const stops: (() => void)[] = [];
    const waiting = [1, 2].map((value) => call.waits(value, { cancelWith: (stop) => stops.push(stop) }));
    const settled = Promise.allSettled(waiting);
    stops[0]();
    await wire.settle();
    stops[1]();
    stops[0](); // gone already: nothing is sent for it
    await wire.settle();
    expect((await settled).map((one) => (one.status === 'rejected' ? (one.reason as AppError).message : ''))).toEqual([
      'stopped 1',
      'stopped 2',
    ]);
    expect(wire.sent.filter((message) => JSON.stringify(message).includes('"cancel"'))).toHaveLength(2);
  });
});

describe('any calls in any microtasks', () => {
  const method = fc.constantFrom('double', 'later', 'fails', 'note', 'untellable', 'waits', 'buffer', 'nosuch');
  const step = fc.record({ method, value: fc.nat(9), cancelled: fc.boolean(), sameTick: fc.boolean() });

  it('come to the same as one message each', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const played = await Promise.all([true, false].map((together) => play(new Wire(together), steps)));
        expect(played[0]).toEqual(played[1]);
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  interface Step {
    method: string;
    value: number;
    cancelled: boolean;
    sameTick: boolean;
  }

  async function play(wire: Wire, steps: Step[]): Promise<unknown> {
    const noted: string[] = [];
    const events: unknown[] = [];
    const { connection } = sample(wire, noted);
    connection.onEvent((event, payload) => events.push([event, payload]));
    const ends: unknown[] = steps.map(() => 'open');
    const stops: (() => void)[] = [];
    const progress: unknown[] = [];
    const settledInOrder: number[] = [];
    for (const [index, { method, value, cancelled, sameTick }] of steps.entries()) {
      const call = connection.call[method as 'waits'];
      const done = call(value, {
        onProgress: (report) => progress.push(report),
        cancelWith: (stop) => (cancelled ? stops.push(stop) : undefined),
      });
      done.then(
        (result) => (ends[index] = result),
        (error: AppError) => (ends[index] = [error.code, error.message, error.detail]),
      );
      if (method === 'double' || method === 'fails') void done.catch(() => {}).then(() => settledInOrder.push(index));
      if (!sameTick) await wire.settle();
    }
    for (const stop of stops) stop();
    await wire.settle();
    return { ends: ends.map(withoutStack), noted, events, progress, settledInOrder };
  }

  function withoutStack(end: unknown): unknown {
    return Array.isArray(end) && end[0] === 'internal' ? end.slice(0, 2) : end;
  }
});

describe('a receiver that throws', () => {
  it('does not keep the others from theirs', async () => {
    const wire = new Wire();
    const { connection, server } = sample(wire);
    const seen: unknown[] = [];
    connection.onEvent((_event, payload) => {
      if (payload === 1) throw new Error('a listener failed');
      seen.push(payload);
    });
    for (const payload of [0, 1, 2]) server.emit('event', payload);
    await expect(wire.settle()).rejects.toThrow('a listener failed');
    expect(seen).toEqual([0, 2]);
  });
});
