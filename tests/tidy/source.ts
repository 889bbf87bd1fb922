/** A source file as the tidy checks see it: its syntax tree, with the script of a Svelte component at its own lines. */
import ts from 'typescript';

export interface Source {
  /** Relative to the repository, with forward slashes. */
  path: string;
  text: string;
  tree: ts.SourceFile;
}

/** One broken rule: where, what, and what to do instead. */
export interface Finding {
  path: string;
  /** From 1. */
  line: number;
  message: string;
}

export function parse(path: string, text: string): Source {
  const code = path.endsWith('.svelte') ? scriptsOf(text) : text;
  return { path, text, tree: ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS) };
}

/** Everything outside the script elements blanked, so that offsets and lines stay. */
function scriptsOf(component: string): string {
  let code = '';
  let end = 0;
  for (const script of component.matchAll(/(<script\b[^>]*>)([\s\S]*?)<\/script>/g)) {
    const start = script.index + (script[1] ?? '').length;
    const body = script[2] ?? '';
    code += blank(component.slice(end, start)) + body;
    end = start + body.length;
  }
  return code + blank(component.slice(end));
}

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

export function finding(source: Source, node: ts.Node, message: string): Finding {
  const { line } = source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree));
  return { path: source.path, line: line + 1, message };
}

export function findingAt(source: Source, offset: number, message: string): Finding {
  return { path: source.path, line: source.text.slice(0, offset).split('\n').length, message };
}

/** Every node of the tree, each before what is inside it. */
export function* nodes(root: ts.Node): Generator<ts.Node> {
  const waiting: ts.Node[] = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    yield node;
    const first = waiting.length;
    ts.forEachChild(node, (child) => void waiting.push(child));
    // Last in, first out: the children are turned around to be met in the order of the text.
    for (let low = first, high = waiting.length - 1; low < high; low++, high--) {
      [waiting[low], waiting[high]] = [waiting[high], waiting[low]];
    }
  }
}
