/**
 * A rewrite as an edit of the typed text: both trees are walked side by side, what is equal keeps its text, with names as spelt, comments and
 * layout; what differs is printed, the parts of it that were typed by their text. Where the edited text does not read back to the tree that
 * is meant, all of it is printed.
 */
import { LEVELS, levelOf, prefixLevel } from '../precedence.ts';
import { operandLevels, Printer, printName, printSelect } from '../print.ts';
import type { Reader } from '../parse/reader.ts';
import { sameTree } from '../shapes.ts';
import type { Span, Spans } from '../spans.ts';
import { foldCase, tokenize, type Token } from '../tokens.ts';
import { isQuery } from '../walk.ts';
import type { Arm, Core, Cte, Expr, ExprOf, ResultColumn, Select, Source } from '../ast.ts';
import { withKeptNames } from './kept-names.ts';
import { applied, tidied, type Replacement } from './replacements.ts';
import { TypedTexts } from './typed-texts.ts';

export interface Edit {
  readonly sql: string;
  /** What the text reads as: the rewritten tree, with aliases where columns would lose their names. */
  readonly select: Select;
  /** In the typed text, for a diff. */
  readonly replacements: readonly Replacement[];
}

/** Edits of one text; the original tree is the one that the spans belong to. */
export class TextEditor {
  readonly #spans: Spans;
  readonly #original: Select;
  /** Made for the first edit: most texts see none. */
  #parts: { typed: TypedTexts; tokens: readonly Token[] } | null = null;

  constructor(spans: Spans, original: Select) {
    this.#spans = spans;
    this.#original = original;
  }

  /** `names` are those of the original's result columns. */
  edit(rewritten: Select, names: readonly string[], read: Reader): Edit {
    const source = this.#spans.text;
    const { typed, tokens } = (this.#parts ??= {
      typed: new TypedTexts(this.#spans, this.#original),
      tokens: tokenize(source),
    });
    const select = withKeptNames(this.#original, rewritten, names, typed.shapes);
    const found = new Walk(this.#spans, typed, tokens).run(this.#original, select);
    if (found) {
      const replacements = tidied(source, found);
      const sql = applied(source, replacements);
      const again = read(sql, 'quick');
      if (again.ok && sameTree(again.select, select)) return { sql, select, replacements };
    }
    const printed = printSelect(select);
    return { sql: printed, select, replacements: [{ start: 0, end: source.length, text: printed }] };
  }
}

/** How the items of a list are printed, compared in depth, and placed. */
interface Items<Item> {
  print(item: Item): string;
  /** True when the difference was told within the item. */
  within(before: Item, after: Item): boolean;
  place(item: Item): Span;
  separator: string;
  /** Where the list may begin when nothing of it was typed: behind this. */
  behind?: number;
}

class Walk {
  readonly #spans: Spans;
  readonly #typed: TypedTexts;
  readonly #tokens: readonly Token[];
  readonly #printer: Printer;
  readonly #replacements: Replacement[] = [];

  constructor(spans: Spans, typed: TypedTexts, tokens: readonly Token[]) {
    this.#spans = spans;
    this.#typed = typed;
    this.#tokens = tokens;
    this.#printer = new Printer((node) => typed.of(node));
  }

  /** Null when a part that changes has no place in the text. */
  run(original: Select, rewritten: Select): readonly Replacement[] | null {
    try {
      this.#select(original, rewritten);
      return this.#replacements;
    } catch (error) {
      if (error instanceof NoPlace) return null;
      throw error;
    }
  }

  #select(before: Select, after: Select): void {
    if (this.#same(before, after)) return;
    const start = this.#place(before).start;
    this.#with(before, after, start);
    this.#core(before.first, after.first);
    const behind = this.#place(before.first).end;
    this.#list<Arm>(before.rest, after.rest, {
      print: (arm) => `${arm.operator} ${this.#printer.core(arm.core)}`,
      within: (a, b) => a.operator === b.operator && (this.#core(a.core, b.core), true),
      place: (arm) => this.#place(arm),
      separator: ' ',
      behind,
    });
    let end = this.#place(before.rest.at(-1) ?? before.first).end;
    const [first, last] = [before.orderBy.at(0), before.orderBy.at(-1)];
    const order = first && last ? { start: this.#back(this.#place(first).start, 2), end: this.#place(last).end } : null;
    this.#clause(order, this.#printer.orderBy(after), end, () => {
      this.#list(before.orderBy, after.orderBy, {
        print: (term) => this.#printer.orderTerm(term),
        within: (a, b) => a.descending === b.descending && a.nulls === b.nulls && (this.#expr(a.expr, b.expr, 0), true),
        place: (term) => this.#place(term),
        separator: ', ',
      });
    });
    end = order?.end ?? end;
    const limits = [before.limit, before.offset].flatMap((expr) => (expr ? [this.#outer(expr)] : []));
    const limit =
      limits.length > 0
        ? {
            start: this.#back(Math.min(...limits.map((one) => one.start)), 1),
            end: Math.max(...limits.map((one) => one.end)),
          }
        : null;
    this.#clause(limit, this.#printer.limit(after), end, () => {
      if (before.limit && after.limit && this.#same(before.offset, after.offset)) {
        this.#expr(before.limit, after.limit, 0);
      } else this.#replace(limit ?? { start: end, end }, this.#printer.limit(after));
    });
  }

