// Support and query of one episode: a contact sheet, or a plot, with a line below that says where an item came from.
export default {
  render({ model, el, signal }) {
    const { kind, title, subtitle, episode } = model.get("config");
    const names = episode.class_names;
    const { root, body } = mwFrame({ model, el, label: `Episode, ${title}`, signal });
    const items = mwEpisodeItems(model);
    const byId = new Map(items.map((item) => [item.id, item]));
    const limit = Math.max(1e-12, ...(items[0].x.shape.length === 1 ? items.map((item) => Math.max(...item.x.data.map(Math.abs))) : [1]));
    const selection = mwSelection(model);
    let theme = mwTheme(root);

    const panel = mwItemPanel({ items, names, hint: "Point at an item, or move with the arrow keys, to see where it came from; click or Enter selects it." });
    const chooser = mwChooser({
      selection,
      show(current, selected, pinned) {
        drawing.mark(current, selected, pinned);
        panel.show(byId.get(current), theme, limit, pinned && current === selected);
      },
    });
    const axes = kind === "curve" ? ["x", "y"] : ["x\u2081", "x\u2082"];
    const drawing = (kind === "sheet" ? mwEpisodeSheet : mwEpisodePlot)({ items, names, chooser, limit, axes });

    body.append(
      mwEl("header", { class: "mw-head" }, mwEl("h3", { class: "mw-title" }, title), mwEl("p", { class: "mw-subtitle" }, subtitle)),
      drawing.node, panel.node,
    );
    const paint = () => {
      theme = mwTheme(root);
      mwPalette.forEach((_, k) => root.style.setProperty(`--mw-class-${k}`, mwCss(mwClassRgb(k, theme))));
      drawing.paint(theme);
      chooser.redraw();
    };
    paint();
    mwOnTheme(paint, signal);
    mwOnWidth(body, (width) => drawing.fit(width), signal);
    signal?.addEventListener("abort", selection.close);
  },
};
