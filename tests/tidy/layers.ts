/** Who may import whom. The tables below are the architecture; ARCHITECTURE.md tells the reasons. */
import { posix } from 'node:path';
import ts from 'typescript';
import { finding, nodes, type Finding, type Source } from './source.ts';

const PURE_PARTS = ['sql', 'balancer', 'autoscaler', 'workload', 'monitor'];
const ENGINE_PARTS = [
  ...PURE_PARTS,
  'database',
  'cache',
  'pool',
  'optimizer',
  'advisor',
  'simulator',
  'share',
  'production',
];

/** Folders of src/, or single modules of them, that each folder may import besides itself and core. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  core: [],
  sql: [],
  balancer: [],
  autoscaler: [],
  workload: [],
  monitor: [],
  database: ['sql'],
  cache: ['sql'],
  pool: ['balancer', 'autoscaler'],
  optimizer: ['sql', 'database'],
  advisor: ['optimizer', 'sql', 'database'],
  simulator: [
    'pool',
    'balancer',
    'autoscaler',
    'workload',
    'monitor',
    'cache/strategies',
    'cache/traces',
    'cache/optimal',
  ],
  share: [],
  production: [],
  engine: ENGINE_PARTS,
  lessons: ['engine/protocol', 'share'],
  ui: [
    'engine/client',
    'engine/protocol',
    'database/export/formatter',
    'database/export/text-file',
    'advisor/check-script',
    'share',
    'lessons',
  ],
  platform: ['pool/fleet', 'pool/protocol', 'database/protocol'],
  'main.ts': ['ui', 'platform', 'engine/client', 'engine/protocol', 'share', 'lessons'],
};

/** Modules of plain data, and who else may import them from any folder. */
const OPEN_MODULES: Record<string, readonly string[]> = {
  settings: ['engine', 'share', 'production', 'ui'],
  catalogue: ['engine', 'share', 'ui'],
};

/** Modules of nothing but types, which these folders may name with `import type`. */
const TYPE_MODULES = [
  'engine/protocol',
  'database/protocol',
  'database/import/protocol',
  'optimizer/protocol',
  'pool/protocol',
];
const MAY_NAME_TYPES = ['engine', 'platform', 'ui', 'lessons', 'main.ts'];

const STARTS_WORKERS = ['platform', 'main.ts'];

/** Packages by folder; what is not listed imports none. A type costs nothing at run time, so it counts all the same. */
const PACKAGES: Record<string, readonly string[]> = {
  sql: ['node-sql-parser', 'sqlite3-parser'],
  database: ['sql.js', 'papaparse', 'hyparquet', 'hyparquet-compressors'],
  cache: ['idb-keyval'],
  platform: ['sql.js', 'idb-keyval'],
  ui: ['svelte', 'uplot', '@codemirror', '@lezer'],
  'main.ts': ['svelte', 'sql.js/dist'],
};

/** Findings for each import of `source` that the tables do not allow. Only files of src/ are held to them. */
export function checkImports(source: Source): Finding[] {
  const from = folderOf(source.path);
  if (from === undefined) return [];
  if (!(from in MAY_IMPORT)) {
    return [{ path: source.path, line: 1, message: `src/${from} has no row in the table of allowed imports: add one` }];
  }
  return importsOf(source).flatMap(({ node, specifier, typeOnly }) => {
    const message = specifier.startsWith('.')
      ? refuseModule(source.path, from, specifier, typeOnly)
      : refusePackage(from, specifier);
    return message ? [finding(source, node, message)] : [];
  });
}

function refuseModule(path: string, from: string, specifier: string, typeOnly: boolean): string | undefined {
  const target = posix.join(posix.dirname(path), specifier.replace(/\?.*$/, ''));
  if (target.startsWith('workers/')) {
    return STARTS_WORKERS.includes(from) ? undefined : `imports ${target}: only platform and main.ts start workers`;
  }
  const to = folderOf(target);
  if (to === undefined) return `imports ${target}, which lies outside src/: move what is shared into src/core`;
  if (to === from || to === 'core') return undefined;
  const module = target.slice('src/'.length).replace(/\.(svelte\.ts|svelte|ts)$/, '');
  const allowed = MAY_IMPORT[from] ?? [];
  if (allowed.some((entry) => module === entry || module.startsWith(`${entry}/`))) return undefined;
  if (OPEN_MODULES[posix.basename(module)]?.includes(from)) return undefined;
  if (typeOnly && MAY_NAME_TYPES.includes(from) && TYPE_MODULES.includes(module)) return undefined;
  const instead = allowed.length > 0 ? `core, ${allowed.join(', ')}` : 'core';
  return `src/${from} may not import src/${module}: it may import ${instead}; take the rest as an argument`;
}

function refusePackage(from: string, specifier: string): string | undefined {
  const allowed = PACKAGES[from] ?? [];
  if (allowed.some((name) => specifier === name || specifier.startsWith(`${name}/`))) return undefined;
  const instead = allowed.length > 0 ? `it may import ${allowed.join(', ')}` : 'it imports no packages';
  return `src/${from} may not import the package ${specifier}: ${instead}`;
}

/** 'cache' for src/cache/freshness/ttl.ts, 'main.ts' for src/main.ts, undefined outside src/. */
export function folderOf(path: string): string | undefined {
  const [top, folder] = path.split('/');
  return top === 'src' ? folder : undefined;
}

interface Import {
  node: ts.Node;
  specifier: string;
  typeOnly: boolean;
}

/** Imports and re-exports, static and dynamic, with `new URL('...', import.meta.url)` counted as one. */
function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  for (const node of nodes(source.tree)) {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
      found.push({ node, specifier: node.moduleSpecifier.text, typeOnly });
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      found.push({ node, specifier: node.moduleSpecifier.text, typeOnly: node.isTypeOnly });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      const { literal } = node.argument;
      if (ts.isStringLiteral(literal)) found.push({ node, specifier: literal.text, typeOnly: true });
    } else if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const dynamic = node.expression.kind === ts.SyntaxKind.ImportKeyword;
      const address = node.expression.getText(source.tree) === 'URL' && node.arguments?.length === 2;
      const [first] = node.arguments ?? [];
      if ((dynamic || address) && first && ts.isStringLiteral(first)) {
        found.push({ node, specifier: first.text, typeOnly: false });
      }
    }
  }
  return found;
}
