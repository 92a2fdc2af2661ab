// The editor: CodeMirror, with the look of our listings. It is a bundle of its
// own, loaded when the first listing is used.
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { go } from "@codemirror/lang-go";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, Extension, RangeSet, StateEffect, StateField, Text, Transaction } from "@codemirror/state";
import {
  Decoration, DecorationSet, drawSelection, EditorView, gutterLineClass, GutterMarker,
  highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers, WidgetType,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** Mark is something said about a line: below it when there is an element. */
export interface Mark { line: number; col: number; element: HTMLElement | null; advice?: boolean }

/** Cost is what a trace tells of a line: an element right of its code. */
export interface Cost { line: number; element: HTMLElement }

export interface Options {
  parent: HTMLElement;
  doc: string;
  file: string;
  label: string;
  changed(): void;
  run(): void;
  format(): void;
}

export interface Editor {
  text(): string;
  replace(text: string): void;
  mark(marks: Mark[]): void;
  /** cost shows what a trace tells of lines, until the text changes. */
  cost(costs: Cost[]): void;
  goto(line: number): void;
  focus(at: { x: number; y: number } | null): void;
}

/** mount makes an editor in options.parent. */
export function mount(options: Options): Editor {
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({ doc: options.doc, extensions: extensions(options) }),
  });
  return {
    text: () => view.state.doc.toString(),
    replace: (text) => replace(view, text),
    mark: (marks) => view.dispatch({ effects: setMarks.of(marks) }),
    cost: (costs) => view.dispatch({ effects: setCosts.of(costs) }),
    goto: (line) => goto(view, line),
    focus: (at) => {
      view.focus();
      const pos = at ? view.posAtCoords(at) : null;
      if (pos !== null) view.dispatch({ selection: { anchor: pos } });
    },
  };
}

function extensions(o: Options): Extension[] {
  return [
    lineNumbers(), highlightActiveLine(), highlightActiveLineGutter(), history(), drawSelection(), indentOnInput(),
    bracketMatching(), closeBrackets(), o.file.endsWith(".go") ? go() : [], syntaxHighlighting(colours),
    EditorState.tabSize.of(4), indentUnit.of("\t"), plainSpaces, typeOver, marked, costed, look,
    EditorView.contentAttributes.of({ "aria-label": o.label, tabindex: "0", spellcheck: "false", autocorrect: "off", autocapitalize: "off" }),
    EditorView.scrollMargins.of(() => ({ top: 60, bottom: 60 })),
    keymap.of([
      { key: "Mod-Enter", run: () => { o.run(); return true; } },
      { key: "Mod-s", run: () => { o.format(); return true; }, preventDefault: true },
      ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab,
    ]),
    EditorView.updateListener.of((u) => { if (u.docChanged) o.changed(); }),
  ];
}

// Phones and word processors put non-breaking spaces into code; Go refuses them.
const plainSpaces: Extension = [
  EditorView.clipboardInputFilter.of((text) => text.replaceAll("\u00a0", " ")),
  EditorView.inputHandler.of((view, from, to, text) => {
    if (!text.includes("\u00a0")) return false;
    view.dispatch({ changes: { from, to, insert: text.replaceAll("\u00a0", " ") }, selection: { anchor: from + text.length }, userEvent: "input.type" });
    return true;
  }),
];

// Typing over a selection, Chrome would wrap the text in an element with an
// inline style, which the content security policy refuses, with a warning.
const typeOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    const text = event.data;
    if (event.inputType !== "insertText" || text === null || empty || view.composing || view.state.selection.ranges.length > 1) return false;
    const insert = () => view.state.update({ ...view.state.replaceSelection(text), userEvent: "input.type", scrollIntoView: true });
    if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, text, insert))) view.dispatch(insert());
    event.preventDefault();
    return true;
  },
});

/** replace changes only the lines between the first and the last that differ, so that the cursor stays. */
function replace(view: EditorView, text: string): void {
  const now = view.state.doc.toString();
  let from = 0;
  while (from < now.length && from < text.length && now[from] === text[from]) from++;
  let end = 0;
  while (end < now.length - from && end < text.length - from && now[now.length - 1 - end] === text[text.length - 1 - end]) end++;
  view.dispatch({
    changes: { from, to: now.length - end, insert: text.slice(from, text.length - end) },
    annotations: Transaction.userEvent.of("input.replace"),
  });
}

function goto(view: EditorView, line: number): void {
  const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines)).from;
  view.focus();
  view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
}

// ---- diagnostics: a red line number, a wavy line, and what is said below ----

const setMarks = StateEffect.define<Mark[]>();

class Below extends WidgetType {
  constructor(private readonly element: HTMLElement) { super(); }
  override eq(other: Below): boolean { return other.element === this.element; }
  toDOM(): HTMLElement { return this.element; }
  override ignoreEvent(): boolean { return true; }
}

const redNumber = new (class extends GutterMarker { override elementClass = "cm-err"; })();
const adviceNumber = new (class extends GutterMarker { override elementClass = "cm-adv"; })();

