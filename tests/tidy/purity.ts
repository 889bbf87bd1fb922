/** Pure folders get time and chance as arguments: then the same code runs on the real clock and in virtual time. */
import ts from 'typescript';
import { folderOf } from './layers.ts';
import { finding, nodes, type Finding, type Source } from './source.ts';

const PURE = [
  'core',
  'sql',
  'balancer',
  'autoscaler',
  'workload',
  'monitor',
  'pool',
  'cache',
  'simulator',
  'share',
  'production',
];
const PURE_INSIDE = ['src/optimizer/rules/'];
/** Parts of pure folders that meet the browser. */
const IMPURE_INSIDE = ['src/cache/compression/compression.ts', 'src/cache/persistence/persistence.ts'];

/** A seed must give the same bits on every machine, and these differ between engines in their last digit. */
const EXACT = ['balancer', 'autoscaler', 'pool', 'workload', 'monitor', 'simulator'];
const INEXACT = ['log', 'log2', 'log10', 'log1p', 'exp', 'expm1', 'pow', 'sin', 'cos', 'tan', 'sinh', 'cosh', 'tanh'];

const TIME = 'take nowMs as an argument, or a Scheduler (core/ports)';
const MEMBERS: Record<string, string> = {
  'Date.now': TIME,
  'performance.now': TIME,
  'Math.random': 'take a Random (core/ports) as an argument',
  'crypto.randomUUID': 'take a Random (core/ports) as an argument',
  'crypto.getRandomValues': 'take a Random (core/ports) as an argument',
};
const TIMER = 'use Scheduler.after (core/ports)';
const PAGE = 'hand in a value or a function; only ui, platform and workers meet the browser';
const GLOBALS: Record<string, string> = {
  setTimeout: TIMER,
  setInterval: TIMER,
  setImmediate: TIMER,
  queueMicrotask: TIMER,
  requestAnimationFrame: TIMER,
  document: PAGE,
  window: PAGE,
  navigator: PAGE,
  localStorage: PAGE,
  indexedDB: PAGE,
};

export function checkPurity(source: Source): Finding[] {
  const folder = folderOf(source.path);
  if (folder === undefined) return [];
  const pure =
    (PURE.includes(folder) && !IMPURE_INSIDE.some((path) => source.path.startsWith(path))) ||
    PURE_INSIDE.some((path) => source.path.startsWith(path));
  const found: Finding[] = [];
  for (const node of nodes(source.tree)) {
    const message =
      (pure && impure(node)) || (EXACT.includes(folder) && inexact(node)) || (folder === 'pool' && asynchronous(node));
    if (message) found.push(finding(source, node, message));
  }
  return found;
}

function impure(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const name = `${node.expression.text}.${node.name.text}`;
    return Object.hasOwn(MEMBERS, name) ? `${name} in pure code: ${MEMBERS[name]}` : undefined;
  }
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'Date') {
    return node.arguments?.length ? undefined : `new Date() in pure code: ${TIME}`;
  }
  if (ts.isIdentifier(node) && Object.hasOwn(GLOBALS, node.text) && isUse(node)) {
    return `${node.text} in pure code: ${GLOBALS[node.text]}`;
  }
  return undefined;
}

function inexact(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && node.expression.getText() === 'Math' && INEXACT.includes(node.name.text)) {
    return `Math.${node.name.text}: use core/math, so that a seed gives the same bits everywhere`;
  }
  const power =
    ts.isBinaryExpression(node) &&
    [ts.SyntaxKind.AsteriskAsteriskToken, ts.SyntaxKind.AsteriskAsteriskEqualsToken].includes(node.operatorToken.kind);
  return power ? '** in exact code: multiply, or use core/math' : undefined;
}

function asynchronous(node: ts.Node): string | undefined {
  const promise = ts.isIdentifier(node) && node.text === 'Promise' && isUse(node);
  const waits = node.kind === ts.SyntaxKind.AsyncKeyword || ts.isAwaitExpression(node);
  return promise || waits
    ? 'promises in pool: it runs to completion and answers through handlers; promises begin in engine'
    : undefined;
}

/** False where the name is only spelled so: a property, or something that this file itself declares. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node && !declared(node);
  if (ts.isQualifiedName(parent)) return parent.left === node && !declared(node);
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node && !declared(node);
  const names = (parent as Partial<ts.NamedDeclaration>).name === node;
  return !names && !ts.isBindingElement(parent) && !declared(node);
}

const declarations = new WeakMap<ts.SourceFile, Set<string>>();

function declared(node: ts.Identifier): boolean {
  const tree = node.getSourceFile();
  let names = declarations.get(tree);
  if (!names) {
    names = new Set();
    for (const each of nodes(tree)) {
      const declares =
        ts.isVariableDeclaration(each) ||
        ts.isParameter(each) ||
        ts.isBindingElement(each) ||
        ts.isFunctionDeclaration(each) ||
        ts.isImportSpecifier(each);
      if (declares && each.name && ts.isIdentifier(each.name)) names.add(each.name.text);
    }
    declarations.set(tree, names);
  }
  return names.has(node.text);
}
