/** The typed text of every part of a query, found again by the part itself or by one that is equal to it. */
import type { Select, Source } from '../ast.ts';
import { Shapes } from '../shapes.ts';
import type { Spans } from '../spans.ts';
import { visit } from '../walk.ts';

export class TypedTexts {
  readonly shapes = new Shapes();
  readonly #spans: Spans;
  readonly #byShape = new Map<string, string>();

  constructor(spans: Spans, query: Select) {
    this.#spans = spans;
    const note = (node: object): void => {
      const span = spans.of(node);
      const shape = this.shapes.of(node);
      if (span && !this.#byShape.has(shape)) this.#byShape.set(shape, spans.slice(span));
    };
    visit(query, {
      query: (one) => [one, ...one.ctes, ...one.orderBy].forEach(note),
      core: (core) => [core, ...core.columns].forEach(note),
      source: (source) => {
        const span = spans.named(source);
        const shape = this.#named(source);
        if (span && !this.#byShape.has(shape)) this.#byShape.set(shape, spans.slice(span));
      },
      expr: note,
    });
  }

  /** As it stands in the text, without brackets around it; null for what is new. Of a source: what is joined, without operator and condition. */
  of(node: object): string | null {
    if ('join' in node) return this.#byShape.get(this.#named(node as Source)) ?? null;
    const span = this.#spans.of(node);
    return span ? this.#spans.slice(span) : (this.#byShape.get(this.shapes.of(node)) ?? null);
  }

  #named({ table, alias, indexedBy }: Source): string {
    return this.shapes.of({ named: table, alias, indexedBy });
  }
}
