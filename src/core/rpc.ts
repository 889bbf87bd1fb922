/**
 * Typed calls over a message port: ids, progress, cancel, errors as data, transferables. What is said in one microtask
 * travels as one message (`outbox`), so an argument must not change before the microtask ends.
 * One protocol for page to engine, engine to database, optimizer and simulator workers, and in-process fleets in Node.
 */
import { AppError, fromWireError, toWireError, type WireError } from './errors.ts';
import { deliver, Outbox } from './outbox.ts';

/** The part of `Worker`, `MessagePort` and a worker's own scope that calls need. */
export interface Port {
  postMessage(message: unknown, transfer?: ArrayBuffer[]): void;
  /** Registers the one listener of this port. */
  listen(onMessage: (message: unknown) => void): void;
}

/** An API is an interface of methods that take one argument and return a value or a promise of it; here with the types erased. */
type Api = { [method: string]: (argument: unknown, context: CallContext) => unknown };

export interface CallContext {
  /** Tells the caller how far the work is; free-form, cloneable. */
  progress(report: unknown): void;
  /** Becomes aborted when the caller cancels. */
  readonly signal: CancelSignal;
}

/** A cancel flag with listeners; `AbortSignal` without the DOM types. */
export interface CancelSignal {
  readonly cancelled: boolean;
  onCancel(listener: () => void): void;
}

export interface CallOptions {
  transfer?: ArrayBuffer[];
  onProgress?: (report: unknown) => void;
  /** Called once with a function that cancels this call. */
  cancelWith?: (cancel: () => void) => void;
}

export type Caller<Methods> = {
  [Method in keyof Methods]: Methods[Method] extends (argument: infer Argument, ...rest: never[]) => infer Result
    ? (argument: Argument, options?: CallOptions) => Promise<Awaited<Result>>
    : never;
};

export type Handlers<Methods> = {
  [Method in keyof Methods]: Methods[Method] extends (argument: infer Argument, ...rest: never[]) => infer Result
    ? (argument: Argument, context: CallContext) => Answer<Awaited<Result>>
    : never;
};

type Answer<Value> = Value | Transfer<Value> | Promise<Value | Transfer<Value>>;

interface CallMessage {
  call: number;
  method: string;
  argument: unknown;
}
interface CancelMessage {
  cancel: number;
}
interface ReplyMessage {
  reply: number;
  value?: unknown;
  error?: WireError;
}
interface ProgressMessage {
  progress: number;
  report: unknown;
}
interface EventMessage {
  event: string;
  payload: unknown;
}
type Message = CallMessage | CancelMessage | ReplyMessage | ProgressMessage | EventMessage;

/** The calling side of a port. `lost` rejects every open call, for a worker that died. */
export interface Connection<Methods> {
  readonly call: Caller<Methods>;
  onEvent(listener: (event: string, payload: unknown) => void): void;
  lost(error: AppError): void;
  readonly openCalls: number;
}

export function connect<Methods>(port: Port): Connection<Methods> {
  interface Open {
    resolve: (value: unknown) => void;
    reject: (error: unknown) => void;
    onProgress: ((report: unknown) => void) | undefined;
  }
  const open = new Map<number, Open>();
  let nextId = 1;
  let listener: (event: string, payload: unknown) => void = () => {};
  let gone: AppError | null = null;
  const outbox = new Outbox(port);

  const take = (raw: unknown): void => {
    const message = raw as Message;
    if ('reply' in message) {
      const waiting = open.get(message.reply);
      if (!waiting) return;
      open.delete(message.reply);
      if (message.error) waiting.reject(fromWireError(message.error));
      else waiting.resolve(message.value);
    } else if ('progress' in message) {
      open.get(message.progress)?.onProgress?.(message.report);
    } else if ('event' in message) {
      listener(message.event, message.payload);
    }
  };
  port.listen((received) => deliver(received, take));

  const start = (method: string, argument: unknown, options: CallOptions = {}): Promise<unknown> => {
    if (gone) return Promise.reject(gone);
    const id = nextId++;
    return new Promise((resolve, reject) => {
      open.set(id, { resolve, reject, onProgress: options.onProgress });
      options.cancelWith?.(() => {
        if (open.has(id)) outbox.post({ cancel: id } satisfies CancelMessage, undefined, () => null);
      });
      outbox.post({ call: id, method, argument } satisfies CallMessage, options.transfer, (error) => {
        open.delete(id);
        reject(error instanceof Error ? error : new Error(String(error)));
        return null;
      });
    });
  };

  const call = new Proxy({} as Caller<Methods>, {
    get: (_target, method) => (argument: unknown, options?: CallOptions) => start(String(method), argument, options),
  });

  return {
    call,
    onEvent: (next) => {
      listener = next;
    },
    lost: (error) => {
      gone = error;
      const waiting = [...open.values()];
      open.clear();
      for (const one of waiting) one.reject(error);
    },
    get openCalls() {
      return open.size;
    },
  };
}

