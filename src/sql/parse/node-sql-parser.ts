/**
 * Reads one SELECT with node-sql-parser (its SQLite grammar) into our own tree. The text is masked first and its tree is trusted
 * in nothing but the order of things: each node may hold only the fields known here, each placeholder must come back exactly once,
 * precedence is rebuilt. Whatever is left over is a refusal with its reason; the round-trip guard then has the last word.
 */
import type { Core, Cte, Expr, JoinOperator, OrderTerm, ResultColumn, Select, Source, Window } from '../ast.ts';
import { LEVELS, isBinaryOperator } from '../precedence.ts';
import { foldCase, identifierName } from '../tokens.ts';
import { mask, tokenOfPlaceholder, type Masked } from './mask.ts';
import type { Reader, ReadResult } from './reader.ts';
import { rebuild, type Item } from './rebuild.ts';

/** Nesting beyond this is refused: the parser's time grows exponentially with it. */
const NESTING_MAX = 24;
/** Longer texts are left to the other reader: they keep this one busy for seconds. */
const TEXT_MAX = 16_000;

/** Loads the parser (a chunk of its own) and gives a reader. */
export async function loadNodeSqlParser(): Promise<Reader> {
  const module = await import('node-sql-parser/build/sqlite.js');
  const { Parser } = 'default' in module ? module.default : module;
  const parser = new Parser();
  return (sql) => read(sql, (text) => parser.astify(text, { database: 'sqlite' }));
}

function read(sql: string, parse: (text: string) => unknown): ReadResult {
  if (sql.length > TEXT_MAX) return refusal(`it is longer than ${TEXT_MAX.toLocaleString('en')} characters`);
  const masked = mask(sql);
  if ('reason' in masked) return refusal(masked.reason);
  if (nesting(masked.text) > NESTING_MAX) return refusal(`brackets are nested deeper than ${NESTING_MAX}`);
  let tree: unknown;
  try {
    tree = parse(masked.text);
  } catch {
    return refusal('the parser does not know a part of it');
  }
  try {
    const mapping = new Mapping(masked);
    const select = mapping.select(only(tree));
    mapping.finish();
    return { ok: true, select, spans: null, readers: ['nodeSqlParser'] };
  } catch (error) {
    return refusal(error instanceof Error ? error.message : String(error));
  }
}

function refusal(reason: string): ReadResult {
  return { ok: false, reason };
}

function nesting(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const character of text) {
    if (character === '(') deepest = Math.max(deepest, ++depth);
    else if (character === ')') depth--;
  }
  return deepest;
}

/** A node of the parser's tree, whose fields are unknown until looked at. */
type Node = Readonly<Record<string, unknown>>;

function only(tree: unknown): Node {
  if (!Array.isArray(tree)) return asNode(tree);
  if (tree.length !== 1) throw new Error('the text holds more than one statement');
  return asNode(tree[0]);
}

function asNode(value: unknown): Node {
  if (typeof value !== 'object' || value === null) throw new Error('the parser left a part out');
  return value as Node;
}

function asList(value: unknown): Node[] {
  if (!Array.isArray(value)) throw new Error('the parser left a list out');
  return value.map(asNode);
}

/** Fields that hold something must be among `known`: an unknown one would be a meaning that gets lost. */
function check(node: Node, known: string): Node {
  const names = known.split(' ');
  for (const [field, value] of Object.entries(node)) {
    if (value !== null && value !== undefined && !names.includes(field)) {
      throw new Error(`the parser's "${field}" in ${wordOf(node.type)} has no counterpart here`);
    }
  }
  return node;
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : 'a part';
}

const SELECT_FIELDS = 'type with distinct columns from where groupby having orderby limit _next set_op parentheses';

class Mapping {
  readonly #masked: Masked;
  readonly #taken = new Set<number>();
  #crossJoins = 0;

  constructor(masked: Masked) {
    this.#masked = masked;
  }

  /** Refuses when a placeholder or a CROSS did not arrive. */
  finish(): void {
    if (this.#taken.size !== this.#masked.count) throw new Error('the parser lost a part of the text');
    const { tokens, typed } = this.#masked;
    const written = tokens.filter((token, index) => token.kind === 'word' && foldCase(typed(index)) === 'cross').length;
    if (this.#crossJoins !== written) throw new Error('a CROSS JOIN is not read with certainty');
  }

  #take(value: unknown): number {
    const index = tokenOfPlaceholder(value);
    if (index === null) throw new Error(`${String(value)} was taken for a name`);
    if (this.#taken.has(index)) throw new Error('the parser doubled a part of the text');
    this.#taken.add(index);
    return index;
  }

  #name(value: unknown): string {
    const index = this.#take(value);
    const text = this.#masked.typed(index);
    // A string may stand where an alias stands.
    return text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : identifierName(text);
  }

  #nameOrNull(value: unknown): string | null {
    return value === null || value === undefined ? null : this.#name(value);
  }

