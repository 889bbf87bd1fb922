/** Where the nodes of a tree stand in the text that they were read from: a table beside the tree, so that trees stay plain. */
import type { Source } from './ast.ts';

/** `text.slice(start, end)`, without brackets around it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export class Spans {
  readonly #spans = new WeakMap<object, Span>();
  readonly #brackets = new WeakMap<object, Span>();
  readonly #named = new WeakMap<Source, Span>();

  constructor(readonly text: string) {}

  /** An expression, query, core, arm, common table, result column, ORDER BY term or source (from its join operator on). */
  of(node: object): Span | null {
    return this.#spans.get(node) ?? null;
  }

  set(node: object, span: Span): void {
    this.#spans.set(node, span);
  }

  /** With the brackets that stand around an expression; its own span where there are none. */
  outer(node: object): Span | null {
    return this.#brackets.get(node) ?? this.of(node);
  }

  setBrackets(node: object, span: Span): void {
    this.#brackets.set(node, span);
  }

  hasBrackets(node: object): boolean {
    return this.#brackets.has(node);
  }

  /** A source without its join operator and its condition: what is joined, with its alias and its index hint. */
  named(source: Source): Span | null {
    return this.#named.get(source) ?? null;
  }

  setNamed(source: Source, span: Span): void {
    this.#named.set(source, span);
  }

  slice(span: Span): string {
    return this.text.slice(span.start, span.end);
  }
}
