// Support and query of one episode: a contact sheet, or a plot, with a line below that says where an item came from.
import { setClassColours } from "../plot/svg_marks.ts";
import { vectorLimit } from "../plot/thumbnails.ts";
import { arraysOf } from "../shared/arrays.ts";
import { h } from "../shared/elements.ts";
import { tryFirst } from "../shared/first_view.ts";
import type { View } from "../shared/model.ts";
import { mount } from "../shared/mount.ts";
import { onWidth } from "../shared/repaint.ts";
import { selectionOf } from "../shared/selection.ts";
import { onTheme, themeOf } from "../shared/theme.ts";
import { chooserOf } from "./chooser.ts";
import { itemsOf } from "./items.ts";
import type { Arrays, Traits } from "./model.ts";
import { panelOf } from "./panel.ts";
import { plotOf } from "./plot.ts";
import { sheetOf } from "./sheet.ts";
import style from "./style.css";

function render(view: View<Traits>): void {
  const { model, signal } = view;
  const { kind, title, subtitle, episode } = model.get("config");
  const label = `Episode, ${title}`;
  const { root, body } = mount(view, { name: "episode_view", label, style });
  const names = episode.class_names;
  const items = itemsOf(episode, arraysOf<Arrays>(model));
  const byId = new Map(items.map((item) => [item.id, item]));
  const limit = vectorLimit(items);
  const selection = selectionOf(model);
  let theme = themeOf(root);

  const panel = panelOf(items, names, limit);
  const chooser = chooserOf(selection, (marked) => {
    const { current, selected, pinned } = marked;
    drawing.mark(marked);
    panel.show({ item: byId.get(current), pinned: pinned && current === selected, theme });
  });
  const options = { items, names, chooser };
  const drawing = kind === "sheet" ? sheetOf({ ...options, limit }) : plotOf(options);
  const head = h(
    "header",
    { class: "mw-head" },
    h("h3", { class: "mw-title" }, title),
    h("p", { class: "mw-subtitle" }, subtitle),
  );
  const trying = tryFirst(
    "Point at an item to see which it is and where it came from; a click marks it in linked instruments too.",
  );
  body.append(head, trying, drawing.node, panel.node);
  const paint = () => {
    theme = themeOf(root);
    setClassColours(root, theme);
    drawing.paint(theme);
    chooser.redraw();
  };
  paint();
  onTheme(paint, signal);
  onWidth(body, drawing.fit, signal);
  signal.addEventListener("abort", selection.close);
}

export default { render };
