/**
 * Reads one SELECT with sqlite3-parser, whose tables come from SQLite's own grammar. It knows where each part stands, so names, literals
 * and parameters are taken from the typed text, and the spans are kept for edits. What has no counterpart in our tree is refused.
 */
import type * as Grammar from 'sqlite3-parser';
import type {
  Arm,
  BinaryOperator,
  Core,
  Cte,
  Expr,
  Frame,
  FrameBound,
  JoinOperator,
  OrderTerm,
  ResultColumn,
  Select,
  Source,
  Window,
} from '../ast.ts';
import { Spans, type Span } from '../spans.ts';
import { foldCase, identifierName, isKeyword, tokenize, type Token } from '../tokens.ts';
import { TEXT_MAX, type Reader, type ReadResult } from './reader.ts';
import { typeName } from './type-name.ts';

/** Deeper trees are refused: those who walk them later do so by recursion. SQLite itself stops at 1,000. */
const DEPTH_MAX = 500;

/** Loads the parser (a chunk of its own) and gives a reader. */
export async function loadSqliteGrammar(): Promise<Reader> {
  const { withOptions } = await import('sqlite3-parser');
  const { parseStmt } = withOptions({ digitSeparator: '_' });
  return (sql) => read(sql, parseStmt);
}

function read(sql: string, parse: typeof Grammar.parseStmt): ReadResult {
  if (sql.length > TEXT_MAX)
    return { ...refusal(`it is longer than ${TEXT_MAX.toLocaleString('en')} characters`), tooMuch: true };
  const tokens = tokenize(sql);
  const illegal = tokens.find((token) => token.kind === 'illegal');
  if (illegal)
    return refusal(`SQLite cannot read ${JSON.stringify(sql.slice(illegal.start, illegal.end).slice(0, 20))}`);
  while (tokens.length > 0 && sql[tokens[tokens.length - 1].start] === ';') tokens.pop();
  if (tokens.some((token) => sql[token.start] === ';')) return refusal('the text holds more than one statement');
  const first = tokens.length > 0 ? foldCase(sql.slice(tokens[0].start, tokens[0].end)) : '';
  if (!/^(select|values|with)$/.test(first)) return refusal('it is not a SELECT');
  try {
    const parsed = parse(withPlainWords(sql, tokens));
    if (parsed.status === 'error') return refusal(parsed.errors[0].message.split('\n')[0]);
    if (parsed.root.type !== 'SelectStmt') return refusal('it is not a SELECT');
    const mapping = new Mapping(sql, tokens);
    const select = mapping.select(parsed.root.body);
    return { ok: true, select, spans: mapping.spans, readers: ['sqliteParser'] };
  } catch (error) {
    const refused = refusal(error instanceof Error ? error.message : String(error));
    return error instanceof TooDeep ? { ...refused, tooMuch: true } : refused;
  }
}

function refusal(reason: string): Extract<ReadResult, { ok: false }> {
  return { ok: false, reason };
}

class TooDeep extends Error {}

/**
 * OVER, WINDOW and FILTER are keywords to SQLite only where what stands beside them says so (tokenize.c), to the parser always.
 * Elsewhere they give way to a name of the same length.
 */
function withPlainWords(sql: string, tokens: readonly Token[]): string {
  const text = (token: Token | undefined): string => (token ? foldCase(sql.slice(token.start, token.end)) : '');
  const isName = (token: Token | undefined): boolean =>
    token !== undefined && /^(word|quoted|bracket|backtick|string)$/.test(token.kind) && !isKeyword(text(token));
  let [plain, at] = ['', 0];
  tokens.forEach((token, index) => {
    if (token.kind !== 'word') return;
    const word = text(token);
    const [before, next, afterNext] = [tokens[index - 1], tokens[index + 1], tokens[index + 2]];
    const isPlain =
      (word === 'over' && !(text(before) === ')' && (text(next) === '(' || isName(next)))) ||
      (word === 'filter' && !(text(before) === ')' && text(next) === '(')) ||
      (word === 'window' && !(isName(next) && text(afterNext) === 'as'));
    if (!isPlain) return;
    plain += sql.slice(at, token.start) + 'n'.repeat(word.length);
    at = token.end;
  });
  return plain + sql.slice(at);
}

