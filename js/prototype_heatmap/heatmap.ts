// The parts of the component, and how they are painted together.
import { arraysOf } from "../shared/arrays.ts";
import { h } from "../shared/elements.ts";
import { tryFirst } from "../shared/first_view.ts";
import type { Model, View } from "../shared/model.ts";
import type { Frame } from "../shared/mount.ts";
import { type Player, playerOf } from "../shared/player.ts";
import { pythonOf } from "../shared/python.ts";
import { repaint } from "../shared/repaint.ts";
import { type Selection, selectionOf } from "../shared/selection.ts";
import { themeOf } from "../shared/theme.ts";
import { detailOf } from "./cell/detail.ts";
import { withoutOf } from "./cell/without.ts";
import { Prototypes } from "./distances/prototypes.ts";
import { Shown } from "./distances/shown.ts";
import { summaryText } from "./distances/words.ts";
import { editingIn } from "./editor/changes.ts";
import { type Editor, editorOf } from "./editor/editor.ts";
import { itemsOf } from "./items.ts";
import { colourScale } from "./matrix/scale.ts";
import { type MatrixView, matrixView } from "./matrix/view.ts";
import { metricsOf } from "./metrics.ts";
import type { Arrays, PictureTraits, Traits } from "./model.ts";
import { picturesOf } from "./pictures.ts";
import { type Pointing, pointingOn } from "./pointing.ts";
import { type Toolbar, toolbarOf } from "./toolbar.ts";

export class Heatmap {
  readonly shown: Shown;
  readonly selection: Selection;
  readonly player: Player;
  readonly matrix: MatrixView;
  readonly toolbar: Toolbar;
  readonly editor: Editor;
  readonly pointing: Pointing;
  readonly summary = h("p", { class: "ph-summary" });
  /** Paint with the next frame. */
  readonly repaint: () => void;
  readonly #root: HTMLElement;
  readonly #colours = colourScale();
  readonly #first = tryFirst(" ");
  readonly #isEditable: () => boolean;
  readonly #metrics: ReturnType<typeof metricsOf>;
  readonly #detail: ReturnType<typeof detailOf>;
  readonly #without: ReturnType<typeof withoutOf>;
  #theme;
  #width = 0;

