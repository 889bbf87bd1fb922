/**
 * What every JavaScript world of today has though the language's own library does not list it: browsers, workers and
 * Node alike. Only for the check of pure code, which sees nothing else from outside.
 */
declare function structuredClone<Value>(value: Value): Value;

declare namespace WebAssembly {
  /** Compiled code, handed on and never looked into. */
  interface Module {
    readonly [Symbol.toStringTag]: string;
  }
}

/** Bytes of a file that need not lie in memory: handed on and never looked into. */
interface Blob {
  readonly size: number;
}