  #with(before: Select, after: Select, start: number): void {
    const last = before.ctes.at(-1);
    if (!last) {
      if (after.ctes.length > 0) this.#replace({ start, end: start }, `${this.#printer.with(after)} `);
    } else if (after.ctes.length === 0) {
      this.#replace({ start, end: this.#place(before.first).start }, '');
    } else if (before.recursive !== after.recursive) {
      this.#replace({ start, end: this.#place(last).end }, this.#printer.with(after));
    } else {
      this.#list<Cte>(before.ctes, after.ctes, {
        print: (cte) => this.#printer.cte(cte),
        within: (a, b) =>
          this.#same({ ...a, query: null }, { ...b, query: null }) && (this.#select(a.query, b.query), true),
        place: (cte) => this.#place(cte),
        separator: ', ',
      });
    }
  }

  #core(before: Core, after: Core): void {
    if (this.#same(before, after)) return;
    if (before.values || after.values || !this.#same(before.windows ?? [], after.windows ?? [])) {
      this.#replace(this.#place(before), this.#printer.core(after));
      return;
    }
    const { start } = this.#place(before);
    const selectEnd = this.#tokenAt(start).end;
    if (before.distinct !== after.distinct) {
      const distinct = before.distinct ? this.#tokenAfter(selectEnd).end : selectEnd;
      this.#replace({ start: selectEnd, end: distinct }, after.distinct ? ' DISTINCT' : '');
    }
    this.#list(before.columns, after.columns, {
      print: (column) => this.#printer.column(column),
      within: (a, b) => this.#column(a, b),
      place: (column) => this.#place(column),
      separator: ', ',
    });
    let end = this.#place(before.columns[before.columns.length - 1]).end;

    const [firstSource, lastSource] = [before.from.at(0), before.from.at(-1)];
    const from =
      firstSource && lastSource
        ? { start: this.#back(this.#place(firstSource).start, 1), end: this.#place(lastSource).end }
        : null;
    const fromText = after.from.length > 0 ? `FROM ${this.#printer.from(after.from)}` : '';
    this.#clause(from, fromText, end, () => this.#from(before.from, after.from));
    end = from?.end ?? end;
    end = this.#condition('WHERE', before.where, after.where, end);

    const [firstKey, lastKey] = [before.groupBy.at(0), before.groupBy.at(-1)];
    const group =
      firstKey && lastKey ? { start: this.#back(this.#outer(firstKey).start, 2), end: this.#outer(lastKey).end } : null;
    const keys = after.groupBy.map((key) => this.#printer.expr(key)).join(', ');
    this.#clause(group, keys && `GROUP BY ${keys}`, end, () => this.#exprs(before.groupBy, after.groupBy));
    this.#condition('HAVING', before.having, after.having, group?.end ?? end);
  }

  #column(before: ResultColumn, after: ResultColumn): boolean {
    const { end } = this.#place(before);
    if (before.alias !== after.alias && before.alias !== null) return false;
    this.#expr(before.expr, after.expr, 0);
    if (before.alias !== after.alias && after.alias !== null) {
      this.#replace({ start: end, end }, ` AS ${printName(after.alias)}`);
    }
    return true;
  }

  /** Answers where the clause ends in the typed text, or would stand. */
  #condition(word: string, before: Expr | null, after: Expr | null, end: number): number {
    const place = before && { start: this.#back(this.#outer(before).start, 1), end: this.#outer(before).end };
    this.#clause(place, after ? `${word} ${this.#printer.expr(after)}` : '', end, () => {
      if (before && after) this.#expr(before, after, 0);
    });
    return place?.end ?? end;
  }

  /** A clause with its keyword: added behind `end`, taken out, or looked into. */
  #clause(place: Span | null, after: string, end: number, inner: () => void): void {
    if (place && after !== '') inner();
    else if (place) this.#replace({ start: this.#beforeSpace(place.start), end: place.end }, '');
    else if (after !== '') this.#replace({ start: end, end }, ` ${after}`);
  }

  #from(before: readonly Source[], after: readonly Source[]): void {
    this.#list(before, after, {
      print: (source) => this.#printer.from([source]),
      within: (a, b) => this.#source(a, b),
      place: (source) => this.#place(source),
      separator: '',
    });
  }

  #source(before: Source, after: Source): boolean {
    const [a, b] = [before.table, after.table];
    const rest = { table: null, on: null };
    if (!this.#same({ ...before, ...rest }, { ...after, ...rest })) return false;
    if (!this.#same(a, b)) {
      if (a.kind === 'select' && b.kind === 'select') this.#select(a, b);
      else if (a.kind === 'joins' && b.kind === 'joins') this.#from(a.from, b.from);
      else return false;
    }
    const end = this.#spans.named(before)?.end ?? this.#place(before).end;
    this.#condition('ON', before.on, after.on, end);
    return true;
  }

  #exprs(before: readonly Expr[], after: readonly Expr[]): void {
    this.#list(before, after, {
      print: (expr) => this.#printer.expr(expr),
      within: (a, b) => (this.#expr(a, b, 0), true),
      place: (expr) => this.#outer(expr),
      separator: ', ',
    });
  }

  /** `level`: how tightly the expression must bind to stand there without brackets. */
  #expr(before: Expr, after: Expr, level: number): void {
    if (this.#same(before, after)) return;
    const bracketed = this.#spans.hasBrackets(before);
    // Where brackets are missing around what is new, the whole operand is replaced.
    if ((bracketed || levelOf(after) >= level) && this.#inside(before, after)) return;
    this.#replace(this.#outer(before), this.#printer.within(after, level));
  }

  /** True when the difference lies deeper and was told there. */
  #inside(before: Expr, after: Expr): boolean {
    const chain = chainOf(before) ?? chainOf(after);
    // Brackets are kept around a chain, and go with it.
    const ends = this.#spans.hasBrackets(before) && chainOf(after) !== chain;
    if (chain && levelOf(after) >= LEVELS[chain] && !ends) {
      this.#chain(chain, before, after);
      return true;
    }
    if (before.kind !== after.kind) return false;
    switch (before.kind) {
      case 'unary': {
        const other = after as typeof before;
        if (before.operator !== other.operator || other.operand.kind === 'unary') return false;
        this.#expr(before.operand, other.operand, prefixLevel(before.operator));
        return true;
      }
      case 'binary': {
        const other = after as typeof before;
        if (before.operator !== other.operator || !this.#same(before.escape, other.escape)) return false;
        // The NULL of ISNULL stands nowhere.
        if (!this.#spans.of(before.right)) return false;
        const levels = operandLevels(other);
        this.#expr(before.left, other.left, levels.left);
        this.#expr(before.right, other.right, levels.right);
        return true;
      }
      case 'between': {
        const other = after as typeof before;
        if (before.not !== other.not) return false;
        this.#expr(before.operand, other.operand, LEVELS.bits);
        this.#expr(before.low, other.low, LEVELS.comparison);
        this.#expr(before.high, other.high, LEVELS.comparison);
        return true;
      }
      case 'in':
        return this.#in(before, after as typeof before);
      case 'exists':
      case 'scalar':
        this.#select(before.query, (after as typeof before).query);
        return true;
      case 'row':
        this.#exprs(before.items, (after as typeof before).items);
        return true;
      case 'case':
        return this.#case(before, after as typeof before);
      case 'cast': {
        const other = after as typeof before;
        if (before.type !== other.type) return false;
        this.#expr(before.operand, other.operand, 0);
        return true;
      }
      case 'collate': {
        const other = after as typeof before;
        if (before.collation !== other.collation) return false;
        this.#expr(before.operand, other.operand, LEVELS.collate);
        return true;
      }
      case 'call': {
        const other = after as typeof before;
        const rest = { args: null };
        if (before.args.length !== other.args.length) return false;
        if (!this.#same({ ...before, ...rest }, { ...other, ...rest })) return false;
        if (before.args.some((arg) => !this.#spans.of(arg))) return false;
        this.#exprs(before.args, other.args);
        return true;
      }
      default:
        return false;
    }
  }

  /** `a AND b AND c`: conditions come and go without the others being moved. */
  #chain(chain: 'and' | 'or', before: Expr, after: Expr): void {
    const level = LEVELS[chain];
    const operands = (expr: Expr, typed: boolean): Expr[] =>
      chainOf(expr) === chain && expr.kind === 'binary' && !(typed && expr !== before && this.#spans.hasBrackets(expr))
        ? [...operands(expr.left, typed), expr.right]
        : [expr];
    const printed = operands(after, false);
    this.#list(operands(before, true), printed, {
      print: (expr) => this.#printer.within(expr, expr === printed[0] ? level : level + 1),
      within: (a, b) => (this.#expr(a, b, b === printed[0] ? level : level + 1), true),
      place: (expr) => (expr === before ? this.#place(expr) : this.#outer(expr)),
      separator: chain === 'and' ? ' AND ' : ' OR ',
    });
  }

  #in(before: ExprOf<'in'>, after: ExprOf<'in'>): boolean {
    if (before.not !== after.not || isQuery(before.choices) !== isQuery(after.choices)) return false;
    if (isQuery(before.choices) && isQuery(after.choices)) this.#select(before.choices, after.choices);
    else if (!isQuery(before.choices) && !isQuery(after.choices)) {
      if (before.choices.length === 0 || after.choices.length === 0) return false;
      this.#exprs(before.choices, after.choices);
    }
    this.#expr(before.operand, after.operand, LEVELS.bits);
    return true;
  }

  #case(before: ExprOf<'case'>, after: ExprOf<'case'>): boolean {
    const pairs: [Expr | null, Expr | null][] = [
      [before.operand, after.operand],
      ...before.branches.flatMap((branch, index): [Expr | null, Expr | null][] => {
        const other = after.branches.at(index);
        return [
          [branch.when, other?.when ?? null],
          [branch.then, other?.then ?? null],
        ];
      }),
      [before.otherwise, after.otherwise],
    ];
    if (before.branches.length !== after.branches.length || pairs.some(([a, b]) => !a !== !b)) return false;
    for (const [a, b] of pairs) if (a && b) this.#expr(a, b, 0);
    return true;
  }

  /** What is equal at both ends stays; between them, as many of both are compared one by one, else they are written anew. */
  #list<Item extends object>(before: readonly Item[], after: readonly Item[], items: Items<Item>): void {
    const { print, within, place, separator } = items;
    const least = Math.min(before.length, after.length);
    let front = 0;
    while (front < least && this.#same(before[front], after[front])) front++;
    let back = 0;
    while (back < least - front && this.#same(before[before.length - 1 - back], after[after.length - 1 - back])) back++;
    const gone = before.slice(front, before.length - back);
    const come = after.slice(front, after.length - back);
    if (gone.length === come.length) {
      gone.forEach((item, index) => {
        if (!within(item, come[index])) this.#replace(place(item), print(come[index]));
      });
      return;
    }
    const text = come.map(print).join(separator);
    const behind = front > 0 ? place(before[front - 1]).end : (items.behind ?? null);
    const [first, last, next] = [gone.at(0), gone.at(-1), before.at(front + gone.length)];
    if (come.length === 0 && last) {
      // With the separator before it; at the beginning of the list with the one behind it.
      if (behind !== null) this.#replace({ start: behind, end: place(last).end }, '');
      else if (first) this.#replace({ start: place(first).start, end: next ? place(next).start : place(last).end }, '');
    } else if (first && last) this.#replace({ start: place(first).start, end: place(last).end }, text);
    else if (behind !== null) this.#replace({ start: behind, end: behind }, separator + text);
    else if (next) this.#replace({ start: place(next).start, end: place(next).start }, text + separator);
  }

  #replace({ start, end }: Span, text: string): void {
    // What is printed of a FROM begins with a space that may stand there already.
    const begins = /\s/.test(this.#spans.text[start - 1] ?? '') ? text.trimStart() : text;
    this.#replacements.push({ start, end, text: begins });
  }

  #same(a: unknown, b: unknown): boolean {
    return a === b || this.#typed.shapes.of(a) === this.#typed.shapes.of(b);
  }

  #place(node: object): Span {
    const span = this.#spans.of(node);
    if (!span) throw new NoPlace();
    return span;
  }

  #outer(node: object): Span {
    return this.#spans.outer(node) ?? this.#place(node);
  }

  /** Where the token that stands `count` before `offset` begins. */
  #back(offset: number, count: number): number {
    return this.#tokens[this.#indexFrom(offset) - count].start;
  }

  #tokenAt(offset: number): Token {
    return this.#tokens[this.#indexFrom(offset)];
  }

  #tokenAfter(end: number): Token {
    return this.#tokens[this.#indexFrom(end)];
  }

  /** The number of the first token that does not begin before `offset`. */
  #indexFrom(offset: number): number {
    let [low, high] = [0, this.#tokens.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#tokens[middle].start < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Where the white space before `start` begins; after a comment it stays, for it may end the comment. */
  #beforeSpace(start: number): number {
    const before = this.#tokens[this.#indexFrom(start) - 1];
    return /^\s*$/.test(this.#spans.text.slice(before.end, start)) ? before.end : start;
  }
}

class NoPlace extends Error {}

function chainOf(expr: Expr): 'and' | 'or' | null {
  if (expr.kind !== 'binary' || !/^(AND|OR)$/.test(expr.operator)) return null;
  return foldCase(expr.operator) as 'and' | 'or';
}