  constructor(view: View<Traits>, frame: Frame) {
    const { model, signal } = view;
    const { root, fail } = frame;
    const config = model.get("config");
    const arrays = arraysOf<Arrays>(model);
    const prototypes = new Prototypes(config, arrays);
    const shown = new Shown(prototypes, config.episode.class_names, config.metric);
    const python = pythonOf(model, { frame, signal });
    const onarrive = () => this.repaint();
    const items = itemsOf(arrays, config.pool, prototypes.places, (sent) =>
      picturesOf({
        arrays: sent,
        model: model as unknown as Model<PictureTraits>,
        python,
        signal,
        onarrive,
      }),
    );
    const [theme, colours] = [() => this.#theme, this.#colours];
    this.#root = root;
    this.#theme = themeOf(root);
    colours.setTheme(this.#theme);
    this.shown = shown;
    this.selection = selectionOf(model);
    this.player = playerIn(view);
    // What follows along comes behind the frame: other distances' accuracies, what edits change.
    const follow = repaint(() => this.#showMore(), { el: root, signal, after: true });
    this.repaint = repaint(() => this.#paint(follow), { el: root, signal });
    this.#metrics = metricsOf(config, shown, (metric) => saveIn(view, "metric", metric));
    this.toolbar = toolbarOf({
      shown,
      colours,
      save: (name, value) => saveIn(view, name, value),
      goWrong: () => this.pointing.goWrong(),
      repaint: this.repaint,
    });
    this.matrix = matrixView({ shown, items, colours, theme, signal });
    this.#detail = detailOf(shown, items);
    const editing = editingIn(config, python, (edits) => saveIn(view, "edits", edits));
    this.#isEditable = editing.isEditable;
    const go = (q: number) => this.pointing.go([q, shown.nearest("new").first[q]]);
    this.editor = editorOf({ ...editing, config, shown, items, theme, fail, go });
    this.#without = withoutOf({ config, shown, items, choose: (place) => this.#edit(place) });
    this.#detail.node.append(this.#without.node);
    const choose = (place: number) => this.editor.choose(place, false);
    const showDetail = () => this.#showDetail();
    this.pointing = pointingOn({ ...this.#shared, model, root, choose, showDetail });
  }

  /** What stands in the body, from above. */
  nodesUnder(header: HTMLElement): HTMLElement[] {
    const { player, toolbar, matrix, editor } = this;
    const side = h("div", { class: "ph-side" }, editor.node, this.#detail.node);
    const columns = h("div", { class: "ph-columns" }, matrix.node, side);
    const steps = this.shown.prototypes.steps > 1 ? [player.node] : [];
    const above = [header, this.#first, ...steps, this.#metrics.node, toolbar.node];
    return [...above, columns, toolbar.signs];
  }

  /** Paint at once: a page that is printed or read before a frame has its words. */
  showWords(): void {
    this.shown.regroup();
    this.#showSummary();
    this.#showDetail();
    this.#showMore();
  }

  takeWidth(width: number): void {
    const isFirst = !this.#width;
    this.#width = width;
    this.takeTheme(); // known only where the component stands in the page
    this.#relayout();
    // The cell that the panel beside the matrix is about is in sight from the start.
    if (isFirst && this.shown.current) this.matrix.reveal(this.shown.current);
  }

  takeTheme(): void {
    this.#theme = themeOf(this.#root);
    this.#colours.setTheme(this.#theme);
    this.toolbar.show();
    this.repaint();
  }

  /** Draw all rows for paper; what is on the screen scrolls. */
  print(): void {
    this.showWords();
    this.takeTheme();
    this.matrix.print();
  }

  get #shared() {
    const { shown, matrix, selection } = this;
    return { shown, matrix, selection, repaint: this.repaint };
  }

  #paint(follow: () => void): void {
    this.#relayout();
    this.#showSummary();
    this.#showDetail();
    this.matrix.paint();
    follow();
  }

  #relayout(): void {
    this.shown.regroup();
    this.matrix.relayout(this.#width);
  }

  #showSummary(): void {
    const { shown } = this;
    this.summary.textContent = summaryText(shown);
    const anyWrong = shown.wrongOf([...shown.nearest().first.keys()]).length > 0;
    this.toolbar.showWrong(anyWrong);
    this.#first.lastChild!.textContent = tryText(anyWrong, this.#isEditable());
  }

  /** Show the current cell beside the matrix, and return what a screen reader says of it. */
  #showDetail(): string {
    const said = this.#detail.show(this.#theme);
    const cell = this.shown.current;
    if (cell) this.#without.show(cell[0], this.#theme);
    return said;
  }

  #showMore(): void {
    this.#metrics.show();
    this.editor.show();
  }

  /** Take a support example into the editor. */
  #edit(place: number): void {
    this.editor.choose(place);
    this.editor.node.parentElement?.scrollTo({ top: 0 });
    this.editor.node.scrollIntoView({ block: "nearest" });
  }
}

function playerIn({ model, signal }: View<Traits>): Player {
  const { axis_label: label, step_names: names, steps } = model.get("config");
  // All of them within half a minute: a large episode has thousands.
  const interval = Math.min(500, Math.max(33, 30000 / steps));
  return playerOf({ model, steps, label, format: (t) => names[t], interval, signal });
}

/** What to try first with the picture as it is. */
function tryText(anyWrong: boolean, isEditable: boolean): string {
  const first = anyWrong
    ? "Press \u201cNext wrong query\u201d and read beside the matrix by how much it is nearer to a wrong prototype"
    : "Click a cell of nearly the same colour as the dotted one and read beside the matrix how close the decision is";
  return isEditable ? `${first}. Then edit the support.` : `${first}.`;
}

/** Write a trait, and tell Python. */
function saveIn<Name extends keyof Traits>(
  { model }: View<Traits>,
  name: Name,
  value: Traits[Name],
): void {
  model.set(name, value);
  model.save_changes();
}
