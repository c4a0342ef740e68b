// Which prototype is each query nearest to, and by how much: all steps are here. Python is asked only where edits need
// the learner.
import { arraysOf } from "../shared/arrays.ts";
import { announce, h } from "../shared/elements.ts";
import { listen, onData, type View } from "../shared/model.ts";
import { mount } from "../shared/mount.ts";
import { later, onWidth } from "../shared/repaint.ts";
import { onTheme } from "../shared/theme.ts";
import { Heatmap } from "./heatmap.ts";
import type { Arrays, Compare, Config, ShownMetric, Sort, Traits } from "./model.ts";
import style from "./style.css";

function render(view: View<Traits>): void {
  const { model, signal } = view;
  const { label } = model.get("config");
  const frame = mount(view, { name: "prototype_heatmap", label, style });
  const heatmap = new Heatmap(view, frame);
  const { shown, player, matrix, pointing, summary } = heatmap;
  const header = h("header", { class: "ph-header" }, h("h3", {}, label), summary);
  frame.body.append(...heatmap.nodesUnder(header));
  const settled = later(() => announce(frame.root, summary.textContent), signal);
  const repaint = () => {
    heatmap.repaint();
    settled();
  };
  const choose = () => {
    takeChoices(view, heatmap);
    repaint();
  };
  const takeEdits = () => {
    takeSent(view, heatmap);
    choose();
  };
  listen(model, "change:cell", pointing.fromPython, signal);
  listen(
    model,
    "change:step",
    () => {
      shown.step = player.get();
      repaint();
    },
    signal,
  );
  for (const name of ["metric", "sort", "compare"]) listen(model, `change:${name}`, choose, signal);
  listen(model, "change:edits", takeEdits, signal);
  onData(model, takeEdits, signal);
  onWidth(matrix.node, (width) => heatmap.takeWidth(width), signal);
  onTheme(() => heatmap.takeTheme(), signal);
  addEventListener("beforeprint", () => heatmap.print(), { signal });
  addEventListener("afterprint", matrix.afterPrint, { signal });
  signal.addEventListener("abort", heatmap.selection.close);
  shown.step = player.get();
  takeEdits();
  heatmap.editor.node.open = shown.edited;
  pointing.fromPython();
  heatmap.showWords();
}

/** Take the distance, the order and the version that the model says. */
function takeChoices({ model }: View<Traits>, { shown, toolbar }: Heatmap): void {
  const { off, own, metric } = model.get("config");
  const chosen = model.get("metric");
  shown.ownWords = metric;
  shown.metric = off || chosen === own ? "" : (chosen as ShownMetric);
  shown.sort = model.get("sort") as Sort;
  shown.compare = model.get("compare") as Compare;
  toolbar.show();
}

/** Take the edits; those that the learner has to be asked about come with its answer. */
function takeSent({ model }: View<Traits>, { shown }: Heatmap): void {
  const config: Config = model.get("config");
  const edits = model.get("edits") ?? [];
  const own = config.local || !edits.length;
  shown.prototypes.setEdits(own ? edits : config.edited, arraysOf<Arrays>(model));
  shown.takeEdits();
}

export default { render };