interface Marks { lines: DecorationSet; numbers: RangeSet<GutterMarker> }

const marked = StateField.define<Marks>({
  create: () => ({ lines: Decoration.none, numbers: RangeSet.empty }),
  update(marks, tr) {
    for (const effect of tr.effects) if (effect.is(setMarks)) return place(tr.state.doc, effect.value);
    return tr.docChanged ? { lines: marks.lines.map(tr.changes), numbers: marks.numbers.map(tr.changes) } : marks;
  },
  provide: (field) => [
    EditorView.decorations.from(field, (m) => m.lines),
    gutterLineClass.from(field, (m) => m.numbers),
  ],
});

function place(doc: Text, marks: Mark[]): Marks {
  const lines = [];
  const numbers = [];
  for (const m of marks) {
    if (m.line < 1 || m.line > doc.lines) continue;
    const line = doc.line(m.line);
    lines.push(Decoration.line({ class: m.advice ? "cm-advline" : "cm-errline" }).range(line.from));
    numbers.push((m.advice ? adviceNumber : redNumber).range(line.from));
    const word = wordAt(line.text, m.col);
    if (word) lines.push(Decoration.mark({ class: "sq" }).range(line.from + word.from, line.from + word.to));
    if (m.element) lines.push(Decoration.widget({ widget: new Below(m.element), block: true, side: 1 }).range(line.to));
  }
  return { lines: Decoration.set(lines, true), numbers: RangeSet.of(numbers, true) };
}

/** wordAt finds the word at col, which counts bytes of UTF-8 from 1. */
function wordAt(text: string, col: number): { from: number; to: number } | null {
  if (col < 1) return null;
  const bytes = new TextEncoder().encode(text);
  const from = new TextDecoder().decode(bytes.slice(0, col - 1)).length;
  const word = /^[\w.\u0080-\uffff]+/.exec(text.slice(from));
  return word ? { from, to: from + word[0].length } : null;
}

// ---- what a trace tells of lines, right of the code ----

const setCosts = StateEffect.define<Cost[]>();

class Beside extends WidgetType {
  constructor(private readonly element: HTMLElement) { super(); }
  override eq(other: Beside): boolean { return other.element === this.element; }
  toDOM(): HTMLElement { return this.element; }
  override ignoreEvent(): boolean { return true; }
}

const costed = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(costs, tr) {
    for (const effect of tr.effects) if (effect.is(setCosts)) return besides(tr.state.doc, effect.value);
    return tr.docChanged ? Decoration.none : costs; // of other code they would tell lies
  },
  provide: (field) => EditorView.decorations.from(field),
});

function besides(doc: Text, costs: Cost[]): DecorationSet {
  const there = costs.filter((c) => c.line >= 1 && c.line <= doc.lines);
  return Decoration.set(there.map((c) => Decoration.widget({ widget: new Beside(c.element), side: 1 }).range(doc.line(c.line).to)), true);
}

// ---- looks ----

const colours = HighlightStyle.define([
  { tag: tags.keyword, class: "k" },
  { tag: [tags.string, tags.character, tags.special(tags.string)], class: "s" },
  { tag: [tags.number, tags.bool, tags.null], class: "m" },
  { tag: tags.comment, class: "c" },
  { tag: [tags.typeName, tags.standard(tags.typeName)], class: "kt" },
]);

const look = EditorView.theme({
  "&": { color: "var(--ink)", fontSize: "var(--t-code)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-code)", lineHeight: "var(--lh-code)", overflowX: "auto" },
  ".cm-content": { padding: "6px 0 10px", caretColor: "var(--accent)" },
  ".cm-line": { padding: "0 20px 0 0" },
  ".cm-gutters": { background: "var(--ground)", border: "none", color: "var(--ink-3)" },
  ".cm-lineNumbers": { minWidth: "var(--cg)" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 12px 0 0", minWidth: "var(--cg)", fontSize: ".8em", lineHeight: "calc(var(--t-code) * 1.6)" },
  ".cm-activeLine": { background: "transparent" },
  ".cm-activeLineGutter": { background: "transparent" },
  "&.cm-focused .cm-activeLine": { background: "color-mix(in srgb, var(--accent) 9%, transparent)" },
  "&.cm-focused .cm-activeLineGutter": { color: "var(--accent-ink)", fontWeight: "700" },
  ".cm-cursor": { borderLeft: "2px solid var(--accent)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--accent) 22%, transparent)",
  },
  ".cm-errline, &.cm-focused .cm-activeLine.cm-errline": { background: "var(--fail-wash)" },
  ".cm-advline, &.cm-focused .cm-activeLine.cm-advline": { background: "var(--warn-wash)" },
  ".cm-gutterElement.cm-adv": { background: "var(--warn-wash)", color: "var(--warn)", fontWeight: "700" },
  ".cm-gutterElement.cm-err": { background: "var(--fail-wash)", color: "var(--fail)", fontWeight: "700" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { background: "color-mix(in srgb, var(--ink) 14%, transparent)" },
});