const OPERATORS: Readonly<Record<Grammar.Operator, BinaryOperator>> = {
  Add: '+',
  And: 'AND',
  ArrowRight: '->',
  ArrowRightShift: '->>',
  BitwiseAnd: '&',
  BitwiseOr: '|',
  Concat: '||',
  Equals: '=',
  Divide: '/',
  Greater: '>',
  GreaterEquals: '>=',
  Is: 'IS',
  IsNot: 'IS NOT',
  LeftShift: '<<',
  Less: '<',
  LessEquals: '<=',
  Modulus: '%',
  Multiply: '*',
  NotEquals: '<>',
  Or: 'OR',
  RightShift: '>>',
  Subtract: '-',
};
const UNARY = { BitwiseNot: '~', Negative: '-', Not: 'NOT', Positive: '+' } as const;
const LIKES = { Glob: 'GLOB', Like: 'LIKE', Match: 'MATCH', Regexp: 'REGEXP' } as const;
const COMPOUNDS = { Union: 'UNION', UnionAll: 'UNION ALL', Except: 'EXCEPT', Intersect: 'INTERSECT' } as const;
const UNITS = { Groups: 'GROUPS', Range: 'RANGE', Rows: 'ROWS' } as const;
const EXCLUDES = { NoOthers: 'NO OTHERS', CurrentRow: 'CURRENT ROW', Group: 'GROUP', Ties: 'TIES' } as const;
/** The parser's bits. */
const [CROSS, NATURAL, LEFT, RIGHT] = [2, 4, 8, 16];

interface Spanned {
  readonly span: Grammar.Span;
}

class Mapping {
  readonly spans: Spans;
  readonly #text: string;
  readonly #tokens: readonly Token[];
  readonly #indexes: ReadonlyMap<number, number>;
  #depth = 0;

  constructor(text: string, tokens: readonly Token[]) {
    this.spans = new Spans(text);
    this.#text = text;
    this.#tokens = tokens;
    this.#indexes = new Map(tokens.map((token, index) => [token.start, index]));
  }