  #literal(value: unknown): Expr {
    const index = this.#take(value);
    const text = this.#masked.typed(index);
    if (this.#masked.tokens[index]?.kind === 'parameter') return { kind: 'parameter', text };
    return { kind: 'literal', text };
  }

  select(node: Node): Select {
    const ctes = node.with ? asList(node.with) : [];
    const arms: Select['rest'][number][] = [];
    const first = this.#core(node);
    let last = node;
    while (last._next) {
      if (last.orderby || last.limit) throw new Error('ORDER BY or LIMIT stands inside a UNION');
      const operator = String(last.set_op).toUpperCase();
      if (operator !== 'UNION' && operator !== 'UNION ALL') throw new Error(`${operator} is not read`);
      last = asNode(last._next);
      if (last.with) throw new Error('WITH stands inside a UNION');
      arms.push({ operator, core: this.#core(last) });
    }
    return {
      kind: 'select',
      recursive: ctes.some((cte) => cte.recursive === true),
      ctes: ctes.map((cte) => this.#cte(cte)),
      first,
      rest: arms,
      orderBy: last.orderby ? this.#order(last.orderby) : [],
      ...this.#limit(last.limit),
    };
  }

  #cte(node: Node): Cte {
    check(node, 'name stmt columns recursive');
    const columns = node.columns
      ? asList(node.columns).map((one) => this.#name(check(one, 'type column').column))
      : null;
    const statement = check(asNode(node.stmt), 'ast tableList columnList parentheses');
    return { name: this.#name(asNode(node.name).value), columns, query: this.select(asNode(statement.ast)) };
  }

  #limit(value: unknown): Pick<Select, 'limit' | 'offset'> {
    if (!value) return { limit: null, offset: null };
    const node = check(asNode(value), 'seperator value');
    const [first, second] = asList(node.value).map((one) => this.expr(one));
    if (!first) return { limit: null, offset: null };
    if (!second) return { limit: first, offset: null };
    return node.seperator === ',' ? { limit: second, offset: first } : { limit: first, offset: second };
  }

  #core(node: Node): Core {
    check(node, SELECT_FIELDS);
    if (node.type !== 'select') throw new Error(`${String(node.type)} is not read`);
    if (node.distinct && node.distinct !== 'DISTINCT') throw new Error('a kind of DISTINCT is not read');
    const groupBy = node.groupby ? asList(check(asNode(node.groupby), 'columns').columns) : [];
    return {
      distinct: Boolean(node.distinct),
      columns: asList(node.columns).map((one) => this.#column(one)),
      from: node.from ? asList(node.from).map((one, index) => this.#source(one, index)) : [],
      where: node.where ? this.expr(node.where) : null,
      groupBy: groupBy.map((one) => this.expr(one)),
      having: node.having ? this.expr(node.having) : null,
    };
  }

  #column(node: Node): ResultColumn {
    check(node, 'expr as type');
    return { expr: this.expr(node.expr), alias: this.#nameOrNull(node.as) };
  }

  #source(node: Node, index: number): Source {
    check(node, 'db table as join on using expr');
    let table: Source['table'];
    let tokenIndex: number | null = null;
    if (node.expr) {
      const inner = check(asNode(node.expr), 'ast tableList columnList parentheses');
      table = this.select(asNode(inner.ast));
    } else {
      tokenIndex = tokenOfPlaceholder(node.db ?? node.table);
      table = { kind: 'table', schema: this.#nameOrNull(node.db), name: this.#name(node.table) };
    }
    return {
      join: this.#join(node, index, tokenIndex),
      table,
      alias: this.#nameOrNull(node.as),
      on: node.on ? this.expr(node.on) : null,
      using: node.using ? asList(node.using).map((one) => this.#name(one.value)) : null,
    };
  }

  #join(node: Node, index: number, tokenIndex: number | null): JoinOperator {
    if (index === 0) return 'first';
    if (!node.join) return ',';
    if (node.join === 'LEFT JOIN') return 'LEFT JOIN';
    if (node.join !== 'INNER JOIN') throw new Error(`${wordOf(node.join)} is not read`);
    if (tokenIndex === null || foldCase(this.#masked.typed(tokenIndex - 2)) !== 'cross') return 'JOIN';
    this.#crossJoins++;
    return 'CROSS JOIN';
  }

  #order(value: unknown): OrderTerm[] {
    return asList(value).map((node) => {
      check(node, 'expr type');
      return { expr: this.expr(node.expr), descending: node.type === 'DESC' };
    });
  }

  expr(value: unknown): Expr {
    return rebuild(this.#items(asNode(value)));
  }

  /** The node's operands and operators from left to right; what stands in brackets is one operand. */
  #items(node: Node): Item[] {
    const operand = (expr: Expr): Item[] => [{ kind: 'operand', expr }];
    const inner = (value: unknown): Item[] => {
      const part = asNode(value);
      return part.parentheses === true ? operand(this.#bracketed(part)) : this.#items(part);
    };
    switch (node.type) {
      case 'binary_expr':
        return [...inner(node.left), ...this.#operator(check(node, 'type operator left right parentheses'), inner)];
      case 'unary_expr': {
        check(node, 'type operator expr parentheses');
        const operator = String(node.operator);
        if (operator === 'EXISTS') return operand(this.#exists(node.expr));
        if (operator === 'NOT EXISTS')
          return [{ kind: 'prefix', operator: 'NOT' }, ...operand(this.#exists(node.expr))];
        if (operator !== 'NOT' && operator !== '-' && operator !== '+' && operator !== '~') {
          throw new Error(`the operator ${operator} is not read`);
        }
        return [{ kind: 'prefix', operator }, ...inner(node.expr)];
      }
      case 'number': {
        check(node, 'type value parentheses');
        const minus: Item[] =
          typeof node.value === 'number' && node.value < 0 ? [{ kind: 'prefix', operator: '-' }] : [];
        return [...minus, ...operand(this.#literal(node.value))];
      }
      case 'column_ref': {
        const collate = node.collate ? asNode(asNode(node.collate).collate) : null;
        const column = this.#columnRef(node);
        if (!collate) return operand(column);
        const collation = this.#name(check(collate, 'name').name);
        const wrap = (inside: Expr): Expr => ({ kind: 'collate', operand: inside, collation });
        return [...operand(column), { kind: 'postfix', level: LEVELS.collate, wrap }];
      }
      case 'function':
        if (functionName(node) === 'not') {
          const args = asList(check(asNode(node.args), 'type value').value);
          if (args.length !== 1) throw new Error('NOT with several values is not read');
          return [{ kind: 'prefix', operator: 'NOT' }, ...operand(this.expr(args[0]))];
        }
        return operand(this.#call(node));
      default:
        return operand(this.#atom(node));
    }
  }

  #operator(node: Node, inner: (value: unknown) => Item[]): Item[] {
    const operator = String(node.operator).toUpperCase();
    const not = operator.startsWith('NOT ');
    if (operator === 'IN' || operator === 'NOT IN') {
      const choices = this.#choices(asNode(node.right));
      return [{ kind: 'postfix', level: LEVELS.equality, wrap: (operand) => ({ kind: 'in', not, operand, choices }) }];
    }
    if (operator === 'BETWEEN' || operator === 'NOT BETWEEN') {
      const [low, high] = asList(check(asNode(node.right), 'type value').value);
      return [{ kind: 'between', not, low: this.expr(low) }, ...inner(high)];
    }
    const known = operator === '==' ? '=' : operator === '!=' ? '<>' : operator;
    if (!isBinaryOperator(known)) throw new Error(`the operator ${operator} is not read`);
    const right = asNode(node.right);
    if (!right.escape) return [{ kind: 'binary', operator: known }, ...inner(right)];
    const escape = this.expr(check(asNode(right.escape), 'type value').value);
    return [{ kind: 'binary', operator: known, escape }, ...inner({ ...right, escape: null })];
  }

  #choices(node: Node): readonly Expr[] | Select {
    check(node, 'type value parentheses');
    if (node.type !== 'expr_list') throw new Error('IN without a list is not read');
    const values = asList(node.value);
    const query = values[0]?.ast;
    if (query === undefined) return values.map((one) => this.expr(one));
    if (values.length !== 1) throw new Error('a list of queries is not read');
    // The parser drops the brackets that make a list of one value of it.
    if (/\bin \( (\( )+(select|with)\b/i.test(this.#masked.text))
      throw new Error('a query in a list is not read with certainty');
    return this.select(asNode(query));
  }

  /** In brackets: a row of values, or one expression. */
  #bracketed(node: Node): Expr {
    return node.type === 'expr_list' || node.ast ? this.#atom(node) : rebuild(this.#items(node));
  }

  #atom(node: Node): Expr {
    if (node.ast) {
      check(node, 'ast tableList columnList parentheses');
      return { kind: 'scalar', query: this.select(asNode(node.ast)) };
    }
    switch (node.type) {
      case 'single_quote_string':
        check(node, 'type value parentheses');
        return this.#literal(node.value);
      case 'null':
        check(node, 'type value parentheses');
        return { kind: 'literal', text: 'NULL' };
      case 'bool':
        check(node, 'type value parentheses');
        return { kind: 'literal', text: node.value === true ? 'TRUE' : 'FALSE' };
      case 'star':
        return { kind: 'star', table: null };
      case 'expr_list': {
        check(node, 'type value parentheses');
        const items = asList(node.value).map((one) => this.expr(one));
        if (node.parentheses !== true || items.length < 2) throw new Error('a list of values is not read here');
        return { kind: 'row', items };
      }
      case 'case':
        return this.#case(node);
      case 'cast': {
        check(node, 'type keyword expr symbol target parentheses');
        const [target] = asList(node.target);
        const index = this.#take(check(asNode(target), 'dataType length parentheses').length);
        return { kind: 'cast', operand: this.expr(node.expr), type: this.#masked.types.get(index) ?? '' };
      }
      case 'aggr_func':
        return this.#aggregate(node);
      default:
        throw new Error(`${String(node.type)} is not read`);
    }
  }

  #columnRef(node: Node): Expr {
    check(node, 'type table column collate parentheses');
    const table = this.#nameOrNull(node.table);
    return node.column === '*' ? { kind: 'star', table } : { kind: 'column', table, name: this.#name(node.column) };
  }

  #case(node: Node): Expr {
    check(node, 'type expr args parentheses');
    const parts = asList(node.args);
    const branches = parts.filter((part) => part.type === 'when');
    const otherwise = parts.filter((part) => part.type === 'else');
    if (branches.length + otherwise.length !== parts.length || otherwise.length > 1)
      throw new Error('a CASE is not read');
    return {
      kind: 'case',
      operand: node.expr ? this.expr(node.expr) : null,
      branches: branches.map((part) => ({ when: this.expr(part.cond), then: this.expr(part.result) })),
      otherwise: otherwise[0] ? this.expr(otherwise[0].result) : null,
    };
  }

  #exists(value: unknown): Expr {
    const node = check(asNode(value), 'ast tableList columnList parentheses');
    return { kind: 'exists', query: this.select(asNode(node.ast)) };
  }

  #call(node: Node): Expr {
    check(node, 'type name args over parentheses');
    const args = node.args ? asList(check(asNode(node.args), 'type value').value) : [];
    const name = functionName(node);
    if (name === 'exists') {
      if (args.length !== 1) throw new Error('an EXISTS is not read');
      return this.#exists(args[0]);
    }
    return {
      kind: 'call',
      name: AGGREGATE_NAME.test(name) ? name : foldCase(this.#name(name)),
      distinct: false,
      args: args.map((one) => this.expr(one)),
      over: this.#over(node.over),
    };
  }

  #aggregate(node: Node): Expr {
    check(node, 'type name args over parentheses');
    const args = check(asNode(node.args), 'expr distinct');
    const name = String(node.name).toLowerCase();
    if (!AGGREGATE_NAME.test(name)) throw new Error(`${name} is not read`);
    return {
      kind: 'call',
      name,
      distinct: args.distinct === 'DISTINCT',
      args: [this.expr(args.expr)],
      over: this.#over(node.over),
    };
  }

  #over(value: unknown): Window | null {
    if (!value) return null;
    const node = check(asNode(value), 'partitionby orderby');
    return {
      partitionBy: node.partitionby
        ? asList(node.partitionby).map((one) => this.expr(check(one, 'expr type').expr))
        : [],
      orderBy: node.orderby ? this.#order(node.orderby) : [],
    };
  }
}

const AGGREGATE_NAME = /^(count|sum|avg|min|max|group_concat)$/;

/** A function's name in lower case where it is a keyword, else its placeholder. */
function functionName(node: Node): string {
  const [part, ...more] = asList(check(asNode(node.name), 'name').name);
  if (!part || more.length > 0) throw new Error("a function's name is not read");
  return String(part.value).toLowerCase();
}
