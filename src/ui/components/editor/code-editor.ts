/** CodeMirror for SQL, a chunk of its own: it takes the place of the text area once the first result is on the screen. */
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
  completionStatus,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { sql } from '@codemirror/lang-sql';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, Prec, StateEffect, StateField, type Extension } from '@codemirror/state';
import {
  Decoration,
  drawSelection,
  EditorView,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  type DecorationSet,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { sqliteDialect } from './sqlite-dialect.ts';

export interface Mark {
  start: number;
  end: number;
  message: string;
}

export interface CodeEditorEvents {
  onText: (text: string) => void;
  onCursor: (offset: number) => void;
  onRunStatement: () => void;
  onRunAll: () => void;
}

export interface CodeEditor {
  setText(text: string): void;
  /** Tables and their columns, for completion. */
  setSchema(schema: Record<string, string[]>): void;
  setMarks(marks: readonly Mark[]): void;
  /** The statement that Ctrl-Enter would run; null for none. */
  setActive(span: { start: number; end: number } | null): void;
  focusAt(offset: number): void;
  insert(text: string): void;
  focus(): void;
  destroy(): void;
}

const setActiveSpan = StateEffect.define<{ start: number; end: number } | null>();
const activeLine = Decoration.line({ class: 'cm-runs' });

/** The lines of the statement that would run carry a bar at their left. */
const activeStatement = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setActiveSpan)) continue;
      const { doc } = transaction.state;
      const span = effect.value;
      if (!span || span.end > doc.length) {
        next = Decoration.none;
        continue;
      }
      const lines = [];
      for (let line = doc.lineAt(span.start); ; line = doc.line(line.number + 1)) {
        lines.push(activeLine.range(line.from));
        if (line.to >= span.end || line.number === doc.lines) break;
      }
      next = Decoration.set(lines);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const look: Extension = [
  EditorView.theme({
    '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--panel)', fontSize: 'var(--size-13)' },
    // The frame around the editor shows the focus: gutters would hide an outline here.
    '&.cm-focused': { outline: 'none' },
    '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.6' },
    '.cm-gutters': { backgroundColor: 'var(--panel)', color: 'var(--muted)', border: 'none' },
    '.cm-cursor': { borderLeftColor: 'var(--text)' },
    '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
      backgroundColor: 'color-mix(in srgb, var(--accent) 28%, transparent)',
    },
    '.cm-runs': { boxShadow: 'inset 3px 0 0 var(--accent)' },
    '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--accent-soft)' },
    '.cm-selectionMatch': { backgroundColor: 'var(--sunken)' },
    '.cm-tooltip, .cm-panels': {
      backgroundColor: 'var(--raised)',
      color: 'var(--text)',
      border: '1px solid var(--hairline)',
      borderRadius: 'var(--radius)',
    },
    '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--on-accent)' },
    '.cm-tooltip-autocomplete ul li[aria-selected] .cm-completionDetail': { color: 'var(--on-accent)' },
    '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
    '.cm-textfield': { backgroundColor: 'var(--panel)', border: '1px solid var(--outline)' },
    '.cm-button': { backgroundColor: 'var(--raised)', backgroundImage: 'none', border: '1px solid var(--outline)' },
  }),
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: tags.keyword, color: 'var(--accent)', fontWeight: '600' },
      { tag: [tags.string, tags.special(tags.string)], color: 'var(--good)' },
      { tag: [tags.number, tags.bool, tags.null], color: 'var(--watch)' },
      { tag: [tags.standard(tags.name), tags.typeName, tags.special(tags.name)], color: 'var(--write)' },
      { tag: tags.comment, color: 'var(--muted)', fontStyle: 'italic' },
    ]),
  ),
];

/** Builds the editor inside `parent`. Esc, then Tab leaves it. */
export function createCodeEditor(
  parent: HTMLElement,
  text: string,
  cursor: number,
  events: CodeEditorEvents,
): CodeEditor {
  const language = new Compartment();
  const sqlWith = (schema: Record<string, string[]>): Extension =>
    sql({ dialect: sqliteDialect, schema, upperCaseKeywords: true });
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      selection: { anchor: Math.min(cursor, text.length) },
      extensions: [
        Prec.highest(
          keymap.of([
            { key: 'Mod-Enter', run: () => (events.onRunStatement(), true) },
            { key: 'Shift-Mod-Enter', run: () => (events.onRunAll(), true) },
          ]),
        ),
        lineNumbers(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        // The pictures before the words are in no common font.
        autocompletion({ icons: false }),
        highlightSelectionMatches(),
        activeStatement,
        language.of(sqlWith({})),
        look,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'SQL editor. Escape, then Tab leaves it.' }),
        keymap.of([
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...completionKeymap,
          ...lintKeymap,
          indentWithTab,
        ]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) events.onText(update.state.doc.toString());
          if (update.docChanged || update.selectionSet) events.onCursor(update.state.selection.main.head);
          // What was asked for just before the focus left comes after it, and would stay.
          if (completionStatus(update.state) === 'active' && !view.hasFocus)
            queueMicrotask(() => closeCompletion(view));
        }),
      ],
    }),
  });

  return {
    setText: (next) => {
      if (next === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next }, selection: { anchor: 0 } });
    },
    setSchema: (schema) => view.dispatch({ effects: language.reconfigure(sqlWith(schema)) }),
    setMarks: (marks) => {
      const { length } = view.state.doc;
      const diagnostics = marks
        .filter((mark) => mark.start <= length)
        .map((mark): Diagnostic => ({
          from: mark.start,
          to: Math.min(length, Math.max(mark.start, mark.end)),
          severity: 'error',
          message: mark.message,
        }));
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    setActive: (span) => view.dispatch({ effects: setActiveSpan.of(span) }),
    focusAt: (offset) => {
      const anchor = Math.min(offset, view.state.doc.length);
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
      view.focus();
    },
    insert: (inserted) => {
      view.dispatch(view.state.replaceSelection(inserted));
      view.focus();
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}