export interface Server {
  emit(event: string, payload: unknown, transfer?: ArrayBuffer[]): void;
}

/** A handler's return value, with the buffers that should move instead of being copied. */
export class Transfer<Value> {
  constructor(
    readonly value: Value,
    readonly buffers: ArrayBuffer[],
  ) {}
}

/** The serving side of a port. A handler may throw `AppError`; anything else becomes code `internal`. */
export function serve<Methods>(port: Port, handlers: Handlers<Methods>): Server {
  const running = new Map<number, { cancelled: boolean; listeners: (() => void)[] }>();
  const outbox = new Outbox(port);

  const fail = (call: number, error: unknown): void => {
    running.delete(call);
    const wire = toWireError(error);
    outbox.post({ reply: call, error: wire } satisfies ReplyMessage, undefined, (): ReplyMessage => {
      return { reply: call, error: { code: wire.code, message: wire.message } };
    });
  };
  const reply = (call: number, result: unknown): void => {
    running.delete(call);
    const [value, buffers] = result instanceof Transfer ? [result.value as unknown, result.buffers] : [result];
    outbox.post({ reply: call, value } satisfies ReplyMessage, buffers, (error): ReplyMessage => ({
      reply: call,
      error: toWireError(error),
    }));
  };

  const answer = (message: CallMessage): void => {
    const state = { cancelled: false, listeners: [] as (() => void)[] };
    running.set(message.call, state);
    const context: CallContext = {
      progress: (report) => {
        outbox.post({ progress: message.call, report } satisfies ProgressMessage, undefined, rethrow);
        // A handler that works without a pause comes to the end of its microtask only when all is done.
        outbox.flush();
      },
      signal: {
        get cancelled() {
          return state.cancelled;
        },
        onCancel: (cancelled) => {
          if (state.cancelled) cancelled();
          else state.listeners.push(cancelled);
        },
      },
    };
    try {
      const handler = (handlers as unknown as Api)[message.method];
      if (typeof handler !== 'function') throw new AppError('unknown-method', `No method named ${message.method}.`);
      const result = handler(message.argument, context);
      // At once where it can be: a longer neighbour in the same message may tell of its progress, and takes this along.
      if (!(result instanceof Promise)) return reply(message.call, result);
      result.then(
        (value: unknown) => reply(message.call, value),
        (error: unknown) => fail(message.call, error),
      );
    } catch (error) {
      fail(message.call, error);
    }
  };

  const take = (raw: unknown): void => {
    const message = raw as Message;
    if ('call' in message) answer(message);
    else if ('cancel' in message) {
      const state = running.get(message.cancel);
      if (!state || state.cancelled) return;
      state.cancelled = true;
      for (const cancelled of state.listeners) cancelled();
    }
  };
  port.listen((received) => deliver(received, take));

  return { emit: (event, payload, transfer) => outbox.post({ event, payload }, transfer, rethrow) };
}

function rethrow(error: unknown): never {
  throw error;
}

/** A worker as its owner sees it: a port, and two ways in which it ends. */
export interface WorkerHandle {
  readonly port: Port;
  terminate(): void;
  /** Called once when the worker fails to load or dies by an uncaught error. */
  onFailure(listener: (message: string) => void): void;
}