  select(node: Grammar.Select): Select {
    this.#deeper();
    const ctes = (node.with?.ctes ?? []).map((cte) => this.#cte(cte));
    const first = this.#core(node.select);
    const rest = (node.compounds ?? []).map((arm) => this.#arm(arm));
    const orderBy = (node.orderBy ?? []).map((term) => this.#orderTerm(term));
    const limit = node.limit ? this.expr(node.limit.expr) : null;
    const offset = node.limit?.offset ? this.expr(node.limit.offset) : null;
    this.#depth--;
    const start = node.with ? node.with.span.offset : this.#spanOf(first).start;
    const last = [this.#spanOf(rest.at(-1) ?? first), ...orderBy.map((term) => this.#spanOf(term))].at(-1);
    const ends = [last?.end ?? 0, ...[limit, offset].map((expr) => (expr ? (this.spans.outer(expr)?.end ?? 0) : 0))];
    return this.#keep(
      { kind: 'select', recursive: node.with?.recursive ?? false, ctes, first, rest, orderBy, limit, offset },
      { start, end: Math.max(...ends) },
    );
  }

  #cte(node: Grammar.CommonTableExpr): Cte {
    const query = this.select(node.select);
    const cte: Cte = {
      name: this.#name(node.tblName),
      columns: node.columns ? node.columns.map((column) => this.#name(column.colName)) : null,
      query,
      ...(node.materialized === 'Any' ? {} : { materialized: node.materialized === 'Yes' }),
    };
    return this.#keep(cte, { start: node.tblName.span.offset, end: this.#after(this.#spanOf(query).end) });
  }

  #arm(node: Grammar.CompoundSelect): Arm {
    const operator = COMPOUNDS[node.operator];
    const core = this.#core(node.select);
    const { start, end } = this.#spanOf(core);
    const words = operator === 'UNION ALL' ? 2 : 1;
    return this.#keep({ operator, core }, { start: this.#token(this.#indexAt(start) - words).start, end });
  }

  #core(node: Grammar.OneSelect): Core {
    const empty = { distinct: false, columns: [], from: [], where: null, groupBy: [], having: null };
    if (node.type === 'SelectValues') {
      const values = node.values.map((row) => this.#exprs(row.values));
      return this.#keep({ ...empty, values }, spanOf(node));
    }
    const core: Core = {
      distinct: node.distinctness === 'Distinct',
      columns: node.columns.map((column) => this.#column(column)),
      from: node.from ? this.#from(node.from) : [],
      where: node.whereClause ? this.expr(node.whereClause) : null,
      groupBy: this.#exprs(node.groupBy),
      having: node.having ? this.expr(node.having) : null,
      ...(node.windowClause
        ? {
            windows: node.windowClause.map(({ name, window }) => ({
              name: this.#name(name),
              window: this.#window(window),
            })),
          }
        : {}),
    };
    return this.#keep(core, spanOf(node));
  }

  #column(node: Grammar.ResultColumn): ResultColumn {
    if (node.type === 'StarResultColumn') {
      const expr = this.#keep<Expr>({ kind: 'star', table: null }, spanOf(node));
      return this.#keep({ expr, alias: null }, spanOf(node));
    }
    if (node.type === 'TableStarResultColumn') {
      // Its span may begin with white space.
      const start = node.table.span.offset;
      const span = { start, end: this.#token(this.#indexAt(start) + 2).end };
      const expr = this.#keep<Expr>({ kind: 'star', table: this.#name(node.table) }, span);
      return this.#keep({ expr, alias: null }, span);
    }
    const expr = this.expr(node.expr);
    const { start, end } = spanOf(node.expr);
    const alias = node.alias ? this.#name(node.alias.name) : null;
    return this.#keep({ expr, alias }, { start, end: node.alias ? spanOf(node.alias.name).end : end });
  }

  #from(node: Grammar.FromClause): Source[] {
    if (!node.select) throw new Error('a FROM is empty');
    const joined = (node.joins ?? []).map(({ operator, table, constraint }) =>
      this.#source(table, this.#join(operator), spanOf(operator).start, constraint),
    );
    return [this.#source(node.select, 'first', null, undefined), ...joined];
  }

  #join(node: Grammar.JoinOperator): JoinOperator {
    if (node.type === 'CommaJoinOperator') return ',';
    const bits = node.joinType ?? 0;
    const natural = bits & NATURAL ? 'NATURAL ' : '';
    const left = (bits & LEFT) > 0;
    if (bits & RIGHT) return `${natural}${left ? 'FULL' : 'RIGHT'} JOIN`;
    if (left) return `${natural}LEFT JOIN`;
    return bits & CROSS ? `${natural}CROSS JOIN` : `${natural}JOIN`;
  }

  #source(
    node: Grammar.SelectTable,
    join: JoinOperator,
    joinStart: number | null,
    constraint: Grammar.JoinConstraint | undefined,
  ): Source {
    const { table, start, end: tableEnd } = this.#table(node);
    let end = tableEnd;
    if (node.alias) end = spanOf(node.alias.name).end;
    const indexed = node.type === 'TableSelectTable' ? node.indexed : undefined;
    if (indexed) end = spanOf(indexed).end;
    const source: Source = {
      join,
      table,
      alias: node.alias ? this.#name(node.alias.name) : null,
      on: constraint?.type === 'OnJoinConstraint' ? this.expr(constraint.expr) : null,
      using: constraint?.type === 'UsingJoinConstraint' ? constraint.columns.map((column) => this.#name(column)) : null,
      ...(indexed ? { indexedBy: indexed.type === 'IndexedByIndexed' ? this.#name(indexed.idxName) : null } : {}),
    };
    this.spans.setNamed(source, { start, end });
    return this.#keep(source, { start: joinStart ?? start, end: constraint ? spanOf(constraint).end : end });
  }

  /** With where it begins and ends, brackets of its own included. */
  #table(node: Grammar.SelectTable): { table: Source['table'] } & Span {
    switch (node.type) {
      case 'TableSelectTable':
        return { table: { kind: 'table', ...this.#qualified(node.tblName) }, ...spanOf(node.tblName) };
      case 'TableCallSelectTable': {
        const args = this.#exprs(node.args);
        const { start, end } = spanOf(node.tblName);
        const last = args.at(-1);
        const inside = last ? (this.spans.outer(last)?.end ?? end) : this.#after(end);
        return { table: { kind: 'function', ...this.#qualified(node.tblName), args }, start, end: this.#after(inside) };
      }
      case 'SelectSelectTable': {
        const table = this.select(node.select);
        return { table, ...this.#inBrackets(this.#spanOf(table)) };
      }
      case 'SubSelectTable': {
        const from = this.#from(node.from);
        const [first, last] = [this.#spanOf(from[0]), this.#spanOf(from.at(-1) ?? from[0])];
        return { table: { kind: 'joins', from }, ...this.#inBrackets({ start: first.start, end: last.end }) };
      }
    }
  }

  #qualified(node: Grammar.QualifiedName): { schema: string | null; name: string } {
    return { schema: node.dbName ? this.#name(node.dbName) : null, name: this.#name(node.objName) };
  }

  #orderTerm(node: Grammar.SortedColumn): OrderTerm {
    const term: OrderTerm = {
      expr: this.expr(node.expr),
      descending: node.order === 'Desc',
      ...(node.nulls ? { nulls: node.nulls === 'First' ? 'FIRST' : 'LAST' } : {}),
    };
    let { end } = spanOf(node.expr);
    const words = (node.order ? 1 : 0) + (node.nulls ? 2 : 0);
    for (let word = 0; word < words; word++) end = this.#after(end);
    return this.#keep(term, { start: spanOf(node.expr).start, end });
  }

  #exprs(nodes: readonly Grammar.Expr[] | undefined): Expr[] {
    return (nodes ?? []).map((node) => this.expr(node));
  }

  expr(node: Grammar.Expr): Expr {
    this.#deeper();
    let inner = node;
    while (inner.type === 'ParenthesizedExpr' && inner.exprs.length === 1) inner = inner.exprs[0];
    const expr = this.#keep(this.#bare(inner), spanOf(inner));
    if (inner !== node) this.spans.setBrackets(expr, spanOf(node));
    this.#depth--;
    return expr;
  }

  #bare(node: Grammar.Expr): Expr {
    switch (node.type) {
      case 'NumericLiteral':
      case 'StringLiteral':
      case 'BlobLiteral':
        return { kind: 'literal', text: this.#typed(node) };
      case 'NullLiteral':
      case 'CurrentDateLiteral':
      case 'CurrentTimeLiteral':
      case 'CurrentTimestampLiteral':
        return { kind: 'literal', text: this.#typed(node).toUpperCase() };
      case 'VariableExpr':
        return { kind: 'parameter', text: this.#typed(node) };
      case 'Id':
        return /^(true|false)$/i.test(this.#typed(node))
          ? { kind: 'literal', text: this.#typed(node).toUpperCase() }
          : { kind: 'column', table: null, name: this.#name(node) };
      case 'QualifiedExpr':
        return {
          kind: 'column',
          table: this.#name(node.table),
          name: this.#name(node.column),
          ...(node.schema ? { schema: this.#name(node.schema) } : {}),
        };
      case 'UnaryExpr':
        return { kind: 'unary', operator: UNARY[node.op], operand: this.expr(node.expr) };
      case 'BinaryExpr': {
        const left = this.expr(node.left);
        return { kind: 'binary', operator: OPERATORS[node.op], left, right: this.expr(node.right) };
      }
      case 'LikeExpr': {
        const operator: BinaryOperator = `${node.not ? 'NOT ' : ''}${LIKES[node.op]}`;
        const [left, right] = [this.expr(node.lhs), this.expr(node.rhs)];
        return { kind: 'binary', operator, left, right, ...(node.escape ? { escape: this.expr(node.escape) } : {}) };
      }
      case 'IsNullExpr':
      case 'NotNullExpr':
        return {
          kind: 'binary',
          operator: node.type === 'IsNullExpr' ? 'IS' : 'IS NOT',
          left: this.expr(node.expr),
          right: { kind: 'literal', text: 'NULL' },
        };
      case 'BetweenExpr': {
        const [operand, low, high] = [node.lhs, node.start, node.end].map((part) => this.expr(part));
        return { kind: 'between', not: node.not, operand, low, high };
      }
      case 'InListExpr': {
        const operand = this.expr(node.lhs);
        return { kind: 'in', not: node.not, operand, choices: this.#exprs(node.rhs) };
      }
      case 'InSelectExpr': {
        const operand = this.expr(node.lhs);
        return { kind: 'in', not: node.not, operand, choices: this.select(node.rhs) };
      }
      case 'InTableExpr': {
        const operand = this.expr(node.lhs);
        const name = this.#qualified(node.rhs);
        const { not } = node;
        if (!node.args) return { kind: 'in-table', not, operand, table: { kind: 'table', ...name } };
        return { kind: 'in-table', not, operand, table: { kind: 'function', ...name, args: this.#exprs(node.args) } };
      }
      case 'ExistsExpr':
        return { kind: 'exists', query: this.select(node.select) };
      case 'SubqueryExpr':
        return { kind: 'scalar', query: this.select(node.select) };
      case 'ParenthesizedExpr':
        return { kind: 'row', items: this.#exprs(node.exprs) };
      case 'CaseExpr':
        return {
          kind: 'case',
          operand: node.base ? this.expr(node.base) : null,
          branches: node.whenThenPairs.map((pair) => ({ when: this.expr(pair.when), then: this.expr(pair.then) })),
          otherwise: node.elseExpr ? this.expr(node.elseExpr) : null,
        };
      case 'CastExpr': {
        const operand = this.expr(node.expr);
        // Behind the operand stands AS, before the end the bracket.
        const first = this.#indexAt(spanOf(node.expr).end, true) + 2;
        const words = this.#tokens.slice(first, this.#indexAt(spanOf(node).end, true));
        return { kind: 'cast', operand, type: typeName(this.#text, words) };
      }
      case 'CollateExpr': {
        const operand = this.expr(node.expr);
        const name = this.#token(this.#indexAt(spanOf(node).end, true));
        return { kind: 'collate', operand, collation: nameOf(this.#text.slice(name.start, name.end)) };
      }
      case 'FunctionCallStarExpr': {
        const star: Expr = { kind: 'star', table: null };
        return {
          kind: 'call',
          name: this.#functionName(node.name),
          distinct: false,
          args: [star],
          ...this.#tail(node),
        };
      }
      case 'FunctionCallExpr': {
        if (node.orderBy && node.orderBy.type !== 'SortListFunctionCallOrder')
          throw new Error('WITHIN GROUP is not read');
        const args = this.#exprs(node.args);
        const orderBy = node.orderBy ? { orderBy: node.orderBy.columns.map((term) => this.#orderTerm(term)) } : {};
        const distinct = node.distinctness === 'Distinct';
        return { kind: 'call', name: this.#functionName(node.name), distinct, args, ...orderBy, ...this.#tail(node) };
      }
      default:
        throw new Error(`${node.type} is not read`);
    }
  }

  #functionName(node: Grammar.Id): string {
    return foldCase(this.#name(node));
  }

  #tail({ filterOver }: { readonly filterOver: Grammar.FunctionTail | undefined }): {
    filter?: Expr;
    over: Window | string | null;
  } {
    const { filterClause, overClause } = filterOver ?? {};
    const filter = filterClause ? { filter: this.expr(filterClause) } : {};
    if (!overClause) return { ...filter, over: null };
    return {
      ...filter,
      over: overClause.type === 'NameOver' ? this.#name(overClause.name) : this.#window(overClause.window),
    };
  }

  #window(node: Grammar.Window): Window {
    return {
      ...(node.base ? { base: this.#name(node.base) } : {}),
      partitionBy: this.#exprs(node.partitionBy),
      orderBy: (node.orderBy ?? []).map((term) => this.#orderTerm(term)),
      ...(node.frameClause ? { frame: this.#frame(node.frameClause) } : {}),
    };
  }

  #frame(node: Grammar.FrameClause): Frame {
    return {
      unit: UNITS[node.mode],
      start: this.#bound(node.start),
      end: node.end ? this.#bound(node.end) : null,
      exclude: node.exclude ? EXCLUDES[node.exclude] : null,
    };
  }

  #bound(node: Grammar.FrameBound): FrameBound {
    switch (node.type) {
      case 'CurrentRowFrameBound':
        return { at: 'CURRENT ROW', distance: null };
      case 'UnboundedPrecedingFrameBound':
        return { at: 'PRECEDING', distance: null };
      case 'UnboundedFollowingFrameBound':
        return { at: 'FOLLOWING', distance: null };
      case 'PrecedingFrameBound':
        return { at: 'PRECEDING', distance: this.expr(node.expr) };
      case 'FollowingFrameBound':
        return { at: 'FOLLOWING', distance: this.expr(node.expr) };
    }
  }

  #deeper(): void {
    if (++this.#depth > DEPTH_MAX) throw new TooDeep(`it is nested deeper than ${DEPTH_MAX} levels`);
  }

  #keep<Node extends object>(node: Node, span: Span): Node {
    this.spans.set(node, span);
    return node;
  }

  #spanOf(node: object): Span {
    const span = this.spans.of(node);
    if (!span) throw new Error('a part of the text has no place');
    return span;
  }

  #typed(node: Spanned): string {
    return this.#text.slice(node.span.offset, node.span.offset + node.span.length);
  }

  #name(node: Spanned): string {
    return nameOf(this.#typed(node));
  }

  #token(index: number): Token {
    const token = this.#tokens[index] as Token | undefined;
    if (!token) throw new Error('the parser misplaced a part of the text');
    return token;
  }

  /** The number of the token that begins at `offset`, or with `ending` the one that ends there. */
  #indexAt(offset: number, ending = false): number {
    if (!ending) {
      const found = this.#indexes.get(offset);
      if (found === undefined) throw new Error('the parser misplaced a part of the text');
      return found;
    }
    let [low, high] = [0, this.#tokens.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#tokens[middle].end < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Where the token after the one that ends at `end` ends. */
  #after(end: number): number {
    return this.#token(this.#indexAt(end, true) + 1).end;
  }

  #inBrackets({ start, end }: Span): Span {
    return { start: this.#token(this.#indexAt(start) - 1).start, end: this.#after(end) };
  }
}

function spanOf({ span }: Spanned): Span {
  return { start: span.offset, end: span.offset + span.length };
}

/** A string may stand where a name stands. */
function nameOf(text: string): string {
  return text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : identifierName(text);
}
