// A legend: [text, draw(ctx, x, y, theme)] as small canvases with their words, redrawn when the theme changes.
function mwPlotLegend(entries) {
  const made = entries.map(([text, draw]) => ({ ...mwCanvas({ "aria-hidden": "true" }), text, draw }));
  let painted = "";
  const node = mwEl("ul", { class: "mw-plot-legend" }, made.map((m) => mwEl("li", {}, m.canvas, m.text)));
  return {
    node,
    paint(theme) {
      if (painted === theme.fg + theme.bg) return;
      painted = theme.fg + theme.bg;
      for (const m of made) {
        m.resize(22, 16);
        m.draw(m.ctx, 11, 8, theme);
      }
    },
  };
}
