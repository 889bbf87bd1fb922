/**
 * Messages of one microtask leave a port as one: posting costs more than many a small query, so ten or a thousand asked for
 * in one go share that cost. A message by itself stays as it is; several become an array, in their order.
 */
import type { Port } from './rpc.ts';

interface Letter {
  message: object;
  transfer: ArrayBuffer[];
  refused: Refused;
}

/** Told when a message cannot be cloned; what it returns is sent in its place, unless null. What it throws, `flush` throws. */
export type Refused = (error: unknown) => object | null;

export class Outbox {
  readonly #port: Port;
  #letters: Letter[] = [];
  #due = false;

  constructor(port: Port) {
    this.#port = port;
  }

  /** Sends at the end of this microtask. Until then the message must not change, and its buffers stay where they are. */
  post(message: object, transfer: ArrayBuffer[] | undefined, refused: Refused): void {
    this.#letters.push({ message, transfer: transfer ?? [], refused });
    if (this.#due) return;
    this.#due = true;
    void Promise.resolve().then(() => {
      this.#due = false;
      this.flush();
    });
  }

  /** Sends what has gathered, at once: for somebody who will not come to the end of a microtask for long. */
  flush(): void {
    const letters = this.#letters;
    if (letters.length === 0) return;
    this.#letters = [];
    if (letters.length > 1 && this.#sendTogether(letters)) return;
    let failure: { error: unknown } | null = null;
    for (const letter of letters) {
      try {
        this.#send(letter);
      } catch (error) {
        failure ??= { error };
      }
    }
    if (failure) throw failure.error;
  }

  /** False when one of them cannot go: nothing was sent then, and each has to go by itself. */
  #sendTogether(letters: Letter[]): boolean {
    const buffers = letters.flatMap(({ transfer }) => transfer);
    // A buffer that is gone already (length 0), or that two want to move: only one by one it is seen who has it.
    if (buffers.some(({ byteLength }) => byteLength === 0) || new Set(buffers).size < buffers.length) return false;
    try {
      this.#port.postMessage(
        letters.map(({ message }) => message),
        buffers,
      );
      return true;
    } catch {
      return false;
    }
  }

  #send({ message, transfer, refused }: Letter): void {
    try {
      this.#port.postMessage(message, transfer);
    } catch (error) {
      const instead = refused(error);
      if (instead) this.#port.postMessage(instead);
    }
  }
}

/** Hands on what came: one message, or several. A receiver that throws does not keep the others from theirs. */
export function deliver(received: unknown, take: (message: unknown) => void): void {
  if (!Array.isArray(received)) return take(received);
  let failure: { error: unknown } | null = null;
  for (const message of received) {
    try {
      take(message);
    } catch (error) {
      failure ??= { error };
    }
  }
  if (failure) throw failure.error;
}
